"""When a term ends: working days, calendar days, months and working hours, counted from a moment.

Layer 7. Labour Code 2019 article 112 (days off), Civil Code 2015 articles 147 and 148 (the first day isn't counted; a
term that ends on a day off ends on the next working day), Decree 61/2018 article 17 (the cutoff of the afternoon).
The start day is day 0. Everything that is a number stands in the calendar's definition.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import holidays

from maidinh.infrastructure.calendars.definition import Budget, OfficeHours, WorkingCalendar
from maidinh.infrastructure.definitions.definition import Text

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SATURDAY = 5
SEARCH_LIMIT = 366  # days: no stretch of days off is longer than a year, so a longer search is a broken calendar

SupplementRule = Literal["pause", "restart"]
StepKind = Literal["start", "not_counted", "counted", "moved", "due"]
Reason = Literal["first_day", "after_cutoff", "day_off", "weekend", "holiday", "override"]


@dataclass(frozen=True)
class CountingStep:
    """One step of the counting: which day, what became of it, which number it has, and why.

    Of a term in hours, `worked` is the time that had run when the offices closed on that day.
    """

    kind: StepKind
    day: date
    count: int | None = None
    reason: Reason | None = None
    name: Text | None = None
    at: datetime | None = None
    worked: timedelta | None = None


@dataclass(frozen=True)
class Pause:
    """The term stands still; `received_at` is None while what it waits for is awaited. `rule` where it has its own."""

    requested_at: datetime
    received_at: datetime | None = None
    rule: SupplementRule | None = None


def known_years(calendar: WorkingCalendar) -> tuple[int, int]:
    """The first and the last year whose days off can be told at all."""
    known = holidays.country_holidays(calendar.country)
    return known.start_year, known.end_year


def is_working_day(day: date, calendar: WorkingCalendar) -> bool:
    """Whether the offices work on this day."""
    return why_off(day, calendar) is None


def start_day(instant: datetime, calendar: WorkingCalendar, cutoff: bool) -> date:
    """Day 0 of a term. With the cutoff rule: this day if worked and not too late, else the next working day."""
    local = _local(instant, calendar)
    if not cutoff:
        return local.date()
    if local.time() <= _last_moment(local.date(), calendar.cutoff, calendar) and is_working_day(local.date(), calendar):
        return local.date()
    return next_working_day(local.date() + DAY, calendar)


def add_working_days(day: date, amount: int, calendar: WorkingCalendar) -> date:
    """The working day that is `amount` working days after this day; with 0 the day itself or the next working day."""
    if amount == 0:
        return next_working_day(day, calendar)
    for _ in range(amount):
        day = next_working_day(day + DAY, calendar)
    return day


def due(start: datetime, budget: Budget, calendar: WorkingCalendar, cutoff: bool = True) -> datetime:
    """When a term that starts at this moment ends, in the calendar's time zone. Never before the start."""
    if budget.unit == "working_hour":
        return _add_working_hours(_local(start, calendar), budget.amount * HOUR, calendar)
    last = next_working_day(_last_day(start_day(start, calendar, cutoff), budget, calendar), calendar)
    moment = closing_moment(last, calendar)
    if moment < start:
        moment = closing_moment(next_working_day(last + DAY, calendar), calendar)
    return moment


