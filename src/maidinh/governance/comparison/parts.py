"""A model taken apart: every thing by its identity, where it lies, and the order of each list; and put together again.

Layer 4, governance. Pure. Identity is the id, never a file, a path or a position. A node or connection has the identity
`VIEW/ID`; a folder without an id that of its name within its parent. Ids that only folders name are `strays`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.comparison.fields import Facts, content_of, facts_of_part
from maidinh.governance.modelling.definition import (
    Connection,
    Element,
    Folder,
    Model,
    Node,
    Principle,
    PropertyDefinition,
    Relation,
    View,
)

Key = tuple[str, str]
Place = tuple[str, str, str]
Token = str | tuple[str, str]

HEADER: Final[Key] = ("header", "")
LISTED = ("elements", "relations", "principles", "views", "property_definitions")
FILED = ("elements", "relations", "principles", "views")
SECTIONS = ("header", *LISTED, "nodes", "connections", "folders", "strays")
FORMS: dict[str, type[BaseModel]] = {
    "elements": Element, "relations": Relation, "principles": Principle, "views": View, "nodes": Node,
    "connections": Connection, "folders": Folder, "property_definitions": PropertyDefinition,
}  # fmt: skip
OMITTED: dict[str, frozenset[str]] = {
    "header": frozenset((*LISTED, "folders")),
    "views": frozenset({"id", "nodes", "connections"}),
    "nodes": frozenset({"id", "nodes"}),
    "folders": frozenset({"holds"}),
}
PLACED = frozenset((*FILED, "nodes", "folders", "strays"))
OWN_ID: Final = frozenset({"id"})


class Incomparable(ValueError):
    """A model can't be compared; `problems` says why, a line each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Part:
    """A thing without what lies in it, and where it lies: `parent` of a node or folder, `folders` of others."""

    value: BaseModel | None
    place: Mapping[str, Any]


@dataclass
class Parts:
    """A model taken apart."""

    form: type[Model]
    things: dict[Key, Part] = field(default_factory=dict)
    order: dict[Place, tuple[Token, ...]] = field(default_factory=dict)


def take_apart(model: Model, views: Iterable[str] | None = None) -> Parts:
    """The parts of a model; with `views`, only those are taken further apart. Raises Incomparable for repeated ids."""
    problems: list[str] = []
    parts = Parts(type(model))
    parts.things[HEADER] = Part(model, {})
    taken: dict[str, str] = {}
    for section in LISTED:
        items = getattr(model, section)
        parts.order[("header", "", section)] = tuple(item.id for item in items)
        for item in items:
            if (section, item.id) in parts.things or (section in FILED and item.id in taken):
                problems.append(f"{section}: the id {item.id} stands more than once; give one of them another id")
            taken.setdefault(item.id, section)
            parts.things[(section, item.id)] = Part(item, {})
    _Folders(parts, taken, problems).file(model.folders)
    wanted = None if views is None else set(views)
    for view in model.views:
        if wanted is None or view.id in wanted:
            _take_view_apart(view, parts, problems)
    if problems:
        raise Incomparable(problems)
    return parts


def own_facts(key: Key, part: Part) -> Facts:
    """The facts of one thing: its own, and where it lies."""
    section = key[0]
    found = {} if part.value is None else facts_of_part(part.value, OMITTED.get(section, OWN_ID))
    if section == "header":
        found["form"] = "version" if isinstance(part.value, ArchitectureVersion) else "model"
    return found | dict(part.place)


def part_from(key: Key, facts: Mapping[str, Any]) -> Part:
    """The thing that these facts describe. Raises ValidationError where they don't make one."""
    section, name = key
    own = dict(facts)
    place = {path: own.pop(path) for path in ("parent", "folders") if path in own} if section in PLACED else {}
    if section == "strays":
        return Part(None, place)
    if section == "header":
        header = ArchitectureVersion if own.pop("form", "model") == "version" else Model
        return Part(header.model_validate(content_of(header, own)), {})
    form = FORMS[section]
    content = content_of(form, own)
    if section != "folders":
        content["id"] = local(key) if section in ("nodes", "connections") else name
    return Part(form.model_validate(content), place)


