"""How a term comes to its end, line by line: each day with its number, each stop, each reason with its article.

Layer 4, pure. The last line is the end itself, or that the clock stands. Articles come from the rule pack's parameters,
the calendar and the limit; a line that rests on nothing of these has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from maidinh.infrastructure.calendars.definition import Budget
from maidinh.infrastructure.calendars.rules import (
    DAY,
    HOUR,
    CountingStep,
    Reason,
    explain_due,
    why_off,
    working_time,
)
from maidinh.infrastructure.definitions.definition import LegalBasis, Text
from maidinh.services.clock.ledger import STOPS, Entry, Ledger
from maidinh.services.clock.reckoning import Reckoning, Stretch, reckon

LineKind = Literal[
    "start", "not_counted", "counted", "moved", "granted", "ran_out", "stopped", "still_stopped", "goes_on",
    "starts_again", "still_waits", "extended", "calendar_changed", "limit_changed", "stands", "due",
]  # fmt: skip

CUTOFF, FIRST_DAY, DAY_OFF = "dossier.cutoff", "dossier.first-day", "dossier.ends-on-day-off"
SUPPLEMENT, EXTENSION = "dossier.supplement-rule", "dossier.extensions-allowed"


@dataclass(frozen=True)
class Line:
    """One line: the day, what became of it, its number in the term, why, and by which article.

    Of a term in hours `worked` is the time run so far. `left` is what is left where the clock stops or goes on, the
    limit where that changes; `end` is the moment to which an extension moves the term, of a change of calendar or limit
    the end before it; `entry` is the ledger's own line.
    """

    kind: LineKind
    day: date
    at: datetime | None = None
    count: int | None = None
    worked: timedelta | None = None
    reason: Reason | None = None
    name: Text | None = None
    article: LegalBasis | None = None
    left: Budget | None = None
    end: datetime | None = None
    entry: Entry | None = None


def explain(ledger: Ledger) -> list[Line]:
    """Every line from the start to the end. Raises Untenable where a line of the ledger can't be."""
    return list(_Explanation(ledger, reckon(ledger)).lines())


