"""OEF to a model: elements, relations, folders, property definitions. Layer 4, governance.

The whole file is read into plain content before anything is judged, so that all problems are told at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from lxml import etree
from pydantic import BaseModel, ValidationError

from maidinh.governance.interchange.checking import Reference, dangling, repeated
from maidinh.governance.interchange.oef_leftovers import BEFORE, RAW, Leftovers, as_text
from maidinh.governance.interchange.oef_texts import properties, words
from maidinh.governance.interchange.oef_vocabulary import (
    ACCESS,
    DATA_TYPES,
    ELEMENT_KIND,
    FAMILY,
    JUNCTIONS,
    NAMESPACE,
    NO_TYPE,
    PLAIN_NAME,
    RELATION_KIND,
    TRUTH,
    TYPE,
    element_kind,
    relation_kind,
)
from maidinh.governance.interchange.problems import FileRefused, Place
from maidinh.governance.modelling.definition import Element, PropertyDefinition, Relation

Made = TypeVar("Made", bound=BaseModel)
Read = dict[str, Any]
Parts = dict[str, list[etree._Element]]
NAMELESS = "maidinh:nameless"
NO_IDENTIFIER = "maidinh:unidentified"
LOOSE = "maidinh:loose"
ORGANIZATIONS = "maidinh:organizations"
OTHER_NAMESPACE = "maidinh:namespace"
_IDENTIFIER = re.compile(r"[^\s/?#]+")
_SORT = {
    "elements": "element", "relations": "relationship", "views": "view", "definitions": "property definition",
    "concepts": "element or relationship",
}  # fmt: skip
_CONCEPT = frozenset({"name", "documentation", "properties"})


class Reading:
    """The reading of one file: what it defines, what it refers to, and what is wrong with it."""

    def __init__(self, path: Path, root: etree._Element) -> None:
        self.path = path
        self.root = root
        self.namespace = _namespace(path, root)
        self.start = f"{{{self.namespace}}}"
        self.problems: list[Place] = []
        self.given: list[tuple[str, int]] = []
        self.references: dict[str, list[Reference]] = {}
        self.known: dict[str, set[str]] = {}
        self.loose = False
        self.ids: dict[str, str] = {}

    def tag(self, name: str) -> str:
        """The tag of an element of the format."""
        return self.start + name

    # what every part has

    def parts(self, element: etree._Element, known: frozenset[str], left: Leftovers) -> Parts:
        """The children that are understood, by name; the other ones are kept."""
        found: Parts = {}
        start, length = self.start, len(self.start)
        left.stray(element.text)
        for child in element:
            tag = child.tag
            if isinstance(tag, str) and tag.startswith(start) and (name := tag[length:]) in known:
                found.setdefault(name, []).append(child)
            else:
                left.keep(child)
                self.define_within(child)
            if (tail := child.tail) and not tail.isspace():
                left.stray(tail)
        return found

    def define_within(self, kept: etree._Element) -> None:
        """Identifiers in what is kept as it is: something may refer to them."""
        for inner in kept.iter(etree.Element):
            if (identifier := inner.get("identifier")) is not None:
                self.given.append((identifier, inner.sourceline or 0))

    def define(self, element: etree._Element, among: str, *, strict: bool = True) -> str:
        """The identifier of a part, as the model knows it; `strict` for those that stand in addresses."""
        identifier: str | None = element.get("identifier")
        line = element.sourceline or 0
        if identifier is None:
            self.problems.append(Place(self.path, line, "", f"<{_local(element)}> has no identifier: give it one"))
            return "none"
        self.given.append((identifier, line))
        self.known.setdefault(among, set()).add(identifier)
        if not PLAIN_NAME.fullmatch(identifier):
            self.loose = True
            if strict and not _IDENTIFIER.fullmatch(identifier):
                text = "an identifier has no spaces and none of / ? #: give it another"
                self.problems.append(Place(self.path, line, repr(identifier), text))
                return "none"
        return self.ids.get(identifier, identifier)

    def refer(self, element: etree._Element, attribute: str, among: str, owner: str) -> str | None:
        """What an attribute refers to; `among` is the sort of thing that must be there."""
        target: str | None = element.get(attribute)
        if target is None:
            return None
        self.references.setdefault(among, []).append((element.sourceline or 0, owner, attribute, target))
        return self.ids.get(target, target)

    def each(
        self, container: etree._Element, name: str, model: Leftovers, number: int = 0
    ) -> Iterator[tuple[etree._Element, Leftovers]]:
        """The parts in a container of the model, each with the comments before it; the rest is kept by the model."""
        holder = f"{_local(container)} {number}" if number else _local(container)
        for attribute, value in container.attrib.items():
            model.attributes[f"{holder}/@{attribute}"] = value
        model.stray(container.text, holder)
        tag = self.tag(name)
        waiting: list[etree._Element] = []
        for child in container:
            if child.tag == tag:
                left = Leftovers()
                for node in waiting:
                    left.number(BEFORE, as_text(node))
                waiting = []
                yield child, left
            elif child.tag is etree.Comment:
                waiting.append(child)
            else:
                model.keep(child, holder)
                self.define_within(child)
            model.stray(child.tail, holder)
        for node in waiting:
            model.keep(node, holder)

    def type_of(self, element: etree._Element) -> str | None:
        """The type of a part, without the prefix of the format's namespace."""
        type_: str | None = element.get(TYPE)
        if type_ is None or ":" not in type_:
            return type_
        prefix, _, name = type_.partition(":")
        return name if element.nsmap.get(prefix) == self.namespace else type_

    def texts(self, parts: Parts, found: Read, left: Leftovers, owner: str, *, named: bool) -> None:
        """Add name, documentation and properties; `named` where the format wants a name."""
        names = parts.get("name", ())
        if left.said.get("nameless"):
            names = ()
        elif named and not names:
            left.attributes[NAMELESS] = ""
        if names:
            found["name"] = words(names, "name", left)
        if "documentation" in parts:
            found["documentation"] = words(parts["documentation"], "documentation", left)
        if "properties" in parts:
            found["properties"] = self.properties(parts["properties"], left, owner)

    def properties(self, containers: list[etree._Element], left: Leftovers, owner: str) -> list[Read]:
        """The properties of a part."""
        found: list[Read] = []
        for element, read in properties(containers, self.tag, left):
            key = self.refer(element, "propertyDefinitionRef", "definitions", owner)
            found.append(read if key is None else read | {"key": key})
        return found

    def made(self, form: type[Made], found: Read, element: etree._Element) -> list[Made]:
        """The part as the model has it; empty where it isn't of its form, which is noted."""
        try:
            return [form.model_validate(found)]
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                text = f"{'.'.join(str(each) for each in detail['loc'])}: {detail['msg']}"
                self.problems.append(Place(self.path, element.sourceline or 0, str(found.get("id", "")), text))
            return []

    # the parts of the model

    def element(self, element: etree._Element, left: Leftovers) -> list[Element]:
        """An element."""
        found: Read = {"id": self.define(element, "elements"), "properties": []}
        type_ = self.type_of(element)
        found["kind"] = element_kind(type_)
        if type_ not in ELEMENT_KIND:
            self._note_type(type_, left)
        for name, value in element.attrib.items():
            if name not in ("identifier", TYPE):
                left.attributes[name] = value
        parts = self.parts(element, _CONCEPT, left)
        self.texts(parts, found, left, found["id"], named=found["kind"] not in JUNCTIONS)
        found["carried"] = left.carried()
        return self.made(Element, found, element)

    def relation(self, element: etree._Element, left: Leftovers) -> list[Relation]:
        """A relation."""
        found: Read = {"id": self.define(element, "relations"), "properties": []}
        type_ = self.type_of(element)
        found["kind"] = relation_kind(type_)
        if type_ not in RELATION_KIND:
            self._note_type(type_, left)
        for end, name in (("source", "from"), ("target", "to")):
            target = self.refer(element, end, "concepts", found["id"])
            if target is None:
                text = f"the relation has no {end}: add it or remove the relation"
                self.problems.append(Place(self.path, element.sourceline or 0, found["id"], text))
            found[name] = target or "none"
        for name, value in element.attrib.items():
            if name in ("identifier", TYPE, "source", "target"):
                continue
            if name == "accessType" and value in ACCESS:
                found["access"] = ACCESS[value]
            elif name == "isDirected" and value.strip() in ("true", "false", "0", "1"):
                found["directed"] = value.strip() in ("true", "1")
                if value not in TRUTH:
                    left.attributes[f"{RAW}{name}"] = value
            elif name == "modifier":
                found["strength"] = value
                if value != value.strip():
                    left.attributes[f"{RAW}{name}"] = value
            else:
                left.attributes[name] = value
        self.texts(self.parts(element, _CONCEPT, left), found, left, found["id"], named=False)
        found["carried"] = left.carried()
        return self.made(Relation, found, element)

    def _note_type(self, type_: str | None, left: Leftovers) -> None:
        if type_ is None:
            left.attributes[NO_TYPE] = ""
        else:
            left.attributes[TYPE] = type_

    def definition(self, element: etree._Element, left: Leftovers) -> list[PropertyDefinition]:
        """A property definition."""
        found: Read = {"id": self.define(element, "definitions")}
        type_ = element.get("type")
        if type_ is None:
            left.attributes[NO_TYPE] = ""
        elif type_ not in DATA_TYPES:
            left.attributes[f"{RAW}type"] = type_
        for name, value in element.attrib.items():
            if name not in ("identifier", "type"):
                left.attributes[name] = value
        parts = self.parts(element, frozenset({"name", "documentation"}), left)
        self.texts(parts, found, left, found["id"], named=True)
        found["type"] = left.said.get("type", type_ or "string")
        found["carried"] = left.carried()
        return self.made(PropertyDefinition, found, element)

    def folder(self, element: etree._Element, left: Leftovers) -> Read:
        """A folder, or an item of a tree that has more to it than a reference."""
        found: Read = {"holds": []}
        owner = "folder"
        if "identifier" in element.attrib:
            found["id"] = owner = self.define(element, "folders")
        for name, value in element.attrib.items():
            if name == "identifierRef":
                left.attributes[name] = self.refer(element, name, "all", owner) or value
            elif name != "identifier":
                left.attributes[name] = value
        parts = self.parts(element, frozenset({"label", "documentation", "item"}), left)
        if "label" in parts:
            found["name"] = words(parts["label"], "label", left)
        if "documentation" in parts:
            found["documentation"] = words(parts["documentation"], "documentation", left)
        for item in parts.get("item", ()):
            if len(item.attrib) == 1 and not len(item) and "identifierRef" in item.attrib and not item.text:
                found["holds"].append(self.refer(item, "identifierRef", "all", owner))
            else:
                found["holds"].append(self.folder(item, Leftovers()))
        for name in ("kind", "properties"):
            if name in left.said:
                found[name] = left.said[name]
        found["carried"] = left.carried()
        return found

    # the end

    def refuse_if_wrong(self) -> None:
        """Raises FileRefused with all that is wrong."""
        self.problems += repeated(self.path, sorted(self.given, key=lambda each: each[1]))
        everything = {identifier for identifier, _ in self.given}
        concepts = self.known.get("elements", set()) | self.known.get("relations", set())
        for among, references in self.references.items():
            names = {"all": everything, "concepts": concepts}.get(among) or self.known.get(among, set())
            self.problems += dangling(self.path, references, names, _SORT.get(among, ""))
        if self.problems:
            raise FileRefused(sorted(self.problems, key=lambda problem: problem.line))


def comments_before(element: etree._Element) -> list[etree._Element]:
    """The comments between this element and the one of its kind before it."""
    found: list[etree._Element] = []
    node = element.getprevious()
    while node is not None and node.tag != element.tag:
        if node.tag is etree.Comment:
            found.insert(0, node)
        node = node.getprevious()
    return found


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _namespace(path: Path, root: etree._Element) -> str:
    """The namespace of a model in OEF 3.x; raises FileRefused for anything else."""
    name = etree.QName(root)
    found = name.namespace or ""
    if name.localname == "model" and found.startswith(f"{FAMILY}/3"):
        return found
    if found == FAMILY:
        text = "written in the exchange format of ArchiMate 2.1: open it in its tool and export it as ArchiMate 3"
    else:
        text = f"expected <model> in the namespace {NAMESPACE} of the ArchiMate exchange format (found <{root.tag}>)"
    raise FileRefused([Place(path, root.sourceline or 1, "", text)])
