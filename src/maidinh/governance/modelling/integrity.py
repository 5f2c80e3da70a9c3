"""Whether a model holds together: ids once, every reference to something that is there, no whole that is its own part.

Layer 4, governance. Pure. A model that doesn't hold together isn't taken in; everything that is wrong is told at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from maidinh.governance.modelling.definition import Folder, Model, Relation, View

Kind = Literal["repeated", "dangling", "cycle", "nameless", "alone", "undefined"]
PARTS = ("composition", "aggregation")
RINGS_TOLD = 1_000  # of each kind; whoever has more mends these first
MEMBERS_TOLD = 20  # of one ring: thousands in each of thousands of rings are no message, and fill the memory


@dataclass(frozen=True)
class Defect:
    """One thing that doesn't hold: of which kind, in what (`element x`), and what is wrong there."""

    kind: Kind
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


def defects(model: Model) -> list[Defect]:
    """Everything that doesn't hold together, repeated ids first, then dangling references, then cycles."""
    return [*_repeated(model), *_dangling(model), *_cycles(model)]


def doubts(model: Model) -> list[Defect]:
    """What is whole and yet worth a look: elements without a name, alone in the model, properties nobody defined."""
    related = {end for relation in model.relations for end in (relation.from_, relation.to)}
    shown = {node.element for view in model.views for node in view.all_nodes()}
    defined = {each.id for each in model.property_definitions}
    found: list[Defect] = []
    for element in model.elements:
        place = f"element {element.id}"
        if not element.name.in_language("vi") and not element.kind.endswith("junction"):
            found.append(Defect("nameless", place, "has no name"))
        if element.id not in related and element.id not in shown:
            found.append(Defect("alone", place, "has no relation and stands in no view"))
    things = (*model.elements, *model.relations, *model.views)
    used = {each.key for thing in things for each in thing.properties}
    found += [Defect("undefined", "properties", f"nobody defined {key}") for key in sorted(used - defined)]
    return found


def _repeated(model: Model) -> Iterator[Defect]:
    things = (*model.elements, *model.relations, *model.principles, *model.views)
    for identifier, count in Counter(each.id for each in things).items():
        if count > 1:
            yield Defect("repeated", identifier, f"this id stands {count} times; every id stands once")
    for view in model.views:
        parts = (*(each.id for each in view.all_nodes()), *(each.id for each in view.connections))
        for identifier, count in Counter(parts).items():
            if count > 1:
                yield Defect("repeated", f"view {view.id}", f"the id {identifier} stands {count} times in it")


def _dangling(model: Model) -> Iterator[Defect]:
    concepts = {each.id for each in (*model.elements, *model.relations)}
    for relation in model.relations:
        for end in (relation.from_, relation.to):
            if end not in concepts:
                yield Defect("dangling", f"relation {relation.id}", f"{end} is no element and no relation")
    elements = {each.id for each in model.elements} | {each.id for each in model.principles}
    relations = {each.id for each in model.relations}
    views = {each.id for each in model.views}
    for view in model.views:
        yield from _dangling_in(view, elements, relations, views)
    known = elements | relations | views | {each.id for each in model.property_definitions}
    yield from _dangling_folders(model.folders, known)


def _dangling_in(view: View, elements: set[str], relations: set[str], views: set[str]) -> Iterator[Defect]:
    place = f"view {view.id}"
    ends = {each.id for each in view.all_nodes()} | {each.id for each in view.connections}
    for node in view.all_nodes():
        if node.element is not None and node.element not in elements:
            yield Defect("dangling", place, f"node {node.id} shows {node.element}, which is no element")
        if node.view is not None and node.view not in views:
            yield Defect("dangling", place, f"node {node.id} leads to {node.view}, which is no view")
    for line in view.connections:
        if line.relation is not None and line.relation not in relations:
            yield Defect("dangling", place, f"connection {line.id} shows {line.relation}, which is no relation")
        for end in (line.source, line.target):
            if end is not None and end not in ends:
                yield Defect("dangling", place, f"connection {line.id} ends at {end}, which is not in this view")


def _dangling_folders(folders: Iterable[str | Folder], known: set[str]) -> Iterator[Defect]:
    for folder in folders:
        if isinstance(folder, str):
            continue
        name = folder.name.in_language("vi") or folder.id or "without a name"
        for held in folder.holds:
            if isinstance(held, str) and held not in known:
                yield Defect("dangling", f"folder {name}", f"holds {held}, which is nowhere in the model")
        yield from _dangling_folders(folder.holds, known)


def _cycles(model: Model) -> Iterator[Defect]:
    """Each ring of wholes and parts once, by its members."""
    for kind in PARTS:
        yield from _rings(model.relations, kind)


def _rings(relations: Iterable[Relation], kind: str) -> Iterator[Defect]:
    for count, ring in enumerate(rings((each.from_, each.to) for each in relations if each.kind == kind)):
        if count == RINGS_TOLD:
            yield Defect("cycle", "relations", f"more than {count} rings of {kind}: mend the ones told first")
            return
        told = [*ring[:MEMBERS_TOLD], f"({len(ring) - MEMBERS_TOLD} more)"] if len(ring) > MEMBERS_TOLD + 1 else ring
        yield Defect("cycle", f"element {ring[0]}", f"is part of itself by {kind}: {' -> '.join((*told, ring[0]))}")


def rings(pairs: Iterable[tuple[str, str]]) -> Iterator[list[str]]:
    """A ring for each pair that closes one: without these pairs nothing leads round any more."""
    parts: dict[str, list[str]] = {}
    for whole, part in pairs:
        parts.setdefault(whole, []).append(part)
    done: set[str] = set()
    for start, first in parts.items():
        if start in done:
            continue
        way, place, waiting = [start], {start: 0}, [iter(first)]
        while waiting:
            step = next(waiting[-1], None)
            if step is None:
                waiting.pop()
                whole = way.pop()
                del place[whole]
                done.add(whole)
            elif step in place:
                yield way[place[step] :]
            elif step not in done:
                place[step] = len(way)
                way.append(step)
                waiting.append(iter(parts.get(step, ())))
