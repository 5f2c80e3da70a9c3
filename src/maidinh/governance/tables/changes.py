"""What one row of a table changes in a model: looked at alone, and put into the thing it is about.

Layer 4, governance. Pure. A cell that shows what the model says already changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.modelling.definition import Element, Model, Principle, Property, Relation, View
from maidinh.governance.modelling.metamodel import LAYERED_KINDS
from maidinh.governance.tables.columns import REMOVE, Column, Table, Unreadable
from maidinh.governance.tables.writing import KEPT, contents_of
from maidinh.infrastructure.workbooks.cells import Row

FORMS: dict[str, type[BaseModel]] = {
    "elements": Element, "relations": Relation, "principles": Principle, "views": View, "properties": Property,
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A row that changes something: what its cells say, by key, as far as that differs from the model."""

    table: str
    row: int
    id: str
    cells: dict[str, str]
    remove: bool = False
    new: bool = False

    def as_json(self) -> dict[str, Any]:
        """For a checkpoint."""
        return asdict(self)


@dataclass(frozen=True)
class RowProblem:
    """What is wrong in a row, and in which column of it."""

    table: str
    row: int
    key: str | None
    text: str


class Baseline:
    """The model that tables are read onto: what each thing's row shows."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.contents: dict[str, dict[str, Mapping[str, Any]]] = {}
        self.tables: dict[str, str] = {}
        for name in ("elements", "relations", "principles", "views"):
            self.tables |= {item.id: name for item in getattr(model, name)}

    def of(self, table: Table) -> dict[str, Mapping[str, Any]]:
        """What the rows of a table show, by id."""
        if table.key not in self.contents:
            self.contents[table.key] = {str(each["id"]): each for each in contents_of(self.model, table)}
        return self.contents[table.key]


def change_of(
    baseline: Baseline, table: Table, columns: Mapping[int, Column], row: Row
) -> Iterator[Change | RowProblem]:
    """The change that a row makes, or its problems; nothing when it changes nothing."""
    for at, column in columns.items():
        cell = row.cells.get(at)
        if cell is not None and (cell.formula or cell.kind == "error"):
            what = f"shows {cell.text}" if cell.kind == "error" else "holds a formula"
            yield RowProblem(table.key, row.number, column.key, f"the cell {what}: put the value itself in its place")
            return
    texts = {column.key: row.text(at) for at, column in columns.items()}
    identifier = texts.get("id", "").strip()
    if not identifier:
        yield RowProblem(table.key, row.number, "id", "the code is missing: fill it in, or empty the row")
        return
    known = baseline.of(table)
    base = known.get(identifier)
    if texts.get(REMOVE.key):
        try:
            REMOVE.kind.read(texts[REMOVE.key])
        except Unreadable:
            yield RowProblem(table.key, row.number, REMOVE.key, "expected x, to remove this, or nothing")
            return
        if base is None:
            yield RowProblem(table.key, row.number, "id", f"{identifier} can't be removed: the model doesn't have it")
        else:
            yield Change(table.key, row.number, identifier, {}, remove=True)
        return
    if base is None and not table.can_add:
        yield RowProblem(table.key, row.number, "id", f"{identifier} isn't in the model, and none can be added here")
        return
    cells = dict(_differing(columns, row, base, texts))
    if base is None or cells:
        change = Change(table.key, row.number, identifier, cells, new=base is None)
        problems = list(problems_of(baseline, table, change))
        yield from problems
        if not problems:
            yield change


def _differing(
    columns: Mapping[int, Column], row: Row, base: Mapping[str, Any] | None, texts: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for column in columns.values():
        if column.key in (REMOVE.key, "id"):
            continue
        text = texts[column.key]
        shown = column.shown(base) if base is not None else ""
        if text != KEPT and text.replace("\r\n", "\n") != shown.replace("\r\n", "\n"):
            yield column.key, text


def problems_of(baseline: Baseline, table: Table, change: Change) -> Iterator[RowProblem]:
    """What is wrong with a row by itself."""
    content, problems = _content(baseline, table, change)
    if problems:
        yield from problems
        return
    if table.key == "properties":
        thing = change.id.partition("#")[0]
        if "#" not in change.id or not change.id.partition("#")[2].isdigit():
            yield RowProblem(table.key, change.row, "id", "expected the code of a thing, # and a number")
        elif baseline.tables.get(thing) in (None, "principles") and not change.new:
            yield RowProblem(table.key, change.row, "id", f"there is no {thing}")
    elif change.new and change.id in baseline.tables:
        yield RowProblem(table.key, change.row, "id", f"{change.id} is in use in {baseline.tables[change.id]}")
    try:
        item = FORMS[table.key].model_validate(content)
    except ValidationError as error:
        yield from _told(table, change, error)
        return
    if isinstance(item, Element) and isinstance(baseline.model, ArchitectureVersion) and item.kind in LAYERED_KINDS:
        if item.layer is None:
            yield RowProblem(table.key, change.row, "layer", f"an element of the kind {item.kind} needs a layer")
        if not item.name.in_language("vi"):
            yield RowProblem(table.key, change.row, "name.vi", f"an element of the kind {item.kind} needs a name")


def applied(baseline: Baseline, table: Table, change: Change) -> BaseModel:
    """The thing that a row is about, with what the row says."""
    return FORMS[table.key].model_validate(_content(baseline, table, change)[0])


def _content(baseline: Baseline, table: Table, change: Change) -> tuple[dict[str, Any], list[RowProblem]]:
    base = baseline.of(table).get(change.id, {"id": change.id})
    content = _copied(base)
    if table.key == "properties":
        content.pop("id", None)
    columns = {column.key: column for column in table.columns}
    problems = []
    for key, text in change.cells.items():
        try:
            columns[key].read_into(content, text)
        except Unreadable as error:
            problems.append(RowProblem(table.key, change.row, key, f"{error} (found {text[:60]!r})"))
    if table.key == "properties":
        content.setdefault("value", "")
    return content, problems


def _copied(value: Any) -> Any:
    return {key: _copied(each) for key, each in value.items()} if isinstance(value, Mapping) else value


def _told(table: Table, change: Change, error: ValidationError) -> Iterator[RowProblem]:
    for fault in error.errors():
        place = ".".join(str(part) for part in fault["loc"])
        key = next((each.key for each in table.columns if place == ".".join(each.path)), None)
        key = key or next((each.key for each in table.columns if place.startswith(".".join(each.path))), None)
        found = (
            "" if fault["type"] == "missing" or isinstance(fault.get("input"), dict) else f" (found {fault['input']!r})"
        )
        message = fault["msg"].removeprefix("Value error, ")
        yield RowProblem(table.key, change.row, key, f"{message}{found}" if key else f"{place}: {message}{found}")
