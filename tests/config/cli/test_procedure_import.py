"""`maidinh procedure import`: a catalogue becomes definitions, or every wrong cell is told and none is made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from maidinh.config.cli.procedure import app
from maidinh.infrastructure.workbooks.separated import csv_bytes
from maidinh.infrastructure.workbooks.writing import SheetPlan, workbook_bytes
from maidinh.services.procedures.reading import read_procedures

HEADINGS = ["Mã", "Tên", "Lĩnh vực", "Cấp", "Thời hạn", "Đơn vị thời hạn", "Lệ phí", "Thành phần hồ sơ", "Kết quả"]
TITLE = ["DANH MỤC THỦ TỤC HÀNH CHÍNH (mẫu)"]
GOOD = [
    ["1.234567", "Cấp phép thử", "Xây dựng", "Cấp tỉnh", "15", "Ngày làm việc", "75.000 đồng",
     "Đơn\nBản vẽ", "Giấy phép"],
    ["2.345678", "Xác nhận thử", "Tư pháp", "xã", "1", "ngày", "Miễn phí", "Đơn; Giấy tờ", "Giấy xác nhận"],
]  # fmt: skip


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")


def run(place: Path, rows: list[list[str]], ending: str = ".xlsx") -> tuple[Result, dict[str, Any]]:
    file, to = place / f"danh-muc{ending}", place / "procedures"
    to.mkdir(exist_ok=True)
    whole = [TITLE, *rows]
    file.write_bytes(csv_bytes(whole) if ending == ".csv" else workbook_bytes([SheetPlan("Danh mục", [], whole)]))
    asked = ["import", str(file), "--to", str(to), "--effective-from", "2027-01-01", "--json"]
    told = CliRunner().invoke(app, asked)
    return told, json.loads(told.output) if told.exit_code in (0, 1) else {}


@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
def test_every_row_becomes_a_definition_that_holds_and_says_it_is_a_sample(tmp_path: Path, ending: str) -> None:
    told, found = run(tmp_path, [HEADINGS, *GOOD], ending)
    assert told.exit_code == 0, told.output
    assert len(found["written"]) == 2
    first, second = read_procedures(tmp_path)
    assert (first.code, first.field.vi, first.cases[0].time_limit.budget.amount) == ("1.234567", "Xây dựng", 15)
    assert (first.cases[0].time_limit.budget.unit, first.cases[0].fee.amount) == ("working_day", 75_000)
    assert [each.name.vi for each in first.papers] == ["Đơn", "Bản vẽ"]
    assert (second.cases[0].fee, second.cases[0].time_limit.budget.unit) == (None, "calendar_day")
    assert first.responsible != second.responsible, "each at an agency of its level"
    assert all(each.sample and not each.checked for each in (first, second))
    assert not list((tmp_path / "procedures").glob(".*")), "nothing is left beside"


def test_every_wrong_cell_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    wrong = ["1.23", "", "Xây dựng", "huyện", "mười", "tuần", "bảy lăm", "Đơn", "Giấy phép"]
    told, found = run(tmp_path, [HEADINGS, GOOD[0], wrong, GOOD[0]])
    assert told.exit_code == 1
    cells = {each["cell"]: each["field"] for each in found["faults"]}
    assert cells == {"A4": "code", "B4": "name", "D4": "level", "E4": "amount", "F4": "unit", "G4": "fee", "A5": "code"}
    assert "stands in row 3 already" in next(each["says"] for each in found["faults"] if each["cell"] == "A5")
    assert found["written"] == []
    assert not list((tmp_path / "procedures").iterdir())


def test_an_agency_is_named_by_its_code(tmp_path: Path) -> None:
    told, found = run(tmp_path, [[*HEADINGS, "Cơ quan"], [*GOOD[0], "Sở Văn hóa"]])
    assert told.exit_code == 1
    (fault,) = found["faults"]
    assert fault["field"] == "agency" and "not “Sở Văn hóa”" in fault["says"]


def test_a_heading_that_is_missing_is_named(tmp_path: Path) -> None:
    told, found = run(tmp_path, [HEADINGS[:4], GOOD[0][:4]])
    assert told.exit_code == 1
    assert {each["field"] for each in found["faults"]} == {"amount", "unit", "result"}
    assert "headed “Thời hạn”" in found["faults"][0]["says"]


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    run(tmp_path, [HEADINGS, GOOD[0]])
    told, found = run(tmp_path, [HEADINGS, *GOOD])
    assert (told.exit_code, found["written"]) == (1, [])
    assert not (tmp_path / "procedures" / "2.345678").exists(), "nothing is half imported"


def test_wrong_use_is_told(tmp_path: Path) -> None:
    gone = CliRunner().invoke(app, ["import", str(tmp_path / "x.xlsx"), "--to", str(tmp_path)])
    assert gone.exit_code == 2
    file = tmp_path / "x.csv"
    file.write_bytes(csv_bytes([HEADINGS]))
    assert CliRunner().invoke(app, ["import", str(file), "--to", str(tmp_path / "no")]).exit_code == 2
    wrong_day = ["import", str(file), "--to", str(tmp_path), "--effective-from", "soon"]
    assert CliRunner().invoke(app, wrong_day).exit_code == 2
