"""Reading dossiers: `something_for(actor)` is the only road from a view to a row.

Layer 4. The conditions here are for the reader's convenience; what an actor may see at all is the database's policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localtime, make_aware

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.calendars.definition import Budget, WorkingCalendar
from maidinh.infrastructure.calendars.queries import calendar_at
from maidinh.infrastructure.database.rows import answered
from maidinh.infrastructure.identity.queries import in_service, officials_of
from maidinh.infrastructure.rulepacks.queries import rule_pack, supplement_wait
from maidinh.services.clock.ledger import GOES_ON, STOPS, Ledger, counted_under
from maidinh.services.dossiers.models import (
    ENDED,
    ClockEntry,
    Defect,
    Delegation,
    Dossier,
    DossierEvent,
    Paper,
    Status,
    Task,
)
from maidinh.services.dossiers.rules import CHANNEL_NAMES, ledger_of, limit_now, tracking_digest
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.rules import facts_of

DEFINITION = "procedure__content"  # long, the same for every dossier of a version, and read once for its hash
APPLICANTS_ALONE = "tracking_secret"  # the applicant's alone: nobody else's reading asks the database for it

STOPS_OR_STARTS = [*STOPS, *GOES_ON]
LAST_STOP_OR_START = (
    "SELECT kind FROM dossiers_clockentry WHERE dossier_id = %s AND kind = ANY(%s) ORDER BY serial DESC LIMIT 1"
)


def dossiers_for(actor: Actor) -> QuerySet[Dossier]:
    """The applicant's own dossiers, the newest first."""
    require(actor, "dossier.read-own")
    own = Dossier.objects.filter(applicant=actor.person).select_related("procedure").defer(DEFINITION)
    return own.order_by("-submitted_at")


def dossier_for(actor: Actor, code: str) -> Dossier | None:
    """The dossier, when it is the applicant's own or one of the official's agency; None otherwise."""
    dossiers = Dossier.objects.filter(code=code).select_related("procedure").defer(DEFINITION)
    if actor.kind == "citizen":
        require(actor, "dossier.read-own")
        return dossiers.filter(applicant=actor.person).first()
    require(actor, "dossier.read-agency")
    return dossiers.filter(agencies__overlap=list(actor.agencies)).defer(APPLICANTS_ALONE).first()


def worklist_for(actor: Actor, at: datetime | None = None) -> QuerySet[Task]:
    """The open tasks of the official's agency and roles, the most urgent first; at a moment, the delegated ones too."""
    require(actor, "dossier.read-agency")
    mine = Q(role__in=actor.roles)
    for each in delegations_to(actor, at) if at is not None else ():
        of_scope = Q(dossier__procedure__code__in=each.procedures) if each.procedures else Q()
        mine |= Q(agency=each.agency, role__in=each.roles) & of_scope
    return (
        Task.objects.filter(mine, closed_at__isnull=True, agency__in=actor.agencies)
        .select_related("dossier", "dossier__procedure")
        .defer(f"dossier__{APPLICANTS_ALONE}", f"dossier__{DEFINITION}")
        .order_by(F("due_at").asc(nulls_last=True), "id")
    )


def open_task_for(actor: Actor, dossier: Dossier, at: datetime | None = None) -> Task | None:
    """The dossier's open task, when it is the official's to do; None otherwise."""
    return worklist_for(actor, at).filter(dossier=dossier).first()


def delegations_to(actor: Actor, at: datetime) -> list[Delegation]:
    """What colleagues have delegated to the official on this day, of the roles that they still hold there."""
    today = localtime(at).date()
    found = list(
        Delegation.objects.filter(
            to_official=actor.id,
            agency__in=actor.agencies,
            from_day__lte=today,
            until_day__gte=today,
            ended_at__isnull=True,
        )
    )
    for each in found:
        each.roles = [role for role in each.roles if in_service(each.of_official, each.agency, role)]
    return [each for each in found if each.roles]


def delegations_of(actor: Actor) -> QuerySet[Delegation]:
    """The delegations of the official's agency, the newest first: a lead's view; others see their own."""
    require(actor, "dossier.read-agency")
    known = Delegation.objects.filter(agency__in=actor.agencies).order_by("-made_at", "-pk")
    return known if actor.may("dossier.assign") else known.filter(Q(of_official=actor.id) | Q(to_official=actor.id))


def open_tasks_of_agency(actor: Actor) -> QuerySet[Task]:
    """Every open task of the lead's agency, whoever's role it is, the most urgent first."""
    require(actor, "dossier.assign")
    return (
        Task.objects.filter(closed_at__isnull=True, agency__in=actor.agencies)
        .select_related("dossier", "dossier__procedure")
        .defer(f"dossier__{APPLICANTS_ALONE}", "dossier__answers", "dossier__procedure__content")
        .order_by(F("due_at").asc(nulls_last=True), "id")
    )


def left_behind(actor: Actor) -> list[Task]:
    """The open tasks of the lead's agency whose holder doesn't work there in that role any more."""
    held = open_tasks_of_agency(actor).exclude(claimed_by="")
    return [task for task in held if not in_service(task.claimed_by, task.agency, task.role)]


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


