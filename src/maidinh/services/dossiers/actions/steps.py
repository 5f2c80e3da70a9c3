"""Moving a dossier along its process: tasks taken and closed with an outcome.

Layer 4, part of the dossiers' actions. The process is the procedure version's own; nothing here knows a step by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.database.rows import Columns, added_together, answered, update_row
from maidinh.infrastructure.identity.queries import in_service, official, roles
from maidinh.infrastructure.rulepacks.queries import RulePack, supplements_allowed
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.services.dossiers.actions.calls import answer_call, call_procedures
from maidinh.services.dossiers.actions.paying import go_on_paid
from maidinh.services.dossiers.actions.progress import (
    WITHDRAWN,
    accept,
    advance_of,
    charge_when_decided,
    fee_undecided,
    follow,
    note,
    position_of,
    rules_for,
)
from maidinh.services.dossiers.models import Defect, Delegation, Dossier, Status, Task
from maidinh.services.dossiers.queries import APPLICANTS_ALONE, DEFINITION, delegations_to
from maidinh.services.dossiers.rules import (
    WAYS_OF_RETURN,
    Found,
    fact_faults,
    may_issue,
    outcome_of,
    request_in_words,
    step_of,
    unknown_places,
)
from maidinh.services.fees.actions.charging import mark_paid
from maidinh.services.fees.queries import unpaid
from maidinh.services.procedures.definition import AUTOMATIC, Outcome, Step
from maidinh.services.procedures.queries import VERSION
from maidinh.services.processes.tokens import Advance

LONGEST_NUMBER = 200
TASK, DOSSIER = Columns(Task), Columns(Dossier, without=(APPLICANTS_ALONE, "receipt"))
LOCK = (
    f"SELECT {TASK.named('task')}, {DOSSIER.named('dossier')}, {VERSION.named('version')} FROM {TASK.table} task"  # noqa: S608
    f" JOIN {DOSSIER.table} dossier ON dossier.id = task.dossier_id"
    f" JOIN {VERSION.table} version ON version.id = dossier.procedure_id WHERE task.id = %s FOR UPDATE OF dossier, task"
)
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
    """The law allows no further request for a supplement, and no reason for one more was given."""


class SupplementAwaited(Exception):
    """The applicant was asked already, at another step; ask again when that supplement has come."""


class PlaceUnknown(ValueError):
    """A request for a supplement names a paper or field that the procedure doesn't have."""


class WayWrong(ValueError):
    """A result isn't handed over like this: `way` is wrong, or the `number` of what was posted is missing."""


class FactsWrong(ValueError):
    """What the step must find out is missing or of the wrong kind; `facts` names them."""

    def __init__(self, facts: list[str]) -> None:
        self.facts = facts
        super().__init__(", ".join(facts))


class TooEarly(Exception):
    """The step must last until `until`."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(until.isoformat())


class FeeUndecided(Exception):
    """The step waits for a fee that can't be decided: no row of its table applies to this dossier."""


