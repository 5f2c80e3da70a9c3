"""Whether the budgets of the steps fit into the time limit of each case, on the longest way.

Layer 4. Pure. Branches beside each other count as long as the longest of them; joins take no time, and steps that
suspend the clock are not counted. Where a table decides the limit, the smallest that can come out counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from maidinh.infrastructure.calendars.definition import Budget, WorkingCalendar
from maidinh.infrastructure.calendars.rules import due, start_day
from maidinh.services.checking.catalogue import found
from maidinh.services.checking.findings import Finding
from maidinh.services.checking.flow import Flow
from maidinh.services.decisions.completeness import Gap, gaps_and_overlaps
from maidinh.services.decisions.conditions import holds, parse_cell
from maidinh.services.procedures.definition import Case, Procedure


def budget_findings(procedure: Procedure, flow: Flow, calendar: WorkingCalendar) -> Iterator[Finding]:
    """The cases whose limit is shorter than the longest way through the process."""
    start = late_start(procedure, calendar)
    end, way = _longest(flow, start, calendar)
    for n, case in enumerate(procedure.cases):
        amount, row = _smallest(procedure, case)
        budget = Budget(amount=amount, unit=case.time_limit.budget.unit)
        if end <= due(start, budget, calendar):
            continue
        told = {"case": case.id, "way": ", ".join(way)}
        if row is None:
            yield found("budget.over-limit", ("cases", n, "time_limit", "budget"), **told)
        else:
            table = [each.id for each in procedure.tables].index(str(case.time_limit.table))
            yield found(
                "budget.over-table-limit", ("tables", table, "rows", row),
                row=row + 1, table=procedure.tables[table].id, amount=amount, **told,
            )  # fmt: skip


def late_start(procedure: Procedure, calendar: WorkingCalendar) -> datetime:
    """The last moment of the first working day that still counts for that day: hours are shortest then."""
    zone = ZoneInfo(calendar.timezone)
    moment = datetime.combine(procedure.effective_from, calendar.cutoff, zone)
    return datetime.combine(start_day(moment, calendar, cutoff=True), calendar.cutoff, zone)


def length_of(budget: Budget, start: datetime, calendar: WorkingCalendar) -> datetime:
    """When a step that begins at `start` ends at the latest."""
    return due(start, budget, calendar, cutoff=False)


def _longest(flow: Flow, start: datetime, calendar: WorkingCalendar) -> tuple[datetime, list[str]]:
    """When the longest way ends, and its steps; a step that sends back isn't gone through twice."""
    begins: dict[str, tuple[datetime, tuple[str, ...]]] = {flow.first: (start, ())}
    last: tuple[datetime, tuple[str, ...]] = (start, ())
    for name in flow.in_order:
        at, way = begins[name]
        step = flow.steps[name]
        counted = [] if step.suspends_clock else [b for b in (step.budget, step.minimum) if b is not None]
        end = max((length_of(budget, at, calendar) for budget in counted), default=at)
        way = (*way, name) if counted else way
        last = max(last, (end, way), key=lambda each: each[0])
        for place in flow.forward[name]:
            if place not in begins or begins[place][0] < end:
                begins[place] = (end, way)
    return last[0], list(last[1])


def _smallest(procedure: Procedure, case: Case) -> tuple[int, int | None]:
    """The smallest limit that the case can have, and the row of its table that gives it, from 0."""
    limit = case.time_limit
    if limit.table is None:
        return limit.budget.amount, None
    table = procedure.table(limit.table)
    kept = [
        (int(row.then["amount"]), n)
        for n, row in enumerate(table.rows)
        if holds(parse_cell(row.when.get("case", "-")), case.id)
        and isinstance(row.then["amount"], int | float)
        and row.then["amount"] > 0
    ]
    gap = any(isinstance(each, Gap) for each in gaps_and_overlaps(table))
    smallest = min(kept, default=None)
    if smallest is None or (gap and limit.budget.amount < smallest[0]):
        return limit.budget.amount, None
    return smallest
