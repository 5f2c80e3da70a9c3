"""Cells and rows of a table, whatever file they came from; and how a text stands in a cell without becoming a formula.

Layer 7. A text stays a text: what begins with = + - @ is marked as text in a workbook and gets an apostrophe in CSV.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

CELL_LIMIT = 32_767  # characters; what a spreadsheet program keeps of one cell
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_ACTIVE = re.compile(r"'*[=+\-@\t\r]")
_QUOTED = re.compile(r"'+[=+\-@\t\r]")


class Cell(NamedTuple):
    """What a cell holds, as text. `formula`: the text is what some program computed for it, if anything."""

    text: str
    kind: Literal["text", "number", "date", "boolean", "error"] = "text"
    formula: bool = False


class Row(NamedTuple):
    """A row that holds something: its number from 1, and its cells by the number of their column from 1."""

    number: int
    cells: dict[int, Cell]

    def text(self, column: int) -> str:
        """What the cell in this column says; nothing when it's empty."""
        cell = self.cells.get(column)
        return cell.text if cell else ""


def column_letters(column: int) -> str:
    """The letters of a column: 1 is A, 27 is AA."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """The number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def begins_actively(text: str) -> bool:
    """Whether a spreadsheet program could take this text for a formula."""
    return bool(text) and text[0] in "=+-@\t\r"


def escaped(text: str) -> str:
    """The text as a workbook's XML can hold it: `_x000D_` for what XML can't, after ECMA-376 (ST_Xstring)."""
    return _UNSPEAKABLE.sub(lambda found: f"_x005F{found[0]}" if len(found[0]) > 1 else f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    """The inverse of `escaped`."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def fits(text: str) -> bool:
    """Whether a cell can hold the whole text."""
    return len(text) <= CELL_LIMIT and len(escaped(text)) <= CELL_LIMIT


def guarded(text: str) -> str:
    """The text as a CSV field that no spreadsheet program takes for a formula."""
    return f"'{text}" if _ACTIVE.match(text) else text


def unguarded(text: str) -> str:
    """The inverse of `guarded`."""
    return text[1:] if _QUOTED.match(text) else text
