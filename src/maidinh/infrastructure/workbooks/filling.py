"""Writing values into somebody else's workbook and leaving everything else in it as it is.

Layer 7. Only the cells of the columns given are written; formulas of other columns go on into the new rows, value
lists, formats and tables reach as far as the rows do, and the file is computed anew when a program opens it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from lxml import etree
from openpyxl.formula.translate import Translator

from maidinh.infrastructure.workbooks.cells import column_letters, column_number, escaped
from maidinh.infrastructure.workbooks.problems import Place, TableRefused
from maidinh.infrastructure.workbooks.reading import Workbook

CHAIN = "xl/calcChain.xml"
_ADDRESS = re.compile(r"([A-Z]+)([0-9]+)")
_RANGE = re.compile(r"\$?([A-Z]+)\$?([0-9]+)(?::\$?([A-Z]+)\$?([0-9]+))?")
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True)
class Filling:
    """The rows to write into a sheet from `first_row` on; `columns` are all that are ours, also where one is empty."""

    sheet: str
    first_row: int
    columns: Sequence[int]
    rows: Sequence[Mapping[int, str]]


def filled_workbook(path: Path, fillings: Sequence[Filling]) -> bytes:
    """The workbook with the fillings in it. Raises TableRefused."""
    with Workbook(path) as workbook:
        parts = {workbook.part_of(each.sheet): each for each in fillings}
        for each in fillings:
            for _ in workbook.rows(each.sheet):
                pass  # refuses what no tree may be made of
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        tables = {table: filling for part, filling in parts.items() for table in _related(path, source, part, "table")}
        for entry in source.infolist():
            content = source.read(entry)
            name = entry.filename
            if name == CHAIN:
                continue
            if name in parts:
                content = _filled_sheet(_tree(path, name, content), parts[name])
            elif name in tables:
                content = _longer_table(_tree(path, name, content), tables[name])
            elif name == "xl/workbook.xml":
                content = _computed_anew(_tree(path, name, content))
            elif name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
                content = _without_chain(_tree(path, name, content))
            target.writestr(entry, content)
    return out.getvalue()


def _tree(path: Path, name: str, content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise TableRefused(Place(path, f"part {name!r} is broken: {error}")) from None
    if root.getroottree().docinfo.doctype:
        raise TableRefused(Place(path, f"part {name!r} declares a document type, which no workbook needs"))
    return root


def _bytes(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _related(path: Path, source: zipfile.ZipFile, part: str, kind: str) -> list[str]:
    folder, _, name = part.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in source.namelist():
        return []
    found = []
    for each in _tree(path, relations, source.read(relations)):
        if str(each.get("Type")).endswith(f"/{kind}") and each.get("TargetMode") != "External":
            target = str(each.get("Target"))
            found.append(target[1:] if target.startswith("/") else f"xl/{target.removeprefix('../')}")
    return found


class _Sheet:
    """The tree of a sheet, with its rows and cells by number."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.namespace = f"{{{etree.QName(root).namespace}}}"
        data = root.find(f"{self.namespace}sheetData")
        self.data = data if data is not None else etree.SubElement(root, f"{self.namespace}sheetData")
        self.rows: dict[int, etree._Element] = {}
        at = 0
        for row in self.data.iterchildren(f"{self.namespace}row"):
            at = int(row.get("r") or at + 1)
            row.set("r", str(at))
            self.rows[at] = row
        self.last = at
        self.masters = {
            str(formula.get("si")): formula
            for formula in self.data.iter(f"{self.namespace}f")
            if formula.get("t") == "shared" and formula.text
        }

    def row(self, number: int, like: etree._Element | None) -> etree._Element:
        """The row with this number, made after the example of another where it isn't there."""
        if number not in self.rows:
            row = etree.Element(f"{self.namespace}row", {} if like is None else dict(like.attrib))
            row.set("r", str(number))
            if number > self.last:
                self.data.append(row)
                self.last = number
            else:
                self.rows[min(each for each in self.rows if each > number)].addprevious(row)
            self.rows[number] = row
        return self.rows[number]

    def cells(self, row: etree._Element) -> dict[int, etree._Element]:
        """The cells of a row by the number of their column."""
        found, at = {}, 0
        for cell in row.iterchildren(f"{self.namespace}c"):
            address = _ADDRESS.fullmatch(cell.get("r") or "")
            at = column_number(address[1]) if address else at + 1
            cell.set("r", f"{column_letters(at)}{row.get('r')}")
            found[at] = cell
        return found

    def formula_of(self, cell: etree._Element) -> str | None:
        """The formula of a cell as text, for another place to begin from; None when it has none."""
        formula = cell.find(f"{self.namespace}f")
        if formula is None:
            return None
        if formula.text:
            return f"={formula.text}"
        master = self.masters.get(str(formula.get("si")))
        if master is None or not master.text:
            return None
        origin = str(master.getparent().get("r"))
        return str(Translator(f"={master.text}", origin=origin).translate_formula(str(cell.get("r"))))

    def insert(self, row: etree._Element, cells: dict[int, etree._Element], column: int, cell: etree._Element) -> None:
        """Put a new cell into its place in a row, and among the cells of it."""
        cell.set("r", f"{column_letters(column)}{row.get('r')}")
        later = min((at for at in cells if at > column), default=None)
        if later is not None:
            cells[later].addprevious(cell)
        else:
            row.append(cell)
        cells[column] = cell


