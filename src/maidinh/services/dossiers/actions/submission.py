"""What people do with dossiers: submit, take up, decide, supplement, withdraw.

Layer 4. Each action is one transaction that holds state, task, history, outbox and log entry together. Decree
61/2018/NĐ-CP articles 17 to 20 (kept by 118/2025) order the steps of the one-stop shop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localtime

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.calendars.queries import calendar_at
from maidinh.infrastructure.commands.actions import begin_command, finish_command
from maidinh.infrastructure.database.rows import added_together, insert_row
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.rulepacks.queries import rule_pack_at, supplement_rule
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.services.clock.ledger import counted_under
from maidinh.services.dossiers.actions.clockwork import keep_standing, resume
from maidinh.services.dossiers.actions.progress import (
    CHANNEL_NAMES,
    asking_task,
    note,
    open_task,
)
from maidinh.services.dossiers.actions.receipts import tracking_secret, write_receipt
from maidinh.services.dossiers.actions.serial import next_serial
from maidinh.services.dossiers.models import ENDED, Dossier, Paper, Status, Task
from maidinh.services.dossiers.queries import dossier_for, withdrawable
from maidinh.services.dossiers.rules import (
    agencies_of,
    case_of,
    dossier_code,
    due_at,
    step_of,
    tracking_digest,
)
from maidinh.services.procedures.queries import ProcedureVersion
from maidinh.services.procedures.rules import facts_of, limit_of, papers_for


@dataclass(frozen=True)
class SubmittedPaper:
    """A stored document that the applicant hands in as one of the procedure's papers."""

    paper: str
    digest: str
    name: str


@dataclass(frozen=True)
class Submission:
    """What came of submitting: the dossier, and whether it was there already."""

    dossier: Dossier
    repeated: bool


class PaperMissing(ValueError):
    """A paper the procedure asks for was not handed in; `papers` names all that are missing."""

    def __init__(self, papers: list[str]) -> None:
        self.papers = papers
        super().__init__(", ".join(papers))


class NotNow(ValueError):
    """The dossier is not in a state in which this can be done."""


@transaction.atomic
def submit_dossier(
    *,
    actor: Actor,
    version: ProcedureVersion,
    case: str,
    receiving: str,
    answers: dict[str, object],
    papers: Sequence[SubmittedPaper],
    channel: int,
    key: str,
    at: datetime,
    log: LogKeeper,
) -> Submission:
    """Submit a dossier, once for each key. Raises PaperMissing, ValueError for a wrong case or agency, KeyReused."""
    require(actor, "dossier.submit")
    if actor.person is None:
        raise ValueError("only a person submits a dossier")
    procedure = version.procedure
    request = {
        "version": version.hash,
        "case": case,
        "receiving": receiving,
        "answers": answers,
        "papers": [[p.paper, p.digest, p.name] for p in papers],
    }
    command = begin_command(scope=f"submit:{actor.id}", key=key, request=request, at=at)
    if command.outcome:
        return Submission(Dossier.objects.select_related("procedure").get(code=command.outcome), True)
    chosen = case_of(procedure, case)
    if receiving not in procedure.receiving:
        raise ValueError(f"{receiving} does not receive procedure {procedure.code}")
    given = {p.paper for p in papers}
    facts = facts_of(answers, case, CHANNEL_NAMES.get(channel, "online"), {})
    missing = [paper.id for paper in papers_for(procedure, facts) if paper.required and paper.id not in given]
    if missing:
        raise PaperMissing(missing)
    today = localtime(at).date()  # the office's day: just after midnight UTC still has yesterday's
    pack, limit = rule_pack_at(today), chosen.time_limit
    calendar = counted_under(calendar_at(today), pack)
    code = dossier_code(receiving, today, next_serial())
    secret = tracking_secret()
    dossier = Dossier(
        code=code,
        procedure=version,
        case=case,
        channel=channel,
        applicant=actor.person,
        applicant_name=actor.name,
        answers=answers,
        receiving=receiving,
        responsible=procedure.responsible,
        agencies=agencies_of(procedure, receiving),
        status=Status.NEW,
        submitted_at=at,
        promised_at=due_at(limit_of(procedure, chosen, facts), at, [], calendar, supplement_rule(pack), limit.cutoff),
        rule_pack=pack.id,
        tracking_secret=secret,
        tracking_digest=tracking_digest(code, secret),
    )
    dossier.told = 0
    write_receipt(dossier, papers, at, log)
    insert_row(dossier)
    _add_papers(dossier, papers, at)
    with added_together():
        note(dossier, "submitted", actor, at)
        open_task(dossier, procedure.steps[0], at)
        publish(name="dossier.submitted", payload={"dossier": dossier.pk, "code": code}, at=at, agency=receiving)
        record_act(actor=actor, action="submit dossier", subject=code, at=at)
    finish_command(command=command, outcome=code)
    return Submission(dossier, False)


