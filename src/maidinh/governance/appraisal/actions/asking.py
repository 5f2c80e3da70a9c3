"""Asking and being answered: supplements by the owner, opinions of other bodies, meetings.

Layer 4, governance. Everything that is missing is asked for at once, each tied to its field; a further request says why
it was not asked at first, and is counted. While a supplement is awaited the clock stands. Legal ground: Nghị định
224/2026/NĐ-CP article 50.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from maidinh.governance.appraisal.actions.opening import checked, whole
from maidinh.governance.appraisal.actions.refusing import (
    N_,
    OPINING,
    AppraisalRefused,
    checked_text,
    locked_appraisal,
    own_project,
    refusal,
    worked_on,
    wrote,
)
from maidinh.governance.appraisal.models import Appraisal, BodyOpinion, Meeting, Supplement
from maidinh.governance.appraisal.queries import clock_of
from maidinh.governance.appraisal.rules import AGREE, OPEN, STANCES, WAITING
from maidinh.governance.architecture.rules import kept_text as kept
from maidinh.governance.projects import rules
from maidinh.governance.projects.actions.moving import move, subject, tell
from maidinh.governance.projects.definition import Project as Proposal
from maidinh.governance.projects.faults import Fault
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.identity.queries import agencies_with


@dataclass(frozen=True)
class Defect:
    """One thing that is missing or wrong: at which field of the project ("" for the whole), what, on which ground."""

    field: str
    says: str
    basis: str = ""


@transaction.atomic
def ask_supplement(
    *, actor: Actor, appraisal_id: int, defects: Iterable[Defect], reason: str = "", at: datetime
) -> Supplement:
    """Return a project to its owner with all that is to be mended; the clock stands until it is answered."""
    row = worked_on(actor, appraisal_id)
    asked = [Defect(kept(each.field), kept(each.says), kept(each.basis)) for each in defects]
    number, why = 1 + row.supplements.count(), kept(reason)
    found = [fault for place, each in enumerate(asked) for fault in _faults_of(each, place)]
    if not asked:
        found.append(Fault("defects", N_("Say what is to be mended.")))
    if number > 1 and not why:
        found.append(Fault("reason", N_("This is request number %(number)s. Say why it was not asked at first."),
                           {"number": str(number)}))  # fmt: skip
    if found:
        raise AppraisalRefused(*found)
    supplement = Supplement.objects.create(
        appraisal=row, number=number, defects=[asdict(each) for each in asked], reason=why, asked_by=actor.id,
        asked_agency=row.agency, asked_at=at,
    )  # fmt: skip
    row.state = WAITING
    row.save(update_fields=["state"])
    details = {"appraisal": row.number, "request": number, "defects": len(asked), "reason": why}
    move(actor=actor, row=row.project, state=rules.RETURNED, at=at, event="supplement-asked", details=details)
    return supplement


@transaction.atomic
def answer_supplement(*, actor: Actor, project_id: int, at: datetime) -> Appraisal:
    """Hand the mended project back: the checks run on what it says now, and the clock goes on."""
    project = own_project(actor, project_id)
    if project.state != rules.RETURNED:
        raise refusal("", N_("No supplement is asked for."), N_("Load the page again."))
    version = whole(project, at)
    row = locked_appraisal(project.appraisals.get(closed_at__isnull=True).pk)
    supplement = row.supplements.get(answered_at__isnull=True)
    revision = project.revisions.get(number=project.revision)
    if revision.hash == row.revision.hash:
        raise refusal("", N_("Nothing in the project has changed since the request."), N_("Mend what was asked for."))
    supplement.answered_by, supplement.answered_at, supplement.answer = actor.id, at, revision
    supplement.save(update_fields=["answered_by", "answered_at", "answer"])
    row.assessment, row.assessed_at = checked(project, row, version, at), at
    row.state, row.revision, row.version, row.version_hash = OPEN, revision, version, version.hash
    row.__dict__.pop("revision_form", None)  # what it said before
    row.save(update_fields=["state", "revision", "version", "version_hash", "assessment", "assessed_at"])
    due = {each.term: each.due_at for each in clock_of(row, at)}
    for turn in row.turns.filter(ended_at__isnull=True):
        turn.due_at = due.get(turn.term)
        turn.save(update_fields=["due_at"])
    details = {"appraisal": row.number, "request": supplement.number, "revision": revision.number}
    move(
        actor=actor, row=project, state=rules.APPRAISING, at=at, holder=row.agency, event="supplement-answered",
        details=details | {"version": version.version},
    )  # fmt: skip
    return row


@transaction.atomic
def ask_opinion(
    *, actor: Actor, appraisal_id: int, agency: str, question: str, due_on: date, at: datetime
) -> BodyOpinion:
    """Ask another body what it says of the project, by a day."""
    row, text = worked_on(actor, appraisal_id), kept(question)
    found = list(checked_text("question", text, N_("Say what you want to know.")))
    if agency in (row.owner, row.agency) or agency not in agencies_with(OPINING):
        found.append(Fault("agency", N_("Choose another body, in which somebody may give its opinion.")))
    elif row.opinions.filter(agency=agency, revision__hash=row.revision.hash).exists():
        found.append(Fault("agency", N_("This body has given its opinion about what the project says now.")))
    if due_on < localtime(at).date():
        found.append(Fault("due_on", N_("The day is past. Give the body time to answer.")))
    if found:
        raise AppraisalRefused(*found)
    try:
        with transaction.atomic():
            opinion = BodyOpinion.objects.create(
                appraisal=row, agency=agency, question=text, asked_by=actor.id, asked_at=at, due_on=due_on
            )
    except IntegrityError as error:
        if "appraisal_opinion_once" not in str(error):
            raise
        raise refusal("agency", N_("This body was asked already.")) from error
    details = {"appraisal": row.number, "agency": agency, "due_on": due_on.isoformat()}
    tell(actor=actor, row=row.project, kind="opinion-asked", at=at, details=details)
    publish(name="project.opinion_asked", payload={"project": row.project.code, "agency": agency}, at=at, agency=agency)
    _audit(actor, row, "ask-opinion", at, details)
    return opinion


@transaction.atomic
def give_opinion(*, actor: Actor, opinion_id: int, stance: str, text: str, at: datetime) -> BodyOpinion:
    """Say what one's body thinks of the project, once."""
    require(actor, OPINING)
    said = kept(text)
    about = BodyOpinion.objects.filter(pk=opinion_id, agency__in=actor.agencies).first()
    if about is None:
        raise refusal("", N_("Your body was not asked about this project."))
    opinion = BodyOpinion.objects.select_for_update(of=("self",)).get(pk=opinion_id)
    row = Appraisal.objects.select_related("project", "version", "revision").get(pk=about.appraisal_id)
    if opinion.given_at is not None:
        raise refusal("", N_("Your body has given its opinion already."))
    if row.closed_at is not None:
        raise refusal("", N_("The appraisal has ended. An opinion comes too late."))
    if wrote(actor, row.project):
        raise refusal("", N_("You wrote in this project. Somebody else of your body must give its opinion."))
    found = [] if stance in STANCES else [Fault("stance", N_("Choose what your body thinks."))]
    if stance != AGREE:
        found += checked_text("text", said, N_("Say why, and what should be changed."))
    if found:
        raise AppraisalRefused(*found)
    opinion.stance, opinion.text, opinion.given_by, opinion.given_at = stance, said, actor.id, at
    opinion.revision = row.revision
    opinion.save(update_fields=["stance", "text", "given_by", "given_at", "revision"])
    details = {"appraisal": row.number, "agency": opinion.agency, "stance": stance}
    tell(actor=actor, row=row.project, kind="opinion-given", at=at, details=details, agency=opinion.agency)
    publish(
        name="project.opinion_given", payload={"project": row.project.code, "agency": opinion.agency}, at=at,
        agency=row.agency,
    )  # fmt: skip
    _audit(actor, row, "give-opinion", at, details)
    return opinion


