"""Asking for an exception, deciding on it, ending it: named, justified, until a day, and public.

Layer 4, governance. The owner asks, another person decides, once; what is granted is entered in the transparency log
and shown to everyone. Its fields are those of the exception record of the guidance of 2026 (Mẫu 01 mục VIII.3).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from maidinh.exchange import jws
from maidinh.exchange.directory.actions import Signer
from maidinh.governance.appraisal.actions.opening import fits, in_force, version_in_force
from maidinh.governance.appraisal.actions.refusing import (
    GRANTING,
    N_,
    AppraisalRefused,
    checked_text,
    in_person,
    locked_project,
    own_project,
    refusal,
    wrote,
)
from maidinh.governance.appraisal.models import ProjectException
from maidinh.governance.appraisal.queries import pack_of
from maidinh.governance.appraisal.rules import ASKED, ENDED, GRANTED, NOT_GRANTED
from maidinh.governance.architecture.rules import kept_text as kept
from maidinh.governance.projects import rules
from maidinh.governance.projects.actions.moving import subject, tell
from maidinh.governance.projects.faults import Fault
from maidinh.governance.projects.queries import Event, Project
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.translog.promises import LogKeeper

SYSTEM = "system"
MISSING = {
    "unmet": N_("Name the requirements that are not met."),
    "cause": N_("Say why they can't be met now."),
    "alternatives": N_("Say what else was considered, and why it does not do."),
    "effects": N_("Say what it means for work, data, connections, security and means."),
    "controls": N_("Say how its risks are kept in hand."),
    "remedy": N_("Say how and in which steps it will be mended."),
}


@transaction.atomic
def ask_exception(
    *,
    actor: Actor,
    project_id: int,
    unmet: str,
    cause: str,
    alternatives: str,
    effects: str,
    controls: str,
    agency: str,
    valid_until: date,
    review_on: date,
    remedy: str,
    at: datetime,
) -> ProjectException:
    """Ask that a project that was appraised may be approved though it does not fit, until a day."""
    row = own_project(actor, project_id)
    if row.state != rules.APPRAISED:
        raise refusal("", N_("An exception is asked for when the project was appraised and is not decided on yet."))
    texts = {"unmet": unmet, "cause": cause, "alternatives": alternatives, "effects": effects, "controls": controls,
             "remedy": remedy}  # fmt: skip
    texts = {name: kept(text) for name, text in texts.items()}
    faults = [fault for name, text in texts.items() for fault in checked_text(name, text, MISSING[name])]
    if agency not in agency_names("vi"):
        faults.append(Fault("agency", N_("Choose the agency that answers for it.")))
    faults += _faults_of_days(row, valid_until, review_on, localtime(at).date())
    if faults:
        raise AppraisalRefused(*faults)
    version = version_in_force()
    fits(row)
    try:
        with transaction.atomic(), in_person(actor):
            made = ProjectException.objects.create(
                project=row, project_hash=row.hash, version=version, agency=agency, valid_until=valid_until,
                review_on=review_on, asked_by=actor.id, asked_agency=row.owner, asked_at=at, **texts,
            )  # fmt: skip
    except IntegrityError as error:
        if "appraisal_exception_asked_once" not in str(error):
            raise
        raise refusal("", N_("An exception is asked for already. It must be decided on first.")) from error
    details = {"exception": made.pk, "until": valid_until.isoformat(), "version": version.version}
    tell(actor=actor, row=row, kind="exception-asked", at=at, details=details, agency=row.owner)
    publish(name="project.exception_asked", payload=_named(made), at=at)
    record_act(actor=actor, action="exception.ask", subject=subject(row), at=at, details=details)
    return made


@transaction.atomic
def decide_exception(
    *, actor: Actor, exception_id: int, granted: bool, decision: str, text: str, at: datetime, signer: Signer
) -> ProjectException:
    """Grant or refuse an exception that another person asked for; what is granted is public and in the log."""
    require(actor, GRANTING)
    found = ProjectException.objects.filter(pk=exception_id).values_list("project_id", flat=True).first()
    if found is None:
        raise refusal("", N_("There is no such exception."))
    project, number, why = locked_project(found), kept(decision), kept(text)
    row = ProjectException.objects.select_for_update(of=("self",)).select_related("version").get(pk=exception_id)
    _refuse_undecidable(actor, row, project, granted, localtime(at).date())
    faults = list(checked_text("text", why, N_("Say why you decide so. It is published with the exception.")))
    if granted:
        faults += checked_text("decision", number, N_("Enter the number of the decision."))
    if len(number) > ProjectException._meta.get_field("decision").max_length:
        faults.append(Fault("decision", N_("The number is too long.")))
    if faults:
        raise AppraisalRefused(*faults)
    row.state = GRANTED if granted else NOT_GRANTED
    row.decided_by, row.decided_at, row.decision, row.decision_text = actor.id, at, number, why
    if granted:
        keeper = LogKeeper(signer, project.province, settings.MAIDINH.log_promise)
        entered = keeper.enter(
            kind="project-exception", agency=actor.agency, role="approver", content=_statement(row, project), at=at
        )
        row.entry, row.receipt = entered.entry, entered.receipt
    changed = ["state", "decided_by", "decided_at", "decision", "decision_text", "entry", "receipt"]
    with in_person(actor):
        row.save(update_fields=changed)
    details = {"exception": row.pk, "granted": granted, "until": row.valid_until.isoformat(), "decision": number}
    tell(actor=actor, row=project, kind="exception-decided", at=at, details=details, public=granted)
    name = "project.exception_granted" if granted else "project.exception_refused"
    publish(name=name, payload=_named(row), at=at, agency="" if granted else row.asked_agency)
    record_act(actor=actor, action="exception.decide", subject=subject(project), at=at, details=details)
    return row


def watch_exceptions(*, at: datetime) -> list[ProjectException]:
    """End the exceptions whose last day is past, and tell once of each that is to be reviewed; the worker calls it."""
    today = localtime(at).date()
    for pk in ProjectException.objects.filter(state=GRANTED, valid_until__lt=today).values_list("pk", flat=True):
        _end(pk, at)
    waiting = ProjectException.objects.filter(state=GRANTED, reminded_at__isnull=True).select_related("project")
    return [row for row in waiting.order_by("pk") if _reminded_from(row) <= today and _remind(row.pk, at)]


@transaction.atomic
def _end(exception_id: int, at: datetime) -> None:
    row = ProjectException.objects.select_for_update(of=("self",)).select_related("project").get(pk=exception_id)
    if row.state != GRANTED:
        return
    row.state, row.ended_at = ENDED, at
    row.save(update_fields=["state", "ended_at"])
    _tell(row, "exception-ended", at)
    publish(name="project.exception_ended", payload=_named(row), at=at)


@transaction.atomic
def _remind(exception_id: int, at: datetime) -> bool:
    row = ProjectException.objects.select_for_update(of=("self",)).select_related("project").get(pk=exception_id)
    if row.state != GRANTED or row.reminded_at is not None:
        return False
    row.reminded_at = at
    row.save(update_fields=["reminded_at"])
    _tell(row, "exception-ending", at)
    publish(name="project.exception_ending", payload=_named(row), at=at)
    return True


def _tell(row: ProjectException, kind: str, at: datetime) -> None:
    details = {"exception": row.pk, "until": row.valid_until.isoformat(), "review_on": row.review_on.isoformat()}
    Event.objects.create(
        project=row.project, kind=kind, at=at, by=SYSTEM, agency=row.agency, details=details, public=True
    )


def _reminded_from(row: ProjectException) -> date:
    """Its day of review, or so many days before its end as the law of its project says, whichever comes first."""
    terms = pack_of(row.project).exceptions
    return min(row.review_on, row.valid_until - timedelta(days=terms.remind_days))


def _refuse_undecidable(actor: Actor, row: ProjectException, project: Project, granted: bool, today: date) -> None:
    if row.state != ASKED:
        raise refusal("", N_("This exception is decided already."), N_("Load the page again."))
    if row.asked_by == actor.id:
        raise refusal("", N_("You asked for this exception. Somebody else must decide."))
    if wrote(actor, project):
        raise refusal("", N_("You wrote in this project. Somebody else must decide."))
    if not granted:
        return
    if row.valid_until < today:
        raise refusal("", N_("Its last day is past. It can only be refused."))
    if project.state != rules.APPRAISED or project.hash != row.project_hash:
        raise refusal("", N_("The project is another now than when it was asked for."), N_("It can only be refused."))
    if not in_force(row.version):
        raise refusal("", N_("It was asked for against version %(version)s, and another one is in force."),
                      N_("It can only be refused. The owner asks again."),
                      version=row.version.version)  # fmt: skip


def _faults_of_days(row: Project, valid_until: date, review_on: date, today: date) -> list[Fault]:
    longest = pack_of(row).exceptions.longest_days
    faults = []
    if valid_until <= today:
        faults.append(Fault("valid_until", N_("The last day must come after today.")))
    elif (valid_until - today).days > longest:
        faults.append(Fault("valid_until", N_("That is longer than an exception may last: %(days)s days at most."),
                            {"days": str(longest)}))  # fmt: skip
    if review_on < today or review_on > valid_until:
        faults.append(Fault("review_on", N_("The day of review lies between today and the last day.")))
    return faults


def _statement(row: ProjectException, project: Project) -> dict[str, object]:
    return {
        "kind": "project-exception", "province": project.province, "project": project.code,
        "project_hash": row.project_hash, "version": row.version.version, "unmet": row.unmet, "cause": row.cause,
        "alternatives": row.alternatives, "effects": row.effects, "controls": row.controls, "agency": row.agency,
        "remedy": row.remedy, "valid_until": row.valid_until.isoformat(), "review_on": row.review_on.isoformat(),
        "decision": row.decision, "text": row.decision_text, "asked_by": row.asked_by, "decided_by": row.decided_by,
        "decided_at": jws.timestamp(row.decided_at) if row.decided_at else "",
    }  # fmt: skip


def _named(row: ProjectException) -> dict[str, object]:
    return {"project": row.project.code, "exception": row.pk}
