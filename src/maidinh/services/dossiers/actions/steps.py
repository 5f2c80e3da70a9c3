"""Moving a dossier along its process: tasks opened, taken, and closed with an outcome.

Layer 4, part of the dossiers' actions. The process is the procedure version's own; nothing here knows a step by name.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localtime

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.calendars.definition import WorkingCalendar
from maidinh.infrastructure.calendars.queries import calendar_at
from maidinh.infrastructure.calendars.rules import due
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.rulepacks.queries import RulePack, rule_pack, supplement_rule, supplements_allowed
from maidinh.services.dossiers.models import Dossier, DossierEvent, Status, Task
from maidinh.services.dossiers.queries import APPLICANTS_ALONE
from maidinh.services.dossiers.rules import (
    Move,
    Suspension,
    agency_of,
    case_of,
    due_at,
    move,
    outcome_of,
    step_of,
)
from maidinh.services.fees.actions import charge_fee, mark_paid
from maidinh.services.fees.queries import unpaid
from maidinh.services.procedures.definition import Outcome, Step, TimeLimit

WITHDRAWN = "withdrawn"
PERMISSION = {"intake": "dossier.accept", "signature": "dossier.sign", "handover": "dossier.return"}


class TaskClosed(Exception):
    """Somebody has done this step already, with another outcome."""


class TaskTaken(Exception):
    """Somebody else is at this step; `by` names the official."""

    def __init__(self, by: str) -> None:
        self.by = by
        super().__init__(by)


class NotYours(Exception):
    """The step is another agency's or role's, or the same person may not do both steps."""


class ReasonMissing(ValueError):
    """This outcome needs a reason that the applicant can read."""


class FeeUnpaid(Exception):
    """The step waits for the fee."""


class ResultMissing(Exception):
    """A signature step passes only with the signed result."""


class NoResult(ValueError):
    """No result is signed at this step, or not with this outcome."""


class SupplementsUsedUp(Exception):
    """The law allows no further request for a supplement."""


@transaction.atomic
def claim_task(*, actor: Actor, task_id: int, at: datetime) -> Task:
    """Take a task; taking one's own again changes nothing. Raises TaskTaken, TaskClosed, NotYours."""
    task = _locked(actor, task_id)
    if task.closed_at is not None:
        raise TaskClosed(task.outcome)
    if task.claimed_by and task.claimed_by != actor.id:
        raise TaskTaken(task.claimed_by)
    if not task.claimed_by:
        task.claimed_by, task.claimed_at = actor.id, at
        task.save(update_fields=["claimed_by", "claimed_at"])
        record_act(actor=actor, action="claim task", subject=task.dossier.code, at=at, details={"step": task.step})
    return task


@transaction.atomic
def complete_task(
    *,
    actor: Actor,
    task_id: int,
    outcome: str,
    reason: str = "",
    findings: str = "",
    at: datetime,
    result_digest: str | None = None,
) -> Dossier:
    """Close a task with one of its step's outcomes; the same outcome by the same official again changes nothing.

    Raises TaskClosed, TaskTaken, NotYours, NoSuchOutcome, ReasonMissing, FeeUnpaid, ResultMissing, SupplementsUsedUp.
    """
    task = _locked(actor, task_id)
    dossier = task.dossier
    if task.closed_at is not None:
        if (task.outcome, task.closed_by) != (outcome, actor.id):
            raise TaskClosed(task.outcome)
        return dossier
    if task.claimed_by and task.claimed_by != actor.id:
        raise TaskTaken(task.claimed_by)
    step, limit, calendar, pack = rules_for(dossier, task.step)
    require(actor, PERMISSION.get(step.kind, "dossier.process"))
    chosen = _chosen(dossier, step, outcome)
    if chosen.reason and not reason.strip():
        raise ReasonMissing(outcome)
    target = move(dossier.procedure.procedure, step, chosen, fee_unpaid=False)
    _refuse_unready(actor, dossier, step, target, pack, result_digest)
    task.closed_at, task.closed_by, task.outcome = at, actor.id, outcome
    task.reason, task.findings = reason.strip(), findings.strip()
    task.save(update_fields=["closed_at", "closed_by", "outcome", "reason", "findings"])
    if step.kind == "intake" and target.step and target.step != step.id:
        _accept(dossier, limit, calendar, pack, at)
    _arrive(dossier, actor, step, chosen, limit, calendar, reason.strip(), at)
    record_act(
        actor=actor, action="complete task", subject=dossier.code, at=at, details={"step": step.id, "outcome": outcome}
    )
    return dossier


