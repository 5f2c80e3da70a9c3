"""The lines of an explanation in words, for whoever translates them: the command line and the pages say the same.

Layer 4, pure. `say` turns an English sentence into the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from maidinh.infrastructure.calendars.definition import Budget
from maidinh.services.clock.explanation import Line, LineKind
from maidinh.services.clock.ledger import N_, Fault

Say = Callable[[str], str]

WHAT: dict[LineKind, str] = {
    "start": N_("day %(count)s, the clock starts"),
    "not_counted": N_("not counted"),
    "counted": N_("day %(count)s"),
    "moved": N_("the term can't end on this day"),
    "granted": N_("day %(count)s, granted by the extension"),
    "ran_out": N_("the term ended at %(at)s, before the clock was stopped"),
    "stopped": N_("%(at)s: the clock stops, left: %(left)s"),
    "still_stopped": N_("%(at)s: the clock stands already, now for a second reason"),
    "goes_on": N_("%(at)s: the clock goes on, left: %(left)s"),
    "starts_again": N_("%(at)s: the whole term starts again: %(left)s"),
    "still_waits": N_("%(at)s: one reason has gone, the clock still stands for another"),
    "extended": N_("%(at)s: the term is extended to %(end)s"),
    "calendar_changed": N_(
        "%(at)s: the working calendar changed, the term is counted anew; until then it ended %(end)s"
    ),
    "limit_changed": N_(
        "%(at)s: a new version of the procedure sets another limit (%(left)s); until then the term ended %(end)s"
    ),
    "stands": N_("the clock stands since %(at)s, left: %(left)s"),
    "due": N_("due at %(at)s"),
}
IN_HOURS: dict[LineKind, str] = {
    "start": N_("%(at)s: the clock starts"),
    "counted": N_("counted, %(worked)s in all"),
    "granted": N_("granted by the extension"),
}
FIRST_AGAIN = N_("counted on from this day, which has no number of its own")
UNSETTLED = N_("The days off after %(day)s are not published yet, so the date may still change.")
WHY = {
    "after_cutoff": N_("received after the last moment that counts for the day"),
    "first_day": N_("the first day is not counted"),
    "day_off": N_("day off"),
    "weekend": N_("weekend"),
    "holiday": N_("holiday"),
    "override": N_("day off by a notice"),
}
ENTRIES = {
    "supplement_asked": N_("a supplement is asked for"),
    "supplement_received": N_("the supplement has come"),
    "suspended": N_("a step that is not counted begins"),
    "resumed": N_("the step that is not counted has ended"),
    "extended": N_("extension"),
    "calendar_changed": "",
    "limit_changed": "",
}
AMOUNTS = {
    "working_day": N_("working days: %(n)s"),
    "working_hour": N_("working hours: %(n)s"),
    "calendar_day": N_("days: %(n)s"),
    "month": N_("months: %(n)s"),
}


def amount(budget: Budget, say: Say) -> str:
    """A budget in words."""
    return say(AMOUNTS[budget.unit]) % {"n": budget.amount}


def line_in_words(line: Line, say: Say, language: str) -> str:
    """What became of the day and why, without the day itself and without the article."""
    in_hours = line.worked is not None or (line.kind in IN_HOURS and line.reason is None and line.count is None)
    in_hours = in_hours or (line.kind == "start" and line.at is not None)
    if line.kind == "start" and line.count and not in_hours:
        return say(FIRST_AGAIN)
    text = say(IN_HOURS[line.kind] if in_hours and line.kind in IN_HOURS else WHAT[line.kind]) % {
        "count": line.count,
        "at": clock_time(line.at, with_day=line.kind == "stands"),
        "left": amount(line.left, say) if line.left else "",
        "end": clock_time(line.end, with_day=True),
        "worked": _hours(line.worked),
    }
    return ", ".join(part for part in (text, *_reasons(line, say, language)) if part)


def fault_in_words(fault: Fault, say: Say) -> str:
    """What does not fit, and what to do."""
    return f"{say(fault.says) % fault.values} {say(fault.remedy) % fault.values}"


def unsettled_in_words(settled_until: date, say: Say) -> str:
    """That the end may still move."""
    return say(UNSETTLED) % {"day": f"{settled_until:%d/%m/%Y}"}


def clock_time(at: datetime | None, *, with_day: bool = False) -> str:
    """A moment as people write it: 17:00, or 17:00 08/12/2026; seconds only where there are any."""
    if at is None:
        return ""
    hour = f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
    return f"{hour} {at:%d/%m/%Y}" if with_day else hour


def _reasons(line: Line, say: Say, language: str) -> list[str]:
    if line.entry is not None:
        named = ENTRIES[line.entry.kind]
        return [say(named) if named and line.kind != "extended" else "", line.entry.note]
    if line.reason is None or line.kind == "granted":
        return []
    name = line.name.in_language(language) if line.name else ""
    return [f"{say(WHY[line.reason])}{f' ({name})' if name else ''}"]


def _hours(worked: timedelta | None) -> str:
    if worked is None:
        return ""
    minutes, seconds = divmod(int(worked.total_seconds()), 60)
    text = f"{minutes // 60}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text
