"""The text of a box that somebody drew: as large as they chose where it fits, else smaller, at last with an ellipsis.

Layer 4, governance. Pure. Never outside its box.
"""

from __future__ import annotations

import re
from dataclasses import replace

from maidinh.governance.drawings.picture import Rect, Writing
from maidinh.governance.modelling.definition import Node
from maidinh.infrastructure.lettering import ELLIPSIS, shortened, tidy, width, wrapped

POINT = 4 / 3  # pixels of a point
CUSTOMARY, SMALLEST, LARGEST = 12.0, 6.5, 64.0
PAD, LEADING = 4.0, 1.28
ICON = 18.0
PIECES = re.compile(r"[^\s\-/_]*[\-/_]|[^\s\-/_]+")  # what is kept in one line
LEFT, RIGHT = "1", "4"  # as Archi names alignments, and places from above
TOP, BOTTOM = "0", "2"


def fitted(text: str, rect: Rect, room: Rect, node: Node, ink: str, icon: bool) -> tuple[Writing, ...]:
    """The lines of the text in the room that there is for it in the box, and clear of its icon."""
    found = _fitted(text, rect, room, node, ink, 0.0)
    corner = Rect(rect.right - ICON - 3, rect.y, ICON + 3, ICON + 3)
    if not icon or not any(each.rect.meets(corner) for each in found):
        return found
    down = corner.bottom - found[0].rect.y
    if found[-1].rect.bottom + down <= min(room.bottom, rect.bottom) - 2:
        return tuple(replace(each, y=each.y + down) for each in found)
    return _fitted(text, rect, room, node, ink, ICON)


def _fitted(text: str, rect: Rect, room: Rect, node: Node, ink: str, beside: float) -> tuple[Writing, ...]:
    if not text.strip():
        return ()
    paragraphs = [tidy(each) for each in text.splitlines()] if node.kind == "label" else [tidy(text)]
    bold = "bold" in [each.lower() for each in (node.style.font_style if node.style else [])]
    pad = min(PAD, room.width / 8, room.height / 6)
    wide = room.width - 2 * pad - beside
    lines, size = _largest(paragraphs, wide, room.height - 2 * pad, _wanted(node), bold)
    if not lines:
        return ()
    lead = size * LEADING
    high = lead * len(lines)
    place = _place(node)
    y = room.y + pad
    if place == BOTTOM:
        y = rect.bottom - pad - high
    elif place != TOP:
        y = room.y + (room.height - high) / 2
    y = max(y, room.y + min(pad, max(room.height - high, 0) / 2))
    writings = []
    for number, line in enumerate(lines):
        measured = width(line, size, bold=bold)
        x = room.x + pad
        if _alignment(node) == RIGHT:
            x += wide - measured
        elif _alignment(node) != LEFT:
            x += (wide - measured) / 2
        writings.append(Writing(line, x, y + number * lead + size * 1.0, size, measured, bold, ink))
    return tuple(each for each in writings if each.text)


def _largest(paragraphs: list[str], wide: float, high: float, wanted: float, bold: bool) -> tuple[list[str], float]:
    """The lines in the largest size that shows all of the text, or as much of it as the smallest does."""
    words = [
        [width(word, 1, bold=bold) for word in PIECES.findall(each)] for each in paragraphs
    ]  # widths grow with the size
    space, longest = width(" ", 1, bold=bold), max((max(each, default=0.0) for each in words), default=0.0)
    size = max(min(wanted, high / LEADING), 1.0)
    while size > SMALLEST and (longest * size > wide or _count(words, space, wide / size) * size * LEADING > high):
        size = max(size * 0.92, SMALLEST)
    most = int(high / (size * LEADING) + 1e-6)
    if most < 1 or wide < size:
        return [], size
    lines: list[str] = []
    for each in paragraphs:
        if len(lines) < most:
            lines += wrapped(each, wide, size, bold=bold, lines=most - len(lines)) or [""]
    if len(lines) == most and len("".join(lines)) < len("".join(paragraphs)) - most and lines[-1][-1:] != ELLIPSIS:
        lines[-1] = shortened(f"{lines[-1]} {ELLIPSIS}", wide, size, bold=bold, cut=True)
    return [each for each in lines if width(each, size, bold=bold) <= wide + 0.01], size


def _count(words: list[list[float]], space: float, wide: float) -> int:
    """How many lines the words of the paragraphs take at size one."""
    lines = 0
    for paragraph in words:
        used, lines = 0.0, lines + 1
        for each in paragraph:
            if used and used + space + each > wide:
                used, lines = each, lines + 1
            else:
                used += each + (space if used else 0.0)
    return lines


def _wanted(node: Node) -> float:
    try:
        points = float(node.style.font_size) if node.style and node.style.font_size else 0.0
    except ValueError:
        points = 0.0
    return min(points * POINT, LARGEST) if points > 0 else CUSTOMARY


def _place(node: Node) -> str:
    """At which height: as Archi was told, else above what the box holds, or in the middle of an empty one."""
    said = _said(node, "textPosition")
    if said:
        return said
    return TOP if node.nodes or node.kind in ("label", "container") else "1"


def _alignment(node: Node) -> str:
    return _said(node, "textAlignment") or (LEFT if node.kind == "label" else "2")


def _said(node: Node, name: str) -> str:
    carried = node.carried.get("archi")
    return carried.attributes.get(name, "") if carried else ""
