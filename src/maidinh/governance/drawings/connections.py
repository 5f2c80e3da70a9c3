"""The lines of a view that somebody drew: from edge to edge through their bends, in the notation of the relation.

Layer 4, governance. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from maidinh.governance.drawings.labels import point_at
from maidinh.governance.drawings.looks import INK, PAPER, Look, look_of, visible
from maidinh.governance.drawings.picture import Line, Rect, Spot, Writing
from maidinh.governance.drawings.wording import Wording
from maidinh.governance.modelling.definition import Connection, Point, Relation, View
from maidinh.infrastructure.lettering import shortened, width

LABEL, WIDEST = 11.0, 190.0
LOOP = 16.0
# The bits by which Archi keeps the look of a plain line.
BITS = ((1, "head", "full"), (8, "tail", "full"), (16, "head", "triangle"), (32, "tail", "triangle"),
        (64, "head", "open"), (128, "tail", "open"))  # fmt: skip
DASHED, DOTTED = 2, 4


@dataclass(frozen=True)
class Ends:
    """A box at which lines end: its place, its name, the boxes that hold it, and the element it shows."""

    rect: Rect
    name: str
    inside: tuple[str, ...] = ()
    element: str | None = None


def connection_lines(
    view: View, relations: Mapping[str, Relation], ends: Mapping[str, Ends], shift: Spot, wording: Wording
) -> tuple[tuple[Line, ...], set[str]]:
    """The lines, and the ids of those that nesting tells already."""
    middles: dict[str, Spot] = {}
    known = {each.id for each in view.connections}
    waiting, found, nested = list(view.connections), {}, set()
    while waiting:
        later = []
        for each in waiting:
            if any(end in known and end not in middles and end not in ends for end in (each.source, each.target)):
                later.append(each)
                continue
            if _nested(each, ends):
                nested.add(each.id)
                continue
            points = _points(each, ends, middles, shift)
            if points:
                found[each.id] = _line(each, relations.get(each.relation or ""), points, ends, wording)
                middles[each.id] = point_at(points, 0.5)
        if len(later) == len(waiting):
            break
        waiting = later
        known -= nested
    return tuple(found[each.id] for each in view.connections if each.id in found), nested


def _nested(each: Connection, ends: Mapping[str, Ends]) -> bool:
    one, other = ends.get(each.source or ""), ends.get(each.target or "")
    if one is None or other is None or each.bends or each.relation is None:
        return False
    return each.source in other.inside or each.target in one.inside


def _points(
    each: Connection, ends: Mapping[str, Ends], middles: Mapping[str, Spot], shift: Spot
) -> tuple[Spot, ...] | None:
    places: list[Rect | Spot] = []
    for end in (each.source, each.target):
        if end in ends:
            places.append(ends[str(end)].rect)
        elif end in middles:
            places.append(middles[str(end)])
        else:
            return None
    bends = [_moved(bend, shift) for bend in each.bends]
    one, other = places
    if each.source == each.target and not bends and isinstance(one, Rect):
        x, y = one.right, one.middle[1]
        return (x, y - 8), (x + LOOP, y - 8), (x + LOOP, y + 8), (x, y + 8)
    if not bends and isinstance(one, Rect) and isinstance(other, Rect) and (straight := _straight(one, other)):
        start, end_ = straight
    else:
        start = _edge(one, bends[0] if bends else _middle(other))
        end_ = _edge(other, bends[-1] if bends else _middle(one))
    start = _moved(each.starts, shift) if each.starts else start
    end_ = _moved(each.ends, shift) if each.ends else end_
    return (start, *bends, end_)


def _straight(one: Rect, other: Rect) -> tuple[Spot, Spot] | None:
    """An upright or level line between two boxes that face each other."""
    left, right = max(one.x, other.x), min(one.right, other.right)
    top, bottom = max(one.y, other.y), min(one.bottom, other.bottom)
    if right - left >= 8 and bottom <= top:
        x = (left + right) / 2
        return ((x, one.bottom), (x, other.y)) if one.bottom <= other.y else ((x, one.y), (x, other.bottom))
    if bottom - top >= 8 and right <= left:
        y = (top + bottom) / 2
        return ((one.right, y), (other.x, y)) if one.right <= other.x else ((one.x, y), (other.right, y))
    return None


def _edge(place: Rect | Spot, toward: Spot) -> Spot:
    """Where a line from a point reaches a box: straight where it faces it, else toward its middle."""
    if not isinstance(place, Rect):
        return place
    x, y = toward
    if place.x + 2 <= x <= place.right - 2 and not place.y <= y <= place.bottom:
        return x, (place.y if y < place.y else place.bottom)
    if place.y + 2 <= y <= place.bottom - 2 and not place.x <= x <= place.right:
        return (place.x if x < place.x else place.right), y
    middle = place.middle
    dx, dy = x - middle[0], y - middle[1]
    if abs(dx) < 1e-9 and abs(dy) < 1e-9:
        return middle
    scale = min(
        place.width / 2 / abs(dx) if abs(dx) > 1e-9 else math.inf,
        place.height / 2 / abs(dy) if abs(dy) > 1e-9 else math.inf,
    )
    return middle[0] + dx * min(scale, 1.0), middle[1] + dy * min(scale, 1.0)


def _middle(place: Rect | Spot) -> Spot:
    return place.middle if isinstance(place, Rect) else place


def _moved(point: Point, shift: Spot) -> Spot:
    return point.x + shift[0], point.y + shift[1]


def _line(
    each: Connection, relation: Relation | None, points: tuple[Spot, ...], ends: Mapping[str, Ends], wording: Wording
) -> Line:
    style = each.style
    kind = relation.kind if relation else "line"
    look = look_of(kind, access=relation.access, directed=bool(relation.directed)) if relation else _plain(each)
    said = each.label or (relation.name if relation else None)
    text = said.in_language(wording.language).strip() if said else ""
    if relation and relation.strength and not text:
        text = relation.strength
    names = [ends[end].name if end and end in ends else "…" for end in (each.source, each.target)]
    return Line(
        id=each.id, kind=kind, points=points, relation=relation.id if relation else None, dash=look.dash,
        tail=look.tail, head=look.head, colour=visible(style.line if style else None, PAPER),
        width=float(style.line_width or 1) + 0.3 if style else 1.3, label=_label(text, points),
        tells=f"{names[0]} - {wording.verb(kind)} - {names[1]}" + (f": {text}" if text else ""),
    )  # fmt: skip


def _label(text: str, points: tuple[Spot, ...]) -> tuple[Writing, ...]:
    told = shortened(text, WIDEST, LABEL) if text else ""
    if not told:
        return ()
    wide, (x, y) = width(told, LABEL), point_at(points, 0.5)
    return (Writing(told, x - wide / 2, y + 4, LABEL, wide, False, INK),)


def _plain(each: Connection) -> Look:
    """A line that is no relation: Archi keeps its look as bits."""
    carried = each.carried.get("archi")
    said = carried.attributes.get("type", "") if carried else ""
    bits = int(said) if said.isdecimal() and len(said) < 6 else 0
    ends = {end: sort for bit, end, sort in BITS if bits & bit}
    return Look("6 4" if bits & DASHED else "2 3" if bits & DOTTED else "", ends.get("tail", ""), ends.get("head", ""))
