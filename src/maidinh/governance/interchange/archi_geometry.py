"""Where things stand: Archi counts from the parent box and from the ends' middles, the model from the view's corner.

Layer 4, governance. Pure. Also the sizes that Archi gives to a box whose file says none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from maidinh.governance.interchange.archi_kinds import DEFAULT_SIZES, OTHER_SIZE
from maidinh.governance.interchange.archi_styles import whole
from maidinh.governance.modelling.definition import Box

Place = tuple[int, int]
Bounds = tuple[int, int, int, int]
Bend = tuple[int, int, int, int]  # from the middle of the source, and from the middle of the target
STEP = 10
BOUND_NAMES = ("x", "y", "width", "height")
BEND_NAMES = ("startX", "startY", "endX", "endY")


def read_bounds(raw: Mapping[str, str], type_: str) -> Bounds:
    """The box of a `bounds` node, from its parent's corner."""
    width, height = DEFAULT_SIZES.get(type_, OTHER_SIZE)
    found_width, found_height = whole(raw.get("width")), whole(raw.get("height"))
    return (
        whole(raw.get("x")) or 0,
        whole(raw.get("y")) or 0,
        width if found_width in (None, -1) else found_width,
        height if found_height in (None, -1) else found_height,
    )


def unplaced(at: int, type_: str) -> Bounds:
    """Where Archi shows a box that nobody has placed: each a step from the one before."""
    return at * STEP, at * STEP, *DEFAULT_SIZES.get(type_, OTHER_SIZE)


def relative(box: Box, origin: Place) -> Bounds:
    """The model's box, from the parent's corner."""
    return box.x - origin[0], box.y - origin[1], box.width, box.height


def bounds_text(bounds: Bounds) -> dict[str, str]:
    """The attributes of a `bounds` node, as Archi writes them: without the zeros."""
    return {
        name: str(value)
        for name, value in zip(BOUND_NAMES, bounds, strict=True)
        if value or name in ("width", "height")
    }


def middle(box: Bounds) -> Place:
    """The middle of a box."""
    return box[0] + box[2] // 2, box[1] + box[3] // 2


class Middles:
    """The middles of a view's boxes, and of its lines: halfway between their ends."""

    def __init__(self, boxes: Mapping[str, Bounds], ends: Mapping[str, tuple[str | None, str | None]]) -> None:
        self._found: dict[str, Place] = {each: middle(box) for each, box in boxes.items()}
        self._ends = ends

    def of(self, identifier: str | None) -> Place:
        """The middle of a box or line; the corner of the view for what is in a circle or isn't there."""
        if identifier is None:
            return 0, 0
        found = self._found.get(identifier)
        if found is None:
            self._found[identifier] = 0, 0
            source, target = self._ends.get(identifier, (None, None))
            first, second = self.of(source), self.of(target)
            found = self._found[identifier] = (first[0] + second[0]) // 2, (first[1] + second[1]) // 2
        return found


def bend_points(bends: Sequence[Bend], source: Place, target: Place) -> list[dict[str, int]]:
    """Bends from the view's corner. The nearer end counts more where the two ends say different things."""
    found = []
    for at, (from_x, from_y, to_x, to_y) in enumerate(bends, 1):
        weight = at / (len(bends) + 1)
        found.append({
            "x": round((source[0] + from_x) * (1 - weight) + (target[0] + to_x) * weight),
            "y": round((source[1] + from_y) * (1 - weight) + (target[1] + to_y) * weight),
        })  # fmt: skip
    return found


def bends_of(points: Sequence[Any], source: Place, target: Place) -> list[Bend]:
    """Points of the view as Archi's bends."""
    return [
        (each.x - source[0], each.y - source[1], each.x - target[0], each.y - target[1])
        for each in points
    ]  # fmt: skip


def read_bend(raw: Mapping[str, str]) -> Bend:
    """What a `bendpoint` node says."""
    return tuple(whole(raw.get(name)) or 0 for name in BEND_NAMES)  # type: ignore[return-value]


def bend_text(bend: Bend) -> dict[str, str]:
    """The attributes of a `bendpoint` node, as Archi writes them: without the zeros."""
    return {name: str(value) for name, value in zip(BEND_NAMES, bend, strict=True) if value}
