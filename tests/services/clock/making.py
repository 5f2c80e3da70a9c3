"""Writes the deadline cases whose ends the second implementation counts: `python -m tests.services.clock.making`.

What is asked is chosen here, by enumeration and with a fixed seed; what is expected comes from `naive`. The engine that
the cases judge is not used.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from tests.services.clock.naive import ONE_DAY, Walk, span

CASES = Path(__file__).with_name("cases")
CUTOFF = "Nghị định 61/2018/NĐ-CP, điều 17-20"
HOLIDAYS = "Bộ luật Lao động 2019, điều 112"
FIRST_DAY = "Bộ luật Dân sự 2015, điều 147-148"
LAST_DAY = "Bộ luật Dân sự 2015, điều 148"
HOURS = "Giờ hành chính 07:30-11:30 và 13:30-17:00 (quy ước)"
NOT_COUNTED = "Thời gian không tính vào thời hạn (quy ước)"
UNITS = ("working_day", "calendar_day", "month", "working_hour")
Case = dict[str, Any]


def moment(day: date, hour: str = "09:00:00") -> str:
    return f"{day}T{hour}"


def case(day: date, hour: str, amount: int, unit: str, article: str, **more: Any) -> Case:
    return {"start": moment(day, hour), "amount": amount, "unit": unit, "article": article, **more}


def last_moments() -> Iterator[Case]:
    hours = ("07:00:00", "11:45:00", "14:59:59", "15:00:00", "15:00:01", "16:59:59", "22:10:00")
    for day in (
        *span("2026-03-02", "2026-03-08"),
        *span("2025-06-10", "2025-06-16"),
        *span("2026-11-20", "2026-11-26"),
    ):
        for hour in hours:
            yield case(day, hour, 1, "working_day", CUTOFF)
            yield case(day, hour, 5, "working_day", CUTOFF)
            yield case(day, hour, 3, "working_day", FIRST_DAY, cutoff=False)


def tet() -> Iterator[Case]:
    for first, last in (("2024-02-01", "2024-02-14"), ("2025-01-20", "2025-02-03"), ("2026-02-09", "2026-02-22")):
        for day in span(first, last):
            for hour in ("08:00:00", "15:00:01"):
                yield case(day, hour, 1, "working_day", HOLIDAYS)
                yield case(day, hour, 7, "working_day", HOLIDAYS)
                yield case(day, hour, 5, "calendar_day", LAST_DAY)
            yield case(day, "16:00:00", 10, "working_hour", HOURS)


def swaps() -> Iterator[Case]:
    spans = (("2024-04-25", "2024-05-06"), ("2025-04-23", "2025-05-05"), ("2025-12-29", "2026-01-12"),
             ("2026-08-19", "2026-09-03"), ("2026-04-23", "2026-05-04"), ("2026-11-20", "2026-11-26"))  # fmt: skip
    for first, last in spans:
        for day in span(first, last):
            yield case(day, "10:00:00", 2, "working_day", HOLIDAYS)
            yield case(day, "15:30:00", 4, "working_day", HOLIDAYS)
            yield case(day, "10:00:00", 3, "calendar_day", LAST_DAY)
            yield case(day, "15:30:00", 6, "working_hour", HOURS)


def weekends() -> Iterator[Case]:
    for first in (date(2026, 3, 6), date(2026, 6, 12), date(2025, 10, 17), date(2024, 7, 5)):
        for n in range(4):
            for amount in (0, 1, 2, 5, 10):
                yield case(first + n * ONE_DAY, "09:00:00", amount, "working_day", FIRST_DAY)
                yield case(first + n * ONE_DAY, "09:00:00", amount, "calendar_day", LAST_DAY)
                yield case(first + n * ONE_DAY, "18:30:00", amount, "calendar_day", LAST_DAY, cutoff=False)


def month_ends() -> Iterator[Case]:
    for year, month in ((2025, n) for n in range(1, 13)):
        for number in (27, 28, 29, 30, 31):
            try:
                day = date(year, month, number)
            except ValueError:
                continue
            for amount in (1, 2, 6):
                yield case(day, "09:00:00", amount, "month", FIRST_DAY)
            yield case(day, "15:00:01", 1, "month", FIRST_DAY)
            yield case(day, "20:00:00", 3, "month", FIRST_DAY, cutoff=False)


def leap_years() -> Iterator[Case]:
    for day in (*span("2024-01-28", "2024-01-31"), *span("2024-02-26", "2024-03-01")):
        for amount in (1, 12, 24):
            yield case(day, "09:00:00", amount, "month", FIRST_DAY, cutoff=False)
        for amount in (1, 30, 31, 366):
            yield case(day, "09:00:00", amount, "calendar_day", LAST_DAY)
        yield case(day, "09:00:00", 3, "working_day", FIRST_DAY)
    for day in span("2028-02-25", "2028-03-01"):
        for amount in (1, 2, 3):
            yield case(day, "09:00:00", amount, "working_day", FIRST_DAY)
            yield case(day, "09:00:00", amount, "calendar_day", LAST_DAY)
        yield case(day, "09:00:00", 1, "month", FIRST_DAY)
        yield case(day, "10:30:00", 9, "working_hour", HOURS)


def half_days() -> Iterator[Case]:
    for mornings in (["2026-03-06"], ["2026-03-06", "2026-03-09"], ["2026-03-07"]):
        for day in span("2026-03-04", "2026-03-09"):
            for hour in ("11:30:00", "11:30:01", "14:00:00"):
                yield case(day, hour, 1, "working_day", HOURS, mornings=mornings)
                yield case(day, hour, 2, "calendar_day", HOURS, mornings=mornings)
            yield case(day, "09:30:00", 5, "working_hour", HOURS, mornings=mornings)
            yield case(day, "16:15:00", 8, "working_hour", HOURS, mornings=mornings)


def hours() -> Iterator[Case]:
    clock = ("06:00", "07:30", "09:47", "11:29", "11:30", "12:15", "13:30", "15:01", "16:59", "17:00", "23:59")
    for day in (date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 7), date(2026, 2, 13), date(2026, 1, 9)):
        for hour in clock:
            for amount in (0, 1, 4, 8, 15):
                yield case(day, f"{hour}:00", amount, "working_hour", HOURS)


class Chance:
    """Moments and terms by chance, the same each time."""

    def __init__(self, seed: str) -> None:
        self.source = random.Random(seed)

    def moment(self) -> datetime:
        day = date(2025, 1, 2) + self.source.randrange(560) * ONE_DAY
        return datetime.combine(day, time(self.source.randrange(24), self.source.choice((0, 5, 30, 45, 59))))

    def later(self, at: datetime, most: int = 12) -> datetime:
        return at + timedelta(minutes=5 * self.source.randrange(most * 288))

    def limit(self) -> tuple[int, str]:
        unit = self.source.choice(UNITS)
        most = {"working_day": 30, "calendar_day": 45, "month": 3, "working_hour": 40}[unit]
        return self.source.randint(1, most), unit

    def term(self, article: str, events: list[list[Any]], start: datetime, **more: Any) -> Case:
        amount, unit = more.pop("limit", None) or self.limit()
        cutoff = {} if self.source.random() < 0.8 else {"cutoff": False}
        return {
            "start": start.isoformat(), "amount": amount, "unit": unit, "article": article, **cutoff, **more,
            "events": events,
        }  # fmt: skip


def stops(rule: str, kinds: tuple[str, str], article: str) -> Iterator[Case]:
    chance = Chance(f"{rule} {kinds[0]}")
    for number in range(150):
        start = chance.moment()
        at, events = chance.later(start), []
        for _ in range(chance.source.choice((1, 1, 1, 2, 3))):
            end = chance.later(at)
            events += [[at.isoformat(), kinds[0]], [end.isoformat(), kinds[1]]]
            at = chance.later(end)
        if number % 10 == 9:
            events.pop()
        yield chance.term(article, events, start, rule=rule)


def both() -> Iterator[Case]:
    """Supplements and steps that are not counted in one term, also at the same time."""
    chance = Chance("both")
    for number in range(120):
        start = chance.moment()
        at = [start]
        for _ in range(4):
            at.append(chance.later(at[-1], 6))
        kinds = ["suspended", "supplement_asked", "resumed", "supplement_received"]
        if number % 3 == 1:
            kinds = ["supplement_asked", "suspended", "resumed", "supplement_received"]
        elif number % 3 == 2:
            kinds = ["supplement_asked", "suspended", "supplement_received", "resumed"]
        events = [[when.isoformat(), kind] for when, kind in zip(at[1:], kinds, strict=True)]
        yield chance.term(NOT_COUNTED, events, start, rule=chance.source.choice(("pause", "restart")))


def extensions() -> Iterator[Case]:
    chance = Chance("extensions")
    for number in range(150):
        start, limit = chance.moment(), chance.limit()
        plain = Walk({"start": start.isoformat(), "amount": limit[0], "unit": limit[1]}).answer().due
        assert plain is not None
        at = start + (plain - start) * 0.5
        at = at.replace(second=0, microsecond=0)
        if number % 2:
            more = [chance.source.randint(1, 10), limit[1] if number % 4 == 1 else "working_day"]
            if more[1] == "month":
                more[0] = 1
            events: list[list[Any]] = [[at.isoformat(), "longer", *more]]
        else:
            day = plain.date() + chance.source.randint(5, 20) * ONE_DAY
            events = [[at.isoformat(), "until", day.isoformat()]]
        if number % 3 == 0:
            asked = chance.later(at, 5)
            events += [
                [asked.isoformat(), "supplement_asked"],
                [chance.later(asked).isoformat(), "supplement_received"],
            ]
        rule = "restart" if number % 6 == 0 else "pause"
        yield {**chance.term(CUTOFF, events, start, rule=rule, limit=limit), "cutoff": True}


def changed_calendars() -> Iterator[Case]:
    """A day becomes off, or is worked, by a notice that comes while the term runs."""
    chance = Chance("calendars")
    for _ in range(80):
        start = chance.moment()
        at = start + timedelta(hours=3)
        days = [start.date() + n * ONE_DAY for n in range(1, 12)]
        off = sorted(chance.source.sample(days, 2))
        worked = sorted(day for day in days if day.isoweekday() == 6 and day not in off)[:1]
        yield chance.term(
            HOLIDAYS, [], start, off=[f"{day}" for day in off], worked=[f"{day}" for day in worked],
            changed=at.isoformat(), rule="pause",
        )  # fmt: skip


SUPPLEMENT = ("supplement_asked", "supplement_received")
GROUPS = {
    "last-moments": last_moments, "tet": tet, "swapped-days": swaps, "weekends": weekends, "month-ends": month_ends,
    "leap-years": leap_years, "half-days": half_days, "hours": hours,
    "supplements-pause": lambda: stops("pause", SUPPLEMENT, NOT_COUNTED),
    "supplements-restart": lambda: stops("restart", SUPPLEMENT, CUTOFF),
    "suspended-steps": lambda: stops("restart", ("suspended", "resumed"), NOT_COUNTED),
    "both-at-once": both, "extensions": extensions, "changed-calendars": changed_calendars,
}  # fmt: skip


def answered(found: Case) -> Case:
    """The case with what the second implementation says."""
    answer = Walk(found).answer()
    if answer.due is None:
        return {**found, "due": None, "left": [answer.left, answer.left_unit]}
    return {**found, "due": answer.due.isoformat()}


def lines_of(group: str) -> list[str]:
    """The lines of a file; a term that leaves the years whose days off are published is left out."""
    lines = []
    for found in GROUPS[group]():
        try:
            lines.append(json.dumps(answered(found), ensure_ascii=False, separators=(",", ":")))
        except LookupError:
            continue
    return lines


def main() -> None:
    """Write every file."""
    for group in GROUPS:
        lines = lines_of(group)
        (CASES / f"{group}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
        print(group, len(lines))


if __name__ == "__main__":
    main()