def _filled_sheet(root: etree._Element, filling: Filling) -> bytes:
    sheet = _Sheet(root)
    example = sheet.rows.get(filling.first_row)
    like = {} if example is None else {at: deepcopy(cell) for at, cell in sheet.cells(example).items()}
    going_on = {at: formula for at, cell in like.items() if (formula := sheet.formula_of(cell))} if like else {}
    last = filling.first_row + len(filling.rows) - 1
    for number, values in enumerate(filling.rows, filling.first_row):
        row = sheet.row(number, example)
        row.attrib.pop("spans", None)
        cells = sheet.cells(row)
        for column in filling.columns:
            _write(sheet, row, cells, column, values.get(column, ""), like.get(column))
        for column, formula in going_on.items():
            if column not in filling.columns and column not in cells:
                _go_on(sheet, row, cells, column, formula, like[column])
    for number, row in sheet.rows.items():
        if number > last and number >= filling.first_row:
            cells = sheet.cells(row)
            for column in set(filling.columns) & cells.keys():
                _write(sheet, row, cells, column, "", None)
    for formula in sheet.data.iter(f"{sheet.namespace}f"):
        for value in formula.getparent().findall(f"{sheet.namespace}v"):
            formula.getparent().remove(value)
    _reach(sheet, filling, last)
    return _bytes(root)


def _write(
    sheet: _Sheet,
    row: etree._Element,
    cells: dict[int, etree._Element],
    column: int,
    text: str,
    like: etree._Element | None,
) -> None:
    cell = cells.get(column)
    if cell is None:
        if not text:
            return
        cell = etree.Element(f"{sheet.namespace}c")
        if like is not None and like.get("s"):
            cell.set("s", str(like.get("s")))
        sheet.insert(row, cells, column, cell)
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", None)
    if text:
        cell.set("t", "inlineStr")
        inline = etree.SubElement(etree.SubElement(cell, f"{sheet.namespace}is"), f"{sheet.namespace}t")
        inline.text = escaped(text)
        inline.set(XML_SPACE, "preserve")


def _go_on(
    sheet: _Sheet,
    row: etree._Element,
    cells: dict[int, etree._Element],
    column: int,
    formula: str,
    like: etree._Element,
) -> None:
    """The formula that stands in this column of the first row, in a row that hasn't got it."""
    cell = etree.Element(f"{sheet.namespace}c")
    if like.get("s"):
        cell.set("s", str(like.get("s")))
    sheet.insert(row, cells, column, cell)
    here = Translator(formula, origin=str(like.get("r"))).translate_formula(str(cell.get("r")))
    etree.SubElement(cell, f"{sheet.namespace}f").text = str(here)[1:]


def _reach(sheet: _Sheet, filling: Filling, last: int) -> None:
    """Let value lists, formats and the filter reach the last row; say how large the sheet is."""
    for element in sheet.root.iter():
        if not isinstance(element.tag, str):
            continue
        name = etree.QName(element).localname
        if name in ("dataValidation", "conditionalFormatting") and element.get("sqref"):
            element.set("sqref", _longer(str(element.get("sqref")), filling.first_row, last))
        elif name == "sqref" and element.text:
            element.text = _longer(element.text, filling.first_row, last)
        elif name == "autoFilter" and element.get("ref"):
            element.set("ref", _longer(str(element.get("ref")), filling.first_row, last))
        elif name == "dimension" and element.get("ref"):
            found = _RANGE.fullmatch(str(element.get("ref")))
            right = max([*filling.columns, column_number(found[3] or found[1]) if found else 1])
            bottom = max([last, int(found[4] or found[2]) if found else 1])
            element.set("ref", f"A1:{column_letters(right)}{bottom}")


def _longer(ranges: str, first: int, last: int) -> str:
    """Ranges that hold the first row, stretched to the last one where they end before it."""

    def stretched(found: re.Match[str]) -> str:
        right, bottom = found[3] or found[1], int(found[4] or found[2])
        if int(found[2]) <= first <= bottom + 1 and bottom < last:
            return f"{found[1]}{found[2]}:{right}{last}"
        return found[0]

    return " ".join(_RANGE.sub(stretched, each) for each in ranges.split())


def _longer_table(root: etree._Element, filling: Filling) -> bytes:
    last = filling.first_row + len(filling.rows) - 1
    for element in root.iter():
        if isinstance(element.tag, str) and element.get("ref"):
            element.set("ref", _longer(str(element.get("ref")), filling.first_row, last))
    return _bytes(root)


def _computed_anew(root: etree._Element) -> bytes:
    namespace = f"{{{etree.QName(root).namespace}}}"
    settings = root.find(f"{namespace}calcPr")
    if settings is None:
        settings = etree.Element(f"{namespace}calcPr")
        before = root.find(f"{namespace}definedNames")
        if before is None:
            before = root.find(f"{namespace}sheets")
        if before is not None:
            before.addnext(settings)
        else:
            root.append(settings)
    settings.set("fullCalcOnLoad", "1")
    return _bytes(root)


def _without_chain(root: etree._Element) -> bytes:
    for each in list(root):
        if str(each.get("PartName") or each.get("Target") or "").endswith("calcChain.xml"):
            root.remove(each)
    return _bytes(root)
