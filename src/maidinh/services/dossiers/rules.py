"""What may happen to a dossier, and when it is due: pure decisions, time passed in.

Layer 4. The time limit is a budget and a ledger of suspensions; the due moment is derived from them, never stored
as a truth of its own. What a supplement does to the clock is a parameter of the rule pack (`dossier.supplement`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from maidinh.infrastructure.calendars.definition import Budget, WorkingCalendar
from maidinh.infrastructure.calendars.rules import Pause, due_with_pauses
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
    """Every agency that takes part from the first day: the receiving, the responsible, and that of the first step.

    Others join when a step of theirs opens.
    """
    first = agency_of(procedure.steps[0], receiving, procedure.responsible)
    return sorted({receiving, procedure.responsible, first})


def move(procedure: Procedure, step: Step, outcome: Outcome, fee_unpaid: bool) -> Move:
    """Where the outcome leads and the national status there (code list of the national portal)."""
    if not isinstance(outcome.to, str):
        raise ValueError(f"outcome {outcome.id} of step {step.id} leads to several places")
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
    pauses = [Pause(each.since, each.until) for each in suspensions if each.until is not None]
    due = due_with_pauses(accepted, limit, pauses, rule, calendar, cutoff)
    if due is None:
        raise ValueError("a term whose suspensions have all ended has an end")
    return due


def dossier_code(agency: str, day: date, serial: int) -> str:
    """The dossier's code: agency, day of submission, serial number (the form seen in 2026; TT 03/2025 unread)."""
    return f"{agency}-{day:%Y%m%d}-{serial:07d}"


def tracking_digest(code: str, secret: str) -> str:
    """What the database keeps of a tracking code and its secret; both are needed to see the dossier."""
    normal = f"{code.strip().upper()}:{secret.strip().upper().replace('-', '').replace(' ', '')}"
    return hashlib.sha256(normal.encode()).hexdigest()
