"""Reading a workbook (.xlsx): its sheets, and their rows one after the other, in bounded memory.

Layer 7. Formulas aren't evaluated and links aren't followed: of a formula only the value that stands beside it is read.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from types import TracebackType
from typing import Self
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from maidinh.infrastructure.workbooks.archive import open_archive
from maidinh.infrastructure.workbooks.cells import Cell, Row, unescaped
from maidinh.infrastructure.workbooks.problems import Place, TableRefused
from maidinh.infrastructure.workbooks.sheet import SheetRows, shared_strings

SMALL_PART_LIMIT = 8 * 1024 * 1024  # bytes of a part that is read as a whole


class Workbook:
    """An open workbook. Use it as a context: `with Workbook(path) as workbook`. Raises TableRefused throughout."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._archive = open_archive(path)
        try:
            self._main = self._main_part()
            self._related = self._relations_of(self._main)
            root = self._whole(self._main)
            self._parts = {
                str(sheet.get("name")): self._related[identifier][1]
                for sheet in root.iter()
                if _local(sheet) == "sheet" and (identifier := _relation_id(sheet)) in self._related
            }
            properties = next((each for each in root.iter() if _local(each) == "workbookPr"), None)
            old = properties is not None and properties.get("date1904") in ("1", "true")
            self._epoch = CALENDAR_MAC_1904 if old else CALENDAR_WINDOWS_1900
            self._strings: list[str] | None = None
            self._dates = self._date_styles()
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()

    @property
    def sheets(self) -> list[str]:
        """The names of its sheets, in order."""
        return list(self._parts)

    def part_of(self, sheet: str) -> str:
        """The name of the archive's part that holds a sheet."""
        return self._parts[sheet]

    def count_rows(self, sheet: str) -> int:
        """About how many rows a sheet has, without reading them."""
        count, rest = 0, b""
        with self._archive.open(self._parts[sheet]) as file:
            while chunk := file.read(1 << 20):
                count += (rest + chunk).count(b"<row ")
                rest = chunk[-4:]
        return count

    def rows(self, sheet: str) -> Iterator[Row]:
        """The rows of a sheet that hold something."""
        if self._strings is None:
            part = next((target for kind, target in self._related.values() if kind == "sharedStrings"), None)
            there = part is not None and part in self._archive.namelist()
            self._strings = shared_strings(self.path, self._archive, str(part)) if there else []
        reading = SheetRows(self.path, self._archive, self._parts[sheet], sheet)
        for number, raw in reading.read():
            cells = {column: self._cell(sheet, number, column, *each) for column, each in raw.items()}
            found = {column: cell for column, cell in cells.items() if cell.text or cell.formula}
            if found:
                yield Row(number, found)

    def _cell(self, sheet: str, row: int, column: int, kind: str, style: int, value: str, formula: bool) -> Cell:
        place = Place(self.path, "", sheet, row, column)
        if kind == "s":
            strings = self._strings or []
            if not (value.isascii() and value.isdigit() and int(value) < len(strings)):
                raise TableRefused(_saying(place, "points to a text that isn't there: the file is damaged"))
            return Cell(strings[int(value)], formula=formula)
        if kind in ("inlineStr", "str"):
            return Cell(unescaped(value), formula=formula)
        if kind == "b":
            return Cell("TRUE" if value.strip() == "1" else "FALSE", "boolean", formula)
        if kind == "e":
            return Cell(value, "error", formula)
        if kind == "d":
            return Cell(value.removesuffix("T00:00:00"), "date", formula)
        return self._number(place, style, value, formula)

    def _number(self, place: Place, style: int, value: str, formula: bool) -> Cell:
        if not value:
            return Cell("", formula=formula)
        try:
            number = float(value)
        except ValueError:
            raise TableRefused(_saying(place, f"says it holds a number but holds {value[:40]!r}")) from None
        if style in self._dates:
            try:
                return Cell(_date_text(from_excel(number, self._epoch)), "date", formula)
            except (OverflowError, ValueError):
                pass
        whole = number.is_integer() and abs(number) < 1e15
        return Cell(str(int(number)) if whole else repr(number), "number", formula)

    def _date_styles(self) -> frozenset[int]:
        """The numbers of the cell styles that show a number as a date."""
        part = next((target for kind, target in self._related.values() if kind == "styles"), None)
        if part is None or part not in self._archive.namelist():
            return frozenset()
        root = self._whole(part)
        own = {each.get("numFmtId"): each.get("formatCode") or "" for each in root.iter() if _local(each) == "numFmt"}
        styles = next((each for each in root.iter() if _local(each) == "cellXfs"), None)
        found = set()
        for n, style in enumerate(styles if styles is not None else []):
            number = style.get("numFmtId") or "0"
            code = own.get(number) or (BUILTIN_FORMATS.get(int(number), "") if number.isdigit() else "")
            if is_date_format(code):
                found.add(n)
        return frozenset(found)

    def _main_part(self) -> str:
        targets = [target for kind, target in self._relations_of("").values() if kind == "officeDocument"]
        if not targets or targets[0] not in self._archive.namelist():
            raise TableRefused(Place(self.path, "is no .xlsx workbook: it has no main part"))
        return targets[0]

    def _relations_of(self, part: str) -> dict[str, tuple[str, str]]:
        """Kind and target of each relation of a part, by its id. Targets outside of the file are left out."""
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations not in self._archive.namelist():
            return {}
        found = {}
        for each in self._whole(relations):
            if each.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, each.get("Target") or ""))
                found[str(each.get("Id"))] = (str(each.get("Type")).rpartition("/")[2], target.removeprefix("/"))
        return found

    def _whole(self, part: str) -> Element:
        """A small part as a tree."""
        try:
            if self._archive.getinfo(part).file_size > SMALL_PART_LIMIT:
                raise TableRefused(Place(self.path, f"part {part!r} is larger than {SMALL_PART_LIMIT} bytes"))
            root: Element = fromstring(self._archive.read(part), forbid_dtd=True)
            return root
        except DefusedXmlException:
            fault = f"part {part!r} declares a document type or entities, which no workbook needs: save it again"
        except (ParseError, KeyError, zipfile.BadZipFile, ValueError) as error:
            fault = f"part {part!r} is damaged ({error}): fetch or save the file again"
        raise TableRefused(Place(self.path, fault))


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _relation_id(sheet: Element) -> str:
    return next((value for key, value in sheet.attrib.items() if key.startswith("{") and key.endswith("}id")), "")


def _date_text(found: object) -> str:
    if isinstance(found, datetime):
        return found.date().isoformat() if found.time() == time() else found.isoformat(sep=" ", timespec="seconds")
    return str(found)


def _saying(place: Place, text: str) -> Place:
    return Place(place.file, text, place.sheet, place.row, place.column)