@transaction.atomic
def claim_task(*, actor: Actor, task_id: int, at: datetime) -> Task:
    """Take a task; taking one's own again changes nothing. Raises TaskTaken, TaskClosed, NotYours."""
    task = _locked(actor, task_id, at)
    if task.closed_at is not None:
        raise TaskClosed(task.outcome)
    if held_by_another(actor, task, at):
        raise TaskTaken(task.claimed_by)
    if task.claimed_by != actor.id:
        task.claimed_by, task.claimed_at, task.assigned_by = actor.id, at, ""
        task.save(update_fields=["claimed_by", "claimed_at", "assigned_by"])
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
    facts: Mapping[str, Any] | None = None,
    found: Sequence[Found] = (),
    again: str = "",
    returned: tuple[str, str] | None = None,
    at: datetime,
    result_digest: str | None = None,
    log: LogKeeper | None = None,
) -> Dossier:
    """Close a task with one of its step's outcomes; the same outcome by the same official again changes nothing.

    `found` is what a request for a supplement names, `again` why one is made once more than allowed. `returned` is
    the way in which the result was handed over, and the number of what was posted. `log` is needed where another
    procedure is called. Raises PlaceUnknown, WayWrong, TaskClosed, TaskTaken, NotYours, NoSuchOutcome,
    ReasonMissing, FactsWrong, TooEarly, FeeUnpaid, FeeUndecided, ResultMissing, SupplementsUsedUp, SupplementAwaited.
    """
    task = _locked(actor, task_id, at)
    dossier = task.dossier
    if task.closed_at is not None:
        if (task.outcome, task.closed_by) != (outcome, actor.id):
            raise TaskClosed(task.outcome)
        return dossier
    if held_by_another(actor, task, at):
        raise TaskTaken(task.claimed_by)
    step, _, _, pack = rules_for(dossier, task.step)
    require_for(actor, task, PERMISSION.get(step.kind, "dossier.process"), at)
    chosen = _chosen(dossier, step, outcome)
    reason = reason.strip() or request_in_words(dossier.procedure.procedure, found)
    if chosen.reason and not reason.strip():
        raise ReasonMissing(outcome)
    _write_facts(dossier, task, step, chosen, facts or {})
    position = position_of(dossier)
    advanced = advance_of(dossier, position, step, chosen)
    _refuse_unready(actor, dossier, task, step, chosen, advanced, pack, result_digest, at)
    if advanced.supplement:
        _refuse_request(dossier, found, again, pack)
    if returned is not None:
        _write_return(dossier, advanced, *returned)
    task.closed_at, task.closed_by, task.outcome = at, actor.id, outcome
    task.reason, task.findings, task.asked = reason.strip(), findings.strip(), advanced.supplement
    update_row(task, ("closed_at", "closed_by", "outcome", "reason", "findings", "asked", "facts"))
    if step.kind == "intake" and not advanced.supplement and not advanced.position.end:
        accept(dossier, at)
    with added_together():
        opened = follow(dossier, actor, step, chosen, advanced, reason.strip(), at)
        if advanced.supplement:
            _keep_request(actor, dossier, task, found, again.strip(), at)
        call_procedures(actor=actor, dossier=dossier, opened=opened, at=at, log=log)
        answer_call(actor=actor, dossier=dossier, at=at, log=log)
        details = {"step": step.id, "outcome": outcome}
        record_act(actor=actor, action="complete task", subject=dossier.code, at=at, details=details)
    return dossier


def issues_result(step: Step, outcome: Outcome, advanced: Advance) -> bool:
    """Whether the outcome of a signature step is the signed result, with the facts as they are."""
    ends_without = advanced.position.end in ("refused", "stopped")
    return may_issue(step, outcome) and not advanced.supplement and not ends_without


def require_signable(*, actor: Actor, task: Task, outcome: str, at: datetime) -> None:
    """Ask before anything is signed what complete_task would ask after: raise unless this outcome issues the result.

    Raises NoResult, NoSuchOutcome, ReasonMissing, FeeUnpaid, NotYours. The task is claimed, its dossier locked.
    """
    dossier = task.dossier
    step, _, _, pack = rules_for(dossier, task.step)
    if step.kind != "signature":
        raise NoResult(f"{step.id} is no step at which a result is signed")
    chosen = outcome_of(step, outcome)
    advanced = advance_of(dossier, position_of(dossier), step, chosen)
    if not issues_result(step, chosen, advanced):
        raise NoResult(f"{outcome} of step {step.id} issues no result")
    _refuse_unready(actor, dossier, task, step, chosen, advanced, pack, outcome, at)


@transaction.atomic
def record_payment(*, actor: Actor, code: str, receipt_number: str, at: datetime) -> Dossier:
    """Note the payment of a dossier's fee; a dossier that waited for it goes on. Raises AlreadyPaid, ValueError."""
    if not receipt_number.strip():
        raise ValueError("a payment is recorded under the number of its receipt")
    dossier = _to_change().get(code=code, agencies__overlap=list(actor.agencies))
    mark_paid(actor=actor, dossier_id=dossier.pk, receipt_number=receipt_number.strip(), at=at)
    go_on_paid(dossier, actor, at)
    return dossier


def dossier_to_change(code: str) -> Dossier:
    """The dossier under lock. Raises Dossier.DoesNotExist."""
    return _to_change().get(code=code)


def _to_change() -> QuerySet[Dossier]:
    rows = Dossier.objects.select_for_update(of=("self",)).select_related("procedure")
    return rows.defer(APPLICANTS_ALONE, DEFINITION)


def locked_task(task_id: int) -> Task:
    """The task under lock, its dossier first, so that two never wait for each other. Raises NotYours."""
    found = answered(LOCK, [task_id])
    if not found:  # another agency's can be seen, not locked
        raise NotYours(task_id)
    tasks, dossiers = len(TASK), len(TASK) + len(DOSSIER)
    task, dossier = TASK.row(found[0][:tasks]), DOSSIER.row(found[0][tasks:dossiers])
    dossier.told = dossier.status
    dossier.procedure, task.dossier = VERSION.row(found[0][dossiers:]), dossier
    return task


