"""The views of an OEF file: nodes within nodes, connections, geometry and style. Layer 4, governance.

Coordinates count from the view's corner in the file as in the model. A view with negative ones is written moved, and
our instruction in it says by how much.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from maidinh.governance.interchange.oef_drawing import box, point, style
from maidinh.governance.interchange.oef_leftovers import RAW, VARIANT, Leftovers, as_text
from maidinh.governance.interchange.oef_reading import Read, Reading
from maidinh.governance.interchange.oef_texts import words
from maidinh.governance.interchange.oef_vocabulary import NO_TYPE, TYPE, connection_type, node_kind, node_type
from maidinh.governance.modelling.definition import View

NEGATIVE = "maidinh:negative"
IN_FILE = "maidinh:properties"  # properties of a node stand in the file as such, against its schema
_VIEW = frozenset({"name", "documentation", "properties", "node", "connection"})
_NODE = frozenset({"label", "documentation", "style", "viewRef", "node", "properties"})
_CONNECTION = frozenset({
    "label", "documentation", "style", "viewRef", "sourceAttachment", "bendpoint", "targetAttachment", "properties",
})  # fmt: skip
_PLACE = frozenset({"identifier", TYPE, "x", "y", "w", "h"})


class ViewReading:
    """The reading of one view."""

    def __init__(self, reading: Reading, scope: str) -> None:
        self.reading = reading
        self.scope = scope
        self.shift = (0, 0)
        self.negative = False

    def view(self, element: etree._Element, left: Leftovers) -> list[View]:
        """The view."""
        reading = self.reading
        found: Read = {"id": reading.define(element, "views"), "properties": []}
        owner = found["id"]
        type_ = reading.type_of(element)
        if type_ != "Diagram":
            left.attributes |= {NO_TYPE: ""} if type_ is None else {TYPE: type_}
        for name, value in element.attrib.items():
            if name == "viewpoint":
                found["viewpoint"] = value
                if value != value.strip():
                    left.attributes[f"{RAW}viewpoint"] = value
            elif name == "viewpointRef":
                left.attributes[name] = reading.refer(element, name, "all", owner) or value
            elif name not in ("identifier", TYPE):
                left.attributes[name] = value
        parts = reading.parts(element, _VIEW, left)
        reading.texts(parts, found, left, owner, named=True)
        found["kind"] = left.said.get("kind", "diagram")
        self.shift = _shift(left.said.get("offset"))
        found["nodes"] = [self.node(each, owner) for each in parts.get("node", ())]
        found["connections"] = [self.connection(each) for each in parts.get("connection", ())]
        if self.negative:
            left.attributes[NEGATIVE] = ""
        found["carried"] = left.carried()
        return reading.made(View, found, element)

    def node(self, element: etree._Element, owner: str) -> Read:
        """A node and those within it."""
        reading, left = self.reading, Leftovers()
        found: Read = {"id": reading.define(element, self.scope), "properties": []}
        parts = reading.parts(element, _NODE, left)
        attributes = element.attrib
        for name, value in attributes.items():
            if name == "elementRef":
                found["element"] = reading.refer(element, name, "elements", found["id"])
            elif name == "conceptRef":
                left.attributes[name] = reading.refer(element, name, "all", found["id"]) or value
            elif name not in _PLACE:
                left.attributes[name] = value
        for index, reference in enumerate(parts.get("viewRef", ())):
            target = reading.refer(reference, "ref", "views", found["id"])
            if index or target is None:
                left.children.append(as_text(reference))
            else:
                found["view"] = target
                if len(reference.attrib) > 1 or len(reference) or reference.text:
                    left.attributes[f"{VARIANT}viewRef:0"] = as_text(reference)
        type_ = reading.type_of(element)
        found["kind"] = node_kind(type_, found.get("element"), found.get("view"))
        found["nodes"] = [self.node(each, owner) for each in parts.get("node", ())]
        if type_ != node_type(found["kind"], found.get("element"), bool(found["nodes"])):
            left.attributes |= {NO_TYPE: ""} if type_ is None else {TYPE: type_}
        found["box"] = box(attributes, left, self.shift)
        if found["box"] and (found["box"]["x"] + self.shift[0] < 0 or found["box"]["y"] + self.shift[1] < 0):
            self.negative = True
        self._look(parts, found, left)
        if "kind" in left.said:
            found["kind"] = left.said["kind"]
            left.attributes.pop(TYPE, None)
        if "box" in left.said:
            found["box"] = left.said["box"] and (found["box"] or {}) | left.said["box"]
        found["carried"] = left.carried()
        return found

    def connection(self, element: etree._Element) -> Read:
        """A connection; its ends are nodes or connections of the same view."""
        reading, left = self.reading, Leftovers()
        found: Read = {"id": reading.define(element, self.scope), "properties": []}
        for name, value in element.attrib.items():
            if name in ("source", "target"):
                found[name] = reading.refer(element, name, self.scope, found["id"])
            elif name == "relationshipRef":
                found["relation"] = reading.refer(element, name, "relations", found["id"])
            elif name not in ("identifier", TYPE):
                left.attributes[name] = value
        type_ = reading.type_of(element)
        if type_ != connection_type(found.get("relation")):
            left.attributes |= {NO_TYPE: ""} if type_ is None else {TYPE: type_}
        parts = reading.parts(element, _CONNECTION, left)
        for reference in parts.get("viewRef", ()):
            reading.refer(reference, "ref", "views", found["id"])
            left.children.append(as_text(reference))
        self._look(parts, found, left)
        for name, ours in (("sourceAttachment", "starts"), ("targetAttachment", "ends")):
            for index, each in enumerate(parts.get(name, ())):
                if index:
                    left.children.append(as_text(each))
                else:
                    found[ours] = self._point(each, name, 0, left)
        bends = enumerate(parts.get("bendpoint", ()))
        found["bends"] = [self._point(each, "bendpoint", index, left) for index, each in bends]
        found["carried"] = left.carried()
        return found

    def _look(self, parts: dict[str, list[etree._Element]], found: Read, left: Leftovers) -> None:
        """Label, documentation, style and properties, which nodes and connections have alike."""
        for name in ("label", "documentation"):
            if name in parts:
                found[name] = words(parts[name], name, left)
        for index, each in enumerate(parts.get("style", ())):
            if index:
                left.children.append(as_text(each))
            else:
                found["style"] = style(each, self.reading.tag, left)
        if "properties" in parts:
            left.attributes[IN_FILE] = ""
            found["properties"] = self.reading.properties(parts["properties"], left, found["id"])
        if "properties" in left.said:
            found["properties"] = left.said["properties"]
        if "style" in left.said:
            found["style"] = found.get("style", {}) | left.said["style"]

    def _point(self, element: etree._Element, name: str, index: int, left: Leftovers) -> Read:
        found, plain = point(element, self.shift)
        if not plain:
            left.attributes[f"{VARIANT}{name}:{index}"] = as_text(element)
        if found["x"] + self.shift[0] < 0 or found["y"] + self.shift[1] < 0:
            self.negative = True
        return found


def _shift(said: Any) -> tuple[int, int]:
    if isinstance(said, list) and len(said) == 2 and all(isinstance(each, int) for each in said):
        return said[0], said[1]
    return 0, 0
