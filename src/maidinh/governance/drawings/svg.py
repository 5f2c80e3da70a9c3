"""The one writer of SVG: a drawing as a document that can be read aloud, followed by keyboard and printed.

Layer 4, governance. Pure. Each box of an element is a link with its name, kind and layer; lines are told by the table.
No style attributes and no scripts, so that the pages' security policy holds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from xml.etree import ElementTree as Tree

from maidinh.governance.drawings.looks import GREY, INK, PAPER, SURFACE
from maidinh.governance.drawings.outlines import icon_path, n, outline_path
from maidinh.governance.drawings.picture import Band, Box, Line, Picture, Rect, Spot, Writing
from maidinh.infrastructure.definitions.collection import uncollected

CORNER = 5.0  # by how much the corners of lines are rounded
ICON = 15.0
HEADS = 9.0  # the length of an arrow's head

UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML refuses, also escaped

Link = Callable[[Box], str | None]


def own_place(box: Box) -> str | None:
    """A link to the box itself: by keyboard one comes from box to box, also where there is no page to go to."""
    return f"#box-{box.id}" if box.element or box.view else None


def write(picture: Picture, *, link: Link = own_place, key: str = "drawing") -> str:
    """The drawing as SVG. `link` says where a box leads, if anywhere; `key` tells drawings of a page apart."""
    with uncollected():
        return UNWRITABLE.sub("", Tree.tostring(_tree(picture, link, key), encoding="unicode"))


def _tree(picture: Picture, link: Link, key: str) -> Tree.Element:
    root = Tree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {n(picture.width)} {n(picture.height)}",
            "width": n(picture.width), "height": n(picture.height), "role": "group", "lang": picture.language,
            "aria-labelledby": f"{key}-title", "aria-describedby": f"{key}-description",
            "font-family": "Be Vietnam Pro, Noto Sans, sans-serif", "fill": INK, "class": "md-drawing",
        },
    )  # fmt: skip
    Tree.SubElement(root, "title", {"id": f"{key}-title"}).text = picture.title
    Tree.SubElement(root, "desc", {"id": f"{key}-description"}).text = picture.description
    Tree.SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": PAPER})
    for writing in picture.writings:
        _text(root, writing)
    for number, band in enumerate(picture.bands):
        _band(root, band, number)
    frames = [each for each in picture.boxes if each.role == "frame"]
    for box in frames:
        _outline(Tree.SubElement(root, "g", {"class": "md-frame"}), box)
    above = not picture.bands  # by hand lines are drawn upon the boxes that hold others
    lines, heads = Tree.Element("g", {"aria-hidden": "true"}), Tree.Element("g", {"aria-hidden": "true"})
    for line in picture.lines:
        _line(lines, line)
        _ends(heads, line)
    if not above:
        root.append(lines)
    for box in frames:
        _frame_title(root, box)
    if not above:
        root.append(heads)  # upon the titles of frames, which keep a ground of their own
    for box in picture.boxes:
        if box.role != "frame":
            _box(root, box, link)
    if above:
        root.extend((lines, heads))
    labels = Tree.SubElement(root, "g", {"aria-hidden": "true"})
    for line in picture.lines:
        _labels(labels, line)
    keys = Tree.SubElement(root, "g", {"aria-hidden": "true"})
    for entry in picture.legend:
        _line(keys, entry.line)
        _ends(keys, entry.line)
        _text(keys, entry.text)
    return root


def _band(root: Tree.Element, band: Band, number: int) -> None:
    group = Tree.SubElement(root, "g", {"data-layer": band.id})
    fill = PAPER if number % 2 else SURFACE
    _rect(group, band.rect, {"fill": fill, "stroke": "#b9a88a", "rx": "4", "class": "md-band"})
    for writing in band.writings:
        _text(group, writing)


def _rect(parent: Tree.Element, rect: Rect, look: dict[str, str]) -> None:
    place = {"x": n(rect.x), "y": n(rect.y), "width": n(rect.width), "height": n(rect.height)}
    Tree.SubElement(parent, "rect", place | look)


def _text(parent: Tree.Element, writing: Writing) -> None:
    if not writing.text or writing.width <= 0:
        return
    look = {
        "x": n(writing.x), "y": n(writing.y), "font-size": f"{writing.size:g}",
        "textLength": n(writing.width), "lengthAdjust": "spacingAndGlyphs",  # no wider in whatever font there is
    }  # fmt: skip
    if writing.bold:
        look["font-weight"] = "700"
    if writing.colour != INK:
        look["fill"] = writing.colour
    made = Tree.SubElement(parent, "text", look)
    made.text, made.tail = writing.text, " "  # so that lines are read as words apart


def _outline(parent: Tree.Element, box: Box) -> None:
    look = {"d": outline_path(box.outline, box.rect), "fill": box.fill, "stroke": box.line, "class": "md-box"}
    look["stroke-width"] = f"{box.line_width:g}"
    if box.dashed:
        look["stroke-dasharray"] = "6 4"
    Tree.SubElement(parent, "path", look)
    if box.outline == "folded":
        right, bottom = box.rect.right, box.rect.bottom
        fold = min(12.0, box.rect.width / 2, box.rect.height / 2)
        corner = f"M{n(right)} {n(bottom - fold)}H{n(right - fold)}V{n(bottom)}"
        Tree.SubElement(parent, "path", {"d": corner, "fill": "none", "stroke": box.line})


def _frame_title(root: Tree.Element, box: Box) -> None:
    """A frame's title, on a ground of its own where lines cross it."""
    for writing in box.writings:
        ground = writing.rect
        _rect(root, Rect(ground.x - 2, ground.y, ground.width + 4, ground.height), {"fill": box.fill})
        _text(root, writing)


