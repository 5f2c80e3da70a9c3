"""Identifiers in OEF: each is an XML name and stands once in the file, whatever the model calls its things.

Layer 4, governance. What had to be renamed is told by our instruction in the model, so that reading names it back.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from maidinh.governance.interchange.oef_vocabulary import NO_DEFINITION, NOT_IN_NAME, PLAIN_NAME
from maidinh.governance.interchange.xml import fragment
from maidinh.governance.modelling.definition import Carried, Connection, Folder, Format, Model, Node, Property, View

PREFIX = "id-"


class Identifiers:
    """The names that the things of one model get in the file."""

    def __init__(self, model: Model, *, loose: bool) -> None:
        self.loose = loose
        self.renamed: dict[str, str] = {}
        self._kept = frozenset(_kept(model))
        self._used = set(self._kept)
        self.model = self._new(model.identifier) if model.identifier is not None else None
        things = (*model.elements, *model.relations, *model.views)
        self._things = {thing.id: self._new(thing.id) for thing in things}
        self._definitions = {each.id: self._new(each.id) for each in model.property_definitions}
        self._nodes = [
            {name: self._new(name) for name in dict.fromkeys(part.id for part in parts_of(view))}
            for view in model.views
        ]
        self._anywhere = {name: new for nodes in reversed(self._nodes) for name, new in nodes.items()}
        self._folders: dict[str, str] = {}
        for folder in _folders(model.folders):
            if folder.id is not None:
                self._folders[folder.id] = self._new(folder.id)
        self.implied: dict[str, str] = {}
        for each in _properties(model):
            if each.key not in self._definitions and each.key != NO_DEFINITION:
                self._definitions[each.key] = self.implied[each.key] = self._new(each.key)

    def thing(self, identifier: str) -> str:
        """An element, a relation or a view."""
        return self._things[identifier]

    def has_thing(self, identifier: str | None) -> bool:
        """Whether there is such an element, relation or view."""
        return identifier in self._things

    def definition(self, identifier: str) -> str | None:
        """A property definition; None for the key that stands for none."""
        return self._definitions.get(identifier)

    def nodes(self, view: int) -> dict[str, str]:
        """The nodes and connections of the view at that place."""
        return self._nodes[view]

    def folder(self, identifier: str) -> str:
        """A folder."""
        return self._folders[identifier]

    def any(self, identifier: str) -> str | None:
        """Whatever has that identifier; None when nothing has."""
        for names in (self._things, self._definitions, self._folders, self._anywhere):
            if identifier in names:
                return names[identifier]
        if identifier == self.renamed.get(self.model or "", self.model):
            return self.model
        return identifier if identifier in self._kept else None

    def spare(self, identifier: str) -> str:
        """A name that nothing has yet."""
        name = self._new(identifier)
        self.renamed.pop(name, None)
        return name

    def _new(self, identifier: str) -> str:
        name = identifier
        if not self.loose and not PLAIN_NAME.fullmatch(name):
            name = PREFIX + NOT_IN_NAME.sub(lambda found: f"_x{ord(found[0]):X}_", name)
        free, count = name, 1
        while free in self._used:
            count += 1
            free = f"{name}-{count}"
        self._used.add(free)
        if free != identifier:
            self.renamed[free] = identifier
        return free


def parts_of(view: View) -> Iterator[Node | Connection]:
    """The nodes and connections of a view."""
    yield from view.all_nodes()
    yield from view.connections


def _folders(folders: list[Folder]) -> Iterator[Folder]:
    for folder in folders:
        yield folder
        yield from _folders([each for each in folder.holds if isinstance(each, Folder)])


def _properties(model: Model) -> Iterator[Property]:
    yield from model.properties
    for thing in (*model.elements, *model.relations, *model.views):
        yield from thing.properties
    for view in model.views:
        for part in parts_of(view):
            yield from part.properties


def _kept(model: Model) -> Iterator[str]:
    """Identifiers in what was left over from reading OEF."""
    for carried in _carried(model):
        if (kept := carried.get("oef")) is None:
            continue
        for text in (*kept.children, *kept.attributes.values()):
            if "identifier" in text and text.startswith("<"):
                for element in fragment(text).iter(etree.Element):
                    if (identifier := element.get("identifier")) is not None:
                        yield identifier


def _carried(model: Model) -> Iterator[dict[Format, Carried]]:
    yield model.carried
    for thing in (*model.elements, *model.relations, *model.views):
        yield thing.carried
    for definition in model.property_definitions:
        yield definition.carried
    for view in model.views:
        for part in parts_of(view):
            yield part.carried
    for folder in _folders(model.folders):
        yield folder.carried
