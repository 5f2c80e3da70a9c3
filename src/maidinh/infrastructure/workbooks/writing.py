"""Writing a workbook (.xlsx): sheets with headings, hidden rows, lists to choose from.

Every value is written as text, but for columns of sums: their whole numbers are numbers, which a person can add up.

Layer 7. The same sheets give the same bytes: no clock and no name of a machine gets into the file.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from maidinh.infrastructure.workbooks.cells import begins_actively, column_letters, escaped

EPOCH = (1980, 1, 1, 0, 0, 0)
CORE = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties xmlns:cp="http://schemas.openxmlformats'
    '.org/package/2006/metadata/core-properties"/>'
)
HEADING = Font(bold=True)
SHADE = PatternFill("solid", fgColor="E7ECF4")
WRAPPED = Alignment(wrap_text=True, vertical="top")
WIDTH = 22  # characters
EXACT = 15  # digits of a number that a workbook keeps


@dataclass(frozen=True)
class Choice:
    """The cells from which the cells of a column are chosen: a sheet's column from row 2 to its last value."""

    sheet: str
    column: int
    last_row: int

    @property
    def formula(self) -> str:
        """The cells as a formula names them."""
        letters = column_letters(self.column)
        return f"'{self.sheet}'!${letters}$2:${letters}${max(2, self.last_row)}"


@dataclass(frozen=True)
class SheetPlan:
    """A sheet to write. `formulas` fill a column in every row, with `{row}` for the row's number.

    `sums` are columns whose whole numbers are written as numbers.
    """

    name: str
    headings: Sequence[Sequence[str]]
    rows: Iterable[Sequence[str]] = ()
    hidden_rows: Sequence[int] = ()
    hidden: bool = False
    widths: Mapping[int, int] = field(default_factory=dict)
    choices: Mapping[int, Choice] = field(default_factory=dict)
    loose: frozenset[int] = frozenset()
    formulas: Mapping[int, str] = field(default_factory=dict)
    rows_with_formulas: int = 0
    sums: frozenset[int] = frozenset()


def workbook_bytes(sheets: Iterable[SheetPlan]) -> bytes:
    """The workbook as a file. ValueError when a text is too long for a cell."""
    book = Workbook(write_only=True)
    for plan in sheets:
        _write_sheet(book, plan)
    out = io.BytesIO()
    book.save(out)
    return _settled(out.getvalue())


def _write_sheet(book: Workbook, plan: SheetPlan) -> None:
    sheet = book.create_sheet(plan.name)
    columns = max((len(row) for row in plan.headings), default=1)
    for column in range(1, columns + 1):
        sheet.column_dimensions[column_letters(column)].width = plan.widths.get(column, WIDTH)
    sheet.freeze_panes = f"A{len(plan.headings) + 1}"
    for row in plan.hidden_rows:
        sheet.row_dimensions[row].hidden = True
    if plan.hidden:
        sheet.sheet_state = "hidden"
    for row_of_heading in plan.headings:
        sheet.append([_heading(sheet, text) for text in row_of_heading])
    last = len(plan.headings)
    for values in plan.rows:
        last += 1
        cells = enumerate(_with_formulas(plan, values, last), 1)
        sheet.append([_sum(sheet, text) if n in plan.sums else _cell(sheet, text) for n, text in cells])
    while last < len(plan.headings) + plan.rows_with_formulas:
        last += 1
        sheet.append([_cell(sheet, text) for text in _with_formulas(plan, (), last)])
    for column, choice in plan.choices.items():
        letters, first = column_letters(column), len(plan.headings) + 1
        validation = DataValidation("list", formula1=choice.formula, allow_blank=True)
        validation.showErrorMessage = column not in plan.loose
        validation.add(f"{letters}{first}:{letters}{max(last + 1_000, first + 2_000)}")
        sheet.data_validations.append(validation)


class _Formula(str):
    """A text that is meant to be computed."""


def _with_formulas(plan: SheetPlan, values: Sequence[str], row: int) -> list[str]:
    cells = list(values)
    for column, formula in plan.formulas.items():
        cells += [""] * (column - len(cells))
        cells[column - 1] = _Formula(formula.replace("{row}", str(row)))
    return cells


def _heading(sheet: Worksheet, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, escaped(text))
    cell.data_type = "s"
    cell.font, cell.fill, cell.alignment = HEADING, SHADE, WRAPPED
    return cell


def _sum(sheet: Worksheet, text: str) -> WriteOnlyCell | str | None:
    """A whole number as a number with its thousands apart; anything else as the text it is."""
    if not (text.isascii() and text.isdecimal() and len(text) <= EXACT):
        return _cell(sheet, text)
    cell = WriteOnlyCell(sheet, int(text))
    cell.number_format = "#,##0"
    return cell


def _cell(sheet: Worksheet, text: str) -> WriteOnlyCell | str | None:
    if not text:
        return None
    if isinstance(text, _Formula):
        return WriteOnlyCell(sheet, str(text))
    spoken = escaped(text)
    if len(spoken) > 32_767:
        raise ValueError(f"a cell can't hold a text of {len(text)} characters: {text[:40]!r}")
    if not begins_actively(text) and "\n" not in text and text[0] != "#":
        return spoken  # no style, no second meaning: written as the text it is, and much quicker
    cell = WriteOnlyCell(sheet, spoken)
    cell.data_type = "s"
    cell.alignment = WRAPPED
    if begins_actively(text):
        cell.quotePrefix = True
    return cell


def _settled(content: bytes) -> bytes:
    """The same archive without the moment at which it was written."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for part in source.infolist():
            text = CORE.encode() if part.filename == "docProps/core.xml" else source.read(part)
            entry = zipfile.ZipInfo(part.filename, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, text)
    return out.getvalue()
