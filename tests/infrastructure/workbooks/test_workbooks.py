"""Workbooks written and read: to the letter, without formulas; those of other programs are read as they show them."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maidinh.infrastructure.workbooks.cells import Cell, fits
from maidinh.infrastructure.workbooks.reading import Workbook
from maidinh.infrastructure.workbooks.writing import Choice, SheetPlan, workbook_bytes

TEXTS = st.text(st.sampled_from("=+-@ \n\r\t'_x0041_\x01ậĐ<&>#REF!0") | st.characters(), max_size=20).filter(fits)


def read(content: bytes, folder: Path, sheet: str | None = None) -> list[tuple[int, list[str]]]:
    path = folder / "read.xlsx"
    path.write_bytes(content)
    with Workbook(path) as workbook:
        found = workbook.rows(sheet or workbook.sheets[0])
        return [(row.number, [row.text(n) for n in range(1, max(row.cells) + 1)]) for row in found]


@pytest.mark.slow
@given(rows=st.lists(st.lists(TEXTS, min_size=1, max_size=4), max_size=6))
def test_every_text_comes_back_to_the_letter(rows: list[list[str]], tmp_path_factory) -> None:
    content = workbook_bytes([SheetPlan("Bảng", [["a", "b"]], rows)])
    found = dict(read(content, tmp_path_factory.getbasetemp()))
    for number, row in enumerate(rows, 2):
        while row and not row[-1]:
            row.pop()
        assert found.get(number, []) == row


def test_what_begins_like_a_formula_stays_text_for_other_programs(tmp_path: Path) -> None:
    content = workbook_bytes([SheetPlan("A", [["h"]], [["=1+1"], ["@SUM(A1)"], ["-5"], ["#REF!"]])])
    cells = [row[0] for row in openpyxl.load_workbook(io.BytesIO(content))["A"].iter_rows(min_row=2)]
    assert [(cell.data_type, cell.value) for cell in cells] == [
        ("s", "=1+1"), ("s", "@SUM(A1)"), ("s", "-5"), ("s", "#REF!"),
    ]  # fmt: skip
    assert cells[0].quotePrefix


def test_the_same_sheets_give_the_same_bytes() -> None:
    plan = SheetPlan("A", [["h"]], [["x"]], hidden_rows=[1], formulas={2: '=IF(A{row}="","",1)'})
    assert workbook_bytes([plan]) == workbook_bytes([plan])


def test_lists_hidden_rows_and_formulas_stand_in_the_sheet() -> None:
    values = SheetPlan("Giá trị", [["loại"]], [["một"], ["hai"]], hidden=True)
    plan = SheetPlan(
        "A", [["Loại", "KIỂM TRA"], ["kind", ""]], [["một"]], hidden_rows=[2], choices={1: Choice("Giá trị", 1, 3)},
        formulas={2: '=IF(A{row}="","thiếu","")'}, rows_with_formulas=3,
    )  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes([plan, values])))
    sheet = book["A"]
    assert sheet.row_dimensions[2].hidden
    assert book["Giá trị"].sheet_state == "hidden"
    assert [sheet.cell(row, 2).value for row in (3, 5)] == ['=IF(A3="","thiếu","")', '=IF(A5="","thiếu","")']
    (validation,) = sheet.data_validations.dataValidation
    assert validation.formula1 == "'Giá trị'!$A$2:$A$3"
    assert "A3" in validation.sqref


def test_numbers_dates_and_truth_are_read_as_they_are_shown(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append([3, 2.5, True, date(2027, 1, 29), datetime(2027, 1, 29, 8, 30), None, "chữ", 1e20])
    book.active["A3"] = "=1+1"
    path = tmp_path / "kinds.xlsx"
    book.save(path)
    with Workbook(path) as workbook:
        first, third = workbook.rows(workbook.sheets[0])
    assert [cell.text for cell in first.cells.values()] == [
        "3", "2.5", "TRUE", "2027-01-29", "2027-01-29 08:30:00", "chữ", "1e+20",
    ]  # fmt: skip
    assert third.cells == {1: Cell("", "number" if third.cells[1].kind == "number" else "text", formula=True)}


def test_rows_and_sheets_are_found_wherever_they_stand(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["C5"] = "ở đây"
    book.create_sheet("Hai")["A1"] = "kia"
    path = tmp_path / "sparse.xlsx"
    book.save(path)
    with Workbook(path) as workbook:
        assert workbook.sheets == ["Sheet", "Hai"]
        (row,) = workbook.rows("Sheet")
        assert (row.number, row.cells) == (5, {3: Cell("ở đây")})
        assert [each.text(1) for each in workbook.rows("Hai")] == ["kia"]