@dataclass
class _Explanation:
    """The lines of one ledger, with the count of days that runs through all of its stretches."""

    ledger: Ledger
    found: Reckoning
    count: int = 0
    zone: ZoneInfo = field(init=False)

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.ledger.counted_by.timezone)

    def lines(self) -> Iterator[Line]:
        """From the start to the end."""
        begun = {stretch.line: stretch for stretch in self.found.stretches}
        pending = self._days(begun[None])
        for number, entry in enumerate(self.ledger.entries):
            if entry.kind in ("extended", "calendar_changed", "limit_changed"):
                pending.append(self._moved(number, entry))
                continue
            yield from _by_day(pending)
            stretch = begun.get(number)
            pending = []
            yield self._stop(number, entry) if entry.kind in STOPS else self._goes_on(entry, stretch)
            if stretch is not None:
                pending = self._days(stretch)
        yield from _by_day(pending)
        yield self._last()

    def _days(self, stretch: Stretch) -> list[Line]:
        """The days of a stretch, up to the one on which it was stopped."""
        ledger = self.ledger
        stop = None if stretch.stop is None else ledger.entries[stretch.stop].at.astimezone(self.zone)
        steps = explain_due(stretch.start, stretch.budget, ledger.counted_by, ledger.cutoff)
        before, found = self.count, []
        for step in steps[:-1]:
            if stop is None or step.day <= stop.date():
                found.append(self._day(step, before, stretch, stop))
        last = steps[-1].at
        if last is not None and stretch.end > last:
            found += self._granted(last.date(), stretch.end.date(), stop)
        if stop is not None and stop > stretch.end:
            found.append(Line("ran_out", stretch.end.date(), stretch.end, article=ledger.article))
        return found

    def _day(self, step: CountingStep, before: int, stretch: Stretch, stop: datetime | None) -> Line:
        count = step.count
        if step.kind == "counted" and count is not None:
            count = self.count = before + count
        worked = step.worked
        if worked is not None:
            used = max(0, self.ledger.budget.amount - stretch.budget.amount) * HOUR
            if stop is not None and stop.date() == step.day:
                worked = working_time(stretch.start.astimezone(self.zone), stop, self.ledger.counted_by)
            worked += used
        if step.kind == "start":
            count = before
        article = self._article(step.kind, step.reason, step.day)
        return Line(step.kind, step.day, step.at, count, worked, step.reason, step.name, article)

    def _granted(self, after: date, until: date, stop: datetime | None) -> list[Line]:
        found = []
        for n in range(1, (until - after).days + 1):
            day = after + n * DAY
            if stop is not None and day > stop.date():
                break
            off = why_off(day, self.ledger.counted_by)
            if off and self.ledger.budget.unit in ("working_day", "working_hour"):
                article = self._article("not_counted", off[0], day)
                found.append(Line("not_counted", day, None, None, None, *off, article))
                continue
            counts = self.ledger.budget.unit != "working_hour"
            self.count += counts
            found.append(Line("granted", day, None, self.count if counts else None, None, *(off or (None, None))))
        return found

    def _moved(self, number: int, entry: Entry) -> Line:
        if entry.kind == "extended":
            return self._line("extended", entry, self.ledger.grounds.get(EXTENSION), end=self.found.extensions[number])
        kind: LineKind = "calendar_changed" if entry.kind == "calendar_changed" else "limit_changed"
        before = entry.ended.astimezone(self.zone) if entry.ended else reckon(self.ledger.before(number)).last_due
        return self._line(kind, entry, left=self._limit_after(number) if kind == "limit_changed" else None, end=before)

    def _limit_after(self, number: int) -> Budget:
        """The limit that holds from a change of it on."""
        return self.ledger.before(number + 1).budget

    def _stop(self, number: int, entry: Entry) -> Line:
        ground = self.ledger.grounds.get(SUPPLEMENT) if entry.kind == "supplement_asked" else None
        for stretch in self.found.stretches:
            if stretch.stop == number:
                return self._line("stopped", entry, ground, stretch.left)
        return self._line("still_stopped", entry, ground)

    def _goes_on(self, entry: Entry, stretch: Stretch | None) -> Line:
        asked = entry.kind == "supplement_received"
        again = asked and self.ledger.rule == "restart"
        if again:
            self.count = 0
        ground = self.ledger.grounds.get(SUPPLEMENT) if asked else None
        if stretch is None:
            return self._line("still_waits", entry, ground)
        return self._line("starts_again" if again else "goes_on", entry, ground, stretch.budget)

    def _line(
        self, kind: LineKind, entry: Entry, ground: LegalBasis | None = None, left: Budget | None = None,
        end: datetime | None = None,
    ) -> Line:  # fmt: skip
        local = entry.at.astimezone(self.zone)
        return Line(kind, local.date(), local, article=entry.article or ground, left=left, end=end, entry=entry)

    def _last(self) -> Line:
        due = self.found.due
        if due is None:
            since = (self.found.stands_since or self.ledger.start).astimezone(self.zone)
            return Line("stands", since.date(), since, left=self.found.left)
        count: int | None = self.count
        if self.ledger.budget.unit == "working_hour":
            count = None if self.found.extensions else self.ledger.budget.amount
        return Line("due", due.date(), due, count, article=self.ledger.article)

    def _article(self, kind: str, reason: Reason | None, day: date) -> LegalBasis | None:
        grounds, calendar = self.ledger.grounds, self.ledger.counted_by
        if kind == "moved":
            return grounds.get(DAY_OFF)
        if reason == "first_day":
            return grounds.get(FIRST_DAY)
        if reason == "after_cutoff":
            return grounds.get(CUTOFF)
        if reason == "override" or reason is None:
            for override in calendar.overrides:
                if override.day == day and override.source:
                    return LegalBasis(text=override.source, checked=override.official)
        if calendar.grounds is None or reason is None or reason == "override":
            return None
        return calendar.grounds.holidays if reason == "holiday" else calendar.grounds.weekends


def _by_day(lines: list[Line]) -> list[Line]:
    """In the order of days; what was decided on a day stands after the day itself."""
    return sorted(lines, key=lambda line: (line.day, line.entry is not None))
