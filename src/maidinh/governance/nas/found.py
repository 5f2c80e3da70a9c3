"""What one check of the data set found in one row, before it is put into the words of its rule.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from maidinh.governance.nas.conditions import Situation
from maidinh.governance.nas.definition import Check, DataField, DataSheet
from maidinh.governance.nas.records import Record
from maidinh.infrastructure.definitions.definition import Text

SHOWN = 80  # characters of a value that a message repeats


class Found(NamedTuple):
    """Sheet, row and field, and what the message speaks of."""

    sheet: DataSheet
    record: Record
    key: str | None
    found: str = ""
    expected: Text | None = None
    other: str = ""


def plain(text: str) -> Text:
    """A text that is the same in both languages, such as a value of the data set."""
    return Text(vi=text, en=text)


def short(text: str) -> str:
    """A value as a message can repeat it."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def rows_of(situation: Situation, check: Check) -> Iterator[tuple[DataSheet, Record]]:
    """The rows that a check looks at: those of its sheet, or of all, for which its condition holds."""
    for sheet in situation.structure.sheets:
        if check.sheet in (None, sheet.key):
            for record in situation.data.records.get(sheet.key, []):
                if check.when is None or situation.holds(check.when, sheet, record):
                    yield sheet, record


def field_of(sheet: DataSheet, key: str) -> DataField:
    """The field of a sheet that has this key."""
    return next(each for each in sheet.fields if each.key == key)
