"""What becomes of open dossiers when their procedure gets a newer version: foreseen, and carried out as foreseen.

Layer 4, part of the dossiers' actions. A dossier stays under the version it began under unless the new one's `change`
takes it over on a legal basis. Some hundred move in one transaction, each only if it still stands as it was foreseen,
so that a move that broke off is gone on with by doing it again. What has ended never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

from django.db.models import Q
from django.utils.timezone import localtime

from maidinh.infrastructure.calendars.definition import Budget
from maidinh.infrastructure.calendars.rules import due
from maidinh.infrastructure.database.scope import acting
from maidinh.services.clock.ledger import Entry
from maidinh.services.clock.reckoning import reckon
from maidinh.services.decisions.rules import Contradiction
from maidinh.services.dossiers.actions.moving import LimitMoved, Moved, write_moved
from maidinh.services.dossiers.actions.progress import CHANNEL_NAMES
from maidinh.services.dossiers.models import ENDED, Dossier, Status, Task
from maidinh.services.dossiers.queries import APPLICANTS_ALONE, calendar_of, clock_under
from maidinh.services.dossiers.rules import MOVED, agency_of, case_of, step_of
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.queries import ProcedureVersion, version_by_hash
from maidinh.services.procedures.rules import facts_of, limit_of
from maidinh.services.processes.moving import Hindrance, Move, Standing, defaults_of, move_of, moves_from

Fate = Literal["stays", "moves", "held"]
BATCH = 500  # dossiers looked at with one question
TOGETHER = 200  # dossiers moved in one transaction: their officials wait for it, a second at most


@dataclass(frozen=True)
class StepFate:
    """A step of the dossier that is open or waits for the applicant: what it is, who has it, until when; then."""

    before: str
    after: str
    agency_before: str
    agency_after: str
    due_before: datetime | None
    due_after: datetime | None

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "before": self.before,
            "after": self.after,
            "agency_before": self.agency_before,
            "agency_after": self.agency_after,
            "due_before": _told(self.due_before),
            "due_after": _told(self.due_after),
        }


@dataclass(frozen=True)
class DossierFate:
    """What becomes of one open dossier: it stays under its version, moves, or is held back where it should move."""

    code: str
    version: str
    fate: Fate
    status: int
    agencies: tuple[str, ...]
    steps: tuple[StepFate, ...]
    waiting: tuple[str, ...]
    due_before: datetime | None
    due_after: datetime | None
    filled: tuple[str, ...] = ()
    hindrances: tuple[Hindrance, ...] = ()

    @property
    def delta_seconds(self) -> int:
        """By how much the due moment moves; 0 where there is none."""
        if self.due_before is None or self.due_after is None:
            return 0
        return int((self.due_after - self.due_before).total_seconds())

    def as_json(self) -> dict[str, Any]:
        """For machines, and for the plan that is kept in a file; nothing personal."""
        return {
            "code": self.code,
            "version": self.version,
            "fate": self.fate,
            "status": self.status,
            "agencies": list(self.agencies),
            "steps": [each.as_json() for each in self.steps],
            "waiting": list(self.waiting),
            "due_before": _told(self.due_before),
            "due_after": _told(self.due_after),
            "delta_seconds": self.delta_seconds,
            "filled": list(self.filled),
            "hindrances": [each.as_json() for each in self.hindrances],
        }


@dataclass(frozen=True)
class MovesDone:
    """What came of moving: the codes of those that moved now, and of those that don't stand as foreseen any more."""

    moved: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def fates_under(new: Procedure) -> Iterator[DossierFate]:
    """What becomes of each open dossier under another version of this procedure; nothing is written."""
    versions = {each.pk: each.procedure for each in ProcedureVersion.objects.filter(code=new.code)}
    rows = (
        Dossier.objects.filter(procedure__code=new.code)
        .exclude(procedure__version=new.version)
        .exclude(status__in=ENDED)
        .defer(APPLICANTS_ALONE)
        .prefetch_related("clock")
        .order_by("pk")
        .iterator(chunk_size=BATCH)
    )
    while batch := list(islice(rows, BATCH)):
        tasks = _tasks_of(batch)
        for dossier in batch:
            yield _fate_of(dossier, tasks.get(dossier.pk, []), versions[dossier.procedure_id], new)[0]


def moved_already(codes: Iterable[str], new: Procedure) -> set[str]:
    """Which of these dossiers are under this version."""
    under = Dossier.objects.filter(procedure__code=new.code, procedure__version=new.version)
    return set(under.filter(code__in=list(codes)).values_list("code", flat=True))


def move_dossiers(*, foreseen: Sequence[DossierFate], version: ProcedureVersion, at: datetime) -> MovesDone:
    """Move dossiers as it was foreseen; one that is moved already or stands otherwise by now is left as it is.

    Each gets a line of history with the legal basis and is told of as an event; every closed step stays as it is.
    """
    parts = [_move_together(foreseen[first : first + TOGETHER], version, at)
             for first in range(0, len(foreseen), TOGETHER)]  # fmt: skip
    return MovesDone(
        tuple(code for part in parts for code in part.moved), tuple(code for part in parts for code in part.changed)
    )


