"""An index of how well people are served, as its dated definition states it: groups, points, formulas, targets.

Layer 4, pure. Quyết định 766/QĐ-TTg. Points, targets and bands are data (national/measures/766/<version>.yaml), each
marked where nobody checked it. A figure that nothing records here may be named: its indicator is then not measured.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Literal

from pydantic import Field, model_validator

from maidinh.infrastructure.calendars.definition import Budget
from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Provenance, Text

Unit = Literal["percent", "working_hours", "times", "minutes", "fields"]
Identifier = r"^[a-z][a-z0-9-]*$"
FigureName = r"^[a-z][a-z_]*$"


class Indicator(Provenance):
    """One share of the index: `part` of `whole`; at `target` per cent it has its points, below it a part of them."""

    id: str = Field(pattern=Identifier)
    title: Text
    formula: Text
    points: int = Field(ge=1)
    part: str = Field(pattern=FigureName)
    whole: str = Field(pattern=FigureName)
    target: int = Field(ge=1, le=100)
    basis: LegalBasis


class Group(Provenance):
    """A group of the index and what it can earn; its indicators share the points."""

    id: str = Field(pattern=Identifier)
    title: Text
    points: int = Field(ge=1)
    indicators: list[Indicator] = Field(min_length=1)

    @model_validator(mode="after")
    def _shares_add_up(self) -> Group:
        if sum(each.points for each in self.indicators) != self.points:
            raise ValueError(f"the points of the indicators of {self.id} must add up to {self.points}")
        return self


class Band(Form):
    """The grade of an index from so many points on."""

    least: int = Field(ge=0, le=100, alias="from")
    title: Text


class Measure(Form):
    """A figure that stands beside the index: `part` for each of `whole`, in its unit."""

    id: str = Field(pattern=Identifier)
    title: Text
    formula: Text
    unit: Unit
    part: str = Field(pattern=FigureName)
    whole: str = Field(pattern=FigureName)


class IndexDefinition(Provenance):
    """One version of the index. `supplement_requests`: a dossier with more of them is overdue whatever its date."""

    id: str
    version: str
    valid_from: date
    valid_to: date | None = None
    title: Text
    legal_basis: list[LegalBasis] = Field(min_length=1)
    supplement_requests: int = Field(ge=0)
    published_within: Budget
    groups: list[Group] = Field(min_length=1)
    bands: list[Band] = Field(min_length=1)
    bands_checked: bool = True
    measures: list[Measure] = []

    @model_validator(mode="after")
    def _is_whole(self) -> IndexDefinition:
        if self.published_within.unit != "working_day":
            raise ValueError("`published_within` counts working days")
        ids = [each.id for group in self.groups for each in group.indicators] + [each.id for each in self.measures]
        if len(set(ids)) != len(ids):
            raise ValueError("two indicators or measures have the same id")
        least = [band.least for band in self.bands]
        if least != sorted(set(least), reverse=True) or least[-1] != 0:
            raise ValueError("the bands stand from the highest to the lowest, which begins at 0")
        return self

    @property
    def points(self) -> int:
        """What all groups can earn."""
        return sum(group.points for group in self.groups)

    def indicator(self, indicator_id: str) -> Indicator | None:
        """The indicator of this id."""
        found = (each for group in self.groups for each in group.indicators if each.id == indicator_id)
        return next(found, None)


def held_on(versions: list[IndexDefinition], day: date) -> IndexDefinition | None:
    """The version that holds on a day; None where there is none, and nothing is rated."""
    holding = (v for v in versions if v.valid_from <= day and (v.valid_to is None or day <= v.valid_to))
    return next(holding, None)


def overlapping(versions: list[IndexDefinition]) -> tuple[IndexDefinition, IndexDefinition] | None:
    """Two versions that hold on the same day."""
    for before, after in pairwise(sorted(versions, key=lambda each: each.valid_from)):
        if before.valid_to is None or before.valid_to >= after.valid_from:
            return before, after
    return None
