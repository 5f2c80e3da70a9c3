"""A view that somebody drew: their places, nesting, bends, colours and notes are kept; only what can't be read changes.

Layer 4, governance. Pure. Text is set as large as its box allows; its colour and that of lines gives way where there is
too little contrast. What has no place yet is set in rows below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from maidinh.governance.drawings.connections import Ends, connection_lines
from maidinh.governance.drawings.fitting import fitted
from maidinh.governance.drawings.labels import apart
from maidinh.governance.drawings.looks import CUSTOMARY, INK, PAPER, archimate_layer, laid_on, readable, visible
from maidinh.governance.drawings.margins import heading, legend_of
from maidinh.governance.drawings.outlines import outline_of
from maidinh.governance.drawings.picture import Box, BoxRow, Line, LineRow, Picture, Rect
from maidinh.governance.drawings.wording import Wording
from maidinh.governance.modelling.definition import Element, Model, Node, Relation, Style, View

VIEW = "view:"
MARGIN, TITLE = 24.0, 40.0
UNPLACED = (150.0, 60.0, 20.0)  # width, height and distance of a box that has no place
JUNCTIONS = frozenset({"and-junction", "or-junction"})
GROUND = {"container": "#edeeee", "label": PAPER, "view": "#e4eeee"}
NO_BORDER, RECTANGLE = "2", "1"  # how Archi names the borders of notes
ICON_FROM = (56.0, 30.0)  # the least size of a box with an icon


@dataclass
class Drawn:
    """The view as it is being drawn."""

    model: Model
    wording: Wording
    elements: Mapping[str, Element]
    views: Mapping[str, View]
    shift: tuple[float, float]
    boxes: list[Box] = field(default_factory=list)
    ends: dict[str, Ends] = field(default_factory=dict)
    rows: dict[str, BoxRow] = field(default_factory=dict)


def draw_view(view: View, model: Model, wording: Wording) -> Picture:
    """The drawing of a view with the geometry that it has."""
    places = _places(view)
    left = min([box.x for box in places.values()] + [float(b.x) for c in view.connections for b in c.bends], default=0)
    top = min([box.y for box in places.values()] + [float(b.y) for c in view.connections for b in c.bends], default=0)
    drawn = Drawn(
        model, wording, {each.id: each for each in model.elements}, {each.id: each for each in model.views},
        (MARGIN - left, TITLE + MARGIN - top),
    )  # fmt: skip
    for node in view.nodes:
        _node(drawn, node, places, None, PAPER, ())
    relations = {each.id: each for each in model.relations}
    lines, nested = connection_lines(view, relations, drawn.ends, drawn.shift, wording)
    told = sum(1 for each in lines if each.label)
    lines = apart(lines, drawn.boxes)
    hidden = told - sum(1 for each in lines if each.label)
    title = view.name.in_language(wording.language).strip() or view.id
    ends = [x for line in lines for x, _ in line.points] + [each.rect.right for line in lines for each in line.label]
    right = max([box.rect.right for box in drawn.boxes] + ends, default=0)
    bottom = max(
        [box.rect.bottom for box in drawn.boxes] + [y for line in lines for _, y in line.points], default=TITLE
    )
    wide = max(right + MARGIN, 420.0)
    keys, end = legend_of(lines, bottom + MARGIN, wide, wording)
    rows = _line_rows(view, relations, drawn, lines, nested)
    picture = Picture(
        id=f"{VIEW}{view.id}", title=title, description="", language=wording.language, width=wide,
        height=end + MARGIN / 2, boxes=tuple(drawn.boxes), lines=lines, writings=heading(title, wide), legend=keys,
        box_rows=tuple(drawn.rows.values()), line_rows=rows,
    )  # fmt: skip
    text = wording.say("A view drawn by hand: %(boxes)s components, %(lines)s lines. The table says the same.")
    counts = {"boxes": len(picture.box_rows), "lines": len(picture.lines)}
    about = view.documentation.in_language(wording.language) if view.documentation else ""
    unread = wording.say("Names of lines that found no room: %(count)s. The table has them.") % {"count": hidden}
    notes = [about] if about else []
    notes += [unread] if hidden else []
    return replace(picture, description=text % counts, notes=tuple(notes))


def _places(view: View) -> dict[str, Rect]:
    """Where every node stands; those without a place come in rows below all others."""
    found, waiting = {}, []
    for node in view.all_nodes():
        if node.box is None:
            waiting.append(node)
        else:
            box = node.box
            found[node.id] = Rect(box.x, box.y, max(box.width, 1), max(box.height, 1))
    wide, high, apart = UNPLACED
    top = max((box.bottom for box in found.values()), default=0.0) + (apart if found else 0)
    left = min((box.x for box in found.values()), default=0.0)
    for number, node in enumerate(waiting):
        row, column = divmod(number, 6)
        found[node.id] = Rect(left + column * (wide + apart), top + row * (high + apart), wide, high)
    return found


def _node(
    drawn: Drawn, node: Node, places: Mapping[str, Rect], parent: str | None, ground: str, inside: tuple[str, ...]
) -> None:
    wording, own = drawn.wording, places[node.id]
    rect = Rect(own.x + drawn.shift[0], own.y + drawn.shift[1], own.width, own.height)
    element = drawn.elements.get(node.element or "")
    style = node.style or Style()
    kind = element.kind if element else ""
    name = _name(drawn, node, element)
    fill = laid_on(style.fill or _customary(node, kind), ground, style.fill_opacity)
    junction = kind in JUNCTIONS
    if junction:
        fill = INK if kind == "and-junction" else PAPER
    children = [places[each.id] for each in node.nodes]
    icon = kind if element and not junction and rect.width >= ICON_FROM[0] and rect.height >= ICON_FROM[1] else ""
    ink = readable(style.text, fill)
    writings = () if junction else fitted(name, rect, _room(rect, children, drawn.shift), node, ink, bool(icon))
    border = _carried(node, "borderType")
    bare = node.kind == "label" and border == NO_BORDER
    box = Box(
        id=node.id, role="junction" if junction else _role(node, element), rect=rect,
        label=_label(name, element, node, wording), kind=kind, element=element.id if element else None,
        view=node.view if node.view in drawn.views else None, parent=parent, fill=fill, icon=icon, ink=ink,
        outline="circle" if junction else _outline(node, kind, border),
        line=fill if bare else visible(style.line, ground), line_width=float(style.line_width or 1),
        writings=tuple(writings),
    )  # fmt: skip
    drawn.boxes.append(box)
    drawn.ends[node.id] = Ends(rect, name, inside, node.element)
    if node.element and node.element not in drawn.rows:
        drawn.rows[node.element] = _row(drawn, node.element, element, name, inside)
    for each in node.nodes:
        _node(drawn, each, places, node.id, fill, (*inside, node.id))


def _role(node: Node, element: Element | None) -> str:
    if element:
        return "element"
    return {"label": "note", "view": "view"}.get(node.kind, "group")


def _outline(node: Node, kind: str, border: str | None) -> str:
    if node.kind == "label" and border not in (NO_BORDER, RECTANGLE):
        return "folded"
    return outline_of(kind) if kind else "plain"


def _customary(node: Node, kind: str) -> str:
    return CUSTOMARY[archimate_layer(kind)] if kind else GROUND.get(node.kind, PAPER)


def _name(drawn: Drawn, node: Node, element: Element | None) -> str:
    language = drawn.wording.language
    if element is not None:
        return drawn.wording.name(element)
    label = node.label.in_language(language) if node.label else ""
    if not label and node.view in drawn.views:
        label = drawn.views[str(node.view)].name.in_language(language)
    return label or node.element or ""


def _label(name: str, element: Element | None, node: Node, wording: Wording) -> str:
    if element is None:
        return name or wording.say("without text")
    return ", ".join((name, wording.kind(element.kind), wording.layer(element)))


def _row(drawn: Drawn, id_: str, element: Element | None, name: str, inside: tuple[str, ...]) -> BoxRow:
    wording = drawn.wording
    place = " · ".join(each for each in (drawn.ends[holder].name for holder in inside) if each)
    if element is None:
        return BoxRow(id_, name, "", place, "", "", True, wording.say("It is not in the model."))
    return BoxRow(
        id_, name, wording.kind(element.kind), place, wording.owner(element.owner), wording.state(element.state), True
    )


def _room(rect: Rect, children: list[Rect], shift: tuple[float, float]) -> Rect:
    """The part of a box where its name can stand without lying under what the box holds."""
    if not children:
        return rect
    above = min(child.y + shift[1] for child in children) - rect.y
    return Rect(rect.x, rect.y, rect.width, max(min(above, rect.height), min(14.0, rect.height)))


def _carried(node: Node, name: str) -> str | None:
    carried = node.carried.get("archi")
    return carried.attributes.get(name) if carried else None


def _line_rows(
    view: View, relations: Mapping[str, Relation], drawn: Drawn, lines: tuple[Line, ...], nested: set[str]
) -> tuple[LineRow, ...]:
    wording, shown = drawn.wording, {each.id for each in lines}
    names = {each.element: each.name for each in drawn.ends.values() if each.element}
    rows = []
    for each in view.connections:
        relation = relations.get(each.relation or "")
        source, target = (drawn.ends.get(end or "") for end in (each.source, each.target))
        one = relation.from_ if relation else (source.element if source else None) or ""
        other = relation.to if relation else (target.element if target else None) or ""
        said = each.label or (relation.name if relation else None)
        why = "" if each.id in shown else wording.say("One stands inside the other.")
        if each.id not in shown and each.id not in nested:
            why = wording.say("An end of it is not drawn.")
        rows.append(
            LineRow(
                relation=relation.id if relation else "", source=one, target=other,
                source_name=names.get(one) or (source.name if source else one), why=why,
                verb=wording.verb(relation.kind if relation else "line"),
                target_name=names.get(other) or (target.name if target else other),
                name=said.in_language(wording.language) if said else "", drawn=each.id in shown,
            )
        )  # fmt: skip
    return tuple(rows)