def _move_together(foreseen: Sequence[DossierFate], version: ProcedureVersion, at: datetime) -> MovesDone:
    new, fates = version.procedure, {each.code: each for each in foreseen}
    agencies = {agency for each in foreseen for agency in (*each.agencies, *_taking_part(each, new))}
    moved: list[Moved] = []
    with acting(agencies=agencies):
        held = Dossier.objects.select_for_update(of=("self",)).select_related("procedure").order_by("pk")
        dossiers = list(held.defer(APPLICANTS_ALONE, "procedure__content").filter(code__in=fates))
        tasks = _tasks_of(dossiers)
        there = {each.code for each in dossiers if each.procedure_id == version.pk}
        for dossier in dossiers:
            done = None if dossier.code in there else _moved_as(fates[dossier.code], dossier, tasks, version)
            moved += [done] if done else []
        write_moved(moved, kind=MOVED, code=new.code, version=new.version, at=at)
    codes = tuple(each.dossier.code for each in moved)
    return MovesDone(codes, tuple(code for code in fates if code not in {*codes, *there}))


def _moved_as(
    foreseen: DossierFate, dossier: Dossier, tasks: dict[int, list[Task]], version: ProcedureVersion
) -> Moved | None:
    """The dossier as it is under the version; None where it isn't as it was foreseen."""
    old, new, mine = _procedure_of(dossier.procedure.hash), version.procedure, tasks.get(dossier.pk, [])
    fate, move = _fate_of(dossier, mine, old, new)
    if fate != foreseen or move is None or fate.fate != "moves":
        return None
    changed = [task for task, step in zip(mine, fate.steps, strict=True) if _move_task(task, step, dossier, old, new)]
    limit = _write(dossier, old, version, fate, move)
    basis = new.change.basis
    reason = f"{old.version} → {new.version}. {basis.text if basis else ''}".strip()
    return Moved(dossier, old.version, reason, changed, limit)


@lru_cache(maxsize=64)
def _procedure_of(digest: str) -> Procedure:
    """The definition of this content hash, read once: it never changes."""
    return version_by_hash(digest).procedure


def _write(
    dossier: Dossier, old: Procedure, version: ProcedureVersion, fate: DossierFate, move: Move
) -> LimitMoved | None:
    """The dossier under the version, not yet kept; the line of its clock where another limit moves its day."""
    new, limit = version.procedure, None
    if dossier.accepted_at is not None and dossier.finished_at is None:
        has, had = _limit(dossier, new, move.answers), _limit_had(dossier, old)
        if had != has and dossier.due_at is not None and fate.due_after is not None:
            limit = LimitMoved(had, dossier.due_at, fate.due_after)
        dossier.limit = has.model_dump(mode="json")
    dossier.procedure, dossier.answers, dossier.waiting = version, move.answers, sorted(move.waiting)
    dossier.due_at, dossier.responsible = fate.due_after, new.responsible
    dossier.agencies = sorted({*dossier.agencies, *_taking_part(fate, new)})
    return limit


def _move_task(task: Task, fate: StepFate, dossier: Dossier, old: Procedure, new: Procedure) -> bool:
    """The step under its new name, not yet kept; whether it changed. Whoever had taken it keeps it where role and
    agency are the same."""
    step = step_of(new, fate.after)
    others = (task.role, task.agency) != (step.role, fate.agency_after)
    values: dict[str, Any] = {"step": fate.after, "role": step.role, "agency": fate.agency_after}
    if task.closed_at is None:
        values["due_at"] = fate.due_after
        if others:
            values |= {"claimed_by": "", "claimed_at": None}
        if step.minimum is None:
            values["not_before"] = None
        elif _minimum(old, task.step) != step.minimum or task.not_before is None:
            limit = case_of(new, dossier.case).time_limit
            calendar = calendar_of(dossier)
            values["not_before"] = due(task.opened_at, step.minimum, calendar, limit.cutoff)
    changed = any(getattr(task, name) != value for name, value in values.items())
    for name, value in values.items():
        setattr(task, name, value)
    return changed


def _taking_part(fate: DossierFate, new: Procedure) -> set[str]:
    return {new.responsible, *(each.agency_after for each in fate.steps if each.agency_after)}


def _minimum(procedure: Procedure, name: str) -> Budget | None:
    return next((step.minimum for step in procedure.steps if step.id == name), None)


