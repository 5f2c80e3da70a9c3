"""Which working calendar holds on a day, from the definitions.

Layer 7. Definitions don't change while a process runs, so they are read once.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from maidinh.infrastructure.calendars.definition import WorkingCalendar
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.definitions.reading import read_all

FOLDER = "calendars"


def calendar_at(day: date, root: Path | None = None) -> WorkingCalendar:
    """The calendar in force on this day, the latest one where several are. LookupError when none is."""
    valid = [
        found
        for found in read_calendars(definitions_root(root) / "national")
        if found.valid_from <= day and (found.valid_to is None or day <= found.valid_to)
    ]
    if not valid:
        raise LookupError(f"no working calendar is in force on {day}")
    return max(valid, key=lambda found: found.valid_from)


@lru_cache(maxsize=8)
def read_calendars(national_root: Path) -> tuple[WorkingCalendar, ...]:
    """All working calendars; `national_root` is the folder `national` of the definitions. Raises DefinitionError."""
    return tuple(read_all(sorted((national_root / FOLDER).glob("*.yaml")), WorkingCalendar).values())
