"""The yearly plan and the training plan as files: .xlsx with real numbers, .docx in the form of Decree 30/2020.

Layer 4, governance. The same plan gives the same bytes: no clock gets into a file. Texts are never read as formulas.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from maidinh.governance.documents.content import Table
from maidinh.governance.documents.word_parts import paragraph, run
from maidinh.governance.documents.word_parts import table as table_of
from maidinh.governance.documents.word_styles import TEXT_WIDTH_LANDSCAPE, TWIPS, apply_page, apply_styles
from maidinh.governance.roadmap.plans import STATES, AnnualPlan, PlanTask
from maidinh.governance.roadmap.training import TrainingItem
from maidinh.governance.roadmap.wording import day, dong, span, word
from maidinh.infrastructure.workbooks.cells import begins_actively, escaped
from maidinh.infrastructure.workbooks.reckoned import results_of, with_results

MONEY = "#,##0"
EPOCH = (1980, 1, 1, 0, 0, 0)
CORE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties xmlns:cp="http://schemas.openxml'
    b'formats.org/package/2006/metadata/core-properties"/>'
)
FONT = "Times New Roman"
LINE = Side(style="thin", color="4A4F54")
GRID = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
SHADE = PatternFill("solid", fgColor="E9EDF2")
ROMAN = ("I", "II", "III")
BEFORE_MONEY = 10  # columns before this year's money
DOCX_SHARES = (0.04, 0.14, 0.105, 0.11, 0.08, 0.06, 0.14, 0.14, 0.095, 0.09)


@dataclass(frozen=True)
class Head:
    """Who hands the plan in: the body above, the agency, the place; and the names of agencies by code."""

    agency: str
    parent: str
    place: str
    agencies: Mapping[str, str]


def plan_workbook(plan: AnnualPlan, language: str, head: Head) -> bytes:
    """The plan as a workbook: the form, ready to print, and the totals by source. Sums are formulas."""
    book = Workbook()
    sheet = book.active
    sheet.title = word("sheet-plan", language, year=plan.year)
    return _PlanSheet(sheet, plan, language, head).written(book)


class _PlanSheet:
    def __init__(self, sheet: Worksheet, plan: AnnualPlan, language: str, head: Head) -> None:
        self.sheet, self.plan, self.language, self.head = sheet, plan, language, head
        self.first_money = BEFORE_MONEY + 1
        self.last_money = BEFORE_MONEY + len(plan.sources)
        self.columns = self.last_money + 4
        self.row = 0

    def _w(self, key: str, **values: object) -> str:
        return word(key, self.language, **values)

    def written(self, book: Workbook) -> bytes:
        self._front()
        header = self._headings()
        there = [state for state in STATES if self.plan.of(state)]
        groups = [self._group(number, state) for number, state in enumerate(there)]
        if not groups:
            self._line([self._w("empty")])
        total = self._sums(self._w("grand-total"), groups)
        self._by_source(total)
        self._signature()
        sheet = self.sheet
        sheet.freeze_panes = sheet.cell(header + 1, 3)
        for number, wide in enumerate([5, 30, 14, 26, 34, 22, 20, 12, 18], 1):
            sheet.column_dimensions[get_column_letter(number)].width = wide
        for number in range(self.first_money, self.columns + 1):
            sheet.column_dimensions[get_column_letter(number)].width = 19
        sheet.column_dimensions[get_column_letter(self.columns)].width = 32
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_title_rows = f"{header - 1}:{header}"
        sheet.print_area = f"A1:{get_column_letter(self.columns)}{self.row}"
        sheet.oddFooter.center.text = "&P/&N"
        return _saved(book)

    def _front(self) -> None:
        """What stands above the table: who, the nation and its motto, the title, the grounds."""
        half, head = self.columns // 2, self.head
        for left, right, bold in (
            (head.parent.upper(), self._w("nation"), False), (head.agency.upper(), self._w("motto"), True),
            (self._w("number"), self._w("place-day", place=head.place, year=self.plan.year - 1), False),
        ):  # fmt: skip
            self.row += 1
            self._wide(left, 1, half, bold=bold)
            self._wide(right, half + 1, self.columns, bold=bold or right == self._w("nation"))
        self.row += 1
        title = f"{self._w('plan-form')}\n{self._w('plan-title', year=self.plan.year)}\n"
        for text, size in ((title + self._w("plan-of", agency=head.agency), 14), (self._w("draft"), 11)):
            self.row += 1
            self._wide(text, 1, self.columns, bold=size == 14, size=size)
            self.sheet.row_dimensions[self.row].height = 60 if size == 14 else 18
        self.row += 1
        self._wide(self._w("ground-roadmap", title=self.plan.portfolio_title.in_language(self.language)), 1,
                   self.columns, side="left")  # fmt: skip
        self.row += 1
        self._wide(self._w("unit"), 1, self.columns, side="right")

    def _wide(
        self, text: str, first: int, last: int, *, bold: bool = False, size: int = 12, side: str = "center"
    ) -> None:
        self._put(first, text, bold=bold, side=side, border=False, size=size)
        if last > first:
            self.sheet.merge_cells(start_row=self.row, start_column=first, end_row=self.row, end_column=last)

    def _put(
        self, column: int, value: str | int, *, bold: bool = False, side: str = "left", border: bool = True,
        size: int = 11,
    ) -> Any:  # fmt: skip
        """A cell; a text stays a text also where it begins as a formula does."""
        cell = self.sheet.cell(self.row, column)
        if isinstance(value, _Sum):
            cell.value, cell.number_format, side = str(value), MONEY, "right"
        elif isinstance(value, str):
            cell.value = escaped(value) or None
            if value:
                cell.data_type = "s"
            cell.quotePrefix = begins_actively(value)
        else:
            cell.value, cell.number_format, side = value, MONEY, "right"
        cell.font = Font(name=FONT, size=size, bold=bold)
        cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal=side)
        if border:
            cell.border = GRID
        return cell

    def _headings(self) -> int:
        """Two rows: this year's money is one heading over its sources. Gives the number of the second."""
        plan = self.plan
        before = ["no", "task", "code", "grounds", "aim", "agency", "cooperates", "period", "total", "before"]
        after = [self._w("sum"), self._w("rest"), self._w("state"), self._w("note")]
        names = [
            f"{plan.source_name(each, self.language)}\n({plan.money_kind(each, self.language)})"
            for each in plan.sources
        ]
        self.row += 1
        for column in range(1, self.columns + 1):
            self._put(column, "", bold=True, side="center").fill = SHADE
        self.row += 1
        texts = [*(self._w(each) for each in before), *names, *after]
        money = range(self.first_money, self.last_money + 2)
        for column, text in enumerate(texts, 1):
            self._put(column, text if column in money else "", bold=True, side="center").fill = SHADE
        self.row -= 1
        for column, text in enumerate(texts, 1):
            if column not in money:
                self._put(column, text, bold=True, side="center").fill = SHADE
                self.sheet.merge_cells(start_row=self.row, end_row=self.row + 1, start_column=column, end_column=column)
        self._put(self.first_money, self._w("this-year", year=plan.year), bold=True, side="center").fill = SHADE
        if self.last_money + 1 > self.first_money:
            self.sheet.merge_cells(
                start_row=self.row, end_row=self.row, start_column=self.first_money, end_column=self.last_money + 1
            )
        self.row += 1
        self.sheet.row_dimensions[self.row].height = 48
        return self.row

    def _line(self, values: Sequence[str | int], *, bold: bool = False) -> None:
        self.row += 1
        for column in range(1, self.columns + 1):
            self._put(column, values[column - 1] if column <= len(values) else "", bold=bold)

    def _group(self, number: int, state: Any) -> int:
        """A part of the form: its heading carries the sums of its tasks. Gives the heading's row."""
        self._line([ROMAN[number], self._w(f"group-{state}")], bold=True)
        heading = self.row
        for count, task in enumerate(self.plan.of(state), 1):
            texts = task_cells(task, self.plan, self.language, self.head)
            money = [task.money.get(each, 0) for each in self.plan.sources]
            self._line([count, *texts[:7], task.total, task.before, *money, _Sum(""), task.rest, *texts[7:]])
            if self.plan.sources:
                self._put(
                    self.last_money + 1, _Sum(f"=SUM({self._cell(self.first_money)}:{self._cell(self.last_money)})")
                )
            else:
                self._put(self.last_money + 1, 0)
        for column in (9, 10, *range(self.first_money, self.last_money + 3)):
            letter, last = get_column_letter(column), self.row
            cell = self.sheet.cell(heading, column)
            cell.value, cell.number_format = f"=SUM({letter}{heading + 1}:{letter}{last})", MONEY
            cell.alignment = Alignment(vertical="top", horizontal="right")
        return heading

    def _cell(self, column: int) -> str:
        return f"{get_column_letter(column)}{self.row}"

    def _sums(self, title: str, groups: Sequence[int]) -> int:
        self._line(["", title], bold=True)
        for column in (9, 10, *range(self.first_money, self.last_money + 3)):
            letter = get_column_letter(column)
            formula = "+".join(f"{letter}{row}" for row in groups)
            self._put(column, _Sum(f"={formula}") if groups else 0, bold=True)
        return self.row

    def _by_source(self, total: int) -> None:
        self.row += 2
        self._wide(self._w("by-source"), 1, 5, bold=True, side="left")
        self.row += 1
        for column, key in ((2, "source"), (3, "kind-of-money"), (4, "sum"), (5, "carries")):
            self._put(column, self._w(key), bold=True, side="center").fill = SHADE
        first = self.row + 1
        for number, source in enumerate(self.plan.sources):
            self.row += 1
            self._put(2, self.plan.source_name(source, self.language))
            self._put(3, self.plan.money_kind(source, self.language))
            self._put(4, _Sum(f"={get_column_letter(self.first_money + number)}{total}"))
            self._put(5, self._w("yes") if source in self.plan.carries else "")
        last, self.row = self.row, self.row + 1
        self._put(2, self._w("grand-total"), bold=True)
        self._put(4, _Sum(f"=SUM(D{first}:D{last})") if self.plan.sources else 0, bold=True)

    def _signature(self) -> None:
        half = self.columns // 2
        lines = [self._w("recipients"), *self._w("recipients-lines", parent=self.head.parent).split("\n")]
        right = [self._w("signer"), self._w("sign-here"), ""]
        self.row += 1
        for number, (left, text) in enumerate(zip(lines, right, strict=True)):
            self.row += 1
            self._wide(left, 1, half, bold=number == 0, side="left")
            self._wide(text, half + 1, self.columns, bold=number == 0)
        self.row += 4


