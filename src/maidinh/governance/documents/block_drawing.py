"""Drawings for print: bands with boxes, and connections line by line, as SVG that stays readable on a sheet of A4.

Layer 4, governance. Pure. A box that is planned or somebody else's is dashed and says so in words; nothing rests on
colour. Where a band holds more than a sheet can show, it says how many more there are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree as Tree

from maidinh.infrastructure.lettering import wrapped

WIDTH, LABEL, PAD, GAP = 640, 122, 8, 6
COLUMNS = 4
SHEET = 740  # how high a drawing may be: as wide as the text it is then as high as a figure may be
NAME, NOTE, TITLE = 10.0, 8.6, 10.5  # sizes of letters
LEADING = 1.28
BOX = (WIDTH - LABEL - 2 * PAD - (COLUMNS - 1) * GAP) / COLUMNS
INK, GREY, LINE = "#0b0c0c", "#484f54", "#8a7a5c"
FILLS = ("#faf6ef", "#ffffff")
FONTS = "Be Vietnam Pro, Noto Sans, sans-serif"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Box:
    """A box: what it says, a line below it, and whether it is dashed."""

    name: str
    note: str = ""
    dashed: bool = False


@dataclass(frozen=True)
class Band:
    """A band: its title, its boxes, and what to say of those that found no room."""

    title: str
    boxes: Sequence[Box]
    more: str = ""


@dataclass(frozen=True)
class Link:
    """A connection: from, to, and what flows."""

    source: Box
    target: Box
    text: str


def draw_bands(title: str, bands: Sequence[Band]) -> str:
    """The bands from the top to the bottom, as a whole SVG document."""
    root = _root(title)
    y = 2.0
    for number, band in enumerate(bands):
        y = _draw_band(root, band, y, FILLS[number % 2]) + GAP
    return _finished(root, y)


def height_of(bands: Sequence[Band]) -> float:
    """How high the drawing of these bands is."""
    return sum(_band_height(each) + GAP for each in bands)


def draw_links(title: str, links: Sequence[Link]) -> str:
    """A line for each connection: source, arrow with what flows, target."""
    root = _root(title)
    wide = WIDTH * 0.3
    middle = WIDTH - 2 * wide - 4
    y = 4.0
    for link in links:
        told = wrapped(link.text, middle - 26, NOTE)
        height = max(_height(link.source, wide), _height(link.target, wide), len(told) * NOTE * LEADING + 14)
        _draw_box(root, link.source, 2, y, wide, height)
        _draw_box(root, link.target, WIDTH - wide - 2, y, wide, height)
        line, start, end = y + height - 6, wide + 4, WIDTH - wide - 4
        head = f"M{end - 7:.1f} {line - 4:.1f}L{end:.1f} {line:.1f}L{end - 7:.1f} {line + 4:.1f}"
        way = f"M{start:.1f} {line:.1f}H{end:.1f}{head}"
        Tree.SubElement(root, "path", {"d": way, "fill": "none", "stroke": INK, "stroke-width": "1.2"})
        for number, text in enumerate(reversed(told)):
            _write(root, WIDTH / 2, line - 5 - number * NOTE * LEADING, text, NOTE, "middle")
        y += height + GAP + 2
    return _finished(root, y)


def drawable(text: str) -> str:
    """The text without the characters that XML can't hold."""
    return _FORBIDDEN.sub("", text)


def _root(title: str) -> Tree.Element:
    root = Tree.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", "font-family": FONTS})
    Tree.SubElement(root, "title").text = drawable(title)
    return root


def _finished(root: Tree.Element, height: float) -> str:
    root.set("viewBox", f"0 0 {WIDTH} {height:.0f}")
    root.set("width", str(WIDTH))
    root.set("height", f"{height:.0f}")
    return Tree.tostring(root, encoding="unicode")


def _measures(band: Band) -> tuple[list[str], list[Sequence[Box]], list[float]]:
    rows = [band.boxes[start : start + COLUMNS] for start in range(0, len(band.boxes), COLUMNS)]
    heights = [max(_height(box, BOX) for box in row) for row in rows]
    return wrapped(band.title, LABEL - 2 * PAD, TITLE, bold=True, lines=6), rows, heights


def _band_height(band: Band) -> float:
    title, rows, heights = _measures(band)
    inner = sum(heights) + GAP * max(len(rows) - 1, 0) + (NOTE * LEADING + 4 if band.more else 0)
    return max(inner, len(title) * TITLE * LEADING) + 2 * PAD


def _draw_band(root: Tree.Element, band: Band, top: float, fill: str) -> float:
    title, rows, heights = _measures(band)
    height = _band_height(band)
    look = {"x": "1", "y": f"{top:.1f}", "width": str(WIDTH - 2), "height": f"{height:.1f}", "rx": "3"}
    Tree.SubElement(root, "rect", look | {"fill": fill, "stroke": LINE})
    for number, line in enumerate(title):
        _write(root, PAD + 1, top + PAD + TITLE + number * TITLE * LEADING, line, TITLE, "start", "700")
    y = top + PAD
    for row, tall in zip(rows, heights, strict=True):
        for number, box in enumerate(row):
            _draw_box(root, box, LABEL + PAD + number * (BOX + GAP), y, BOX, tall)
        y += tall + GAP
    if band.more:
        _write(root, LABEL + PAD, y + NOTE - 2, band.more, NOTE, "start")
    return top + height


@lru_cache(maxsize=4096)
def _lines(box: Box, width: float) -> tuple[list[str], list[str]]:
    inner = width - 10
    return wrapped(box.name, inner, NAME, bold=True, lines=4), wrapped(box.note, inner, NOTE, lines=2)


def _height(box: Box, width: float) -> float:
    names, notes = _lines(box, width)
    return len(names) * NAME * LEADING + len(notes) * NOTE * LEADING + 10


def _draw_box(root: Tree.Element, box: Box, x: float, y: float, width: float, height: float) -> None:
    look = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{width:.1f}", "height": f"{height:.1f}", "rx": "2"}
    look |= {"fill": "#ffffff", "stroke": GREY if box.dashed else INK, "stroke-width": "0.9"}
    if box.dashed:
        look["stroke-dasharray"] = "4 2.5"
    Tree.SubElement(root, "rect", look)
    names, notes = _lines(box, width)
    line = y + 5 + NAME * 0.92
    for text in names:
        _write(root, x + width / 2, line, text, NAME, "middle", "600")
        line += NAME * LEADING
    for text in notes:
        _write(root, x + width / 2, line - 1, text, NOTE, "middle")
        line += NOTE * LEADING


def _write(
    root: Tree.Element, x: float, y: float, text: str, size: float, anchor: str, weight: str | None = None
) -> None:
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "font-size": f"{size:g}", "text-anchor": anchor, "fill": INK}
    if weight:
        place["font-weight"] = weight
    Tree.SubElement(root, "text", place).text = drawable(text)