def left_after(
    start: datetime, request: datetime, budget: Budget, calendar: WorkingCalendar, cutoff: bool = True
) -> Budget:
    """What is left of a term when a supplement is asked for: days up to and including that of the request are used.

    Months go on as calendar days. Hours are rounded up, in favour of the office that waits.
    """
    if budget.unit == "working_hour":
        used = working_time(_local(start, calendar), _local(request, calendar), calendar)
        return Budget(amount=max(0, -((used - budget.amount * HOUR) // HOUR)), unit="working_hour")
    first, asked = start_day(start, calendar, cutoff), _local(request, calendar).date()
    if budget.unit == "working_day":
        days = (first + n * DAY for n in range(1, max(0, (asked - first).days) + 1))
        used_days = sum(is_working_day(day, calendar) for day in days)
        return Budget(amount=max(0, budget.amount - used_days), unit="working_day")
    last = _last_day(first, budget, calendar)
    return Budget(amount=max(0, (last - max(first, asked)).days), unit="calendar_day")


def due_with_pauses(
    start: datetime,
    budget: Budget,
    pauses: list[Pause],
    rule: SupplementRule,
    calendar: WorkingCalendar,
    cutoff: bool = True,
) -> datetime | None:
    """The end of a term that supplements interrupted, in order of time; None while one is awaited.

    Under `pause` the rest of the term goes on from the supplement's reception, under `restart` all of it starts again.
    """
    for pause in pauses:
        if pause.received_at is None:
            return None
        if (pause.rule or rule) == "pause":
            budget = left_after(start, pause.requested_at, budget, calendar, cutoff)
        start = pause.received_at
    return due(start, budget, calendar, cutoff)


def explain_due(start: datetime, budget: Budget, calendar: WorkingCalendar, cutoff: bool = True) -> list[CountingStep]:
    """How the end of a term comes about, day by day, for people who want to check it."""
    local, end = _local(start, calendar), due(start, budget, calendar, cutoff)
    if budget.unit == "working_hour":
        return _explain_hours(local, end, budget, calendar)
    first = start_day(start, calendar, cutoff)
    steps = [_skipped(local.date() + n * DAY, local, calendar) for n in range((first - local.date()).days)]
    steps.append(CountingStep("start", first, 0, "first_day"))
    last, count = _last_day(first, budget, calendar), 0
    for n in range(1, (end.date() - first).days + 1):
        day = first + n * DAY
        off = why_off(day, calendar)
        if day > last:
            steps.append(CountingStep("moved", day, None, *(off or ("day_off", None))))
        elif off and budget.unit == "working_day":
            steps.append(CountingStep("not_counted", day, None, *off))
        else:
            count += 1
            steps.append(CountingStep("counted", day, count, *(off or (None, None))))
    return [*steps, CountingStep("due", end.date(), count, at=end)]


def _explain_hours(start: datetime, end: datetime, budget: Budget, calendar: WorkingCalendar) -> list[CountingStep]:
    steps = [CountingStep("start", start.date(), 0, at=start)]
    for n in range((end.date() - start.date()).days + 1):
        day = start.date() + n * DAY
        off = why_off(day, calendar)
        ran = working_time(start, min(end, datetime.combine(day + DAY, time(), start.tzinfo)), calendar)
        if off:
            steps.append(CountingStep("not_counted", day, None, *off))
        elif ran > (steps[-1].worked or timedelta()):
            steps.append(CountingStep("counted", day, worked=ran))
    return [*steps, CountingStep("due", end.date(), budget.amount, at=end)]


def _last_day(first: date, budget: Budget, calendar: WorkingCalendar) -> date:
    if budget.unit == "working_day":
        return add_working_days(first, budget.amount, calendar)
    if budget.unit == "calendar_day":
        return first + budget.amount * DAY
    months = first.year * 12 + first.month - 1 + budget.amount
    year, month = divmod(months, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def _add_working_hours(at: datetime, left: timedelta, calendar: WorkingCalendar) -> datetime:
    if not left:
        return at
    for _ in range(SEARCH_LIMIT + left // HOUR):
        for opens, closes in office_windows(at.date(), calendar):
            begins = max(at, opens)
            if begins < closes:
                if left <= closes - begins:
                    return begins + left
                left -= closes - begins
        at = datetime.combine(at.date() + DAY, datetime.min.time(), at.tzinfo)
    raise ValueError(f"calendar {calendar.id} has no working hours in a year")


def working_time(since: datetime, until: datetime, calendar: WorkingCalendar) -> timedelta:
    """How much of the time between two moments of the calendar's zone lies in office hours."""
    total = timedelta()
    for n in range((until.date() - since.date()).days + 1):
        for opens, closes in office_windows(since.date() + n * DAY, calendar):
            total += max(timedelta(), min(until, closes) - max(since, opens))
    return total


def office_windows(day: date, calendar: WorkingCalendar) -> list[tuple[datetime, datetime]]:
    """When the offices are open on this day; nothing on a day off."""
    if not is_working_day(day, calendar):
        return []
    zone = ZoneInfo(calendar.timezone)
    hours = _own_hours(day, calendar) or calendar.office_hours
    return [(datetime.combine(day, h.opens, zone), datetime.combine(day, h.closes, zone)) for h in hours]


def next_working_day(day: date, calendar: WorkingCalendar) -> date:
    """This day where it is worked, else the first worked one after it."""
    for _ in range(SEARCH_LIMIT):
        if is_working_day(day, calendar):
            return day
        day += DAY
    raise ValueError(f"calendar {calendar.id} has no working day in the year before {day}")


def _skipped(day: date, start: datetime, calendar: WorkingCalendar) -> CountingStep:
    off = why_off(day, calendar)
    return (
        CountingStep("not_counted", day, None, *off) if off else CountingStep("not_counted", day, None, "after_cutoff")
    )


def why_off(day: date, calendar: WorkingCalendar) -> tuple[Reason, Text | None] | None:
    """Why the offices are closed on this day, with the holiday's name; None on a working day."""
    for override in calendar.overrides:
        if override.day == day:
            return None if override.working else ("override", None)
    names, worked = _days_off(calendar.country, day.year)
    if day in names:
        return "holiday", names[day]
    if day.weekday() >= SATURDAY and day not in worked:
        return "weekend", None
    return None


@lru_cache(maxsize=64)
def _days_off(country: str, year: int) -> tuple[dict[date, Text], frozenset[date]]:
    """Holidays and worked weekend days of a year. Built whole: the package fills years lazily, unsafe in threads."""
    years = range(year - 1, year + 2)
    found, english = (
        holidays.country_holidays(country, years=years, expand=False, language=language) for language in ("vi", "en_US")
    )
    names = {day: Text(vi=name, en=english.get(day)) for day, name in found.items()}
    return names, frozenset(found.weekend_workdays)


def closing_moment(day: date, calendar: WorkingCalendar) -> datetime:
    """The moment of this working day at which a term ends: the usual one, or when the offices close before it."""
    moment = _last_moment(day, calendar.due_time, calendar)
    return datetime.combine(day, moment, ZoneInfo(calendar.timezone))


def _last_moment(day: date, usual: time, calendar: WorkingCalendar) -> time:
    hours = _own_hours(day, calendar)
    return min(usual, max(each.closes for each in hours)) if hours else usual


def _own_hours(day: date, calendar: WorkingCalendar) -> list[OfficeHours]:
    return next((each.hours for each in calendar.overrides if each.day == day and each.working), [])


def _local(instant: datetime, calendar: WorkingCalendar) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("a moment without time zone can't start a term")
    return instant.astimezone(ZoneInfo(calendar.timezone))