class _Sum(str):
    """A text that is meant to be computed."""


def task_cells(task: PlanTask, plan: AnnualPlan, language: str, head: Head) -> list[str]:
    """The texts of a task: name, code, grounds, aim, owner, co-operating, period, state, note."""
    unchecked = word("unchecked", language)
    grounds = "; ".join(each.text + ("" if each.checked else unchecked) for each in task.grounds)
    notes = []
    if task.deadline is not None:
        notes.append(word("note-deadline", language, year=task.deadline))
    if task.pinned:
        notes.append(word("note-pinned", language))
    if task.needs:
        notes.append(f"{word('needs', language)}: {', '.join(task.needs)}")
    return [
        task.title.in_language(language), task.id, grounds, task.aim.in_language(language) if task.aim else "",
        head.agencies.get(task.owner, task.owner),
        ", ".join(head.agencies.get(each, each) for each in task.cooperating), span(task.first, task.last),
        word(f"state-{task.state}", language), "; ".join(notes),
    ]  # fmt: skip


def plan_document(plan: AnnualPlan, language: str, head: Head) -> bytes:
    """The plan as a Word document on A4, lying: head, title, tasks, totals by source, who signs."""
    made: Any = docx.Document()
    apply_styles(made, language=language, roman=True)
    section = made.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    apply_page(section, landscape=True)

    def add(element: Any) -> None:
        made.element.body.insert_element_before(element, "w:sectPr")

    place = word("place-day", language, place=head.place, year=plan.year - 1)
    _columns(made, (head.parent.upper(), f"**{head.agency.upper()}", "_______", word("number", language)),
             (f"**{word('nation', language)}", f"**{word('motto', language)}", "_" * 20, place))  # fmt: skip
    add(paragraph("DocumentLine", ""))
    add(paragraph("DocumentTitle", run(word("plan-form", language))))
    add(paragraph("DocumentLine", run(word("plan-title", language, year=plan.year), "<w:b/>")))
    add(paragraph("DocumentLine", run(word("plan-of", language, agency=head.agency), "<w:b/>")))
    add(paragraph("DocumentMark", run(word("draft", language))))
    grounds = {each.text: each.checked for task in plan.tasks for each in task.grounds}
    for text, checked in grounds.items():
        told = text + ("" if checked else word("unchecked", language))
        add(paragraph("Normal", run(word("ground", language, text=told), "<w:i/>")))
    title = plan.portfolio_title.in_language(language)
    add(paragraph("Normal", run(word("ground-roadmap", language, title=title), "<w:i/>")))
    width = int(TEXT_WIDTH_LANDSCAPE * TWIPS)
    add(paragraph("Normal", run(f"I. {word('tasks', language)}", "<w:b/>"), "<w:keepNext/>"))
    add(paragraph("Remark", run(word("unit", language)), '<w:keepNext/><w:jc w:val="right"/>'))
    tasks = _tasks_table(plan, language, head)
    heading = [number for number, row in enumerate(tasks.rows) if row[0] in ("", *ROMAN)]
    add(table_of(tasks, width, bold=heading))
    add(paragraph("DocumentLine", ""))
    add(paragraph("Normal", run(f"II. {word('by-source', language)}", "<w:b/>"), "<w:keepNext/>"))
    add(table_of(_sources_table(plan, language), width, bold=[len(plan.totals)]))
    add(paragraph("DocumentLine", ""))
    kept = word("recipients-lines", language, parent=head.parent).split("\n")
    _columns(made, (f"**{word('recipients', language)}", *kept),
             (f"**{word('signer', language)}", word("sign-here", language)), left=WD_ALIGN_PARAGRAPH.LEFT)  # fmt: skip
    facts = made.core_properties
    facts.title, facts.author, facts.comments = word("plan-title", language, year=plan.year), head.agency, ""
    facts.last_modified_by = head.agency
    buffer = io.BytesIO()
    made.save(buffer)
    return _settled(buffer.getvalue())


