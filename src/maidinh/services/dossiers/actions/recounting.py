"""What a changed working calendar does to open dossiers: foreseen, and carried out as foreseen.

Layer 4, part of the dossiers' actions. A day off that was added or swapped moves the end of every term that reaches it
(Labour Code 2019 article 112, the yearly notices). Each dossier is counted anew in a transaction of its own; doing it
again does nothing. What has ended, and what was promised in a signed receipt before acceptance, stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from django.utils.timezone import localtime

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.calendars.definition import Budget
from maidinh.infrastructure.calendars.rules import due
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.actions import publish
from maidinh.services.clock.reckoning import reckon
from maidinh.services.dossiers.actions.clockwork import write_line
from maidinh.services.dossiers.actions.progress import note
from maidinh.services.dossiers.models import ENDED, ClockKind, Dossier, Task
from maidinh.services.dossiers.queries import APPLICANTS_ALONE, calendar_of, clock_under, standing_for
from maidinh.services.dossiers.rules import case_of
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.queries import version_by_hash

BATCH = 500  # dossiers looked at with one question
RECOUNTED = "recounted"


class DossierChanged(Exception):
    """The dossier doesn't stand any more as it was foreseen; `code` names it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class StepRecount:
    """An open step whose date moves."""

    step: str
    old_due: datetime
    new_due: datetime


@dataclass(frozen=True)
class Recount:
    """An open dossier that is counted otherwise by the calendar in force: its end, and the dates of its open steps."""

    code: str
    agencies: tuple[str, ...]
    calendar: str
    old_due: datetime
    new_due: datetime
    steps: tuple[StepRecount, ...]

    def as_json(self) -> dict[str, Any]:
        """For machines; nothing personal."""
        return {
            "code": self.code,
            "calendar": self.calendar,
            "old_due": localtime(self.old_due).isoformat(),
            "new_due": localtime(self.new_due).isoformat(),
            "steps": [
                {
                    "step": each.step,
                    "old_due": localtime(each.old_due).isoformat(),
                    "new_due": localtime(each.new_due).isoformat(),
                }
                for each in self.steps
            ],
        }


def recounts() -> Iterator[Recount]:
    """Every open dossier that the calendar in force counts otherwise; nothing is written. For who sees them all."""
    rows = (
        Dossier.objects.filter(accepted_at__isnull=False, due_at__isnull=False, finished_at__isnull=True)
        .exclude(status__in=ENDED)
        .select_related("procedure")
        .defer(APPLICANTS_ALONE, "answers", "receipt", "procedure__content")
        .prefetch_related("clock")
        .order_by("pk")
        .iterator(chunk_size=BATCH)
    )
    while batch := list(islice(rows, BATCH)):
        tasks = _tasks_of(batch)
        for dossier in batch:
            found = _recount_of(dossier, tasks.get(dossier.pk, []))
            if found is not None:
                yield found


def recount_dossier(*, foreseen: Recount, reason: str, at: datetime) -> bool:
    """Count one dossier anew as it was foreseen; False where that is done already. Raises DossierChanged.

    Where its end moves the clock has a line, and where the clock runs the applicant is told.
    """
    with acting(agencies=foreseen.agencies):
        held = Dossier.objects.select_for_update(of=("self",)).select_related("procedure")
        dossier = held.defer(APPLICANTS_ALONE, "procedure__content").filter(code=foreseen.code).first()
        if dossier is None or dossier.status in ENDED or dossier.finished_at is not None:
            raise DossierChanged(foreseen.code)
        tasks = _tasks_of([dossier]).get(dossier.pk, [])
        found = _recount_of(dossier, tasks)
        if found is None:
            return False
        if found != foreseen:
            raise DossierChanged(foreseen.code)
        moved = {each.step: each.new_due for each in found.steps}
        for task in tasks:
            if task.step in moved:
                Task.objects.filter(pk=task.pk).update(due_at=moved[task.step])
        if found.old_due != found.new_due:
            _move(dossier, found, reason, at)
    return True


def _move(dossier: Dossier, found: Recount, reason: str, at: datetime) -> None:
    actor = Actor(kind="system", id="operator", agencies=(dossier.receiving,))
    told = ". ".join(part for part in (found.calendar, reason.strip()) if part)
    write_line(dossier, ClockKind.CALENDAR, actor, at, reason=told, moved=(found.old_due, found.new_due))
    dossier.due_at = found.new_due
    dossier.save(update_fields=["due_at"])
    details = {
        "calendar": found.calendar, "from": found.old_due.isoformat(), "until": found.new_due.isoformat(),
        "reason": reason.strip(),
    }  # fmt: skip
    record_act(actor=actor, action="recount dossier", subject=dossier.code, at=at, details=details)
    runs = not standing_for(dossier)
    note(dossier, RECOUNTED, actor, at, reason=reason.strip(), public=runs)
    if runs:  # while the clock stands no date is promised that could move
        publish(
            name="dossier.recounted",
            payload={"dossier": dossier.pk, "code": dossier.code, "status": int(dossier.status)},
            at=at,
            agency=dossier.receiving,
        )


def _recount_of(dossier: Dossier, tasks: Sequence[Task]) -> Recount | None:
    """None where the calendar in force counts it as it is kept."""
    if dossier.due_at is None:
        return None
    procedure, calendar = _procedure_of(dossier.procedure.hash), calendar_of(dossier)
    case = case_of(procedure, dossier.case)
    limit = Budget.model_validate(dossier.limit) if dossier.limit else case.time_limit.budget
    new_due = reckon(clock_under(dossier, procedure, limit)).last_due
    budgets = {step.id: step.budget for step in procedure.steps}
    steps = []
    for task in tasks:
        budget = budgets.get(task.step)
        if task.due_at is None or budget is None:
            continue
        ends = due(task.opened_at, budget, calendar, case.time_limit.cutoff)
        if ends != task.due_at:
            steps.append(StepRecount(task.step, task.due_at, ends))
    if new_due == dossier.due_at and not steps:
        return None
    return Recount(
        code=dossier.code,
        agencies=tuple(dossier.agencies),
        calendar=calendar.id,
        old_due=dossier.due_at,
        new_due=new_due,
        steps=tuple(steps),
    )


def _tasks_of(dossiers: Sequence[Dossier]) -> dict[int, list[Task]]:
    found: dict[int, list[Task]] = {}
    dated = Task.objects.filter(closed_at__isnull=True, due_at__isnull=False)
    for task in dated.filter(dossier_id__in=[each.pk for each in dossiers]).order_by("id"):
        found.setdefault(task.dossier_id, []).append(task)
    return found


@lru_cache(maxsize=64)
def _procedure_of(digest: str) -> Procedure:
    """The definition of this content hash, read once: it never changes."""
    return version_by_hash(digest).procedure
