"""What a dossier counts for in the measures, and what a period's figures come to: pure, nothing is filled in.

Layer 4. Quyết định 766/QĐ-TTg. A share of nothing is no share, neither nought nor all of it: its points are not
measured, and the total says how many points were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

from maidinh.infrastructure.calendars.definition import WorkingCalendar
from maidinh.infrastructure.calendars.rules import working_time
from maidinh.services.clock.ledger import STOPS
from maidinh.services.measures.definition import Group, IndexDefinition, Indicator, Measure

NOT_ACCEPTED, SUPPLEMENT, STOPPED, DONE, RETURNED = 3, 5, 8, 9, 10  # TrangThai, the code list of statuses
ONLINE = 2  # KenhThucHien, the code list of channels
Paid = Literal["", "unpaid", "counter", "online"]
Why = Literal["", "nothing", "unrecorded"]
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Stretch:
    """The clock of a dossier stood from `since` until `until` (None: still), for a supplement or for a step."""

    since: datetime
    until: datetime | None
    supplement: bool

    @classmethod
    def of_lines(cls, lines: Iterable[tuple[str, datetime]]) -> tuple[Stretch, ...]:
        """When the clock stood, by its lines (kind and moment) in their order; other lines don't stop it."""
        stood: list[Stretch] = []
        for kind, at in lines:
            if kind in STOPS:
                stood.append(cls(at, None, kind == "supplement_asked"))
            elif stood and stood[-1].until is None and kind in STOPS.values():
                stood[-1] = replace(stood[-1], until=at)
        return tuple(stood)


@dataclass(frozen=True)
class Told:
    """What is known of one dossier. `turns` are its statuses as they came, `promised` its date without supplements."""

    status: int
    submitted_at: datetime
    accepted_at: datetime | None
    promised: datetime
    rounds: int
    turns: tuple[tuple[datetime, int], ...]
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True)
class Ending:
    """How a dossier counts once it ended: when, by which status, whether on time (None: no index holds), how long."""

    at: datetime
    status: int
    on_time: bool | None
    working_minutes: int | None


def ending_of(told: Told, calendar: WorkingCalendar, requests_allowed: int | None) -> Ending | None:
    """How the dossier ended; None while it is on its way."""
    end = end_of(told.status, told.turns)
    if end is None:
        return None
    at, status = end
    on_time = None
    if requests_allowed is not None:
        waited = sum((_within(each, at) for each in told.stretches if each.supplement), timedelta())
        on_time = told.rounds <= requests_allowed and at - waited <= told.promised
    return Ending(at, status, on_time, _worked(told, at, status, calendar))


def end_of(status: int, turns: Iterable[tuple[datetime, int]]) -> tuple[datetime, int] | None:
    """When a dossier ended, and by which status: done, else returned, else stopped or not accepted.

    One that waits for a supplement counts at the moment at which it was asked for, until it goes on.
    """
    known = list(turns)
    for wanted in ((DONE,), (RETURNED,), (STOPPED, NOT_ACCEPTED)):
        first = next(((at, each) for at, each in known if each in wanted), None)
        if first is not None:
            return first
    if status != SUPPLEMENT:
        return None
    asked = None
    for at, each in known:
        asked = (asked or at) if each == SUPPLEMENT else None
    return None if asked is None else (asked, SUPPLEMENT)


def month_of(at: datetime, timezone: str) -> date:
    """The first day of the month of a moment, in the office's own time."""
    return at.astimezone(ZoneInfo(timezone)).date().replace(day=1)


def _within(stretch: Stretch, end: datetime) -> timedelta:
    return max(timedelta(), min(stretch.until or end, end) - stretch.since)


