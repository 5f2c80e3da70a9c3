"""Writing down many dossiers that moved to another version of their procedure, with few statements.

Layer 4, part of the dossiers' actions; within the caller's transaction and scope. What moves and why is decided before
(republishing.py); its legal ground is the new version's own, and stands in each dossier's history.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.audit.actions import record_acts
from maidinh.infrastructure.calendars.definition import Budget
from maidinh.infrastructure.events.actions import publish_all
from maidinh.services.dossiers.models import ClockEntry, ClockKind, Dossier, DossierEvent, Task

DOSSIERS = """
UPDATE dossiers_dossier AS d SET procedure_id = r.procedure_id, answers = r.answers, waiting = r.waiting,
    "limit" = r."limit", due_at = r.due_at, responsible = r.responsible, agencies = r.agencies
FROM jsonb_to_recordset(%s::jsonb) AS r(id bigint, procedure_id bigint, answers jsonb, waiting text[], "limit" jsonb,
    due_at timestamptz, responsible text, agencies text[])
WHERE d.id = r.id
"""
TASKS = """
UPDATE dossiers_task AS t SET step = r.step, role = r.role, agency = r.agency, due_at = r.due_at,
    not_before = r.not_before, claimed_by = r.claimed_by, claimed_at = r.claimed_at
FROM jsonb_to_recordset(%s::jsonb) AS r(id bigint, step text, role text, agency text, due_at timestamptz,
    not_before timestamptz, claimed_by text, claimed_at timestamptz)
WHERE t.id = r.id
"""
OF_DOSSIER = ("id", "procedure_id", "answers", "waiting", "limit", "due_at", "responsible", "agencies")
OF_TASK = ("id", "step", "role", "agency", "due_at", "not_before", "claimed_by", "claimed_at")


@dataclass(frozen=True)
class LimitMoved:
    """The limit that held until now, and from when to when another one moves the end."""

    had: Budget
    old_due: datetime
    new_due: datetime


@dataclass(frozen=True)
class Moved:
    """A dossier as it is from now on, the steps of it that changed, the version it came from and why it moved."""

    dossier: Dossier
    came_from: str
    reason: str
    tasks: Sequence[Task] = field(default=())
    limit: LimitMoved | None = None


def write_moved(moved: Sequence[Moved], *, kind: str, code: str, version: str, at: datetime) -> None:
    """Keep the rows, a line of each one's history, and tell of each as an event and in the audit trail."""
    if not moved:
        return
    dossiers = [each.dossier for each in moved]
    _keep(DOSSIERS, OF_DOSSIER, dossiers)
    _keep(TASKS, OF_TASK, [task for each in moved for task in each.tasks])
    _write_limits(moved, at)
    before = _statuses_told(dossiers)
    actors = [Actor(kind="system", id="operator", agencies=(each.receiving,)) for each in dossiers]
    DossierEvent.objects.bulk_create(
        DossierEvent(
            dossier=each.dossier, at=at, kind=kind, status=each.dossier.status, agency=actor.agency, actor=actor.id,
            reason=each.reason,
        )
        for each, actor in zip(moved, actors, strict=True)
    )  # fmt: skip
    publish_all(
        name="dossier.status_changed", at=at,
        told=[({"dossier": each.pk, "code": each.code, "status": int(each.status)}, each.receiving)
              for each in dossiers if before.get(each.pk) != each.status],
    )  # fmt: skip
    publish_all(
        name="dossier.moved", at=at,
        told=[({"dossier": each.pk, "code": each.code, "version": version}, each.receiving) for each in dossiers],
    )  # fmt: skip
    record_acts(
        action="move dossier", at=at,
        acts=[(actor, each.dossier.code, {"procedure": code, "from": each.came_from, "to": version})
              for each, actor in zip(moved, actors, strict=True)],
    )  # fmt: skip


def _write_limits(moved: Sequence[Moved], at: datetime) -> None:
    """A line in the clock of each dossier whose limit is another; none is written before the one before it."""
    of = [each for each in moved if each.limit is not None]
    lines = ClockEntry.objects.filter(dossier__in=[each.dossier for each in of])
    last = {
        dossier: (serial, moment)
        for dossier, serial, moment in lines.order_by("dossier_id", "-serial")
        .distinct("dossier_id")
        .values_list("dossier_id", "serial", "at")
    }
    ClockEntry.objects.bulk_create(
        _limit_line(each, each.limit, last.get(each.dossier.pk), at) for each in of if each.limit
    )


def _limit_line(moved: Moved, limit: LimitMoved, last: tuple[int, datetime] | None, at: datetime) -> ClockEntry:
    return ClockEntry(
        dossier=moved.dossier,
        serial=last[0] + 1 if last else 1,
        kind=ClockKind.LIMIT,
        at=max(at, last[1] if last else moved.dossier.accepted_at or at),
        agency=moved.dossier.receiving,
        by="operator",
        reason=moved.reason,
        amount=limit.had.amount,
        unit=limit.had.unit,
        old_due=limit.old_due,
        new_due=limit.new_due,
    )


def _statuses_told(dossiers: Sequence[Dossier]) -> dict[int, int]:
    """The status in the last line of each dossier's history."""
    lines = DossierEvent.objects.filter(dossier__in=dossiers).order_by("dossier_id", "-id").distinct("dossier_id")
    return dict(lines.values_list("dossier_id", "status"))


def _keep(statement: str, columns: Sequence[str], rows: Sequence[Any]) -> None:
    if rows:
        told = [{name: _told(getattr(row, name)) for name in columns} for row in rows]
        with connection.cursor() as cursor:
            cursor.execute(statement, [json.dumps(told)])


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
