"""What every drawing promises, as checks of its geometry. Each gives what breaks the promise."""

from __future__ import annotations

from itertools import combinations

from maidinh.governance.drawings.looks import READABLE, contrast
from maidinh.governance.drawings.picture import Box, Picture, Rect
from maidinh.infrastructure.lettering import width

ROUNDING = 0.06


def overlaps(picture: Picture) -> list[tuple[str, str]]:
    """Pairs of boxes that lie upon each other and are not nested."""
    parents = {each.id: each.parent for each in picture.boxes}

    def holds(outer: Box, inner: Box) -> bool:
        at: str | None = inner.id
        while at is not None:
            at = parents.get(at)
            if at == outer.id:
                return True
        return False

    return [
        (one.id, other.id)
        for one, other in combinations(picture.boxes, 2)
        if one.rect.meets(other.rect) and not holds(one, other) and not holds(other, one)
    ]


def outside_their_band(picture: Picture) -> list[str]:
    """Boxes that do not lie wholly in their band."""
    return [each.id for each in picture.boxes if not picture.bands[int(each.band or 0)].rect.holds(each.rect)]


def outside_their_frame(picture: Picture) -> list[str]:
    """Nested boxes that do not lie wholly in what holds them."""
    rects = {each.id: each.rect for each in picture.boxes}
    return [each.id for each in picture.boxes if each.parent and not rects[each.parent].holds(each.rect)]


def text_outside(picture: Picture) -> list[str]:
    """Texts that leave their box, their band, or the drawing."""
    whole = Rect(0, 0, picture.width, picture.height)
    found = []
    for holder in (*picture.boxes, *picture.bands):
        for each in holder.writings:
            wide = width(each.text, each.size, bold=each.bold)
            measured = Rect(each.rect.x, each.rect.y, max(wide, each.width), each.rect.height)
            if not _grown(holder.rect).holds(measured):
                found.append(f"{holder.id}: {each.text}")
    loose = (*picture.writings, *(key.text for key in picture.legend))
    return found + [each.text for each in loose if not _grown(whole).holds(each.rect)]


def lines_through_boxes(picture: Picture) -> list[tuple[str, str]]:
    """Lines that run through a box which is no frame."""
    solid = [each for each in picture.boxes if each.role != "frame"]
    found = []
    for line in picture.lines:
        for (x1, y1), (x2, y2) in zip(line.points, line.points[1:], strict=False):
            part = Rect(min(x1, x2), min(y1, y2), abs(x1 - x2), abs(y1 - y2))
            found += [(line.id, box.id) for box in solid if _crosses(part, box.rect)]
    return found


def unreadable(picture: Picture) -> list[str]:
    """Texts with too little contrast to their box."""
    return [
        f"{each.colour} on {box.fill}"
        for box in picture.boxes
        for each in box.writings
        if contrast(each.colour, box.fill) < READABLE
    ]


def _crosses(part: Rect, box: Rect) -> bool:
    """Whether an upright or level piece of line has more than an end on the edge of the box."""
    inner = Rect(box.x + ROUNDING, box.y + ROUNDING, box.width - 2 * ROUNDING, box.height - 2 * ROUNDING)
    return (
        part.x < inner.right and inner.x < part.right + 1e-9 and part.y < inner.bottom and inner.y < part.bottom + 1e-9
        and part.right > inner.x and part.bottom > inner.y
    )  # fmt: skip


def _grown(rect: Rect) -> Rect:
    return Rect(rect.x - ROUNDING, rect.y - ROUNDING, rect.width + 2 * ROUNDING, rect.height + 2 * ROUNDING)