def _columns(made: Any, one: Sequence[str], other: Sequence[str], left: Any = WD_ALIGN_PARAGRAPH.CENTER) -> None:
    """Two columns of lines side by side, without borders; `**` begins a bold line."""
    table = made.add_table(rows=1, cols=2)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for cell, lines, wide, side in zip(
        table.rows[0].cells, (one, other), (100, 147), (left, WD_ALIGN_PARAGRAPH.CENTER), strict=True
    ):
        cell.width = Mm(wide)
        for number, line in enumerate(lines):
            target = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
            target.style, target.alignment = made.styles["Document Line"], side
            target.paragraph_format.space_after = Pt(0)
            target.add_run(line.removeprefix("**")).bold = line.startswith("**")


def _tasks_table(plan: AnnualPlan, language: str, head: Head) -> Table:
    keys = ("no", "task", "grounds", "aim", "cooperates", "period", "total")
    headings = [word(each, language) for each in keys]
    headings += [word("this-year", language, year=plan.year), word("source", language), word("note", language)]
    rows: list[tuple[str, ...]] = []
    number = -1
    for state in STATES:
        tasks = plan.of(state)
        if tasks:
            number += 1
            sums = (
                dong(sum(each.total for each in tasks), language),
                dong(sum(each.this_year for each in tasks), language),
            )
            rows.append((ROMAN[number], word(f"group-{state}", language), "", "", "", "", *sums, "", ""))
        for count, task in enumerate(tasks, 1):
            cells = task_cells(task, plan, language, head)
            parts = [(plan.source_name(each, language), amount) for each, amount in task.money.items()]
            money = "; ".join(f"{name}: {dong(amount, language)}" if len(parts) > 1 else name for name, amount in parts)
            rows.append((str(count), f"{cells[0]} ({cells[1]})", cells[2], cells[3], cells[5], cells[6],
                         dong(task.total, language), dong(task.this_year, language), money, cells[8]))  # fmt: skip
    if not rows:
        rows.append(("", word("empty", language), *[""] * 8))
    total = dong(sum(each.total for each in plan.tasks), language), dong(plan.total, language)
    rows.append(("", word("grand-total", language), "", "", "", "", *total, "", ""))
    return Table(1, word("tasks", language), tuple(headings), tuple(rows), DOCX_SHARES)


