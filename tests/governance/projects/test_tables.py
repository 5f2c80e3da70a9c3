"""A project as a workbook: it comes back as it was, officials may write as they do, faults name sheet and cell."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from maidinh.governance.projects.content import content_of
from maidinh.governance.projects.faults import ProjectUnreadable
from maidinh.governance.projects.tables import place_near, places_in, read_table, write_project
from tests.governance.projects.written import content, project

pytestmark = pytest.mark.slow

Edit = Callable[[Any], None]


def edited(edit: Edit, language: str = "vi") -> bytes:
    book = openpyxl.load_workbook(BytesIO(write_project(project(), language)))
    edit(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def cell(sheet: str, address: str, value: Any) -> Edit:
    return lambda book: book[sheet].__setitem__(address, value)


def told(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(ProjectUnreadable) as error:
        read_table(data)
    return [(each.place, each.says % each.values) for each in error.value.faults]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_it_comes_back_as_it_was(language: str) -> None:
    data = write_project(project(), language)
    assert read_table(data) == project()
    assert write_project(project(), language) == data


def test_texts_that_look_like_something_else_stay_texts() -> None:
    values = {
        "a": "12", "b": "true", "c": "null", "d": "[1]", "e": '"', "f": "=1+1", "g": "NaN", "h": " spaced ", "i": "",
        "j": "một\nhai", "k": "00123", "l": "1e3", "m": "'quoted", "n": "2027-01-01",
    }  # fmt: skip
    others: dict[str, Any] = {"o": 12, "p": True, "q": None, "r": [1, "x", {"y": None}], "s": 1.5, "t": {}}
    sent = project(
        changes=[
            {"action": "change", "section": "elements", "item": "other", "set": values | others},
            {"action": "add", "section": "elements", "item": "x",
             "value": {"id": "x", "a.b": {"c\\d": values | others, "empty": {}}, "z": []}},
            {"action": "add", "section": "elements", "item": "bare", "value": {"id": "bare"}},
        ]
    )  # fmt: skip
    assert read_table(write_project(sent)) == sent


def test_a_project_with_almost_nothing() -> None:
    text = {"vi": "Một"}
    bare = {
        "id": "one-1", "title": text, "summary": text, "owner": "tt", "kind": "purchase", "began_on": "2026-01-01",
        "architecture": "1.0", "total": 0,
    }  # fmt: skip
    sent = type(project()).model_validate(bare)
    assert read_table(write_project(sent)) == sent


def test_officials_read_vietnamese() -> None:
    book = openpyxl.load_workbook(BytesIO(write_project(project())))
    assert book.sheetnames == [
        "Thông tin chung", "Thay đổi", "Kinh phí", "Tiến độ", "Hiệu quả", "Đào tạo", "Dùng chung", "Giải trình",
        "Giấy tờ", "Hướng dẫn",
    ]  # fmt: skip
    changes = book["Thay đổi"]
    assert [each.value for each in changes[1]][:5] == ["Việc", "Loại", "Mã", "Thông tin", "Giá trị"]
    assert changes.row_dimensions[2].hidden
    rows = [[each.value for each in row][:5] for row in changes.iter_rows(min_row=3)]
    assert ["Thêm", "Thành phần", "petitions", "name.vi", "Đơn thư"] in rows
    assert ["Sửa", "Thành phần", "other", "zone", "dmz"] in rows
    assert ["Dừng sử dụng", "Quan hệ", "s1", None, None] in rows
    assert [each.value for each in book["Tiến độ"][3]][3:5] == ["01/07/2026", "31/12/2026"]
    notes = {each.value for row in book["Hướng dẫn"].iter_rows() for each in row}
    assert {"Dừng sử dụng", "Xây dựng riêng", "Dự án đầu tư", "Đồng, số nguyên."} <= notes


@pytest.mark.parametrize(
    ("edit", "part", "value"),
    [
        (cell("Kinh phí", "D3", "500.000.000"), ("costs", 0, "amount"), 500_000_000),
        (cell("Kinh phí", "D3", 500000000), ("costs", 0, "amount"), 500_000_000),
        (cell("Kinh phí", "C3", "vận HÀNH"), ("costs", 0, "kind"), "run"),
        (cell("Kinh phí", "C3", "run"), ("costs", 0, "kind"), "run"),
        (cell("Hiệu quả", "F3", "1.250"), ("benefits", 0, "baseline"), 1250),
        (cell("Hiệu quả", "F3", "0.125"), ("benefits", 0, "baseline"), 0.125),
        (cell("Hiệu quả", "F3", "-7,5"), ("benefits", 0, "baseline"), -7.5),
        (cell("Hiệu quả", "H3", "1/2/2028"), ("benefits", 0, "by"), "2028-02-01"),
        (cell("Giải trình", "D3", "Không"), ("statements", 0, "not_applicable"), None),
        (cell("Thay đổi", "E3", True), ("changes", 0, "value", "kind"), True),
    ],
)
def test_what_officials_write_is_understood(edit: Edit, part: tuple[Any, ...], value: Any) -> None:
    found: Any = content_of(read_table(edited(edit)))
    for step in part[:-1]:
        found = found[step]
    assert (found.get(part[-1]) if isinstance(found, dict) else found[part[-1]]) == value


def test_a_day_of_the_spreadsheet_is_a_day() -> None:
    from datetime import datetime

    data = edited(cell("Tiến độ", "E5", datetime(2027, 12, 30)))
    assert read_table(data).schedule[2].ends.isoformat() == "2027-12-30"


def test_columns_may_stand_in_another_order_and_the_hidden_row_be_gone() -> None:
    def turned(book: Any) -> None:
        sheet = book["Kinh phí"]
        rows = [[each.value for each in row][::-1] for row in sheet.iter_rows()]
        sheet.delete_rows(1, sheet.max_row)
        for row in (rows[0], *rows[2:]):
            sheet.append(row)

    assert read_table(edited(turned)) == project()


@pytest.mark.parametrize(
    ("edit", "place", "says"),
    [
        (cell("Kinh phí", "D4", "nhiều"), "Kinh phí, D4", "is nhiều, which is no whole number."),
        (cell("Kinh phí", "C4", "tặng"), "Kinh phí, C4", "is tặng; expected Xây dựng / Build, Vận hành / Run."),
        (cell("Kinh phí", "A4", None), "Kinh phí, A4", "is missing."),
        (cell("Tiến độ", "E3", "31/02/2026"), "Tiến độ, E3", "is 2026-02-31, which is no day."),
        (cell("Tiến độ", "A3", "Mã số 1"), "Tiến độ, A3", "is Mã số 1, which has letters"),
        (cell("Thông tin chung", "B3", None), "Thông tin chung, B3", "is missing."),
        (cell("Thông tin chung", "B15", "một tỷ"), "Thông tin chung, B15", "is một tỷ, which is no whole number."),
        (
            lambda book: book["Thông tin chung"].append(["Màu", "đỏ"]),
            "Thông tin chung, A26",
            "is no line of this sheet.",
        ),
        (cell("Thay đổi", "A3", "Xóa"), "Thay đổi, A3", "is Xóa; expected Thêm / Add"),
        (cell("Kinh phí", "F1", "Thêm cột"), "Kinh phí, F1", "Thêm cột is no column of this sheet."),
        (cell("Kinh phí", "D4", "#REF!"), "Kinh phí, D4", "#REF! is an error of the spreadsheet."),
        (lambda book: book.create_sheet("Bảng tính"), "Bảng tính", "is no sheet of a project."),
        (lambda book: book.remove(book["Thông tin chung"]), "Thông tin chung / General", "is missing."),
    ],
)
def test_faults_name_sheet_and_cell(edit: Edit, place: str, says: str) -> None:
    found = told(edited(edit))
    assert place in [each[0] for each in found]
    assert any(each[1].startswith(says) for each in found if each[0] == place)


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (cell("Kinh phí", "D4", ".".join(["1", *["000"] * 2_000])), "is no whole number"),
        (cell("Hiệu quả", "F3", "1e999"), "is no number"),
        (cell("Thay đổi", "E5", "[" * 900 + "]" * 900), "nested more than"),
    ],
)
def test_what_nothing_can_hold_is_refused(edit: Edit, says: str) -> None:
    assert says in told(edited(edit))[0][1]


def test_a_field_said_twice() -> None:
    def twice(book: Any) -> None:
        book["Thay đổi"]["D4"] = book["Thay đổi"]["D3"].value

    assert told(edited(twice))[0][0] == "Thay đổi, D4"


def test_where_each_field_stands() -> None:
    places = places_in(write_project(project()))
    assert place_near(places, ("costs", 1, "amount")) == "Kinh phí, D4"
    assert place_near(places, ("total",)).startswith("Thông tin chung, B")
    assert place_near(places, ("changes", 2, "set", "zone")).startswith("Thay đổi, D")
    assert place_near(places, ("changes", 2, "set", "nowhere")).startswith("Thay đổi, ")
    assert place_near(places, ("legal_basis", 1)).startswith("Thông tin chung, B")
    assert place_near(places, ("nowhere",)) == ""
    assert content()["costs"][1]["amount"] == 1_000_000_000
