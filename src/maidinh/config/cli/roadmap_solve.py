"""`maidinh roadmap solve`: the roadmap of a portfolio, or the smallest set of demands that cannot hold together.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maidinh.config.cli.project_given import DONE, FINDINGS, AsJson, json_of, lines_of, print_json, stop
from maidinh.config.cli.roadmap_given import (
    File,
    Gap,
    Names,
    Seconds,
    faults_of,
    given_portfolio,
    going_on,
    money,
    number,
    solved,
)
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.governance.projects.faults import Fault
    from maidinh.governance.roadmap.definition import Portfolio, Roadmap

NoMarginal = Annotated[
    bool, typer.Option("--no-marginal", help=say("Leave out what a little more money would buy; it takes a while."))
]


@told_plainly
def solve(
    file: File, seconds: Seconds = None, gap: Gap = None, no_marginal: NoMarginal = False, as_json: AsJson = False
) -> None:
    """Compute when each project starts, what gets no place and why, and what conflicts where nothing can be found."""
    from maidinh.governance.roadmap.checking import shortfalls
    from maidinh.governance.roadmap.marginal import marginal

    portfolio = given_portfolio(file, as_json=as_json)
    wrong = faults_of(file, portfolio)
    if wrong and {each.field for each in wrong} != {each.field for each in _only(shortfalls, portfolio, wrong)}:
        stop(file, wrong, as_json)
    roadmap = solved(file, portfolio, seconds, gap)  # what costs more than there is is told with its conflict too
    if roadmap.status != "infeasible" and not no_marginal:
        with going_on(say("What a little more money would buy is being computed.")):
            most = portfolio.weights.seconds if seconds is None else seconds
            roadmap = roadmap.model_copy(update={"marginal": marginal(portfolio, roadmap, seconds=most)})
    if as_json:
        print_json(_json(portfolio, roadmap) | ({"faults": json_of(file, wrong)} if wrong else {}))
    else:
        for line in lines_of(file, wrong):
            print(line, file=sys.stderr)
        print("\n".join(_told(portfolio, roadmap)))
    sys.exit(FINDINGS if roadmap.status == "infeasible" else DONE)


def _only(shortfalls: Any, portfolio: Portfolio, wrong: list[Fault]) -> list[Fault]:
    """The shortfalls, where nothing else is wrong: of years that aren't there none can be reckoned."""
    if any(not each.field.startswith("budgets.") for each in wrong):
        return []
    found: list[Fault] = shortfalls(portfolio)
    return found


def _json(portfolio: Portfolio, roadmap: Roadmap) -> dict[str, Any]:
    """The answer for machines; sentences are in the language of the terminal."""
    names = Names([portfolio])
    return {
        "portfolio": roadmap.portfolio,
        "status": roadmap.status,
        "gap": roadmap.gap,
        "value": roadmap.value,
        "bound": roadmap.bound,
        "starts": roadmap.starts,
        "left_out": [
            {"project": each.project, "reason": each.reason, "why": names.filled(each.why, each.values)}
            for each in roadmap.left_out
        ],
        "spend": {source: [each.model_dump() for each in years] for source, years in roadmap.spend.items()},
        "marginal": [each.model_dump() for each in roadmap.marginal],
        "conflicts": [
            {"kind": each.kind, "subject": each.subject, "says": names.filled(each.says, each.values)}
            for each in roadmap.conflicts
        ],
        "smallest": roadmap.smallest,
        "tiers": [each.model_dump() for each in roadmap.tiers],
        "changed": roadmap.changed,
        "seconds": round(roadmap.seconds, 3),
    }


def _told(portfolio: Portfolio, roadmap: Roadmap) -> Iterator[str]:
    """The answer for a terminal."""
    names = Names([portfolio])
    if roadmap.status == "infeasible":
        yield say("No roadmap keeps everything that is demanded.")
        yield (
            say("These cannot hold together, and no fewer do:")
            if roadmap.smallest
            else say("These cannot hold together:")
        )
        yield from (f"  - {names.filled(each.says, each.values)}" for each in roadmap.conflicts)
        return
    head = say("The best roadmap, to within the gap.") if roadmap.status == "optimal" else say(
        "Time ran out; a better roadmap may exist."
    )  # fmt: skip
    gap = number((roadmap.gap or 0) * 100)
    yield f"{head} {say('Value')}: {number(roadmap.value)}; {say('gap to the best')}: {gap} %."
    for each in roadmap.tiers if len(roadmap.tiers) > 1 else []:
        yield (
            f"  {say('Tier')} {each.tier}: {say('Value')} {number(each.value)}; "
            f"{say('at most')} {number(each.bound)}; {say('gap to the best')} {number(each.gap * 100)} %"
        )
    for year in sorted(set(roadmap.starts.values())):
        yield f"{year}"
        yield from (f"  {names.of(each)}" for each in roadmap.starts if roadmap.starts[each] == year)
    if roadmap.left_out:
        yield say("Without a place:")
        yield from (f"  {names.of(each.project)}: {names.filled(each.why, each.values)}" for each in roadmap.left_out)
    yield say("Money (dong):")
    for source, years in roadmap.spend.items():
        for each in years:
            yield (
                f"  {source} {each.year}: {say('spent')} {money(each.build + each.run)}, "
                f"{say('to spend')} {money(each.budget + each.carried_in)}, "
                f"{say('carried over')} {money(each.carried_out)}"
            )
    bought = [each for each in roadmap.marginal if each.value > 0]
    if bought:
        yield say("What more money would buy:")
    for more in bought:
        what = say("%(amount)s dong more of %(source)s in %(year)s: value %(value)s more.") % {
            "amount": money(more.amount), "source": more.source, "year": more.year, "value": number(more.value),
        }  # fmt: skip
        come = "".join(f" + {names.of(each)}" for each in more.comes_in)
        yield f"  {what}{come}{''.join(f' − {names.of(each)}' for each in more.goes_out)}"
