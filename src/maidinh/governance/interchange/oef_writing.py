"""A model to OEF: elements, relations, folders, property definitions. Layer 4, governance.

The file is valid under the schema of the format and holds all that the model says. What the format has no place for
stands in a processing instruction inside the thing it belongs to; what was left over from OEF stands where it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from lxml import etree

from maidinh.governance.interchange.oef_identifiers import Identifiers
from maidinh.governance.interchange.oef_leftovers import BEFORE, TEXT, Restored, instruction
from maidinh.governance.interchange.oef_reading import LOOSE, NAMELESS, ORGANIZATIONS, OTHER_NAMESPACE
from maidinh.governance.interchange.oef_texts import write_properties, write_words
from maidinh.governance.interchange.oef_vocabulary import (
    ACCESS_TYPE,
    DATA_TYPES,
    ELEMENT_KIND,
    JUNCTIONS,
    NAMESPACE,
    NO_TYPE,
    RELATION_KIND,
    TYPE,
    element_kind,
    relation_kind,
)
from maidinh.governance.interchange.problems import Place
from maidinh.governance.interchange.xml import fragment
from maidinh.governance.modelling.definition import (
    Carried,
    Element,
    Folder,
    Format,
    Model,
    Property,
    PropertyDefinition,
    Relation,
    Words,
)
from maidinh.governance.modelling.metamodel import RELATION_TYPE_OF_KIND, TYPE_OF_KIND

_TREE = re.compile(r"(maidinh:(in|text):)?organizations( (?P<number>\d+))?(/@|:|$)")
UNFIT = "a text has a character that XML can't hold, such as a control character: remove it"
POINTERS = ("identifierRef", "conceptRef", "viewpointRef")


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=_Identified)


class Writing:
    """The writing of one model: how its things are named in the file, and what can't be written."""

    def __init__(self, model: Model, path: Path) -> None:
        self.path = path
        oef = model.carried.get("oef")
        self.kept = Restored(model.carried) if oef else None
        noted = oef.attributes if oef else {}
        self.namespace = noted.get(OTHER_NAMESPACE, NAMESPACE)
        self._start = f"{{{self.namespace}}}"
        self._typed = {self.tag(name) for name in ("element", "relationship", "view", "node", "connection")}
        self.ids = Identifiers(model, loose=LOOSE in noted)
        self.ends = {each.id for each in (*model.elements, *model.relations)}
        self.problems: list[Place] = []

    def tag(self, name: str) -> str:
        """The tag of an element of the format."""
        return self._start + name

    def wrong(self, place: str, text: str) -> None:
        """Note what can't be written."""
        self.problems.append(Place(self.path, 0, place, text))

    def each(self, items: Iterable[Item], write: Callable[[Item], None]) -> None:
        """Write all of them; what XML can't hold is noted with the thing it stands in."""
        for item in items:
            try:
                write(item)
            except (ValueError, etree.XMLSyntaxError):
                self.wrong(item.id, UNFIT)

    def part(self, parent: etree._Element, name: str, carried: dict[Format, Carried]) -> tuple[etree._Element, Any]:
        """A new part, and what is to be restored in it; None where nothing is."""
        kept = Restored(carried) if "oef" in carried else None
        if kept:
            parent.extend(kept.numbered(BEFORE))
        return etree.SubElement(parent, self.tag(name)), kept

    def rest(self, part: etree._Element, kept: Restored | None, *, but: frozenset[str] = frozenset()) -> None:
        """The attributes that were left over, and children, other than those of the tags that have another place."""
        if not kept:
            return
        for name, value in kept.attributes_of():
            if part.get(name) is None and not (name == TYPE and part.tag in self._typed):
                part.set(name, (self.ids.any(value) or value) if name in POINTERS else value)
        if TEXT in kept.attributes:
            part.text = kept.attributes[TEXT]
        part.extend(node for node in self.children(kept) if node.tag not in but)

    def children(self, kept: Restored | None, tag: str = "") -> list[etree._Element]:
        """Children that were left over, all or those with a tag."""
        nodes = [fragment(text) for text in kept.children] if kept else []
        return [node for node in nodes if not tag or node.tag == tag]

    def tell(self, part: etree._Element, said: dict[str, Any], carried: dict[Format, Carried]) -> None:
        """Our instruction in the part, if there is something to say."""
        if "archi" in carried:
            said = said | {"archi": carried["archi"].model_dump()}
        if said:
            part.append(instruction(said))

    def name(self, part: etree._Element, said: Words | None, kept: Restored | None, *, wanted: bool) -> dict[str, Any]:
        """Write the name; where the format wants one and there is none, an empty one that is told to be none."""
        if write_words(part, self.tag("name"), said, kept) or not wanted:
            return {}
        if kept and NAMELESS in kept.attributes:
            return {}
        etree.SubElement(part, self.tag("name"))
        return {"nameless": True}

    def properties(self, part: etree._Element, said: list[Property], kept: Restored | None) -> None:
        """Write the properties."""
        write_properties(part, self.tag, said, self.ids.definition, kept)

    def element(self, parent: etree._Element, each: Element) -> None:
        """Write an element."""
        part, kept = self.part(parent, "element", each.carried)
        part.set("identifier", self.ids.thing(each.id))
        _set_type(part, each.kind, kept, element_kind, ELEMENT_KIND, TYPE_OF_KIND[each.kind])
        said = self.name(part, each.name, kept, wanted=each.kind not in JUNCTIONS)
        self._concept(part, each, kept, said)

    def relation(self, parent: etree._Element, each: Relation) -> None:
        """Write a relation."""
        part, kept = self.part(parent, "relationship", each.carried)
        part.set("identifier", self.ids.thing(each.id))
        for end, target in (("source", each.from_), ("target", each.to)):
            if target in self.ends:
                part.set(end, self.ids.thing(target))
            else:
                self.wrong(each.id, f"{end} names {target!r}, which isn't in the model: add it or remove the relation")
        _set_type(part, each.kind, kept, relation_kind, RELATION_KIND, RELATION_TYPE_OF_KIND[each.kind])
        if each.access is not None:
            part.set("accessType", ACCESS_TYPE[each.access])
        if each.directed is not None:
            raw = kept.raw("isDirected") if kept else None
            same = raw is not None and (raw.strip() in ("true", "1")) == each.directed
            part.set("isDirected", raw if raw is not None and same else str(each.directed).lower())
        if each.strength is not None:
            raw = kept.raw("modifier") if kept else None
            part.set("modifier", raw if raw is not None and raw.strip() == each.strength else each.strength)
        said = self.name(part, each.name, kept, wanted=False)
        self._concept(part, each, kept, said)

    def _concept(
        self, part: etree._Element, each: Element | Relation, kept: Restored | None, said: dict[str, Any]
    ) -> None:
        write_words(part, self.tag("documentation"), each.documentation, kept)
        self.rest(part, kept)
        self.properties(part, each.properties, kept)
        self.tell(part, said, each.carried)

    def definition(self, parent: etree._Element, each: PropertyDefinition) -> None:
        """Write a property definition."""
        part, kept = self.part(parent, "propertyDefinition", each.carried)
        part.set("identifier", self.ids.definition(each.id) or each.id)
        said: dict[str, Any] = {}
        if not (kept and NO_TYPE in kept.attributes and each.type == "string"):
            fits = each.type in DATA_TYPES or bool(kept and kept.raw("type") == each.type)
            part.set("type", each.type if fits else "string")
            said = {} if fits else {"type": each.type}
        said |= self.name(part, each.name, kept, wanted=True)
        write_words(part, self.tag("documentation"), each.documentation, kept)
        self.rest(part, kept)
        self.tell(part, said, each.carried)

    def implied_definition(self, parent: etree._Element, key: str, identifier: str) -> None:
        """Write a definition for properties whose key the model doesn't define."""
        part = etree.SubElement(parent, self.tag("propertyDefinition"), {"identifier": identifier, "type": "string"})
        etree.SubElement(part, self.tag("name")).text = key

    def organizations(self, root: etree._Element, folders: list[Folder]) -> None:
        """Write the folders, in as many trees as they were."""
        trees: dict[str, list[Folder]] = {}
        for folder in folders:
            kept = folder.carried.get("oef")
            trees.setdefault(kept.attributes.get(ORGANIZATIONS, "0") if kept else "0", []).append(folder)
        if self.kept:
            trees |= {number: trees.get(number, []) for number in _trees_with_leftovers(self.kept)}
        for number in sorted(trees, key=lambda each: (len(each), each)):
            holder = "organizations" if number == "0" else f"organizations {number}"
            attributes = dict(self.kept.attributes_of(holder)) if self.kept else {}
            container = etree.SubElement(root, self.tag("organizations"), attributes)
            container.text = self.kept.attributes.get(f"{TEXT}:{holder}") if self.kept else None
            for folder in trees[number]:
                try:
                    self.folder(container, folder)
                except ValueError:
                    self.wrong(folder.id or folder.name.in_language("vi"), UNFIT)
            container.extend(self.kept.inside(holder) if self.kept else ())

    def folder(self, parent: etree._Element, folder: Folder) -> None:
        """Write a folder and what it holds."""
        part, kept = self.part(parent, "item", folder.carried)
        if folder.id is not None:
            part.set("identifier", self.ids.folder(folder.id))
        write_words(part, self.tag("label"), folder.name, kept)
        write_words(part, self.tag("documentation"), folder.documentation, kept)
        for each in folder.holds:
            if isinstance(each, Folder):
                self.folder(part, each)
            elif (target := self.ids.any(each)) is not None:
                etree.SubElement(part, self.tag("item"), {"identifierRef": target})
            else:
                text = f"holds {each!r}, which isn't in the model: add it or take it out of the folder"
                self.wrong(folder.id or folder.name.in_language("vi"), text)
        self.rest(part, kept)
        said: dict[str, Any] = {} if folder.kind is None else {"kind": folder.kind}
        if folder.properties:
            said["properties"] = [each.model_dump(exclude_defaults=True) for each in folder.properties]
        self.tell(part, said, folder.carried)


def _trees_with_leftovers(kept: Restored) -> set[str]:
    """The numbers of the trees of folders in which something was left over."""
    found = (_TREE.match(name) for name in kept.attributes)
    return {each["number"] or "0" for each in found if each}


def _set_type(
    part: etree._Element,
    kind: str,
    kept: Restored | None,
    kind_of: Callable[[str | None], str],
    known: dict[str, str],
    own: str,
) -> None:
    """The type: the one that was read, if it still is of the kind, else the kind's own."""
    type_: str | None = own
    if kept:
        read = kept.attributes.get(TYPE)
        if read is not None and read not in known and kind_of(read) == kind:
            type_ = read
        elif NO_TYPE in kept.attributes and kind_of(None) == kind:
            type_ = None
    if type_ is not None:
        part.set(TYPE, type_)
