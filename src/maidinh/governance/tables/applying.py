"""Putting the changes of tables into a model, all that can stand together; what can't is told with its row.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from maidinh.governance.modelling.definition import Folder, Model, Property
from maidinh.governance.tables.changes import Baseline, Change, RowProblem, applied
from maidinh.governance.tables.columns import BY_KEY

LISTS = ("elements", "relations", "principles", "views")


@dataclass(frozen=True)
class Applied:
    """The model with the changes that could stand, and these."""

    model: Model
    changes: list[Change]


def apply_changes(baseline: Baseline, changes: list[Change]) -> tuple[Applied, list[RowProblem]]:
    """The model with all changes that can stand together, and the problems of those that can't.

    A change that can't stand is left out and the rest looked at again, for others may have rested on it.
    """
    problems: list[RowProblem] = []
    left = list(changes)
    while True:
        model = _changed_model(baseline, left)
        found = list(_misfits(baseline, model, left))
        if not found:
            return Applied(model, left), problems
        problems += found
        out = {(each.table, each.row) for each in found}
        left = [each for each in left if (each.table, each.row) not in out]


def _changed_model(baseline: Baseline, changes: list[Change]) -> Model:
    if not changes:
        return baseline.model
    by_table: dict[str, dict[str, Change]] = {}
    for each in changes:
        by_table.setdefault(each.table, {})[each.id] = each
    update: dict[str, Any] = {}
    for name in LISTS:
        of_table = by_table.get(name)
        if of_table:
            update[name] = list(_changed_list(baseline, name, of_table))
    model = baseline.model.model_copy(update=update)
    if "properties" in by_table:
        model = _with_properties(baseline, model, by_table["properties"])
    gone = {each.id for each in changes if each.remove and each.table in LISTS}
    if gone and model.folders:
        model = model.model_copy(update={"folders": [_without(folder, gone) for folder in model.folders]})
    return model


def _changed_list(baseline: Baseline, name: str, changes: dict[str, Change]) -> Iterator[BaseModel]:
    table = BY_KEY[name]
    there = getattr(baseline.model, name)
    for item in there:
        change = changes.get(item.id)
        if change is None:
            yield item
        elif not change.remove:
            yield applied(baseline, table, change)
    for change in changes.values():
        if change.new:
            yield applied(baseline, table, change)


def _with_properties(baseline: Baseline, model: Model, changes: dict[str, Change]) -> Model:
    by_thing: dict[str, list[Change]] = {}
    for each in changes.values():
        by_thing.setdefault(each.id.partition("#")[0], []).append(each)
    update: dict[str, Any] = {}
    for name in ("elements", "relations", "views"):
        things = getattr(model, name)
        if any(thing.id in by_thing for thing in things):
            update[name] = [
                thing.model_copy(update={"properties": _changed_properties(baseline, thing, by_thing[thing.id])})
                if thing.id in by_thing
                else thing
                for thing in things
            ]
    return model.model_copy(update=update)


def _changed_properties(baseline: Baseline, thing: Any, changes: list[Change]) -> list[Property]:
    table = BY_KEY["properties"]
    at: dict[int, Property | None] = dict(enumerate(thing.properties, 1))
    for each in changes:
        found = None if each.remove else applied(baseline, table, each)
        at[int(each.id.partition("#")[2])] = found if isinstance(found, Property) else None
    return [found for _, found in sorted(at.items()) if found is not None]


def _without(folder: Folder, gone: set[str]) -> Folder:
    holds = [
        _without(each, gone) if isinstance(each, Folder) else each
        for each in folder.holds
        if isinstance(each, Folder) or each not in gone
    ]
    return folder.model_copy(update={"holds": holds})


def _misfits(baseline: Baseline, model: Model, changes: list[Change]) -> Iterator[RowProblem]:
    """Changes that leave something leading nowhere, or take what is in use."""
    ends = {each.id for each in (*model.elements, *model.relations)}
    rows = {(each.table, each.id): each for each in changes}
    for relation in model.relations:
        missing = [end for end in (relation.from_, relation.to) if end not in ends]
        for end in missing:
            own = rows.get(("relations", relation.id))
            removal = rows.get(("elements", end)) or rows.get(("relations", end))
            if own is not None and not own.remove:
                key = "from" if end == relation.from_ else "to"
                yield RowProblem("relations", own.row, key, f"there is no {end}: correct the code, or add it")
            elif removal is not None:
                text = f"relation {relation.id} still leads to {end}: remove it too"
                yield RowProblem(removal.table, removal.row, "remove", text)
    gone = {each.id: each for each in changes if each.remove and each.table in ("elements", "relations", "views")}
    if gone:
        for view, used in _drawn(model):
            if used in gone:
                text = f"{used} stands in the view {view}: take it out of there first"
                yield RowProblem(gone[used].table, gone[used].row, "remove", text)
    yield from _new_ids(changes)
    things = ends | {each.id for each in model.views}
    for change in changes:
        thing = change.id.partition("#")[0]
        if change.table == "properties" and thing not in things:
            yield RowProblem("properties", change.row, "id", f"there is no {thing}: correct the code, or add it")


def _new_ids(changes: list[Change]) -> Iterator[RowProblem]:
    first: dict[str, Change] = {}
    for each in changes:
        if each.new and each.table != "properties":
            earlier = first.setdefault(each.id, each)
            if earlier is not each:
                text = f"{each.id} is new in {BY_KEY[earlier.table].name} too (row {earlier.row}): give it another code"
                yield RowProblem(each.table, each.row, "id", text)


def _drawn(model: Model) -> Iterator[tuple[str, str]]:
    """What each view shows: elements, relations, other views."""
    for view in model.views:
        for node in view.all_nodes():
            yield from ((view.id, each) for each in (node.element, node.view) if each)
        yield from ((view.id, each.relation) for each in view.connections if each.relation)
