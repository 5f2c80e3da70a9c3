"""When a project is at risk, which reports are due when, and how long use is watched, as the definitions state it.

Layer 4, governance. Pure. Dated data (national/supervision.yaml): thresholds are settings of this project; the days of
reports come from Nghị định 224/2026/NĐ-CP article 68 as far as it was read.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Provenance, Text
from maidinh.infrastructure.definitions.reading import read_form

FILE = "supervision.yaml"


class Threshold(Form):
    """From which figure on a risk is medium, and from which on it is high."""

    medium: int = Field(ge=0)
    high: int = Field(ge=0)


class RiskTerms(Form):
    """The thresholds of each cause of risk. `exception_ends_days`: the fewer days are left, the higher the risk."""

    milestone_late_days: Threshold
    money_behind_percent: Threshold
    money_above_percent: Threshold
    contract_above_percent: Threshold
    condition_late_days: Threshold
    exception_ends_days: Threshold
    report_silent_days: Threshold
    drift_findings: Threshold

    @model_validator(mode="after")
    def _in_order(self) -> RiskTerms:
        for name in type(self).model_fields:
            each: Threshold = getattr(self, name)
            low, high = (each.high, each.medium) if name == "exception_ends_days" else (each.medium, each.high)
            if low > high:
                raise ValueError(f"`{name}`: medium and high stand the wrong way round")
        return self


class ReportTerm(Provenance):
    """A report that is due: `within_days` of the completion, or each year in `month` for the year before.

    `by` is who writes it: the owner, or who supervises. A yearly one is due for `years` years after the completion.
    """

    id: Literal["completion", "forwarding", "benefits", "evaluation"]
    title: Text
    by: Literal["owner", "supervisor"]
    within_days: int | None = Field(default=None, ge=1)
    month: int | None = Field(default=None, ge=1, le=12)
    years: int | None = Field(default=None, ge=1)
    basis: list[LegalBasis] = []

    @model_validator(mode="after")
    def _one_way(self) -> ReportTerm:
        if (self.within_days is None) == (self.month is None):
            raise ValueError("a report has either `within_days` or `month`")
        if (self.month is None) != (self.years is None):
            raise ValueError("`years` stands with `month`, and only there")
        return self


class SupervisionTerm(Form):
    """What holds from a day on. Figures are over `measured_days`; unused is what nobody called for so many days."""

    valid_from: date
    valid_to: date | None = None
    risk: RiskTerms
    reports: list[ReportTerm] = []
    measured_days: int = Field(ge=1)
    unused_after_days: int = Field(ge=1)
    legal_basis: list[LegalBasis] = []
    checked: bool = True

    @model_validator(mode="after")
    def _reports_once(self) -> SupervisionTerm:
        ids = [each.id for each in self.reports]
        if len(ids) != len(set(ids)):
            raise ValueError("each report stands once")
        return self


class SupervisionTerms(Form):
    """`national/supervision.yaml`: the terms of supervision, one after the other."""

    terms: list[SupervisionTerm] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_line(self) -> SupervisionTerms:
        ordered = sorted(self.terms, key=lambda term: term.valid_from)
        for before, after in pairwise(ordered):
            if before.valid_to is None or before.valid_to >= after.valid_from:
                raise ValueError(f"the terms from {before.valid_from} must end before {after.valid_from}")
        return self

    def on(self, day: date) -> SupervisionTerm | None:
        """The terms of a day; None where there are none, and nothing is rated."""
        held = (
            each for each in self.terms if each.valid_from <= day and (each.valid_to is None or day <= each.valid_to)
        )
        return next(held, None)


def read_supervision_terms(national_root: Path) -> SupervisionTerms:
    """The terms of supervision as the definitions state them. Raises DefinitionError."""
    return read_form(national_root / FILE, SupervisionTerms)