def held_by_another(actor: Actor, task: Task, at: datetime) -> bool:
    """Whether somebody else is at this step, who still works there and hasn't delegated it to the official."""
    if task.claimed_by in ("", actor.id):
        return False
    known = official(task.claimed_by) is not None
    if known and not in_service(task.claimed_by, task.agency, task.role):
        return False
    return not any(each.of_official == task.claimed_by for each in _delegated(actor, task, at))


def require_for(actor: Actor, task: Task, permission: str, at: datetime) -> None:
    """Raise NotAllowed unless the permission is the official's own or comes with a delegated role.

    Whose signature it is, is never delegated: who signs holds that permission.
    """
    if (
        not actor.may(permission)
        and permission != PERMISSION["signature"]
        and any(permission in roles().permissions_of([task.role]) for _ in _delegated(actor, task, at))
    ):
        return
    require(actor, permission)


def _delegated(actor: Actor, task: Task, at: datetime) -> list[Delegation]:
    code = task.dossier.procedure.code
    return [
        each
        for each in delegations_to(actor, at)
        if each.agency == task.agency and task.role in each.roles and (not each.procedures or code in each.procedures)
    ]


def _locked(actor: Actor, task_id: int, at: datetime) -> Task:
    task = locked_task(task_id)
    if task.agency not in actor.agencies or (task.role not in actor.roles and not _delegated(actor, task, at)):
        raise NotYours(task_id)
    if step_of(task.dossier.procedure.procedure, task.step).kind in AUTOMATIC:
        raise NotYours("this step ends by itself")
    return task


def _chosen(dossier: Dossier, step: Step, outcome: str) -> Outcome:
    if outcome == WITHDRAWN and dossier.status == Status.WITHDRAWAL:
        return Outcome.model_validate({"id": WITHDRAWN, "name": {"vi": WITHDRAWN}, "to": "stopped"})
    return outcome_of(step, outcome)


def _write_facts(dossier: Dossier, task: Task, step: Step, chosen: Outcome, facts: Mapping[str, Any]) -> None:
    """Keep what the official found; a way back or out needs no facts, and what is given must still fit."""
    faults = fact_faults(step, facts)
    if chosen.reason or chosen.id == WITHDRAWN:
        faults = [name for name in faults if name in facts]
    if faults:
        raise FactsWrong(faults)
    task.facts = dict(facts)
    dossier.facts = {**dossier.facts, **facts}


def _write_return(dossier: Dossier, advanced: Advance, way: str, number: str) -> None:
    """Keep how the result was handed over; what was posted has a number by which it is followed."""
    if way not in WAYS_OF_RETURN or advanced.position.end != "returned":
        raise WayWrong("way")
    if way == "post" and not number.strip():
        raise WayWrong("number")
    dossier.returned_way, dossier.returned_note = way, number.strip()[:LONGEST_NUMBER]


def _refuse_request(dossier: Dossier, found: Sequence[Found], again: str, pack: RulePack) -> None:
    if dossier.status == Status.SUPPLEMENT:
        raise SupplementAwaited(dossier.code)
    if dossier.supplements >= supplements_allowed(pack) and not again.strip():
        raise SupplementsUsedUp(dossier.code)
    if unknown := unknown_places(dossier.procedure.procedure, found):
        raise PlaceUnknown(", ".join(unknown))


def _keep_request(actor: Actor, dossier: Dossier, task: Task, found: Sequence[Found], again: str, at: datetime) -> None:
    """Keep what was asked for, a row for each thing, and why it was asked again."""
    for each in found or [Found("whole", "", task.reason)]:
        Defect.objects.create(
            dossier=dossier,
            task=task,
            request=dossier.supplements,
            kind=each.kind,
            target=each.target,
            text=each.text.strip(),
            at=at,
        )
    if again:
        note(dossier, "asked_again", actor, at, step=task.step, reason=again)


def _refuse_unready(
    actor: Actor,
    dossier: Dossier,
    task: Task,
    step: Step,
    chosen: Outcome,
    advanced: Advance,
    pack: RulePack,
    result_digest: str | None,
    at: datetime,
) -> None:
    leaves = advanced.position.end in ("refused", "stopped") or chosen.reason
    if task.not_before is not None and at < task.not_before and not leaves:
        raise TooEarly(task.not_before)
    if step.requires_fee and advanced.position.end != "stopped":
        charge_when_decided(dossier, at)
        if unpaid(dossier.pk):
            raise FeeUnpaid(dossier.code)
        if fee_undecided(dossier, dossier.procedure.procedure):
            raise FeeUndecided(dossier.code)
    if issues_result(step, chosen, advanced):
        if result_digest is None:
            raise ResultMissing(dossier.code)
        if Task.objects.filter(dossier=dossier, closed_by=actor.id).exclude(step=step.id).exists():
            raise NotYours("who examined a dossier does not sign its result")
