"""Keeping papers to be used again: scanned at the counter, verified into the store, used, taken out, revoked.

Layer 4. Circular 01/2023/TT-VPCP on digitising at reception (from memory, not checked). Only an official who receives
dossiers verifies, and only files of a dossier of theirs; only the owner uses a paper again or takes it out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.files.actions import store_document
from maidinh.infrastructure.files.rules import file_name
from maidinh.services.dossiers.actions.steps import ReasonMissing, dossier_to_change
from maidinh.services.dossiers.actions.submission import NotNow, SubmittedPaper, add_scanned_paper
from maidinh.services.dossiers.queries import dossier_for, papers_of
from maidinh.services.papers.models import KeptPaper, Reuse, Scan
from maidinh.services.papers.queries import KEPT, RESULT, bound_by, offer_named
from maidinh.services.procedures.definition import Paper


@dataclass(frozen=True)
class Particulars:
    """What a paper says of itself: who issued it, its number, until when it is valid; any may be unknown."""

    issuer: str = ""
    number: str = ""
    valid_until: date | None = None


@dataclass(frozen=True)
class Reused:
    """A paper that is used again: which of the procedure's, and by which reference."""

    paper: Paper
    reference: str


class NothingToKeep(LookupError):
    """The dossier has no such file, or the procedure doesn't say of what kind the paper is."""


class NoSuchPaper(LookupError):
    """No such paper is in the store, or it was taken out or revoked already."""


class StillBound(Exception):
    """Dossiers that aren't finished rest on the paper; `codes` are theirs."""

    def __init__(self, codes: list[str]) -> None:
        self.codes = codes
        super().__init__(", ".join(codes))


class NoLongerOffered(ValueError):
    """A paper that was to be used again is gone, revoked or past its day; `paper` is the procedure's."""

    def __init__(self, paper: str) -> None:
        self.paper = paper
        super().__init__(paper)


@transaction.atomic
def scan_paper(*, actor: Actor, code: str, paper: str, name: str, content: BinaryIO, at: datetime) -> str:
    """Add a scan of what the applicant brought to an open dossier; its digest. Raises NotNow, FileRefused."""
    require(actor, "dossier.accept")
    dossier = _of_agency(actor, code)
    asked = next((each for each in dossier.procedure.procedure.papers if each.id == paper), None)
    if asked is None:
        raise NothingToKeep(paper)
    document = store_document(content=content, at=at, formats=tuple(asked.formats))
    handed = SubmittedPaper(paper, document.digest, file_name(name))
    add_scanned_paper(actor=actor, dossier=dossier, paper=handed, at=at)
    Scan.objects.get_or_create(
        dossier=dossier,
        paper=paper,
        document=document,
        defaults={"agency": actor.agency, "by": actor.id, "at": at},
    )
    return str(document.digest)


@transaction.atomic
def keep_paper(*, actor: Actor, code: str, paper: str, digest: str, says: Particulars, at: datetime) -> KeptPaper:
    """An official has compared the file with the paper: it is kept in the applicant's store, once.

    Raises NothingToKeep; ValueError where the paper isn't valid any more.
    """
    require(actor, "dossier.accept")
    dossier = _of_agency(actor, code)
    kinds = next((each.kinds for each in dossier.procedure.procedure.papers if each.id == paper), ())
    file = next((each for each in papers_of(dossier) if (each.paper, each.document_id) == (paper, digest)), None)
    if not kinds or file is None or Reuse.objects.filter(dossier=dossier, paper=paper, document=digest).exists():
        raise NothingToKeep(f"{code} {paper}")
    if says.valid_until is not None and says.valid_until < localtime(at).date():
        raise ValueError("the paper is valid no more")
    known = {"person": dossier.applicant, "kind": kinds[0], "document_id": digest}
    usable = KeptPaper.objects.filter(**known, removed_at__isnull=True, revoked_at__isnull=True)
    scan = Scan.objects.filter(dossier=dossier, paper=paper, document=digest).first()
    try:
        with transaction.atomic():
            kept = KeptPaper.objects.create(
                **known,
                name=file.name,
                dossier=dossier,
                paper=paper,
                handed_in_at=file.added_at,
                scanned_by=scan.by if scan else "",
                agency=actor.agency,
                verified_by=actor.id,
                verified_at=at,
                issuer=says.issuer,
                number=says.number,
                valid_until=says.valid_until,
            )
    except IntegrityError as taken:  # verified already: by whoever was first, or from another dossier of this person
        if (there := usable.first()) is None:
            raise NothingToKeep("it is in the store already, from a dossier of another agency") from taken
        return there
    details = {"paper": paper, "digest": digest}
    record_act(actor=actor, action="verify paper for its store", subject=code, at=at, details=details)
    return kept


