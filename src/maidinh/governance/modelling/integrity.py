"""Whether a model holds together: ids once, every reference to something that is there, no whole that is its own part.

Layer 4, governance. Pure. A model that doesn't hold together isn't taken in; everything that is wrong is told at once.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from maidinh.governance.modelling.definition import Folder, Model

Kind = Literal["repeated", "dangling", "cycle", "nameless", "alone", "undefined"]
Pair = tuple[str, str]
PARTS = ("composition", "aggregation")
SHARING_IDS = ("elements", "relations", "principles", "views")  # an id stands once in all of these together
RINGS_TOLD = 1_000  # of each kind; whoever has more mends these first
MEMBERS_TOLD = 20  # of one ring: thousands in each of thousands of rings are no message, and fill the memory


@dataclass(frozen=True)
class Defect:
    """One thing that doesn't hold: of which kind, in what (`element x`), what is wrong there; and the field, if any."""

    kind: Kind
    place: str
    text: str
    at: tuple[str, ...] = field(default=(), compare=False)  # section, id, and the field where there is one

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


@dataclass(frozen=True)
class Sketch:
    """A view by its ids: boxes with what they show (element, view), lines with what they show and where they end."""

    id: str
    nodes: tuple[tuple[str, str | None, str | None], ...] = ()
    lines: tuple[tuple[str, str | None, str | None, str | None], ...] = ()


@dataclass(frozen=True)
class Outline:
    """What of a model has to hold together, whatever form it is kept in: its ids and what they refer to."""

    ids: Mapping[str, tuple[str, ...]]  # of elements, principles and property_definitions
    relations: tuple[tuple[str, str, str, str], ...] = ()  # id, kind, from, to
    views: tuple[Sketch, ...] = ()
    folders: tuple[tuple[str, tuple[str, ...], str | None], ...] = ()  # name, the ids it holds, its own id

    def ids_of(self, section: str) -> tuple[str, ...]:
        """The ids of a section, in order."""
        if section == "relations":
            return tuple(each[0] for each in self.relations)
        return tuple(each.id for each in self.views) if section == "views" else self.ids.get(section, ())

    def pairs(self, kind: str) -> Iterator[tuple[str, Pair]]:
        """Whole and part of every relation of a kind, with the relation's id."""
        return ((name, (whole, part)) for name, each, whole, part in self.relations if each == kind)


def outline_of(model: Model) -> Outline:
    """The outline of a model."""
    sections = (("elements", model.elements), ("principles", model.principles))
    ids = {name: tuple(each.id for each in things) for name, things in sections}
    return Outline(
        ids | {"property_definitions": tuple(each.id for each in model.property_definitions)},
        tuple((each.id, each.kind, each.from_, each.to) for each in model.relations),
        tuple(
            Sketch(
                view.id,
                tuple((each.id, each.element, each.view) for each in view.all_nodes()),
                tuple((each.id, each.relation, each.source, each.target) for each in view.connections),
            )
            for view in model.views
        ),
        tuple(_folders(model.folders)),
    )


def defects(model: Model) -> list[Defect]:
    """Everything that doesn't hold together, repeated ids first, then dangling references, then cycles."""
    return defects_in(outline_of(model))


def defects_in(outline: Outline) -> list[Defect]:
    """The same of a model that is kept in another form."""
    return [*_repeated(outline), *_dangling(outline), *_cycles(outline)]


def repeated_ids(model: Model) -> list[str]:
    """Ids that stand more than once in the model."""
    ids = [each.id for each in model.elements] + [each.id for each in model.relations]
    ids += [each.id for each in model.principles] + [each.id for each in model.views]
    return sorted(name for name, count in Counter(ids).items() if count > 1)


def introduced(after: Outline, *before: Outline) -> list[Defect]:
    """What doesn't hold together in a model and did in each of those before it."""
    if any(after == each for each in before):
        return []
    known = {defect for each in before for defect in _but_cycles(each)}
    found = [each for each in _but_cycles(after) if each not in known]
    for kind in PARTS:
        old = {pair for each in before for _, pair in each.pairs(kind)}
        found += _rings_closed(after, kind, old)
    return found


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


def _repeated(outline: Outline) -> Iterator[Defect]:
    sections = [(section, each) for section in SHARING_IDS for each in outline.ids_of(section)]
    at = {identifier: (section, identifier) for section, identifier in sections}
    for identifier, count in Counter(each for _, each in sections).items():
        if count > 1:
            text = f"this id stands {count} times; every id stands once"
            yield Defect("repeated", identifier, text, at[identifier])
    for view in outline.views:
        parts = (*(each[0] for each in view.nodes), *(each[0] for each in view.lines))
        for identifier, count in Counter(parts).items():
            if count > 1:
                text = f"the id {identifier} stands {count} times in it"
                yield Defect("repeated", f"view {view.id}", text, ("views", view.id))


def _but_cycles(outline: Outline) -> Iterator[Defect]:
    yield from _repeated(outline)
    yield from _dangling(outline)
    yield from _ambiguous(outline)


def _ambiguous(outline: Outline) -> Iterator[Defect]:
    """Ids repeated where a file may be read all the same; in a draft nobody could tell whose change is whose."""
    folders = [each for _, _, each in outline.folders if each is not None]
    for section, ids in (("folders", folders), ("property_definitions", outline.ids_of("property_definitions"))):
        for identifier, count in Counter(ids).items():
            if count > 1:
                text = f"this id stands {count} times; every id stands once"
                yield Defect("repeated", f"{section} {identifier}", text, (section, identifier))


