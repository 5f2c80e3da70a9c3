"""What follows when a step of a dossier is closed: steps opened and taken away, status, clock, fee, calls.

Layer 4, part of the dossiers' actions. Where the dossier goes is decided by the process's own rules
(services/processes); here the rows are made to agree, within the caller's transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.calendars.definition import WorkingCalendar
from maidinh.infrastructure.calendars.rules import due
from maidinh.infrastructure.database.rows import add_lines, answered, insert_row, update_row
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.rulepacks.queries import RulePack, rule_pack, supplement_rule
from maidinh.services.decisions.rules import Undecided
from maidinh.services.dossiers.actions.clockwork import keep_clock, suspend
from maidinh.services.dossiers.models import Dossier, Status, Task
from maidinh.services.dossiers.queries import calendar_of
from maidinh.services.dossiers.rules import (
    CHANNEL_NAMES,
    agency_of,
    case_of,
    due_at,
    status_at,
    step_of,
)
from maidinh.services.fees.actions.charging import charge_fee
from maidinh.services.fees.queries import Charge, charge_of
from maidinh.services.procedures.definition import Outcome, Procedure, Step, TimeLimit
from maidinh.services.procedures.rules import facts_of, fee_of, limit_of
from maidinh.services.processes.tokens import Advance, Network, Position, abandon, advance, network_of

CANCELLED = "cancelled"
LINE = ("dossier_id", "at", "kind", "status", "step", "agency", "actor", "reason", "public")
LAST_TOLD = "SELECT status FROM dossiers_dossierevent WHERE dossier_id = %s ORDER BY id DESC LIMIT 1"
OPEN_STEPS = "SELECT step FROM dossiers_task WHERE dossier_id = %s AND closed_at IS NULL"
WITHDRAWN = "withdrawn"
AS_SUBMITTED = {
    "id", "code", "procedure", "case", "channel", "applicant", "applicant_name", "answers", "receiving",
    "submitted_at", "promised_at", "called_by", "tracking_secret", "tracking_digest", "receipt", "entry",
}  # fmt: skip
MOVED = tuple(field.name for field in Dossier._meta.concrete_fields if field.name not in AS_SUBMITTED)


def rules_for(dossier: Dossier, step: str) -> tuple[Step, TimeLimit, WorkingCalendar, RulePack]:
    """What governs a step of this dossier: the step, its case's time limit, the calendar, its own rule pack."""
    procedure = dossier.procedure.procedure
    limit = case_of(procedure, dossier.case).time_limit
    return step_of(procedure, step), limit, calendar_of(dossier), rule_pack(dossier.rule_pack)


def facts_for(dossier: Dossier) -> dict[str, Any]:
    """What conditions and tables see of this dossier."""
    channel = CHANNEL_NAMES.get(dossier.channel, "online")
    return facts_of(dossier.answers, dossier.case, channel, dossier.facts)


def position_of(dossier: Dossier) -> Position:
    """Where the dossier stands: its open tasks, the step that awaits a supplement, the joins it waits at."""
    open_steps = {step for (step,) in answered(OPEN_STEPS, [dossier.pk])}
    if dossier.status == Status.SUPPLEMENT and (asked := asking_task(dossier)) is not None:
        open_steps.add(asked.step)
    return Position(frozenset(open_steps), frozenset(dossier.waiting))


def asking_task(dossier: Dossier) -> Task | None:
    """The task that last asked the applicant for a supplement."""
    return Task.objects.filter(dossier=dossier, asked=True).order_by("-closed_at", "-id").first()


def advance_of(dossier: Dossier, position: Position, step: Step, outcome: Outcome) -> Advance:
    """What closing the step with this outcome would do, with the facts as they are."""
    if outcome.id == WITHDRAWN:
        return abandon(position, "stopped")
    return advance(network_of(dossier.procedure.procedure), position, step.id, outcome, facts_for(dossier))


def accept(dossier: Dossier, at: datetime) -> None:
    """The dossier is accepted: its time limit is decided and starts."""
    procedure = dossier.procedure.procedure
    case = case_of(procedure, dossier.case)
    _, limit, calendar, pack = rules_for(dossier, procedure.steps[0].id)
    decided = limit_of(procedure, case, facts_for(dossier))
    dossier.accepted_at, dossier.limit = at, decided.model_dump(mode="json")
    dossier.due_at = due_at(decided, at, [], calendar, supplement_rule(pack), limit.cutoff)