def _tasks_of(dossiers: Sequence[Dossier]) -> dict[int, list[Task]]:
    """The steps of these dossiers that are open, and of those that wait for the applicant the one that asked."""
    waiting = {each.pk for each in dossiers if each.status == Status.SUPPLEMENT}
    held = Q(closed_at__isnull=True) | Q(asked=True, dossier_id__in=waiting)
    found: dict[int, list[Task]] = {}
    for task in Task.objects.filter(held, dossier_id__in=[each.pk for each in dossiers]).order_by("id"):
        found.setdefault(task.dossier_id, []).append(task)
    for tasks in found.values():
        asked = [task for task in tasks if task.closed_at is not None]
        last = max(asked, key=lambda task: (task.closed_at, task.pk), default=None)
        tasks[:] = [task for task in tasks if task.closed_at is None or task is last]
    return found


def _fate_of(
    dossier: Dossier, tasks: Sequence[Task], old: Procedure, new: Procedure
) -> tuple[DossierFate, Move | None]:
    if not moves_from(new, old.version):
        steps = tuple(_unmoved(task) for task in tasks)
        return _fate(dossier, old, "stays", steps, dossier.due_at), None
    move = move_of(old, new, _standing_of(dossier, tasks))
    try:
        due_after = _due_under(dossier, old, new, move) if not _of_case(move) else dossier.due_at
    except Contradiction:
        move = Move(hindrances=(*move.hindrances, Hindrance("limit", dossier.case)))
    if move.hindrances:
        steps = tuple(_unmoved(task) for task in tasks)
        return _fate(dossier, old, "held", steps, dossier.due_at, hindrances=move.hindrances), None
    steps = tuple(_moved(task, move.steps[task.step], dossier, old, new) for task in tasks)
    return _fate(dossier, old, "moves", steps, due_after, filled=move.filled), move


def _fate(
    dossier: Dossier,
    old: Procedure,
    fate: Fate,
    steps: tuple[StepFate, ...],
    due_after: datetime | None,
    *,
    filled: tuple[str, ...] = (),
    hindrances: tuple[Hindrance, ...] = (),
) -> DossierFate:
    return DossierFate(
        code=dossier.code,
        version=old.version,
        fate=fate,
        status=int(dossier.status),
        agencies=tuple(dossier.agencies),
        steps=steps,
        waiting=tuple(dossier.waiting),
        due_before=dossier.due_at,
        due_after=due_after,
        filled=filled,
        hindrances=hindrances,
    )


def _standing_of(dossier: Dossier, tasks: Sequence[Task]) -> Standing:
    return Standing(
        case=dossier.case,
        channel=CHANNEL_NAMES.get(dossier.channel, "online"),
        receiving=dossier.receiving,
        answers=dossier.answers,
        facts=dossier.facts,
        open=frozenset(task.step for task in tasks if task.closed_at is None),
        waiting=frozenset(dossier.waiting),
        asked=next((task.step for task in tasks if task.closed_at is not None), ""),
    )


def _of_case(move: Move) -> bool:
    return any(each.kind == "case" for each in move.hindrances)


def _limit(dossier: Dossier, procedure: Procedure, answers: dict[str, Any]) -> Budget:
    channel = CHANNEL_NAMES.get(dossier.channel, "online")
    facts = facts_of({**defaults_of(procedure), **answers}, dossier.case, channel, dossier.facts)
    return limit_of(procedure, case_of(procedure, dossier.case), facts)


def _limit_had(dossier: Dossier, old: Procedure) -> Budget:
    return Budget.model_validate(dossier.limit) if dossier.limit else case_of(old, dossier.case).time_limit.budget


def _due_under(dossier: Dossier, old: Procedure, new: Procedure, move: Move) -> datetime | None:
    """When it is due under the new version: as before, unless that one gives another limit. What is done is done."""
    if dossier.accepted_at is None or dossier.finished_at is not None:
        return dossier.due_at
    before, after = (case_of(each, dossier.case).time_limit for each in (old, new))
    had = _limit_had(dossier, old)
    has = _limit(dossier, new, move.answers)
    if (had, before.cutoff) == (has, after.cutoff):
        return dossier.due_at
    ledger = clock_under(dossier, new, has)
    changed = Entry(ledger.entries[-1].at if ledger.entries else ledger.start, "limit_changed", budget=had)
    return reckon(replace(ledger, entries=(*ledger.entries, changed))).last_due


def _unmoved(task: Task) -> StepFate:
    return StepFate(task.step, task.step, task.agency, task.agency, task.due_at, task.due_at)


def _moved(task: Task, to: str, dossier: Dossier, old: Procedure, new: Procedure) -> StepFate:
    was = next((step for step in old.steps if step.id == task.step), None)
    step = step_of(new, to)
    agency = agency_of(step, dossier.receiving, new.responsible)
    before, after = (case_of(each, dossier.case).time_limit for each in (old, new))
    due_after = task.due_at
    if task.closed_at is None and (was is None or (was.budget, before.cutoff) != (step.budget, after.cutoff)):
        calendar = calendar_of(dossier)
        due_after = due(task.opened_at, step.budget, calendar, after.cutoff) if step.budget else None
    return StepFate(task.step, to, task.agency, agency, task.due_at, due_after)


def _told(moment: datetime | None) -> str | None:
    return localtime(moment).isoformat() if moment is not None else None
