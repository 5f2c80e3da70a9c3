"""Who does a step: assigned by a lead, handed to a colleague, put back, delegated for some days.

Layer 4, part of the dossiers' actions. Nothing here moves a dossier on, and all of it can be undone. The history keeps
who had a step and who gave it to whom; the applicant isn't shown those lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localtime

from maidinh.infrastructure.actor import Actor, NotAllowed, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.identity.queries import in_service, official, roles
from maidinh.services.dossiers.actions.progress import note
from maidinh.services.dossiers.actions.steps import NotYours, ReasonMissing, TaskClosed, claim_task, locked_task
from maidinh.services.dossiers.models import Delegation, Task
from maidinh.services.dossiers.queries import left_behind
from maidinh.services.dossiers.rules import step_of
from maidinh.services.procedures.definition import AUTOMATIC

LEAD = "dossier.assign"


class NotInService(ValueError):
    """The person doesn't work for that agency in that role."""


class NoDelegation(ValueError):
    """A delegation can't be like this; `field` names what is wrong with it."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(field)


@transaction.atomic
def assign_task(*, actor: Actor, task_id: int, to: str, at: datetime) -> Task:
    """A lead gives an open step to an official of the agency. Raises NotYours, TaskClosed, NotInService."""
    require(actor, LEAD)
    task = _open(actor, task_id)
    return _give(actor, task, to, at, "assigned", "assign task")


@transaction.atomic
def hand_over_task(*, actor: Actor, task_id: int, to: str, at: datetime) -> Task:
    """Whoever holds or may take a step gives it to a colleague. Raises what claim_task raises, NotInService."""
    task = claim_task(actor=actor, task_id=task_id, at=at)
    return _give(actor, task, to, at, "handed_over", "hand over task")


@transaction.atomic
def release_task(*, actor: Actor, task_id: int, at: datetime) -> Task:
    """Put a step back into the worklist: one's own, or as a lead anybody's of the agency."""
    task = _open(actor, task_id)
    if task.claimed_by not in ("", actor.id):
        try:
            require(actor, LEAD)
        except NotAllowed as refusal:
            raise NotYours(task_id) from refusal
    return _put_back(actor, task, at)


@transaction.atomic
def return_tasks_of_leavers(*, actor: Actor, at: datetime) -> list[Task]:
    """Put the steps of those who no longer work there back into the worklist; answers which they were."""
    require(actor, LEAD)
    return [_put_back(actor, _open(actor, task.pk), at) for task in left_behind(actor)]


@transaction.atomic
def delegate(
    *,
    actor: Actor,
    of: str,
    to: str,
    roles_given: Sequence[str],
    procedures: Sequence[str],
    from_day: date,
    until_day: date,
    reason: str,
    at: datetime,
) -> Delegation:
    """Let a colleague do one's steps (as a lead: another's) on some days. Raises NoDelegation, ReasonMissing."""
    if of != actor.id:
        require(actor, LEAD)
    giver, taker = official(of), official(to)
    if giver is None or giver.agency_id not in actor.agencies or not giver.roles:
        raise NoDelegation("of")
    if taker is None or taker.agency_id != giver.agency_id or not taker.roles or to == of:
        raise NoDelegation("to")
    apart = {other for role in roles_given for other in roles().role(role).apart_from if role in giver.roles}
    if not roles_given or not set(roles_given) <= set(giver.roles) or apart & set(taker.roles):
        raise NoDelegation("roles")
    if any(role in roles().role(held).apart_from for held in taker.roles for role in roles_given):
        raise NoDelegation("roles")
    if until_day < from_day or until_day < localtime(at).date():
        raise NoDelegation("until_day")
    if not reason.strip():
        raise ReasonMissing("delegation")
    made = Delegation.objects.create(
        agency=giver.agency_id,
        of_official=of,
        to_official=to,
        roles=sorted(set(roles_given)),
        procedures=sorted(set(procedures)),
        from_day=from_day,
        until_day=until_day,
        reason=reason.strip(),
        made_at=at,
        made_by=actor.id,
    )
    record_act(actor=actor, action="delegate", subject=f"delegation {made.pk}", at=at, details={"of": of, "to": to})
    return made


@transaction.atomic
def end_delegation(*, actor: Actor, delegation_id: int, at: datetime) -> Delegation:
    """End a delegation before its day: whose steps they are, who made it, or a lead. Raises NotYours."""
    made = Delegation.objects.select_for_update(of=("self",)).filter(pk=delegation_id).first()
    if made is None or made.agency not in actor.agencies:
        raise NotYours(delegation_id)
    if actor.id not in (made.of_official, made.made_by):
        require(actor, LEAD)
    if made.ended_at is None:
        made.ended_at = at
        made.save(update_fields=["ended_at"])
        record_act(actor=actor, action="end delegation", subject=f"delegation {made.pk}", at=at)
    return made


def _open(actor: Actor, task_id: int) -> Task:
    task = locked_task(task_id)
    if task.agency not in actor.agencies:
        raise NotYours(task_id)
    if task.closed_at is not None:
        raise TaskClosed(task.outcome)
    if step_of(task.dossier.procedure.procedure, task.step).kind in AUTOMATIC:
        raise NotYours("this step ends by itself")
    return task


def _give(actor: Actor, task: Task, to: str, at: datetime, kind: str, action: str) -> Task:
    if not in_service(to, task.agency, task.role):
        raise NotInService(to)
    if task.claimed_by == to:
        return task
    task.claimed_by, task.claimed_at, task.assigned_by = to, at, actor.id
    task.save(update_fields=["claimed_by", "claimed_at", "assigned_by"])
    note(task.dossier, kind, actor, at, step=task.step, reason=to, public=False)
    record_act(actor=actor, action=action, subject=task.dossier.code, at=at, details={"step": task.step, "to": to})
    return task


def _put_back(actor: Actor, task: Task, at: datetime) -> Task:
    if not task.claimed_by:
        return task
    before = task.claimed_by
    task.claimed_by, task.claimed_at, task.assigned_by = "", None, ""
    task.save(update_fields=["claimed_by", "claimed_at", "assigned_by"])
    note(task.dossier, "put_back", actor, at, step=task.step, reason=before, public=False)
    details = {"step": task.step, "of": before}
    record_act(actor=actor, action="put back task", subject=task.dossier.code, at=at, details=details)
    return task