def defects_of(dossier: Dossier) -> list[Defect]:
    """What the last request for a supplement named; all that were ever named are in the dossier's rows."""
    return list(Defect.objects.filter(dossier=dossier, request=dossier.supplements).order_by("id"))


def withdrawable(dossier: Dossier) -> bool:
    """Whether the applicant may still ask for the dossier back: until its result is signed or it has ended."""
    ended = dossier.status in (*ENDED, Status.DONE, Status.WITHDRAWAL)
    return not ended and dossier.finished_at is None


def tracked(code: str, secret: str) -> Dossier | None:
    """The dossier of this code and secret; call it within `acting(tracking=tracking_digest(code, secret))`."""
    return (
        Dossier.objects.filter(code=code, tracking_digest=tracking_digest(code, secret))
        .select_related("procedure")
        .defer(APPLICANTS_ALONE, DEFINITION)
        .first()
    )


def applicant_of(dossier_id: int) -> str:
    """The personal number of a dossier's applicant, for whoever tells them of it. Raises Dossier.DoesNotExist."""
    return str(Dossier.objects.values_list("applicant", flat=True).get(pk=dossier_id))


def dossier_numbered(dossier_id: int) -> Dossier:
    """The dossier with this id, for the worker. Raises Dossier.DoesNotExist."""
    return Dossier.objects.select_related("procedure").defer(APPLICANTS_ALONE, DEFINITION).get(pk=dossier_id)


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


def calendar_of(dossier: Dossier) -> WorkingCalendar:
    """The calendar that counts for the dossier, with the last moment of the day of its own rule pack."""
    return counted_under(calendar_at(localtime(dossier.submitted_at).date()), rule_pack(dossier.rule_pack))


def lines_of(dossier: Dossier) -> list[ClockEntry]:
    """The lines of the dossier's clock in their order; those that were fetched with it, where they were."""
    return sorted(dossier.clock.all(), key=lambda line: line.serial)


def standing_for(dossier: Dossier) -> str:
    """By which kind of line the clock stands: `supplement_asked`, `suspended`; empty while it runs or hasn't begun."""
    lines = answered(LAST_STOP_OR_START, [dossier.pk, STOPS_OR_STARTS])
    return lines[0][0] if lines and lines[0][0] in STOPS else ""


def ended_dossiers(until: date) -> Iterator[tuple[Dossier, date]]:
    """The dossiers that ended on this day or before, each with its day, the first first; for the worker."""
    last = DossierEvent.objects.filter(dossier=OuterRef("pk"), status=OuterRef("status")).order_by("id").values("at")
    rows = (
        Dossier.objects.filter(status__in=ENDED)
        .annotate(ended_at=Coalesce("returned_at", "finished_at", Subquery(last[:1]), "submitted_at"))
        .filter(ended_at__lt=make_aware(datetime.combine(until + timedelta(days=1), time())))
        .select_related("procedure")
        .defer(APPLICANTS_ALONE)
        .order_by("ended_at", "pk")
    )
    return ((row, localtime(row.ended_at).date()) for row in rows.iterator())


def last_event_at(dossier: Dossier) -> datetime:
    """When something was last written into the dossier's history."""
    found = DossierEvent.objects.filter(dossier=dossier).aggregate(at=Max("at"))["at"]
    return found or dossier.submitted_at


def still_open(dossiers: set[int]) -> list[str]:
    """The codes of those of these dossiers that haven't ended, as far as the reader sees them."""
    rows = Dossier.objects.filter(pk__in=dossiers).exclude(status__in=ENDED)
    return list(rows.order_by("code").values_list("code", flat=True))


@dataclass(frozen=True)
class PaperCount:
    """How many papers came with the dossiers that an agency received under a procedure; one of several files is one."""

    agency: str
    procedure: str
    papers: int


def papers_handed_in(since: datetime, until: datetime) -> list[PaperCount]:
    """The papers of the dossiers submitted from `since` until before `until`, as far as the reader sees them."""
    rows = (
        Dossier.objects.filter(submitted_at__gte=since, submitted_at__lt=until)
        .annotate(count=Count("papers__paper", distinct=True))
        .order_by()
        .values_list("receiving", "procedure__code", "count")
    )
    found: dict[tuple[str, str], int] = {}
    for agency, procedure, count in rows:
        found[agency, procedure] = found.get((agency, procedure), 0) + count
    return [PaperCount(*where, count) for where, count in sorted(found.items())]


def clock_of(dossier: Dossier) -> Ledger:
    """The ledger from which the dossier's due moment follows; services/clock explains it day by day."""
    procedure, accepted = dossier.procedure.procedure, dossier.accepted_at
    facts = facts_of(dossier.answers, dossier.case, CHANNEL_NAMES.get(dossier.channel, "online"), dossier.facts)
    return clock_under(
        dossier, procedure, limit_now(procedure, dossier.case, dossier.limit, facts, accepted=accepted is not None)
    )


