"""A second way to count a term, as plain as can be: day after day, minute after minute, from the published days off.

It knows nothing of the engine: neither its code nor its definitions nor the package that the engine takes holidays
from. The days off are written out here, for the years whose notices are published; outside them it refuses to count.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

ONE_DAY, ONE_MINUTE = timedelta(days=1), timedelta(minutes=1)
MORNING, AFTERNOON = (time(7, 30), time(11, 30)), (time(13, 30), time(17, 0))
LAST_MOMENT, END_OF_DAY = time(15, 0, 0), time(17, 0)


def span(first: str, last: str) -> list[date]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return [begin + n * ONE_DAY for n in range((end - begin).days + 1)]


OFF = {
    *span("2024-01-01", "2024-01-01"),
    *span("2024-02-08", "2024-02-14"),  # Tết Giáp Thìn
    *span("2024-04-18", "2024-04-18"),  # Hùng Kings
    *span("2024-04-29", "2024-05-01"),  # the 29th by a swap
    *span("2024-09-02", "2024-09-03"),
    *span("2025-01-01", "2025-01-01"),
    *span("2025-01-27", "2025-01-31"),  # Tết Ất Tỵ
    *span("2025-04-07", "2025-04-07"),  # Hùng Kings
    *span("2025-04-30", "2025-05-02"),  # 2 May by a swap
    *span("2025-09-01", "2025-09-02"),
    *span("2026-01-01", "2026-01-02"),  # 2 January by a swap
    *span("2026-02-16", "2026-02-20"),  # Tết Bính Ngọ
    *span("2026-04-27", "2026-04-27"),  # Hùng Kings, which fell on Sunday the 26th
    *span("2026-04-30", "2026-05-01"),
    *span("2026-08-31", "2026-09-02"),  # 31 August by a swap
    *span("2026-11-24", "2026-11-24"),  # Day of Vietnamese Culture
    *span("2027-01-01", "2027-01-01"),
}
WORKED_SATURDAYS = {date(2024, 5, 4), date(2025, 4, 26), date(2026, 1, 10), date(2026, 8, 22)}
KNOWN = (
    (date(2024, 1, 1), date(2027, 1, 31)),
    (date(2028, 2, 7), date(2028, 3, 31)),  # no day off by law between Tết and the Hùng Kings
)


@dataclass
class Facts:
    """What is known of days, with days that a notice changed later."""

    off: set[date] = field(default_factory=set)
    worked: set[date] = field(default_factory=set)
    mornings: set[date] = field(default_factory=set)

    def open(self, day: date) -> bool:
        if not any(first <= day <= last for first, last in KNOWN):
            raise LookupError(f"no notice is published for {day}")
        if day in self.off:
            return False
        if day in self.worked or day in self.mornings:
            return True
        if day in OFF:
            return False
        return day in WORKED_SATURDAYS or day.isoweekday() <= 5

    def closes(self, day: date) -> time:
        return MORNING[1] if day in self.mornings else END_OF_DAY

    def next_open(self, day: date) -> date:
        while not self.open(day):
            day += ONE_DAY
        return day

    def minutes(self, since: datetime) -> Iterator[datetime]:
        """Every office minute from a moment on, by its end."""
        at = since
        while True:
            if not self.open(at.date()):
                at = datetime.combine(at.date() + ONE_DAY, time(0))
                continue
            windows = [MORNING] if at.date() in self.mornings else [MORNING, AFTERNOON]
            if any(opens <= at.time() < closes for opens, closes in windows):
                yield at + ONE_MINUTE
            at += ONE_MINUTE


@dataclass
class Answer:
    """When it is due; or, while the clock stands, what is left."""

    due: datetime | None
    left: int | None = None
    left_unit: str | None = None


class Walk:
    """One term walked through from its start, event after event."""

    def __init__(self, case: dict) -> None:
        self.unit, self.whole, self.restarts = case["unit"], case["amount"], case.get("rule") == "restart"
        self.cutoff = case.get("cutoff", True)
        self.facts = Facts(**{
            name: {date.fromisoformat(day) for day in case.get(name, [])} for name in ("off", "worked", "mornings")
        })  # fmt: skip
        self.rest, self.rest_unit = self.whole, self.unit
        self.promise: datetime | None = None
        self.floor: datetime | None = None
        self.reasons: set[str] = set()
        self.since = datetime.fromisoformat(case["start"])
        for event in case.get("events", []):
            self.happens(datetime.fromisoformat(event[0]), *event[1:])

    def answer(self) -> Answer:
        if self.reasons:
            return Answer(None, self.rest, self.rest_unit)
        return Answer(self.end())

    def happens(self, at: datetime, kind: str, *more: object) -> None:
        if kind in ("supplement_asked", "suspended"):
            if not self.reasons:
                self.rest, self.rest_unit = self.unused(at)
                self.floor = None
            self.reasons.add(kind)
        elif kind in ("supplement_received", "resumed"):
            self.reasons.remove({"supplement_received": "supplement_asked", "resumed": "suspended"}[kind])
            if kind == "supplement_received" and self.restarts:
                self.rest, self.rest_unit, self.floor = self.whole, self.unit, self.promise
            self.since = at
        elif kind == "until":
            day = self.facts.next_open(date.fromisoformat(str(more[0])))
            self.promise = self.floor = datetime.combine(day, self.facts.closes(day))
        elif kind == "longer":
            self.promise = self.floor = self.later(self.end(), int(str(more[0])), str(more[1]))
        else:
            raise ValueError(kind)

    def day_zero(self) -> date:
        day = self.since.date()
        if not self.cutoff:
            return day
        in_time = self.since.time() <= min(LAST_MOMENT, self.facts.closes(day)) and self.facts.open(day)
        return day if in_time else self.facts.next_open(day + ONE_DAY)

    def last_day(self) -> date:
        """The day that has the last number, worked or not."""
        return self.numbered(self.day_zero(), self.rest, self.rest_unit)

    def numbered(self, day: date, amount: int, unit: str) -> date:
        if unit == "month":
            number, first = day.day, day.replace(day=1)
            for _ in range(amount):
                first = (first + 31 * ONE_DAY).replace(day=1)
            return first.replace(day=min(number, months.monthrange(first.year, first.month)[1]))
        while amount:
            day += ONE_DAY
            if unit == "calendar_day" or self.facts.open(day):
                amount -= 1
        return day

    def end(self) -> datetime:
        if self.unit == "working_hour":
            end = self.after_hours(self.since, self.rest)
        else:
            day = self.facts.next_open(self.last_day())
            end = datetime.combine(day, self.facts.closes(day))
            if end < self.since:
                day = self.facts.next_open(day + ONE_DAY)
                end = datetime.combine(day, self.facts.closes(day))
        return max(end, self.floor) if self.floor else end

    def after_hours(self, since: datetime, amount: int) -> datetime:
        if not amount:
            return since
        for n, minute in enumerate(self.facts.minutes(since), 1):
            if n == amount * 60:
                return minute
        raise AssertionError

    def later(self, end: datetime, amount: int, unit: str) -> datetime:
        if unit == "working_hour":
            return self.after_hours(end, amount)
        day = self.facts.next_open(self.numbered(end.date(), amount, unit))
        return datetime.combine(day, self.facts.closes(day))

    def unused(self, at: datetime) -> tuple[int, str]:
        """What is left after the day, or the minute, at which the clock stops."""
        if self.unit == "working_hour":
            end, left = self.end(), 0
            if at < end:
                for minute in self.facts.minutes(max(at, self.since)):
                    if minute > end:
                        break
                    left += 1
            return -(-left // 60), self.unit
        last = self.last_day()
        if self.floor and self.floor.date() > self.facts.next_open(last):
            last = self.floor.date()
        day, left = max(self.day_zero(), at.date()), 0
        while day < last:
            day += ONE_DAY
            if self.unit != "working_day" or self.facts.open(day):
                left += 1
        return left, "calendar_day" if self.unit == "month" else self.unit
