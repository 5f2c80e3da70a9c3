"""A term as a file states it: start, limit, calendar, rules, and what happened to it.

Layer 4. A moment without a time zone is one of Việt Nam.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from maidinh.infrastructure.calendars.definition import LONGEST, Override
from maidinh.infrastructure.definitions.definition import Form, LegalBasis

DAY_ALONE = len("2026-11-20")

Kind = Literal["supplement_asked", "supplement_received", "suspended", "resumed", "extended", "calendar_changed"]
Unit = Literal["working_hour", "working_day", "calendar_day", "month"]


def _with_hour(value: Any) -> Any:
    alone = isinstance(value, date) and not isinstance(value, datetime)
    if alone or (isinstance(value, str) and len(value.strip()) <= DAY_ALONE) or isinstance(value, int | float):
        raise ValueError("a day without its hour: write day and hour, as 2026-11-20T15:00:00")
    return value


Moment = Annotated[datetime, BeforeValidator(_with_hour)]


class Event(Form):
    """One thing that happened to the term."""

    at: Moment
    kind: Kind
    note: str = ""
    article: str | LegalBasis | None = None
    amount: int | None = Field(default=None, ge=1, le=LONGEST)
    unit: Unit | None = None
    until: date | None = None
    calendar: str | None = None
    overrides: list[Override] = []


class Term(Form):
    """A term: when it starts, how long it is, by which calendar and rules, and its events in the order of time.

    `calendar` is the id of one of the definitions or a file beside this one; unset, the one in force at the start.
    `pack` names the rule pack, `as_of` a day whose pack holds; unset, the one in force at the start. `supplement` says
    what a supplement does where a special text differs from the pack.
    """

    start: Moment
    amount: int = Field(ge=0, le=LONGEST)
    unit: Unit
    cutoff: bool = True
    article: str | LegalBasis | None = None
    calendar: str | None = None
    pack: str | None = None
    as_of: date | None = None
    supplement: Literal["pause", "restart"] | None = None
    events: list[Event] = Field(default=[], max_length=1_000)
