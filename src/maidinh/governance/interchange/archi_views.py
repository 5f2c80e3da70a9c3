"""Views of an Archi file, read: boxes, what they hold, and the lines that Archi keeps inside their source.

Layer 4, governance.
"""

from __future__ import annotations

import json

from lxml import etree
from pydantic import ValidationError

from maidinh.governance.interchange.archi_geometry import (
    Bounds,
    Middles,
    Place,
    bend_points,
    bend_text,
    bends_of,
    bounds_text,
    read_bend,
    read_bounds,
    relative,
    unplaced,
)
from maidinh.governance.interchange.archi_identifiers import Found
from maidinh.governance.interchange.archi_kinds import (
    DOCUMENTED_NODES,
    HOLDING_NODES,
    KIND_OF_NODE_TYPE,
    NODES_WITH_PROPERTIES,
    ODD,
    PLAIN_LINE,
    RELATION_LINE,
    TEXT_OF_NODE_TYPE,
    VIEWPOINT,
    VIEWPOINT_NAME,
    XSI_TYPE,
)
from maidinh.governance.interchange.archi_parts import ABSENT, Data, Part
from maidinh.governance.interchange.archi_styles import OF_CONNECTIONS, OF_NODES, read_style
from maidinh.governance.modelling.definition import Box, Point

ALWAYS = frozenset({"feature", "sourceConnection", "bounds", "child"})
VIEW_CHILDREN = frozenset({"feature", "child", "documentation", "property"})
LINE_CHILDREN = frozenset({"feature", "sourceConnection", "bendpoint", "documentation", "property"})


def node_children(type_: str) -> frozenset[str]:
    """The children of a box that are understood, by its type."""
    known = set(ALWAYS)
    if type_ in DOCUMENTED_NODES:
        known.add("documentation")
    if type_ in NODES_WITH_PROPERTIES:
        known.add("property")
    if TEXT_OF_NODE_TYPE.get(type_, "name") == "content":
        known.add("content")
    return frozenset(known)


def node_kind(type_: str, shows_element: bool, holds: bool) -> str:
    """What the model calls a box; one of a type nobody knows, by what it has."""
    return KIND_OF_NODE_TYPE.get(type_) or ("element" if shows_element else "container" if holds else "label")


_CHILDREN = {type_: node_children(type_) for type_ in KIND_OF_NODE_TYPE}


def viewpoint_name(raw: str | None) -> str | None:
    """A viewpoint as the model has it."""
    return None if raw is None else VIEWPOINT_NAME.get(raw, raw.strip())


def viewpoint_text(name: str | None) -> str | None:
    """A viewpoint as Archi has it."""
    return None if name is None else VIEWPOINT.get(name, name)


def connection_order(identifiers: list[str], order: object) -> list[str]:
    """The identifiers in the order noted, whatever is new at the end."""
    rank = {each: at for at, each in enumerate(order)} if isinstance(order, list) else {}
    return sorted(identifiers, key=lambda each: rank.get(each, len(rank)))


