"""Figures as horizontal bars: one SVG that is as wide as the screen it stands on, also the smallest phone's.

Layer 4, governance. Pure. Lengths are shares of the width, letters keep their size. Nothing rests on colour: what is
settled is full, what is not is an outline with dashes, and each bar says its amounts in words. No style attributes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as Tree

from maidinh.governance.drawings.looks import FRAME, GREY, INK, PAPER, RED, SURFACE
from maidinh.governance.drawings.svg import UNWRITABLE
from maidinh.infrastructure.lettering import shortened, tidy, wrapped

NARROW = 270.0  # pixels that every screen has for a line of letters (WCAG 1.4.10)
SIZE, SMALL, LEAD = 16.0, 14.0, 21.0
BAR, GAP = 18.0, 20.0
FULL = "#8b0f14"  # the house's red; 9:1 on paper


@dataclass(frozen=True)
class Bar:
    """One bar: its name, the settled part, the part that is not settled, and what both come to in words."""

    name: str
    settled: float
    open: float
    words: str


def draw_bars(bars: Sequence[Bar], *, title: str, description: str, key: str, language: str) -> str:
    """The chart as SVG; `key` tells the charts of a page apart."""
    most = max((each.settled + each.open for each in bars), default=0) or 1
    root = _sheet(title, description, key, language)
    y = 0.0
    for each in bars:
        for line in _lines(each.name, SIZE):
            y = _written(root, line, y, SIZE, INK)
        y += 5
        _part(root, 0.0, each.settled / most, y, settled=True)
        _part(root, each.settled / most, each.open / most, y, settled=False)
        y += BAR
        for line in _lines(each.words, SMALL):
            y = _written(root, line, y, SMALL, GREY)
        y += GAP
    root.set("height", f"{max(y, 1):g}")
    return Tree.tostring(root, encoding="unicode")


@dataclass(frozen=True)
class Stretch:
    """A stretch of time between two moments of a schedule, as shares of the whole; `late` is drawn as such."""

    name: str
    begins: float
    ends: float
    words: str
    done: bool = False
    late: bool = False


def draw_stretches(
    stretches: Sequence[Stretch], *, today: float | None, title: str, description: str, key: str, language: str
) -> str:
    """A schedule as SVG, with a line for today where it falls within (a share of the whole)."""
    root = _sheet(title, description, key, language)
    y = 0.0
    for each in stretches:
        for line in _lines(each.name, SIZE):
            y = _written(root, line, y, SIZE, INK)
        y += 5
        _rect(root, 0.0, 1.0, y, {"fill": SURFACE})
        look = {"fill": RED if each.late else FRAME, "stroke": RED if each.late else FRAME, "stroke-width": "2"}
        if not each.done and not each.late:
            look |= {"fill": PAPER, "stroke-dasharray": "5 3"}
        _rect(root, each.begins, max(each.ends - each.begins, 0.01), y, look)
        if today is not None and 0 <= today <= 1:
            x = _share(today)
            Tree.SubElement(root, "line", {
                "x1": x, "x2": x, "y1": f"{y - 4:g}", "y2": f"{y + BAR + 4:g}", "stroke": INK, "stroke-width": "3",
            })  # fmt: skip
        y += BAR
        for line in _lines(each.words, SMALL):
            y = _written(root, line, y, SMALL, GREY)
        y += GAP
    root.set("height", f"{max(y, 1):g}")
    return Tree.tostring(root, encoding="unicode")


def _sheet(title: str, description: str, key: str, language: str) -> Tree.Element:
    root = Tree.Element("svg", {
        "xmlns": "http://www.w3.org/2000/svg", "width": "100%", "role": "img", "lang": language, "fill": INK,
        "font-family": "Be Vietnam Pro, Noto Sans, sans-serif", "class": "md-drawing",
        "aria-labelledby": f"{key}-title {key}-description",
    })  # fmt: skip
    Tree.SubElement(root, "title", {"id": f"{key}-title"}).text = _clean(title)
    Tree.SubElement(root, "desc", {"id": f"{key}-description"}).text = _clean(description)
    return root


def _part(root: Tree.Element, start: float, share: float, y: float, *, settled: bool) -> None:
    if share <= 0:
        return
    look = (
        {"fill": FULL} if settled else {"fill": PAPER, "stroke": FULL, "stroke-width": "2", "stroke-dasharray": "5 3"}
    )
    _rect(root, start, max(share, 0.005), y, look)


def _rect(root: Tree.Element, start: float, share: float, y: float, look: dict[str, str]) -> None:
    place = {"x": _share(start), "y": f"{y:g}", "width": _share(share), "height": f"{BAR:g}"}
    Tree.SubElement(root, "rect", place | look)


def _share(share: float) -> str:
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"


def _written(root: Tree.Element, line: str, y: float, size: float, colour: str) -> float:
    look = {"x": "0", "y": f"{y + size:g}", "font-size": f"{size:g}"} | ({} if colour == INK else {"fill": colour})
    made = Tree.SubElement(root, "text", look)
    made.text, made.tail = line, " "
    return y + LEAD


def _lines(text: str, size: float) -> list[str]:
    return [shortened(each, NARROW, size) for each in wrapped(tidy(_clean(text)), NARROW, size)] if text else []


def _clean(text: str) -> str:
    return UNWRITABLE.sub("", text)
