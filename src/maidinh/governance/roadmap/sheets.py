"""A portfolio as a workbook, a sheet for each of its parts, and read again from one.

Layer 4, governance. Pure. Headings are in two languages, below them stand hidden keys; a fault names sheet, row and
column. Numbers, days and choices are read as officials write them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from maidinh.governance.projects.sayings import N_, At, Fault, ProjectUnreadable, form_faults
from maidinh.governance.projects.sheets import CHOICES, Column, Sheet
from maidinh.governance.projects.tables import place_near, read_cell, shown
from maidinh.governance.roadmap.definition import Portfolio
from maidinh.infrastructure.workbooks.cells import Cell, Row, column_letters
from maidinh.infrastructure.workbooks.problems import TableRefused
from maidinh.infrastructure.workbooks.reading import Workbook
from maidinh.infrastructure.workbooks.writing import SheetPlan, workbook_bytes

Content = dict[str, Any]
DONG_VI, DONG_EN = "Đồng, số nguyên.", "Whole dong."
OF_DEMAND = Column("demand", "Mã dự án", "Project code")

GENERAL = Sheet("general", "Thông tin chung", "General", (
    Column("id", "Mã lộ trình", "Roadmap code"),
    Column("title.vi", "Tên lộ trình", "Name"), Column("title.en", "Tên lộ trình (tiếng Anh)", "Name (English)"),
    Column("years", "Các năm", "Years", "list", "", "Mỗi năm một dòng trong ô.", "One year a line within the cell."),
    Column("standing", "Nền tảng đã có", "Platforms that stand", "list", "", "Mỗi mã một dòng trong ô.",
           "One code a line within the cell."),
    Column("agencies", "Các cơ quan", "Agencies", "list", "", "Mỗi mã một dòng trong ô.",
           "One code a line within the cell."),
    Column("weights.discount", "Chiết khấu mỗi năm", "Discount a year", "number", "",
           "Giá trị giảm theo năm: 0,05 là 5%.", "How much less value counts a year later: 0.05 is 5%."),
    Column("weights.gap", "Sai lệch cho phép", "Gap at most", "number"),
    Column("weights.seconds", "Thời gian tính (giây)", "Seconds at most", "number"),
    Column("weights.stability", "Ổn định", "Stability", "number", "", "Phần giá trị chịu mất để ít đổi lộ trình trước.",
           "The share of value that may go so that less of the earlier plan changes."),
    Column("weights.concession", "Nhường bậc sau", "Concession", "number", "",
           "Phần giá trị một bậc được nhường cho các bậc sau: 0,01 là 1%.",
           "The share of its value that a tier may give up for those below: 0.01 is 1%."),
    Column("source", "Nguồn tin", "Source"),
    Column("confidence", "Độ tin cậy", "Confidence", "choice", "confidence"),
    Column("checked", "Đã kiểm tra", "Checked", "yes", "yes"), Column("sample", "Dữ liệu mẫu", "Sample", "yes", "yes"),
    Column("note", "Ghi chú", "Note"),
))  # fmt: skip

DEMANDS = Sheet("demands", "Dự án", "Projects", (
    Column("id", "Mã dự án", "Project code"), Column("title.vi", "Tên dự án", "Name"),
    Column("title.en", "Tên dự án (tiếng Anh)", "Name (English)"), Column("agency", "Cơ quan chủ quản", "Owner"),
    Column("value", "Giá trị (điểm)", "Value (points)", "number"),
    Column("tier", "Mức ưu tiên", "Tier", "whole", "", "1 được xét trước 2.", "1 goes before 2."),
    Column("duration", "Số năm xây dựng", "Years of building", "whole"),
    Column("needs", "Dự án phải có trước", "Must come first", "list", "", "Mỗi mã một dòng trong ô.",
           "One code a line within the cell."),
    Column("platform", "Nền tảng sử dụng", "Platform used"),
    Column("alternative", "Nhóm phương án", "Alternatives", "text", "", "Trong một nhóm chỉ chọn một dự án.",
           "Of one group one project at most is funded."),
    Column("earliest", "Sớm nhất", "Earliest", "whole"), Column("deadline", "Hạn theo quy định", "Deadline", "whole"),
    Column("mandate.text", "Căn cứ của hạn", "Ground of the deadline"),
    Column("mandate.checked", "Căn cứ đã kiểm tra", "Ground checked", "yes", "yes"),
    Column("pinned", "Năm chọn", "Year chosen", "text", "", "Một năm, hoặc out để loại ra.",
           "A year, or out to take it out."),
    Column("committed", "Đã khởi động năm", "Begun in", "whole"),
    Column("trains", "Số người đào tạo", "Trains", "whole"),
    Column("source", "Nguồn tin", "Source"), Column("confidence", "Độ tin cậy", "Confidence", "choice", "confidence"),
    Column("checked", "Đã kiểm tra", "Checked", "yes", "yes"), Column("sample", "Dữ liệu mẫu", "Sample", "yes", "yes"),
    Column("note", "Ghi chú", "Note"),
))  # fmt: skip

SPEND = Sheet("spend", "Kinh phí", "Costs", (
    OF_DEMAND,
    Column("after", "Năm thứ (từ 0)", "Years after the start", "whole", "", "0 là năm bắt đầu.",
           "0 is the first year."),
    Column("source", "Nguồn vốn", "Source of money"), Column("kind", "Loại chi", "Kind", "choice", "cost"),
    Column("amount", "Số tiền", "Amount", "whole", "", DONG_VI, DONG_EN),
))  # fmt: skip

WORK = Sheet("work", "Công việc", "Work", (
    OF_DEMAND, Column("agency", "Cơ quan", "Agency"), Column("amount", "Nhân lực mỗi năm", "A year", "number"),
))  # fmt: skip

BUDGETS = Sheet("budgets", "Ngân sách", "Budgets", (
    Column("year", "Năm", "Year", "whole"), Column("source", "Nguồn vốn", "Source of money"),
    Column("amount", "Số tiền", "Amount", "whole", "", DONG_VI, DONG_EN),
    Column("carries_over", "Được chuyển nguồn", "Carries over", "yes", "yes"),
))  # fmt: skip

CAPACITIES = Sheet("capacities", "Năng lực", "Capacities", (
    Column("agency", "Cơ quan", "Agency"), Column("year", "Năm", "Year", "whole"),
    Column("amount", "Nhân lực", "Amount", "number"),
))  # fmt: skip

PHASES = Sheet("phases", "Giai đoạn", "Phases", (
    Column("id", "Mã", "Id"), Column("title.vi", "Tên", "Name"),
    Column("title.en", "Tên (tiếng Anh)", "Name (English)"),
    Column("begins", "Từ ngày", "Begins", "day"), Column("ends", "Đến ngày", "Ends", "day"),
    Column("legal_basis", "Căn cứ pháp lý", "Legal basis", "list", "", "Mỗi căn cứ một dòng trong ô.",
           "One a line within the cell."),
))  # fmt: skip

TARGETS = Sheet("targets", "Chỉ tiêu", "Targets", (
    Column("phase", "Mã giai đoạn", "Phase"), Column("id", "Mã", "Id"), Column("title.vi", "Tên", "Name"),
    Column("title.en", "Tên (tiếng Anh)", "Name (English)"), Column("measure", "Số đo", "Measure"),
    Column("target", "Mục tiêu", "Target", "number"), Column("unit.vi", "Đơn vị", "Unit"),
    Column("unit.en", "Đơn vị (tiếng Anh)", "Unit (English)"),
))  # fmt: skip

PREVIOUS = Sheet("previous", "Lộ trình trước", "Earlier plan", (
    OF_DEMAND, Column("year", "Năm bắt đầu", "Year of start", "whole"),
))  # fmt: skip

SHEETS = (GENERAL, BUDGETS, DEMANDS, SPEND, WORK, CAPACITIES, PHASES, TARGETS, PREVIOUS)
INNER = {"spend": ("demands", "demand"), "work": ("demands", "demand"), "targets": ("phases", "phase")}
NOTES = ("Hướng dẫn", "Notes")
UNCHECKED = " (chưa kiểm tra)"  # after a ground that nobody has checked, in either language


def write_sheets(portfolio: Portfolio, language: str = "vi") -> bytes:
    """The portfolio as a workbook (.xlsx) with headings in this language, and a sheet of notes."""
    content = portfolio.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    content["years"] = [str(each) for each in content["years"]]
    for phase in content.get("phases", []):
        phase["legal_basis"] = [
            each["text"] + ("" if each.get("checked", True) else UNCHECKED) for each in phase.get("legal_basis", [])
        ]
    content["previous"] = [{"demand": each, "year": year} for each, year in portfolio.previous.items()]
    plans = [_plan(each, _rows_of(each, content), language) for each in SHEETS]
    notes = [
        [sheet.name(language), each.heading(language), _note(each, language)]
        for sheet in SHEETS for each in sheet.columns if _note(each, language)
    ]  # fmt: skip
    heading = ["Sheet", "Column", "How"] if language == "en" else ["Trang", "Cột", "Cách ghi"]
    return workbook_bytes([*plans, SheetPlan(NOTES[language == "en"], [heading], notes, widths={3: 70})])


def read_sheets(data: bytes) -> Portfolio:
    """The portfolio in a workbook. Raises ProjectUnreadable with every fault, each at its sheet, column and row."""
    return _Reading().portfolio(data)


def _plan(sheet: Sheet, rows: Iterable[Mapping[str, Any]], language: str) -> SheetPlan:
    headings = [[each.heading(language) for each in sheet.columns], [each.key for each in sheet.columns]]
    cells = [[shown(each, _at(row, each.key), language) for each in sheet.columns] for row in rows]
    widths = {
        n: 40 if each.key.startswith(("title", "mandate.text")) else 16 for n, each in enumerate(sheet.columns, 1)
    }
    sums = frozenset(n for n, each in enumerate(sheet.columns, 1) if each.key == "amount" and each.kind == "whole")
    widths |= dict.fromkeys(sums, 22)
    return SheetPlan(sheet.name(language), headings, cells, (2,), widths=widths, sums=sums)


def _rows_of(sheet: Sheet, content: Content) -> list[Content]:
    if sheet is GENERAL:
        return [content]
    if sheet.part in INNER:
        outer, key = INNER[sheet.part]
        return [{key: each["id"], **row} for each in content.get(outer, []) for row in each.get(sheet.part, [])]
    rows: list[Content] = content.get(sheet.part, [])
    return rows


def _note(column: Column, language: str) -> str:
    if column.choices:
        return " / ".join(both[language == "en"] for both in CHOICES[column.choices].values())
    return column.note(language)


def _at(content: Mapping[str, Any], key: str) -> Any:
    found: Any = content
    for step in key.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


class _Reading:
    """One workbook being read: what it states, where each part of it stands, and what is wrong."""

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[Content, str, int, dict[str, str]]]] = {each.part: [] for each in SHEETS}
        self.places: dict[At, str] = {}
        self.faults: list[Fault] = []

    def portfolio(self, data: bytes) -> Portfolio:
        self._open(data)
        content = self._content() if not self.faults else {}
        if self.faults:
            raise ProjectUnreadable(self.faults)
        try:
            return Portfolio.model_validate(content)
        except ValidationError as error:
            raise ProjectUnreadable([
                Fault(each.field, each.says, each.values, each.remedy, each.at, place_near(self.places, each.at))
                for each in form_faults(error)
            ]) from None  # fmt: skip

    def _open(self, data: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "roadmap.xlsx"
            path.write_bytes(data)
            try:
                with Workbook(path) as workbook:
                    self._sheets(workbook)
            except TableRefused as refused:
                for each in refused.problems:
                    where = ", ".join(part for part in (each.sheet or "", each.cell) if part)
                    self.faults.append(Fault("", N_("%(reason)s"), {"reason": each.text}, place=where))

    def _sheets(self, workbook: Workbook) -> None:
        by_name = {name.casefold(): sheet for sheet in SHEETS for name in (sheet.vi, sheet.en, sheet.part)}
        for name in workbook.sheets:
            sheet = by_name.get(name.strip().casefold())
            if sheet is not None:
                self._sheet(sheet, name, list(workbook.rows(name)))
            elif name.strip() not in NOTES:
                self.faults.append(Fault("", N_("is no sheet of a roadmap."), {},
                                         N_("Give it its old name, or take it out."), place=name))  # fmt: skip
        if not self.rows["general"] and not self.faults:
            self.faults.append(Fault("", N_("is missing."), {}, N_("Begin with a template of the roadmap."),
                                     place=f"{GENERAL.vi} / {GENERAL.en}"))  # fmt: skip

    def _sheet(self, sheet: Sheet, name: str, rows: list[Row]) -> None:
        by_key = {each.key: each for each in sheet.columns}
        by_heading = {word.casefold(): each for each in sheet.columns for word in (each.vi, each.en, each.key)}
        head = rows[0] if rows else Row(1, {})
        keyed = len(rows) > 1 and all(each.text in by_key for each in rows[1].cells.values()) and bool(rows[1].cells)
        columns: dict[int, Column] = {}
        for number in sorted({*head.cells, *(rows[1].cells if keyed else ())}):
            column = by_key.get(rows[1].text(number)) if keyed else None
            column = column or by_heading.get(head.text(number).strip().casefold())
            if column is not None:
                columns[number] = column
            elif head.text(number).strip():
                self.faults.append(Fault(
                    "", N_("%(found)s is no column of this sheet."), {"found": head.text(number)},
                    N_("Take the column out, or give it its old heading."), place=_place(name, number, head.number),
                ))  # fmt: skip
        for row in rows[2 if keyed else 1 :]:
            found: Content = {}
            places: dict[str, str] = {"": _place(name, min(columns, default=1), row.number)}
            for number, column in columns.items():
                places[column.key] = _place(name, number, row.number)
                self._take(column, row.cells.get(number), found, places[column.key])
            if found:
                self.rows[sheet.part].append((found, name, row.number, places))

    def _take(self, column: Column, cell: Cell | None, content: Content, place: str) -> None:
        text = cell.text.strip() if cell is not None else ""
        if cell is None or not text:
            return
        value: Any = text
        if cell.kind == "error":
            self.faults.append(Fault("", N_("%(found)s is an error of the spreadsheet."), {"found": text},
                                     N_("Mend it."), place=place))  # fmt: skip
        elif column.choices:
            words = CHOICES[column.choices]
            value = next((c for c, both in words.items() if text.casefold() in (c, *map(str.casefold, both))), None)
            if value is None:
                expected = ", ".join(" / ".join(both) for both in words.values())
                self.faults.append(Fault(
                    column.key, N_("is %(found)s; expected %(expected)s."), {"found": text, "expected": expected},
                    N_("Choose one of these."), place=place,
                ))  # fmt: skip
            value = value == "true" if column.kind == "yes" else value
        elif column.key == "pinned":
            value = int(text) if text.isdecimal() else text
        elif column.kind != "text":
            value = read_cell(column, cell, text)
        at = content
        *way, last = column.key.split(".")
        for step in way:
            at = at.setdefault(step, {})
        at[last] = value

    def _content(self) -> Content:
        """The rows of all sheets as one portfolio; rows of inner sheets go to what they belong to."""
        first, _name, _number, places = self.rows["general"][0]
        self._placed(places, ())
        content: Content = dict(first)
        if isinstance(years := content.get("years"), list):
            content["years"] = [int(each) if each.isdecimal() else each for each in years]
        for _more, name, row, _places in self.rows["general"][1:]:
            self.faults.append(Fault("", N_("stands below the one line of this sheet."), {}, N_("Take it out."),
                                     place=_place(name, 1, row)))  # fmt: skip
        for part in ("budgets", "demands", "capacities", "phases"):
            for n, (found, _name, _number, places) in enumerate(self.rows[part]):
                self._placed(places, (part, n))
                content.setdefault(part, []).append(found)
        for phase in content.get("phases", []):
            phase["legal_basis"] = [
                {"text": each.removesuffix(UNCHECKED), "checked": not each.endswith(UNCHECKED)}
                for each in phase.get("legal_basis", [])
            ]
        for part in INNER:
            self._inner(part, content)
        for found, name, number, places in self.rows["previous"]:
            key = str(found.get("demand", ""))
            if not key or key in content.setdefault("previous", {}):
                self.faults.append(Fault("previous", N_("names no project, or one that was named before."), {},
                                         N_("Write the code of another project."),
                                         place=_place(name, 1, number)))  # fmt: skip
            content["previous"][key] = found.get("year")
            self.places["previous", key] = places["year"] if "year" in places else places[""]
        return content

    def _inner(self, part: str, content: Content) -> None:
        outer, key = INNER[part]
        by_id = {each.get("id"): n for n, each in enumerate(content.get(outer, []))}
        for found, _name, _number, places in self.rows[part]:
            owner = found.pop(key, None)
            if owner not in by_id:
                self.faults.append(Fault(
                    part, N_("names %(found)s, which no other sheet has."), {"found": str(owner or "–")},
                    N_("Write a code that stands in the sheet of what it belongs to."),
                    place=places.get(key, places[""]),
                ))  # fmt: skip
                continue
            rows = content[outer][by_id[owner]].setdefault(part, [])
            self._placed(places, (outer, by_id[owner], part, len(rows)))
            rows.append(found)

    def _placed(self, places: Mapping[str, str], at: At) -> None:
        """Keep where each field below `at` stands."""
        for key, place in places.items():
            way = (*at, *key.split(".")) if key else at
            self.places[way] = place
            self.places.setdefault(way[: len(at) + 1], place)


def places_in(data: bytes) -> dict[At, str]:
    """In which cell each field stands of a portfolio that a workbook holds. Raises ProjectUnreadable."""
    reading = _Reading()
    reading.portfolio(data)
    return reading.places


def _place(sheet: str, column: int, row: int) -> str:
    return f"{sheet}, {column_letters(column)}{row}"
