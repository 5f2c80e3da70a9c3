"""Where the symbols and arrows of a process stand: lanes for those who act, columns in the order of the work. Pure.

Layer 4. Symbols stand in a grid. Arrows run in the gaps between its columns and rows, each on a track of its own there,
so that none crosses a symbol. Symbols without an owner stand in the lane of the step they belong to.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from maidinh.services.processes.bpmn.graph import START, Flow, Graph, NodeKind

TASK = (140.0, 80.0)
GATEWAY = (50.0, 50.0)
EVENT = (36.0, 36.0)
LANE_TITLE, MARGIN, TRACK, GAP, ROW_GAP = 30.0, 20.0, 14.0, 120.0, 40.0
NEAR = 8.0  # from a column to the first track behind it
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle: its upper left corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return self.y + self.height / 2


@dataclass(frozen=True)
class Lane:
    """Those who act: an agency and a role; joins and calls act by themselves and have neither of their own."""

    agency: str
    role: str


@dataclass(frozen=True)
class Layout:
    """The whole drawing: a box for each symbol and lane, a line of right angles for each arrow by its id."""

    boxes: dict[str, Box]
    lanes: dict[Lane, Box]
    lane_of: dict[str, Lane]
    lines: dict[str, list[Point]]
    width: float
    height: float


def size_of(kind: NodeKind) -> tuple[float, float]:
    """How wide and high a symbol is."""
    if kind in ("task", "call"):
        return TASK
    return GATEWAY if kind in ("exclusive", "parallel", "inclusive") else EVENT


def lay_out(graph: Graph) -> Layout:
    """Place everything; the same graph always looks the same."""
    columns = _columns(graph)
    lane_of = _lanes(graph)
    cells, rows = _cells(graph, columns, lane_of)
    return _Placing(graph, cells, rows, lane_of).placed()


def _columns(graph: Graph) -> dict[str, int]:
    """The column of each node: one after the last of those before it, arrows that lead back left out."""
    back = _leading_back(graph)
    nodes = set(graph.nodes)
    coming = {
        node: [flow.source for flow in graph.coming(node) if flow.id not in back and flow.source in nodes]
        for node in graph.nodes
    }
    column: dict[str, int] = {}
    left = list(graph.nodes)
    while left:
        ready = [node for node in left if all(before in column for before in coming[node])]
        for node in ready:
            column[node] = max((column[before] + 1 for before in coming[node]), default=0)
        left = [node for node in left if node not in column]
    return column


def _leading_back(graph: Graph) -> set[str]:
    """The flows that close a circle, found by walking from the start, then from whatever was not come to."""
    leaving: dict[str, list[Flow]] = defaultdict(list)
    for each in graph.flows:
        leaving[each.source].append(each)
    back: set[str] = set()
    done: set[str] = set()
    for origin in (START, *graph.nodes):
        if origin in done:
            continue
        path = [origin]
        on_path = {origin}
        walks = [iter(leaving[origin])]
        while walks:
            flow: Flow | None = next(walks[-1], None)
            if flow is None:
                walks.pop()
                node = path.pop()
                on_path.discard(node)
                done.add(node)
            elif flow.target in on_path:
                back.add(flow.id)
            elif flow.target not in done:
                path.append(flow.target)
                on_path.add(flow.target)
                walks.append(iter(leaving[flow.target]))
    return back


def _lanes(graph: Graph) -> dict[str, Lane]:
    """The lane of each node; a step without an owner stands where the one before it stands."""
    lane: dict[str, Lane] = {}
    last = Lane("", "")
    for step in graph.procedure.steps:
        if step.agency or step.role:
            last = Lane(step.agency, step.role)
        lane[step.id] = last
    return {name: lane[node.step.id] for name, node in graph.nodes.items()}


def _cells(
    graph: Graph, columns: dict[str, int], lane_of: dict[str, Lane]
) -> tuple[dict[str, tuple[int, int]], list[Lane]]:
    """The column and row of each node, and the lane of each row."""
    lanes = list(dict.fromkeys(lane_of[f"step.{step.id}"] for step in graph.procedure.steps))
    taken: dict[Lane, set[tuple[int, int]]] = defaultdict(set)
    within: dict[str, int] = {}
    for node in sorted(graph.nodes, key=lambda name: columns[name]):
        lane = lane_of[node]
        before = [within[flow.source] for flow in graph.coming(node)
                  if flow.source in within and lane_of[flow.source] == lane]  # fmt: skip
        row = min(before, default=0) if graph.nodes[node].kind not in ("wait", "end") else 0
        while (columns[node], row) in taken[lane]:
            row += 1
        taken[lane].add((columns[node], row))
        within[node] = row
    rows: list[Lane] = []
    first: dict[Lane, int] = {}
    for lane in lanes:
        first[lane] = len(rows)
        rows.extend([lane] * (1 + max(row for _, row in taken[lane])))
    return {node: (columns[node], first[lane_of[node]] + row) for node, row in within.items()}, rows


class _Placing:
    """Tracks are counted first, then the gaps are made wide enough for them."""

    def __init__(
        self, graph: Graph, cells: dict[str, tuple[int, int]], rows: list[Lane], lane_of: dict[str, Lane]
    ) -> None:
        self.graph, self.cells, self.rows, self.lane_of = graph, cells, rows, lane_of
        self.beside: dict[int, int] = defaultdict(int)  # tracks in the gap to the right of a column; -1 is before all
        self.below: dict[int, int] = defaultdict(int)  # tracks in the gap below a row
        self.routes = {flow.id: self._route(flow) for flow in graph.flows}

    def _route(self, flow: Flow) -> tuple[tuple[int, int], ...]:
        """The tracks that an arrow takes: none when it runs straight, one when in the next column, otherwise three."""
        (column, row), (to_column, to_row) = self.cells[flow.source], self.cells[flow.target]
        if to_column == column + 1:
            return () if row == to_row else (self._track(self.beside, column),)
        gap = row if to_row >= row else row - 1
        if gap < 0:
            gap = row
        return (
            self._track(self.beside, column), self._track(self.below, gap), self._track(self.beside, to_column - 1)
        )  # fmt: skip

    @staticmethod
    def _track(tracks: dict[int, int], gap: int) -> tuple[int, int]:
        tracks[gap] += 1
        return gap, tracks[gap]

    def placed(self) -> Layout:
        """The drawing."""
        columns = 1 + max(column for column, _ in self.cells.values())
        widths = [max((size_of(node.kind)[0] for name, node in self.graph.nodes.items()
                       if self.cells[name][0] == column), default=0.0) for column in range(columns)]  # fmt: skip
        self.left: list[float] = []
        x = MARGIN + LANE_TITLE + 3 * MARGIN + TRACK * self.beside[-1]
        for column, width in enumerate(widths):
            self.left.append(x)
            x += width + GAP + TRACK * self.beside[column]
        self.widths = widths
        self.top: list[float] = []
        y = MARGIN + ROW_GAP / 2
        for row in range(len(self.rows)):
            self.top.append(y)
            y += TASK[1] + ROW_GAP + TRACK * self.below[row]
        boxes = {name: self._box(name) for name in self.graph.nodes}
        lanes = self._lane_boxes(x, y)
        lines = {flow.id: self._line(flow, boxes) for flow in self.graph.flows}
        return Layout(boxes, lanes, self.lane_of, lines, x + MARGIN, y - ROW_GAP / 2 + MARGIN)

    def _box(self, name: str) -> Box:
        column, row = self.cells[name]
        width, height = size_of(self.graph.nodes[name].kind)
        x = self.left[column] + (self.widths[column] - width) / 2
        return Box(x, self.top[row] + (TASK[1] - height) / 2, width, height)

    def _lane_boxes(self, right: float, bottom: float) -> dict[Lane, Box]:
        found: dict[Lane, Box] = {}
        for lane in dict.fromkeys(self.rows):
            rows = [number for number, each in enumerate(self.rows) if each == lane]
            top = self.top[rows[0]] - ROW_GAP / 2
            after = rows[-1] + 1
            end = (self.top[after] if after < len(self.top) else bottom) - ROW_GAP / 2
            found[lane] = Box(MARGIN, top, right - MARGIN, end - top)
        return found

    def _line(self, flow: Flow, boxes: dict[str, Box]) -> list[Point]:
        source, target = boxes[flow.source], boxes[flow.target]
        start, end = (source.right, source.middle), (target.x, target.middle)
        tracks = self.routes[flow.id]
        if not tracks:
            return [start, end]
        x = self._across(*tracks[0])
        if len(tracks) == 1:
            return [start, (x, start[1]), (x, end[1]), end]
        y = self._down(*tracks[1])
        back = self._across(*tracks[2])
        return [start, (x, start[1]), (x, y), (back, y), (back, end[1]), end]

    def _across(self, gap: int, track: int) -> float:
        """Where a vertical track runs: near where its arrow comes from, so that a label fits behind it."""
        begin = MARGIN + LANE_TITLE if gap < 0 else self.left[gap] + self.widths[gap]
        return begin + NEAR + TRACK * (track - 0.5)

    def _down(self, gap: int, track: int) -> float:
        return self.top[gap] + TASK[1] + ROW_GAP / 4 + TRACK * (track - 0.5)