def require_signable(*, actor: Actor, task: Task, outcome: str) -> None:
    """Ask before anything is signed what complete_task would ask after: raise unless this outcome issues the result.

    Raises NoResult, NoSuchOutcome, ReasonMissing, FeeUnpaid, NotYours. The task is claimed, its dossier locked.
    """
    dossier = task.dossier
    step, _, _, pack = rules_for(dossier, task.step)
    if step.kind != "signature":
        raise NoResult(f"{step.id} is no step at which a result is signed")
    chosen = outcome_of(step, outcome)
    target = move(dossier.procedure.procedure, step, chosen, fee_unpaid=False)  # unpaid, the signed result waits
    if target.status != Status.DONE:
        raise NoResult(f"{outcome} of step {step.id} issues no result")
    if chosen.reason:
        raise ReasonMissing(outcome)
    _refuse_unready(actor, dossier, step, target, pack, result_digest=outcome)


@transaction.atomic
def record_payment(*, actor: Actor, code: str, receipt_number: str, at: datetime) -> Dossier:
    """Note the payment of a dossier's fee; a dossier that waited for it goes on. Raises AlreadyPaid, ValueError."""
    if not receipt_number.strip():
        raise ValueError("a payment is recorded under the number of its receipt")
    dossier = _to_change().get(code=code, agencies__overlap=list(actor.agencies))
    mark_paid(actor=actor, dossier_id=dossier.pk, receipt_number=receipt_number.strip(), at=at)
    if dossier.status == Status.PAYMENT:
        waiting = Task.objects.get(dossier=dossier, closed_at__isnull=True)
        handed_over = step_of(dossier.procedure.procedure, waiting.step).kind == "handover"
        dossier.status = Status.DONE if handed_over else Status.IN_PROCESS
        dossier.save(update_fields=["status"])
        note(dossier, "paid", actor, at)
    return dossier


def open_task(dossier: Dossier, step: Step, at: datetime, calendar: WorkingCalendar, cutoff: bool) -> Task:
    """Open a step of the dossier; its agency takes part from now on."""
    agency = agency_of(step, dossier.receiving, dossier.responsible)
    if agency not in dossier.agencies:
        dossier.agencies = sorted({*dossier.agencies, agency})
        dossier.save(update_fields=["agencies"])
    task = Task.objects.create(
        dossier=dossier,
        step=step.id,
        role=step.role,
        agency=agency,
        opened_at=at,
        due_at=due(at, step.budget, calendar, cutoff) if step.budget else None,
    )
    publish(
        name="dossier.task_opened",
        payload={"dossier": dossier.pk, "code": dossier.code, "step": step.id, "agency": agency},
        at=at,
        agency=agency,
    )
    return task


def note(dossier: Dossier, kind: str, actor: Actor, at: datetime, *, step: str = "", reason: str = "") -> None:
    """Write a line of the dossier's history; where the status is another than before, tell of it."""
    before = DossierEvent.objects.filter(dossier=dossier).order_by("-id").values_list("status", flat=True).first()
    DossierEvent.objects.create(
        dossier=dossier,
        at=at,
        kind=kind,
        status=dossier.status,
        step=step,
        agency=actor.agency,
        actor=actor.id,
        reason=reason,
    )
    if before == dossier.status:
        return
    publish(
        name="dossier.status_changed",
        payload={"dossier": dossier.pk, "code": dossier.code, "status": int(dossier.status)},
        at=at,
        agency=dossier.receiving,
    )