def local(key: Key) -> str:
    """The id of a node or connection within its view."""
    return key[1].partition("/")[2]


def view_of(key: Key) -> str:
    """The id of the view that a node or connection is in."""
    return key[1].partition("/")[0]


def same(key: Key, one: Part, other: Part) -> bool:
    """Whether two things say the same and lie in the same place, whatever lies in them."""
    if one is other:
        return True
    if one.place != other.place or type(one.value) is not type(other.value):
        return False
    if one.value is None or one.value is other.value or other.value is None:
        return True
    omitted = OMITTED.get(key[0])
    if omitted is None:
        return bool(one.value == other.value)
    mine, others = one.value.__dict__, other.value.__dict__
    return all(mine[name] == others[name] for name in mine if name not in omitted)


def put_together(parts: Parts) -> Model:
    """The model of these parts. Raises ValidationError where its form doesn't allow them together."""
    header = parts.things[HEADER].value
    if header is None:
        raise ValueError("a model needs a header")
    nodes: dict[tuple[str, str], list[Key]] = {}
    connections: dict[str, list[Key]] = {}
    for key, part in parts.things.items():
        if key[0] == "nodes":
            parent = part.place.get("parent", "")
            known = parent and ("nodes", f"{view_of(key)}/{parent}") in parts.things
            nodes.setdefault((view_of(key), parent if known else ""), []).append(key)
        elif key[0] == "connections":
            connections.setdefault(view_of(key), []).append(key)
    content = {name: value for name, value in header.__dict__.items() if name not in OMITTED["header"]}
    for section in LISTED:
        keys = [key for key in parts.things if key[0] == section]
        content[section] = [parts.things[key].value for key in _sorted(keys, parts.order.get(("header", "", section)))]
    content["views"] = [_view(view, parts, nodes, connections) for view in content["views"]]
    content["folders"] = _folders(parts)
    return parts.form.model_validate(content)


def _take_view_apart(view: View, parts: Parts, problems: list[str]) -> None:
    things, order = parts.things, parts.order
    waiting: list[tuple[str, list[Node]]] = [("", view.nodes)]
    order[("views", view.id, "nodes")] = tuple(node.id for node in view.nodes)
    while waiting:
        parent, nodes = waiting.pop()
        place = {"parent": parent} if parent else {}
        for node in nodes:
            key = ("nodes", f"{view.id}/{node.id}")
            if key in things:
                problems.append(f"view {view.id}: the node id {node.id} stands more than once")
                continue
            things[key] = Part(node, place)
            if node.nodes:
                order[("nodes", key[1], "nodes")] = tuple(each.id for each in node.nodes)
                waiting.append((node.id, node.nodes))
    order[("views", view.id, "connections")] = tuple(each.id for each in view.connections)
    for connection in view.connections:
        key = ("connections", f"{view.id}/{connection.id}")
        if key in things:
            problems.append(f"view {view.id}: the connection id {connection.id} stands more than once")
        things[key] = Part(connection, {})


def _view(view: View, parts: Parts, nodes: dict[tuple[str, str], list[Key]], connections: dict[str, list[Key]]) -> View:
    def built(parent: str) -> list[BaseModel | None]:
        keys = nodes.get((view.id, parent), [])
        place = ("nodes", f"{view.id}/{parent}", "nodes") if parent else ("views", view.id, "nodes")
        return [node(key) for key in _sorted(keys, parts.order.get(place))]

    def node(key: Key) -> BaseModel | None:
        value = parts.things[key].value
        if isinstance(value, Node) and (value.nodes or (view.id, local(key)) in nodes):
            return value.model_copy(update={"nodes": built(local(key))})
        return value

    lines = _sorted(connections.get(view.id, []), parts.order.get(("views", view.id, "connections")))
    return view.model_copy(update={"nodes": built(""), "connections": [parts.things[key].value for key in lines]})


def _sorted(keys: list[Key], order: tuple[Token, ...] | None) -> list[Key]:
    """The keys in the order given for their ids; those it doesn't name come last."""
    if not order:
        return keys
    rank = {token: number for number, token in enumerate(order)}
    end = len(rank)
    return sorted(keys, key=lambda key: rank.get(local(key) if key[0] in ("nodes", "connections") else key[1], end))


