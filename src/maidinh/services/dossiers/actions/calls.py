"""Procedures that a step calls at another agency (liên thông): set going, and answered when they end.

Layer 4, part of the dossiers' actions. The called dossier is the applicant's own, with its own clock, log entry and
receipt; what it asks is filled from the dossier that calls. When it ends, the step that called it ends too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.timezone import localtime

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.calendars.queries import calendar_at
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.rulepacks.queries import rule_pack_at, supplement_rule
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.services.clock.ledger import counted_under
from maidinh.services.dossiers.actions.progress import advance_of, follow, note, open_task, position_of
from maidinh.services.dossiers.actions.receipts import tracking_secret, write_receipt
from maidinh.services.dossiers.actions.serial import next_serial
from maidinh.services.dossiers.models import ENDED, Dossier, Paper, Status, Task
from maidinh.services.dossiers.rules import agencies_of, case_of, dossier_code, due_at, step_of, tracking_digest
from maidinh.services.procedures.definition import Call
from maidinh.services.procedures.queries import ProcedureVersion, current_version


class CalledMissing(Exception):
    """The procedure to call isn't offered here, so that the step that calls it can't be opened."""


def call_procedures(
    *, actor: Actor, dossier: Dossier, opened: Iterable[Task], at: datetime, log: LogKeeper | None
) -> None:
    """Set going what the opened steps call. Raises CalledMissing; ValueError where no log keeper was given."""
    for task in opened:
        call = step_of(dossier.procedure.procedure, task.step).call
        if call is None:
            continue
        version = current_version(call.procedure, localtime(at).date())
        if version is None:
            raise CalledMissing(call.procedure)
        if log is None:
            raise ValueError(f"step {task.step} calls procedure {call.procedure}, and a call is entered into the log")
        _call(actor, dossier, task, version, call, at, log)


def answer_call(*, actor: Actor, dossier: Dossier, at: datetime, log: LogKeeper | None) -> None:
    """Where a called dossier has ended, close the step that called it: the first outcome if it was granted."""
    if dossier.called_by_id is None or dossier.status not in (*ENDED, Status.DONE):
        return
    parent = (
        Dossier.objects.select_for_update(of=("self",)).select_related("procedure").get(tasks__id=dossier.called_by_id)
    )
    task = Task.objects.select_for_update().get(pk=dossier.called_by_id)
    if task.closed_at is not None:
        return
    task.dossier = parent
    step = step_of(parent.procedure.procedure, task.step)
    granted = dossier.status in (Status.DONE, Status.RETURNED)
    outcome = step.outcomes[0 if granted else -1]
    advanced = advance_of(parent, position_of(parent), step, outcome)
    task.closed_at, task.closed_by, task.outcome = at, actor.id, outcome.id
    task.save(update_fields=["closed_at", "closed_by", "outcome"])
    opened = follow(parent, actor, step, outcome, advanced, "", at)
    call_procedures(actor=actor, dossier=parent, opened=opened, at=at, log=log)
    answer_call(actor=actor, dossier=parent, at=at, log=log)


def _call(
    actor: Actor, parent: Dossier, task: Task, version: ProcedureVersion, call: Call, at: datetime, log: LogKeeper
) -> None:
    procedure = version.procedure
    limit = case_of(procedure, call.case).time_limit
    today = localtime(at).date()
    pack = rule_pack_at(today)
    calendar = counted_under(calendar_at(today), pack)
    receiving = parent.receiving if parent.receiving in procedure.receiving else procedure.receiving[0]
    code, secret = dossier_code(receiving, today, next_serial()), tracking_secret()
    agencies = agencies_of(procedure, receiving)
    papers = list(Paper.objects.filter(dossier=parent, paper__in=[paper.id for paper in procedure.papers]))
    parent.agencies = sorted({*parent.agencies, *agencies})
    parent.save(update_fields=["agencies"])
    called = Dossier(
        code=code,
        procedure=version,
        case=call.case,
        channel=parent.channel,
        applicant=parent.applicant,
        applicant_name=parent.applicant_name,
        answers={name: parent.answers[of] for name, of in call.answers.items() if of in parent.answers},
        receiving=receiving,
        responsible=procedure.responsible,
        agencies=sorted({*agencies, *actor.agencies}),
        status=Status.NEW,
        submitted_at=at,
        promised_at=due_at(limit.budget, at, [], calendar, supplement_rule(pack), limit.cutoff),
        rule_pack=pack.id,
        tracking_secret=secret,
        tracking_digest=tracking_digest(code, secret),
        called_by=task,
    )
    write_receipt(called, [_Handed(paper.paper, paper.document_id) for paper in papers], at, log)
    called.save()
    for paper in papers:
        Paper.objects.create(
            dossier=called, paper=paper.paper, document_id=paper.document_id, name=paper.name, added_at=at
        )
    note(called, "called", actor, at)
    open_task(called, procedure.steps[0], at)
    record_act(actor=actor, action="call procedure", subject=code, at=at, details={"for": parent.code})
    publish(name="dossier.submitted", payload={"dossier": called.pk, "code": code}, at=at, agency=receiving)


class _Handed:
    """What the receipt tells of a paper that was handed over."""

    def __init__(self, paper: str, digest: str) -> None:
        self.paper, self.digest = paper, digest
