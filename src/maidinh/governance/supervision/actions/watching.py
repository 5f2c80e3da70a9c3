"""What is done once a day: the running system is measured, and who holds it is told of what is due and what is past.

Layer 4, governance; the worker calls it. A figure is kept with its day. Of a condition whose day passed and of a report
that is due somebody is told once: by an event of the project and an event for the other parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localtime

from maidinh.exchange.evidence.queries import observed_connections
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.projects.queries import Event, Project
from maidinh.governance.projects.rules import DECIDED
from maidinh.governance.supervision import measures
from maidinh.governance.supervision.measures import Counted, summed
from maidinh.governance.supervision.models import PhaseMeasure, Reminder
from maidinh.governance.supervision.queries import (
    reports_due,
    supervision_terms,
    systems_by_identifier,
    unmet_with_days,
)
from maidinh.infrastructure.events.actions import publish

Running = Callable[[datetime, datetime], Iterable[Counted]]
CONDITION, REPORT, SYSTEM = "condition", "report", "system"
ALLOWED, FAILED = "allowed", "failed"


def watch_supervision(*, at: datetime, running: Running) -> int:
    """Do what is to be done once a day; returns how many figures were kept. `running` counts what the services did."""
    today = localtime(at).date()
    if PhaseMeasure.objects.filter(province=settings.MAIDINH.province, as_of=today).exists():
        return 0
    kept = measure(at=at, running=running)
    remind(at=at)
    return kept


@transaction.atomic
def measure(*, at: datetime, running: Running) -> int:
    """Keep the figures of today, over the days that the terms say."""
    today = localtime(at).date()
    term = supervision_terms().on(today)
    if term is None:
        return 0
    made: list[PhaseMeasure] = []
    for days in dict.fromkeys((term.measured_days, term.unused_after_days)):
        since = at - timedelta(days=days)
        counted = [*running(since, at)] if days == term.measured_days else []
        made += [
            PhaseMeasure(
                province=settings.MAIDINH.province, measure=each.measure, subject=each.subject, days=days,
                part=each.part, whole=each.whole, as_of=today, at=at,
            )
            for each in summed([*counted, *_exchanges(since)]).values()
        ]  # fmt: skip
    PhaseMeasure.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _exchanges(since: datetime) -> Iterator[Counted]:
    """How often each system called or was called by somebody who proved who they are, and how often it answered."""
    yield Counted(measures.EXCHANGES, "", 0)  # a day on which nothing was seen is measured too
    version = current_version()
    if version is None:
        return
    systems = systems_by_identifier(version)
    for each in observed_connections(since):
        if not each.authenticated or each.outcome not in (ALLOWED, FAILED):
            continue
        target = systems.get(each.service.rpartition("/")[0])
        ends = {systems.get(each.client), target} - {None}
        for place, system in enumerate(sorted(str(end) for end in ends)):
            # Between two systems it is one exchange for the province, and one for each of them.
            yield from _of_system(system, each.count, alone=place == 0)
        if target is not None:
            answered = each.count if each.outcome == ALLOWED else 0
            yield Counted(measures.ANSWERED, target, answered, each.count)


def _of_system(system: str, count: int, *, alone: bool) -> Iterator[Counted]:
    yield Counted(measures.EXCHANGES, system, count)
    if not alone:
        yield Counted(measures.EXCHANGES, "", -count)


def remind(*, at: datetime) -> int:
    """Tell once of each condition whose day passed and of each report that is due; returns how many were told."""
    today, told = localtime(at).date(), 0
    rows = Project.objects.select_related("baseline").filter(province=settings.MAIDINH.province, state__in=DECIDED)
    for row in rows.order_by("pk"):
        for each in unmet_with_days(row):
            if each.until is not None and each.until < today:
                told += _tell(row, CONDITION, each.id, each.until, at)
        for report in reports_due(row, at):
            if not report.written and report.opens_on <= today:
                told += _tell(row, REPORT, f"{report.term.id} {report.period}", report.due_on, at)
    return told


@transaction.atomic
def _tell(row: Project, kind: str, subject: str, day: date, at: datetime) -> int:
    _reminder, new = Reminder.objects.get_or_create(project=row, kind=kind, subject=subject[:80], defaults={"at": at})
    if not new:
        return 0
    details = {kind: subject, "until": day.isoformat()}
    name = "condition-overdue" if kind == CONDITION else "report-due"
    Event.objects.create(
        project=row, kind=name, at=at, by=SYSTEM, agency=row.owner, details=details, public=kind == CONDITION
    )
    publish(name=f"project.{name.replace('-', '_')}", payload={"project": row.code, kind: subject}, at=at,
            agency=row.owner)  # fmt: skip
    return 1
