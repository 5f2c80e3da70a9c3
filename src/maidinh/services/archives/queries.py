"""Reading archives: what is to be put away, what is there, what may be disposed of. Layer 4."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max, QuerySet

from maidinh.infrastructure.actor import Actor, require
from maidinh.services.archives.models import Archive, Disposal
from maidinh.services.archives.rules import kept_until
from maidinh.services.dossiers.queries import ended_dossiers, last_event_at

LEAD = "dossier.assign"


@dataclass(frozen=True)
class Candidate:
    """A dossier that ended and isn't put away as it stands now; `keep` says until when, `stated` whether that is known.

    `edition` counts from one; a second follows where the history went on after the first.
    """

    dossier: Any
    ended_on: date
    edition: int
    stated: bool
    keep_until: date | None

    @property
    def permanent(self) -> bool:
        """Whether it is kept for ever."""
        return self.stated and self.keep_until is None


def to_archive(until: date) -> Iterator[Candidate]:
    """The dossiers that ended on this day or before and aren't put away, the first first; for the worker."""
    known = {
        row["dossier"]: (row["edition"], row["at"])
        for row in Archive.objects.values("dossier").annotate(edition=Max("edition"), at=Max("archived_at"))
    }
    gone = set(Disposal.objects.filter(granted=True).values_list("dossier", flat=True))
    for dossier, ended_on in ended_dossiers(until):
        edition, at = known.get(dossier.pk, (0, None))
        if dossier.pk in gone or (at is not None and last_event_at(dossier) <= at):
            continue
        retention = dossier.procedure.procedure.retention
        keep = kept_until(ended_on, retention) if retention else None
        yield Candidate(dossier, ended_on, edition + 1, retention is not None, keep)


def due_archives(today: date) -> list[Archive]:
    """The newest archive of each dossier whose time is over and whose disposal nobody asked for, the oldest first.

    As far as the reader sees them. A dossier that is kept for ever is never among them.
    """
    asked = Disposal.objects.exclude(granted=False).values("dossier")
    newest = Archive.objects.values("dossier").annotate(newest=Max("pk")).values("newest")
    due = Archive.objects.filter(pk__in=newest, keep_until__lt=today).exclude(dossier__in=asked)
    return list(due.select_related("document").order_by("keep_until", "pk"))


def archives_of(actor: Actor) -> QuerySet[Archive]:
    """The archives of the lead's agency, the newest first."""
    require(actor, LEAD)
    return Archive.objects.filter(agency__in=actor.agencies).select_related("document").order_by("-archived_at", "-pk")


def disposals_of(actor: Actor) -> QuerySet[Disposal]:
    """The disposals of the lead's agency, the newest first."""
    require(actor, LEAD)
    return Disposal.objects.filter(agency__in=actor.agencies).order_by("-asked_at", "-pk")


def disposal_of(dossier: Any) -> Disposal | None:
    """How the content of this dossier was destroyed; None where it wasn't."""
    return Disposal.objects.filter(dossier=dossier, destroyed_at__isnull=False).first()