@transaction.atomic
def supplement_dossier(
    *, actor: Actor, code: str, papers: Sequence[SubmittedPaper], explanation: str, at: datetime
) -> Dossier:
    """Hand in what was asked for: the clock goes on, the step that asked opens again. Raises NotNow."""
    dossier = _own(actor, code)
    if dossier.status != Status.SUPPLEMENT:
        raise NotNow("no supplement was asked for")
    asked = asking_task(dossier)
    if asked is None:
        raise NotNow("no supplement was asked for")
    _add_papers(dossier, papers, at)
    _open_again(dossier, actor, asked, at)
    dossier.status = Status.NEW if dossier.accepted_at is None else Status.IN_PROCESS
    dossier.save(update_fields=["status", "due_at"])
    note(dossier, "supplemented", actor, at, reason=explanation)
    record_act(actor=actor, action="supplement dossier", subject=code, at=at)
    return dossier


@transaction.atomic
def add_scanned_paper(*, actor: Actor, dossier: Dossier, paper: SubmittedPaper, at: datetime) -> None:
    """Add what an official scanned at the counter to a dossier under lock. Raises NotNow once it has ended."""
    require(actor, "dossier.accept")
    if dossier.status in ENDED or dossier.finished_at is not None:
        raise NotNow("the dossier has ended")
    _add_papers(dossier, [paper], at)
    note(dossier, "paper_scanned", actor, at)
    added = {"dossier": dossier.pk, "code": dossier.code}
    publish(name="dossier.paper_added", payload=added, at=at, agency=dossier.receiving)
    details = {"paper": paper.paper, "digest": paper.digest}
    record_act(actor=actor, action="scan paper", subject=dossier.code, at=at, details=details)


@transaction.atomic
def request_withdrawal(*, actor: Actor, code: str, reason: str, at: datetime) -> Dossier:
    """Ask for the dossier back; the official at whose step it is confirms. Raises NotNow once it has ended."""
    dossier = _own(actor, code)
    if not withdrawable(dossier):
        raise NotNow("the result is signed, the dossier has ended, or its withdrawal was asked for")
    asked = asking_task(dossier)
    if dossier.status == Status.SUPPLEMENT and asked is not None:
        _open_again(dossier, actor, asked, at)
    dossier.status = Status.WITHDRAWAL
    dossier.save(update_fields=["status", "due_at"])
    note(dossier, "withdrawal_requested", actor, at, reason=reason)
    record_act(actor=actor, action="request withdrawal", subject=code, at=at)
    return dossier


def _open_again(dossier: Dossier, actor: Actor, asked: Task, at: datetime) -> None:
    """The step that asked is open again and the clock goes on, unless another open step keeps it standing."""
    open_task(dossier, step_of(dossier.procedure.procedure, asked.step), at)
    resume(dossier, actor, at, step=asked.step)
    keep_standing(dossier, actor, at)


def _own(actor: Actor, code: str) -> Dossier:
    if actor.kind != "citizen" or dossier_for(actor, code) is None:
        raise Dossier.DoesNotExist(code)
    return Dossier.objects.select_for_update(of=("self",)).select_related("procedure").get(code=code)


def _add_papers(dossier: Dossier, papers: Sequence[SubmittedPaper], at: datetime) -> None:
    known = {paper.id for paper in dossier.procedure.procedure.papers}
    for paper in papers:
        if paper.paper not in known:
            raise ValueError(f"the procedure asks for no paper {paper.paper}")
        Paper.objects.get_or_create(
            dossier=dossier, paper=paper.paper, document_id=paper.digest, defaults={"name": paper.name, "added_at": at}
        )
