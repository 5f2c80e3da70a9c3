"""The picture of an architecture: seven bands, a box for each element, a line for each connection, as SVG.

Layer 4, governance. Pure: numbers and markup, no decisions. A kind of element is told by shape and by text, a verdict
by dash, width and text, so that nothing rests on colour; a table beside the picture says the same.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as Tree

from maidinh.governance.architecture.definition import ArchitectureVersion, Element
from maidinh.governance.architecture.layout import (
    BOX_HEIGHT,
    BOX_WIDTH,
    LABEL,
    LABEL_HEIGHT,
    OUTSIDE,
    WIDTH,
    Band,
    Box,
    Picture,
    Point,
    Traffic,
    curve,
    layout,
    route,
)

NAME_WIDTH, NAME_LINES, NOTE_WIDTH = 23, 3, 28  # in characters
INK, GREY, GREEN, RED, PAPER = "#0b0c0c", "#484f54", "#0f7a52", "#a3161a", "#faf6ef"
LINES = {
    "used": {"stroke": GREEN, "stroke-width": "3"},
    "unused": {"stroke": GREY, "stroke-width": "2"},
    "undeclared": {"stroke": RED, "stroke-width": "3.5", "stroke-dasharray": "9 5"},
}
ENDS = {"used": GREEN, "unused": GREY, "undeclared": RED}
CUT = 16  # of a platform's corners


@dataclass(frozen=True)
class Words:
    """Every text of the picture, in the reader's language."""

    language: str
    title: str
    description: str
    layers: Mapping[int, str]
    kinds: Mapping[str, str]
    states: Mapping[str, str]
    outside: str
    owners: Mapping[str, str] = field(default_factory=dict)


Label = Callable[[Traffic], str]
Marks = Callable[[Element], str]


def draw(
    model: ArchitectureVersion,
    connections: Sequence[Traffic],
    words: Words,
    *,
    label: Label,
    marks: Marks = lambda _: "",
    relations: bool = True,
) -> str:
    """The whole picture as an SVG document. `label` writes a connection's text, `marks` what to know of a box."""
    picture = layout(model, connections, words.outside)
    root = _root(picture, words)
    for band in picture.bands:
        _draw_band(root, band, words)
    shown = {(each.source, each.target) for each in connections}
    if relations:
        for relation in model.relations:
            ends = (relation.from_, relation.to)
            if ends not in shown and all(end in picture.boxes for end in ends):
                _draw_curve(root, curve(picture.boxes[ends[0]], picture.boxes[ends[1]]))
    texts: list[tuple[float, float, str, str]] = []
    waiting: dict[str, int] = {}
    for line, each in enumerate(sorted(connections, key=lambda one: picture.boxes[one.source].middle)):
        number = waiting[each.target] = waiting.get(each.target, 0) + 1
        share = number / (sum(other.target == each.target for other in connections) + 1)
        way = route(picture.boxes[each.source], picture.boxes[each.target], share, line)
        _draw_line(root, way, each.verdict)
        texts.append((way[-1][0], way[-1][1] - number * LABEL_HEIGHT + 3, label(each), each.verdict))
    for box in picture.boxes.values():
        _draw_box(root, box, words, marks(box.element))
    for x, y, text, verdict in texts:
        _draw_label(root, x, y, text, verdict)
    return Tree.tostring(root, encoding="unicode")


def _root(picture: Picture, words: Words) -> Tree.Element:
    root = Tree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH} {picture.height}",
            "role": "img",
            "lang": words.language,
            "aria-labelledby": "picture-title picture-description",
            "font-family": "Be Vietnam Pro, sans-serif",
            "font-size": "13",
        },
    )
    Tree.SubElement(root, "title", {"id": "picture-title"}).text = words.title
    Tree.SubElement(root, "desc", {"id": "picture-description"}).text = words.description
    definitions = Tree.SubElement(root, "defs")
    for verdict, colour in ENDS.items():
        end = Tree.SubElement(
            definitions,
            "marker",
            {
                "id": f"end-{verdict}", "viewBox": "0 0 8 8", "refX": "7", "refY": "4", "orient": "auto",
                "markerUnits": "userSpaceOnUse", "markerWidth": "12", "markerHeight": "12",
            },
        )  # fmt: skip
        Tree.SubElement(end, "path", {"d": "M0 0L8 4L0 8z", "fill": colour})
    return root


def _draw_band(root: Tree.Element, band: Band, words: Words) -> None:
    group = Tree.SubElement(root, "g", {"data-layer": str(band.layer)})
    rect = {"x": "1", "y": str(band.y), "width": str(WIDTH - 2), "height": str(band.height), "stroke": "#b9a88a"}
    look = "md-band" if band.layer % 2 else "md-band md-band--odd"
    Tree.SubElement(group, "rect", rect | {"class": look, "fill": PAPER if band.layer % 2 else "#ffffff"})
    for number, line in enumerate(textwrap.wrap(f"{band.layer}. {words.layers[band.layer]}", 17)):
        y = band.y + 26 + number * 18
        text = {"x": "12", "y": str(y), "font-weight": "700", "font-size": "14", "class": "md-band__name"}
        Tree.SubElement(group, "text", text).text = line


def _draw_curve(root: Tree.Element, bent: Sequence[Point]) -> None:
    start, first, last, end = (f"{x:.1f} {y:.1f}" for x, y in bent)
    look = {"d": f"M{start}C{first} {last} {end}", "fill": "none", "stroke": "#b9a88a", "class": "md-relation"}
    Tree.SubElement(root, "path", look)


