"""Reading the index of a year, an agency, a procedure or a month, and the dossiers behind a figure.

Layer 4. Sums are public. A figure's dossiers are an official's: those of their agencies, as the database lets them see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from django.conf import settings
from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.utils.timezone import localdate

from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.calendars.queries import calendar_at
from maidinh.infrastructure.calendars.rules import add_working_days
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.services.measures.definition import IndexDefinition, held_on
from maidinh.services.measures.models import ENDED, RECEIVED, DossierFact, MonthSum
from maidinh.services.measures.reading import read_index
from maidinh.services.measures.rules import DONE, RETURNED, Index, index_of
from maidinh.services.procedures.queries import Publication, publications

Dimension = Literal["agency", "procedure", "month"]
DAY = timedelta(days=1)
SUMS = (*RECEIVED, *ENDED)
Figures = dict[str, int]
FINISHED = Q(end_status__in=[DONE, RETURNED])
ROWS: dict[str, Q] = {
    "ended": Q(), "rated": Q(on_time__isnull=False), "on_time": Q(on_time=True), "late": Q(on_time=False),
    "supplemented": Q(rounds__gt=0), "rounds": Q(rounds__gt=0), "done": FINISHED,
    "electronic": FINISHED & Q(electronic=True),
    "online_electronic": FINISHED & Q(electronic=True, online=True), "timed": Q(working_minutes__isnull=False),
    "working_minutes": Q(working_minutes__isnull=False), "paid": Q(paid__in=["counter", "online"]),
    "paid_online": Q(paid="online"),
    "received": Q(), "received_online": Q(online=True), "papers_asked": Q(papers_asked=True),
    "papers_kept": Q(papers_kept=True), "papers_reusable": Q(papers_reusable=True),
    "papers_reused": Q(papers_reused=True), "filled": Q(typed__isnull=False), "one_sitting": Q(minutes__isnull=False),
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """Which part of a year is asked for; what is empty (or nought) narrows nothing."""

    year: int
    agency: str = ""
    procedure: str = ""
    month: int = 0

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, self.month or 1, 1)

    @property
    def last(self) -> date:
        """The last day."""
        month = self.month or 12
        return (date(self.year + month // 12, month % 12 + 1, 1)) - DAY


@dataclass(frozen=True)
class Keyed:
    """The index of one agency, procedure or month."""

    key: str
    index: Index


@cache
def index_versions() -> list[IndexDefinition]:
    """The versions of the index as the definitions state them; read once."""
    return read_index(definitions_root(settings.MAIDINH.definitions) / "national")


def index_for(asked: Asked, on: date) -> Index | None:
    """The index of what is asked for; None where no version holds on its last day, or today if earlier."""
    definition = _held(asked, on)
    if definition is None:
        return None
    figures = _sums(asked, None).get("", dict.fromkeys(SUMS, 0)) | _paid_procedures(asked, None).get("", _NO_PAID)
    return index_of(definition, _whole(figures) | _of_procedures(publications(), asked, definition, on))


def index_by(asked: Asked, dimension: Dimension, on: date) -> list[Keyed]:
    """The same by agency, procedure or month: every one that has a dossier or a procedure of the period."""
    definition = _held(asked, on)
    if definition is None:
        return []
    sums, paid, known = _sums(asked, dimension), _paid_procedures(asked, dimension), publications()
    procedures = _procedures_by(known, asked, dimension, definition, on)
    found = []
    for key in sorted(sums.keys() | procedures.keys()):
        counted = sums.get(key, dict.fromkeys(SUMS, 0)) | paid.get(key, _NO_PAID)
        figures = _whole(counted) | procedures.get(key, _NO_PROCEDURES)
        found.append(Keyed(key, index_of(definition, figures)))
    return found


def years_measured(on: date) -> list[int]:
    """The years of which there is anything, the newest first; this year in any case."""
    ends = MonthSum.objects.aggregate(first=Min("month"), last=Max("month"))
    first, last = (ends["first"] or on).year, max((ends["last"] or on).year, on.year)
    return list(range(last, min(first, on.year) - 1, -1))


def keys_measured(asked: Asked, dimension: Literal["agency", "procedure"]) -> list[str]:
    """The agencies or procedures that a year has figures of."""
    rows = MonthSum.objects.filter(month__gte=date(asked.year, 1, 1), month__lte=date(asked.year, 12, 31))
    return sorted(rows.values_list(dimension, flat=True).distinct())


def dossiers_behind(actor: Actor, asked: Asked, figure: str) -> QuerySet[DossierFact]:
    """The dossiers of the official's agencies that a figure counts, the newest first. KeyError: it counts none."""
    require(actor, "dossier.read-agency")
    period = "received_month" if figure in RECEIVED else "month"
    rows = DossierFact.objects.filter(ROWS[figure], **{f"{period}__gte": asked.first, f"{period}__lte": asked.last})
    if asked.agency:
        rows = rows.filter(agency=asked.agency)
    if asked.procedure:
        rows = rows.filter(procedure=asked.procedure)
    mine = rows.filter(dossier__agencies__overlap=list(actor.agencies))
    shown = mine.select_related("dossier").only(
        "agency", "procedure", "month", "ended_at", "end_status", "promised_at", "on_time", "rounds", "electronic",
        "paid", "online", "working_minutes", "received_month", "dossier__code", "dossier__submitted_at",
    )  # fmt: skip
    return shown.order_by("-ended_at" if period == "month" else "-dossier_id", "dossier_id")