def rules_for(dossier: Dossier, step: str) -> tuple[Step, TimeLimit, WorkingCalendar, RulePack]:
    """What governs a step of this dossier: the step, its case's time limit, the calendar, its own rule pack."""
    procedure = dossier.procedure.procedure
    limit = case_of(procedure, dossier.case).time_limit
    calendar = calendar_at(localtime(dossier.submitted_at).date())
    return step_of(procedure, step), limit, calendar, rule_pack(dossier.rule_pack)


def _to_change() -> QuerySet[Dossier]:
    return Dossier.objects.select_for_update(of=("self",)).select_related("procedure").defer(APPLICANTS_ALONE)


def _locked(actor: Actor, task_id: int) -> Task:
    """The task under lock, its dossier too; the dossier first, so that two never wait for each other."""
    found = Task.objects.filter(pk=task_id).values_list("dossier_id", flat=True).first()
    if found is None:
        raise NotYours(task_id)
    dossier = _to_change().get(pk=found)
    task = Task.objects.select_for_update().filter(pk=task_id).first()  # another agency's can be seen, not locked
    if task is None:
        raise NotYours(task_id)
    task.dossier = dossier
    if task.agency not in actor.agencies or task.role not in actor.roles:
        raise NotYours(task_id)
    return task


def _chosen(dossier: Dossier, step: Step, outcome: str) -> Outcome:
    if outcome == WITHDRAWN and dossier.status == Status.WITHDRAWAL:
        return Outcome.model_validate({"id": WITHDRAWN, "name": {"vi": WITHDRAWN}, "to": "stopped"})
    return outcome_of(step, outcome)


def _refuse_unready(
    actor: Actor, dossier: Dossier, step: Step, target: Move, pack: RulePack, result_digest: str | None
) -> None:
    if step.requires_fee and target.status != Status.STOPPED and unpaid(dossier.pk):
        raise FeeUnpaid(dossier.code)
    if target.status == Status.SUPPLEMENT and dossier.supplements >= supplements_allowed(pack):
        raise SupplementsUsedUp(dossier.code)
    if step.kind == "signature" and target.status == Status.DONE:
        if result_digest is None:
            raise ResultMissing(dossier.code)
        if Task.objects.filter(dossier=dossier, closed_by=actor.id).exclude(step=step.id).exists():
            raise NotYours("who examined a dossier does not sign its result")


def _accept(dossier: Dossier, limit: TimeLimit, calendar: WorkingCalendar, pack: RulePack, at: datetime) -> None:
    dossier.accepted_at = at
    dossier.due_at = due_at(limit.budget, at, [], calendar, supplement_rule(pack), limit.cutoff)
    fee = case_of(dossier.procedure.procedure, dossier.case).fee
    if fee is not None and fee.amount > 0:
        charge_fee(dossier_id=dossier.pk, fee=fee, at=at)


def _arrive(
    dossier: Dossier,
    actor: Actor,
    step: Step,
    outcome: Outcome,
    limit: TimeLimit,
    calendar: WorkingCalendar,
    reason: str,
    at: datetime,
) -> None:
    procedure = dossier.procedure.procedure
    target = move(procedure, step, outcome, fee_unpaid=unpaid(dossier.pk))
    dossier.status = target.status
    if target.status == Status.SUPPLEMENT:
        dossier.supplements += 1
        if dossier.accepted_at is not None:
            dossier.suspensions = [*dossier.suspensions, Suspension(at, None).as_json()]
    if target.status == Status.DONE or (target.status == Status.PAYMENT and step.kind == "signature"):
        dossier.finished_at = at
    if target.status == Status.STOPPED:
        dossier.finished_at = at
    if target.status == Status.RETURNED:
        dossier.returned_at = at
    dossier.save()
    note(dossier, f"{step.kind}:{outcome.id}", actor, at, step=step.id, reason=reason)
    if target.step and target.status != Status.SUPPLEMENT:
        open_task(dossier, step_of(procedure, target.step), at, calendar, limit.cutoff)
