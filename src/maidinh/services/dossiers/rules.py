"""What may happen to a dossier, and when it is due: pure decisions, time passed in.

Layer 4. The time limit is a budget and a ledger of suspensions; the due moment is derived from them, never stored
as a truth of its own. What a supplement does to the clock is a parameter of the rule pack (`dossier.supplement`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from maidinh.infrastructure.calendars.definition import Budget, WorkingCalendar
from maidinh.infrastructure.calendars.rules import due, is_working_day, start_day
from maidinh.services.procedures.definition import Case, Outcome, Procedure, Step

SupplementRule = Literal["pause", "restart"]
ENDS: dict[str, int] = {"refused": 3, "stopped": 8, "returned": 10}
SUPPLEMENT = "supplement"


@dataclass(frozen=True)
class Suspension:
    """The clock stood still from the request for a supplement until it came; `until` is None while it is awaited."""

    since: datetime
    until: datetime | None

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Suspension:
        """As kept in the dossier's ledger."""
        until = row.get("until")
        return cls(datetime.fromisoformat(row["since"]), datetime.fromisoformat(until) if until else None)

    def as_json(self) -> dict[str, Any]:
        """For the dossier's ledger."""
        return {"since": self.since.isoformat(), "until": self.until.isoformat() if self.until else None}


@dataclass(frozen=True)
class Move:
    """Where an outcome takes a dossier: to another step, or to an end; and its national status there."""

    step: str
    status: int


class NoSuchOutcome(ValueError):
    """The step cannot end like this."""


def case_of(procedure: Procedure, case: str) -> Case:
    """The case of the procedure; ValueError when it has none of that id."""
    for candidate in procedure.cases:
        if candidate.id == case:
            return candidate
    raise ValueError(f"procedure {procedure.code} has no case {case}")


def step_of(procedure: Procedure, step: str) -> Step:
    """The step of the procedure; ValueError when it has none of that id."""
    for candidate in procedure.steps:
        if candidate.id == step:
            return candidate
    raise ValueError(f"procedure {procedure.code} has no step {step}")


def outcome_of(step: Step, outcome: str) -> Outcome:
    """The outcome of the step; NoSuchOutcome names those it has."""
    for candidate in step.outcomes:
        if candidate.id == outcome:
            return candidate
    raise NoSuchOutcome(f"step {step.id} has no outcome {outcome}; it has {', '.join(o.id for o in step.outcomes)}")


def agency_of(step: Step, receiving: str, responsible: str) -> str:
    """The agency that does the step."""
    return {"receiving": receiving, "responsible": responsible}.get(step.agency, step.agency)


def agencies_of(procedure: Procedure, receiving: str) -> list[str]:
    """Every agency that takes part from the first day: the receiving and the responsible one.

    Others join when a step of theirs opens.
    """
    return sorted({receiving, procedure.responsible})


def move(procedure: Procedure, step: Step, outcome: Outcome, fee_unpaid: bool) -> Move:
    """Where the outcome leads and the national status there (code list of the national portal)."""
    if outcome.to in ENDS:
        return Move("", ENDS[outcome.to])
    if outcome.to == SUPPLEMENT:
        return Move(step.id, 5)
    following = step_of(procedure, outcome.to)
    if following.requires_fee and fee_unpaid:
        return Move(following.id, 6)
    if following.kind == "handover":
        return Move(following.id, 9)
    return Move(following.id, 2 if step.kind == "intake" else 4)


def due_at(
    limit: Budget,
    accepted: datetime,
    suspensions: Iterable[Suspension],
    calendar: WorkingCalendar,
    rule: SupplementRule,
    cutoff: bool,
) -> datetime:
    """When the dossier is due, in the calendar's zone. A suspension still open does not move it yet."""
    start, budget = accepted, limit
    for pause in suspensions:
        if pause.until is None:
            continue
        if rule == "pause":
            budget = remaining(budget, start, pause.since, calendar, cutoff)
        else:
            budget = limit
        start = pause.until
    return due(start, budget, calendar, cutoff)


def remaining(budget: Budget, start: datetime, stop: datetime, calendar: WorkingCalendar, cutoff: bool) -> Budget:
    """What is left of a budget when the clock stops: the days up to and including that of the stop are used."""
    zone = ZoneInfo(calendar.timezone)
    first, last = start_day(start, calendar, cutoff), stop.astimezone(zone).date()
    days = [first + timedelta(days=n) for n in range(1, max((last - first).days, 0) + 1)]
    if budget.unit == "working_day":
        return Budget(amount=max(budget.amount - sum(is_working_day(d, calendar) for d in days), 0), unit="working_day")
    if budget.unit == "working_hour":
        used = _office_seconds(start.astimezone(zone), stop.astimezone(zone), calendar)
        left = max(budget.amount * 3600 - used, 0)
        return Budget(amount=-(-left // 3600), unit="working_hour")
    if budget.unit == "month":
        whole = (due(start, budget, calendar, cutoff).astimezone(zone).date() - first).days
        return Budget(amount=max(whole - len(days), 0), unit="calendar_day")
    return Budget(amount=max(budget.amount - len(days), 0), unit="calendar_day")


def _office_seconds(start: datetime, stop: datetime, calendar: WorkingCalendar) -> int:
    total = timedelta()
    day: date = start.date()
    while day <= stop.date():
        if is_working_day(day, calendar):
            for hours in calendar.office_hours:
                opens = datetime.combine(day, hours.opens, start.tzinfo)
                closes = datetime.combine(day, hours.closes, start.tzinfo)
                total += max(min(closes, stop) - max(opens, start), timedelta())
        day += timedelta(days=1)
    return int(total.total_seconds())


def time_left(due: datetime | None, at: datetime, soon: timedelta) -> Literal["late", "soon", "fine", "none"]:
    """How a due moment stands against now: late, soon (within the given span), fine, or none set."""
    if due is None:
        return "none"
    if at > due:
        return "late"
    return "soon" if due - at <= soon else "fine"


def dossier_code(agency: str, day: date, serial: int) -> str:
    """The dossier's code: agency, day of submission, serial number (the form seen in 2026; TT 03/2025 unread)."""
    return f"{agency}-{day:%Y%m%d}-{serial:07d}"


def tracking_digest(code: str, secret: str) -> str:
    """What the database keeps of a tracking code and its secret; both are needed to see the dossier."""
    normal = f"{code.strip().upper()}:{secret.strip().upper().replace('-', '').replace(' ', '')}"
    return hashlib.sha256(normal.encode()).hexdigest()
