"""A data set as it was read or is to be written: rows by sheet, and what was found wrong in them.

Layer 4, governance. Pure. Texts are kept to the letter; they are compared by what they say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from maidinh.governance.nas.definition import DataField, DataSetStructure
from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.workbooks.cells import column_letters


def said(text: str) -> str:
    """What a text says, whichever way its letters are composed and its spaces set."""
    return " ".join(unicodedata.normalize("NFC", text).split())


@dataclass(frozen=True)
class Record:
    """A row of a sheet: its number, its values by the key of their field, and what stood in further columns."""

    row: int
    values: Mapping[str, str]
    extra: Mapping[str, str] = field(default_factory=dict)

    def says(self, key: str) -> str:
        """What stands in a field; nothing when it's empty."""
        return said(self.values.get(key, ""))


@dataclass(frozen=True)
class Finding:
    """Something that a quality rule, or the form of the file (`FORM`), finds; a hint is for people to judge."""

    rule: str
    sheet: str
    message: Text
    remedy: Text
    row: int | None = None
    field: str | None = None
    column: str | None = None
    hint: bool = False

    def __str__(self) -> str:
        return self.in_language("en")

    def in_language(self, language: str) -> str:
        """The finding as one line: place, rule, what is wrong, what to do."""
        cell = f"{self.column or ''}{self.row or ''}"
        place = "!".join(part for part in (self.sheet, cell) if part)
        told, remedy = self.message.in_language(language), self.remedy.in_language(language)
        return f"{place} [{self.rule}] {told}. → {remedy}."


@dataclass
class DataSet:
    """The rows of all sheets of one data set."""

    structure: str
    records: dict[str, list[Record]]
    columns: dict[str, dict[str, int]] = field(default_factory=dict)
    history: list[dict[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def facts(self) -> dict[str, list[tuple[tuple[str, str], ...]]]:
        """Everything that it says, for comparison: order of rows and empty fields are no facts."""
        return {
            sheet: sorted(
                tuple(sorted((k, v) for k, v in {**each.values, **each.extra}.items() if v)) for each in records
            )
            for sheet, records in self.records.items()
        } | {"": [tuple(sorted(each.items())) for each in self.history]}

    def letters(self, sheet: str, key: str) -> str | None:
        """The letters of the column in which a field stands, when it's known."""
        column = self.columns.get(sheet, {}).get(key)
        return column_letters(column) if column else None


def parts_of(structure: DataSetStructure, data_field: DataField, text: str) -> list[str]:
    """The values of a field one by one, where it may hold several: a line each, or between separators."""
    if not data_field.multiple:
        return [said(text)] if said(text) else []
    pattern = "|".join(["\\n", *(re.escape(each) for each in structure.separators)])
    return [part for each in re.split(pattern, text) if (part := said(each))]


def begins_with_placeholder(structure: DataSetStructure, text: str) -> str | None:
    """The id of the placeholder that a text is or begins with."""
    told = said(text)
    for each in structure.placeholders:
        rest = told[len(each.vi) :]
        if told.startswith(each.vi) and not rest[:1].isalnum():
            return each.id
    return None


def filled(records: list[Record], key: str) -> Iterator[Record]:
    """The rows in which a field is filled."""
    return (record for record in records if record.says(key))