def _dangling(outline: Outline) -> Iterator[Defect]:
    elements, relations = set(outline.ids_of("elements")), set(outline.ids_of("relations"))
    for name, _, source, target in outline.relations:
        for end, path in ((source, "from"), (target, "to")):
            if end not in elements and end not in relations:
                text = f"{end} is no element and no relation"
                yield Defect("dangling", f"relation {name}", text, ("relations", name, path))
    elements |= set(outline.ids_of("principles"))
    views = set(outline.ids_of("views"))
    for view in outline.views:
        for text in _dangling_in(view, elements, relations, views):
            yield Defect("dangling", f"view {view.id}", text, ("views", view.id))
    known = elements | relations | views | set(outline.ids_of("property_definitions"))
    for name, held, _ in outline.folders:
        for each in held:
            if each not in known:
                text = f"holds {each}, which is nowhere in the model"
                yield Defect("dangling", f"folder {name}", text, ("folders", name))


def _dangling_in(view: Sketch, elements: set[str], relations: set[str], views: set[str]) -> Iterator[str]:
    ends = {each[0] for each in view.nodes} | {each[0] for each in view.lines}
    for name, element, other in view.nodes:
        if element is not None and element not in elements:
            yield f"node {name} shows {element}, which is no element"
        if other is not None and other not in views:
            yield f"node {name} leads to {other}, which is no view"
    for name, relation, source, target in view.lines:
        if relation is not None and relation not in relations:
            yield f"connection {name} shows {relation}, which is no relation"
        for end in (source, target):
            if end is not None and end not in ends:
                yield f"connection {name} ends at {end}, which is not in this view"


def _folders(folders: Iterable[str | Folder]) -> Iterator[tuple[str, tuple[str, ...], str | None]]:
    for folder in folders:
        if isinstance(folder, Folder):
            name = folder.name.in_language("vi") or folder.id or "without a name"
            yield name, tuple(each for each in folder.holds if isinstance(each, str)), folder.id
            yield from _folders(folder.holds)


def _cycles(outline: Outline) -> Iterator[Defect]:
    """Each ring of wholes and parts once, by its members."""
    for kind in PARTS:
        for count, ring in enumerate(rings(pair for _, pair in outline.pairs(kind))):
            if count == RINGS_TOLD:
                yield Defect("cycle", "relations", f"more than {count} rings of {kind}: mend the ones told first")
                break
            yield _ring(ring, kind, ("elements", ring[0]))


def _ring(ring: list[str], kind: str, at: tuple[str, ...]) -> Defect:
    told = [*ring[:MEMBERS_TOLD], f"({len(ring) - MEMBERS_TOLD} more)"] if len(ring) > MEMBERS_TOLD + 1 else ring
    text = f"is part of itself by {kind}: {' -> '.join((*told, ring[0]))}"
    return Defect("cycle", f"element {ring[0]}", text, at)


def _rings_closed(outline: Outline, kind: str, old: set[Pair]) -> Iterator[Defect]:
    """A ring for each relation that closes one and wasn't there before."""
    pairs = {pair: name for name, pair in outline.pairs(kind)}
    group = groups(pairs)
    parts: dict[str, list[str]] = {}
    for whole, part in pairs:
        parts.setdefault(whole, []).append(part)
    closing = [pair for pair in pairs if pair not in old and group[pair[0]] == group[pair[1]]]
    for count, (whole, part) in enumerate(closing):
        if count == RINGS_TOLD:
            yield Defect("cycle", "relations", f"more than {count} rings of {kind}: mend the ones told first")
            return
        ring = [whole, *_way(parts, part, whole)]
        yield _ring(ring, kind, ("relations", pairs[whole, part], "to"))


def _way(parts: Mapping[str, list[str]], start: str, end: str) -> list[str]:
    """A shortest way down from a part to the whole that it leads back to, without that whole."""
    came: dict[str, str] = {start: start}
    waiting = deque([start])
    while end not in came:
        at = waiting.popleft()
        for step in parts.get(at, ()):
            if step not in came:
                came[step] = at
                waiting.append(step)
    way = [end]
    while way[-1] != start:
        way.append(came[way[-1]])
    return way[:0:-1]


def groups(pairs: Iterable[Pair]) -> dict[str, int]:
    """For each id the number of its group: ids that lead to each other, round in circles, are of one (Tarjan)."""
    edges: dict[str, list[str]] = {}
    for whole, part in pairs:
        edges.setdefault(whole, []).append(part)
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    group: dict[str, int] = {}
    stack: list[str] = []
    for root, first in edges.items():
        if root in index:
            continue
        work = [(root, iter(first))]
        index[root] = low[root] = len(index)
        stack.append(root)
        while work:
            at, following = work[-1]
            step = next(following, None)
            if step is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[at])
                if low[at] == index[at]:
                    _close(at, stack, group, index)
            elif step not in index:
                index[step] = low[step] = len(index)
                stack.append(step)
                work.append((step, iter(edges.get(step, ()))))
            elif step not in group:
                low[at] = min(low[at], index[step])
    return group


def _close(at: str, stack: list[str], group: dict[str, int], index: Mapping[str, int]) -> None:
    while True:
        member = stack.pop()
        group[member] = index[at]
        if member == at:
            return


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
