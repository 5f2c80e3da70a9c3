"""Reading stores of papers: what may be used again, what an official verified, how often it came to that.

Layer 4. Nobody but its owner sees a store; the database holds that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, QuerySet

from maidinh.infrastructure.actor import Actor, require
from maidinh.services.dossiers.queries import papers_handed_in, still_open
from maidinh.services.papers.models import KeptPaper, Reuse, Scan
from maidinh.services.papers.rules import Digitised, Offer, kinds_of, offered_for
from maidinh.services.procedures.definition import Paper
from maidinh.services.results.queries import Issued, results_of_kinds, results_of_people

KEPT, RESULT = "kept:", "result:"


def offers_for(actor: Actor, kinds: set[str]) -> list[Offer]:
    """What of the actor's own may be used again for papers of these kinds; whether it is still valid, the rules say."""
    require(actor, "dossier.submit")
    if not kinds or actor.person is None:
        return []
    kept = [_offer_of(each) for each in _in_store(actor).filter(kind__in=kinds)]
    return kept + [_offer_of_result(each) for each in results_of_kinds(actor, kinds)]


def store_of(actor: Actor) -> list[KeptPaper]:
    """The actor's own store, the newest first, without what they took out."""
    require(actor, "dossier.read-own")
    kept = KeptPaper.objects.filter(person=actor.person, removed_at__isnull=True)
    return list(kept.select_related("document", "dossier__procedure").order_by("-verified_at", "-pk"))


def uses_of(kept: Iterable[KeptPaper]) -> dict[int, list[Reuse]]:
    """Where each of these was used again, by its id; as far as the reader sees the dossiers."""
    found: dict[int, list[Reuse]] = {}
    for each in Reuse.objects.filter(kept__in=list(kept)).select_related("dossier").order_by("at", "pk"):
        found.setdefault(each.kept_id or 0, []).append(each)
    return found


def bound_by(kept: KeptPaper) -> list[str]:
    """The codes of the dossiers that keep this paper in its store: those that aren't finished and rest on it."""
    used = Reuse.objects.filter(kept=kept).values_list("dossier_id", flat=True)
    return still_open({kept.dossier_id, *used})


def verified_in(dossier: Any) -> dict[tuple[str, str], KeptPaper]:
    """The papers of this dossier that an official verified, by paper and digest; the newest verification of each."""
    rows = KeptPaper.objects.filter(dossier=dossier).order_by("verified_at", "pk")
    return {(row.paper, row.document_id): row for row in rows}


def reused_in(dossier: Any) -> dict[tuple[str, str], Reuse]:
    """The papers of this dossier that were used again, by paper and digest."""
    rows = Reuse.objects.filter(dossier=dossier).select_related("kept")
    return {(row.paper, row.document_id): row for row in rows}


def scanned_in(dossier: Any) -> dict[tuple[str, str], Scan]:
    """The files of this dossier that an official scanned, by paper and digest."""
    return {(row.paper, row.document_id): row for row in Scan.objects.filter(dossier=dossier)}


@dataclass(frozen=True)
class ReuseCount:
    """Of the dossiers that an agency received under a procedure: papers handed in, digitised for the store, re-used."""

    agency: str
    procedure: str
    papers: int
    digitised: int
    reused: int


def reuse_counts(since: datetime, until: datetime) -> list[ReuseCount]:
    """By receiving agency and procedure, for dossiers submitted from `since` until before `until`, as the reader sees.

    Decision 766/QĐ-TTg, group 22 (digitising). A paper of several files counts once; one that an official verified for
    the store counts as digitised, revoked or not.
    """
    papers = {(each.agency, each.procedure): each.papers for each in papers_handed_in(since, until)}
    digitised, reused = (_counted(model.objects.all(), since, until) for model in (KeptPaper, Reuse))
    return [
        ReuseCount(*where, papers.get(where, 0), digitised.get(where, 0), reused.get(where, 0))
        for where in sorted({*papers, *digitised, *reused})
    ]


def _counted(rows: QuerySet[Any], since: datetime, until: datetime) -> dict[tuple[str, str], int]:
    within = rows.filter(dossier__submitted_at__gte=since, dossier__submitted_at__lt=until)
    distinct = within.order_by().values("dossier__receiving", "dossier__procedure__code", "dossier", "paper").distinct()
    found: dict[tuple[str, str], int] = {}
    for row in distinct.annotate(files=Count("pk")):
        where = (row["dossier__receiving"], row["dossier__procedure__code"])
        found[where] = found.get(where, 0) + 1
    return found


def digitised_of(people: Iterable[str], kinds: set[str]) -> dict[str, list[Digitised]]:
    """What each of these people ever had of these kinds, in their store or as a result, for the worker."""
    found: dict[str, list[Digitised]] = {}
    wanted = [each for each in people if each]
    if not wanted or not kinds:
        return found
    stored = KeptPaper.objects.filter(person__in=wanted, kind__in=kinds).values_list(
        "person", "kind", "document__media_type", "verified_at", "removed_at", "revoked_at", "valid_until"
    )
    for person, kind, form, since, removed, revoked, valid_until in stored:
        found.setdefault(person, []).append(Digitised(kind, form, since, removed or revoked, valid_until))
    for held in results_of_people(wanted, kinds):
        found.setdefault(held.person, []).append(Digitised(held.kind, held.media_type, held.since, held.until))
    return found


def with_reuse(dossier_ids: Iterable[int]) -> set[int]:
    """In which of these dossiers a paper was used again, for the worker."""
    return set(Reuse.objects.filter(dossier__in=list(dossier_ids)).values_list("dossier", flat=True))


def offer_named(actor: Actor, reference: str, paper: Paper, today: date) -> Offer | None:
    """The offer of this reference while it may be used as this paper; None where it is gone, revoked or out of date."""
    usable = offered_for(paper, offers_for(actor, kinds_of([paper])), today)
    return next((each for each in usable if each.reference == reference), None)


def _in_store(actor: Actor) -> QuerySet[KeptPaper]:
    usable = KeptPaper.objects.filter(person=actor.person, removed_at__isnull=True, revoked_at__isnull=True)
    return usable.select_related("document")


def _offer_of(kept: KeptPaper) -> Offer:
    return Offer(
        reference=f"{KEPT}{kept.pk}",
        kind=kept.kind,
        digest=kept.document_id,
        name=kept.name,
        size=kept.document.size,
        media_type=kept.document.media_type,
        agency=kept.agency,
        verified_by=kept.verified_by,
        verified_at=kept.verified_at,
        handed_in_at=kept.handed_in_at,
        issuer=kept.issuer,
        number=kept.number,
        valid_until=kept.valid_until,
    )


def _offer_of_result(issued: Issued) -> Offer:
    result = issued.result
    return Offer(
        reference=f"{RESULT}{result.number}",
        kind=issued.kind,
        digest=result.document_id,
        name=f"{result.number.replace('/', '-')}.pdf",
        size=result.document.size,
        media_type=result.document.media_type,
        agency=result.agency,
        verified_by=result.signed_by,
        verified_at=result.signed_at,
        handed_in_at=result.signed_at,
        number=result.number,
    )