def _box(root: Tree.Element, box: Box, link: Link) -> None:
    where = link(box)
    group = Tree.SubElement(root, "g", {"id": f"box-{box.id}"} | ({"data-element": box.element} if box.element else {}))
    inner = group
    if where is not None:
        inner = Tree.SubElement(group, "a", {"href": where, "aria-label": box.label})
    elif box.role in ("note", "more", "group"):
        pass  # its text is read as it stands
    else:
        group.set("role", "img")
        group.set("aria-label", box.label)
    Tree.SubElement(inner, "title").text = box.label
    _outline(inner, box)
    icon = icon_path(box.icon) if box.icon else ""
    if icon:
        x, y = box.rect.right - ICON - 5, box.rect.y + 5
        move = f"translate({n(x)} {n(y)}) scale({ICON / 16:g})"
        look = {"d": icon, "transform": move, "fill": "none", "stroke": box.ink, "stroke-width": "1.1"}
        Tree.SubElement(inner, "path", look)
    for writing in box.writings:
        _text(inner, writing)


def _line(parent: Tree.Element, line: Line) -> None:
    group = Tree.SubElement(parent, "g")
    if line.relation:
        group.set("data-relation", line.relation)
    Tree.SubElement(group, "title").text = line.tells
    look = {
        "d": rounded(line.points), "fill": "none", "stroke": line.colour, "stroke-width": f"{line.width:g}",
        "class": f"md-connection md-connection--{line.verdict}" if line.verdict else "md-relation",
    }  # fmt: skip
    if line.dash:
        look["stroke-dasharray"] = line.dash
    Tree.SubElement(group, "path", look)


def _ends(parent: Tree.Element, line: Line) -> None:
    """The heads of a line's ends."""
    if len(line.points) > 1:
        _end(parent, line.head, line.points[-1], line.points[-2], line)
        _end(parent, line.tail, line.points[0], line.points[1], line)


def _labels(parent: Tree.Element, line: Line) -> None:
    for writing in line.label:
        ground = writing.rect
        look = {"fill": PAPER, "rx": "3"} | ({"stroke": line.colour} if line.verdict else {"fill-opacity": "0.9"})
        _rect(parent, Rect(ground.x - 4, ground.y - 1, ground.width + 8, ground.height + 2), look)
        _text(parent, writing)


def rounded(points: Sequence[Spot]) -> str:
    """A path through the points with small arcs at its corners."""
    kept = [points[0]]
    for each in points[1:]:
        if abs(each[0] - kept[-1][0]) + abs(each[1] - kept[-1][1]) > 0.05:
            kept.append(each)
    path = f"M{n(kept[0][0])} {n(kept[0][1])}"
    for before, at, after in zip(kept, kept[1:], kept[2:], strict=False):
        r = min(CORNER, math.dist(before, at) / 2, math.dist(at, after) / 2)
        one, other = _toward(at, before, r), _toward(at, after, r)
        path += f"L{n(one[0])} {n(one[1])}Q{n(at[0])} {n(at[1])} {n(other[0])} {n(other[1])}"
    if len(kept) > 1:
        path += f"L{n(kept[-1][0])} {n(kept[-1][1])}"
    return path


def _toward(start: Spot, end: Spot, by: float) -> Spot:
    length = math.dist(start, end) or 1.0
    return start[0] + (end[0] - start[0]) * by / length, start[1] + (end[1] - start[1]) * by / length


def _end(parent: Tree.Element, sort: str, tip: Spot, before: Spot, line: Line) -> None:
    """What stands at an end of a line, pointing from `before` to the tip."""
    if not sort or math.dist(tip, before) < 0.05:
        return
    size = HEADS + 1.2 * (line.width - 1.3)

    def at(back: float, aside: float) -> str:
        length = math.dist(tip, before)
        x, y = (before[0] - tip[0]) / length, (before[1] - tip[1]) / length
        return f"{n(tip[0] + x * back - y * aside)} {n(tip[1] + y * back + x * aside)}"

    look = {"stroke": line.colour, "stroke-width": f"{min(line.width, 1.6):g}", "fill": "none"}
    half = size * 0.45
    if sort == "open":
        look["d"] = f"M{at(size, half)}L{at(0, 0)}L{at(size, -half)}"
    elif sort == "half":
        look["d"] = f"M{at(size, half)}L{at(0, 0)}"
    elif sort in ("full", "triangle"):
        look["d"] = f"M{at(size, half)}L{at(0, 0)}L{at(size, -half)}Z"
        look["fill"] = line.colour if sort == "full" else PAPER
    elif sort in ("diamond", "diamond-full"):
        look["d"] = f"M{at(0, 0)}L{at(size * 0.7, half * 0.9)}L{at(size * 1.4, 0)}L{at(size * 0.7, -half * 0.9)}Z"
        look["fill"] = line.colour if sort == "diamond-full" else PAPER
    else:  # dot
        r = n(size * 0.32)
        x = at(size * 0.32, 0).split(" ")
        Tree.SubElement(parent, "circle", {"cx": x[0], "cy": x[1], "r": r, "fill": line.colour or GREY})
        return
    Tree.SubElement(parent, "path", look)
