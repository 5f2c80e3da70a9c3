"""Reading drafts, their history, and the opinions on them.

Layer 4, governance. A draft is for who drafts, approves or publishes, and for the agencies that were asked; what the
agencies said and were answered is for everyone once the version is in force. The database holds the same by agency.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Count, Q, QuerySet

from maidinh.governance.architecture import rules as architecture
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.queries import declared_organisations
from maidinh.governance.drafting import rules
from maidinh.governance.drafting.content import Change, Content, changes, path_of, things, undone
from maidinh.governance.drafting.models import Consultation, Draft, DraftChange, Opinion
from maidinh.governance.drafting.rules import AGREE, CONSULTING, LIVING, Conflict, Decisions, Undecided
from maidinh.infrastructure.actor import Actor

DRAFTING, APPROVING, PUBLISHING = "architecture.draft", "architecture.approve", "architecture.publish"
OPINING = "architecture.opine"
MAKING = (DRAFTING, APPROVING, PUBLISHING)
IN_FORCE = ~Q(made__state="draft") & Q(made__isnull=False)


@dataclass(frozen=True)
class Revision:
    """One revision of a draft: who made it, when, by which way, and what it changed."""

    number: int
    by: str
    at: datetime
    via: str
    changes: tuple[DraftChange, ...]


def makes(actor: Actor) -> bool:
    """Whether the actor drafts, approves or publishes."""
    return any(actor.may(permission) for permission in MAKING)


def drafts_for(actor: Actor) -> QuerySet[Draft]:
    """The drafts that this actor may read, without their content, the last changed first."""
    found = Draft.objects.select_related("base", "made").defer("content", "base__content", "made__content")
    found = found.order_by("-updated_at", "-pk")
    if makes(actor):
        return found
    if actor.may(OPINING):
        return found.filter(invited__overlap=list(actor.agencies))
    return found.none()


def draft_for(actor: Actor, draft_id: int) -> Draft | None:
    """The draft, if this actor may read it."""
    known = drafts_for(actor).filter(pk=draft_id).exists()
    return Draft.objects.select_related("base", "made").filter(pk=draft_id).first() if known else None


def living_draft_for(actor: Actor, version: str) -> Draft | None:
    """The draft of this version that is in the making, if the actor may read it."""
    found = drafts_for(actor).filter(version=version, state__in=LIVING).first()
    return None if found is None else draft_for(actor, found.pk)


def changes_of(draft: Draft, *, after: int = 0, until: int | None = None) -> QuerySet[DraftChange]:
    """The changes of the revisions after one (and up to another), in the order in which they were made."""
    found = draft.changes.filter(revision__gt=after).order_by("pk")
    return found if until is None else found.filter(revision__lte=until)


def history(draft: Draft) -> list[Revision]:
    """Every revision, the newest first."""
    found = groupby(draft.changes.order_by("-revision", "pk"), key=lambda change: change.revision)
    return [_revision(number, tuple(changes)) for number, changes in found]


def revisions_of(draft: Draft) -> QuerySet[DraftChange, dict[str, Any]]:
    """The revisions, the newest first: number, by whom, when, by which way, how many fields."""
    found = draft.changes.order_by().values("revision", "by", "at", "via").annotate(fields=Count("pk"))
    return found.order_by("-revision")


def foreseen(
    draft: Draft, model: ArchitectureVersion, seen_revision: int, decisions: Decisions | None = None
) -> tuple[list[Change], tuple[Conflict, ...]]:
    """What bringing in a whole model would change, and the fields that somebody must decide; nothing is written.

    Raises ValueError for a revision there never was, EditRefused where it can't be brought in.
    """
    ours = rules.replaced(draft.content, architecture.with_agency_codes(model, declared_organisations()))
    merged = rules.brought_together(content_at(draft, seen_revision), ours, draft.content, decisions)
    if not merged.conflicts:  # what is decided may mend it
        rules.held_together(merged.content, draft.content)
    return changes(draft.content, merged.content), merged.conflicts


def conflicts_left(draft: Draft, undecided: Undecided, decisions: Decisions | None = None) -> tuple[Conflict, ...]:
    """The fields of an edit that somebody must decide yet. Raises EditRefused where a decision can't be followed."""
    seen, stood = (content_at(draft, revision) for revision in (undecided.seen, undecided.stood))
    return undecided.together(seen, stood, decisions).conflicts


def changed_since_base(draft: Draft) -> list[Change]:
    """Every field in which the draft differs from the version that it was made from."""
    if draft.base is None:
        return []
    base = rules.content_of(draft.base.model)
    return [each for each in changes(base, draft.content) if each.path[0] not in rules.FIXED]


