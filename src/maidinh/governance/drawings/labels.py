"""Where the labels of lines stand: on their lines, but not on one another, on names of boxes or on heads of arrows.

Layer 4, governance. Pure. A label that finds no free place stands where it covers least; one that would make others
unreadable is left to the table.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from maidinh.governance.drawings.picture import Box, Line, Rect, Spot, Writing

ALONG = (0.5, 0.36, 0.64, 0.24, 0.76)  # places on a line, by its length, the best first
ASIDE = (0.0, -1.0, 1.0, -2.0, 2.0)  # by how many heights of a label it may leave its line
PAD = (5.0, 1.5)  # the ground of a label reaches so far beyond its letters
CELL = 120.0
HEAD = 11.0
ON_LABEL, ON_NAME, ON_HEAD = 6.0, 3.0, 1.0  # how bad it is to cover something
UNREADABLE = 1.2  # from here on a label does more harm than good
OFF_LINE = 0.05  # how bad it is to leave the line by one height


class _Taken:
    """What may not be covered, found by its place."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[tuple[Rect, float]]] = defaultdict(list)

    def add(self, rect: Rect, weight: float) -> None:
        for cell in _cells(rect):
            self._cells[cell].append((rect, weight))

    def cost(self, rect: Rect) -> float:
        """How much of it a label there would cover, by share and weight."""
        near = {id(each[0]): each for cell in _cells(rect) for each in self._cells.get(cell, ())}
        return sum(weight * _shared(rect, other) for other, weight in near.values())


def apart(lines: Iterable[Line], boxes: Iterable[Box]) -> tuple[Line, ...]:
    """The same lines, their labels moved to where they can be read."""
    found = list(lines)
    if not any(each.label for each in found):
        return tuple(found)
    taken = _Taken()
    for box in boxes:
        for writing in box.writings:
            taken.add(writing.rect, ON_NAME)
    for line in found:
        for sort, (x, y) in ((line.tail, line.points[0]), (line.head, line.points[-1])):
            if sort:
                taken.add(Rect(x - HEAD / 2, y - HEAD / 2, HEAD, HEAD), ON_HEAD)
    return tuple(_placed(each, taken) if each.label else each for each in found)


def _placed(line: Line, taken: _Taken) -> Line:
    writing = line.label[0]
    best, least = writing, math.inf
    for price, tried in _tries(line, writing):
        cost = price + taken.cost(_ground(tried))
        if cost < least:
            best, least = tried, cost
        if least <= price:
            break
    if least >= UNREADABLE:
        return replace(line, label=())
    taken.add(_ground(best), ON_LABEL)
    return replace(line, label=(best,))


def _tries(line: Line, writing: Writing) -> Iterator[tuple[float, Writing]]:
    """Places for a label and what each costs by itself, the cheapest first."""
    spots = [point_at(line.points, share) for share in ALONG]
    high = _ground(writing).height
    for aside in ASIDE:
        for number, (x, y) in enumerate(spots):
            price = OFF_LINE * abs(aside) + 0.01 * number
            yield price, replace(writing, x=max(x - writing.width / 2, PAD[0]), y=y + 4 + aside * high)


def point_at(points: Sequence[Spot], share: float) -> Spot:
    """The point after this share of a line's length."""
    left = sum(math.dist(a, b) for a, b in pairwise(points)) * share
    for a, b in pairwise(points):
        length = math.dist(a, b)
        if length >= left and length > 0:
            return a[0] + (b[0] - a[0]) * left / length, a[1] + (b[1] - a[1]) * left / length
        left -= length
    return points[-1] if share > 0 else points[0]


def _ground(writing: Writing) -> Rect:
    rect = writing.rect
    return Rect(rect.x - PAD[0], rect.y - PAD[1], rect.width + 2 * PAD[0], rect.height + 2 * PAD[1])


def _cells(rect: Rect) -> Iterator[tuple[int, int]]:
    for column in range(int(rect.x // CELL), int(rect.right // CELL) + 1):
        for row in range(int(rect.y // CELL), int(rect.bottom // CELL) + 1):
            yield column, row


def _shared(one: Rect, other: Rect) -> float:
    """Which share of the smaller one both have in common."""
    wide = min(one.right, other.right) - max(one.x, other.x)
    high = min(one.bottom, other.bottom) - max(one.y, other.y)
    if wide <= 0 or high <= 0:
        return 0.0
    return wide * high / max(min(one.width * one.height, other.width * other.height), 1.0)
