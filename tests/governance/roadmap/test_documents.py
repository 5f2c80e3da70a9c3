"""What a roadmap is told by: pictures with their tables, the plan of a year and its files, the training plan."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from xml.etree import ElementTree

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from openpyxl import load_workbook

from maidinh.governance.drawings.looks import contrast
from maidinh.governance.roadmap import files, plans, plateaus, timeline, training
from maidinh.governance.roadmap.wording import WORDS, dong, short_dong
from tests.governance.roadmap.small import BILLION, NAMES, PORTFOLIO, ROADMAP, SOURCES, project

HEAD = files.Head(agency="Sở Khoa học và Công nghệ", parent="Ủy ban nhân dân tỉnh", place="Tỉnh mẫu", agencies=NAMES)


def plan(year: int) -> plans.AnnualPlan:
    return plans.annual_plan(PORTFOLIO, ROADMAP, {"data-hub": project("data-hub")}, "H62.1", year, SOURCES)


def test_every_word_is_there_in_both_languages() -> None:
    assert all(vi and en for vi, en in WORDS.values())
    assert (dong(1234567, "vi"), dong(1234567, "en")) == ("1.234.567", "1,234,567")
    assert (short_dong(1_234_500_000_000, "vi"), short_dong(12_500_000, "en")) == ("1.234,5 tỷ", "12.5 m")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_picture_of_the_years_draws_what_has_a_place_and_its_table_says_the_same(language: str) -> None:
    svg = timeline.draw_timeline(PORTFOLIO, ROADMAP, language, NAMES, href=lambda code: f"/projects/{code}")
    tree = ElementTree.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    links = {each.get("href"): each.get("aria-label") for each in tree.iter(f"{space}a")}
    assert set(links) == {"/projects/data-hub", "/projects/one-stop"}
    assert tree.find(f"{space}title") is not None and tree.find(f"{space}desc") is not None
    assert "style" not in svg and "<script" not in svg
    rows = timeline.rows(PORTFOLIO, ROADMAP, language, NAMES)
    assert [(each.id, each.first, each.last, each.late) for each in rows] == [
        ("data-hub", 2026, 2027, False), ("one-stop", 2028, 2028, True),
    ]  # fmt: skip
    assert (rows[0].build, rows[0].run) == (10 * BILLION, 2 * BILLION)
    assert all(row.title in (links[f"/projects/{row.id}"] or "") for row in rows)
    assert all(len(row.cells(language)) == len(timeline.headings(language)) for row in rows)


def test_bars_lie_on_their_years_and_nothing_leaves_the_picture() -> None:
    picture = timeline.timeline_picture(PORTFOLIO, ROADMAP, "vi", NAMES)
    bars = {each.element: each.rect for each in picture.boxes if each.element}
    assert bars["data-hub"].width > 2 * bars["one-stop"].width
    assert bars["data-hub"].right < bars["one-stop"].x
    for box in picture.boxes:
        assert box.rect.x >= 0 and box.rect.right <= picture.width and box.rect.bottom <= picture.height
        assert contrast("#0b0c0c", box.fill) >= 4.5
        assert contrast(box.line, "#ffffff") >= 3
    assert sum(each.kind == "needs" for each in picture.lines) == 1
    assert sum(each.kind == "deadline" for each in picture.lines) == 2


def test_a_plateau_holds_what_is_completed_by_its_last_day() -> None:
    found = plateaus.plateaus(PORTFOLIO, ROADMAP, "en")
    assert [(each.id, [code for code, *_ in each.added], each.total) for each in found] == [
        ("standing", [], 0), ("p1", ["data-hub"], 1), ("p2", [], 1), ("after", ["one-stop"], 2),
    ]  # fmt: skip
    assert found[1].targets == ("Online: 80 %",)
    rows = plateaus.rows(PORTFOLIO, ROADMAP, "vi", NAMES)
    assert ("Giai đoạn 1", "31/12/2027", "Hoàn thành trong giai đoạn", "Kho dữ liệu dùng chung", "data-hub",
            NAMES["H62.1"], "1") in rows  # fmt: skip
    tree = ElementTree.fromstring(plateaus.draw_plateaus(PORTFOLIO, ROADMAP, "vi"))
    assert tree.get("lang") == "vi"


def test_an_empty_roadmap_is_drawn_and_says_so() -> None:
    nothing = ROADMAP.model_copy(update={"starts": {}})
    assert "chưa có dự án" in timeline.draw_timeline(PORTFOLIO, nothing, "vi")
    assert [each.total for each in plateaus.plateaus(PORTFOLIO, nothing, "vi")] == [0, 0, 0]


def test_the_plan_of_a_year_says_what_begins_goes_on_and_runs_with_money_by_source() -> None:
    first, second, third = plan(2026), plan(2027), plan(2028)
    assert [(each.id, each.state) for each in first.tasks] == [("data-hub", "new")]
    task = second.tasks[0]
    assert (task.state, task.total, task.before, task.this_year, task.rest) == (
        "continued", 10 * BILLION, 4 * BILLION, 6 * BILLION, 0,
    )  # fmt: skip
    assert [each.text for each in task.grounds] == ["Nghị định mẫu", "Quyết định mẫu"]
    assert task.cooperating == ("H62.2",)
    assert second.carries == {"local-investment"}
    assert [(each.id, each.state) for each in third.tasks] == [("one-stop", "new"), ("data-hub", "running")]
    assert third.totals == {"local-investment": 3 * BILLION, "local-regular": BILLION}
    assert plan(2035).tasks == ()
    assert plans.years_of(PORTFOLIO, ROADMAP) == [2026, 2027, 2028, 2029]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_workbook_of_the_plan_has_numbers_and_sums_that_add_up(language: str) -> None:
    made = files.plan_workbook(plan(2028), language, HEAD)
    assert made == files.plan_workbook(plan(2028), language, HEAD)
    sheet = load_workbook(io.BytesIO(made)).active
    cells = {cell.coordinate: cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
    money = [each.value for each in cells.values() if isinstance(each.value, int) and each.value >= BILLION]
    assert sorted(set(money)) == [BILLION, 3 * BILLION, 10 * BILLION]
    formulas = {name: each for name, each in cells.items() if each.data_type == "f"}
    assert formulas and all("one-stop" not in str(each.value) for each in formulas.values())
    title = next(each for each in cells.values() if str(each.value).startswith("=") and each.data_type == "s")
    assert title.value == ("=Digital one-stop" if language == "en" else "=Một cửa số")
    assert computed(sheet, next(each for each in cells if "TOTAL" in str(cells[each].value) or
                                "TỔNG" in str(cells[each].value)), "M") == 4 * BILLION  # fmt: skip
    shown = load_workbook(io.BytesIO(made), data_only=True).active
    assert {each for name in formulas for each in [shown[name].value]} >= {4 * BILLION, 13 * BILLION}
    assert all(isinstance(shown[name].value, int) for name in formulas)
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.freeze_panes and sheet.print_title_rows


def computed(sheet, label: str, column: str) -> int:  # type: ignore[no-untyped-def]
    """What a formula of the sheet gives, of the two kinds that it has."""

    def value(name: str) -> int:
        found = sheet[name].value
        if not isinstance(found, str):
            return found or 0
        body = found.removeprefix("=")
        if body.startswith("SUM("):
            return sum(value(cell.coordinate) for row in sheet[body[4:-1]] for cell in row)
        return sum(value(each) for each in body.split("+"))

    return value(f"{column}{sheet[label].row}")


def test_the_document_of_the_plan_has_the_form_and_every_amount() -> None:
    made = docx.Document(io.BytesIO(files.plan_document(plan(2028), "vi", HEAD)))
    assert files.plan_document(plan(2028), "vi", HEAD) == files.plan_document(plan(2028), "vi", HEAD)
    texts = [each.text for each in made.paragraphs]
    tables = ["\n".join(cell.text for row in each.rows for cell in row.cells) for each in made.tables]
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in tables[0] and "ỦY BAN NHÂN DÂN TỈNH" in tables[0]
    assert "KẾ HOẠCH" in texts and "Dự thảo. Có hiệu lực khi thủ trưởng cơ quan ký." in texts
    assert "Căn cứ Nghị định mẫu (chưa kiểm tra);" in texts
    assert "=Một cửa số (one-stop)" in tables[1] and "4.000.000.000" in tables[1]
    total = made.tables[1].rows[-1].cells
    assert [total[number].text for number in (1, 6, 7)] == ["TỔNG CỘNG", "13.000.000.000", "4.000.000.000"]
    assert {each.paragraphs[0].alignment for each in (total[6], total[7])} == {WD_ALIGN_PARAGRAPH.RIGHT}
    assert total[7].paragraphs[0].runs[0].bold and not made.tables[1].rows[2].cells[7].paragraphs[0].runs[0].bold
    assert "Ngân sách tỉnh, đầu tư" in tables[2]
    assert "THỦ TRƯỞNG CƠ QUAN" in tables[3]
    section = made.sections[0]
    assert section.page_width > section.page_height


@dataclass(frozen=True)
class Held:
    """A training that was held."""

    project: str
    training: str
    people: int
    held_on: date


def test_the_training_plan_moves_with_the_roadmap_and_is_held_against_what_was_held() -> None:
    known = {"data-hub": project("data-hub"), "elsewhere": project("elsewhere")}
    today = date(2026, 11, 1)
    (item,) = training.training_plan(known, ROADMAP, [], today=today)
    assert (item.agency, item.written, item.due, item.missing, item.state) == (
        "H62.2", date(2027, 2, 28), date(2028, 2, 28), 20, "open",
    )  # fmt: skip
    later = ROADMAP.model_copy(update={"starts": {"data-hub": 2025}})
    (item,) = training.training_plan(known, later, [], today=date(2027, 2, 28))
    assert (item.due, item.state) == (date(2027, 2, 28), "late")
    some = [Held("data-hub", "desk", 15, date(2027, 1, 5))]
    (item,) = training.training_plan(known, later, some, today=today)
    assert (item.missing, item.state, item.last_held) == (5, "open", date(2027, 1, 5))
    for day, state in ((date(2027, 2, 27), "done"), (date(2027, 3, 1), "done-late")):
        (item,) = training.training_plan(
            known, later, [*some, Held("data-hub", "desk", 5, day)], today=date(2027, 4, 1)
        )
        assert (item.missing, item.state) == (0, state)
    book = load_workbook(io.BytesIO(files.training_workbook([item], "T", "vi", NAMES))).active
    assert [each.value for each in book[2]][4:7] == [20, 20, 0]
    assert book["H2"].value.date() == date(2027, 2, 28)
    assert len(files.training_row(item, "vi", NAMES)) == len(files.TRAINING)


def test_a_leap_day_moves_to_the_last_of_february() -> None:
    assert training.moved_by(date(2028, 2, 29), 1) == date(2029, 2, 28)
