"""How long traffic is watched before something is told of it, as the definitions state it.

Layer 4, governance. Pure. Dated settings (national/observation.yaml), for no law names these lengths.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

from pydantic import Field, model_validator

from maidinh.infrastructure.definitions.definition import Form, LegalBasis
from maidinh.infrastructure.definitions.reading import read_form

FILE = "observation.yaml"


class ObservationTerm(Form):
    """From a day on: after how many days a connection is unused, what was seen is forgotten, an exception ends."""

    valid_from: date
    valid_to: date | None = None
    unused_after_days: int = Field(ge=1)
    kept_days: int = Field(ge=1)
    longest_exception_days: int = Field(ge=1)
    legal_basis: tuple[LegalBasis, ...] = ()
    checked: bool = True

    @model_validator(mode="after")
    def _kept_long_enough(self) -> ObservationTerm:
        if self.kept_days < self.unused_after_days:
            raise ValueError("what was seen must be kept at least as long as it takes to find a connection unused")
        return self


class ObservationTerms(Form):
    """`national/observation.yaml`: the terms of watching, one after the other."""

    terms: list[ObservationTerm] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_line(self) -> ObservationTerms:
        ordered = sorted(self.terms, key=lambda term: term.valid_from)
        for before, after in pairwise(ordered):
            if before.valid_to is None or before.valid_to >= after.valid_from:
                raise ValueError(f"the terms from {before.valid_from} must end before {after.valid_from}")
        return self

    def on(self, day: date) -> ObservationTerm | None:
        """The terms of a day; None where there are none, and nothing is found."""
        held = (
            each for each in self.terms if each.valid_from <= day and (each.valid_to is None or day <= each.valid_to)
        )
        return next(held, None)


def read_observation_terms(national_root: Path) -> ObservationTerms:
    """The terms of watching as the definitions state them. Raises DefinitionError."""
    return read_form(national_root / FILE, ObservationTerms)
