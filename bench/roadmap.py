"""The roadmap of hundreds of projects: how long, how far from best; beside ranking by value for money, and CP-SAT.

Ours is solved and reckoned again to the dong; a roadmap that breaks anything counts as a fault. The peer CP-SAT gets
the same rows, the same time and the same gap, with two workers to our one.
"""

from __future__ import annotations

import pickle
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench.environment import measured
from bench.portfolios import SEEDS, YEARS, portfolio, tiered
from bench.report import Report
from maidinh.governance.roadmap.definition import Portfolio, Roadmap
from maidinh.governance.roadmap.ledger import Room, broken
from maidinh.governance.roadmap.programme import must_start, options_of, programme_of
from maidinh.governance.roadmap.solving import solve, value_of, worth_of

GAP = 0.01
SIZES = ((300, 10.0), (1000, 30.0))  # projects, seconds at most
KNAPSACK = (60, 10.0)
TIERED = (300, 30.0)


def run(report: Report) -> None:
    """Measure both sizes, and a few large projects, where a gap closes slowly."""
    sizes = ((60, 10.0),) if report.quick else (*SIZES, KNAPSACK)
    for count, seconds in sizes:
        _size(report, count, seconds)
    _tiers(report, *TIERED, SEEDS[: 1 if report.quick else None], quick=report.quick)


def _tiers(report: Report, count: int, seconds: float, seeds: Sequence[int], *, quick: bool) -> None:
    """Three tiers of priority, as they stand unless told otherwise, and where no tier gives up anything."""
    for concession, said in ((None, "what the gap leaves"), (0.0, "nothing"))[: 1 if quick else None]:
        given = [tiered(count, seed) for seed in seeds]
        given = [
            each.model_copy(update={"weights": each.weights.model_copy(update={"concession": concession})})
            for each in given
        ]
        found = [_ours(each, seconds)[1] for each in given]
        where = f"{count} projects in 3 tiers, {seconds:g} s, a tier gives up {said}"
        for number in range(3):
            gaps = [each.tiers[number].gap * 100 for each in found]
            report.row(f"gap of tier {number + 1}", gaps, unit="%", note=where)
        values = [", ".join(f"{tier.value:,.0f}" for tier in each.tiers) for each in found]
        report.say(f"{where}: value by tier {'; '.join(values)}")
        faults = sum(len(broken(each, roadmap.starts)) for each, roadmap in zip(given, found, strict=True))
        report.row("demands, money or capacity that are not kept", faults, unit="faults", bound=0)


def _size(report: Report, count: int, seconds: float) -> None:
    portfolios = [portfolio(count, seed) for seed in SEEDS[: 1 if report.quick else None]]
    found = [_ours(each, seconds) for each in portfolios]
    where = f"{count} projects x {len(YEARS)} years x 3 sources, seeds {', '.join(map(str, SEEDS[: len(found)]))}"
    faults = sum(len(broken(each, roadmap.starts)) for each, (_s, roadmap) in zip(portfolios, found, strict=True))
    values = [roadmap.value for _s, roadmap in found]
    theirs = [] if report.quick else [_cpsat(each, seconds) for each in portfolios]
    ranked = [value_of(each, ranking(each)) for each in portfolios]
    peer: dict[str, Any] = {"peer": [each["seconds"] for each in theirs], "peer_name": "CP-SAT"} if theirs else {}
    report.row(f"roadmap of {count} projects", [each for each, _r in found], bound=seconds, note=where, **peer)
    gaps = [(roadmap.gap or 0.0) * 100 for _s, roadmap in found]
    peer = {"peer": [_gap(each) for each in theirs], "peer_name": "CP-SAT"} if theirs else {}
    bound = GAP * 100 if count != KNAPSACK[0] else None
    report.row(f"gap, {count} projects", gaps, unit="%", bound=bound, **peer)
    report.row("demands, money or capacity that are not kept", faults, unit="faults", bound=0)
    gained = [(ours / other - 1) * 100 for ours, other in zip(values, ranked, strict=True)]
    report.say(f"{count} projects: value gained over ranking by value for money {median(gained):.1f} % "
               f"({min(gained):.1f}-{max(gained):.1f} %)")  # fmt: skip
    short = [(1 - other / ours) * 100 for ours, other in zip(values, ranked, strict=True)]
    report.row("value left undone", [0.0] * len(values), unit="% of ours", peer=short, peer_name="ranking")
    if theirs:
        left = [(1 - other["value"] / ours) * 100 for ours, other in zip(values, theirs, strict=True)]
        report.row("value left undone", [0.0] * len(values), unit="% of ours", peer=left, peer_name="CP-SAT")


def _ours(demanded: Portfolio, seconds: float) -> tuple[float, Roadmap]:
    began = time.monotonic()
    found = solve(demanded, seconds=seconds * 0.9, gap=GAP)
    return time.monotonic() - began, found


def _gap(answer: dict[str, Any]) -> float:
    return (answer["bound"] - answer["value"]) / answer["bound"] * 100 if answer["bound"] > 0 else 100.0


def ranking(demanded: Portfolio) -> dict[str, int]:
    """What is done without a solver: first what must be, then by value for each dong, in the first year that fits."""
    room = Room(demanded, {})
    cost = {each.id: max(sum(spend.amount for spend in each.spend), 1) for each in demanded.demands}
    order = sorted(demanded.demands, key=lambda each: (not must_start(each), -each.value / cost[each.id], each.id))
    placed = True
    while placed:
        placed = False
        for demand in order:
            if demand.id in room.starts:
                continue
            for option in options_of(demanded, demand):
                if room.waits(demand, option) is None and not room.lacks(demand, option):
                    room.take(demand, option)
                    placed = True
                    break
    return room.starts


def _cpsat(demanded: Portfolio, seconds: float) -> dict[str, Any]:
    programme = programme_of(demanded)
    rows = [
        (row.terms, row.low if np.isfinite(row.low) else None, row.high if np.isfinite(row.high) else None)
        for row in programme.rows
    ]
    content = {"width": programme.width, "rows": rows, "money": list(programme.carried.values()),
               "worth": worth_of(programme, demanded.demands)}  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "programme.pickle"
        file.write_bytes(pickle.dumps(content))
        found = measured(["-m", "bench.peer_cpsat", str(file), str(seconds * 0.9), str(GAP)])
    if found is None:
        raise SystemExit("roadmap: the peer fails; the message stands above")
    return found
