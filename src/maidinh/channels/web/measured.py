"""What a reader asked of the measures, and what the pages and files say about the answer.

Layer 2. The same words for the public's page and for the official's list of the dossiers behind a figure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.wording import language
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.services.measures.queries import Asked, Dimension, keys_measured, years_measured
from maidinh.services.procedures.queries import offered

DIMENSIONS: tuple[Dimension, ...] = ("agency", "procedure", "month")


@dataclass(frozen=True)
class Question:
    """What was asked, in a form that holds only what there can be; `names` are of agencies and procedures."""

    asked: Asked
    by: Dimension
    at: datetime
    years: list[int]
    agencies: dict[str, str] = field(default_factory=dict)
    procedures: dict[str, str] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day on which it was asked."""
        return timezone.localdate(self.at)

    @property
    def wanted(self) -> dict[str, str]:
        """As the form and the addresses have it."""
        asked = self.asked
        return {
            "year": str(asked.year), "agency": asked.agency, "procedure": asked.procedure,
            "month": str(asked.month) if asked.month else "", "by": self.by,
        }  # fmt: skip

    def query(self, **changed: str) -> str:
        """The question as the end of an address."""
        kept = {name: value for name, value in (self.wanted | changed).items() if value}
        return f"?{urlencode(kept)}"

    def named(self, dimension: Dimension, key: str) -> str:
        """An agency, procedure or month in words."""
        if dimension == "month":
            return month_in_words(key)
        return (self.agencies if dimension == "agency" else self.procedures).get(key, key)


def question_of(given: QueryDict, at: datetime) -> Question:
    """What was asked for; what there can't be narrows nothing."""
    today = timezone.localdate(at)
    years = years_measured(today)
    year = _number(given.get("year", ""), years) or today.year
    known = {each.code: each.procedure.short_name.in_language(language()) for each in offered()}
    asked = Asked(
        year=year,
        agency=given.get("agency", "")[:35],
        procedure=given.get("procedure", "")[:8],
        month=_number(given.get("month", ""), range(1, 13)) or 0,
    )
    by = next((each for each in DIMENSIONS if each == given.get("by")), DIMENSIONS[0])
    return Question(asked, by, at, years, agency_names(language()), known)


def choices_of(question: Question) -> dict[str, list[tuple[str, str]]]:
    """What each field of the form offers."""
    asked = question.asked
    agencies = {*keys_measured(asked, "agency"), asked.agency} - {""}
    procedures = {*question.procedures, *keys_measured(asked, "procedure"), asked.procedure} - {""}
    return {
        "years": [(str(year), str(year)) for year in question.years],
        "agencies": [("", _("All agencies")), *_named(agencies, question.agencies)],
        "procedures": [("", _("All procedures")), *_named(procedures, question.procedures)],
        "months": [
            ("", _("The whole year")),
            *((str(month), month_in_words(f"{asked.year}-{month:02d}")) for month in range(1, 13)),
        ],
        "ways": [("agency", _("Agency")), ("procedure", _("Procedure")), ("month", _("Month"))],
    }  # fmt: skip


def month_in_words(key: str) -> str:
    """`2026-03` as people write it."""
    year, _dash, month = key.partition("-")
    return _("Month %(month)s of %(year)s") % {"month": int(month), "year": year}


def why_in_words(why: str) -> str:
    """Why a figure has no value."""
    words = {
        "nothing": _("No data: there was nothing to count."),
        "unrecorded": _("No data: nothing records it here yet."),
    }
    return words[why]


def unit_in_words(unit: str) -> str:
    """What a measure is told in."""
    words = {
        "percent": "%",
        "working_hours": _("working hours"),
        "times": _("times"),
        "minutes": _("minutes"),
        "fields": _("fields"),
    }
    return words[unit]


def figure_in_words(figure: str) -> str:
    """Which dossiers a figure counts."""
    words = {
        "ended": _("Dossiers that ended"), "rated": _("Dossiers that ended"), "on_time": _("Dossiers on time"),
        "late": _("Overdue dossiers"), "supplemented": _("Dossiers asked for a supplement"),
        "rounds": _("Dossiers asked for a supplement"), "done": _("Dossiers done or returned"),
        "electronic": _("Dossiers with an electronic result"),
        "online_electronic": _("Dossiers online with an electronic result"),
        "timed": _("Dossiers done or returned after they were accepted"),
        "working_minutes": _("Dossiers done or returned after they were accepted"),
        "paid": _("Dossiers whose fee was paid"), "paid_online": _("Dossiers whose fee was paid online"),
        "received": _("Dossiers submitted"), "received_online": _("Dossiers filed online"),
        "papers_asked": _("Dossiers that need papers"),
        "papers_kept": _("Dossiers with every required paper as a file"),
        "papers_reusable": _("Dossiers for which a digitised paper was there"),
        "papers_reused": _("Dossiers that use a digitised paper again"),
        "filled": _("Dossiers filled in online"), "one_sitting": _("Dossiers filled in at one sign-in"),
    }  # fmt: skip
    return words[figure]


def _named(keys: set[str], names: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(((key, names.get(key, key)) for key in keys), key=lambda each: each[1])


def _number(typed: str, allowed: Any) -> int | None:
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else None
    return number if number in allowed else None
