"""The money of a computed roadmap, added up by year and by phase.

Layer 4, governance. Pure. A budget year belongs to the phase that holds most of its days; one that no phase holds is
told apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from maidinh.governance.roadmap.definition import Phase, Portfolio, Roadmap, YearSpend

OUTSIDE = ""  # the key of the years that lie in no phase


@dataclass(frozen=True)
class MoneySum:
    """What a year or phase is given and spends; `starts` is how many projects start in it."""

    key: str
    budget: int
    build: int
    run: int
    starts: int

    @property
    def spent(self) -> int:
        """Building and running together."""
        return self.build + self.run


def by_year(portfolio: Portfolio, roadmap: Roadmap) -> list[MoneySum]:
    """Each year of the roadmap, in order."""
    return [_sum(str(year), [year], roadmap) for year in sorted(portfolio.years)]


def by_phase(portfolio: Portfolio, roadmap: Roadmap) -> list[MoneySum]:
    """Each phase that has a year of the roadmap, in order, then what lies in none; nothing without phases."""
    if not portfolio.phases:
        return []
    years: dict[str, list[int]] = {each.id: [] for each in sorted(portfolio.phases, key=lambda each: each.begins)}
    for year in sorted(portfolio.years):
        years.setdefault(phase_of(year, portfolio.phases), []).append(year)
    return [_sum(key, group, roadmap) for key, group in years.items() if group]


def phase_of(year: int, phases: Iterable[Phase]) -> str:
    """The phase that holds most days of a year; OUTSIDE where none holds any."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = {each.id: (min(each.ends, last) - max(each.begins, first)).days + 1 for each in phases}
    best = max(days, key=lambda each: days[each], default=OUTSIDE)
    return best if days.get(best, 0) > 0 else OUTSIDE


def _sum(key: str, years: list[int], roadmap: Roadmap) -> MoneySum:
    lines: list[YearSpend] = [each for source in roadmap.spend.values() for each in source if each.year in years]
    return MoneySum(
        key, sum(each.budget for each in lines), sum(each.build for each in lines), sum(each.run for each in lines),
        sum(1 for year in roadmap.starts.values() if year in years),
    )  # fmt: skip
