"""Which reports of completion and benefits are due of a project, and when.

Layer 4, governance. Pure. Legal ground: Nghị định 224/2026/NĐ-CP article 68; the terms stand in supervision.yaml.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from maidinh.governance.supervision.definition import ReportTerm, SupervisionTerms


@dataclass(frozen=True)
class DueReport:
    """A report that is or was due: for which year (0: the whole), by which day, and whether it was written."""

    term: ReportTerm
    period: int
    due_on: date
    opens_on: date
    written: bool

    def overdue(self, on: date) -> bool:
        """Whether its day has passed without it."""
        return not self.written and self.due_on < on


def due_reports(
    completed_on: date | None, written: Collection[tuple[str, int]], terms: SupervisionTerms, *, on: date
) -> list[DueReport]:
    """The reports that a completed project owes up to the next of each, by their day; none before it is completed.

    The terms of the day of completion decide.
    """
    term = terms.on(completed_on) if completed_on is not None else None
    if completed_on is None or term is None:
        return []
    found = []
    for each in term.reports:
        if each.within_days is not None:
            due = completed_on + timedelta(days=each.within_days)
            found.append(DueReport(each, 0, due, completed_on, (each.id, 0) in written))
            continue
        month = each.month or 1
        for period in range(completed_on.year, completed_on.year + (each.years or 1)):
            opens = date(period + 1, month, 1)
            due = date(period + 1, month, calendar.monthrange(period + 1, month)[1])
            found.append(DueReport(each, period, due, opens, (each.id, period) in written))
            if opens > on:
                break
    return sorted(found, key=lambda report: (report.due_on, report.term.id))
