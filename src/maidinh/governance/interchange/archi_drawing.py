"""A view, written as Archi has it: boxes within boxes, each with the lines that begin there. Layer 4, governance."""

from __future__ import annotations

import json
from typing import Any

from lxml import etree

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
from maidinh.governance.interchange.archi_identifiers import Called
from maidinh.governance.interchange.archi_kinds import (
    DOCUMENTED_NODES,
    HOLDING_NODES,
    KIND_OF_VIEW_TYPE,
    NODE_TYPE_OF_KIND,
    NODES_WITH_PROPERTIES,
    ODD,
    PLAIN_LINE,
    RELATION_LINE,
    TEXT_OF_NODE_TYPE,
    VIEW_TYPE_OF_KIND,
    XSI_TYPE,
)
from maidinh.governance.interchange.archi_parts import ABSENT, Sheet, beyond, other_formats, write_text
from maidinh.governance.interchange.archi_styles import OF_CONNECTIONS, OF_NODES, write_style
from maidinh.governance.interchange.archi_views import node_kind, viewpoint_name, viewpoint_text
from maidinh.governance.modelling.definition import Connection, Element, Node, Relation, View

OF_VIEW = frozenset(
    {"id", "name", "documentation", "properties", "carried", "kind", "viewpoint", "nodes", "connections"}
)
OF_NODE = frozenset({
    "id", "kind", "element", "view", "label", "documentation", "properties", "box", "style", "nodes", "carried",
})  # fmt: skip
OF_CONNECTION = frozenset({
    "id", "relation", "source", "target", "label", "documentation", "properties", "bends", "style", "carried",
})  # fmt: skip