@transaction.atomic
def record_meeting(
    *,
    actor: Actor,
    appraisal_id: int,
    held_on: date,
    chair: str,
    agencies: Iterable[str],
    minutes: str,
    at: datetime,
) -> Meeting:
    """Record a meeting of the appraisal: its day, who chaired and took part, what was said and concluded."""
    row, who, said, bodies = worked_on(actor, appraisal_id), kept(chair), kept(minutes), sorted(set(agencies))
    found = list(checked_text("chair", who, N_("Say who chaired it, by office.")))
    found += checked_text("minutes", said, N_("Write what was said and concluded."))
    if held_on > localtime(at).date():
        found.append(Fault("held_on", N_("The day is still to come. Record a meeting when it was held.")))
    if not bodies:
        found.append(Fault("agencies", N_("Say which bodies took part.")))
    if found:
        raise AppraisalRefused(*found)
    meeting = Meeting.objects.create(
        appraisal=row, held_on=held_on, chair=who, agencies=bodies, minutes=said, by=actor.id, at=at
    )
    details = {"appraisal": row.number, "held_on": held_on.isoformat(), "agencies": bodies}
    tell(actor=actor, row=row.project, kind="meeting-held", at=at, details=details)
    _audit(actor, row, "meeting", at, details)
    return meeting


def _faults_of(defect: Defect, place: int) -> Iterable[Fault]:
    first = defect.field.partition(".")[0]
    if first and first not in Proposal.model_fields:
        yield Fault(f"defects.{place}.field", N_("is no field of a project: %(field)s."), {"field": defect.field})
    yield from checked_text(f"defects.{place}.says", defect.says, N_("Say what is missing or wrong."))


def _audit(actor: Actor, row: Appraisal, what: str, at: datetime, details: dict[str, object]) -> None:
    record_act(actor=actor, action=f"appraisal.{what}", subject=subject(row.project), at=at, details=details)
