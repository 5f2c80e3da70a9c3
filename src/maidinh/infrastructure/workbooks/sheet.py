"""The rows of one sheet and the shared strings of a workbook, out of their XML as it streams by.

Layer 7.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from maidinh.infrastructure.workbooks.cells import column_number, unescaped
from maidinh.infrastructure.workbooks.problems import Place, TableRefused
from maidinh.infrastructure.workbooks.streaming import Attributes, Part

ROW_LIMIT, COLUMN_LIMIT = 200_000, 512  # rows that hold something; the last column
STRING_LIMIT, CHARACTER_LIMIT = 1_000_000, 32 * 1024 * 1024  # shared strings, and characters of all of them
CELL_COUNT_LIMIT = 3_000_000  # cells of a sheet that hold something
TEXT_LIMIT = 1024 * 1024  # characters of one cell
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")

RawCell = tuple[str, int, str, bool]  # kind, style, value, whether a formula stands there


class SheetRows:
    """A sheet while it is read."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, part: str, sheet: str) -> None:
        self.path, self.sheet = path, sheet
        self._part = Part(path, archive, part, self._started, self._ended, self._said)
        self._ready: list[tuple[int, dict[int, RawCell]]] = []
        self._row = self._column = self._count = self._held = 0
        self._cells: dict[int, RawCell] = {}
        self._inside = False
        self._kind, self._style, self._formula = "", 0, False
        self._texts: list[str] = []
        self._length = 0
        self._listening = self._phonetic = False

    def read(self) -> Iterator[tuple[int, dict[int, RawCell]]]:
        """The number and cells of every row that has cells. Raises TableRefused."""
        for _ in self._part.read():
            yield from self._ready
            self._ready.clear()

    def _started(self, name: str, attributes: Attributes) -> None:
        if name == "row":
            number = attributes.get("r", "")
            here = int(number) if number.isascii() and number.isdigit() and len(number) < 8 else self._row + 1
            if here <= self._row:
                raise self._refused(f"row {here} stands after it: the file is damaged")
            self._row, self._column, self._cells, self._inside = here, 0, {}, True
        elif not self._inside:
            return
        elif name == "c":
            self._open_cell(attributes)
        elif name == "f":
            self._formula = True
        elif name in ("v", "t"):
            self._listening = not self._phonetic
        elif name == "rPh":
            self._phonetic = True

    def _open_cell(self, attributes: Attributes) -> None:
        address = _ADDRESS.fullmatch(attributes.get("r", ""))
        self._column = column_number(address[1]) if address else self._column + 1
        if self._column > COLUMN_LIMIT:
            raise self._refused(f"goes beyond the {COLUMN_LIMIT} columns that are read")
        style = attributes.get("s", "0")
        self._kind = attributes.get("t", "n")
        self._style = int(style) if style.isascii() and style.isdigit() and len(style) < 8 else 0
        self._formula, self._texts, self._length = False, [], 0

    def _ended(self, name: str) -> None:
        if name in ("v", "t"):
            self._listening = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "c" and self._inside and (self._texts or self._formula):
            self._cells[self._column] = (self._kind, self._style, "".join(self._texts), self._formula)
        elif name == "row":
            self._inside, self._column = False, 0
            if self._cells:
                self._count += 1
                self._held += len(self._cells)
                if self._held > CELL_COUNT_LIMIT:
                    raise self._refused(
                        f"there are more than the {CELL_COUNT_LIMIT} cells that are read: split the file"
                    )
                if self._count > ROW_LIMIT:
                    raise self._refused(f"there are more than the {ROW_LIMIT} rows that are read: split the file")
                self._ready.append((self._row, self._cells))

    def _said(self, text: str) -> None:
        if self._listening:
            self._length += len(text)
            if self._length > TEXT_LIMIT:
                raise self._refused(f"holds a text of more than {TEXT_LIMIT} characters")
            self._texts.append(text)

    def _refused(self, text: str) -> TableRefused:
        return TableRefused(Place(self.path, text, self.sheet, self._row or None, self._column or None))


def shared_strings(path: Path, archive: zipfile.ZipFile, part: str) -> list[str]:
    """The texts that cells point to by number. Raises TableRefused."""
    found: list[str] = []
    pieces: list[str] = []
    state = {"listening": False, "phonetic": False, "length": 0}

    def started(name: str, _: Attributes) -> None:
        if name == "rPh":
            state["phonetic"] = True
        elif name == "t":
            state["listening"] = not state["phonetic"]

    def ended(name: str) -> None:
        if name == "t":
            state["listening"] = False
        elif name == "rPh":
            state["phonetic"] = False
        elif name == "si":
            found.append(unescaped("".join(pieces)))
            pieces.clear()
            if len(found) > STRING_LIMIT:
                raise TableRefused(Place(path, f"holds more than {STRING_LIMIT} texts: split it"))

    def said(text: str) -> None:
        if state["listening"]:
            state["length"] += len(text)
            if state["length"] > CHARACTER_LIMIT:
                raise TableRefused(Place(path, f"holds texts of more than {CHARACTER_LIMIT} characters: split it"))
            pieces.append(text)

    for _ in Part(path, archive, part, started, ended, said).read():
        pass
    return found
