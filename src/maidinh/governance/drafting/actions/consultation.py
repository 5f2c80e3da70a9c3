"""Sending a draft out for opinions, giving and answering them, closing a round with its conclusion.

Layer 4, governance. An agency speaks for itself, through officials who may give opinions; who makes the draft answers
each opinion once, with the reason where it is not taken in whole.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.governance.drafting import rules
from maidinh.governance.drafting.actions.editing import DraftRefused, editable, kept_text, locked, subject
from maidinh.governance.drafting.content import HEADER, things
from maidinh.governance.drafting.models import Consultation, Draft, Invitation, Opinion
from maidinh.governance.drafting.queries import DRAFTING, OPINING, content_at, unanswered
from maidinh.governance.drafting.rules import ANSWERS, CONCLUDED, CONSULTING, IDENTIFIED, STANCES, TAKEN
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.organisations.queries import agency_names


@transaction.atomic
def open_consultation(
    *, actor: Actor, draft_id: int, agencies: Collection[str], due_on: date, at: datetime
) -> Consultation:
    """Ask agencies for their opinion on the draft as it stands, until a day."""
    row = editable(actor, draft_id)
    asked = sorted(set(agencies))
    _refuse_round(row, asked, due_on, at)
    last = row.consultations.order_by("-round").first()
    row.state, row.updated_at = CONSULTING, at
    row.invited = sorted({*row.invited, *asked})
    row.save(update_fields=["state", "invited", "updated_at"])
    opened = Consultation.objects.create(
        draft=row, round=1 if last is None else last.round + 1, revision=row.revision, hash=rules.hash_of(row.content),
        opened_by=actor.id, opened_at=at, due_on=due_on,
    )  # fmt: skip
    Invitation.objects.bulk_create([Invitation(consultation=opened, agency=agency) for agency in asked])
    for agency in asked:
        _tell("architecture.consultation_opened", opened, at, agency=agency)
    details = {"round": opened.round, "agencies": asked, "due_on": due_on.isoformat(), "hash": opened.hash}
    record_act(actor=actor, action="draft.consult", subject=subject(row), at=at, details=details)
    return opened


@transaction.atomic
def give_opinion(
    *,
    actor: Actor,
    consultation_id: int,
    stance: str,
    text: str,
    at: datetime,
    section: str | None = None,
    item: str | None = None,
) -> Opinion:
    """Say what the actor's agency thinks of the draft, or of one thing in it, as it was sent out."""
    require(actor, OPINING)
    consultation = Consultation.objects.select_related("draft").filter(pk=consultation_id).first()
    agency = None if consultation is None else _invited(consultation, actor)
    if consultation is None or agency is None:
        raise DraftRefused(_("Your agency was not asked for an opinion here."))
    row = consultation.draft
    _refuse_opinion(consultation, stance, text, section, item)
    given = Opinion.objects.create(
        consultation=consultation, agency=agency, by=actor.id, at=at, section=section, item=item, text=kept_text(text),
        stance=stance,
    )  # fmt: skip
    _tell("architecture.opinion_given", consultation, at, agency=agency)
    details = {"opinion": given.pk, "round": consultation.round, "stance": stance, "section": section, "item": item}
    record_act(actor=actor, action="draft.opine", subject=subject(row), at=at, details=details)
    return given


@transaction.atomic
def answer_opinion(*, actor: Actor, opinion_id: int, answer: str, text: str, at: datetime) -> Opinion:
    """Answer an opinion, once: taken in, in part, or not; and why, where it is not taken in whole."""
    require(actor, DRAFTING)
    given = Opinion.objects.select_for_update(of=("self",)).filter(pk=opinion_id).first()
    if given is None:
        raise DraftRefused(_("There is no such opinion."))
    if given.answer is not None:
        raise DraftRefused(_("This opinion is answered already."))
    if given.by == actor.id:
        raise DraftRefused(_("You gave this opinion. Somebody else must answer it."))
    if answer not in ANSWERS:
        raise DraftRefused(_("Choose whether the opinion is taken in, in part, or not."))
    text = kept_text(text)
    if answer != TAKEN and not text:
        raise DraftRefused(_("Say why the opinion is not taken in whole."))
    row = locked(given.consultation.draft_id)
    if row.state != CONSULTING or given.consultation.concluded_at is not None:
        raise DraftRefused(_("This round of opinions is concluded."))
    given.answer, given.answer_text, given.answered_by, given.answered_at = answer, text, actor.id, at
    given.save(update_fields=["answer", "answer_text", "answered_by", "answered_at"])
    details = {"opinion": given.pk, "answer": answer}
    record_act(actor=actor, action="draft.answer", subject=subject(row), at=at, details=details)
    return given


