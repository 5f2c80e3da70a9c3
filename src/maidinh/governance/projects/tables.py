"""A project as a workbook, a sheet for each of its parts, and read again from one.

Layer 4, governance. Pure. What the form holds comes back as it was. A fault names the sheet and the cell. Days, numbers
and choices are read as officials write them in either language.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from maidinh.governance.projects.content import content_of
from maidinh.governance.projects.definition import Project
from maidinh.governance.projects.sayings import N_, At, Fault, ProjectUnreadable, form_faults
from maidinh.governance.projects.sheets import CHANGES, CHOICES, GENERAL, LABELS, LISTED, NOTES, SHEETS, Column, Sheet
from maidinh.infrastructure.workbooks.cells import Cell, Row, column_letters
from maidinh.infrastructure.workbooks.problems import TableRefused
from maidinh.infrastructure.workbooks.reading import Workbook
from maidinh.infrastructure.workbooks.writing import Choice, SheetPlan, workbook_bytes

HEADINGS = 2  # rows: what people read, and the keys, hidden
CHOSEN = ("choice", "yes")
WIDE, NARROW = 44, 16
GROUPED = re.compile(r"[1-9]\d{0,2}([.,\s\u00a0]\d{3})(?:\1|[.,\s\u00a0]\d{3})*")
THOUSANDS = re.compile(r"-?[1-9]\d{0,2}(\.\d{3})+(,\d+)?")
DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
PLACE = re.compile(r"[\\.]")
Content = dict[str, Any]


def write_project(project: Project, language: str = "vi") -> bytes:
    """The project as a workbook (.xlsx) with headings in this language, and a sheet of notes."""
    content = content_of(project)
    plans = [_plan(GENERAL, _general_rows(content, language), language)]
    for sheet in SHEETS[1:]:
        rows = _change_rows(content) if sheet is CHANGES else content.get(sheet.part, [])
        plans.append(_plan(sheet, [_shown_row(sheet, each, language) for each in rows], language))
    return workbook_bytes([*plans, _notes(language)])


def read_table(data: bytes) -> Project:
    """The project in a workbook. Raises ProjectUnreadable with every fault, each at its sheet and cell."""
    return _Reading(data).project()


def places_in(data: bytes) -> dict[At, str]:
    """In which cell each field stands of a project that a workbook holds. Raises ProjectUnreadable."""
    reading = _Reading(data)
    reading.project()
    return reading.places


def place_near(places: Mapping[At, str], at: At) -> str:
    """The cell of a field, else of the nearest part around it; nothing where it stands nowhere."""
    return next((places[at[:n]] for n in range(len(at), 0, -1) if at[:n] in places), "")


def _plan(sheet: Sheet, rows: list[list[str]], language: str) -> SheetPlan:
    if sheet is GENERAL:
        headings = [[_of(words, language) for words in LABELS.values()], list(LABELS)]
        widths = {1: 34, 2: 80, 3: 24}
        return SheetPlan(sheet.name(language), headings, rows, (HEADINGS,), widths=widths)
    headings = [[each.heading(language) for each in sheet.columns], [each.key for each in sheet.columns]]
    columns = list(enumerate(sheet.columns, 1))
    lists = list(CHOICES)
    return SheetPlan(
        sheet.name(language), headings, rows, (HEADINGS,),
        widths={n: WIDE if each.kind in ("text", "value") and "." in each.key else NARROW for n, each in columns},
        choices={
            n: Choice(_of(NOTES, language), 4 + lists.index(each.choices), 1 + len(CHOICES[each.choices]))
            for n, each in columns if each.choices
        },
    )  # fmt: skip


def _notes(language: str) -> SheetPlan:
    """What to write where, and beside it the words that may be chosen."""
    notes = [
        [sheet.name(language), each.heading(language), each.note(language)]
        for sheet in SHEETS for each in sheet.columns if each.note(language)
    ]  # fmt: skip
    lists = [[_of(words, language) for words in each.values()] for each in CHOICES.values()]
    height = max(len(notes), *map(len, lists))
    rows = [
        [*(notes[n] if n < len(notes) else ["", "", ""]), *(each[n] if n < len(each) else "" for each in lists)]
        for n in range(height)
    ]
    heading = [_of(each, language) for each in (("Trang", "Sheet"), ("Cột hoặc dòng", "Column or row"))]
    titles = [
        next(column.heading(language) for sheet in SHEETS for column in sheet.columns if column.choices == each)
        for each in CHOICES
    ]
    return SheetPlan(
        _of(NOTES, language), [[*heading, _of(("Cách ghi", "How"), language), *titles]], rows, widths={3: 60}
    )


def _general_rows(content: Mapping[str, Any], language: str) -> list[list[str]]:
    rows: list[list[str]] = []
    bases = content.get("legal_basis", [])
    for column in GENERAL.columns:
        label = column.heading(language)
        if column.key == "legal_basis":
            for each in bases:  # in their order, checked and unchecked ones mixed
                key = "legal_basis" if each.get("checked", True) else "legal_basis_unchecked"
                named = next(other for other in GENERAL.columns if other.key == key)
                rows.append([named.heading(language), each["text"], key])
            if not bases:
                rows.append([label, "", column.key])
        elif column.key in LISTED:
            values = [] if column.key == "legal_basis_unchecked" else content.get(column.key, [])
            rows += [
                [label, each, column.key] for each in values or ([""] if column.key != "legal_basis_unchecked" else [])
            ]
        else:
            rows.append([label, shown(column, _at(content, column.key), language), column.key])
    return rows


def _change_rows(content: Mapping[str, Any]) -> Iterator[Content]:
    """A row for each field of each change."""
    for change in content.get("changes", []):
        fields = list(change.get("set", {}).items())
        if "value" in change:
            fields = list(_leaves({key: value for key, value in change["value"].items() if key != "id"}))
        head = {key: change[key] for key in ("action", "section", "item")}
        first = {key: change[key] for key in ("on", "why") if key in change}
        if not fields:
            yield head | first
        for n, (path, value) in enumerate(fields):
            yield head | {"field": path, "value": [value]} | ({} if n else first)


def _leaves(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in content.items():
        path = prefix + PLACE.sub(lambda found: f"\\{found[0]}", key)
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{path}.")
        else:
            yield path, value


def _put_leaf(content: Content, path: str, value: Any) -> bool:
    """Put a field where its path says; False where something else stands in the way."""
    steps = [re.sub(r"\\(.)", r"\1", each) for each in re.findall(r"(?:\\.|[^.\\])+", path)]
    at: Any = content
    for step in steps[:-1]:
        at = at.setdefault(step, {})
        if not isinstance(at, dict):
            return False
    if not steps or steps[-1] in at:
        return False
    at[steps[-1]] = value
    return True


def _shown_row(sheet: Sheet, content: Mapping[str, Any], language: str) -> list[str]:
    return [shown(each, _at(content, each.key), language) for each in sheet.columns]


def _at(content: Mapping[str, Any], key: str) -> Any:
    found: Any = content
    for step in key.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def shown(column: Column, value: Any, language: str) -> str:
    """A value as its cell shows it."""
    if value is None:
        return ""
    text = str(value)
    match column.kind:
        case "choice" | "yes":
            text = _of(CHOICES[column.choices][text.lower() if isinstance(value, bool) else text], language)
        case "list":
            text = "\n".join(value)
        case "value":
            text = _written(value[0])
        case "day" if language != "en":
            text = "/".join(reversed(text.split("-")))
        case "number" if "e" not in text:
            text = text.replace(".", ",")
    return text


def _written(value: Any) -> str:
    """A value of any kind as a cell shows it: a text as it is, unless it would be read as something else."""
    if isinstance(value, str) and value and value == value.strip() and _as_value(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _as_value(text: str) -> Any:
    with suppress(ValueError, RecursionError):
        return json.loads(text, parse_constant=lambda _: text)
    return text


def _of(words: tuple[str, str], language: str) -> str:
    return words[1] if language == "en" else words[0]


class _Reading:
    """One workbook being read: the content that it states, where each part of it stands, and what is wrong."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.content: Content = {}
        self.places: dict[At, str] = {}
        self.faults: list[Fault] = []
        self.names = {sheet.part: sheet.vi for sheet in SHEETS}

    def project(self) -> Project:
        self._read()
        if self.faults:
            raise ProjectUnreadable(self.faults)
        try:
            return Project.model_validate(self.content)
        except ValidationError as error:
            found = [
                Fault(each.field, each.says, each.values, each.remedy, each.at, self._near(each.at))
                for each in form_faults(error)
            ]
            raise ProjectUnreadable(found) from None

    def _near(self, at: At) -> str:
        return place_near(self.places, at) or self.names.get(str(at[0]) if at else "", self.names["general"])

    def _read(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "project.xlsx"
            path.write_bytes(self.data)
            try:
                with Workbook(path) as workbook:
                    self._sheets(workbook)
            except TableRefused as refused:
                for each in refused.problems:
                    where = ", ".join(part for part in (each.sheet or "", each.cell) if part)
                    self.faults.append(Fault("", N_("%(reason)s"), {"reason": each.text}, place=where))

    def _sheets(self, workbook: Workbook) -> None:
        by_name = {name.casefold(): sheet for sheet in SHEETS for name in (sheet.vi, sheet.en)}
        seen: set[str] = set()
        for name in workbook.sheets:
            sheet = by_name.get(name.strip().casefold())
            if sheet is None:
                if name.strip() not in NOTES:
                    self.faults.append(Fault("", N_("is no sheet of a project."), {},
                                             N_("Give it its old name, or take it out."), place=name))  # fmt: skip
                continue
            seen.add(sheet.part)
            self.names[sheet.part] = name
            rows = list(workbook.rows(name))
            if sheet is GENERAL:
                self._general(name, rows)
            else:
                self._part(sheet, name, rows)
        if GENERAL.part not in seen:
            self.faults.append(Fault("", N_("is missing."), {}, N_("Begin with a template of the project form."),
                                     place=f"{GENERAL.vi} / {GENERAL.en}"))  # fmt: skip

    def _general(self, name: str, rows: list[Row]) -> None:
        by_key = {each.key: each for each in GENERAL.columns}
        by_label = {label.casefold(): each for each in GENERAL.columns for label in (each.vi, each.en)}
        for row in rows:
            key, label = row.text(3).strip(), row.text(1).strip()
            if key == "key" or (not key and label in LABELS["label"]) or (row.number == 1 and key in LABELS["key"]):
                continue
            column = by_key.get(key) or by_label.get(label.casefold())
            if column is None:
                self._wrong(name, row.number, 1, label or key, N_("is no line of this sheet."),
                            N_("Take the line out, or write its key."))  # fmt: skip
                continue
            place, cell = _place(name, row.number, 2), row.cells.get(2)
            target = LISTED.get(column.key)
            if target is None:
                at: At = tuple(column.key.split("."))
                self.places[at] = place
                self.places.setdefault(at[:1], place)
                self._take(column, cell, at, self.content, name, row.number, 2)
            elif cell is not None and cell.text.strip():
                text: Any = cell.text.strip()
                items = self.content.setdefault(target, [])
                self.places[target, len(items)] = place
                if target == "legal_basis":
                    text = {"text": text} | ({"checked": False} if column.key != target else {})
                items.append(text)

    def _part(self, sheet: Sheet, name: str, rows: list[Row]) -> None:
        columns, rest = self._columns(sheet, name, rows)
        for row in rest:
            found: Content = {}
            items = self.content.setdefault(sheet.part, [])
            at: At = (sheet.part, len(items))
            if not any(row.text(n).strip() for n in columns):
                continue
            places: dict[At, str] = {at: _place(name, row.number, min(columns))}
            for number, column in columns.items():
                way: At = (*at, *column.key.split("."))
                places[way] = _place(name, row.number, number)
                places.setdefault(way[:3], places[way])
                self._take(column, row.cells.get(number), way[2:], found, name, row.number, number)
            if sheet is CHANGES:
                self._change(found, name, row.number, columns, places)
            else:
                self.places |= places
                items.append(found)

    def _change(
        self, row: Content, name: str, number: int, columns: Mapping[int, Column], places: Mapping[At, str]
    ) -> None:
        """A row of the changes: a new change, or one more field of the change above it."""
        items = self.content["changes"]
        head = {key: row.get(key) for key in ("action", "section", "item")}
        same = items and all(items[-1].get(key) == value for key, value in head.items())
        path, value = row.pop("field", None), row.pop("value", [None])[0]
        if not same:
            items.append(row | ({"value": {"id": row.get("item")}} if row.get("action") == "add" else {}))
            self.places |= places
        change, n = items[-1], len(items) - 1
        word = "value" if change.get("action") == "add" else "set"
        if path is None:
            return
        column = next((at for at, each in columns.items() if each.key == "field"), 1)
        at: At = ("changes", n, word, *([path] if word == "set" else path.split(".")))
        self.places[at] = _place(name, number, column)
        fields = change.setdefault(word, {})
        if word == "set" and path not in fields:
            fields[path] = value
        elif word == "set" or not _put_leaf(fields, path, value):
            self._wrong(name, number, column, path, N_("%(found)s stands more than once, or within another field."),
                        N_("Say each field once."), f"changes.{change.get('item')}.{word}.{path}")  # fmt: skip

    def _columns(self, sheet: Sheet, name: str, rows: list[Row]) -> tuple[dict[int, Column], list[Row]]:
        """Which column holds what, by the keys of the hidden row, else by the headings; and the rows below."""
        by_key = {each.key: each for each in sheet.columns}
        by_heading = {word.casefold(): each for each in sheet.columns for word in (each.vi, each.en)}
        head = rows[0] if rows else Row(1, {})
        keys = rows[1] if len(rows) > 1 and rows[1].number == HEADINGS else Row(HEADINGS, {})
        keyed = bool(keys.cells) and all(each.text in by_key for each in keys.cells.values())
        columns: dict[int, Column] = {}
        for number in sorted({*head.cells, *(keys.cells if keyed else ())}):
            column = by_key.get(keys.text(number)) if keyed else None
            column = column or by_heading.get(head.text(number).strip().casefold())
            if column is None:
                self._wrong(name, head.number, number, head.text(number), N_("%(found)s is no column of this sheet."),
                            N_("Take the column out, or give it its old heading."))  # fmt: skip
            else:
                columns[number] = column
        return columns, rows[(2 if keyed else 1) :] if rows else []

    def _take(
        self, column: Column, cell: Cell | None, way: At, content: Content, name: str, row: int, number: int
    ) -> None:
        """Put what a cell says where its column says; an empty cell says nothing."""
        text = cell.text.strip() if cell is not None else ""
        if cell is None or not text:
            return
        value: Any = text
        if cell.kind == "error":
            self._wrong(name, row, number, text, N_("%(found)s is an error of the spreadsheet."), N_("Mend it."))
        elif column.kind in CHOSEN:
            value = self._chosen(column, text, name, row, number)
        elif column.kind != "text":
            value = read_cell(column, cell, text)
        at = content
        for step in way[:-1]:
            at = at.setdefault(str(step), {})
        at[str(way[-1])] = value

    def _chosen(self, column: Column, text: str, name: str, row: int, number: int) -> Any:
        words = CHOICES[column.choices]
        code = next((c for c, both in words.items() if text.casefold() in (c.lower(), *map(str.casefold, both))), None)
        if code is None:
            expected = ", ".join(both[0] if both[0] == both[1] else f"{both[0]} / {both[1]}" for both in words.values())
            self._wrong(name, row, number, text, N_("is %(found)s; expected %(expected)s."),
                        N_("Choose one of these."), column.key, expected=expected)  # fmt: skip
            return text
        return code == "true" if column.kind == "yes" else int(code) if column.choices == "steps" else code

    def _wrong(
        self, sheet: str, row: int, column: int, found: str, says: str, remedy: str, field: str = "", **values: str
    ) -> None:
        place = _place(sheet, row, column)
        self.faults.append(Fault(field, says, {"found": found, **values}, remedy, place=place))


def _place(sheet: str, row: int, column: int) -> str:
    return f"{sheet}, {column_letters(column)}{row}"


def read_cell(column: Column, cell: Cell, text: str) -> Any:
    """What a cell says, as far as it is understood; the form tells of the rest."""
    match column.kind:
        case "value":
            return [cell.text == "TRUE" if cell.kind == "boolean" else _as_value(cell.text)]
        case "list":
            return [each.strip() for each in text.split("\n") if each.strip()]
        case "day" if found := DAY.fullmatch(text):
            return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}"
        case "whole" if cell.kind != "number" and GROUPED.fullmatch(text):
            with suppress(ValueError):  # longer than any number
                return int(re.sub(r"\D", "", text))
        case "number" if cell.kind != "number":
            plain = text.replace(".", "") if THOUSANDS.fullmatch(text) else text
            with suppress(ValueError):
                return float(plain.replace(",", "."))
    return text
