"""What a ledger comes to: when the term ends, or that it stands and how much is left.

Layer 4, pure. The arithmetic of days and hours is the calendar's (`infrastructure/calendars/rules`); here it is decided
which stretches ran, and with how much. Legal ground: that of the rule pack and of the calendar.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from maidinh.infrastructure.calendars.definition import Budget, WorkingCalendar
from maidinh.infrastructure.calendars.rules import (
    DAY,
    HOUR,
    closing_moment,
    due,
    is_working_day,
    left_after,
    next_working_day,
    start_day,
    working_time,
)
from maidinh.services.clock.ledger import GOES_ON, N_, STOPS, Entry, Fault, Kind, Ledger, Untenable, faults


@dataclass(frozen=True)
class Stretch:
    """The clock ran from `start` with this much left until `stop`, a line of the ledger; None where it runs on.

    `end` is when the term would have ended had nothing stopped it. `granted` is the moment to which an extension moved
    it. `line` is the number of the line by which it began; None for the first.
    """

    start: datetime
    budget: Budget
    end: datetime
    granted: datetime | None
    line: int | None = None
    stop: int | None = None
    left: Budget | None = None


@dataclass(frozen=True)
class Reckoning:
    """`due` is the end of the term, None while the clock stands; `last_due` is the end as it was known last.

    `left` is what is left while the clock stands. `stretches` are those in which it ran, the oldest first; the moments
    to which extensions moved the term stand in `extensions`, by the line of the ledger.
    """

    due: datetime | None
    last_due: datetime
    left: Budget | None
    stands_since: datetime | None
    stretches: tuple[Stretch, ...]
    extensions: dict[int, datetime]


def reckon(ledger: Ledger) -> Reckoning:
    """What the ledger comes to. Raises Untenable where a line can't be."""
    for fault in faults(ledger):
        raise Untenable(fault)
    counting = _Counting(ledger)
    for number, entry in enumerate(ledger.entries):
        counting.take(number, entry)
    return counting.reckoning()


def provisional(ledger: Ledger, found: Reckoning) -> bool:
    """Whether the term reaches into a time whose days off no notice has settled yet."""
    settled = ledger.counted_by.settled_until
    return settled is not None and found.last_due.date() > settled


class _Counting:
    """The state of the clock from line to line."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.calendar = ledger, ledger.counted_by
        self.held: set[Kind] = set()
        self.left = ledger.budget
        self.promised: datetime | None = None
        self.since: datetime | None = None
        self.done: list[Stretch] = []
        self.extensions: dict[int, datetime] = {}
        self.running = self._stretch(ledger.start, None, None)

    def take(self, number: int, entry: Entry) -> None:
        """What this line does."""
        if entry.kind in STOPS:
            if not self.held:
                self._stop(number, entry)
            self.held.add(entry.kind)
        elif entry.kind in GOES_ON:
            self.held.discard(GOES_ON[entry.kind])
            granted = None
            if entry.kind == "supplement_received" and self.ledger.rule == "restart":
                self.left, granted = self.ledger.budget, self.promised
            if not self.held:
                self.since = None
                self.running = self._stretch(entry.at, granted, number)
        elif entry.kind == "extended":
            self._extend(number, entry)

    def reckoning(self) -> Reckoning:
        """Where it stands after the last line."""
        last_due = self.running.end
        if self.held:
            return Reckoning(None, last_due, self.left, self.since, tuple(self.done), self.extensions)
        return Reckoning(last_due, last_due, None, None, (*self.done, self.running), self.extensions)

    def _stretch(self, start: datetime, granted: datetime | None, line: int | None) -> Stretch:
        end = due(start, self.left, self.calendar, self.ledger.cutoff)
        return Stretch(start, self.left, max(end, granted) if granted else end, granted, line)

    def _stop(self, number: int, entry: Entry) -> None:
        self.left = left_of(self.running, entry.at, self.calendar, self.ledger.cutoff)
        self.since = entry.at
        self.done.append(replace(self.running, stop=number, left=self.left))

    def _extend(self, number: int, entry: Entry) -> None:
        end = self.running.end
        if entry.until is not None:
            moved = closing_moment(next_working_day(entry.until, self.calendar), self.calendar)
        elif entry.budget is not None:
            moved = due(end, entry.budget, self.calendar, cutoff=False)
        else:
            raise ValueError("an extension without time and without a day")  # faults() refuses it before
        counted_anew = any(each.kind in ("calendar_changed", "limit_changed") for each in self.ledger.entries[number:])
        if moved <= end and not counted_anew:
            said = N_("The extension does not move the term: it ends on %(day)s anyway.")
            remedy = N_("Give a day after that, or more time.")
            raise Untenable(Fault(number, said, remedy, {"day": f"{end:%Y-%m-%d %H:%M}"}))
        self.promised = self.extensions[number] = moved
        self.running = replace(self.running, end=max(end, moved), granted=moved)


def left_of(stretch: Stretch, at: datetime, calendar: WorkingCalendar, cutoff: bool) -> Budget:
    """What is left of a stretch when the clock stops at this moment: of the limit, or up to the day granted."""
    left = left_after(stretch.start, at, stretch.budget, calendar, cutoff)
    if stretch.granted is None or stretch.granted < stretch.end:
        return left
    local = at.astimezone(stretch.granted.tzinfo)
    if left.unit == "working_hour":
        rest = working_time(max(local, stretch.start.astimezone(local.tzinfo)), stretch.granted, calendar)
        return Budget(amount=max(left.amount, -(-rest // HOUR)), unit=left.unit)
    first = max(start_day(stretch.start, calendar, cutoff), local.date())
    days = max(0, (stretch.granted.date() - first).days)
    if left.unit == "working_day":
        days = sum(is_working_day(first + n * DAY, calendar) for n in range(1, days + 1))
        return Budget(amount=max(left.amount, days), unit=left.unit)
    return Budget(amount=max(left.amount if left.unit == "calendar_day" else 0, days), unit="calendar_day")
