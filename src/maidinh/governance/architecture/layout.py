"""Where everything stands in the picture of an architecture: bands, rows, boxes, and the ways between them.

Layer 4, governance. Pure: numbers only. The same architecture always has the same picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from maidinh.governance.architecture.definition import ArchitectureVersion, Element

WIDTH, LABEL, MARGIN = 1312, 140, 14
BOX_WIDTH, BOX_HEIGHT, GAP = 176, 84, 16
ROW_GAP, LABEL_HEIGHT, BAND_GAP, STRIDE = 30, 18, 8, 4
COLUMNS = (WIDTH - LABEL - 2 * MARGIN + GAP) // (BOX_WIDTH + GAP)
INSET = 16  # how far from a box's corner lines may arrive
LANES = 4
OUTSIDE = "outside"  # the box of callers and services that the architecture doesn't know

Point = tuple[float, float]


class Traffic(Protocol):
    """A connection with its verdict, as conformity finds it."""

    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def verdict(self) -> str: ...


@dataclass(frozen=True)
class Box:
    """Where an element stands."""

    element: Element
    x: int
    y: int
    row: int
    strip: int  # the top of the free strip above its row, in which lines arrive

    @property
    def middle(self) -> float:
        """The middle from left to right."""
        return self.x + BOX_WIDTH / 2


@dataclass(frozen=True)
class Band:
    """Where a layer lies."""

    layer: int
    y: int
    height: int


@dataclass(frozen=True)
class Picture:
    """All boxes and bands, by number."""

    bands: Sequence[Band]
    boxes: Mapping[str, Box]
    height: int


def layout(model: ArchitectureVersion, connections: Sequence[Traffic], outside: str) -> Picture:
    """Give every element a place in the band of its layer, near what it is related to; `outside` names the unknown."""
    elements = [*model.elements, *_outsiders(connections, outside)]
    rows = _rows(elements, [(each.from_, each.to) for each in model.relations])
    lines = [each.target for each in connections]
    bands: list[Band] = []
    boxes: dict[str, Box] = {}
    y, number = MARGIN, 0
    for layer in range(1, 8):
        top = y
        for row in rows[layer]:
            strip, number = y, number + 1
            room = max((lines.count(element.id) for element in row), default=0)
            y += ROW_GAP + room * LABEL_HEIGHT
            for place, element in enumerate(row, (COLUMNS - len(row)) // 2):
                boxes[element.id] = Box(element, _column(place), y, number, strip)
            y += BOX_HEIGHT
        y += ROW_GAP // 2
        bands.append(Band(layer, top, y - top))
        y += BAND_GAP
    return Picture(bands, boxes, y + MARGIN)


def _outsiders(connections: Sequence[Traffic], name: str) -> list[Element]:
    """A box for whoever or whatever the architecture doesn't know, where any was seen."""
    if not any(OUTSIDE in (each.source, each.target) for each in connections):
        return []
    return [Element.model_validate({"id": OUTSIDE, "kind": "interface", "layer": 6, "name": {"vi": name, "en": name}})]


def _rows(elements: Sequence[Element], relations: Sequence[tuple[str, str]]) -> dict[int, list[list[Element]]]:
    """Rows of boxes for each layer; within a layer by the mean place of what an element is related to above."""
    near: dict[str, set[str]] = {element.id: set() for element in elements}
    for source, target in relations:
        near.get(source, set()).add(target)
        near.get(target, set()).add(source)
    place: dict[str, float] = {}
    rows: dict[int, list[list[Element]]] = {}
    for layer in range(1, 8):
        own = [element for element in elements if element.layer == layer]
        means = {element.id: _mean([place[each] for each in near[element.id] if each in place]) for element in own}
        own.sort(key=lambda element: means[element.id])
        count = -(-len(own) // COLUMNS)
        size = -(-len(own) // count) if count else 1
        # Neighbours stand above one another rather than a row apart, so the order is dealt column by column.
        rows[layer] = [own[start::count] for start in range(count)] if count else [[]]
        for row in rows[layer]:
            for number, element in enumerate(row):
                place[element.id] = number / max(size, 1)
    return rows


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.5


def _column(place: int) -> int:
    return LABEL + MARGIN + place * (BOX_WIDTH + GAP)


def curve(source: Box, target: Box) -> list[Point]:
    """A quiet line behind the boxes: start, two points that bend it, end."""
    down = source.y < target.y
    start = (source.middle, float(source.y + (BOX_HEIGHT if down else 0)))
    end = (target.middle, float(target.y + (BOX_HEIGHT if source.y > target.y else 0)))
    bend = max(abs(end[1] - start[1]) / 2, 30.0)
    first = start[1] + bend if down else start[1] - bend
    last = end[1] - bend if down or source.y == target.y else end[1] + bend
    return [start, (start[0], first), (end[0], last), end]


def route(source: Box, target: Box, share: float, line: int) -> list[Point]:
    """A line that is always in sight: along the strips above the rows and the gutters between the columns."""
    lane = line % LANES * STRIDE
    port = target.x + INSET + (BOX_WIDTH - 2 * INSET) * share
    arrival = float(target.strip + 8 + lane)
    out = source.middle + lane - 6
    start = (out, float(source.y + BOX_HEIGHT if source.row < target.row else source.y))
    if source.row in (target.row, target.row - 1):
        return [start, (out, arrival), (port, arrival), (port, float(target.y))]
    leaving = float(source.y + BOX_HEIGHT + 8 + lane if source.row < target.row else source.strip + 8 + lane)
    toward = (source.x - LABEL - MARGIN) // (BOX_WIDTH + GAP) + (1 if port > source.middle else 0)
    gutter = _column(toward) - GAP / 2 + lane - 6
    return [start, (out, leaving), (gutter, leaving), (gutter, arrival), (port, arrival), (port, float(target.y))]
