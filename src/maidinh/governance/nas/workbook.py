"""Reading a data set from its workbook: sheets and columns are found by name, wherever they stand.

Layer 4, governance. What was renamed, is missing or was computed instead of written is told as a finding of the form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from maidinh.governance.nas.definition import DataField, DataSetStructure, DataSheet
from maidinh.governance.nas.records import DataSet, Finding, Record, said
from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.workbooks.cells import Row, column_letters
from maidinh.infrastructure.workbooks.problems import Place, TableRefused
from maidinh.infrastructure.workbooks.reading import Workbook

HEADING_ROWS = 20  # among the first so many rows the headings stand
RECORD_LIMIT = 50_000  # rows of one sheet
FORM = "FORM"
_NUMBERING = re.compile(r"\(?\d+\)?")
_STAR = re.compile(r"\s*(\(\*\)|\*)\s*$")


def read_data_set(path: Path, structure: DataSetStructure) -> DataSet:
    """The data set of a workbook. Raises TableRefused when the file can't be read or none of the sheets is there."""
    with Workbook(path) as workbook:
        data = DataSet(structure.id, {})
        names = {loosely(name): name for name in workbook.sheets}
        known = [sheet for sheet in structure.sheets if loosely(sheet.key) in names]
        if not known:
            wanted = ", ".join(sheet.key for sheet in structure.sheets)
            there = ", ".join(workbook.sheets) or "none"
            raise TableRefused(Place(path, f"is no data set: expected the sheets {wanted} (found: {there})"))
        for sheet in structure.sheets:
            name = names.get(loosely(sheet.key))
            if name is None:
                data.records[sheet.key] = []
                data.findings.append(_missing_sheet(sheet))
                continue
            if name != sheet.key:
                data.findings.append(_renamed(sheet.key, None, name, sheet.key))
            _read_sheet(path, data, structure, sheet, workbook.rows(name))
        history = next((each for each in structure.help_sheets if each.role == "history"), None)
        if history is not None and loosely(history.key) in names:
            data.history = _history(history.fields, workbook.rows(names[loosely(history.key)]))
    return data


def loosely(text: str) -> str:
    """A heading or name without what people change by mistake: case, spaces, a star for mandatory."""
    return _STAR.sub("", said(text)).casefold().replace(" ", "")


