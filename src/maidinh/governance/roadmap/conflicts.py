"""The smallest set of demands that cannot hold together, in words, where no roadmap keeps all of them.

Layer 4, governance. Pure. Sets that must be given up are gathered until the smallest set that meets all of them can't
be kept either: that one is a conflict, and none is smaller (the implicit hitting set method). Where time runs out
first, the demands are taken out one by one as long as the rest still conflicts; that nothing smaller conflicts is not
said then.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import numpy as np

from maidinh.governance.projects.sayings import N_
from maidinh.governance.roadmap.definition import Conflict, Portfolio
from maidinh.governance.roadmap.programme import (
    MILLION,
    Answer,
    Programme,
    Row,
    Rule,
    ask,
    must_start,
    programme_of,
)

SAYINGS = {
    "budget": N_("In %(year)s there are %(amount)s million dong of %(subject)s."),
    "deadline": N_("%(subject)s must end in %(year)s: that is the deadline given to it."),
    "mandate": N_("By law %(subject)s must end in %(year)s (%(law)s)."),
    "pinned": N_("%(subject)s was set by hand to start in %(year)s."),
    "out": N_("%(subject)s was taken out by hand."),
    "committed": N_("%(subject)s was begun in %(year)s and costs what is left of it."),
    "capacity": N_("%(subject)s can carry %(amount)s in %(year)s."),
    "needs": N_("%(subject)s starts after %(other)s has ended."),
    "platform": N_("%(subject)s uses %(other)s, which must be in the roadmap."),
    "alternative": N_("Only one of %(subject)s is funded: %(other)s."),
}
ROUND = 5.0  # seconds of one question to the solver
LARGE = 1e7  # more than any row holds, in its unit


def conflicts_of(portfolio: Portfolio, *, seconds: float) -> tuple[list[Conflict], bool]:
    """The demands that conflict, and whether no fewer do. Nothing where a roadmap keeps all of them."""
    until = time.monotonic() + seconds
    programme = programme_of(_concerned(portfolio), free=True)
    rules = list(dict.fromkeys(row.rule for row in programme.rows if row.rule is not None))
    given_up: list[frozenset[int]] = []
    while time.monotonic() < until:
        met, fewest = _meeting(given_up, len(rules))
        asked = _given_up(programme, rules, met)
        if asked.infeasible:
            return [_told(portfolio, rules[each]) for each in sorted(met)], fewest
        left = _yielding(asked, programme, rules)
        if asked.values is not None and not left:
            return [], False
        if not left:  # the solver came to no end
            break
        given_up.append(left)
    kept = _shrunk(programme, rules, until + seconds)
    return [_told(portfolio, rules[each]) for each in kept], False


def _concerned(portfolio: Portfolio) -> Portfolio:
    """The demands that must start, with what they need: no other one can stand in their way."""
    demands = {each.id: each for each in portfolio.demands}
    waiting = [each.id for each in portfolio.demands if must_start(each)]
    concerned: set[str] = set()
    while waiting:
        found = waiting.pop()
        if found in concerned or found not in demands:
            continue
        concerned.add(found)
        waiting += demands[found].needs
        waiting += [demands[found].platform or ""]
    return portfolio.model_copy(update={"demands": [each for each in portfolio.demands if each.id in concerned]})


def _elastic(programme: Programme, rules: Sequence[Rule], kept: Iterable[int]) -> tuple[list[Row], dict[int, float]]:
    """The rows, of which those of a rule yield when it is given up; no rule of `kept` is. And what giving up costs."""
    column = {rule: programme.width + number for number, rule in enumerate(rules)}
    # a budget that is given up gives whatever later years can take of it
    carried = sum(each.amount for demand in programme.portfolio.demands for each in demand.spend) / MILLION
    rows = []
    for row in programme.rows:
        terms = dict(row.terms)
        if row.rule is not None:
            reach = sum(abs(each) for each in terms.values()) + (abs(row.high) if np.isfinite(row.high) else 1.0) + 1.0
            reach += carried if row.rule.kind == "budget" else 0.0
            terms[column[row.rule]] = -min(reach, LARGE) if np.isfinite(row.high) else 1.0
        rows.append(Row(terms, row.low, row.high))
    rows += [Row({column[rules[each]]: 1.0}, -np.inf, 0.0) for each in kept]
    return rows, dict.fromkeys(column.values(), -1.0)


def _given_up(programme: Programme, rules: Sequence[Rule], kept: Iterable[int]) -> Answer:
    """What the solver says of giving up the fewest rules so that the others hold, none of them of `kept`."""
    rows, worth = _elastic(programme, rules, kept)
    bare = Programme(programme.portfolio, programme.options, programme.columns, programme.carried, [], programme.width)
    return ask(bare, worth, seconds=ROUND, gap=0.0, rows=rows, elastic=len(rules))


def _yielding(answer: Answer, programme: Programme, rules: Sequence[Rule]) -> frozenset[int]:
    values = answer.values or []
    return frozenset(number for number in range(len(rules) if values else 0) if values[programme.width + number] > 0.5)


def _meeting(given_up: Sequence[frozenset[int]], count: int) -> tuple[set[int], bool]:
    """The fewest rules of which each set that must be given up holds one, and whether they are proven the fewest."""
    if not given_up:
        return set(), True
    bare = Programme(Portfolio(id="hitting", title={"vi": "-"}, years=[2000]), {}, width=0)  # type: ignore[arg-type]
    rows = [Row(dict.fromkeys(each, 1.0), 1.0, np.inf) for each in given_up]
    answer = ask(bare, dict.fromkeys(range(count), -1.0), seconds=ROUND, gap=0.0, rows=rows, elastic=count)
    return {number for number, value in enumerate(answer.values or []) if value > 0.5}, answer.proven


def _shrunk(programme: Programme, rules: Sequence[Rule], until: float) -> list[int]:
    kept = list(range(len(rules)))
    for each in list(kept):
        if time.monotonic() > until:
            break
        fewer = [other for other in kept if other != each]
        if _given_up(programme, rules, fewer).infeasible:
            kept = fewer
    return kept


def _told(portfolio: Portfolio, rule: Rule) -> Conflict:
    kind = "out" if rule.kind == "pinned" and not rule.year else rule.kind
    values: dict[str, str | int | float] = {"subject": rule.subject, "other": rule.other, "year": rule.year}
    if rule.kind == "budget":
        given = sum(each.amount for each in portfolio.budgets if (each.source, each.year) == (rule.subject, rule.year))
        values["amount"] = round(given / MILLION)
    if rule.kind == "capacity":
        values["amount"] = sum(
            each.amount for each in portfolio.capacities if (each.agency, each.year) == (rule.subject, rule.year)
        )
    if rule.kind == "committed":
        values["year"] = next(each.committed or 0 for each in portfolio.demands if each.id == rule.subject)
    mandate = next((each.mandate for each in portfolio.demands if each.id == rule.subject), None)
    if rule.kind == "deadline" and mandate is not None:
        kind, values["law"] = "mandate", mandate.text
    if rule.kind == "alternative":
        values["other"] = ", ".join(each.id for each in portfolio.demands if each.alternative == rule.subject)
    return Conflict(kind=rule.kind, subject=rule.subject, says=SAYINGS[kind], values=values)