@transaction.atomic
def revoke_kept(*, actor: Actor, kept_id: int, reason: str, at: datetime) -> KeptPaper:
    """The agency that verified a paper says that it holds no more. Raises NoSuchPaper, ReasonMissing."""
    require(actor, "dossier.accept")
    if not reason.strip():
        raise ReasonMissing("a revocation needs a reason")
    usable = KeptPaper.objects.filter(removed_at__isnull=True, revoked_at__isnull=True, agency__in=actor.agencies)
    kept = usable.select_for_update().filter(pk=kept_id).first()
    if kept is None:
        raise NoSuchPaper(kept_id)
    kept.revoked_at, kept.revoked_by, kept.revocation_reason = at, actor.id, reason.strip()
    kept.save(update_fields=["revoked_at", "revoked_by", "revocation_reason"])
    record_act(actor=actor, action="revoke kept paper", subject=f"kept paper {kept.pk}", at=at)
    return kept


@transaction.atomic
def remove_kept(*, actor: Actor, kept_id: int, at: datetime) -> None:
    """The owner takes a paper out of their store; the dossiers that had it keep their own file.

    Raises NoSuchPaper, StillBound.
    """
    require(actor, "dossier.submit")
    own = KeptPaper.objects.filter(person=actor.person, removed_at__isnull=True, revoked_at__isnull=True)
    found = own.select_for_update().filter(pk=kept_id).first()
    if found is None:
        raise NoSuchPaper(kept_id)
    if codes := bound_by(found):
        raise StillBound(codes)
    found.removed_at = at
    found.save(update_fields=["removed_at"])
    record_act(actor=actor, action="remove kept paper", subject=f"kept paper {found.pk}", at=at)


@transaction.atomic
def record_reuse(*, actor: Actor, code: str, reused: Iterable[Reused], at: datetime) -> list[Reuse]:
    """Write down, with the dossier that is handed in, which of its papers were used again. Raises NoLongerOffered."""
    dossier = dossier_for(actor, code)
    if dossier is None:
        raise NoSuchPaper(code)
    rows = []
    for each in reused:
        offer = offer_named(actor, each.reference, each.paper, localtime(at).date())
        if offer is None:
            raise NoLongerOffered(each.paper.id)
        kept = int(each.reference.removeprefix(KEPT)) if each.reference.startswith(KEPT) else None
        row, _ = Reuse.objects.get_or_create(
            dossier=dossier,
            paper=each.paper.id,
            document_id=offer.digest,
            defaults={
                "kept_id": kept,
                "result": "" if kept else each.reference.removeprefix(RESULT),
                "agency": offer.agency,
                "verified_by": offer.verified_by,
                "verified_at": offer.verified_at,
                "issuer": offer.issuer,
                "number": offer.number,
                "valid_until": offer.valid_until,
                "at": at,
            },
        )
        rows.append(row)
    return rows


def _of_agency(actor: Actor, code: str) -> Any:
    if dossier_for(actor, code) is None:
        raise NotNow(code)
    return dossier_to_change(code)