def content_at(draft: Draft, revision: int) -> Content:
    """The content of the draft as it stood at a revision. ValueError for one that there never was."""
    if not 0 <= revision <= draft.revision:
        raise ValueError(f"draft {draft.pk} has no revision {revision} (the newest is {draft.revision})")
    if revision == draft.revision:
        return dict(draft.content)
    later = changes_of(draft, after=revision, until=draft.revision)
    return undone(draft.content, [as_change(each) for each in later.iterator()])


def as_change(row: DraftChange) -> Change:
    """The change that the row keeps."""
    return Change(path_of(row.section, row.item, row.path), row.before, row.after, row.place)


def item(draft: Draft, section: str, item_id: str) -> dict[str, Any] | None:
    """One element, relation, principle, view … of the draft as it stands; None where there is none of that id."""
    return (things(draft.content.get(section, [])) or {}).get(item_id)


def problems_of(draft: Draft) -> list[str]:
    """What does not fit together in the draft: it is not handed in before this is empty."""
    agencies = [agency.code for agency in declared_organisations().agencies]
    return architecture.problems(draft.model, agencies)


def consultations_of(draft: Draft) -> QuerySet[Consultation]:
    """The rounds of opinions on a draft, the first first."""
    return draft.consultations.prefetch_related("invitations").order_by("round")


def consultation_for(actor: Actor, consultation_id: int) -> Consultation | None:
    """A round of opinions, if the actor makes the draft, was asked, or the version is in force."""
    found = _consultations().filter(pk=consultation_id)
    if makes(actor):
        return found.first()
    asked = Q(invitations__agency__in=actor.agencies) if actor.may(OPINING) else Q(pk__in=[])
    in_force = Q(draft__made__isnull=False) & ~Q(draft__made__state="draft")
    return found.filter(asked | in_force).distinct().first()


def open_consultations_for(actor: Actor) -> QuerySet[Consultation]:
    """The rounds in which an agency of this actor may still give its opinion, the most urgent first."""
    found = _consultations().filter(closed_at__isnull=True, draft__state=CONSULTING).order_by("due_on", "pk")
    if not actor.may(OPINING):
        return found.none()
    return found.filter(invitations__agency__in=actor.agencies).distinct()


def opinions_for(actor: Actor, consultation: Consultation) -> QuerySet[Opinion]:
    """The opinions of a round: all for who makes the draft and once in force, an agency's own for an agency."""
    found = consultation.opinions.order_by("pk")
    if makes(actor) or _in_force(consultation.draft_id):
        return found
    return found.filter(agency__in=actor.agencies) if actor.may(OPINING) else found.none()


def unanswered(draft: Draft) -> QuerySet[Opinion]:
    """The opinions that still need an answer; mere agreement needs none."""
    found = Opinion.objects.filter(consultation__draft=draft, answer__isnull=True)
    return found.exclude(stance=AGREE, text="").order_by("pk")


def public_opinions(version_id: int) -> QuerySet[Opinion]:
    """The opinions and answers behind a version that is, or was, in force, by round."""
    made = Q(consultation__draft__made=version_id) & ~Q(consultation__draft__made__state="draft")
    found = Opinion.objects.select_related("consultation").filter(made)
    return found.order_by("consultation__round", "agency", "pk")


def public_consultations(version_id: int) -> QuerySet[Consultation]:
    """The rounds behind a version that is, or was, in force, with their conclusions."""
    made = Q(draft__made=version_id) & ~Q(draft__made__state="draft")
    return _consultations().prefetch_related("invitations").filter(made).order_by("round")


def _consultations() -> QuerySet[Consultation]:
    return Consultation.objects.select_related("draft").defer("draft__content")


def _in_force(draft_id: int) -> bool:
    return Draft.objects.filter(IN_FORCE, pk=draft_id).exists()


def _revision(number: int, changes: tuple[DraftChange, ...]) -> Revision:
    first = changes[0]
    return Revision(number, first.by, first.at, first.via, changes)


def in_the_making(draft_id: int) -> bool:
    """Whether a draft is neither given up nor published, also where it was not marked as published yet."""
    return Draft.objects.filter(pk=draft_id, state__in=LIVING).exclude(IN_FORCE).exists()


def model_of(draft_id: int) -> ArchitectureVersion:
    """The architecture that a draft holds as it stands. DoesNotExist where there is none."""
    return Draft.objects.get(pk=draft_id).model


def published_from(draft_id: int) -> Any:
    """The architecture version that was made of a draft, once it was published; else None."""
    found = Draft.objects.select_related("made").filter(IN_FORCE, pk=draft_id).first()
    return None if found is None else found.made


def writers_of(draft: Draft) -> Iterator[str]:
    """Everyone who wrote in the draft, its author first; none of them may approve or publish it."""
    yield draft.author
    yield from sorted(set(draft.changes.values_list("by", flat=True)) - {draft.author})