@transaction.atomic
def close_consultation(*, actor: Actor, consultation_id: int, at: datetime) -> Consultation:
    """Take no more opinions in this round; they are still answered."""
    require(actor, DRAFTING)
    row, consultation = _round(consultation_id)
    if consultation.closed_at is not None:
        raise DraftRefused(_("This round of opinions is closed already."))
    consultation.closed_at = at
    consultation.save(update_fields=["closed_at"])
    details = {"round": consultation.round}
    record_act(actor=actor, action="draft.close-round", subject=subject(row), at=at, details=details)
    return consultation


@transaction.atomic
def conclude(*, actor: Actor, consultation_id: int, conclusion: str, at: datetime) -> Consultation:
    """End a round, every opinion answered, with the conclusion on the draft as it stands now."""
    require(actor, DRAFTING)
    row, consultation = _round(consultation_id)
    text = kept_text(conclusion)
    if not text:
        raise DraftRefused(_("Write the conclusion."))
    if consultation.closed_at is None:
        consultation.closed_at = at
        consultation.save(update_fields=["closed_at"])  # takes the round's lock: no opinion comes in after this
    waiting = unanswered(row).count()
    if waiting:
        raise DraftRefused(_("These opinions have no answer yet: %(count)s.") % {"count": waiting})
    consultation.conclusion, consultation.concluded_by, consultation.concluded_at = text, actor.id, at
    consultation.concluded_revision = row.revision
    consultation.save(update_fields=["conclusion", "concluded_by", "concluded_at", "concluded_revision"])
    row.state, row.updated_at = CONCLUDED, at
    row.save(update_fields=["state", "updated_at"])
    for agency in consultation.invitations.order_by("agency").values_list("agency", flat=True):
        _tell("architecture.consultation_concluded", consultation, at, agency=agency)
    details = {"round": consultation.round, "revision": row.revision, "hash": rules.hash_of(row.content)}
    record_act(actor=actor, action="draft.conclude", subject=subject(row), at=at, details=details)
    return consultation


def _refuse_round(row: Draft, asked: list[str], due_on: date, at: datetime) -> None:
    if row.state == CONSULTING:
        raise DraftRefused(_("The draft is out for opinions already; conclude that round first."))
    if not asked:
        raise DraftRefused(_("Choose at least one agency to be asked."))
    unknown = sorted(set(asked) - agency_names("vi").keys())
    if unknown:
        raise DraftRefused(_("These are no agencies: %(codes)s.") % {"codes": ", ".join(unknown)})
    if due_on < localtime(at).date():
        raise DraftRefused(_("The day by which opinions are due has passed."))


def _refuse_opinion(consultation: Consultation, stance: str, text: str, section: str | None, item: str | None) -> None:
    row = consultation.draft
    if consultation.closed_at is not None or row.state != CONSULTING:
        raise DraftRefused(_("This round of opinions is closed."))
    if stance not in STANCES:
        raise DraftRefused(_("Choose whether you agree, ask for a change, or object."))
    if not kept_text(text) and stance != rules.AGREE:
        raise DraftRefused(_("Say what should be changed, or why you object."))
    if (section is None) != (item is None):
        raise DraftRefused(_("An opinion is tied to one thing in the draft, or to the whole."))
    if section is None:
        return
    sent = content_at(row, consultation.revision)
    known = {""} if section == HEADER else set(things(sent.get(section, [])) or {}) if section in IDENTIFIED else set()
    if item not in known:
        raise DraftRefused(_("%(item)s is not in the draft as it was sent out.") % {"item": item})


def _invited(consultation: Consultation, actor: Actor) -> str | None:
    asked = consultation.invitations.filter(agency__in=actor.agencies).order_by("agency").first()
    return None if asked is None else asked.agency


def _round(consultation_id: int) -> tuple[Draft, Consultation]:
    """The round and its draft, if it is not concluded. The draft's lock keeps its makers apart.

    The round's own row is left unlocked: an agency that gives an opinion at this moment refers to it.
    """
    known = Consultation.objects.filter(pk=consultation_id).first()
    if known is None:
        raise DraftRefused(_("There is no such round of opinions."))
    row = locked(known.draft_id)
    known.refresh_from_db()
    if known.concluded_at is not None or row.state != CONSULTING:
        raise DraftRefused(_("This round of opinions is concluded."))
    return row, known


def _tell(name: str, consultation: Consultation, at: datetime, agency: str) -> None:
    row = consultation.draft
    payload = {"draft": row.pk, "version": row.version, "round": consultation.round, "agency": agency}
    publish(name=name, payload=payload, at=at, agency=agency)
