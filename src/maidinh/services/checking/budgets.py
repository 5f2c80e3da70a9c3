"""Whether the budgets of the steps fit into the time limit of each case, on the longest way.

Layer 4. Pure. Branches beside each other count as long as the longest of them; joins take no time, and steps that
suspend the clock are not counted. Where a table decides the limit, each of its rows is held against the longest way
that a dossier of that row can go: routes that the row's own values decide are followed, all others can be. Where units
differ, how long one is in the other depends on the day of the week, so every day of a week is begun on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from maidinh.infrastructure.calendars.definition import LONGEST, Budget, WorkingCalendar
from maidinh.infrastructure.calendars.rules import DAY, due, is_working_day, start_day
from maidinh.services.checking.catalogue import found
from maidinh.services.checking.findings import Finding
from maidinh.services.checking.flow import Flow
from maidinh.services.checking.values import left_open
from maidinh.services.decisions.completeness import Gap, TooManyCases, gaps_and_overlaps
from maidinh.services.decisions.conditions import Among, Cell, Literal, holds, parse_cell
from maidinh.services.decisions.definition import DecisionTable
from maidinh.services.procedures.definition import Case, Procedure, Step

WEEK = 7


def budget_findings(procedure: Procedure, flow: Flow, calendar: WorkingCalendar) -> Iterator[Finding]:
    """The cases, and the rows of tables of limits, that are shorter than the longest way through the process."""
    for n, case in enumerate(procedure.cases):
        for amount, row, known in _limits(procedure, case):
            budget = Budget(amount=amount, unit=case.time_limit.budget.unit)
            way = _too_long(flow, budget, _starts(procedure, budget, calendar), calendar, known)
            if way is None:
                continue
            told = {"case": case.id, "way": ", ".join(way)}
            if row is None:
                yield found("budget.over-limit", ("cases", n, "time_limit", "budget"), **told)
                continue
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


def _starts(procedure: Procedure, limit: Budget, calendar: WorkingCalendar) -> list[datetime]:
    """The moments to begin at: the first there is, and where a step counts in another unit those of a whole week."""
    first = late_start(procedure, calendar)
    units = {budget.unit for step in procedure.steps for budget in (step.budget, step.minimum) if budget is not None}
    days = (first + n * DAY for n in range(WEEK if units - {limit.unit} else 1))
    return [day for day in days if is_working_day(day.date(), calendar)]


def _too_long(
    flow: Flow, limit: Budget, starts: list[datetime], calendar: WorkingCalendar, known: Mapping[str, Any]
) -> list[str] | None:
    """The longest way from the first of these moments on which it passes the limit; None where it never does."""
    for start in starts:
        end, way = _longest(flow, start, calendar, known)
        if end > due(start, limit, calendar):
            return way
    return None


def length_of(budget: Budget, start: datetime, calendar: WorkingCalendar) -> datetime:
    """When a step that begins at `start` ends at the latest."""
    return due(start, budget, calendar, cutoff=False)


def _longest(
    flow: Flow, start: datetime, calendar: WorkingCalendar, known: Mapping[str, Any]
) -> tuple[datetime, list[str]]:
    """When the longest way with these facts ends, and its steps; a step that sends back isn't gone through twice."""
    begins: dict[str, tuple[datetime, tuple[str, ...]]] = {flow.first: (start, ())}
    last: tuple[datetime, tuple[str, ...]] = (start, ())
    for name in flow.in_order:
        if name not in begins:
            continue
        at, way = begins[name]
        step = flow.steps[name]
        counted = [] if step.suspends_clock else [b for b in (step.budget, step.minimum) if b is not None]
        end = max((length_of(budget, at, calendar) for budget in counted), default=at)
        way = (*way, name) if counted else way
        last = max(last, (end, way), key=lambda each: each[0])
        for place in flow.forward[name] & _places(step, known):
            if place not in begins or begins[place][0] < end:
                begins[place] = (end, way)
    return last[0], list(last[1])


def _places(step: Step, known: Mapping[str, Any]) -> frozenset[str]:
    """Where the step can lead with these facts: a route that they decide is taken or passed by, others may be."""
    places: set[str] = set()
    for outcome in step.outcomes:
        ways: list[str | list[str]] = []
        for route in outcome.routes:
            held = [holds(parse_cell(cell), known[fact]) for fact, cell in route.when.items() if fact in known]
            if not all(held):
                continue
            ways.append(route.to)
            if len(held) == len(route.when):
                break
        else:
            ways.append(outcome.to)
        for way in ways:
            places.update([way] if isinstance(way, str) else way)
    return frozenset(places)


def _limits(procedure: Procedure, case: Case) -> Iterator[tuple[int, int | None, dict[str, Any]]]:
    """Every limit that the case can have: its amount, the row of its table, from 0, and what that row fixes."""
    limit, facts = case.time_limit, {"case": case.id}
    if limit.table is None:
        yield limit.budget.amount, None, facts
        return
    table = procedure.table(limit.table)
    if _leaves_gaps(table, left_open(procedure)):
        yield limit.budget.amount, None, facts
    for n, row in enumerate(table.rows):
        amount = row.then["amount"]
        if (
            not isinstance(amount, int | float)
            or not 0 < amount <= LONGEST
            or not holds(parse_cell(row.when.get("case", "-")), case.id)
        ):
            continue
        yield int(amount), n, facts | {fact: one for fact, cell in row.when.items() if (one := _only(cell)) is not None}


def _leaves_gaps(table: DecisionTable, unknown: frozenset[str]) -> bool:
    try:
        return any(isinstance(each, Gap) for each in gaps_and_overlaps(table, unknown))
    except TooManyCases:
        return True  # nobody can tell; that is a fault of the table itself


def _only(cell: Cell) -> Literal | None:
    """The one value that a cell lets pass; None where it is not one."""
    test = parse_cell(cell)
    return next(iter(test.values)) if isinstance(test, Among) and len(test.values) == 1 else None