def columns_of(sheet: DataSheet, row: Row) -> dict[str, int]:
    """Which column holds which field, if this row holds the headings; empty when it holds too few of them."""
    wanted = {loosely(each.vi): each.key for each in sheet.fields}
    found: dict[str, int] = {}
    for column, cell in row.cells.items():
        key = wanted.get(loosely(cell.text))
        if key is not None:
            found.setdefault(key, column)
    return found if len(found) >= max(2, len(sheet.fields) // 3) else {}


def is_below_headings(structure: DataSetStructure, row: Row) -> bool:
    """Whether a row right under the headings only numbers the columns or says how binding they are."""
    levels = {said(level.vi).casefold() for level in structure.levels}
    return all(
        _NUMBERING.fullmatch(said(cell.text)) or any(said(cell.text).casefold().startswith(level) for level in levels)
        for cell in row.cells.values()
    )


def _read_sheet(path: Path, data: DataSet, structure: DataSetStructure, sheet: DataSheet, rows: Iterator[Row]) -> None:
    first = list(islice(rows, HEADING_ROWS))
    at = next((n for n, row in enumerate(first) if columns_of(sheet, row)), None)
    records: list[Record] = []
    data.records[sheet.key] = records
    if at is None:
        data.findings.append(_no_headings(sheet))
        return
    heading = first[at]
    columns = columns_of(sheet, heading)
    data.columns[sheet.key] = columns
    fields = {each.key: each for each in sheet.fields}
    data.findings.extend(_heading_findings(sheet, heading, columns))
    further = {
        column: said(cell.text)
        for column, cell in heading.cells.items()
        if column not in columns.values() and not is_check(structure, cell.text) and not is_number(structure, cell.text)
    }
    below = True
    for row in chain(first[at + 1 :], rows):
        if below and is_below_headings(structure, row):
            continue
        below = False
        values = {key: row.text(column) for key, column in columns.items() if row.text(column)}
        for key, column in columns.items():
            data.findings.extend(_cell_findings(sheet, fields[key], row, column))
        extra = {name: row.text(column) for column, name in further.items() if row.text(column)}
        if values and len(records) == RECORD_LIMIT:
            text = f"there are more than the {RECORD_LIMIT} rows that a data set can have"
            raise TableRefused(Place(path, text, sheet.key, row.number))
        if values:
            records.append(Record(row.number, values, extra))


def is_check(structure: DataSetStructure, heading: str) -> bool:
    """Whether a column holds the results of the file's own checks."""
    return loosely(heading).startswith(loosely(structure.check_heading))


def is_number(structure: DataSetStructure, heading: str) -> bool:
    """Whether a column only numbers the rows."""
    return loosely(heading) in {loosely(each) for each in structure.number_headings}


def _history(fields: list[str], rows: Iterator[Row]) -> list[dict[str, str]]:
    wanted = {loosely(each): each for each in fields}
    columns: dict[int, str] = {}
    found = []
    for row in rows:
        if not columns:
            here = {column: wanted.get(loosely(cell.text)) for column, cell in row.cells.items()}
            columns = (
                {column: name for column, name in here.items() if name} if sum(map(bool, here.values())) > 1 else {}
            )
            continue
        told = {name: row.text(column) for column, name in columns.items() if row.text(column)}
        if told:
            found.append(told)
    return found


def _heading_findings(sheet: DataSheet, heading: Row, columns: dict[str, int]) -> Iterator[Finding]:
    for each in sheet.fields:
        column = columns.get(each.key)
        if column is None:
            yield Finding(
                FORM, sheet.key, Text(vi=f"Thiếu cột “{each.vi}”", en=f"The column “{each.vi}” is missing"),
                Text(vi="Thêm lại cột với đúng tên này; không đổi tên, không xóa cột của tệp chuẩn",
                     en="Add the column again under exactly this name; columns of the standard file stay"),
                heading.number, each.vi,
            )  # fmt: skip
        elif said(heading.text(column)) not in (each.vi, f"{each.vi} *", f"{each.vi} (*)"):
            yield _renamed(sheet.key, heading.number, heading.text(column), each.vi, column_letters(column))


def _cell_findings(sheet: DataSheet, data_field: DataField, row: Row, column: int) -> Iterator[Finding]:
    cell = row.cells.get(column)
    if cell is None or not (cell.formula or cell.kind == "error"):
        return
    if cell.kind == "error":
        message = Text(vi=f"{data_field.vi}: ô báo lỗi {cell.text}", en=f"{data_field.vi}: the cell shows {cell.text}")
    else:
        message = Text(vi=f"{data_field.vi}: ô chứa công thức", en=f"{data_field.vi}: the cell holds a formula")
    remedy = Text(
        vi="Thay bằng giá trị (Dán đặc biệt → Giá trị)", en="Put the value in its place (paste special → values)"
    )
    yield Finding(FORM, sheet.key, message, remedy, row.number, data_field.vi, column_letters(column))


def _missing_sheet(sheet: DataSheet) -> Finding:
    return Finding(
        FORM, sheet.key, Text(vi=f"Thiếu trang tính {sheet.key}", en=f"The sheet {sheet.key} is missing"),
        Text(vi="Thêm lại trang tính với đúng tên này", en="Add the sheet again under exactly this name"),
    )  # fmt: skip


def _no_headings(sheet: DataSheet) -> Finding:
    return Finding(
        FORM, sheet.key,
        Text(vi=f"Không thấy dòng tiêu đề trong {HEADING_ROWS} dòng đầu",
             en=f"No row of headings among the first {HEADING_ROWS} rows"),
        Text(vi="Dùng lại tiêu đề cột của tệp chuẩn", en="Use the headings of the standard file"),
    )  # fmt: skip


def _renamed(sheet: str, row: int | None, found: str, expected: str, column: str | None = None) -> Finding:
    return Finding(
        FORM, sheet, Text(vi=f"Tên “{found}” không đúng chuẩn", en=f"The name “{found}” is not the standard one"),
        Text(vi=f"Ghi đúng: “{expected}”", en=f"Write exactly “{expected}”"), row, None, column,
    )  # fmt: skip
