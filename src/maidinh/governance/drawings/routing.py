"""Ways for lines between boxes on a grid: only along the channels between rows and the gutters between columns.

Layer 4, governance. Pure. So no line can run through a box. Each bundle has lanes of its own, so no line lies upon one
of another bundle. Channel k is above row k, gutter k to the left of column k.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from maidinh.governance.drawings.bundles import Bundle
from maidinh.governance.drawings.grid import Cell

COLUMN = 1000.0  # the width of a column in the measure of this module; a gutter lies at its edge
SHIFT = 0.08
TOP, BOTTOM = "top", "bottom"

Port = tuple[int, str, str]  # bundle, box, side


@dataclass
class Ways:
    """By number of the bundle: its lanes, and the sides of the boxes on which it arrives."""

    leaf_sides: list[dict[str, tuple[str, str]]]  # of each leaf: the hub's side and its own
    gutters: list[int | None]
    ports: dict[tuple[str, str], list[int]] = field(default_factory=dict)  # box and side: bundles from left to right
    channel_lanes: dict[tuple[int, int], int] = field(default_factory=dict)  # bundle, channel: lane
    gutter_lanes: dict[int, int] = field(default_factory=dict)
    lanes_of_channel: dict[int, int] = field(default_factory=dict)
    lanes_of_gutter: dict[int, int] = field(default_factory=dict)

    def share(self, bundle: int, box: str, side: str) -> float:
        """Where on the side of a box a bundle arrives, as a share of its width."""
        own = self.ports[box, side]
        shift = -SHIFT if side == TOP else SHIFT  # so that what leaves above and arrives below doesn't fall together
        return (own.index(bundle) + 0.5 + shift) / len(own)


def channel(cell: Cell, side: str) -> int:
    """The channel at a side of a box."""
    return cell[0] + (side == BOTTOM)


def find_ways(bundles: Sequence[Bundle], cells: Mapping[str, Cell]) -> Ways:
    """The ways of all bundles."""
    ways = Ways([], [])
    for bundle in bundles:
        hub = cells[bundle.hub]
        labelled = bool(bundle.ties[0].verdict)
        sides = {leaf: _sides(hub, cells[leaf], labelled) for leaf in bundle.leaves}
        far = [leaf for leaf, pair in sides.items() if channel(hub, pair[0]) != channel(cells[leaf], pair[1])]
        ways.leaf_sides.append(sides)
        ways.gutters.append(_gutter(hub, [cells[leaf][1] for leaf in far]) if far else None)
    _give_ports(ways, bundles, cells)
    _give_channel_lanes(ways, bundles, cells)
    _give_gutter_lanes(ways, bundles, cells)
    return ways


def _sides(hub: Cell, leaf: Cell, labelled: bool) -> tuple[str, str]:
    if labelled:  # its label stands above where it arrives
        return (BOTTOM if leaf[0] > hub[0] else TOP), TOP
    if leaf[0] > hub[0]:
        return BOTTOM, TOP
    if leaf[0] < hub[0]:
        return TOP, BOTTOM
    return BOTTOM, BOTTOM


def _gutter(hub: Cell, columns: Sequence[int]) -> int:
    """The gutter at the hub, on the side where most of what it is tied to stands."""
    return hub[1] + 1 if median(columns) > hub[1] else hub[1]


def _give_ports(ways: Ways, bundles: Sequence[Bundle], cells: Mapping[str, Cell]) -> None:
    """Each bundle has its place on the side of a box, by where it comes from."""
    toward: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for number, bundle in enumerate(bundles):
        gutter = ways.gutters[number]
        reached: dict[str, list[float]] = defaultdict(list)
        for leaf, (hub_side, leaf_side) in ways.leaf_sides[number].items():
            straight = channel(cells[bundle.hub], hub_side) == channel(cells[leaf], leaf_side)
            middle = cells[leaf][1] + 0.5
            reached[hub_side].append(middle if straight or gutter is None else gutter)
            start = cells[bundle.hub][1] + 0.5 if straight or gutter is None else gutter
            toward[leaf, leaf_side][number] = start
        for side, places in reached.items():
            toward[bundle.hub, side][number] = median(places)
    for key, of in toward.items():
        ways.ports[key] = sorted(of, key=lambda number, of=of: (of[number], number))  # type: ignore[misc]


def _x(ways: Ways, number: int, box: str, side: str, cells: Mapping[str, Cell]) -> float:
    return (cells[box][1] + 0.1 + 0.8 * ways.share(number, box, side)) * COLUMN


def _give_channel_lanes(ways: Ways, bundles: Sequence[Bundle], cells: Mapping[str, Cell]) -> None:
    used: dict[int, list[tuple[float, float, int]]] = defaultdict(list)
    for number, bundle in enumerate(bundles):
        reach: dict[int, list[float]] = defaultdict(list)
        for leaf, (hub_side, leaf_side) in ways.leaf_sides[number].items():
            first, last = channel(cells[bundle.hub], hub_side), channel(cells[leaf], leaf_side)
            reach[first].append(_x(ways, number, bundle.hub, hub_side, cells))
            reach[last].append(_x(ways, number, leaf, leaf_side, cells))
            if first != last:
                at = float(ways.gutters[number] or 0) * COLUMN
                reach[first].append(at)
                reach[last].append(at)
        for each, places in reach.items():
            used[each].append((min(places), max(places), number))
    for each, spans in used.items():
        for number, lane in _lanes(spans, apart=60.0).items():
            ways.channel_lanes[number, each] = lane
        ways.lanes_of_channel[each] = 1 + max(ways.channel_lanes[number, each] for _, _, number in spans)


def _give_gutter_lanes(ways: Ways, bundles: Sequence[Bundle], cells: Mapping[str, Cell]) -> None:
    used: dict[int, list[tuple[float, float, int]]] = defaultdict(list)
    for number, bundle in enumerate(bundles):
        gutter = ways.gutters[number]
        if gutter is None:
            continue
        reach: list[int] = []
        for leaf, (hub_side, leaf_side) in ways.leaf_sides[number].items():
            pair = channel(cells[bundle.hub], hub_side), channel(cells[leaf], leaf_side)
            if pair[0] != pair[1]:
                reach.extend(pair)
        used[gutter].append((float(min(reach)), float(max(reach)), number))
    for gutter, spans in used.items():
        lanes = _lanes(spans, apart=0.0)
        ways.gutter_lanes |= lanes
        ways.lanes_of_gutter[gutter] = 1 + max(lanes.values())


def _lanes(spans: Sequence[tuple[float, float, int]], apart: float) -> dict[int, int]:
    """A lane for each span, so that none meets another in its lane."""
    ends: list[float] = []
    found = {}
    for start, end, number in sorted(spans):
        lane = next((at for at, last in enumerate(ends) if last + apart < start), len(ends))
        if lane == len(ends):
            ends.append(end)
        else:
            ends[lane] = end
        found[number] = lane
    return found
