"""Code lists of the nation: statuses, channels, forms, agency and ministry codes, document codes.

Layer 7. Read from `national/codes/<id>.yaml`. A list from memory says so; an official code is never made up.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import Field, model_validator

from maidinh.infrastructure.definitions.definition import Provenance, Text
from maidinh.infrastructure.definitions.reading import read_all, read_form

FOLDER = "codes"


class Code(Provenance):
    """One code of a list. `properties` hold what only this list has."""

    code: str
    name: Text
    properties: dict[str, str | int | bool] = Field(default_factory=dict)


class CodeList(Provenance):
    """A list of codes with the legal ground that it has, or that it is thought to have."""

    id: str
    name: Text
    legal: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    properties: dict[str, str | int | bool] = Field(default_factory=dict)
    codes: list[Code] = Field(min_length=1)

    @model_validator(mode="after")
    def _codes_are_unique(self) -> CodeList:
        codes = [item.code for item in self.codes]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"these codes stand more than once: {', '.join(twice)}")
        return self

    def named(self, code: str) -> Text | None:
        """What a code stands for; None when the list doesn't know it."""
        return next((item.name for item in self.codes if item.code == code), None)


def read_code_list(national_root: Path, list_id: str) -> CodeList:
    """One list, by its id. Raises DefinitionError."""
    return read_form(national_root / FOLDER / f"{list_id}.yaml", CodeList)


def read_code_lists(national_root: Path) -> dict[str, CodeList]:
    """All lists by id. Raises DefinitionError."""
    found = read_all(sorted((national_root / FOLDER).glob("*.yaml")), CodeList)
    return {content.id: content for content in found.values()}