class ViewReading:
    """One view being read."""

    def __init__(self, reading: Found) -> None:
        self.reading = reading
        self.boxes: dict[str, Bounds] = {}
        self.lines: dict[str, tuple[Part, str]] = {}  # with the thing it stands in
        self.ends: dict[str, tuple[str | None, str | None]] = {}
        self.names: dict[str, str] = {}
        self.expecting: list[tuple[Data, Part, str | None]] = []  # nodes whose incoming lines are known at the end

    def read(self, node: etree._Element, part: Part, kind: str) -> Data:
        """The data of a view."""
        reading = self.reading
        data: Data = {"id": reading.concept_id(part), "kind": kind, "properties": [], "carried": {}}
        data["name"] = part.words("name", part.attributes.pop("name", None), optional=False)
        data["documentation"] = part.words("documentation", part.text("documentation"), optional=True)
        data["viewpoint"] = part.take("viewpoint", viewpoint_name, viewpoint_text)
        data["nodes"] = [self._node(each, (0, 0), at) for at, each in enumerate(part.found.get("child", ()))]
        middles = Middles(self.boxes, self.ends)
        incoming: dict[str, list[str]] = {}
        for identifier, (_, target) in self.ends.items():
            if target is not None:
                incoming.setdefault(target, []).append(identifier)
        for each, (line, _) in self.lines.items():
            self._own(each, line)
        connections = {self._named(each): self._connection(each, middles) for each in self.lines}
        for owned, box, whose in self.expecting:
            raw = box.attributes.pop("targetConnections", None)
            wanted = " ".join(incoming.get(whose or "", ())) or None
            if raw != wanted:
                box.kept["targetConnections" if raw is not None else ABSENT + "targetConnections"] = raw or ""
                box.kept["targetConnections/"] = wanted or ""  # as long as this is so
            box.finish(owned, reading.keys)
        ordered = connection_order(
            [each["id"] for each in connections.values()], part.more.pop("connection_order", None)
        )
        unplaced = part.more.pop("connections", None)
        data["connections"] = [connections[each] for each in ordered]
        for each in unplaced if isinstance(unplaced, list) else ():
            at = each.pop("at", None) if isinstance(each, dict) else None
            data["connections"].insert(at if isinstance(at, int) else len(data["connections"]), each)
        return part.finish(data, reading.keys)

    def _node(self, node: etree._Element, origin: Place, at: int) -> Data:
        reading = self.reading
        raw = node.get(XSI_TYPE)
        type_ = reading.standard_type(raw, node)
        part = Part(node, _CHILDREN.get(type_) or ALWAYS)
        identifier = part.attributes.pop("id", None)
        reading.given(identifier, node)
        part.attributes.pop(XSI_TYPE, None)
        data: Data = {"id": self._own(identifier, part), "properties": [], "carried": {}}
        kind = data["kind"] = node_kind(type_, "archimateElement" in part.attributes, "child" in part.found)
        if type_ not in _STANDARD or raw != type_:
            part.kept[XSI_TYPE if raw is not None else ABSENT + XSI_TYPE] = raw or ""
        if kind == "element":
            data["element"] = reading.refers(part.attributes.pop("archimateElement", None), node, "element")
        elif kind == "view":
            data["view"] = reading.refers(part.attributes.pop("model", None), node, "view")
        for attribute, field in (("!archimateElement", "element"), ("!model", "view")):
            if kind == field and data[field] is None:
                part.kept[attribute] = ""
        if "child" in part.found and type_ in KIND_OF_NODE_TYPE and type_ not in HOLDING_NODES:
            part.kept["!children"] = ""
        place = TEXT_OF_NODE_TYPE.get(type_, "name")
        text = part.attributes.pop("name", None) if place == "name" else part.text("content") if place else None
        data["label"] = part.words("label", text, optional=True)
        data["documentation"] = part.words("documentation", part.text("documentation"), optional=True)
        noted = self._noted_box(part, type_, origin, at) if "box" in part.more else None
        corner = self._bounds(part, data, identifier or "", noted or type_, origin)
        data["style"] = read_style(part, OF_NODES)
        self._lines_in(part, identifier or "")
        data["nodes"] = [self._node(each, corner, at) for at, each in enumerate(part.found.get("child", ()))]
        self.expecting.append((data, part, identifier))
        return data

    def _bounds(self, part: Part, data: Data, identifier: str, noted: str | Bounds, origin: Place) -> Place:
        nodes = part.found.get("bounds")
        if not nodes:
            part.kept[ABSENT + "bounds"] = ""
            self.boxes[identifier] = (*origin, 0, 0)
            return origin
        raw = dict(nodes[0].attrib)
        x, y, width, height = bounds = read_bounds(raw, noted) if isinstance(noted, str) else noted
        if isinstance(noted, str) and raw != bounds_text(bounds):
            part.kept["bounds/"] = json.dumps(raw)
        left, top = origin[0] + x, origin[1] + y
        data["box"] = {"x": left, "y": top, "width": width, "height": height}
        self.boxes[identifier] = (left, top, width, height)
        return left, top

    def _noted_box(self, part: Part, type_: str, origin: Place, at: int) -> Bounds | None:
        """The box that was noted; it is forgotten if somebody moved it in Archi since."""
        box = part.more["box"]
        nodes = part.found.get("bounds")
        try:
            bounds = unplaced(at, type_) if box is None else relative(Box.model_validate(box), origin)
        except ValidationError:
            return None
        if nodes and dict(nodes[0].attrib) == bounds_text(bounds):
            return bounds
        del part.more["box"]
        return None

    def _lines_in(self, part: Part, holder: str) -> None:
        for node in part.found.get("sourceConnection", ()):
            line = Part(node, LINE_CHILDREN)
            identifier = line.attributes.pop("id", None)
            self.reading.given(identifier, node)
            source = line.attributes.pop("source", None)
            if source is None:
                line.kept["!source"] = ""
            elif source != holder:
                line.kept["!holder"] = holder
            self.lines[identifier or ""] = line, holder
            self.ends[identifier or ""] = source if source is not None else holder, line.attributes.pop("target", None)
            self._lines_in(line, identifier or "")

    def _connection(self, identifier: str, middles: Middles) -> Data:
        reading = self.reading
        part, _ = self.lines[identifier]
        node = part.node
        raw = part.attributes.pop(XSI_TYPE, None)
        type_ = reading.standard_type(raw, node)
        relation = part.attributes.pop("archimateRelationship", None)
        if relation is None and "relationship" in part.attributes:
            relation = part.kept["relationship"] = part.attributes.pop("relationship")
        if raw != (PLAIN_LINE if relation is None else RELATION_LINE):
            part.kept[XSI_TYPE if raw is not None else ABSENT + XSI_TYPE] = raw or ""
        if type_ == (RELATION_LINE if relation is None else PLAIN_LINE):
            part.kept[ODD] = ""
        source, target = self.ends[identifier]
        data: Data = {"id": self._named(identifier), "source": self._named(source), "target": self._named(target)}
        data |= {"properties": [], "carried": {}, "bends": []}
        for called, end in (("its source", source), ("its target", target)):
            if end is not None and end not in self.boxes and end not in self.lines:
                reading.references["thing of this view"].append((node.sourceline or 0, identifier, called, end))
        data["relation"] = reading.refers(relation, node, "relation")
        text = part.attributes.pop("name", None) if type_ != RELATION_LINE else None
        data["label"] = part.words("label", text, optional=True)
        data["documentation"] = part.words("documentation", part.text("documentation"), optional=True)
        bends = part.found.get("bendpoint", ())
        if bends:
            self._bends(part, data, [dict(each.attrib) for each in bends], middles.of(source), middles.of(target))
        data["style"] = read_style(part, OF_CONNECTIONS)
        self.expecting.append((data, part, identifier))
        return data

    def _own(self, identifier: str | None, part: Part) -> str:
        """What the model calls a thing: another thing of the file may have had the same name before it was written."""
        own = part.more.pop("id", None)
        if isinstance(own, str) and identifier is not None:
            self.names[identifier] = own
            return own
        return identifier or ""

    def _named(self, identifier: str | None) -> str | None:
        return None if identifier is None else self.names.get(identifier, identifier)

    def _bends(self, part: Part, data: Data, raw: list[dict[str, str]], source: Place, target: Place) -> None:
        bends = [read_bend(each) for each in raw]
        data["bends"] = bend_points(bends, source, target)
        again = bends_of([Point(**each) for each in data["bends"]], source, target)
        if raw != [bend_text(each) for each in again]:
            part.kept["bendpoints/"] = json.dumps(raw)


_STANDARD = frozenset({
    "archimate:DiagramObject", "archimate:Group", "archimate:Note", "archimate:DiagramModelReference",
})  # fmt: skip