def _sources_table(plan: AnnualPlan, language: str) -> Table:
    headings = tuple(word(each, language) for each in ("source", "kind-of-money", "sum", "carries"))
    rows = [
        (plan.source_name(each, language), plan.money_kind(each, language), dong(amount, language),
         word("yes", language) if each in plan.carries else "")
        for each, amount in plan.totals.items()
    ]  # fmt: skip
    rows.append((word("grand-total", language), "", dong(plan.total, language), ""))
    return Table(2, word("by-source", language), headings, tuple(rows), (0.4, 0.2, 0.25, 0.15))


TRAINING = ("learns", "subject", "project", "code", "people", "trained", "missing", "due", "planned-due", "last-held",
            "state")  # fmt: skip


def training_workbook(items: Sequence[TrainingItem], title: str, language: str, agencies: Mapping[str, str]) -> bytes:
    """The training plan as a workbook, with people as numbers and days as days."""
    book = Workbook()
    sheet = book.active
    sheet.title = word("training", language)
    sheet.append([word(each, language) for each in TRAINING])
    for item in items:
        sheet.append([None] * len(TRAINING))
        values = [
            agencies.get(item.agency, item.agency), item.subject.in_language(language),
            item.project_title.in_language(language), item.project, item.people, item.trained, item.missing, item.due,
            item.written, item.last_held, word(f"training-{item.state}", language),
        ]  # fmt: skip
        for column, value in enumerate(values, 1):
            cell = sheet.cell(sheet.max_row, column)
            if isinstance(value, str):
                cell.value, cell.data_type = escaped(value), "s"
                cell.quotePrefix = begins_actively(value)
            else:
                cell.value = value
                cell.number_format = "dd/mm/yyyy" if column in (8, 9, 10) else "#,##0"
    for row in sheet.iter_rows():
        for cell in row:
            cell.border, cell.font = GRID, Font(name=FONT, size=11, bold=cell.row == 1)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if cell.row == 1:
                cell.fill = SHADE
    for column, wide in enumerate((26, 34, 34, 18, 9, 9, 9, 12, 14, 14, 14), 1):
        sheet.column_dimensions[get_column_letter(column)].width = wide
    sheet.freeze_panes, sheet.print_title_rows = "A2", "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddHeader.center.text = title.replace("&", "&&")[:200]
    return _saved(book)


def training_row(item: TrainingItem, language: str, agencies: Mapping[str, str]) -> tuple[str, ...]:
    """A line of the training plan as texts, in the order of `TRAINING`."""
    return (
        agencies.get(item.agency, item.agency), item.subject.in_language(language),
        item.project_title.in_language(language), item.project, str(item.people), str(item.trained),
        str(item.missing), day(item.due, language), day(item.written, language),
        day(item.last_held, language) if item.last_held else "", word(f"training-{item.state}", language),
    )  # fmt: skip


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return _settled(out.getvalue(), results_of(book.active))


def _settled(content: bytes, results: dict[str, int | float] | None = None) -> bytes:
    """The same archive without the moment at which it was written; sums of its sheet have their results."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as found, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in found.namelist():
            data = CORE if name == "docProps/core.xml" and b"dcterms" in found.read(name) else found.read(name)
            if results and name == "xl/worksheets/sheet1.xml":
                data = with_results(data, results)
            made.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
