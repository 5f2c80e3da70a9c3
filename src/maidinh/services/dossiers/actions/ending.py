"""Ending a dossier from outside its process: stopped with a reason, or because its supplement never came (form 05).

Layer 4, part of the dossiers' actions. How long a supplement is awaited is a parameter of the rule pack under which the
dossier began (`dossier.supplement-wait`); where the pack doesn't say, the agency can't end it for that.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.calendars.rules import due
from maidinh.infrastructure.rulepacks.queries import supplement_wait
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.services.dossiers.actions.calls import answer_call
from maidinh.services.dossiers.actions.clockwork import resume
from maidinh.services.dossiers.actions.progress import asking_task, cancel, note, position_of, rules_for
from maidinh.services.dossiers.actions.steps import (
    NotYours,
    ReasonMissing,
    TaskTaken,
    dossier_to_change,
    held_by_another,
)
from maidinh.services.dossiers.models import ENDED, Dossier, Status
from maidinh.services.dossiers.queries import open_task_for
from maidinh.services.processes.tokens import abandon

LEAD = "dossier.assign"


class NotToEnd(ValueError):
    """The dossier has ended, its result is signed, or nothing is awaited."""


class StillAwaited(Exception):
    """The applicant may still answer, until `until`; None where the rules name no term."""

    def __init__(self, until: datetime | None) -> None:
        self.until = until
        super().__init__(str(until))


def awaited_until(dossier: Dossier) -> datetime | None:
    """Until when the supplement of the dossier is awaited; None where none is, or the rules name no term."""
    asked = asking_task(dossier)
    if dossier.status != Status.SUPPLEMENT or asked is None or asked.closed_at is None:
        return None
    _, limit, calendar, pack = rules_for(dossier, asked.step)
    wait = supplement_wait(pack)
    return due(asked.closed_at, wait, calendar, limit.cutoff) if wait else None


def may_stop(actor: Actor, dossier: Dossier, at: datetime) -> bool:
    """Whether the official could stop the dossier now: at its open step, or as a lead of the agency that decides."""
    if dossier.status in ENDED or dossier.finished_at is not None:
        return False
    return _leads(actor, dossier) or open_task_for(actor, dossier, at) is not None


@transaction.atomic
def end_unanswered(*, actor: Actor, code: str, reason: str, at: datetime, log: LogKeeper | None = None) -> Dossier:
    """End a dossier whose supplement never came. Raises NotToEnd, StillAwaited, NotYours, ReasonMissing."""
    dossier = dossier_to_change(code)
    asked = asking_task(dossier)
    if dossier.status != Status.SUPPLEMENT or asked is None:
        raise NotToEnd(code)
    if asked.agency not in actor.agencies or asked.role not in actor.roles:
        raise NotYours(code)
    until = awaited_until(dossier)
    if until is None or at <= until:
        raise StillAwaited(until)
    return _end(dossier, actor, "supplement_never_came", reason, at, log)


@transaction.atomic
def stop_dossier(*, actor: Actor, code: str, reason: str, at: datetime, log: LogKeeper | None = None) -> Dossier:
    """Stop a dossier: who has its open step, or a lead of the agency that decides it.

    Raises NotToEnd, NotYours, TaskTaken, ReasonMissing.
    """
    require(actor, "dossier.read-agency")
    dossier = dossier_to_change(code)
    if dossier.status in ENDED or dossier.finished_at is not None:
        raise NotToEnd(code)
    leads = _leads(actor, dossier)
    mine = open_task_for(actor, dossier, at)
    if mine is None and not leads:
        raise NotYours(code)
    if mine is not None and not leads and held_by_another(actor, mine, at):
        raise TaskTaken(mine.claimed_by)
    return _end(dossier, actor, "stopped", reason, at, log)


def _leads(actor: Actor, dossier: Dossier) -> bool:
    return actor.may(LEAD) and dossier.responsible in actor.agencies


def _end(dossier: Dossier, actor: Actor, kind: str, reason: str, at: datetime, log: LogKeeper | None) -> Dossier:
    if not reason.strip():
        raise ReasonMissing(kind)
    ended = abandon(position_of(dossier), "stopped")
    resume(dossier, actor, at)
    dossier.waiting, dossier.status, dossier.finished_at = [], Status.STOPPED, at
    cancel(dossier, actor, ended.cancelled, at)
    dossier.save()
    note(dossier, kind, actor, at, reason=reason.strip())
    record_act(actor=actor, action="end dossier", subject=dossier.code, at=at, details={"kind": kind})
    answer_call(actor=actor, dossier=dossier, at=at, log=log)
    return dossier
