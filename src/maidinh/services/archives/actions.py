"""Putting finished dossiers away, proposing and deciding their disposal, destroying what was decided on.

Layer 4. An archive is the dossier's bundle (services/results/bundle.py) under its digest, which the log has as a leaf.
Destroying takes a proposal, another person's decision and an ended retention; the database checks all three again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.timezone import localtime

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.files.actions import forget_bytes, store_made
from maidinh.infrastructure.translog.promises import Enters
from maidinh.services.archives.models import Archive, Disposal
from maidinh.services.archives.queries import LEAD, Candidate, due_archives, to_archive
from maidinh.services.archives.rules import due_for_disposal
from maidinh.services.results.actions import Installation
from maidinh.services.results.exporting import export_dossier

BUNDLE = "application/zip"


class NotDue(ValueError):
    """The dossier isn't archived, is still to be kept, is kept for ever, or its disposal was asked for already."""


class DecisionMissing(ValueError):
    """A disposal names the decision (quyết định) on which it rests."""


class SamePerson(Exception):
    """Whoever asked for a disposal doesn't decide on it."""


class NothingToDecide(LookupError):
    """No such disposal waits for a decision."""


@dataclass(frozen=True)
class Archived:
    """What became of one dossier: its archive, or that its procedure names no retention."""

    candidate: Candidate
    archive: Archive | None


def archive_ended(
    *, until: date, installation: Installation, log: Enters, at: datetime, most: int | None = None
) -> list[Archived]:
    """Put away what ended on this day or before, each in a transaction of its own; for the worker."""
    done: list[Archived] = []
    made = 0
    for candidate in to_archive(until):
        if most is not None and made >= most:
            break
        if not candidate.stated:
            done.append(Archived(candidate, None))
            continue
        archive = _archive(candidate, installation, log, at)
        if archive is not None:
            made += 1
            done.append(Archived(candidate, archive))
    return done


@transaction.atomic
def _archive(candidate: Candidate, installation: Installation, log: Enters, at: datetime) -> Archive | None:
    dossier = candidate.dossier
    with connection.cursor() as cursor:  # two that put away at once make one archive
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"archive {dossier.code}"])
    if Archive.objects.filter(dossier=dossier, edition=candidate.edition).exists():
        return None
    reader = Actor(
        "system", id="archive", agencies=tuple(dossier.agencies), permissions=frozenset({"dossier.read-agency"})
    )
    bundle = export_dossier(actor=reader, code=dossier.code, installation=installation, at=at)
    document = store_made(content=bundle, media_type=BUNDLE, at=at)
    keep = candidate.keep_until
    content = {
        "kind": "dossier-archived",
        "code": dossier.code,
        "procedure": dossier.procedure.code,
        "procedure_hash": dossier.procedure.hash,
        "edition": candidate.edition,
        "digest": document.digest,
        "archived_at": at.astimezone(UTC).isoformat(),
        "keep_until": keep.isoformat() if keep else "permanent",
    }
    entered = log.enter(kind="dossier-archived", agency=dossier.responsible, role="archive", content=content, at=at)
    return Archive.objects.create(
        dossier=dossier,
        edition=candidate.edition,
        code=dossier.code,
        procedure=dossier.procedure.code,
        agency=dossier.responsible,
        document=document,
        ended_on=candidate.ended_on,
        keep_until=keep,
        archived_at=at,
        receipt=entered.receipt,
        entry=entered.entry,
    )


@transaction.atomic
def propose_disposals(*, actor: Actor, codes: Sequence[str], decision: str, at: datetime) -> list[Disposal]:
    """Ask that these dossiers be destroyed under a decision; all of them or none. Raises DecisionMissing, NotDue."""
    require(actor, LEAD)
    if not decision.strip():
        raise DecisionMissing("a disposal rests on a decision")
    due = {each.code: each for each in due_archives(localtime(at).date())}
    if left := [code for code in codes if code not in due]:
        raise NotDue(", ".join(left))
    made = [
        Disposal.objects.create(
            dossier_id=due[code].dossier_id,
            code=code,
            procedure=due[code].procedure,
            agency=due[code].agency,
            digest=due[code].document_id,
            decision=decision.strip(),
            asked_by=actor.id,
            asked_at=at,
        )
        for code in dict.fromkeys(codes)
    ]
    for each in made:
        details = {"decision": each.decision}
        record_act(actor=actor, action="ask for disposal", subject=each.code, at=at, details=details)
    return made


