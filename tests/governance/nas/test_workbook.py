"""The data set as a workbook: written and read without loss, also into somebody else's file, which stays as it was."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from maidinh.governance.nas.records import DataSet, Record, said
from maidinh.governance.nas.rules import checked
from maidinh.governance.nas.workbook import read_data_set
from maidinh.governance.nas.writing import write_data_set
from maidinh.infrastructure.workbooks.problems import TableRefused
from tests.governance.nas.small import ISSUER, OBJECTS, RELATIONS, STRUCTURE, TASKS, data_set, reference, task, thing

pytestmark = pytest.mark.slow

CELLS = st.text(st.sampled_from("=+@-ậ Đ\n\r\t_x0041_1") | st.characters(exclude_categories=["Cs"]), max_size=8)


def stored(content: bytes, path: Path) -> Path:
    path.write_bytes(content)
    return path


def without_empty(values: dict[str, str]) -> dict[str, str]:
    return {key: text for key, text in values.items() if text}


def records() -> st.SearchStrategy[DataSet]:
    def rows(sheet: str) -> st.SearchStrategy[list[Record]]:
        keys = [each.key for each in STRUCTURE.by_key[sheet].fields]
        values = st.dictionaries(st.sampled_from(keys), CELLS, max_size=5).map(
            lambda d: {k: v for k, v in d.items() if v}
        )
        letters = st.dictionaries(keys=st.sampled_from(["Mã NAS", "Ghi thêm"]), values=CELLS.filter(bool), max_size=2)
        first = st.builds(lambda v, e: (v | {keys[0]: "KT-1"}, e), values, letters)
        return st.lists(first, max_size=4).map(lambda found: [Record(n, *each) for n, each in enumerate(found, 2)])

    sheets = st.fixed_dictionaries({sheet.key: rows(sheet.key) for sheet in STRUCTURE.sheets})
    return sheets.map(lambda found: DataSet(STRUCTURE.id, found))


@pytest.mark.slow
@given(data=records())
@settings(max_examples=25)
def test_written_and_read_to_the_letter(data: DataSet, tmp_path_factory) -> None:
    path = stored(write_data_set(STRUCTURE, data).content, tmp_path_factory.getbasetemp() / "set.xlsx")
    found = read_data_set(path, STRUCTURE)
    assert found.facts() == data.facts()
    assert found.findings == []


def test_the_standard_file_has_all_sheets_lists_and_checks(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_data_set(STRUCTURE, data_set()).content))
    assert book.sheetnames == [
        "HUONG_DAN", "DM_DOITUONG", "QH_KETNOI", "ANHXA", "HOANTHIEN_NV", "DM_GIATRI", "TU_DIEN_TRUONG",
    ]  # fmt: skip
    sheet = book[OBJECTS]
    headings = [cell.value for cell in sheet[1]]
    assert headings == [each.vi for each in STRUCTURE.by_key[OBJECTS].fields] + ["KIỂM TRA"]
    assert sheet.cell(2, len(headings)).value.startswith('=IF(COUNTA(A2:T2)=0,"",IF(A2="","Thiếu: Mã đối tượng; ","")')
    kinds = next(v for v in sheet.data_validations.dataValidation if "B2" in v.sqref)
    letters, _, last = kinds.formula1.partition("!")[2].replace("$", "").partition(":")
    values = [cell.value for (cell,) in book["DM_GIATRI"][f"{letters}:{last}"]]
    assert values == ["Bản ghi gốc", "Bản ghi tham chiếu"]
    assert book["TU_DIEN_TRUONG"].max_row == 67


def template(path: Path) -> Path:
    """A file such as a ministry might publish: a title, columns in another order, numbers, own columns and formulas."""
    book = openpyxl.Workbook()
    book.active.title = "HUONG_DAN"
    book.active["A1"] = "Hướng dẫn của Bộ"
    for sheet in STRUCTURE.sheets:
        page = book.create_sheet(sheet.key)
        page["A1"] = sheet.vi
        page.append(["STT", *(each.vi for each in reversed(sheet.fields)), "KIỂM TRA"])
        width = len(sheet.fields) + 2
        page.append([f"({n})" for n in range(1, width + 1)])
        for row in range(4, 7):
            page.cell(row, 1, row - 3)
            page.cell(row, 2).fill = PatternFill("solid", fgColor="FFFF00")
            page.cell(row, width, f'=IF(B{row}="","","có")')
        validation = DataValidation("list", formula1="DM_GIATRI!$A$1:$A$3")
        validation.add("C4:C6")
        page.add_data_validation(validation)
        page.conditional_formatting.add("B4:B6", CellIsRule(operator="equal", formula=['"x"']))
    book[OBJECTS].add_table(Table(displayName="DoiTuong", ref="A2:V6"))
    values = book.create_sheet("DM_GIATRI")
    values["A1"] = "một"
    book.create_sheet("RIÊNG CỦA BỘ")["B2"] = "=SUM(1,2)"
    book.save(path)
    return path


def test_a_template_is_filled_and_otherwise_stays(tmp_path: Path) -> None:
    given = template(tmp_path / "template.xlsx")
    things = [thing(f"KT-{n}", ghi_chu="=1+1") for n in range(1, 9)]
    data = data_set(**{OBJECTS: things})
    written = write_data_set(STRUCTURE, data, given)
    path = stored(written.content, tmp_path / "filled.xlsx")
    assert written.left_out == {}
    found = read_data_set(path, STRUCTURE)
    assert {k: v for k, v in found.facts().items() if k != OBJECTS} == {
        k: v for k, v in data.facts().items() if k != OBJECTS
    }
    assert [record.values for record in found.records[OBJECTS]] == things
    book = openpyxl.load_workbook(path)
    page = book[OBJECTS]
    assert page.cell(4, 2).value == "=1+1"
    assert page.cell(4, 2).data_type in ("s", "inlineStr")
    assert [page.cell(row, 22).value for row in (4, 6, 11)] == [f'=IF(B{n}="","","có")' for n in (4, 6, 11)]
    assert page.cell(11, 22).value
    assert page.cell(11, 2).fill.fgColor.rgb == "00FFFF00"
    assert str(page.data_validations.dataValidation[0].sqref) == "C4:C11"
    assert [str(each.sqref) for each in page.conditional_formatting] == ["B4:B11"]
    assert page.tables["DoiTuong"].ref == "A2:V11"
    assert book["RIÊNG CỦA BỘ"]["B2"].value == "=SUM(1,2)"
    assert book.calculation.fullCalcOnLoad
    with zipfile.ZipFile(given) as before, zipfile.ZipFile(path) as after:
        changed = {name for name in before.namelist() if before.read(name) != after.read(name)}
    assert {name for name in changed if "sheet" in name} == {f"xl/worksheets/sheet{n}.xml" for n in (2, 3, 4, 5)}
    assert "xl/styles.xml" not in changed


def test_what_stood_in_the_template_before_is_taken_out(tmp_path: Path) -> None:
    full = stored(write_data_set(STRUCTURE, data_set()).content, tmp_path / "full.xlsx")
    one = data_set(**{OBJECTS: [thing("KT-7")], RELATIONS: [], TASKS: [], "ANHXA": []})
    path = stored(write_data_set(STRUCTURE, one, full).content, tmp_path / "one.xlsx")
    assert read_data_set(path, STRUCTURE).facts() == one.facts()


def test_shared_formulas_go_on(tmp_path: Path) -> None:
    given = template(tmp_path / "template.xlsx")
    path = tmp_path / "shared.xlsx"
    with zipfile.ZipFile(given) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet2.xml":
                content = content.replace(
                    b'<f>IF(B4="","","', b'<f t="shared" ref="V4:V6" si="0">IF(B4="","","'
                ).replace('<f>IF(B5="","","có")</f>'.encode(), b'<f t="shared" si="0"/>')
            target.writestr(name, content)
    things = [thing(f"KT-{n}") for n in range(1, 6)]
    filled = stored(write_data_set(STRUCTURE, data_set(**{OBJECTS: things}), path).content, tmp_path / "filled.xlsx")
    assert openpyxl.load_workbook(filled)[OBJECTS]["V8"].value == '=IF(B8="","","có")'


def test_a_column_of_ones_own_rides_along_and_is_told_when_a_template_lacks_it(tmp_path: Path) -> None:
    data = data_set()
    data.records[OBJECTS][0] = Record(2, thing("KT-1"), {"Mã NAS": "N-1"})
    path = stored(write_data_set(STRUCTURE, data).content, tmp_path / "a.xlsx")
    assert read_data_set(path, STRUCTURE).records[OBJECTS][0].extra == {"Mã NAS": "N-1"}
    assert write_data_set(STRUCTURE, data, path).left_out == {}
    assert write_data_set(STRUCTURE, data, template(tmp_path / "t.xlsx")).left_out == {"DM_DOITUONG: Mã NAS": 1}


def test_the_history_of_versions_is_a_sheet(tmp_path: Path) -> None:
    data = data_set()
    data.history = [{"Phiên bản": "1.0", "Nội dung": "Ban hành"}]
    path = stored(write_data_set(STRUCTURE, data).content, tmp_path / "a.xlsx")
    assert read_data_set(path, STRUCTURE).history == data.history
    again = stored(write_data_set(STRUCTURE, data, path).content, tmp_path / "b.xlsx")
    assert read_data_set(again, STRUCTURE).history == data.history


def changed_book(tmp_path: Path, change) -> Path:
    book = openpyxl.load_workbook(io.BytesIO(write_data_set(STRUCTURE, data_set()).content))
    change(book)
    book.save(tmp_path / "changed.xlsx")
    return tmp_path / "changed.xlsx"


def told(path: Path) -> list[str]:
    return [f"{each.sheet} {each.row or ''} {each.message.en}" for each in read_data_set(path, STRUCTURE).findings]


def test_what_was_done_to_the_form_is_found(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["ANHXA"].title = "Anh xa"
        del book[TASKS]
        book[OBJECTS]["D1"] = "TÊN ĐỐI TƯỢNG"
        book[OBJECTS].delete_cols(5)
        book[OBJECTS]["C3"] = "=1+1"
        book[RELATIONS]["B2"] = "#REF!"
        book[RELATIONS]["B2"].data_type = "e"

    assert told(changed_book(tmp_path, change)) == [
        "DM_DOITUONG 1 The name “TÊN ĐỐI TƯỢNG” is not the standard one",
        "DM_DOITUONG 1 The column “Loại đối tượng” is missing",
        "DM_DOITUONG 3 Mã định danh gốc/mã nguồn: the cell holds a formula",
        "QH_KETNOI 2 Đối tượng nguồn: the cell shows #REF!",
        "ANHXA  The name “Anh xa” is not the standard one",
        "HOANTHIEN_NV  The sheet HOANTHIEN_NV is missing",
    ]


def test_a_star_at_a_heading_and_a_line_of_numbers_are_no_mistake(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book[OBJECTS]["A1"] = "Mã đối tượng (*)"
        book[OBJECTS].insert_rows(2)
        for column in range(1, 21):
            book[OBJECTS].cell(2, column, f"({column})" if column % 2 else "Bắt buộc")

    path = changed_book(tmp_path, change)
    assert told(path) == []
    assert len(read_data_set(path, STRUCTURE).records[OBJECTS]) == 3


def test_headings_that_nobody_knows_are_told(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        for cell in book[OBJECTS][1]:
            cell.value = "?"

    assert told(changed_book(tmp_path, change))[0].startswith("DM_DOITUONG  No row of headings among the first 20 rows")


def test_another_workbook_is_refused_with_what_was_expected(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(TableRefused, match="expected the sheets DM_DOITUONG, QH_KETNOI, ANHXA, HOANTHIEN_NV"):
        read_data_set(tmp_path / "other.xlsx", STRUCTURE)
    with pytest.raises(TableRefused, match="expected a sheet DM_DOITUONG with its headings"):
        write_data_set(STRUCTURE, data_set(), tmp_path / "other.xlsx")


def test_a_data_set_with_too_many_rows_is_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("maidinh.governance.nas.workbook.RECORD_LIMIT", 2)
    path = stored(write_data_set(STRUCTURE, data_set()).content, tmp_path / "a.xlsx")
    with pytest.raises(TableRefused, match="DM_DOITUONG: row 4: there are more than the 2 rows"):
        read_data_set(path, STRUCTURE)


def test_a_template_without_a_column_that_is_needed_is_refused(tmp_path: Path) -> None:
    path = changed_book(tmp_path, lambda book: book[OBJECTS].delete_cols(5))
    with pytest.raises(TableRefused, match="DM_DOITUONG: expected a column “Loại đối tượng”"):
        write_data_set(STRUCTURE, data_set(), path)


def test_a_text_longer_than_a_cell_is_refused_with_its_place() -> None:
    with pytest.raises(TableRefused, match="“ghi_chu” of 'KT-1' is longer than a cell can hold"):
        write_data_set(STRUCTURE, data_set(**{OBJECTS: [thing("KT-1", ghi_chu="a" * 40_000)]}))


def test_findings_name_the_cell_of_the_file(tmp_path: Path) -> None:
    data = data_set(
        **{OBJECTS: [thing("KT-1"), thing("KT-2"), reference("LQ-1", ma_nguon="")], TASKS: [task("ND-1", "")]}
    )
    path = stored(write_data_set(STRUCTURE, data).content, tmp_path / "a.xlsx")
    found = checked(STRUCTURE, read_data_set(path, STRUCTURE), "issue", ISSUER).findings
    assert str(found[0]).startswith("DM_DOITUONG!C4 [V-02] Mã định danh gốc/mã nguồn is missing")
    assert {(each.column, each.row) for each in found if each.sheet == TASKS} == {("H", 2)}
    assert said(found[0].remedy.vi)
