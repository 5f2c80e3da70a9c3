"""Reporting of an approved project: milestones, payments, contracts, and the reports of completion and benefits.

Layer 4, governance. The owner's project officer reports; nothing is changed, a correction supersedes what it corrects.
Legal ground: Nghị định 224/2026/NĐ-CP articles 68 and 69.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils.timezone import localtime

from maidinh.governance.architecture.rules import kept_text as kept
from maidinh.governance.projects.actions.moving import subject, tell
from maidinh.governance.projects.queries import Project, money_sources
from maidinh.governance.projects.rules import DECIDED
from maidinh.governance.supervision.evaluation import DueReport
from maidinh.governance.supervision.models import (
    ContractRecord,
    Disbursement,
    EvaluationReport,
    MilestoneReport,
    Report,
)
from maidinh.governance.supervision.queries import baseline_of, reports_due
from maidinh.governance.supervision.rules import (
    BUILD,
    COST_KINDS,
    N_,
    OWNER,
    Fault,
    SupervisionRefused,
    faults_of_contract,
    faults_of_milestone,
    faults_of_payment,
    faults_of_text,
)
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act

Kept = TypeVar("Kept", bound=Report)
REPORTING, SUPERVISING = "project.report", "project.supervise"
LATER = N_("Somebody corrected this in the meantime. Load the page again.")


@transaction.atomic
def report_milestone(
    *,
    actor: Actor,
    project_id: int,
    milestone: str,
    began_on: date | None,
    ended_on: date | None,
    note: str = "",
    at: datetime,
) -> MilestoneReport:
    """Report when a milestone began and ended; the report takes the place of the one before."""
    row, text = _own(actor, project_id), kept(note)
    faults = faults_of_milestone(began_on, ended_on, text, today=localtime(at).date())
    if milestone not in {each.id for each in baseline_of(row).schedule}:
        faults.append(Fault("milestone", N_("Choose a milestone of the approved schedule.")))
    if faults:
        raise SupervisionRefused(*faults)
    last = MilestoneReport.objects.filter(project=row, milestone=milestone, successor__isnull=True).first()
    made = MilestoneReport.objects.create(
        milestone=milestone, began_on=began_on, ended_on=ended_on, note=text, **_written(row, actor, at, last)
    )
    _told(made, row, actor, at, "milestone-reported", {"milestone": milestone})
    return made


@transaction.atomic
def report_disbursement(
    *,
    actor: Actor,
    project_id: int,
    year: int,
    source: str,
    amount: int | None,
    paid_on: date | None,
    kind: str = BUILD,
    document: str = "",
    note: str = "",
    corrects: int | None = None,
    at: datetime,
) -> Disbursement:
    """Report money that was paid; one that corrects another takes its place, with 0 it takes it back."""
    row = _own(actor, project_id)
    before = _standing(Disbursement, row, corrects)
    known = money_sources()
    faults = faults_of_payment(
        year=year, amount=amount, paid_on=paid_on, today=localtime(at).date(), corrects=before is not None,
        baseline_sources=bool(source) and (known is None or source in known),
    )  # fmt: skip
    if kind not in COST_KINDS:
        faults.append(Fault("kind", N_("Choose what the money was spent on.")))
    faults += faults_of_text("document", kept(document), required=False, longest=120)
    faults += faults_of_text("note", kept(note), required=before is not None)
    if faults:
        raise SupervisionRefused(*faults)
    made = Disbursement.objects.create(
        year=year, source=source, kind=kind, amount=amount, paid_on=paid_on, document=kept(document), note=kept(note),
        **_written(row, actor, at, before),
    )  # fmt: skip
    _told(made, row, actor, at, "money-paid", {"year": year, "source": source, "amount": amount})
    return made


@transaction.atomic
def record_contract(
    *,
    actor: Actor,
    project_id: int,
    number: str,
    contractor: str,
    value: int | None,
    signed_on: date | None,
    ends_on: date | None,
    contractor_code: str = "",
    subject_matter: str = "",
    amends: int | None = None,
    corrects: int | None = None,
    at: datetime,
) -> ContractRecord:
    """Enter a contract, an amendment of one (the whole new value and end), or set right what was entered."""
    row = _own(actor, project_id)
    before, first = _standing(ContractRecord, row, corrects), _standing(ContractRecord, row, amends)
    if first is not None and first.amends_id is not None:
        raise SupervisionRefused(Fault("amends", N_("Choose the contract itself, not one of its amendments.")))
    texts = {"number": kept(number), "contractor": kept(contractor)}
    faults = faults_of_contract(**texts, value=value, signed_on=signed_on, ends_on=ends_on, today=localtime(at).date())
    faults += faults_of_text("contractor_code", kept(contractor_code), required=False, longest=20)
    faults += faults_of_text("subject", kept(subject_matter), required=False)
    if faults:
        raise SupervisionRefused(*faults)
    made = ContractRecord.objects.create(
        **texts, value=value, signed_on=signed_on, ends_on=ends_on, contractor_code=kept(contractor_code),
        subject=kept(subject_matter), amends_id=before.amends_id if before is not None else amends,
        **_written(row, actor, at, before),
    )  # fmt: skip
    _told(made, row, actor, at, "contract-entered", {"contract": texts["number"], "value": value})
    return made


@transaction.atomic
def write_report(
    *,
    actor: Actor,
    project_id: int,
    kind: str,
    period: int,
    text: str,
    results: Mapping[str, float] | None = None,
    document: str = "",
    at: datetime,
) -> EvaluationReport:
    """Write a report that is due: by the owner, or by who supervises; a second one takes the place of the first."""
    row = _decided(project_id)
    due = next((each for each in reports_due(row, at) if (each.term.id, each.period) == (kind, period)), None)
    if due is None:
        raise SupervisionRefused(Fault("kind", N_("This report is not due of this project.")))
    _may_write(actor, row, due, localtime(at).date())
    words = kept(text)
    faults = faults_of_text("text", words, missing=N_("Write what was reached, and what was not."))
    faults += faults_of_text("document", kept(document), required=False, longest=120)
    known = {each.id for each in baseline_of(row).benefits}
    faults += [Fault("results", N_("The approved project names no such benefit.")) for each in results or {}
               if each not in known]  # fmt: skip
    if faults:
        raise SupervisionRefused(*faults)
    last = EvaluationReport.objects.filter(project=row, kind=kind, period=period, successor__isnull=True).first()
    made = EvaluationReport.objects.create(
        kind=kind, period=period, due_on=due.due_on, text=words, results=dict(results or {}), document=kept(document),
        **_written(row, actor, at, last),
    )  # fmt: skip
    _told(made, row, actor, at, "report-written", {"report": kind, "period": period})
    return made


def _may_write(actor: Actor, row: Project, due: DueReport, today: date) -> None:
    if due.term.by == OWNER:
        require(actor, REPORTING)
        if row.owner not in actor.agencies:
            raise SupervisionRefused(Fault("", N_("The project is another agency's. Its owner writes this report.")))
    else:
        require(actor, SUPERVISING)
        if actor.id in row.writers:
            raise SupervisionRefused(Fault("", N_("You wrote in this project. Somebody else must evaluate it.")))
    if due.opens_on > today:
        raise SupervisionRefused(Fault("kind", N_("The time that this report is about has not ended yet.")))


def _decided(project_id: int) -> Project:
    row = Project.objects.select_related("baseline").filter(pk=project_id).first()
    if row is None:
        raise SupervisionRefused(Fault("", N_("There is no such project.")))
    if row.state not in DECIDED:
        raise SupervisionRefused(Fault("", N_("Only a project that was approved is reported on.")))
    return row


def _own(actor: Actor, project_id: int) -> Project:
    require(actor, REPORTING)
    row = _decided(project_id)
    if row.owner not in actor.agencies:
        raise SupervisionRefused(Fault("", N_("The project is another agency's. Its owner reports.")))
    return row


def _standing(table: type[Kept], row: Project, pk: int | None) -> Kept | None:
    """The row that is corrected or amended, if it still stands."""
    if pk is None:
        return None
    found = table._default_manager.filter(project=row, pk=pk, successor__isnull=True).first()
    if found is None:
        raise SupervisionRefused(Fault("", LATER))
    return found


def _written(row: Project, actor: Actor, at: datetime, before: Any) -> dict[str, Any]:
    agency = row.owner if row.owner in actor.agencies else actor.agency
    return {"project": row, "by": actor.id, "agency": agency, "at": at, "supersedes": before}


def _told(made: Report, row: Project, actor: Actor, at: datetime, kind: str, details: dict[str, Any]) -> None:
    public = made.agency in row.parties
    tell(actor=actor, row=row, kind=kind, at=at, details=details, public=public, agency=made.agency)
    more = {"row": made.pk} | ({"corrects": made.supersedes_id} if made.supersedes_id else {})
    record_act(actor=actor, action=f"project.{kind}", subject=subject(row), at=at, details=details | more)