def follow(
    dossier: Dossier, actor: Actor, step: Step, outcome: Outcome, advanced: Advance, reason: str, at: datetime
) -> list[Task]:
    """Make the rows agree with where the dossier goes; the closed step's row is closed already. Answers what opened."""
    procedure = dossier.procedure.procedure
    network = network_of(procedure)
    accepted = dossier.accepted_at is not None
    charge = charge_when_decided(dossier, at) if accepted else charge_of(dossier.pk)
    owed = charge is not None and charge.paid_at is None
    dossier.waiting = sorted(advanced.position.waiting)
    dossier.status = status_at(network, step, advanced, owed, before=_settled(dossier))
    if advanced.supplement:
        dossier.supplements += 1
        if dossier.accepted_at is not None:
            suspend(dossier, actor, at, step=step.id)
    ended_now = _note_ends(dossier, network, advanced, at)
    cancel(dossier, actor, advanced.cancelled, at)
    update_row(dossier, MOVED)
    note(dossier, f"{step.kind}:{outcome.id}", actor, at, step=step.id, reason=reason)
    if ended_now and dossier.due_at is not None and localtime(at).date() < localtime(dossier.due_at).date():
        _tell_early(dossier, actor, at)
    opened = [open_task(dossier, network.steps[name], at) for name in advanced.opened]
    keep_clock(dossier, actor, at)
    return opened


def open_task(dossier: Dossier, step: Step, at: datetime) -> Task:
    """Open a step of the dossier; its agency takes part from now on."""
    _, limit, calendar, _ = rules_for(dossier, step.id)
    agency = agency_of(step, dossier.receiving, dossier.responsible)
    if agency and agency not in dossier.agencies:
        dossier.agencies = sorted({*dossier.agencies, agency})
        update_row(dossier, ("agencies",))
    task = Task(
        dossier=dossier,
        step=step.id,
        role=step.role,
        agency=agency,
        opened_at=at,
        due_at=due(at, step.budget, calendar, limit.cutoff) if step.budget else None,
        not_before=due(at, step.minimum, calendar, limit.cutoff) if step.minimum else None,
        suspends=step.suspends_clock,
    )
    insert_row(task)
    publish(
        name="dossier.task_opened",
        payload={"dossier": dossier.pk, "code": dossier.code, "step": step.id, "agency": agency},
        at=at,
        agency=agency,
    )
    return task


def cancel(dossier: Dossier, actor: Actor, steps: frozenset[str], at: datetime) -> None:
    """Take away steps that nobody needs to do any more."""
    if steps:
        Task.objects.filter(dossier=dossier, step__in=steps, closed_at__isnull=True).update(
            closed_at=at, closed_by=actor.id or "-", outcome=CANCELLED
        )


def charge_when_decided(dossier: Dossier, at: datetime) -> Charge | None:
    """Charge the fee once its table can decide it; until then nothing is charged. Answers the charge there is."""
    procedure = dossier.procedure.procedure
    case = case_of(procedure, dossier.case)
    known = charge_of(dossier.pk)
    if case.fee is None or known is not None:
        return known
    try:
        decided = fee_of(procedure, case, facts_for(dossier))
    except Undecided:
        return None
    if decided is None or decided.amount <= 0:
        return None
    return charge_fee(dossier_id=dossier.pk, dossier=dossier, fee=case.fee, amount=decided.amount, at=at)


def note(
    dossier: Dossier, kind: str, actor: Actor, at: datetime, *, step: str = "", reason: str = "", public: bool = True
) -> None:
    """Write a line of the dossier's history; where the status is another than before, tell of it."""
    before = dossier.told
    if before is None:
        before = next((status for (status,) in answered(LAST_TOLD, [dossier.pk])), 0)
    status = dossier.told = int(dossier.status)
    line = (dossier.pk, at, kind, status, step, actor.agency, actor.id, reason, public)
    add_lines("dossiers_dossierevent", LINE, [line])
    if before == status:
        return
    publish(
        name="dossier.status_changed",
        payload={"dossier": dossier.pk, "code": dossier.code, "status": status},
        at=at,
        agency=dossier.receiving,
    )


def fee_undecided(dossier: Dossier, procedure: Procedure) -> bool:
    """Whether a fee is to be paid whose table can't decide it yet."""
    case = case_of(procedure, dossier.case)
    try:
        return case.fee is not None and fee_of(procedure, case, facts_for(dossier)) is None
    except Undecided:
        return True


def _settled(dossier: Dossier) -> int:
    """The status that another branch holds: 5 while a supplement is awaited there, otherwise none."""
    return int(dossier.status) if dossier.status == Status.SUPPLEMENT else 0


def _note_ends(dossier: Dossier, network: Network, advanced: Advance, at: datetime) -> bool:
    """Write down when the dossier was decided and returned; whether its result came to be ready just now."""
    ahead = [network.steps[name] for name in advanced.position.open]
    handing_over = bool(ahead) and all(each.kind == "handover" for each in ahead)
    ready = handing_over and dossier.finished_at is None
    if dossier.status == Status.STOPPED or ready:
        dossier.finished_at = at
    if dossier.status == Status.RETURNED:
        dossier.returned_at = at
        dossier.finished_at = dossier.finished_at or at
    return ready


def _tell_early(dossier: Dossier, actor: Actor, at: datetime) -> None:
    """The result is there before its day: the one-stop shop announces it."""
    note(dossier, "ready_early", actor, at)
    publish(
        name="dossier.ready_early",
        payload={"dossier": dossier.pk, "code": dossier.code, "status": int(dossier.status)},
        at=at,
        agency=dossier.receiving,
    )
