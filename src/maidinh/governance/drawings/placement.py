"""A plan becomes a drawing: every row as high as its texts, every channel as wide as its lanes, lines laid through.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from maidinh.governance.drawings.bundles import Bundle, Choice, choose
from maidinh.governance.drawings.contents import BOX_WIDTH, Content, content_of, content_of_more
from maidinh.governance.drawings.grid import Block, Grid, arrange
from maidinh.governance.drawings.limits import Kept, limited
from maidinh.governance.drawings.looks import FRAME, SURFACE, look_of
from maidinh.governance.drawings.margins import heading, legend_of, tell
from maidinh.governance.drawings.picture import Band, Box, Line, Picture, Rect, Spot, Writing
from maidinh.governance.drawings.plan import Item, Plan, Tie
from maidinh.governance.drawings.routing import BOTTOM, Ways, channel, find_ways
from maidinh.governance.drawings.rows import box_rows, line_rows
from maidinh.governance.drawings.verdicts import LABEL_HEIGHT, VERDICTS, labels_above
from maidinh.governance.drawings.wording import Wording
from maidinh.infrastructure.lettering import width, wrapped

MARGIN, LABEL, TITLE = 12.0, 136.0, 34.0
LANE, GUTTER, CHANNEL = 6.0, 22.0, 16.0
FRAMED = 6.0  # from a frame to the boxes in it
HEADER, HEADER_LINE = 6.0, 14.5
BAND_GAP, BAND_END = 8.0, 6.0
# Lines of different bundles differ in colour, so that the eye can follow one; no meaning lies in it.
INKS = ("#1d4f7c", "#7a3e00", "#0f6b4a", "#6b2a6f", "#8a1c2b", "#3d4a54", "#5a5200", "#006070")


@dataclass
class Setting:
    """All numbers from which the places follow."""

    grid: Grid
    ways: Ways
    contents: Mapping[str, Content]
    columns: list[float] = field(default_factory=list)  # left edges
    gutters: list[float] = field(default_factory=list)
    channels: list[float] = field(default_factory=list)  # upper edges, one more than rows
    headers: list[float] = field(default_factory=list)
    tops: list[float] = field(default_factory=list)  # of the boxes of a row
    heights: list[float] = field(default_factory=list)
    bands: list[tuple[float, float]] = field(default_factory=list)
    width: float = 0.0
    bottom: float = 0.0


def place(plan: Plan, wording: Wording) -> Picture:
    """The drawing of a plan."""
    kept = limited(plan, wording)
    items, names = _named(kept)
    choice = choose(plan.ties, {each for each in items if items[each] is not None})
    pairs = [(bundle.hub, leaf) for bundle in choice.bundles for leaf in bundle.leaves]
    grid = arrange(names, pairs, plan.columns, ordered=plan.ordered)
    contents = {
        name: content_of(item, wording, len(choice.hidden.get(name, ()))) if item else content_of_more(missing, wording)
        for name, item, missing in _all(kept, names, items)
    }
    ways = find_ways(choice.bundles, grid.cells)
    titles = [[wrapped(g.title, _frame_room(b), 11, bold=True, lines=2) for g, b in zip(row, blocks, strict=True)]
              for row, blocks in zip(kept, grid.blocks, strict=True)]  # fmt: skip
    setting = _measured(Setting(grid, ways, contents), titles, _arrivals(choice.bundles))
    frames = _frames(setting, kept, titles)
    boxes = [_box(setting, name, frames) for name in grid.cells]
    lines = _lines(setting, choice, wording)
    drawn = {each.element for each in boxes if each.element}
    rows = box_rows(plan, wording, drawn), line_rows(plan, wording, choice)
    keys, bottom = legend_of(lines, setting.bottom + 12, setting.width, wording)
    told, bottom = tell(rows, bottom, setting.width, wording)
    bands = _bands(plan, setting, wording)
    picture = Picture(
        id=plan.id, title=plan.title, description="", language=wording.language, width=setting.width,
        height=bottom + MARGIN, bands=bands, boxes=(*(each for each in frames.values()), *boxes), lines=lines,
        writings=(*heading(plan.title, setting.width), *told), legend=keys, box_rows=rows[0], line_rows=rows[1],
    )  # fmt: skip
    return replace(picture, description=_description(picture, wording))


def _description(picture: Picture, wording: Wording) -> str:
    return wording.say(
        "%(boxes)s components in %(bands)s bands, %(lines)s relations drawn. The table says the same."
    ) % {
        "boxes": sum(each.drawn for each in picture.box_rows),
        "bands": len(picture.bands),
        "lines": sum(each.drawn for each in picture.line_rows),
    }


def _named(kept: Sequence[Sequence[Kept]]) -> tuple[dict[str, Item | None], list[list[list[str]]]]:
    """Every box by its name, and the names by band and group. What an element is in twice, it stands in once."""
    items: dict[str, Item | None] = {}
    names = []
    for at, groups in enumerate(kept):
        row = []
        for number, group in enumerate(groups):
            own = []
            for each in group.items:
                if each.element.id not in items:
                    items[each.element.id] = each
                    own.append(each.element.id)
            if group.missing:
                own.append(f"more:{at}:{number}")
                items[own[-1]] = None
            row.append(own)
        names.append(row)
    return items, names


def _all(
    kept: Sequence[Sequence[Kept]], names: list[list[list[str]]], items: Mapping[str, Item | None]
) -> list[tuple[str, Item | None, int]]:
    return [
        (name, items[name], group.missing)
        for row, groups in zip(names, kept, strict=True)
        for own, group in zip(row, groups, strict=True)
        for name in own
    ]


def _frame_room(block: Block) -> float:
    return block.wide * BOX_WIDTH + (block.wide - 1) * GUTTER - 4


def _arrivals(bundles: Sequence[Bundle]) -> dict[str, list[Tie]]:
    """The connections with a label, by the box above which it stands."""
    found: dict[str, list[Tie]] = {}
    for bundle in bundles:
        for tie in bundle.ties:
            if tie.verdict:
                found.setdefault(tie.target, []).append(tie)
    return found


def _measured(setting: Setting, titles: list[list[list[str]]], labelled: Mapping[str, Sequence[Tie]]) -> Setting:
    grid, ways = setting.grid, setting.ways
    x = LABEL + MARGIN
    for column in range(grid.columns + 1):
        setting.gutters.append(x)
        x += GUTTER + LANE * ways.lanes_of_gutter.get(column, 0)
        if column < grid.columns:
            setting.columns.append(x)
            x += BOX_WIDTH
    setting.width = x + MARGIN
    high: dict[int, float] = {}
    rooms: dict[int, float] = {}
    for name, (row, _) in grid.cells.items():
        high[row] = max(high.get(row, 0), setting.contents[name].height)
        rooms[row] = max(rooms.get(row, 0), LABEL_HEIGHT * len(labelled.get(name, ())))
    headers: dict[int, int] = {}
    for blocks, own in zip(grid.blocks, titles, strict=True):
        for block, lines in zip(blocks, own, strict=True):
            headers[block.row] = max(headers.get(block.row, 0), len(lines))
    y = TITLE + MARGIN
    for first, count in grid.spans:
        top = y
        for row in range(first, first + count):
            setting.channels.append(y)
            y += CHANNEL + LANE * ways.lanes_of_channel.get(row, 0) + rooms.get(row, 0)
            setting.headers.append(y)
            y += HEADER + HEADER_LINE * headers[row] if headers.get(row) else 0
            setting.tops.append(y)
            setting.heights.append(high.get(row, 22.0))
            y += setting.heights[-1] + FRAMED
        y += BAND_END
        if first + count >= grid.rows:  # the channel below the last row
            setting.channels.append(y - BAND_END)
            y += CHANNEL * bool(ways.lanes_of_channel.get(grid.rows)) + LANE * ways.lanes_of_channel.get(grid.rows, 0)
        setting.bands.append((top, y - top))
        y += BAND_GAP
    setting.bottom = y
    return setting


def _frames(
    setting: Setting, kept: Sequence[Sequence[Kept]], titles: list[list[list[str]]]
) -> dict[tuple[int, int], Box]:
    """A frame around each group that has a title, by band and number."""
    found = {}
    for at, blocks in enumerate(setting.grid.blocks):
        for number, block in enumerate(blocks):
            group, lines = kept[at][number], titles[at][number]
            if not lines:
                continue
            last = block.column + block.wide - 1
            left, right = setting.columns[block.column] - FRAMED, setting.columns[last] + BOX_WIDTH + FRAMED
            top, end = setting.headers[block.row], block.row + block.high - 1
            bottom = setting.tops[end] + setting.heights[end] + FRAMED
            writings = tuple(
                Writing(line, left + 8, top + 14 + n * HEADER_LINE, 11, width(line, 11, bold=True), True)
                for n, line in enumerate(lines)
            )  # fmt: skip
            found[at, number] = Box(
                id=f"frame-{at}-{number}", role="frame", rect=Rect(left, top, right - left, bottom - top),
                label=group.title, band=str(at), fill=SURFACE, line=FRAME, line_width=1, writings=writings,
            )  # fmt: skip
    return found


def _box(setting: Setting, name: str, frames: Mapping[tuple[int, int], Box]) -> Box:
    row, column = setting.grid.cells[name]
    rect = Rect(setting.columns[column], setting.tops[row], BOX_WIDTH, setting.heights[row])
    band = next(at for at, (first, count) in enumerate(setting.grid.spans) if first <= row < first + count)
    number = next(
        (
            n
            for n, block in enumerate(setting.grid.blocks[band])
            if block.row <= row < block.row + block.high and block.column <= column < block.column + block.wide
        ),
        -1,
    )
    frame = frames.get((band, number))
    return setting.contents[name].box(name, rect, parent=frame.id if frame else None, band=str(band))


def _bands(plan: Plan, setting: Setting, wording: Wording) -> tuple[Band, ...]:
    found = []
    for at, (strip, (top, high)) in enumerate(zip(plan.strips, setting.bands, strict=True)):
        rect = Rect(MARGIN / 2, top, setting.width - MARGIN, high)
        most = max(1, int((high - 12) // 18))
        lines = wrapped(strip.title, LABEL - 20, 13, bold=True, lines=min(most, 6))
        writings = [
            Writing(line, MARGIN + 6, top + 24 + n * 18, 13, width(line, 13, bold=True), True)
            for n, line in enumerate(lines)
        ]
        if not any(group.items for group in strip.groups):
            told = wording.say("Nothing is declared here.")
            writings.append(Writing(told, setting.columns[0], top + 28, 12, width(told, 12)))
        found.append(Band(strip.id or str(at), strip.title, rect, tuple(writings)))
    return tuple(found)


def _lines(setting: Setting, choice: Choice, wording: Wording) -> tuple[Line, ...]:
    hubs = list(dict.fromkeys(bundle.hub for bundle in choice.bundles))
    found = []
    for number, bundle in enumerate(choice.bundles):
        ink = INKS[hubs.index(bundle.hub) % len(INKS)]
        for tie in bundle.ties:
            found.append(_line(setting, number, bundle, tie, ink, wording))
    above = {name: setting.headers[row] for name, (row, _) in setting.grid.cells.items()}
    return tuple(labels_above(found, choice.bundles, above, setting.width))


def _line(setting: Setting, number: int, bundle: Bundle, tie: Tie, ink: str, wording: Wording) -> Line:
    points = _way(setting, number, bundle, bundle.leaf(tie))
    relation = tie.relation
    look = look_of(
        tie.kind, access=relation.access if relation else None, directed=bool(relation and relation.directed)
    )
    line = Line(
        id=tie.id, kind=tie.kind, points=tuple(points if bundle.outward else reversed(points)), tells="",
        relation=relation.id if relation else None, dash=look.dash, tail=look.tail, head=look.head, colour=ink,
    )  # fmt: skip
    names = [setting.contents[end].name for end in (tie.source, tie.target)]
    line = replace(line, tells=f"{names[0]} - {wording.verb(tie.kind)} - {names[1]}")
    if tie.verdict:
        shown = VERDICTS[tie.verdict]
        line = replace(
            line, verdict=tie.verdict, colour=shown.colour, width=shown.width, dash=shown.dash, head="full", tail="",
            tells=f"{line.tells} ({tie.label})",
        )  # fmt: skip
    return line


def _way(setting: Setting, number: int, bundle: Bundle, leaf: str) -> list[Spot]:
    """From the hub to a leaf, along channels and the gutter of its bundle."""
    ways, cells = setting.ways, setting.grid.cells
    hub_side, leaf_side = ways.leaf_sides[number][leaf]
    start, end = _port(setting, number, bundle.hub, hub_side), _port(setting, number, leaf, leaf_side)
    first, last = channel(cells[bundle.hub], hub_side), channel(cells[leaf], leaf_side)
    leaving = _channel_y(setting, number, first)
    if first == last:
        return [start, (start[0], leaving), (end[0], leaving), end]
    gutter = ways.gutters[number] or 0
    trunk = setting.gutters[gutter] + GUTTER / 2 + LANE * (ways.gutter_lanes[number] + 0.5)
    arriving = _channel_y(setting, number, last)
    return [start, (start[0], leaving), (trunk, leaving), (trunk, arriving), (end[0], arriving), end]


def _port(setting: Setting, number: int, box: str, side: str) -> Spot:
    row, column = setting.grid.cells[box]
    x = setting.columns[column] + BOX_WIDTH * (0.06 + 0.88 * setting.ways.share(number, box, side))
    return x, setting.tops[row] + (setting.heights[row] if side == BOTTOM else 0)


def _channel_y(setting: Setting, number: int, at: int) -> float:
    return setting.channels[at] + 8 + LANE * (setting.ways.channel_lanes[number, at] + 0.5)
