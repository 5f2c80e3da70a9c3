"""A process as SVG for a page: the symbols of BPMN where the layout puts them. Pure.

Layer 4. No scripts, no style attributes. It is one picture for who can't see it: the page tells all of it in a table.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from xml.etree import ElementTree as Tree

from maidinh.infrastructure.definitions.definition import Text
from maidinh.services.processes.bpmn.graph import Flow, Graph, Node
from maidinh.services.processes.bpmn.layout import Box, Lane, Layout, Point, lay_out

INK, PAPER, GROUND, WAIT, DONE, STOP = "#0b0c0c", "#ffffff", "#f3f2f1", "#f4cd6a", "#00703c", "#942514"
NAME, LABEL, LINE = 13, 12, 15  # sizes of letters, and how far lines of text stand apart
CORNER = 6.0


def draw(graph: Graph, language: str, lanes: Mapping[Lane, str], *, title: str, description: str) -> str:
    """The drawing; `lanes` says what those who act are called."""
    layout = lay_out(graph)
    size = {"width": f"{layout.width:g}", "height": f"{layout.height:g}"}
    root = Tree.Element("svg", {
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {layout.width:g} {layout.height:g}", **size,
        "role": "img", "aria-labelledby": "process-title process-description", "fill": INK, "lang": language,
    })  # fmt: skip
    Tree.SubElement(root, "title", {"id": "process-title"}).text = title
    Tree.SubElement(root, "desc", {"id": "process-description"}).text = description
    Tree.SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": PAPER})
    for number, (lane, box) in enumerate(layout.lanes.items()):
        _lane(root, box, lanes.get(lane, lane.agency), number)
    for flow in graph.flows:
        _arrow(root, layout.lines[flow.id])
    for name, node in graph.nodes.items():
        _symbol(root, node, layout.boxes[name], language)
    for flow in graph.flows:
        _label(root, flow, layout, language)
    return Tree.tostring(root, encoding="unicode")


def _lane(root: Tree.Element, box: Box, name: str, number: int) -> None:
    at = {"x": f"{box.x:g}", "y": f"{box.y:g}", "height": f"{box.height:g}", "stroke": "#b1b4b6"}
    Tree.SubElement(root, "rect", {**at, "width": f"{box.width:g}", "fill": PAPER if number % 2 else "#fafaf9"})
    Tree.SubElement(root, "rect", {**at, "width": "36", "fill": GROUND})
    lines = textwrap.wrap(name, max(12, int(box.height / 7)))[:2]
    group = Tree.SubElement(root, "g", {"transform": f"translate({box.x + 18:g} {box.middle:g}) rotate(-90)"})
    for line, text in enumerate(lines):
        y = 5 + LINE * (line - (len(lines) - 1) / 2)
        _text(group, text, (0, y), LABEL, "middle", weight="600")


def _arrow(root: Tree.Element, points: list[Point]) -> None:
    path = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for before, (x, y), after in zip(points, points[1:], points[2:], strict=False):
        room = min(CORNER, (abs(x - before[0]) + abs(y - before[1])) / 2, (abs(after[0] - x) + abs(after[1] - y)) / 2)
        start, end = _towards((x, y), before, room), _towards((x, y), after, room)
        path.append(f"L{start[0]:g} {start[1]:g} Q{x:g} {y:g} {end[0]:g} {end[1]:g}")
    x, y = points[-1]
    path.append(f"L{x:g} {y:g}")
    Tree.SubElement(root, "path", {"d": " ".join(path), "fill": "none", "stroke": "#505a5f", "stroke-width": "1.5"})
    Tree.SubElement(root, "path", {"d": f"M{x:g} {y:g} l-9 -4.5 v9 z", "fill": "#505a5f"})


def _towards(corner: Point, other: Point, room: float) -> Point:
    length = abs(other[0] - corner[0]) + abs(other[1] - corner[1]) or 1.0
    share = room / length
    return corner[0] + (other[0] - corner[0]) * share, corner[1] + (other[1] - corner[1]) * share


def _symbol(root: Tree.Element, node: Node, box: Box, language: str) -> None:
    middle = (box.x + box.width / 2, box.middle)
    if node.kind in ("task", "call"):
        wide = "4" if node.kind == "call" else "1.5"
        Tree.SubElement(root, "rect", {
            "x": f"{box.x:g}", "y": f"{box.y:g}", "width": f"{box.width:g}", "height": f"{box.height:g}", "rx": "8",
            "fill": PAPER, "stroke": INK, "stroke-width": wide,
        })  # fmt: skip
        lines = textwrap.wrap(_said(node.name, language), 18)
        lines = lines if len(lines) <= 4 else [*lines[:3], lines[3] + " …"]
        for number, text in enumerate(lines):
            y = middle[1] + 4.5 + LINE * (number - (len(lines) - 1) / 2)
            _text(root, text, (middle[0], y), NAME, "middle")
        return
    if node.kind in ("exclusive", "parallel", "inclusive"):
        half = box.width / 2
        shape = f"M{box.x:g} {middle[1]:g} l{half:g} -{half:g} l{half:g} {half:g} l-{half:g} {half:g} z"
        Tree.SubElement(root, "path", {"d": shape, "fill": PAPER, "stroke": INK, "stroke-width": "1.5"})
        sign = {"exclusive": "m-8 -8 l16 16 m-16 0 l16 -16", "parallel": "m-11 0 h22 m-11 -11 v22",
                "inclusive": "m-10 0 a10 10 0 1 0 20 0 a10 10 0 1 0 -20 0"}[node.kind]  # fmt: skip
        Tree.SubElement(root, "path", {
            "d": f"M{middle[0]:g} {middle[1]:g} {sign}", "fill": "none", "stroke": INK, "stroke-width": "3",
        })  # fmt: skip
        return
    _event(root, node, box, middle)
    if node.name is not None:
        lines = textwrap.wrap(_said(node.name, language), 20)[:2]
        for number, text in enumerate(lines):
            _text(root, text, (middle[0], box.bottom + 14 + 14 * number), LABEL, "middle")


def _event(root: Tree.Element, node: Node, box: Box, middle: Point) -> None:
    at = {"cx": f"{middle[0]:g}", "cy": f"{middle[1]:g}"}
    colour = {"start": DONE, "end": DONE if node.place == "returned" else STOP}.get(node.kind, INK)
    ground = WAIT if node.kind in ("wait", "timer") else PAPER
    wide = "4" if node.kind == "end" else "1.5"
    circle = {**at, "r": f"{box.width / 2:g}", "fill": ground, "stroke": colour, "stroke-width": wide}
    Tree.SubElement(root, "circle", circle)
    if node.kind in ("wait", "timer"):
        Tree.SubElement(root, "circle", {**at, "r": f"{box.width / 2 - 4:g}", "fill": "none", "stroke": colour})
        sign = "m-8 -5 h16 v11 h-16 z l8 6 l8 -6" if node.kind == "wait" else "m0 -8 v8 l6 4"
        start = f"M{middle[0]:g} {middle[1]:g} "
        Tree.SubElement(root, "path", {"d": start + sign, "fill": "none", "stroke": INK, "stroke-width": "1.5"})
    elif node.terminates:
        Tree.SubElement(root, "circle", {**at, "r": "9", "fill": colour})


def _label(root: Tree.Element, flow: Flow, layout: Layout, language: str) -> None:
    """What an arrow is called: above the part of it that no other arrow shares."""
    if flow.name is None:
        return
    points, text = layout.lines[flow.id], _said(flow.name, language)
    if len(points) == 6:
        rightwards = points[3][0] > points[2][0]
        x = points[2][0] + (6 if rightwards else -6)
        lines, anchor, y = (
            [textwrap.shorten(text, 60, placeholder=" …")],
            "start" if rightwards else "end",
            points[2][1] - 3,
        )
    else:
        x, lines, anchor, y = points[-1][0] - 12, textwrap.wrap(text, 16)[:3], "end", points[-1][1] - 5
    for number, line in enumerate(reversed(lines)):
        at = (x, y - 13 * number)
        _text(root, line, at, LABEL, anchor, halo=True)


def _text(
    parent: Tree.Element, text: str, at: Point, size: int, anchor: str, *, weight: str = "", halo: bool = False
) -> None:
    marks = {"x": f"{at[0]:g}", "y": f"{at[1]:g}", "font-size": str(size), "text-anchor": anchor}
    if weight:
        marks["font-weight"] = weight
    if halo:
        marks |= {"stroke": PAPER, "stroke-width": "4", "stroke-linejoin": "round", "paint-order": "stroke"}
    Tree.SubElement(parent, "text", marks).text = text


def _said(text: Text | None, language: str) -> str:
    return text.in_language(language) if text is not None else ""
