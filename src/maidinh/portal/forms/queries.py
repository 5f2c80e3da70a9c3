"""Applications and supplements being filled in, for who fills them in. Layer 3; the database shows nobody else's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count

from maidinh.infrastructure.actor import Actor, require
from maidinh.portal.forms.models import Draft, Supplement
from maidinh.services.procedures.queries import ProcedureVersion, current_version, offered


def drafts_for(actor: Actor) -> list[Draft]:
    """The applications not yet submitted, the last saved first."""
    require(actor, "dossier.submit")
    return list(
        Draft.objects.filter(applicant=actor.person, dossier="").select_related("procedure").order_by("-saved_at")
    )


def draft_for(actor: Actor, draft_id: UUID) -> Draft | None:
    """One application of the actor's own; None when there is none of this id."""
    require(actor, "dossier.submit")
    return Draft.objects.filter(applicant=actor.person, pk=draft_id).select_related("procedure").first()


def draft_of(actor: Actor, version_hash: str) -> Draft | None:
    """The application for this procedure that the actor has begun and not submitted."""
    require(actor, "dossier.submit")
    return (
        Draft.objects.filter(applicant=actor.person, procedure__hash=version_hash, dossier="")
        .order_by("-saved_at")
        .first()
    )


def supplement_papers_for(actor: Actor, code: str) -> list[dict[str, Any]]:
    """What the actor has uploaded for a dossier of theirs and not sent yet."""
    require(actor, "dossier.submit")
    found = Supplement.objects.filter(applicant=actor.person, dossier=code).first()
    return found.papers if found else []


@dataclass(frozen=True)
class LeftBehind:
    """An application that was begun under a version which a newer one has followed."""

    draft: UUID
    applicant: str
    newer: ProcedureVersion


def drafts_left_behind(day: date) -> list[LeftBehind]:
    """Every application not submitted whose procedure is offered in a newer version on this day; for the worker."""
    current = {version.code: version for version in offered(day)}
    older = Draft.objects.filter(dossier="").exclude(procedure_id__in=[version.pk for version in current.values()])
    rows = older.order_by("pk").values_list("pk", "applicant", "procedure__code", "procedure__effective_from")
    return [
        LeftBehind(pk, applicant, current[code])
        for pk, applicant, code, begun_under in rows
        if code in current and current[code].effective_from > begun_under
    ]


def newer_than(draft: Draft, day: date) -> ProcedureVersion | None:
    """The version that has followed the one under which the application was begun; None where that one holds."""
    found = current_version(draft.procedure.code, day)
    return found if found is not None and found.effective_from > draft.procedure.effective_from else None


def drafts_under(versions: Iterable[int]) -> dict[str, int]:
    """How many applications are begun and not submitted under each of these versions, by its number; nobody's name."""
    counted = Draft.objects.filter(procedure_id__in=list(versions), dossier="").order_by()
    rows = counted.values("procedure__version").annotate(count=Count("pk"))
    return {each["procedure__version"]: each["count"] for each in rows}
