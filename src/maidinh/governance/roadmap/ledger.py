"""What a roadmap takes of money and of capacity, to the dong; and what of it goes beyond what there is.

Layer 4, governance. Pure, and apart from the programme: each roadmap that the solver gives is reckoned here again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from maidinh.governance.roadmap.definition import Demand, Portfolio, YearSpend


@dataclass(frozen=True)
class Shortage:
    """What is missing of a source of money (dong) or of an agency's capacity (its unit) in one year."""

    kind: str
    subject: str
    year: int
    amount: float


def money(portfolio: Portfolio, starts: Mapping[str, int]) -> dict[str, list[YearSpend]]:
    """Money by source and year: given, carried in, spent, carried out. Nothing less than nothing is carried."""
    spent: dict[tuple[str, int, str], int] = {}
    for demand in portfolio.demands:
        if demand.id in starts:
            for spend in demand.spend:
                key = (spend.source, starts[demand.id] + spend.after, spend.kind)
                spent[key] = spent.get(key, 0) + spend.amount
    given = {(each.source, each.year): each for each in portfolio.budgets}
    found: dict[str, list[YearSpend]] = {}
    for source in sorted({*(each[0] for each in given), *(each[0] for each in spent)}):
        carried = 0
        for year in sorted(portfolio.years):
            budget = given.get((source, year))
            amount = budget.amount if budget else 0
            build, run = spent.get((source, year, "build"), 0), spent.get((source, year, "run"), 0)
            left = max(amount + carried - build - run, 0)
            out = left if budget and budget.carries_over else 0
            found.setdefault(source, []).append(
                YearSpend(year=year, source=source, budget=amount, carried_in=carried, build=build, run=run,
                          carried_out=out)
            )  # fmt: skip
            carried = out
    return found


def shortages(portfolio: Portfolio, starts: Mapping[str, int]) -> list[Shortage]:
    """Where a roadmap takes more than there is, of each source and year and of each agency's capacity."""
    found = []
    for source, years in money(portfolio, starts).items():
        for each in years:
            over = each.build + each.run - each.budget - each.carried_in
            if over > 0:
                found.append(Shortage("budget", source, each.year, over))
    for capacity in portfolio.capacities:
        taken = sum(
            work.amount
            for demand in portfolio.demands if _is_built_in(demand, starts, capacity.year)
            for work in demand.work if work.agency == capacity.agency
        )  # fmt: skip
        if taken > capacity.amount + 1e-6:
            found.append(Shortage("capacity", capacity.agency, capacity.year, taken - capacity.amount))
    return found


class Room:
    """What a roadmap leaves free; says quickly what one demand more would lack."""

    def __init__(self, portfolio: Portfolio, starts: Mapping[str, int]) -> None:
        self.portfolio, self.starts = portfolio, dict(starts)
        self.demands = {each.id: each for each in portfolio.demands}
        self.given = {(each.source, each.year): each for each in portfolio.budgets}
        self.capacity = {(each.agency, each.year): each.amount for each in portfolio.capacities}
        self.spent: dict[tuple[str, int], int] = {}
        self.taken: dict[tuple[str, int], float] = {}
        self.funded = {each.alternative for each in portfolio.demands if each.id in starts and each.alternative}
        for each, year in starts.items():
            self._add(self.demands[each], year)

    def take(self, demand: Demand, start: int) -> None:
        """Give a demand its place."""
        self.starts[demand.id] = start
        if demand.alternative:
            self.funded.add(demand.alternative)
        self._add(demand, start)

    def _add(self, demand: Demand, start: int) -> None:
        for spend in demand.spend:
            key = (spend.source, start + spend.after)
            self.spent[key] = self.spent.get(key, 0) + spend.amount
        for work in demand.work:
            for year in range(start, start + demand.duration):
                self.taken[work.agency, year] = self.taken.get((work.agency, year), 0.0) + work.amount

    def lacks(self, demand: Demand, start: int) -> list[Shortage]:
        """What would be missing if this demand started in a year, money first."""
        more: dict[str, dict[int, int]] = {}
        for spend in demand.spend:
            years = more.setdefault(spend.source, {})
            years[start + spend.after] = years.get(start + spend.after, 0) + spend.amount
        found = [each for source in sorted(more) for each in self._money(source, more[source])]
        for work in demand.work:
            for year in range(start, start + demand.duration):
                limit = self.capacity.get((work.agency, year))
                over = self.taken.get((work.agency, year), 0.0) + work.amount - (limit or 0.0)
                if limit is not None and over > 1e-6:
                    found.append(Shortage("capacity", work.agency, year, over))
        return found

    def _money(self, source: str, more: Mapping[int, int]) -> list[Shortage]:
        found, carried = [], 0
        for year in sorted(self.portfolio.years):
            budget = self.given.get((source, year))
            left = (budget.amount if budget else 0) + carried
            left -= self.spent.get((source, year), 0) + more.get(year, 0)
            if left < 0:
                found.append(Shortage("budget", source, year, -left))
            carried = max(left, 0) if budget and budget.carries_over else 0
        return found

    def waits(self, demand: Demand, start: int) -> str | None:
        """The need of a demand that has not ended before it starts."""
        for need in demand.needs:
            other = self.demands.get(need)
            if other is not None and (need not in self.starts or self.starts[need] + other.duration > start):
                return need
        return None


def _is_built_in(demand: Demand, starts: Mapping[str, int], year: int) -> bool:
    return demand.id in starts and starts[demand.id] <= year < starts[demand.id] + demand.duration


def broken(portfolio: Portfolio, starts: Mapping[str, int]) -> list[str]:
    """Everything that a roadmap breaks of its portfolio, in short; nothing where it keeps all."""
    demands = {each.id: each for each in portfolio.demands}
    found = [
        f"{each.kind} {each.subject} {each.year}: {each.amount:g} too much" for each in shortages(portfolio, starts)
    ]
    first, last = min(portfolio.years), max(portfolio.years)
    chosen: dict[str, int] = {}
    for demand in portfolio.demands:
        start = starts.get(demand.id)
        if start is None:
            if demand.deadline is not None or demand.committed is not None or isinstance(demand.pinned, int):
                found.append(f"{demand.id}: must be in the roadmap")
            continue
        if demand.committed is not None:
            found += [f"{demand.id}: was begun in {demand.committed}"] if start != demand.committed else []
            continue
        if start < max(first, demand.earliest or first):
            found.append(f"{demand.id}: starts too early")
        if start + demand.duration - 1 > min(last, demand.deadline or last):
            found.append(f"{demand.id}: ends too late")
        if demand.pinned is not None and demand.pinned != start:
            found.append(f"{demand.id}: is pinned to {demand.pinned}")
        for need in demand.needs:
            if need in demands and (need not in starts or starts[need] + demands[need].duration > start):
                found.append(f"{demand.id}: starts before {need} has ended")
        if demand.platform in demands and demand.platform not in starts:
            found.append(f"{demand.id}: its platform {demand.platform} is not in the roadmap")
    for demand in portfolio.demands:
        if demand.alternative is not None and demand.id in starts:
            chosen[demand.alternative] = chosen.get(demand.alternative, 0) + 1
    return found + [f"{group}: {count} of the alternatives are funded" for group, count in chosen.items() if count > 1]
