"""A model as a spreadsheet and back: nothing is lost, edits do what they say, problems are told at their cell."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings

from maidinh.governance.modelling.definition import Model
from maidinh.governance.tables.checkpoint import Checkpoint
from maidinh.governance.tables.importing import read_tables
from maidinh.governance.tables.writing import KEPT, write_csv, write_workbook
from maidinh.infrastructure.workbooks.problems import TableRefused
from tests.governance.small import architecture
from tests.governance.tables.models import models, small

pytestmark = pytest.mark.slow

HEADING = 2  # rows above the first one of data


def stored(content: bytes, path: Path) -> Path:
    path.write_bytes(content)
    return path


@given(model=models())
@settings(max_examples=60)
@pytest.mark.slow
def test_a_model_comes_back_from_its_workbook_and_from_csv(model: Model, tmp_path_factory) -> None:
    folder = tmp_path_factory.getbasetemp()
    found = read_tables(stored(write_workbook(model), folder / "m.xlsx"), model)
    assert [str(each) for each in found.problems] == []
    assert found.model == model
    assert (found.added, found.changed, found.removed) == (0, 0, 0)
    for name, content in write_csv(model, ";").items():
        assert read_tables(stored(content, folder / name), model).model == model


@given(model=models())
@settings(max_examples=40)
@pytest.mark.slow
def test_a_model_without_what_tables_do_not_hold_comes_back_onto_nothing(model: Model, tmp_path_factory) -> None:
    """Everything that a column shows is read, where the text is one that the form keeps."""
    path = stored(write_workbook(model), tmp_path_factory.getbasetemp() / "m.xlsx")
    bare = model.model_copy(update={"elements": [], "relations": [], "principles": []})
    found = read_tables(path, bare, partly=True).model
    for before, after in zip(model.elements, found.elements, strict=False):
        assert (before.id, before.kind, before.layer, before.state) == (after.id, after.kind, after.layer, after.state)
        assert before.cost is None or after.cost is None or before.cost == after.cost
        assert (before.name.vi or None, before.name.en or None) == (after.name.vi, after.name.en)


def edited(tmp_path: Path, change: Callable[[openpyxl.Workbook], None], model: Model | None = None) -> Path:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(model or small())))
    change(book)
    book.save(tmp_path / "edited.xlsx")
    return tmp_path / "edited.xlsx"


def cell(book: openpyxl.Workbook, sheet: str, identifier: str, key: str):
    page = book[sheet]
    column = next(c.column for c in page[2] if c.value == key)
    row = next((c.row for c in page["A"] if c.value == identifier), None)
    if row is None:
        row = page.max_row + 1
        page.cell(row, 1, identifier)
    return page.cell(row, column)


def test_edits_change_what_they_say_and_nothing_else(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        cell(book, "Phần tử", "kho", "name.vi").value = "Kho chung"
        cell(book, "Phần tử", "kho", "owner").value = None
        cell(book, "Phần tử", "kho", "reference").value = "P-2-01\nP-2-05"
        cell(book, "Phần tử", "kho", "cost.run").value = "2027: 1.000.000"
        cell(book, "Phần tử", "mới", "kind").value = "channel"
        cell(book, "Phần tử", "mới", "name.vi").value = "Kênh mới"
        cell(book, "Phần tử", "mới", "layer").value = 2
        cell(book, "Quan hệ", "r2", "kind").value = "serving"
        cell(book, "Quan hệ", "r2", "from").value = "cổng"
        cell(book, "Quan hệ", "r2", "to").value = "mới"
        cell(book, "Thuộc tính", "kho#1", "value").value = "đỏ"
        cell(book, "Thuộc tính", "mới#1", "key").value = "=khóa"
        cell(book, "Thuộc tính", "mới#1", "key").data_type = "s"
        cell(book, "Sơ đồ", "v1", "name.vi").value = "Sơ đồ tổng thể"

    base = small()
    found = read_tables(edited(tmp_path, change), base)
    assert found.problems == []
    assert (found.added, found.changed, found.removed) == (3, 3, 0)
    kho, cong, _, new = found.model.elements
    before = base.elements[0]
    assert (kho.name.vi, kho.name.en, kho.owner, kho.reference) == ("Kho chung", "Store", None, ["P-2-01", "P-2-05"])
    assert kho.cost is not None
    assert [each.amount for each in kho.cost.run] == [1_000_000]
    assert (kho.dates, kho.carried) == (before.dates, before.carried)
    assert [each.value for each in kho.properties] == ["đỏ", None, ""]
    assert cong == base.elements[1]
    assert (new.name.vi, new.layer, new.properties[0].key) == ("Kênh mới", 2, "=khóa")
    assert found.model.views[0].nodes == base.views[0].nodes
    assert found.model.views[0].name.vi == "Sơ đồ tổng thể"


def test_a_row_is_removed_only_where_that_is_said(tmp_path: Path) -> None:
    def delete_row(book: openpyxl.Workbook) -> None:
        book["Phần tử"].delete_rows(HEADING + 1, 3)

    assert read_tables(edited(tmp_path, delete_row), small()).model == small()

    def mark(book: openpyxl.Workbook) -> None:
        cell(book, "Phần tử", "lẻ", "remove").value = "x"

    found = read_tables(edited(tmp_path, mark), small())
    assert [each.id for each in found.model.elements] == ["kho", "cổng"]
    assert found.model.folders[0].holds[0] == "kho"
    assert "lẻ" not in found.model.folders[0].holds
    assert found.removed == 1


def test_a_missing_column_changes_nothing_and_an_unknown_one_is_told(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        page = book["Phần tử"]
        page.delete_cols(4, 20)
        page.cell(1, 40, "Của tôi")
        page.cell(2, 40, "mine")

    found = read_tables(edited(tmp_path, change), small())
    assert found.model == small()
    assert ["AN: the column 'mine' isn't known" in str(each) for each in found.unread] == [True]


def test_headings_alone_are_enough(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        cell(book, "Phần tử", "kho", "name.vi").value = "Tên khác"
        book["Phần tử"].delete_rows(2)

    assert read_tables(edited(tmp_path, change), small()).model.elements[0].name.vi == "Tên khác"


PROBLEMS = [
    ("Phần tử", "kho", "layer", "năm", "C3: expected a whole number (found 'năm')"),
    ("Phần tử", "kho", "layer", "9", "C3: expected one of 1, 2, 3, 4, 5, 6, 7"),
    ("Phần tử", "kho", "kind", "máy chủ", "B3: expected one of"),
    ("Phần tử", "kho", "kind", None, "B3: Field required"),
    ("Phần tử", "kho", "checked", "chắc", "expected “có” or “không”"),
    ("Phần tử", "kho", "dates.live", "hôm qua", "Input should be a valid date"),
    ("Phần tử", "kho", "cost.build", "nhiều", "expected a line “2027: 1000000” for each year"),
    ("Phần tử", "kho", "remove", "xin đừng", "expected x, to remove this, or nothing"),
    ("Phần tử", "có dấu cách", "kind", "channel", "A6: String should match pattern"),
    ("Phần tử", "r1", "kind", "channel", "A6: r1 is in use in relations"),
    ("Phần tử", "không-có", "remove", "x", "can't be removed: the model doesn't have it"),
    ("Quan hệ", "r1", "to", "ở-đâu", "D3: there is no ở-đâu: correct the code, or add it"),
    ("Quan hệ", "r9", "kind", "flow", "Field required"),
    ("Phần tử", "kho", "remove", "x", "relation r1 still leads to kho: remove it too"),
    ("Phần tử", "cổng", "remove", "x", "cổng stands in the view v1: take it out of there first"),
    ("Sơ đồ", "v9", "name.vi", "Sơ đồ", "isn't in the model, and none can be added here"),
    ("Thuộc tính", "ma#1", "key", "a", "there is no ma"),
    ("Phần tử", "kho", "owner", "=A1", "J3: the cell holds a formula: put the value itself in its place"),
    ("Thuộc tính", "kho", "value", "a", "expected the code of a thing, # and a number"),
]


@pytest.mark.parametrize(("sheet", "identifier", "key", "value", "told"), PROBLEMS)
def test_a_problem_is_told_at_its_cell_and_nothing_is_applied(
    sheet: str, identifier: str, key: str, value: str | None, told: str, tmp_path: Path
) -> None:
    def change(book: openpyxl.Workbook) -> None:
        cell(book, sheet, identifier, key).value = value
        cell(book, "Phần tử", "lẻ", "name.vi").value = "Đổi tên"

    path = edited(tmp_path, change)
    found = read_tables(path, small())
    assert any(told in str(each) for each in found.problems), found.problems
    assert all(str(each).startswith(f"{path}: {sheet}: ") and each.row for each in found.problems)
    assert not found.applied
    assert found.model == small()
    partly = read_tables(path, small(), partly=True)
    assert partly.applied
    assert partly.model.elements[2].name.vi == "Đổi tên"
    assert partly.changed == 1


def test_a_code_that_stands_twice_is_told_with_both_rows(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        page = book["Phần tử"]
        page.append(["kho", "database"])

    (problem,) = read_tables(edited(tmp_path, change), small()).problems
    assert str(problem).endswith("Phần tử: A6: kho stands in row 3 already")


def test_a_layered_element_of_a_version_needs_layer_and_name(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        cell(book, "Phần tử", "register", "layer").value = None
        cell(book, "Phần tử", "other", "name.vi").value = None
        cell(book, "Phần tử", "other", "name.en").value = None

    base = architecture()
    found = read_tables(edited(tmp_path, change, base), base)
    assert [each.text for each in found.problems] == [
        "an element of the kind information-system needs a layer",
        "an element of the kind information-system needs a name",
    ]
    assert read_tables(edited(tmp_path, lambda _: None, base), base).model == base


def test_what_no_cell_can_hold_stays_as_it_was(tmp_path: Path) -> None:
    base = small()
    long = base.elements[0].model_copy(update={"note": "a" * 50_000})
    base = base.model_copy(update={"elements": [long, *base.elements[1:]]})
    path = stored(write_workbook(base), tmp_path / "m.xlsx")
    assert KEPT in [c.value for c in openpyxl.load_workbook(path)["Phần tử"][3]]
    assert read_tables(path, base).model == base


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("elements.csv", b"a,b\n1,2\n", "expected a row of headings with the column “id” (“Mã”)"),
        ("elements.csv", b"id,kind,kind\n1,2,3\n", "row 1: the same column stands twice"),
        ("what.csv", b"id,kind\n", "which table is this?"),
        ("elements.csv", "mã,tên".encode("utf-16"), "isn't UTF-8"),
    ],
)
def test_a_file_that_is_no_table_is_refused(name: str, content: bytes, told: str, tmp_path: Path) -> None:
    with pytest.raises(TableRefused) as caught:
        read_tables(stored(content, tmp_path / name), small())
    assert told in str(caught.value)


def test_another_workbook_is_refused_with_what_was_expected(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(TableRefused, match="expected a sheet “Phần tử”"):
        read_tables(tmp_path / "other.xlsx", small())


def test_csv_by_hand_adds_and_changes(tmp_path: Path) -> None:
    text = "\ufeffMã;Loại;Lớp;Tên\nkho;database;5;Kho dữ liệu\nmới;channel;2;Kênh\n"
    found = read_tables(stored(text.encode(), tmp_path / "tinh-elements.csv"), small())
    assert found.problems == []
    assert (found.added, found.changed) == (1, 1)
    assert found.model.elements[0].name.vi == "Kho dữ liệu"
    assert found.model.elements[0].owner == "H99.1"


class Interrupted(Exception):
    """The power went out."""


def large(tmp_path: Path) -> Path:
    rows = "".join(f"e{n},{'nothing' if n == 700 else 'channel'},2,Kênh {n}\n" for n in range(1_800))
    return stored(f"id,kind,layer,name.vi\n{rows}".encode(), tmp_path / "elements.csv")


def interrupted_at(rows: int) -> Callable[[int, int | None], None]:
    def told(done: int, total: int | None) -> None:
        assert total == 1_801
        if done >= rows:
            raise Interrupted

    return told


@pytest.mark.slow
def test_an_interrupted_reading_goes_on_where_it_was(tmp_path: Path, monkeypatch) -> None:
    path, note = large(tmp_path), tmp_path / "note"
    whole = read_tables(path, small(), partly=True)
    assert len(whole.problems) == 1
    with pytest.raises(Interrupted):
        read_tables(path, small(), checkpoint=note, told=interrupted_at(1_000))
    with note.open("ab") as file:
        file.write(b'{"table": "elem')  # a line that was being written
    looked_at: list[int] = []
    from maidinh.governance.tables import importing

    real = importing.change_of

    def counted(baseline, table, columns, row):
        looked_at.append(row.number)
        return real(baseline, table, columns, row)

    monkeypatch.setattr(importing, "change_of", counted)
    steps: list[int] = []
    found = read_tables(path, small(), partly=True, checkpoint=note, told=lambda done, _: steps.append(done))
    assert min(looked_at) == 1_002
    assert len(looked_at) == 800
    assert steps == [1_500, 1_800]
    assert found.model == whole.model
    assert [str(each) for each in found.problems] == [str(each) for each in whole.problems]
    assert not note.exists()


@pytest.mark.parametrize("other", ["file", "model"])
def test_a_note_about_another_file_or_model_is_not_used(other: str, tmp_path: Path) -> None:
    path, note, base = large(tmp_path), tmp_path / "note", small()
    with pytest.raises(Interrupted):
        read_tables(path, base, checkpoint=note, told=interrupted_at(500))
    assert Checkpoint(note, path, base).read().rows == 500
    if other == "file":
        path.write_bytes(path.read_bytes().replace("Kênh 3\n".encode(), "Kênh x\n".encode()))
    else:
        base = base.model_copy(update={"principles": []})
    assert Checkpoint(note, path, base).read().rows == 0
    assert not note.exists()


@pytest.mark.slow
def test_a_table_of_fifty_thousand_rows_is_read_with_progress(tmp_path: Path) -> None:
    rows = "".join(f"e{n};channel;2;Kênh {n}\n" for n in range(50_000))
    path = stored(f"id;kind;layer;name.vi\n{rows}".encode(), tmp_path / "elements.csv")
    steps: list[int] = []
    found = read_tables(path, Model(), told=lambda done, _: steps.append(done))
    assert found.added == 50_000
    assert len(steps) == 101