def _worked(told: Told, end: datetime, status: int, calendar: WorkingCalendar) -> int | None:
    """The working minutes from acceptance to the end, without the time in which the clock stood."""
    if told.accepted_at is None or status not in (DONE, RETURNED):
        return None
    zone = ZoneInfo(calendar.timezone)
    spans = [(told.accepted_at, end, 1)]
    spans += [(each.since, min(each.until or end, end), -1) for each in told.stretches if each.since < end]
    total = sum(
        (sign * working_time(since.astimezone(zone), until.astimezone(zone), calendar) for since, until, sign in spans),
        timedelta(),
    )
    return max(0, int(total.total_seconds() // 60))


@dataclass(frozen=True)
class Share:
    """An indicator in a period: `part` of `whole`, its per cent and points; without them, `why` there are none."""

    indicator: Indicator
    part: int | None
    whole: int | None
    percent: Fraction | None
    points: Decimal | None
    why: Why


@dataclass(frozen=True)
class GroupResult:
    """A group in a period: the points of what was measured, and how many points that could be."""

    group: Group
    shares: tuple[Share, ...]
    points: Decimal | None
    measured: int


@dataclass(frozen=True)
class Figure:
    """A measure beside the index in a period; `value` is None where there is no data."""

    measure: Measure
    part: int | None
    whole: int | None
    value: Fraction | None
    why: Why


@dataclass(frozen=True)
class Index:
    """The index of a period: points of what was measured, how many of all points that is, the grade where it is all."""

    definition: IndexDefinition
    groups: tuple[GroupResult, ...]
    figures: tuple[Figure, ...]

    @property
    def points(self) -> Decimal | None:
        """The points of everything that was measured; None where nothing was."""
        known = [each.points for each in self.groups if each.points is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def measured(self) -> int:
        """How many points could be earned with what was measured."""
        return sum(each.measured for each in self.groups)

    @property
    def unmeasured(self) -> int:
        """How many points nobody can tell anything about."""
        return self.definition.points - self.measured

    @property
    def shares(self) -> list[Share]:
        """Every indicator, group after group."""
        return [share for group in self.groups for share in group.shares]


def index_of(definition: IndexDefinition, figures: Mapping[str, int]) -> Index:
    """The index of a period's figures. A figure that isn't among them is one that nothing records here."""
    groups = tuple(_group(each, figures) for each in definition.groups)
    return Index(definition, groups, tuple(_figure(each, figures) for each in definition.measures))


def grade_of(index: Index) -> str | None:
    """The id of the band, its least points; None while a part of the index is not measured."""
    points = index.points
    if points is None or index.unmeasured:
        return None
    return next(str(band.least) for band in index.definition.bands if points >= band.least)


def _group(group: Group, figures: Mapping[str, int]) -> GroupResult:
    shares = tuple(_share(each, figures) for each in group.indicators)
    known = [each for each in shares if each.points is not None]
    points = sum((each.points for each in known if each.points is not None), Decimal(0)) if known else None
    return GroupResult(group, shares, points, sum(each.indicator.points for each in known))


def _share(indicator: Indicator, figures: Mapping[str, int]) -> Share:
    part, whole, why = _counted(indicator.part, indicator.whole, figures)
    if why or part is None or not whole:
        return Share(indicator, part, whole, None, None, why)
    percent = Fraction(part * 100, whole)
    earned = indicator.points * min(Fraction(1), percent / indicator.target)
    return Share(indicator, part, whole, percent, rounded(earned), "")


def _figure(measure: Measure, figures: Mapping[str, int]) -> Figure:
    part, whole, why = _counted(measure.part, measure.whole, figures)
    if why or part is None or not whole:
        return Figure(measure, part, whole, None, why)
    scale = {"percent": Fraction(100), "working_hours": Fraction(1, 60)}.get(measure.unit, Fraction(1))
    return Figure(measure, part, whole, scale * Fraction(part, whole), "")


def _counted(part: str, whole: str, figures: Mapping[str, int]) -> tuple[int | None, int | None, Why]:
    known = figures.get(part), figures.get(whole)
    if None in known:
        return *known, "unrecorded"
    return *known, "" if known[1] else "nothing"


def rounded(value: Fraction) -> Decimal:
    """To the second decimal, half away from nought."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(HUNDREDTH, ROUND_HALF_UP)
