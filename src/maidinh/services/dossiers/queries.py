"""Reading dossiers: `something_for(actor)` is the only road from a view to a row.

Layer 4. The conditions here are for the reader's convenience; what an actor may see at all is the database's policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from maidinh.infrastructure.actor import Actor, require
from maidinh.services.dossiers.models import ENDED, Dossier, DossierEvent, Paper, Status, Task
from maidinh.services.dossiers.rules import tracking_digest

APPLICANTS_ALONE = "tracking_secret"  # the applicant's alone: nobody else's reading asks the database for it


def dossiers_for(actor: Actor) -> QuerySet[Dossier]:
    """The applicant's own dossiers, the newest first."""
    require(actor, "dossier.read-own")
    return Dossier.objects.filter(applicant=actor.person).select_related("procedure").order_by("-submitted_at")


def dossier_for(actor: Actor, code: str) -> Dossier | None:
    """The dossier, when it is the applicant's own or one of the official's agency; None otherwise."""
    dossiers = Dossier.objects.filter(code=code).select_related("procedure")
    if actor.kind == "citizen":
        require(actor, "dossier.read-own")
        return dossiers.filter(applicant=actor.person).first()
    require(actor, "dossier.read-agency")
    return dossiers.filter(agencies__overlap=list(actor.agencies)).defer(APPLICANTS_ALONE).first()


def worklist_for(actor: Actor) -> QuerySet[Task]:
    """The open tasks of the official's agency and roles, the most urgent first."""
    require(actor, "dossier.read-agency")
    return (
        Task.objects.filter(closed_at__isnull=True, agency__in=actor.agencies, role__in=actor.roles)
        .select_related("dossier", "dossier__procedure")
        .defer(f"dossier__{APPLICANTS_ALONE}")
        .order_by(F("due_at").asc(nulls_last=True), "id")
    )


def received_for(actor: Actor, agency: str, since: datetime, until: datetime) -> QuerySet[Dossier]:
    """The dossiers that one of the official's agencies received from `since` until before `until`, as they came in."""
    require(actor, "dossier.read-agency")
    if agency not in actor.agencies:
        return Dossier.objects.none()
    return (
        Dossier.objects.filter(receiving=agency, submitted_at__gte=since, submitted_at__lt=until)
        .select_related("procedure")
        .defer(APPLICANTS_ALONE, "answers", "procedure__content")
        .order_by("submitted_at", "id")
    )


def open_task_for(actor: Actor, dossier: Dossier) -> Task | None:
    """The dossier's open task, when it is the official's to do; None otherwise."""
    return worklist_for(actor).filter(dossier=dossier).first()


def open_task_of(dossier: Dossier) -> Task | None:
    """The dossier's open task that was opened first, whoever's it is."""
    return Task.objects.filter(dossier=dossier, closed_at__isnull=True).order_by("id").first()


def open_tasks_of(dossier: Dossier) -> list[Task]:
    """Every open task of the dossier, whoever's it is."""
    return list(Task.objects.filter(dossier=dossier, closed_at__isnull=True).order_by("id"))


def history_of(dossier: Dossier, public_only: bool) -> list[DossierEvent]:
    """The dossier's history, the oldest first; the applicant sees its public lines."""
    events = DossierEvent.objects.filter(dossier=dossier).order_by("id")
    return list(events.filter(public=True) if public_only else events)


def withdrawable(dossier: Dossier) -> bool:
    """Whether the applicant may still ask for the dossier back: until its result is signed or it has ended."""
    ended = dossier.status in (*ENDED, Status.DONE, Status.WITHDRAWAL)
    return not ended and dossier.finished_at is None


def tracked(code: str, secret: str) -> Dossier | None:
    """The dossier of this code and secret; call it within `acting(tracking=tracking_digest(code, secret))`."""
    return (
        Dossier.objects.filter(code=code, tracking_digest=tracking_digest(code, secret))
        .select_related("procedure")
        .defer(APPLICANTS_ALONE)
        .first()
    )


def applicant_of(dossier_id: int) -> str:
    """The personal number of a dossier's applicant, for whoever tells them of it. Raises Dossier.DoesNotExist."""
    return str(Dossier.objects.values_list("applicant", flat=True).get(pk=dossier_id))


def dossier_numbered(dossier_id: int) -> Dossier:
    """The dossier with this id, for the worker. Raises Dossier.DoesNotExist."""
    return Dossier.objects.select_related("procedure").defer(APPLICANTS_ALONE).get(pk=dossier_id)


@dataclass(frozen=True)
class Flow:
    """How many dossiers of a procedure came in, how many of them online, and of those decided how many on time."""

    procedure: str
    received: int
    online: int
    decided: int
    on_time: int


def flow_of_dossiers(since: datetime, until: datetime, online: int) -> list[Flow]:
    """The dossiers of a stretch of time by procedure, counted without naming any; `online` is that channel's code."""
    came, ended = (
        Q(**{f"{name}__gte": since, f"{name}__lt": until}) for name in ("submitted_at", "finished_at")
    )  # fmt: skip
    rows = (
        Dossier.objects.filter(came | ended)
        .values("procedure__code")
        .annotate(
            received=Count("pk", filter=came),
            online=Count("pk", filter=came & Q(channel=online)),
            decided=Count("pk", filter=ended & Q(due_at__isnull=False)),
            on_time=Count("pk", filter=ended & Q(finished_at__lte=F("due_at"))),
        )
        .order_by("procedure__code")
    )
    return [
        Flow(each["procedure__code"], each["received"], each["online"], each["decided"], each["on_time"])
        for each in rows
    ]


def papers_of(dossier: Dossier) -> list[Paper]:
    """The papers of a dossier that the actor may see, in the order they were added."""
    return list(Paper.objects.filter(dossier=dossier).select_related("document").order_by("added_at", "id"))