def clock_under(dossier: Dossier, procedure: Procedure, limit: Budget) -> Ledger:
    """The same as it would be under this version of the procedure, with this limit."""
    return ledger_of(
        procedure=procedure,
        case=dossier.case,
        submitted=dossier.submitted_at,
        accepted=dossier.accepted_at,
        limit=limit,
        lines=lines_of(dossier),
        calendar=calendar_at(localtime(dossier.submitted_at).date()),
        pack=rule_pack(dossier.rule_pack),
    )


@dataclass(frozen=True)
class ReasonCount:
    """How often an agency gave a reason at a procedure: `refusal`, `supplement` or `extension`, and what it named.

    `what` is `step:outcome` or how it ended for a refusal, `paper:id`, `field:id` or `whole:` for a supplement.
    """

    kind: str
    agency: str
    procedure: str
    what: str
    number: int


def reasons_given(since: datetime, until: datetime) -> list[ReasonCount]:
    """What agencies gave as reasons in a stretch of time, counted; public, as no dossier and no person is told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM dossiers_reasons(%s, %s) ORDER BY 2, 3, 1, 5 DESC, 4", [since, until])
        return [ReasonCount(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Gap:
    """What an open dossier lacks: an `owner`, a next `step`, a `date`, a `notice` to its applicant."""

    code: str
    lacks: str
    agency: str
    step: str


def gaps_in_open_dossiers() -> tuple[int, list[Gap]]:
    """How many dossiers are open, and what some of them lack; for the worker, which sees all of them."""
    open_dossiers = Dossier.objects.exclude(status__in=ENDED)
    open_tasks = Task.objects.filter(closed_at__isnull=True, dossier__in=open_dossiers)
    own = Task.objects.filter(dossier=OuterRef("pk"))
    awaits = Q(status=Status.SUPPLEMENT)
    stuck = open_dossiers.exclude(Exists(own.filter(closed_at__isnull=True))).exclude(
        awaits & Exists(own.filter(asked=True))
    )
    gaps = [Gap(code, "step", agency, "") for code, agency in stuck.values_list("code", "responsible")]
    for agency, role in sorted(open_tasks.exclude(role="").values_list("agency", "role").distinct()):
        if not officials_of(agency, role):
            gaps += _of(open_tasks.filter(agency=agency, role=role), "owner")
    running = Dossier.objects.filter(called_by=OuterRef("pk")).exclude(status__in=ENDED)
    gaps += _of(open_tasks.filter(role="").exclude(Exists(running)), "owner")
    dateless = open_dossiers.filter(due_at__isnull=True, accepted_at__isnull=False)
    gaps += [Gap(code, "date", agency, "") for code, agency in dateless.values_list("code", "responsible")]
    for pack in sorted(set(open_dossiers.filter(awaits).values_list("rule_pack", flat=True))):
        if supplement_wait(rule_pack(pack)) is None:
            waiting = open_dossiers.filter(awaits, rule_pack=pack)
            gaps += [Gap(code, "date", agency, "") for code, agency in waiting.values_list("code", "responsible")]
    told = DossierEvent.objects.filter(dossier=OuterRef("pk"), public=True)
    untold = open_dossiers.exclude(Exists(told))
    gaps += [Gap(code, "notice", agency, "") for code, agency in untold.values_list("code", "responsible")]
    return open_dossiers.count(), sorted(gaps, key=lambda gap: (gap.code, gap.lacks))


def _of(tasks: QuerySet[Task], lacks: str) -> list[Gap]:
    rows = tasks.values_list("dossier__code", "agency", "dossier__responsible", "step")
    return [Gap(code, lacks, agency or responsible, step) for code, agency, responsible, step in rows]


def dossiers_numbered(dossier_ids: Iterable[int]) -> list[Dossier]:
    """The dossiers with these ids, for the worker, in the order of their ids."""
    found = Dossier.objects.filter(pk__in=list(dossier_ids)).select_related("procedure")
    return list(found.prefetch_related("clock").defer(APPLICANTS_ALONE).order_by("pk"))


def ids_of_dossiers(after: int, most: int) -> list[int]:
    """So many ids of dossiers that follow an id, for the worker that goes through all of them."""
    return list(Dossier.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:most])


def turns_of(dossier_ids: Iterable[int]) -> dict[int, list[tuple[datetime, int]]]:
    """The statuses of these dossiers as they came, with their moments, for the worker."""
    found: dict[int, list[tuple[datetime, int]]] = {}
    rows = DossierEvent.objects.filter(dossier__in=list(dossier_ids)).order_by("id")
    for dossier, at, status in rows.values_list("dossier", "at", "status"):
        found.setdefault(dossier, []).append((at, status))
    return found


def papers_kept(dossier_ids: Iterable[int]) -> dict[int, set[str]]:
    """Which papers of these dossiers are kept as files, for the worker."""
    found: dict[int, set[str]] = {}
    for dossier, paper in Paper.objects.filter(dossier__in=list(dossier_ids)).values_list("dossier", "paper"):
        found.setdefault(dossier, set()).add(paper)
    return found
