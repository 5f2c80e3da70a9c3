"""Waivers: how long one may last, on which days it holds, and what is wrong with one that is asked for.

Layer 4, governance. Pure. A waiver lets one finding of one rule stand until a day; it never changes the rule. How long
it may last at most is a dated setting of the definitions (national/waivers.yaml), for no law says it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from pydantic import Field, model_validator

from maidinh.infrastructure.definitions.definition import Form, LegalBasis
from maidinh.infrastructure.definitions.reading import read_form

FILE = "waivers.yaml"
ASKED, GRANTED, REFUSED, WITHDRAWN, ENDED = "asked", "granted", "refused", "withdrawn", "ended"
STATES = (ASKED, GRANTED, REFUSED, WITHDRAWN, ENDED)
LONGEST_TEXT = 4000
LONGEST_GROUND = 400


class WaiverTerm(Form):
    """How long waivers may last and when they are reminded of, from a day on."""

    valid_from: date
    valid_to: date | None = None
    longest_days: int = Field(ge=1)
    remind_days: int = Field(ge=1)
    legal_basis: tuple[LegalBasis, ...] = ()


class WaiverTerms(Form):
    """`national/waivers.yaml`: the terms of waivers, one after the other."""

    terms: list[WaiverTerm] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_line(self) -> WaiverTerms:
        ordered = sorted(self.terms, key=lambda term: term.valid_from)
        for before, after in pairwise(ordered):
            if before.valid_to is None or before.valid_to >= after.valid_from:
                raise ValueError(f"the terms from {before.valid_from} must end before {after.valid_from}")
        return self

    def on(self, day: date) -> WaiverTerm | None:
        """The terms of a day; None where there are none, and no waiver can be asked for."""
        held = [
            each for each in self.terms if each.valid_from <= day and (each.valid_to is None or day <= each.valid_to)
        ]
        return held[0] if held else None


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field of a waiver that is asked for; `says` is translated by who shows it."""

    field: str
    says: str


def N_(text: str) -> str:  # noqa: N802 - the name by which texts are collected for translation
    """A text for people, which the page translates."""
    return text


def read_waiver_terms(national_root: Path) -> WaiverTerms:
    """The terms of waivers as the definitions state them. Raises DefinitionError."""
    return read_form(national_root / FILE, WaiverTerms)


def holds(valid_from: date, valid_until: date, granted_on: date, ended_on: date | None, day: date) -> bool:
    """Whether a waiver holds on a day: not before it was granted, until its last day or the day it was withdrawn."""
    return max(valid_from, granted_on) <= day <= valid_until and (ended_on is None or day < ended_on)


def reminded_from(valid_until: date, term: WaiverTerm) -> date:
    """The day from which on its asker and its approver are told that it ends."""
    return valid_until - timedelta(days=term.remind_days)


def faults_of_texts(justification: str, legal_ground: str) -> Iterator[Fault]:
    """What is wrong with the reasons of a waiver that is asked for."""
    if not justification:
        yield Fault("justification", N_("Say why the finding must stand for now, and what is done about it."))
    elif len(justification) > LONGEST_TEXT:
        yield Fault("justification", N_("The reason is too long: write 4,000 characters or fewer."))
    if not legal_ground:
        yield Fault("legal_ground", N_("Name the article or the decision that the waiver rests on."))
    elif len(legal_ground) > LONGEST_GROUND:
        yield Fault("legal_ground", N_("The legal ground is too long: write 400 characters or fewer."))


def faults_of_days(valid_from: date, valid_until: date, *, today: date, term: WaiverTerm | None) -> Iterator[Fault]:
    """What is wrong with its days, by the terms of today."""
    if valid_from < today:
        yield Fault("valid_from", N_("A waiver does not begin in the past."))
    if valid_until <= valid_from:
        yield Fault("valid_until", N_("The last day must come after the first day."))
    elif term is None:
        yield Fault("valid_until", N_("The definitions say nothing of how long a waiver may last now."))
    elif (valid_until - valid_from).days > term.longest_days:
        yield Fault("valid_until", N_("That is longer than a waiver may last. Choose an earlier last day."))
