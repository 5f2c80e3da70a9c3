"""A portfolio from a file: YAML, JSON and a workbook say the same; what is wrong is told at its cell."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from maidinh.governance.projects.sayings import ProjectUnreadable
from maidinh.governance.roadmap.checking import faults
from maidinh.governance.roadmap.reading import read_portfolio
from maidinh.governance.roadmap.sheets import SHEETS, places_in, read_sheets, write_sheets
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.definitions.reading import DefinitionError
from tests.governance.roadmap.small import PORTFOLIO

EXAMPLES = definitions_root() / "examples/roadmap"


def altered(sheet: str, cell: str, value: Any) -> bytes:
    """The small portfolio's workbook with one cell changed."""
    book = openpyxl.load_workbook(io.BytesIO(write_sheets(PORTFOLIO)))
    book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_workbook_gives_back_what_was_written(language: str) -> None:
    more = PORTFOLIO.model_copy(update={"previous": {"data-hub": 2027}})
    assert read_sheets(write_sheets(more, language)) == more


@pytest.mark.parametrize("name", ["feasible", "infeasible"])
def test_the_examples_say_the_same_in_every_form(name: str, tmp_path: Path) -> None:
    portfolio = read_portfolio(EXAMPLES / f"{name}.yaml")
    assert portfolio.sample
    assert faults(portfolio) == []
    (tmp_path / "one.xlsx").write_bytes(write_sheets(portfolio))
    (tmp_path / "one.json").write_text(json.dumps(portfolio.model_dump(mode="json"), ensure_ascii=False), "utf-8")
    assert read_portfolio(tmp_path / "one.xlsx") == portfolio
    assert read_portfolio(tmp_path / "one.json") == portfolio


def test_headings_are_vietnamese_and_hold_without_the_hidden_keys() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_sheets(PORTFOLIO)))
    assert [each.vi for each in SHEETS] == book.sheetnames[:-1]
    for sheet in SHEETS:
        book[sheet.vi].delete_rows(2)
    out = io.BytesIO()
    book.save(out)
    assert read_sheets(out.getvalue()) == PORTFOLIO


def test_money_in_a_workbook_can_be_added_up() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_sheets(PORTFOLIO)))
    for sheet, column in (("Ngân sách", "C"), ("Kinh phí", "E")):
        cells = [cell for cell in book[sheet][column][2:] if cell.value is not None]
        assert cells and all(isinstance(each.value, int) and each.number_format == "#,##0" for each in cells)


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "place", "says"),
    [
        ("Ngân sách", "C3", "nhiều", "Ngân sách, C3", "no whole number"),
        ("Ngân sách", "D3", "có thể", "Ngân sách, D3", "expected Có / Yes"),
        ("Dự án", "E4", None, "Dự án, E4", "is missing"),
        ("Dự án", "L3", "mai", "Dự án, L3", "no whole number"),
        ("Kinh phí", "A3", "khac", "Kinh phí, A3", "names khac"),
        ("Giai đoạn", "D3", "mai", "Giai đoạn, D3", "no day"),
        ("Chỉ tiêu", "A3", "p9", "Chỉ tiêu, A3", "names p9"),
        ("Ngân sách", "E1", "Ghi chú", "Ngân sách, E1", "no column of this sheet"),
    ],
)
def test_a_fault_names_sheet_column_and_row(sheet: str, cell: str, value: Any, place: str, says: str) -> None:
    with pytest.raises(ProjectUnreadable) as refused:
        read_sheets(altered(sheet, cell, value))
    (fault,) = refused.value.faults
    assert fault.place == place
    assert says in str(fault)


def test_amounts_are_read_as_officials_write_them() -> None:
    assert read_sheets(altered("Ngân sách", "C3", "1.250.000.000")).budgets[0].amount == 1_250_000_000
    assert read_sheets(altered("Dự án", "E3", "9,5")).demands[0].value == 9.5
    assert read_sheets(altered("Dự án", "O4", 2029)).demands[1].pinned == 2029
    assert read_sheets(altered("Dự án", "O4", "out")).demands[1].pinned == "out"


def test_the_places_of_fields_are_known() -> None:
    places = places_in(write_sheets(PORTFOLIO))
    assert places["demands", 0, "spend", 1, "amount"] == "Kinh phí, E4"
    assert places["budgets", 0, "amount"] == "Ngân sách, C3"


def test_what_is_no_workbook_of_a_roadmap() -> None:
    for data, says in ((b"PK", "too early"), (b"hello", "no .xlsx"), (_other(), "no sheet of a roadmap")):
        with pytest.raises(ProjectUnreadable, match=says):
            read_sheets(data)


def _other() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_example_of_the_reference_is_in_order(tmp_path: Path) -> None:
    page = (definitions_root().parent / "docs/reference/roadmap.md").read_text("utf-8")
    (tmp_path / "one.yaml").write_text(page.split("```yaml\n")[1].split("```")[0], "utf-8")
    assert faults(read_portfolio(tmp_path / "one.yaml")) == []


def test_yaml_that_is_no_portfolio_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("id: one\ntitle: {vi: Một}\nyears: [2027]\nbudget: []\n", "utf-8")
    with pytest.raises(DefinitionError, match=r"one\.yaml:4"):
        read_portfolio(tmp_path / "one.yaml")