@transaction.atomic
def decide_disposal(*, actor: Actor, disposal_id: int, granted: bool, at: datetime) -> Disposal:
    """Another person of the agency grants a disposal or declines it. Raises SamePerson, NothingToDecide."""
    require(actor, LEAD)
    waiting = Disposal.objects.filter(agency__in=actor.agencies, granted__isnull=True)
    if waiting.filter(pk=disposal_id, asked_by=actor.id).exists():
        raise SamePerson(actor.id)
    disposal = waiting.select_for_update().filter(pk=disposal_id).first()
    if disposal is None:
        raise NothingToDecide(disposal_id)
    disposal.granted, disposal.decided_by, disposal.decided_at = granted, actor.id, at
    disposal.save(update_fields=["granted", "decided_by", "decided_at"])
    action = "grant disposal" if granted else "decline disposal"
    record_act(actor=actor, action=action, subject=disposal.code, at=at, details={"decision": disposal.decision})
    return disposal


def destroy_granted(*, log: Enters, at: datetime) -> list[Disposal]:
    """Destroy the personal content of the dossiers whose disposal was granted; for the worker.

    One that was killed between the rows and the files goes on with the files.
    """
    waiting = Disposal.objects.filter(granted=True, forgotten_at__isnull=True).order_by("decided_at", "pk")
    return [_destroy(each, log, at) for each in waiting.select_related("dossier")]


def _destroy(disposal: Disposal, log: Enters, at: datetime) -> Disposal:
    with acting(agencies={disposal.agency, *disposal.dossier.agencies}):
        disposal = Disposal.objects.select_for_update(of=("self",)).get(pk=disposal.pk)
        if disposal.destroyed_at is None:
            _enter(disposal, log, at)
        digests = _emptied(disposal.pk)
    sealed = Archive.objects.filter(dossier=disposal.dossier_id).latest("archived_at").archived_at
    for digest in digests:  # only now that the rows say so for good
        forget_bytes(digest, since=sealed)
    disposal.forgotten_at = at
    disposal.save(update_fields=["forgotten_at"])
    return disposal


def _enter(disposal: Disposal, log: Enters, at: datetime) -> None:
    """Write down what is left of the dossier, before its rows are emptied in the same transaction. Raises NotDue."""
    archives = Archive.objects.filter(dossier=disposal.dossier_id)
    today = localtime(at).date()
    if not all(due_for_disposal(keep, today) for keep in archives.values_list("keep_until", flat=True)):
        raise NotDue(disposal.code)
    content = {
        "kind": "dossier-destroyed",
        "code": disposal.code,
        "procedure": disposal.procedure,
        "digest": disposal.digest,
        "decision": disposal.decision,
        "asked_by": disposal.asked_by,
        "decided_by": disposal.decided_by,
        "destroyed_at": at.astimezone(UTC).isoformat(),
    }
    entered = log.enter(kind="dossier-destroyed", agency=disposal.agency, role="archive", content=content, at=at)
    disposal.destroyed_at, disposal.receipt, disposal.entry = at, entered.receipt, entered.entry
    disposal.save(update_fields=["destroyed_at", "receipt", "entry"])


def _emptied(disposal_id: int) -> list[str]:
    """Empty the rows of the dossier; the digests of the files that nobody else holds. The database decides again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT archives_destroy(%s)", [disposal_id])
        [(digests,)] = cursor.fetchall()
    return [str(each) for each in digests or []]


def described(archive: Any) -> dict[str, Any]:
    """An archive for programs."""
    return {
        "dossier": archive.code,
        "procedure": archive.procedure,
        "edition": archive.edition,
        "agency": archive.agency,
        "ended_on": archive.ended_on.isoformat(),
        "keep_until": archive.keep_until.isoformat() if archive.keep_until else "permanent",
        "sha256": archive.document_id,
    }