def _held(asked: Asked, on: date) -> IndexDefinition | None:
    return held_on(index_versions(), min(asked.last, on))


def _chosen(asked: Asked) -> QuerySet[MonthSum]:
    rows = MonthSum.objects.filter(month__gte=asked.first, month__lte=asked.last)
    narrowed = {name: value for name, value in (("agency", asked.agency), ("procedure", asked.procedure)) if value}
    return rows.filter(**narrowed)


def _sums(asked: Asked, dimension: Dimension | None) -> dict[str, Figures]:
    """The sums by key; under "" where no dimension is named."""
    totals = {f"sum_{name}": Sum(name) for name in SUMS}
    if dimension is None:
        whole = _chosen(asked).aggregate(**totals)
        return {"": {name: int(whole[f"sum_{name}"] or 0) for name in SUMS}}
    rows = _chosen(asked).values(dimension).annotate(**totals).order_by()
    return {_key(row[dimension]): {name: int(row[f"sum_{name}"]) for name in SUMS} for row in rows}


def _paid_procedures(asked: Asked, dimension: Dimension | None) -> dict[str, Figures]:
    """How many procedures had a fee paid, and how many of them one paid online."""
    counts = {
        "procedures_paid": Count("procedure", distinct=True, filter=Q(paid__gt=0)),
        "procedures_paid_online": Count("procedure", distinct=True, filter=Q(paid_online__gt=0)),
    }
    if dimension is None:
        return {"": _chosen(asked).aggregate(**counts)}
    rows = _chosen(asked).values(dimension).annotate(**counts).order_by()
    return {_key(row[dimension]): {name: row[name] for name in counts} for row in rows}


_NO_PAID: Figures = {"procedures_paid": 0, "procedures_paid_online": 0}
_NO_PROCEDURES: Figures = dict.fromkeys(
    ("procedures_offered", "procedures_online", "procedures_published", "procedures_published_in_time"), 0
)


def _whole(figures: Figures) -> Figures:
    """With what follows from the sums."""
    answered = sum(figures[name] for name in ("fields_typed", "fields_picked", "fields_prefilled"))
    return figures | {"fields_answered": answered}


def _procedures_by(
    known: list[Publication], asked: Asked, dimension: Dimension, definition: IndexDefinition, on: date
) -> dict[str, Figures]:
    found: dict[str, Figures] = {}
    if dimension == "month":
        months = [asked.month] if asked.month else range(1, 13)
        parts = {month: Asked(asked.year, asked.agency, asked.procedure, month) for month in months}
        for month, part in parts.items():
            if part.first <= on:
                found[f"{asked.year}-{month:02d}"] = _of_procedures(known, part, definition, on)
        return found
    key_of: Callable[[Publication], str] = (lambda p: p.responsible) if dimension == "agency" else (lambda p: p.code)
    for key in {key_of(each) for each in known}:
        of_key = [each for each in known if key_of(each) == key]
        figures = _of_procedures(of_key, asked, definition, on, first=_first_day(known))
        if any(figures.values()):
            found[key] = figures
    return found


def _of_procedures(
    known: Iterable[Publication], asked: Asked, definition: IndexDefinition, on: date, first: date | None = None
) -> Figures:
    """What the kept versions of procedures come to in the period."""
    every = list(known)
    began = first or _first_day(every)
    wanted = [
        each for each in every if asked.agency in ("", each.responsible) and asked.procedure in ("", each.code)
    ]  # fmt: skip
    last = min(asked.last, on)
    offered: dict[str, Publication] = {}
    for each in wanted:
        if each.effective_from <= last:
            offered[each.code] = each
    held = [each for each in offered.values() if each.effective_to is None or each.effective_to >= last]
    # What was in force before the installation began was published elsewhere, if at all.
    new = [each for each in wanted if asked.first <= each.effective_from <= last and each.effective_from > began]
    return {
        "procedures_offered": len(held),
        "procedures_online": sum(each.wholly_online for each in held),
        "procedures_published": len(new),
        "procedures_published_in_time": sum(_in_time(each, definition.published_within.amount) for each in new),
    }


def _in_time(publication: Publication, days: int) -> bool:
    begins = publication.effective_from
    return localdate(publication.published_at) <= add_working_days(begins, days, calendar_at(begins))


def _first_day(known: Iterable[Publication]) -> date:
    return min((localdate(each.published_at) for each in known), default=date.max)


def _key(value: object) -> str:
    return f"{value:%Y-%m}" if isinstance(value, date) else str(value)
