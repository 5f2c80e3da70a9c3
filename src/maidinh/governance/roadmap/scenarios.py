"""Roadmaps side by side: what each is worth and costs, when each project starts in it, and what differs.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maidinh.governance.roadmap.definition import Portfolio, Roadmap


@dataclass(frozen=True)
class Column:
    """One of the roadmaps. `spend` is what is spent in each year, of all sources.

    Of a portfolio without a roadmap yet only what is given and demanded is known.
    """

    name: str
    status: str
    value: float | None
    gap: float | None
    demanded: int
    started: int | None
    left_out: int | None
    given: int
    spend: dict[int, int]

    @property
    def spent(self) -> int | None:
        """What is spent in all years together."""
        return None if self.started is None else sum(self.spend.values())


@dataclass(frozen=True)
class Line:
    """One demand: the year of its start in each roadmap, None where it has none."""

    demand: str
    starts: tuple[int | None, ...]

    @property
    def differs(self) -> bool:
        """Whether the roadmaps don't say the same."""
        return len(set(self.starts)) > 1


@dataclass(frozen=True)
class Comparison:
    """The roadmaps in their order, and each demand of any of them."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    @property
    def differing(self) -> list[Line]:
        """The demands that not all of them treat alike."""
        return [each for each in self.lines if each.differs]


def compare(compared: Sequence[tuple[str, Portfolio, Roadmap | None]]) -> Comparison:
    """Put roadmaps, each with its name and portfolio, side by side; None for what is not computed yet."""
    demands = sorted({each.id for _name, portfolio, _roadmap in compared for each in portfolio.demands})
    lines = tuple(
        Line(each, tuple(roadmap.starts.get(each) if roadmap else None for _name, _portfolio, roadmap in compared))
        for each in demands
    )
    return Comparison(tuple(_column(*each) for each in compared), lines)


def _column(name: str, portfolio: Portfolio, roadmap: Roadmap | None) -> Column:
    given = sum(each.amount for each in portfolio.budgets)
    if roadmap is None:
        return Column(name, "", None, None, len(portfolio.demands), None, None, given, {})
    spend = dict.fromkeys(sorted(portfolio.years), 0)
    for years in roadmap.spend.values():
        for each in years:
            spend[each.year] = spend.get(each.year, 0) + each.build + each.run
    return Column(name, roadmap.status, roadmap.value, roadmap.gap, len(portfolio.demands), len(roadmap.starts),
                  len(roadmap.left_out), given, spend)  # fmt: skip
