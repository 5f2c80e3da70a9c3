"""The roadmap of a portfolio: the most value under the money, the capacity and the demands of each year.

Layer 4, governance. Pure; HiGHS is asked. Tiers of priority go one before the other: what a tier reached, less what it
may concede, is kept while the next ones are looked at. What it concedes is shared evenly among these, for else the next
takes all of it. What the solver says is reckoned again to the dong before it is told.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np

from maidinh.governance.roadmap.conflicts import conflicts_of
from maidinh.governance.roadmap.definition import Demand, Portfolio, Roadmap, Tier
from maidinh.governance.roadmap.ledger import Room, broken, money
from maidinh.governance.roadmap.programme import (
    MILLION,
    Answer,
    Programme,
    Row,
    ask,
    options_of,
    programme_of,
    value_in,
)
from maidinh.governance.roadmap.refusing import left_out

BEGINNING = 0.2  # of the time of a tier: to find where to begin
SLACK = 1e-6  # of value: less is nothing
CHANGED, NEARER = 1.0, 0.01  # what it counts that a demand starts in another year, and for each year that it is further


class NothingFound(RuntimeError):
    """No roadmap was found in the time that was given, nor that there is none; more seconds may help."""


def solve(portfolio: Portfolio, *, seconds: float | None = None, gap: float | None = None) -> Roadmap:
    """The roadmap, or what conflicts where there is none. The portfolio has no faults (see `checking.faults`).

    `seconds` and `gap` stand for those of the portfolio. The same portfolio gives the same roadmap, unless time runs
    out. Raises NothingFound.
    """
    began = time.monotonic()
    seconds = portfolio.weights.seconds if seconds is None else seconds
    gap = portfolio.weights.gap if gap is None else gap
    programme = programme_of(portfolio)
    tiers = sorted({each.tier for each in portfolio.demands if programme.options[each.id]}) or [0]
    worths: list[dict[int, float]] = []
    told: list[Tier] = []
    starts: dict[str, int] = {}
    answer: Answer | None = None
    for number, tier in enumerate(tiers):
        left = max(seconds - (time.monotonic() - began), 0.2)
        worth = worth_of(programme, [each for each in portfolio.demands if each.tier == tier])
        share, above = left / (len(tiers) - number), answer
        kept = _kept(portfolio, worths, told, gap, below=len(tiers))
        first = _begun(programme, worth, above, tiers[:number], seconds=share * BEGINNING, gap=gap, rows=kept)
        found = ask(programme, worth, seconds=share * (1 - BEGINNING), gap=gap, rows=kept, first=first)
        if found.infeasible and not told:
            said, smallest = conflicts_of(portfolio, seconds=max(left, 1.0))
            return Roadmap(portfolio=portfolio.id, status="infeasible", conflicts=said, smallest=smallest,
                           seconds=time.monotonic() - began)  # fmt: skip
        if found.values is None:
            if answer is None:
                raise NothingFound(f"no roadmap was found within {seconds:g} seconds")
            found = Answer([*(first or [])], False, False, _worth(worth, first or []), sum(_best(programme, tier)))
        elif first is not None and _worth(worth, first) > _worth(worth, found.values):
            found = Answer([*first], False, False, _worth(worth, first), found.bound)
        answer = found
        starts = filled(portfolio, programme.read(answer.values or []), tier)
        answer = Answer(_values(programme, starts), False, found.proven, found.objective, found.bound)
        value = _worth(worth, answer.values or [])
        bound = max(found.bound, value)
        told.append(Tier(tier=tier, value=value, bound=bound, gap=(bound - value) / bound if bound > 0 else 0.0))
        worths.append(worth)
    if portfolio.previous and answer is not None:
        kept = _kept(portfolio, worths, told, gap, below=len(tiers))
        starts = _near(programme, kept, answer, seconds=max(seconds - (time.monotonic() - began), 0.5))
    return _told(portfolio, starts, told, gap, time.monotonic() - began)


def _kept(
    portfolio: Portfolio, worths: Sequence[Mapping[int, float]], told: Sequence[Tier], gap: float, *, below: int
) -> list[Row]:  # fmt: skip
    """What the tiers that were looked at keep of what they reached while the next of the `below` tiers is looked at."""
    rows = []
    for number, (worth, tier) in enumerate(zip(worths, told, strict=True)):
        spread = (len(told) - number) / max(below - 1 - number, 1)
        least = tier.value - (tier.value - floor_of(tier, portfolio.weights.concession, gap)) * min(spread, 1.0)
        rows.append(Row(dict(worth), least - SLACK, np.inf))
    return rows


def floor_of(tier: Tier, concession: float | None, gap: float) -> float:
    """The least that a tier keeps: unless told otherwise, what is within the gap of the most that it could be."""
    if concession is None:
        return min(tier.value, tier.bound * (1 - gap))
    return tier.value * (1 - concession)


def _begun(
    programme: Programme, worth: Mapping[int, float], above: Answer | None, tiers: Sequence[int], *, seconds: float,
    gap: float, rows: Sequence[Row],
) -> Sequence[float] | None:  # fmt: skip
    """Where the search of a tier begins: the best that fits beside the very starts that the tiers above have.

    That is found at once, and is often better than what the search finds among all roadmaps worth as much above.
    """
    if above is None or above.values is None:
        return None
    placed = [each for each in programme.portfolio.demands if each.tier in tiers]
    fixed = [
        Row({column: 1.0}, round(above.values[column]), round(above.values[column]))
        for each in placed for column in programme.columns[each.id]
    ]  # fmt: skip
    found = ask(programme, worth, seconds=seconds, gap=gap, rows=[*rows, *fixed], first=above.values)
    better = found.values is not None and _worth(worth, found.values) > _worth(worth, above.values)
    return found.values if better else above.values


def again(portfolio: Portfolio, starts: Mapping[str, int], *, seconds: float) -> tuple[dict[str, int], float]:
    """A roadmap worth at least as much as one that is there, and what it is worth.

    Nothing goes to a tier at the cost of those above: no tier together with these has less than before.
    """
    programme = programme_of(portfolio)
    tiers = sorted({each.tier for each in portfolio.demands if programme.options[each.id]}) or [0]
    found = dict(starts)
    for tier in tiers:
        found = filled(portfolio, found, tier)
    first = _values(programme, found)
    sums = [worth_of(programme, [each for each in portfolio.demands if each.tier <= tier]) for tier in tiers]
    kept = [Row(dict(worth), _worth(worth, first) - SLACK, np.inf) for worth in sums[:-1]]
    answer = ask(programme, sums[-1], seconds=seconds, gap=portfolio.weights.gap / 10, rows=kept, first=first)
    if answer.values is not None and _worth(sums[-1], answer.values) > _worth(sums[-1], first):
        found = programme.read(answer.values)
    return found, value_of(portfolio, found)


def worth_of(programme: Programme, demands: Sequence[Demand]) -> dict[int, float]:
    """What each column is worth, so that a demand counts what it is worth in the year in which it starts."""
    worth: dict[int, float] = {}
    for demand in demands:
        for option, column, before in programme.starts(demand.id):
            value = value_in(programme.portfolio, demand, option)
            worth[column] = worth.get(column, 0.0) + value
            if before is not None:
                worth[before] = worth.get(before, 0.0) - value
    return worth


def value_of(portfolio: Portfolio, starts: Mapping[str, int]) -> float:
    """What a roadmap is worth."""
    return sum(value_in(portfolio, each, starts[each.id]) for each in portfolio.demands if each.id in starts)


def filled(portfolio: Portfolio, starts: Mapping[str, int], tier: int | None = None) -> dict[str, int]:
    """A roadmap with whatever still fits into it, the most valuable first: a gap lets the solver stop before that."""
    room = Room(portfolio, starts)
    waiting = [
        each for each in sorted(portfolio.demands, key=lambda each: (-each.value, each.id))
        if each.id not in starts and each.value > 0 and (tier is None or each.tier == tier)
        and (not each.alternative or each.alternative not in room.funded)
        and (each.platform not in room.demands or each.platform in starts)
    ]  # fmt: skip
    for demand in waiting:
        if demand.alternative and demand.alternative in room.funded:
            continue
        for option in options_of(portfolio, demand):
            if room.waits(demand, option) is None and not room.lacks(demand, option):
                room.take(demand, option)
                break
    return room.starts


def _values(programme: Programme, starts: Mapping[str, int]) -> list[float]:
    values = programme.written(starts)
    for years in money(programme.portfolio, starts).values():
        for each in years:
            column = programme.carried.get((each.source, each.year))
            if column is not None:
                values[column] = each.carried_out / MILLION
    return values


def _worth(worth: Mapping[int, float], values: Sequence[float]) -> float:
    return sum(value * values[column] for column, value in worth.items())


def _best(programme: Programme, tier: int) -> list[float]:
    """What each demand of a tier is worth at most: a bound where the solver gave none."""
    return [
        max((value_in(programme.portfolio, each, option) for option in programme.options[each.id]), default=0.0)
        for each in programme.portfolio.demands if each.tier == tier
    ]  # fmt: skip


def _near(programme: Programme, kept: Sequence[Row], answer: Answer, *, seconds: float) -> dict[str, int]:
    """A roadmap worth nearly as much that changes the fewest starts of the one before."""
    portfolio = programme.portfolio
    slack = portfolio.weights.stability
    rows = [Row(row.terms, _worth(row.terms, answer.values or []) * (1 - slack) - 1e-6, np.inf) for row in kept]
    worth: dict[int, float] = {}
    for demand, year in portfolio.previous.items():
        for option, column, before in programme.starts(demand) if demand in programme.options else ():
            gain = CHANGED if option == year else CHANGED / 2 - NEARER * min(abs(option - year), 20)
            worth[column] = worth.get(column, 0.0) + gain
            if before is not None:
                worth[before] = worth.get(before, 0.0) - gain
    found = ask(programme, worth, seconds=seconds, gap=0.0, rows=rows, first=answer.values)
    starts = programme.read(found.values or answer.values or [])
    return starts if not broken(portfolio, starts) else programme.read(answer.values or [])


def _reached(portfolio: Portfolio, starts: Mapping[str, int], tier: Tier) -> Tier:
    """A tier with what the roadmap that is told gives it."""
    of_tier = {each.id for each in portfolio.demands if each.tier == tier.tier}
    value = value_of(portfolio, {each: year for each, year in starts.items() if each in of_tier})
    bound = max(tier.bound, value)
    return Tier(tier=tier.tier, value=value, bound=bound, gap=(bound - value) / bound if bound > 0 else 0.0)


def _told(portfolio: Portfolio, starts: dict[str, int], tiers: Sequence[Tier], gap: float, seconds: float) -> Roadmap:
    tiers = [_reached(portfolio, starts, each) for each in tiers]
    yielding = [portfolio.weights.concession or 0.0] * (len(tiers) - 1) + [0.0]  # the last tier has none to yield to
    worst = max((each.gap - less for each, less in zip(tiers, yielding, strict=False)), default=0.0)
    value = value_of(portfolio, starts)
    changed = {
        each: [before, starts.get(each)] for each, before in portfolio.previous.items() if starts.get(each) != before
    }
    added = {
        each: [None, year] for each, year in starts.items() if portfolio.previous and each not in portfolio.previous
    }
    bound = max(sum(each.bound for each in tiers), value)
    return Roadmap(
        portfolio=portfolio.id, status="optimal" if worst <= gap + SLACK else "feasible",
        gap=(bound - value) / bound if bound > 0 else 0.0, value=value, bound=bound,
        starts=dict(sorted(starts.items())), left_out=left_out(portfolio, starts), spend=money(portfolio, starts),
        tiers=list(tiers), changed=changed | added, seconds=seconds,
    )  # fmt: skip
