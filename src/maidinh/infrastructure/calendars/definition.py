"""The working calendar as its definition states it: office hours, days off, swapped days, conventions.

Layer 7. Labour Code 2019 article 112 for the days off; the yearly notices for swapped days.
"""

from __future__ import annotations

from datetime import date, time
from typing import Literal

from pydantic import Field

from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Provenance

LONGEST = 3_660  # of any unit that somebody writes down; a longer term is a slip of the pen
COUNTABLE = 120_000  # days in so many months; what is counted further would take for ever


class Budget(Form):
    """An amount of time that the law or a process gives."""

    amount: int = Field(ge=0, le=COUNTABLE)
    unit: Literal["working_hour", "working_day", "calendar_day", "month"]


class OfficeHours(Form):
    """One stretch of office hours on a working day."""

    opens: time
    closes: time


class Override(Provenance):
    """A day that the general rule gets wrong: off though a weekday, worked though a weekend, or with hours of its own.

    `hours` are those of a worked day that is shorter than others: what is due then is due when the offices close.
    """

    day: date
    working: bool
    hours: list[OfficeHours] = []


class Grounds(Form):
    """The articles that the general rule rests on, for whoever checks a counting."""

    holidays: LegalBasis
    weekends: LegalBasis
    office_hours: LegalBasis


class WorkingCalendar(Form):
    """What decides whether a day is worked, when a day of work starts and ends, and when it is too late for today.

    After `settled_until` the yearly notice is not published yet: days off there may still be swapped.
    """

    id: str
    valid_from: date
    valid_to: date | None = None
    country: Literal["VN"]
    timezone: Literal["Asia/Ho_Chi_Minh"] = "Asia/Ho_Chi_Minh"
    office_hours: list[OfficeHours] = Field(min_length=1)
    cutoff: time
    due_time: time
    overrides: list[Override] = []
    grounds: Grounds | None = None
    settled_until: date | None = None
    source: str | None = None
    checked: bool = True
