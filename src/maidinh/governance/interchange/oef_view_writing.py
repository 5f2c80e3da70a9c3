"""Views of a model to OEF. Layer 4, governance."""

from __future__ import annotations

from typing import Any

from lxml import etree

from maidinh.governance.interchange.oef_drawing import write_box, write_point, write_style
from maidinh.governance.interchange.oef_leftovers import Restored
from maidinh.governance.interchange.oef_texts import write_words
from maidinh.governance.interchange.oef_views import IN_FILE, NEGATIVE
from maidinh.governance.interchange.oef_vocabulary import NO_TYPE, TYPE, connection_type, node_kind, node_type
from maidinh.governance.interchange.oef_writing import Writing
from maidinh.governance.modelling.definition import Connection, Node, Point, View


class ViewWriting:
    """The writing of one view; `number` is its place in the model."""

    def __init__(self, writing: Writing, view: View, number: int) -> None:
        self.writing = writing
        self.said_view = view
        self.names = writing.ids.nodes(number)
        self.shift = (0, 0)

    def view(self, parent: etree._Element) -> None:
        """Write the view."""
        writing, view = self.writing, self.said_view
        part, kept = writing.part(parent, "view", view.carried)
        part.set("identifier", writing.ids.thing(view.id))
        type_ = kept.attributes.get(TYPE, "Diagram") if kept else "Diagram"
        if not (kept and NO_TYPE in kept.attributes):
            part.set(TYPE, type_)
        if view.viewpoint is not None:
            raw = kept.raw("viewpoint") if kept else None
            part.set("viewpoint", raw if raw is not None and raw.strip() == view.viewpoint else view.viewpoint)
        said: dict[str, Any] = writing.name(part, view.name, kept, wanted=True)
        write_words(part, writing.tag("documentation"), view.documentation, kept)
        writing.rest(part, kept)
        writing.properties(part, view.properties, kept)
        if view.kind != "diagram":
            said["kind"] = view.kind
        if not (kept and NEGATIVE in kept.attributes):
            self.shift = _shift(view)
            if self.shift != (0, 0):
                said["offset"] = list(self.shift)
        for node in view.nodes:
            self.node(part, node)
        for connection in view.connections:
            self.connection(part, connection)
        writing.tell(part, said, view.carried)

    def node(self, parent: etree._Element, node: Node) -> None:
        """Write a node and those within it."""
        writing = self.writing
        part, kept = writing.part(parent, "node", node.carried)
        part.set("identifier", self.names[node.id])
        type_ = _node_type(node, kept)
        if type_ is not None:
            part.set(TYPE, type_)
        said: dict[str, Any] = {}
        if node_kind(type_, node.element, node.view) != node.kind:
            said["kind"] = node.kind
        if node.element is not None:
            if node.element in writing.ends and writing.ids.has_thing(node.element):
                part.set("elementRef", writing.ids.thing(node.element))
            else:
                writing.wrong(node.id, f"shows {node.element!r}, which isn't in the model: add it or take it out")
        said |= write_box(part, node.box, kept, self.shift)
        said |= self._look(part, node, kept)
        self._view_reference(part, node, kept)
        own = frozenset({writing.tag("viewRef"), writing.tag("style")})
        for each in node.nodes:
            self.node(part, each)
        self._properties_in_file(part, node, kept)
        writing.rest(part, kept, but=own)
        writing.tell(part, said, node.carried)

    def _view_reference(self, part: etree._Element, node: Node, kept: Restored | None) -> None:
        writing = self.writing
        tag = writing.tag("viewRef")
        if node.view is not None:
            if writing.ids.has_thing(node.view):
                target = writing.ids.thing(node.view)
                variant = kept.variant("viewRef") if kept else None
                if variant is not None and variant.get("ref") == target:
                    part.append(variant)
                else:
                    etree.SubElement(part, tag, {"ref": target})
            else:
                writing.wrong(node.id, f"leads to {node.view!r}, which isn't in the model: add it or take it out")
        part.extend(writing.children(kept, tag))

    def connection(self, parent: etree._Element, connection: Connection) -> None:
        """Write a connection."""
        writing = self.writing
        part, kept = writing.part(parent, "connection", connection.carried)
        part.set("identifier", self.names[connection.id])
        type_: str | None = connection_type(connection.relation)
        if kept:
            type_ = kept.attributes.get(TYPE, None if NO_TYPE in kept.attributes else type_)
        if type_ is not None:
            part.set(TYPE, type_)
        if connection.relation is not None:
            if connection.relation in writing.ends:
                part.set("relationshipRef", writing.ids.thing(connection.relation))
            else:
                text = f"shows {connection.relation!r}, which isn't in the model: add it or take it out"
                writing.wrong(connection.id, text)
        for end, target in (("source", connection.source), ("target", connection.target)):
            if target is not None and target in self.names:
                part.set(end, self.names[target])
            elif target is not None:
                writing.wrong(connection.id, f"{end} names {target!r}, which isn't in the view: add it or take it out")
        said = self._look(part, connection, kept)
        part.extend(writing.children(kept, writing.tag("viewRef")))
        self._points(part, "sourceAttachment", [connection.starts] if connection.starts else [], kept)
        self._points(part, "bendpoint", connection.bends, kept)
        self._points(part, "targetAttachment", [connection.ends] if connection.ends else [], kept)
        self._properties_in_file(part, connection, kept)
        writing.rest(part, kept, but=frozenset({writing.tag("viewRef"), writing.tag("style")}))
        writing.tell(part, said, connection.carried)

    def _points(self, part: etree._Element, name: str, points: list[Point], kept: Restored | None) -> None:
        for index, each in enumerate(points):
            variant = kept.variant(name, index) if kept else None
            write_point(part, self.writing.tag(name), each, variant, self.shift)

    def _look(self, part: etree._Element, each: Node | Connection, kept: Restored | None) -> dict[str, Any]:
        """Label, documentation and style; what the format can't say of them and of the properties is returned."""
        writing = self.writing
        write_words(part, writing.tag("label"), each.label, kept)
        write_words(part, writing.tag("documentation"), each.documentation, kept)
        said = write_style(part, writing.tag, each.style, kept)
        part.extend(writing.children(kept, writing.tag("style")))
        if each.properties and not (kept and IN_FILE in kept.attributes):
            said["properties"] = [every.model_dump(exclude_defaults=True) for every in each.properties]
        return said

    def _properties_in_file(self, part: etree._Element, each: Node | Connection, kept: Restored | None) -> None:
        """Properties where the format has none, because the file that was read had them there."""
        if kept and IN_FILE in kept.attributes:
            self.writing.properties(part, each.properties, kept)


def _node_type(node: Node, kept: Restored | None) -> str | None:
    own = node_type(node.kind, node.element, bool(node.nodes))
    if kept:
        read = kept.attributes.get(TYPE)
        if read is not None and node_kind(read, node.element, node.view) == node.kind:
            return read
        if NO_TYPE in kept.attributes and node_kind(None, node.element, node.view) == node.kind:
            return None
    return own


def _shift(view: View) -> tuple[int, int]:
    """By how much the view is moved so that no coordinate is negative."""
    points: list[Point] = [Point(x=node.box.x, y=node.box.y) for node in view.all_nodes() if node.box]
    for connection in view.connections:
        points += connection.bends
        points += [end for end in (connection.starts, connection.ends) if end]
    return (
        max(0, -min((each.x for each in points), default=0)),
        max(0, -min((each.y for each in points), default=0)),
    )