class _Folders:
    """The filing of a model: each folder by its identity, and for each thing the folders that hold it."""

    def __init__(self, parts: Parts, taken: dict[str, str], problems: list[str]) -> None:
        self.parts, self.taken, self.problems = parts, taken, problems
        self.held: dict[str, list[str]] = {}

    def file(self, folders: list[Folder]) -> None:
        self._claim(folders)
        self._walk("", folders)
        for name, keys in self.held.items():
            section = self.taken.get(name, "strays")
            section = section if section in FILED else "strays"
            known = self.parts.things.get((section, name))
            self.parts.things[(section, name)] = Part(known.value if known else None, {"folders": sorted(keys)})

    def _claim(self, folders: list[Folder]) -> None:
        """Own ids first, so that no made-up identity takes one of them."""
        waiting = list(folders)
        while waiting:
            folder = waiting.pop()
            if folder.id is not None:
                if ("folders", folder.id) in self.parts.things:
                    self.problems.append(f"folders: the id {folder.id} stands more than once")
                self.parts.things[("folders", folder.id)] = Part(folder, {})
            waiting += [each for each in folder.holds if isinstance(each, Folder)]

    def _key(self, parent: str, folder: Folder, used: set[str]) -> str:
        if folder.id is not None:
            return folder.id
        name = folder.name.in_language("vi").replace("/", "~")
        stem = f"{parent.removesuffix('/')}/{name}" if parent else f"/{name}"
        key, number = stem, 1
        while key in used or ("folders", key) in self.parts.things:
            number += 1
            key = f"{stem} ({number})"
        return key

    def _walk(self, parent: str, folders: list[Folder]) -> list[str]:
        keys: list[str] = []
        used: set[str] = set()
        for folder in folders:
            key = self._key(parent, folder, used)
            used.add(key)
            keys.append(key)
            self.parts.things[("folders", key)] = Part(folder, {"parent": parent} if parent else {})
            inner = iter(self._walk(key, [each for each in folder.holds if isinstance(each, Folder)]))
            tokens: list[Token] = []
            for each in folder.holds:
                if isinstance(each, Folder):
                    tokens.append(("folder", next(inner)))
                else:
                    tokens.append(each)
                    self.held.setdefault(each, []).append(key)
            self.parts.order[("folders", key, "holds")] = tuple(tokens)
        if not parent:
            self.parts.order[("header", "", "folders")] = tuple(keys)
        return keys


def _folders(parts: Parts) -> list[Folder]:
    inner: dict[str, list[str]] = {}
    holds: dict[str, list[Token]] = {}
    for (section, name), part in parts.things.items():
        if section == "folders":
            parent = part.place.get("parent", "")
            inner.setdefault(parent if ("folders", parent) in parts.things else "", []).append(name)
        elif "folders" in part.place and not (section == "strays" and _is_thing(name, parts)):
            for folder in part.place["folders"]:
                holds.setdefault(folder, []).append(name)

    def built(key: str) -> Folder:
        tokens = [*holds.get(key, []), *(("folder", each) for each in inner.get(key, []))]
        content: list[str | Folder] = [
            built(token[1]) if isinstance(token, tuple) else token
            for token in _tokens_in_order(tokens, parts.order.get(("folders", key, "holds"), ()))
        ]
        value = parts.things[("folders", key)].value
        if not isinstance(value, Folder):
            raise ValueError(f"folder {key}: it has no content")
        return value.model_copy(update={"holds": content})

    top = _tokens_in_order(list(inner.get("", [])), parts.order.get(("header", "", "folders"), ()))
    return [built(str(key)) for key in top]


def _is_thing(name: str, parts: Parts) -> bool:
    return any((section, name) in parts.things for section in FILED)


def _tokens_in_order(tokens: list[Token], order: tuple[Token, ...]) -> list[Token]:
    """The tokens as ordered; repeated ones as often as they are held, unordered ones last."""
    left: dict[Token, int] = {}
    for token in tokens:
        left[token] = left.get(token, 0) + 1
    found: list[Token] = []
    for token in (*order, *tokens):
        if left.get(token, 0):
            left[token] -= 1
            found.append(token)
    return found