def _draw_line(root: Tree.Element, way: Sequence[Point], verdict: str) -> None:
    look = {"d": _path(way), "fill": "none", "stroke-linejoin": "round", "marker-end": f"url(#end-{verdict})"}
    Tree.SubElement(root, "path", look | LINES[verdict] | {"class": f"md-connection md-connection--{verdict}"})


def _draw_label(root: Tree.Element, x: float, y: float, text: str, verdict: str) -> None:
    width = 7.0 * len(text) + 8
    left = min(max(x - width / 2, LABEL), WIDTH - width - 4)
    rect = {"x": f"{left:.1f}", "y": f"{y - 13:.1f}", "width": f"{width:.1f}", "height": "16", "rx": "3"}
    Tree.SubElement(root, "rect", rect | {"fill": "#ffffff", "stroke": ENDS[verdict]})
    place = {"x": f"{left + width / 2:.1f}", "y": f"{y - 1:.1f}", "text-anchor": "middle", "font-size": "12"}
    Tree.SubElement(root, "text", place | {"font-weight": "700"}).text = text


def _draw_box(root: Tree.Element, box: Box, words: Words, mark: str) -> None:
    element = box.element
    group = Tree.SubElement(root, "g", {"data-element": element.id})
    name = element.name.in_language(words.language)
    Tree.SubElement(group, "title").text = name
    look = {"class": "md-box", "fill": "#ffffff", "stroke": INK if element.state == "live" else GREY}
    look["stroke-width"] = "1.5"
    if element.state != "live" or element.id == OUTSIDE:
        look["stroke-dasharray"] = "3 3"
    for path in _shape(element.kind, box.x, box.y):
        Tree.SubElement(group, "path", look | {"d": path})
    lines = textwrap.wrap(name, NAME_WIDTH, max_lines=NAME_LINES, placeholder=" …")
    y = box.y + (24 if element.kind == "database" else 20) + (NAME_LINES - len(lines)) * 6
    for number, line in enumerate(lines):
        _centred(group, box, y + number * 15, line, {"font-weight": "600"})
    owner = words.owners.get(element.owner or "", "")
    kind = words.kinds[element.kind] if element.id != OUTSIDE else ""
    note = " · ".join(part for part in (kind, words.states.get(element.state, ""), mark) if part)
    _centred(group, box, box.y + 65, textwrap.shorten(owner, NOTE_WIDTH, placeholder=" …"), {"font-size": "11"})
    _centred(group, box, box.y + 78, textwrap.shorten(note, NOTE_WIDTH + 4, placeholder=" …"), {"font-size": "10.5"})


def _centred(group: Tree.Element, box: Box, y: float, text: str, look: Mapping[str, str]) -> None:
    if text:
        place = {"x": f"{box.middle:.1f}", "y": f"{y:.1f}", "text-anchor": "middle"}
        Tree.SubElement(group, "text", place | dict(look)).text = text


def _shape(kind: str, x: int, y: int) -> list[str]:
    """The outline of a kind of element, and a second stroke for some."""
    right, bottom, cut = x + BOX_WIDTH, y + BOX_HEIGHT, CUT
    corners = {"user-group": 28, "channel": 12, "public-service": 5, "infrastructure-service": 5}
    if kind in corners:
        outline = _rounded(x, y, corners[kind])
    elif kind == "interface":
        middle = y + BOX_HEIGHT / 2
        points = [(x + 9, y), (right - 9, y), (right, middle), (right - 9, bottom), (x + 9, bottom), (x, middle)]
        outline = _polygon(points)
    elif kind == "shared-platform":
        outline = _polygon(
            [(x + cut, y), (right - cut, y), (right, y + cut), (right, bottom - cut), (right - cut, bottom),
             (x + cut, bottom), (x, bottom - cut), (x, y + cut)]
        )  # fmt: skip
    elif kind == "database":
        outline = f"M{x} {y + 6}Q{x + BOX_WIDTH / 2} {y - 6} {right} {y + 6}V{bottom - 6}" + (
            f"Q{x + BOX_WIDTH / 2} {bottom + 6} {x} {bottom - 6}Z"
        )
    else:
        outline = _polygon([(x, y), (right, y), (right, bottom), (x, bottom)])
    second = {
        "portal-service": f"M{x} {y + 6}H{right}",
        "public-service": f"M{x + 6} {y + 3}V{bottom - 3}",
        "network": f"M{x + 4} {y + 4}H{right - 4}M{x + 4} {bottom - 4}H{right - 4}",
        "data-centre": f"M{x + 4} {y + 4}H{right - 4}V{bottom - 4}H{x + 4}Z",
        "database": f"M{x} {y + 6}Q{x + BOX_WIDTH / 2} {y + 16} {right} {y + 6}",
    }
    return [outline, *([second[kind]] if kind in second else [])]


def _rounded(x: int, y: int, radius: int) -> str:
    wide, high = BOX_WIDTH - 2 * radius, BOX_HEIGHT - 2 * radius
    r = radius
    return f"M{x + r} {y}h{wide}q{r} 0 {r} {r}v{high}q0 {r} -{r} {r}h-{wide}q-{r} 0 -{r} -{r}v-{high}q0 -{r} {r} -{r}z"


def _polygon(points: Sequence[Point]) -> str:
    return f"{_path(points)}Z"


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
