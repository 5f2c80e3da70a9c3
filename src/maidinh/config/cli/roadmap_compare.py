"""`maidinh roadmap compare`: several portfolios computed, their roadmaps side by side.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maidinh.config.cli.architecture_given import leave
from maidinh.config.cli.project_given import DONE, FINDINGS, AsJson, print_json, stop
from maidinh.config.cli.roadmap_given import Gap, Names, Seconds, faults_of, given_portfolio, money, number, solved
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.governance.roadmap.scenarios import Comparison

Files = Annotated[
    list[Path], typer.Argument(help=say("The portfolios: YAML, JSON or spreadsheets (.xlsx)."), show_default=False)
]


@told_plainly
def compare(files: Files, seconds: Seconds = None, gap: Gap = None, as_json: AsJson = False) -> None:
    """Compute several portfolios and put their roadmaps side by side: value, money, starts, what differs."""
    from maidinh.governance.roadmap import scenarios

    if len(files) < 2:
        leave(say("Name two portfolios or more."))
    given = [(file, given_portfolio(file, as_json=as_json)) for file in files]
    for file, portfolio in given:
        if wrong := faults_of(file, portfolio):
            stop(file, wrong, as_json)
    roadmaps = [(str(file), portfolio, solved(file, portfolio, seconds, gap)) for file, portfolio in given]
    found = scenarios.compare(roadmaps)
    if as_json:
        print_json(_json(found))
    else:
        print("\n".join(_told(found, Names([portfolio for _file, portfolio in given]))))
    sys.exit(FINDINGS if any(each.status == "infeasible" for each in found.columns) else DONE)


def _json(found: Comparison) -> dict[str, Any]:
    return {
        "roadmaps": [asdict(each) for each in found.columns],
        "starts": {each.demand: list(each.starts) for each in found.lines},
        "differs": [each.demand for each in found.differing],
    }


def _told(found: Comparison, names: Names) -> Iterator[str]:
    """The comparison for a terminal."""
    status = {
        "optimal": say("best within the gap"),
        "feasible": say("time ran out"),
        "infeasible": say("does not hold together"),
    }
    for n, each in enumerate(found.columns, 1):
        yield f"[{n}] {each.name}: {status[each.status]}"
        yield (
            f"    {say('Value')}: {number(each.value or 0.0)}; {say('projects with a place')}: {each.started}; "
            f"{say('projects without a place')}: {each.left_out}"
        )
        yield f"    {say('spent')}: " + "; ".join(f"{year}: {money(amount)}" for year, amount in each.spend.items())
    yield f"{say('What differs')}: {len(found.differing)}"
    for line in found.differing:
        years = ", ".join(f"[{n}] {year or '–'}" for n, year in enumerate(line.starts, 1))
        yield f"  {names.of(line.demand)}: {years}"