class Drawing:
    """One view being written."""

    def __init__(self, writing: Called, view: View) -> None:
        self.writing = writing
        self.view = view
        self.names: dict[str, str] = {}  # of boxes and lines in the file
        self.bounds: dict[str, Bounds] = {}  # from the parent's corner
        self.boxes: dict[str, Bounds] = {}  # from the view's
        self._place(view.nodes, (0, 0))
        ends = {each.id: (each.source, each.target) for each in view.connections}
        self.ends = ends
        self.middles = Middles(self.boxes, ends)
        self.lines_in: dict[str, list[Connection]] = {}
        for each in view.connections:
            holder = _carried(each, "!holder")
            if holder not in self.boxes and holder not in ends:
                holder = each.source
            if holder is not None:
                self.lines_in.setdefault(holder, []).append(each)
        self.reached: dict[str, Connection] = {}
        before = -1
        while before != sum(map(len, self.lines_in.values())):  # a line to one that has no place has none either
            before = sum(map(len, self.lines_in.values()))
            self.reached = {}
            for node in view.all_nodes():
                self._reach(node.id)
            self.lines_in = {
                holder: kept
                for holder, lines in self.lines_in.items()
                if (kept := [each for each in lines if self._has_place(each)])
            }
        self.incoming: dict[str, list[str]] = {}
        for each in self.reached.values():
            if each.target is not None:
                self.incoming.setdefault(each.target, []).append(each.id)
        self.there = [*(each.id for each in view.all_nodes()), *(each.id for each in view.connections)]
        self._check(ends)

    def _place(self, nodes: list[Node], origin: Place) -> None:
        for at, node in enumerate(nodes):
            if node.box is not None:
                self.bounds[node.id] = relative(node.box, origin)
            elif _carried(node, "!bounds") is not None:
                self.bounds[node.id] = 0, 0, 0, 0
            else:
                self.bounds[node.id] = unplaced(at, self._type(Sheet(node.carried.get("archi")), node)[1])
            x, y, width, height = self.bounds[node.id]
            corner = origin[0] + x, origin[1] + y
            self.boxes[node.id] = (*corner, width, height)
            self._place(node.nodes, corner)

    def _reach(self, holder: str) -> None:
        for each in self.lines_in.get(holder, ()):
            if each.id not in self.reached:
                self.reached[each.id] = each
                self._reach(each.id)

    def _has_place(self, line: Connection) -> bool:
        return line.id in self.reached and (
            line.target is None
            or line.target in self.boxes
            or line.target in self.reached
            or line.target not in self.ends
        )

    def _check(self, ends: dict[str, Any]) -> None:
        view, refuse = self.view, self.writing.refuse
        there = self.there
        for identifier in sorted(
            {each for each in there if there.count(each) > 1} if len(there) != len(set(there)) else ()
        ):
            refuse(identifier, f"this identifier stands more than once in view {view.id!r}: give each thing its own")
        for each in view.connections:
            for called, end in (("its source", each.source), ("its target", each.target)):
                if end is not None and end not in self.boxes and end not in ends:
                    refuse(
                        each.id, f"{called} names {end!r}, which isn't in view {view.id!r}: add it or remove the line"
                    )

    def write(self, parent: etree._Element) -> None:
        """Writes the view below its folder."""
        view, writing = self.view, self.writing
        self.names = {each: writing.free(each) for each in self.there}
        sheet = Sheet(view.carried.get("archi"))
        type_ = VIEW_TYPE_OF_KIND.get(view.kind, VIEW_TYPE_OF_KIND["diagram"])
        if view.kind not in VIEW_TYPE_OF_KIND:
            sheet.more["kind"] = view.kind
        raw, absent = sheet.kept.pop(XSI_TYPE, None), sheet.kept.pop(ABSENT + XSI_TYPE, None)
        if raw is not None and KIND_OF_VIEW_TYPE.get(writing.standard(raw), "diagram") == view.kind:
            type_ = raw
        if absent is None:
            sheet.attributes[XSI_TYPE] = type_
        sheet.say("name", view.name, "name", optional=False)
        sheet.kept.pop("id", None)
        sheet.attributes["id"] = writing.names[view.id]
        sheet.give("viewpoint", view.viewpoint, viewpoint_name, viewpoint_text)
        node = sheet.open(parent, "element")
        for each in view.nodes:
            self._node(node, each)
        writing.current = view.id
        write_text(node, "documentation", sheet.tell(view.documentation, "documentation", optional=True))
        sheet.write_properties(node, view.properties, writing.keys)
        wanted = [each.id for each in view.connections if each.id in self.reached]
        if wanted != list(self.reached):
            sheet.more["connection_order"] = wanted
        unplaced = [
            {"at": at} | each.model_dump(mode="json", exclude_defaults=True)
            for at, each in enumerate(view.connections)
            if each.id not in self.reached
        ]
        if unplaced:
            sheet.more["connections"] = unplaced
        sheet.more |= beyond(view, OF_VIEW) | other_formats(view.carried)
        sheet.close(node)

    def _call(self, sheet: Sheet, identifier: str) -> None:
        sheet.attributes["id"] = self.names[identifier]
        if self.names[identifier] != identifier:
            sheet.more["id"] = identifier

    def _type(self, sheet: Sheet, node: Node) -> tuple[str | None, str]:
        """The type of a box, as it is written and in Archi's own prefixes."""
        raw, absent = sheet.kept.pop(XSI_TYPE, None), sheet.kept.pop(ABSENT + XSI_TYPE, None)
        shows, holds = node.element is not None, bool(node.nodes)
        if absent is not None and node_kind("", shows, holds) == node.kind:
            return None, ""
        if raw is not None and node_kind(self.writing.standard(raw), shows, holds) == node.kind:
            return raw, self.writing.standard(raw)
        type_ = NODE_TYPE_OF_KIND[node.kind]
        if node.kind == "element" and node.element is None and "!archimateElement" not in sheet.kept:
            type_ = NODE_TYPE_OF_KIND["container"]
        elif node.kind == "view" and node.view is None and "!model" not in sheet.kept:
            type_ = NODE_TYPE_OF_KIND["label"]
        if node.nodes and type_ not in HOLDING_NODES and "!children" not in sheet.kept:
            type_ = NODE_TYPE_OF_KIND["container"]
        return type_, type_

    def _node(self, parent: etree._Element, node: Node) -> None:
        writing = self.writing
        writing.current = node.id
        sheet = Sheet(node.carried.get("archi"))
        written, type_ = self._type(sheet, node)
        if written is not None:
            sheet.attributes[XSI_TYPE] = written
        kind = node_kind(type_, node.element is not None, bool(node.nodes))
        if kind != node.kind:
            sheet.more["kind"] = node.kind
        self._call(sheet, node.id)
        self._targets(sheet, node.id)
        content = self._words(sheet, node, TEXT_OF_NODE_TYPE.get(type_, "name"))
        write_style(sheet, node.style, OF_NODES)
        self._shown(sheet, node, kind)
        child = sheet.open(parent, "child")
        self._bounds(sheet, child, node, type_)
        features = len(child)
        for each in self.lines_in.get(node.id, ()):
            self._line(child, each)
        write_text(child, "content", content)
        for inner in node.nodes:
            self._node(child, inner)
        writing.current = node.id
        documentation = sheet.tell(node.documentation, "documentation", optional=True)
        if type_ in DOCUMENTED_NODES:
            write_text(child, "documentation", documentation)
        elif node.documentation is not None:
            sheet.more["documentation"] = node.documentation.model_dump(exclude_defaults=True)
        if type_ in NODES_WITH_PROPERTIES:
            sheet.write_properties(child, node.properties, writing.keys)
        elif node.properties:
            sheet.more["whole_properties"] = [each.model_dump(exclude_defaults=True) for each in node.properties]
        sheet.more |= beyond(node, OF_NODE) | other_formats(node.carried)
        sheet.close(child, features)

    def _shown(self, sheet: Sheet, node: Node, kind: str) -> None:
        """Sets which element or view a box shows."""
        for name in ("!archimateElement", "!model", "!children"):
            sheet.kept.pop(name, None)
        for field, of_kind, name, kept_in in (
            ("element", "element", "archimateElement", Element),
            ("view", "view", "model", View),
        ):
            identifier = getattr(node, field)
            if identifier is not None:
                found = self.writing.name_of(node.id, f"its {field}", identifier, kept_in)
                if kind == of_kind:
                    sheet.attributes[name] = found
                else:
                    sheet.more[field] = identifier

    def _words(self, sheet: Sheet, node: Node | Connection, place: str | None) -> str | None:
        """Sets the words of a box or line; those that belong in a child are handed back."""
        if place is None:
            if node.label is not None:
                sheet.more["label"] = node.label.model_dump(exclude_defaults=True)
            return None
        text = sheet.tell(node.label, "label", optional=True)
        if place == "name" and text is not None:
            sheet.attributes["name"] = text
        return text if place == "content" else None

    def _targets(self, sheet: Sheet, identifier: str) -> None:
        wanted = " ".join(self.names[each] for each in self.incoming.get(identifier, ()))
        raw, absent = sheet.kept.pop("targetConnections", None), sheet.kept.pop("!targetConnections", None)
        if sheet.kept.pop("targetConnections/", None) != wanted:
            raw = absent = None
        if raw is not None:
            sheet.attributes["targetConnections"] = raw
        elif wanted and absent is None:
            sheet.attributes["targetConnections"] = wanted

    def _bounds(self, sheet: Sheet, parent: etree._Element, node: Node, type_: str) -> None:
        bounds = self.bounds[node.id]
        kept, absent = sheet.kept.pop("bounds/", None), sheet.kept.pop("!bounds", None)
        if node.box is None and absent is not None:
            return
        raw = json.loads(kept) if kept else None
        attributes = raw if raw is not None and read_bounds(raw, type_) == bounds else bounds_text(bounds)
        etree.SubElement(parent, "bounds", attributes)
        if node.box is None:
            sheet.more["box"] = None
        elif read_bounds(attributes, type_) != bounds:
            sheet.more["box"] = node.box.model_dump()

    def _line(self, parent: etree._Element, line: Connection) -> None:
        writing = self.writing
        writing.current = line.id
        sheet = Sheet(line.carried.get("archi"))
        raw, absent = sheet.kept.pop(XSI_TYPE, None), sheet.kept.pop(ABSENT + XSI_TYPE, None)
        type_ = PLAIN_LINE if line.relation is None else RELATION_LINE
        odd = sheet.kept.pop(ODD, None) is not None
        if raw is not None:
            standard = writing.standard(raw)
            type_ = raw if standard not in (PLAIN_LINE, RELATION_LINE) or (standard != type_) == odd else type_
        if absent is None:
            sheet.attributes[XSI_TYPE] = type_
        self._call(sheet, line.id)
        self._targets(sheet, line.id)
        place = "name" if absent is not None or writing.standard(type_) != RELATION_LINE else None
        self._words(sheet, line, place)
        write_style(sheet, line.style, OF_CONNECTIONS)
        if sheet.kept.pop("!source", None) is None and line.source is not None:
            sheet.attributes["source"] = self.names[line.source]
        sheet.kept.pop("!holder", None)
        if line.target is not None:
            sheet.attributes["target"] = self.names.get(line.target, line.target)
        if line.relation is not None:
            found = writing.name_of(line.id, "its relation", line.relation, Relation)
            older = sheet.kept.pop("relationship", None) is not None
            sheet.attributes["relationship" if older else "archimateRelationship"] = found
        node = sheet.open(parent, "sourceConnection")
        for each in self.lines_in.get(line.id, ()):
            self._line(node, each)
        self._bends(sheet, node, line)
        write_text(node, "documentation", sheet.tell(line.documentation, "documentation", optional=True))
        sheet.write_properties(node, line.properties, writing.keys)
        sheet.more |= beyond(line, OF_CONNECTION) | other_formats(line.carried)
        sheet.close(node)

    def _bends(self, sheet: Sheet, parent: etree._Element, line: Connection) -> None:
        source, target = self.middles.of(line.source), self.middles.of(line.target)
        kept = sheet.kept.pop("bendpoints/", None)
        attributes = [bend_text(each) for each in bends_of(line.bends, source, target)]
        if kept:
            raw = json.loads(kept)
            wanted = [each.model_dump() for each in line.bends]
            if bend_points([read_bend(each) for each in raw], source, target) == wanted:
                attributes = raw
        for each in attributes:
            etree.SubElement(parent, "bendpoint", each)


def _carried(thing: Node | Connection, name: str) -> str | None:
    carried = thing.carried.get("archi")
    return carried.attributes.get(name) if carried else None
