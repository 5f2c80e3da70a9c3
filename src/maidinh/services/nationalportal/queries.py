"""Reading how far the national portal knows of our dossiers, and what it told of those that ministries run.

Layer 4. An official sees the link of a dossier that is theirs to see; the operator's command sees the queue as the
worker does, without anything of a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet, Sum

from maidinh.infrastructure.actor import Actor, require
from maidinh.services.dossiers.rules import tracking_digest
from maidinh.services.nationalportal.models import Feed, Inbound, Link, Message, SectoralDossier, SectoralStatus

WATCHES = "dossier.assign"  # the permission of who watches the progress of an agency


@dataclass(frozen=True)
class Parked:
    """A message that the portal refused: of which dossier, the how manieth, why, and how many wait behind it."""

    code: str
    national_code: str
    serial: int
    kind: str
    reason: str
    refused_at: datetime
    behind: int


@dataclass(frozen=True)
class Standing:
    """How synchronisation stands."""

    waiting: int
    oldest: datetime | None
    dossiers: int
    parked: tuple[Parked, ...]
    delivered: int
    last_delivered: datetime | None
    last_error: str
    polled_at: datetime | None
    poll_error: str
    inbound_waiting: int
    inbound_refused: int
    sectoral: int


def link_of(actor: Actor, dossier_id: int) -> Link | None:
    """How the portal knows a dossier of the official's agency; None where nothing was told yet."""
    require(actor, "dossier.read-agency")
    return Link.objects.filter(dossier_id=dossier_id).first()


def standing() -> Standing:
    """How synchronisation stands; for the worker's role, which sees all of it."""
    undelivered = Message.objects.exclude(state="delivered")
    waits = undelivered.aggregate(count=Count("pk"), oldest=Min("at"), dossiers=Count("link", distinct=True))
    last = Link.objects.filter(synced_at__isnull=False).order_by("-synced_at").first()
    failing = Link.objects.filter(state="waiting").exclude(last_error="").order_by("-next_at").first()
    feed = Feed.objects.first()
    inbound = Inbound.objects.aggregate(
        waiting=Count("pk", filter=Q(state="waiting")), refused=Count("pk", filter=Q(state="refused"))
    )
    return Standing(
        waiting=waits["count"],
        oldest=waits["oldest"],
        dossiers=waits["dossiers"],
        parked=tuple(_parked()),
        delivered=(Link.objects.aggregate(made=Sum("last_serial"))["made"] or 0) - waits["count"],
        last_delivered=last.synced_at if last is not None else None,
        last_error=failing.last_error if failing is not None else "",
        polled_at=feed.polled_at if feed is not None else None,
        poll_error=feed.last_error if feed is not None else "",
        inbound_waiting=inbound["waiting"],
        inbound_refused=inbound["refused"],
        sectoral=SectoralDossier.objects.count(),
    )


def _parked() -> list[Parked]:
    rows = Message.objects.filter(state="refused").select_related("link__dossier").order_by("answered_at", "pk")[:500]
    return [
        Parked(
            code=row.link.dossier.code if row.link.dossier else row.link.unknown_code,
            national_code=row.link.national_code,
            serial=row.serial,
            kind=row.kind,
            reason=row.reason,
            refused_at=row.answered_at or row.at,
            behind=row.link.last_serial - row.serial,
        )
        for row in rows.defer("link__dossier__tracking_secret", "link__dossier__answers")
    ]


def sectoral_for(actor: Actor) -> QuerySet[SectoralDossier]:
    """The dossiers that ministries run on the territory, the newest first; for who watches the province's progress."""
    require(actor, WATCHES)
    return SectoralDossier.objects.order_by("-status_at", "id")


def sectoral_tracked(code: str, secret: str) -> SectoralDossier | None:
    """The ministry's dossier of this code and tracking code; call it within `acting(tracking=tracking_digest(…))`."""
    return SectoralDossier.objects.filter(code__iexact=code, tracking_digest=tracking_digest(code, secret)).first()


def statuses_of(dossier: SectoralDossier) -> list[SectoralStatus]:
    """The statuses that were told of it, in the ministry's order."""
    return list(SectoralStatus.objects.filter(dossier=dossier).order_by("serial"))
