"""Writing a data set as its workbook: into the ministry's file when there is one, else into a file of the same shape.

Layer 4, governance. In a template sheets, further columns and check formulas stay; columns are found by their heading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from maidinh.governance.nas.definition import DataField, DataSetStructure, DataSheet, HelpSheet
from maidinh.governance.nas.records import DataSet, Record, said
from maidinh.governance.nas.rules import counts
from maidinh.governance.nas.workbook import HEADING_ROWS, columns_of, is_below_headings, is_check, is_number, loosely
from maidinh.infrastructure.workbooks.cells import Row, column_letters, fits
from maidinh.infrastructure.workbooks.filling import Filling, filled_workbook
from maidinh.infrastructure.workbooks.problems import Place, TableRefused
from maidinh.infrastructure.workbooks.reading import Workbook
from maidinh.infrastructure.workbooks.writing import Choice, SheetPlan, workbook_bytes

FREE_ROWS = 200  # prepared below the last one
TITLES = ("Trang tính", "Tên trường", "Ý nghĩa", "Mức độ", "Điều kiện", "Giá trị", "Ví dụ", "Khóa")


@dataclass
class Written:
    """The file, and what the template had no column for (heading, and how many values)."""

    content: bytes
    left_out: dict[str, int] = field(default_factory=dict)


def write_data_set(structure: DataSetStructure, data: DataSet, template: Path | None = None) -> Written:
    """The workbook of a data set. Raises TableRefused for a text too long, or a sheet or column the template lacks."""
    _refuse_long_texts(structure, data)
    if template is not None:
        return _into_template(structure, data, template)
    return Written(workbook_bytes(_standard_sheets(structure, data)))


def _refuse_long_texts(structure: DataSetStructure, data: DataSet) -> None:
    problems = [
        Place(Path(), f"“{key}” of {record.says(sheet.fields[0].key)!r} is longer than a cell can hold", sheet.key)
        for sheet in structure.sheets
        for record in data.records.get(sheet.key, [])
        for key, text in {**record.values, **record.extra}.items()
        if not fits(text)
    ]
    if problems:
        raise TableRefused(*problems)


def _into_template(structure: DataSetStructure, data: DataSet, template: Path) -> Written:
    problems: list[Place] = []
    written = Written(b"")
    fillings: list[Filling] = []
    with Workbook(template) as workbook:
        names = {loosely(name): name for name in workbook.sheets}
        for sheet in structure.sheets:
            records = data.records.get(sheet.key, [])
            name = names.get(loosely(sheet.key))
            found = _headings_of(structure, sheet, workbook.rows(name)) if name else None
            if name is None or found is None:
                problems.append(Place(template, f"expected a sheet {sheet.key} with its headings", sheet.key))
                continue
            columns, further, first_row = found
            for each in sheet.fields:
                if each.key not in columns and any(record.says(each.key) for record in records):
                    problems.append(Place(template, f"expected a column “{each.vi}”", sheet.key))
            _note_left_out(written, sheet, records, further)
            numbers = next((column for text, column in further.items() if is_number(structure, text)), None)
            fillings.append(_filling(name, first_row, columns, further, records, numbers))
        history = next((each for each in structure.help_sheets if each.role == "history"), None)
        if data.history and history and loosely(history.key) in names:
            name = names[loosely(history.key)]
            fillings.extend(_history_filling(history, name, workbook.rows(name), data.history))
        elif data.history:
            written.left_out[history.key if history else ""] = len(data.history)
    if problems:
        raise TableRefused(*problems)
    written.content = filled_workbook(template, fillings)
    return written


def _headings_of(
    structure: DataSetStructure, sheet: DataSheet, rows: Iterator[Row]
) -> tuple[dict[str, int], dict[str, int], int] | None:
    """Columns of the fields, further columns by heading, and the row in which the data begin."""
    found: tuple[dict[str, int], dict[str, int]] | None = None
    first_row = 0
    for row in islice(rows, HEADING_ROWS):
        if found is None:
            columns = columns_of(sheet, row)
            if columns:
                others = {c: cell.text for c, cell in row.cells.items() if c not in columns.values()}
                further = {said(text): column for column, text in others.items() if not is_check(structure, text)}
                found, first_row = (columns, further), row.number + 1
        elif row.number == first_row and is_below_headings(structure, row):
            first_row += 1
        else:
            break
    return (*found, first_row) if found else None


def _filling(
    name: str,
    first_row: int,
    columns: dict[str, int],
    further: dict[str, int],
    records: list[Record],
    numbers: int | None,
) -> Filling:
    used = {heading for record in records for heading in record.extra if heading in further}
    rows = [
        {columns[key]: text for key, text in record.values.items() if key in columns}
        | {further[heading]: text for heading, text in record.extra.items() if heading in further}
        | ({numbers: str(n)} if numbers else {})
        for n, record in enumerate(records, 1)
    ]
    ours = [*columns.values(), *(further[each] for each in used), *([numbers] if numbers else [])]
    return Filling(name, first_row, ours, rows)


def _note_left_out(written: Written, sheet: DataSheet, records: list[Record], further: dict[str, int]) -> None:
    for record in records:
        for heading in record.extra:
            if heading not in further:
                key = f"{sheet.key}: {heading}"
                written.left_out[key] = written.left_out.get(key, 0) + 1


def _history_filling(
    history: HelpSheet, name: str, rows: Iterator[Row], entries: list[dict[str, str]]
) -> Iterator[Filling]:
    wanted = {loosely(each): each for each in history.fields}
    for row in islice(rows, HEADING_ROWS):
        columns = {wanted[loosely(c.text)]: n for n, c in row.cells.items() if loosely(c.text) in wanted}
        if len(columns) > 1:
            cells = [{columns[key]: text for key, text in each.items() if key in columns} for each in entries]
            yield Filling(name, row.number + 1, list(columns.values()), cells)
            return


def _standard_sheets(structure: DataSetStructure, data: DataSet) -> Iterator[SheetPlan]:
    lists = [(sheet, each) for sheet in structure.sheets for each in sheet.fields if each.values]
    places = {(sheet.key, each.key): n for n, (sheet, each) in enumerate(lists, 1)}
    helps = {each.role: each for each in structure.help_sheets}
    if "instructions" in helps:
        yield _instructions(structure, data, helps["instructions"])
    for sheet in structure.sheets:
        yield _data_sheet(structure, sheet, data.records.get(sheet.key, []), places, helps.get("values"))
    if "values" in helps:
        depth = max((len(each.values) for _, each in lists), default=0)
        yield SheetPlan(
            helps["values"].key,
            [[f"{sheet.key}: {each.vi}" for sheet, each in lists]],
            [[each.values[n] if n < len(each.values) else "" for _, each in lists] for n in range(depth)],
        )
    if "dictionary" in helps:
        yield _dictionary(structure, helps["dictionary"])
    if data.history and "history" in helps:
        fields = helps["history"].fields
        rows = [[each.get(name, "") for name in fields] for each in data.history]
        yield SheetPlan(helps["history"].key, [fields], rows)


def _data_sheet(
    structure: DataSetStructure,
    sheet: DataSheet,
    records: list[Record],
    places: dict[tuple[str, str], int],
    values: HelpSheet | None,
) -> SheetPlan:
    further = list(dict.fromkeys(heading for record in records for heading in record.extra))
    check_column = len(sheet.fields) + len(further) + 1
    rows = [
        [*(record.values.get(each.key, "") for each in sheet.fields), *(record.extra.get(name, "") for name in further)]
        for record in records
    ]
    chosen = {n: each for n, each in enumerate(sheet.fields, 1) if each.values and values is not None}
    return SheetPlan(
        sheet.key,
        [[*(each.vi for each in sheet.fields), *further, structure.check_heading]],
        rows,
        choices={
            n: Choice(values.key, places[sheet.key, each.key], len(each.values) + 1)
            for n, each in chosen.items()
            if values is not None
        },
        loose=frozenset(n for n, each in chosen.items() if each.open or each.multiple),
        formulas={check_column: _check_formula(structure, sheet, len(rows) + FREE_ROWS + 1)},
        rows_with_formulas=len(rows) + FREE_ROWS,
    )


def _check_formula(structure: DataSetStructure, sheet: DataSheet, last: int) -> str:
    """What the file checks by itself: fields that are always mandatory, repeated codes, references."""
    parts = []
    for n, each in enumerate(sheet.fields, 1):
        letters = column_letters(n)
        if each.level == "mandatory" and each.required_when is None:
            parts.append(f'IF({letters}{{row}}="","Thiếu: {each.vi}; ","")')
        if each.role == "code":
            parts.append(f'IF(COUNTIF(${letters}$2:${letters}${last},{letters}{{row}})>1,"Trùng: {each.vi}; ","")')
        if each.references and not each.multiple:
            target, column = _place_of(structure, each)
            missing = f"COUNTIF({target}!${column}:${column},{letters}{{row}})=0"
            parts.append(f'IF(AND({letters}{{row}}<>"",{missing}),"Không có: {each.vi}; ","")')
    whole = f"A{{row}}:{column_letters(len(sheet.fields))}{{row}}"
    return f'=IF(COUNTA({whole})=0,"",{"&".join(parts)})'


def _place_of(structure: DataSetStructure, data_field: DataField) -> tuple[str, str]:
    sheet, _, key = str(data_field.references).partition(".")
    fields = structure.by_key[sheet].fields
    return sheet, column_letters([each.key for each in fields].index(key) + 1)


def _instructions(structure: DataSetStructure, data: DataSet, sheet: HelpSheet) -> SheetPlan:
    found = counts(structure, data)
    names = {
        "objects": "Đối tượng", "relations": "Quan hệ", "mappings": "Ánh xạ", "gaps": "Nội dung cần hoàn thiện",
        "tasks": "Nhiệm vụ", "unknown": "Ô ghi “Chưa xác định”",
    }  # fmt: skip
    draft = "DỰ THẢO" if structure.draft else "Chính thức"
    rows = [
        ["Cấu trúc", f"{structure.id} ({draft}, {structure.dated:%d/%m/%Y})"],
        ["Nguồn", structure.source or ""],
        *([each.key, f"{each.vi}. {each.meaning.vi}"] for each in structure.sheets),
        *([each.vi, each.meaning.vi] for each in structure.placeholders),
        *([each.vi, each.meaning.vi] for each in structure.levels),
        *([f"Mã {each.prefix}x", each.meaning.vi] for each in structure.codes),
        *([names[key], str(number)] for key, number in found.items()),
    ]
    return SheetPlan(sheet.key, [[structure.name.vi, sheet.vi]], rows, widths={1: 30, 2: 110})


def _dictionary(structure: DataSetStructure, sheet: HelpSheet) -> SheetPlan:
    levels = {level.id: level.vi for level in structure.levels}
    rows = [
        [
            of.key, each.vi, each.meaning.vi, levels[each.level], each.condition.vi if each.condition else "",
            "; ".join(each.values), each.example or "", each.key,
        ]
        for of in structure.sheets
        for each in of.fields
    ]  # fmt: skip
    return SheetPlan(sheet.key, [TITLES], rows, widths={3: 60, 5: 40, 6: 60})
