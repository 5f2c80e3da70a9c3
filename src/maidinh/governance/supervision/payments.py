"""What approved projects were paid, held against their baselines: by year, by source, by agency.

Layer 4, governance. Pure. Money to build or buy alone; the baseline is the approved revision, which never changes.
Legal ground: Nghị định 224/2026/NĐ-CP articles 24 (publication) and 68.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Dimension = Literal["year", "source", "agency"]


@dataclass(frozen=True)
class PaymentLine:
    """Money of one project, year and source: what the baseline gives, or what was paid."""

    project: str
    agency: str
    year: int
    source: str
    planned: int = 0
    paid: int = 0


@dataclass(frozen=True)
class PaidSum:
    """What one year, source or agency was to pay by the baselines, what it paid; the number of projects behind it."""

    key: str
    planned: int
    paid: int
    projects: int

    @property
    def left(self) -> int:
        """What is still to be paid; below zero where more was paid than approved."""
        return self.planned - self.paid


def chosen_lines(lines: Iterable[PaymentLine], *, year: str = "", source: str = "") -> list[PaymentLine]:
    """The lines of a year or source alone."""
    return [
        each for each in lines if (not year or str(each.year) == year) and (not source or each.source == source)
    ]  # fmt: skip


def paid_by(lines: Iterable[PaymentLine], dimension: Dimension) -> list[PaidSum]:
    """The sums by year (in order), by source or by agency (the largest first)."""
    groups: dict[str, list[PaymentLine]] = {}
    for each in lines:
        groups.setdefault(str(getattr(each, dimension)), []).append(each)
    found = [
        PaidSum(key, sum(each.planned for each in group), sum(each.paid for each in group),
                len({each.project for each in group}))
        for key, group in groups.items()
    ]  # fmt: skip
    if dimension == "year":
        return sorted(found, key=lambda each: each.key)
    return sorted(found, key=lambda each: (-each.planned, -each.paid, each.key))
