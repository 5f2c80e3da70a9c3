"""Boxes on a grid: groups packed as rectangles of cells, ordered so that what belongs together stands close.

Layer 4, governance. Pure. Every box has a cell of its own, so no two can overlap, and between the rows and columns of
cells there is always a free way. Order: groups by the median of what they are tied to, then swaps of neighbours.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

SWEEPS, SWAPS = 3, 2
LEAST, MOST = 4, 7  # columns

Cell = tuple[int, int]  # row, column


@dataclass(frozen=True)
class Block:
    """Where a group lies: its upper left cell and its size in cells."""

    row: int
    column: int
    wide: int
    high: int


@dataclass(frozen=True)
class Grid:
    """The cells of all items, the block of each group of each band, and the first row and number of rows of a band."""

    cells: Mapping[str, Cell]
    blocks: Sequence[Sequence[Block]]
    spans: Sequence[tuple[int, int]]
    rows: int
    columns: int


Groups = Sequence[Sequence[str]]  # of one band: the ids of each group


def columns_for(count: int) -> int:
    """How many columns make a drawing of so many boxes somewhat wider than high."""
    return max(LEAST, min(MOST, math.ceil(math.sqrt(1.15 * count))))


def arrange(
    bands: Sequence[Groups], pairs: Iterable[tuple[str, str]], columns: int | None = None, *, ordered: bool = False
) -> Grid:
    """A cell for every item; `ordered` leaves the groups of a band in the order they are in."""
    columns = columns or columns_for(sum(len(group) for band in bands for group in band))
    near: dict[str, list[str]] = defaultdict(list)
    for one, other in pairs:
        if one != other:
            near[one].append(other)
            near[other].append(one)
    orders = [list(range(len(band))) for band in bands]
    grid = _placed(bands, orders, columns)
    for _ in range(SWEEPS if near else 0):
        column = {name: cell[1] for name, cell in grid.cells.items()}
        bands = [[_sorted(group, near, column) for group in band] for band in bands]
        orders = [
            order if ordered else sorted(order, key=lambda at, band=band: _middle(band[at], near, column))  # type: ignore[misc]
            for band, order in zip(bands, orders, strict=True)
        ]
        grid = _placed(bands, orders, columns)
    return _swapped(grid, bands, near) if near else grid


def _placed(bands: Sequence[Groups], orders: Sequence[Sequence[int]], columns: int) -> Grid:
    cells: dict[str, Cell] = {}
    blocks: list[list[Block]] = []
    spans: list[tuple[int, int]] = []
    top = 0
    for band, order in zip(bands, orders, strict=True):
        packed = pack([len(band[at]) for at in order], columns)
        of = dict(zip(order, packed, strict=True))
        high = max((each.row + each.high for each in packed), default=1)
        own = []
        for at, group in enumerate(band):
            block = Block(top + of[at].row, of[at].column, of[at].wide, of[at].high)
            own.append(block)
            for number, name in enumerate(group):  # column by column: neighbours in order stand above one another
                column, row = divmod(number, block.high)
                cells[name] = (block.row + row, block.column + column)
        blocks.append(own)
        spans.append((top, high))
        top += high
    return Grid(cells, blocks, spans, max(top, 1), columns)


def pack(sizes: Sequence[int], columns: int) -> list[Block]:
    """Rectangles of so many cells each, none upon another, in few rows and with few cells to spare."""
    taken: list[int] = []  # of each row, its columns as bits
    found = []
    for size in sizes:
        best: tuple[tuple[int, int, int, int], Block] | None = None
        for wide in range(min(size, columns), 0, -1):
            high = -(-size // wide)
            if high > max(3, -(-size // columns)) or (wide > 1 and -(-size // (wide - 1)) == high):
                continue
            row, column = _free(taken, wide, high, columns)
            rank = (max(row + high, len(taken)), wide * high - size, row, column)
            if best is None or rank < best[0]:
                best = rank, Block(row, column, wide, high)
        if best is None:
            best = (0, 0, 0, 0), Block(len(taken), 0, columns, -(-size // columns))
        block = best[1]
        taken.extend([0] * (block.row + block.high - len(taken)))
        for row in range(block.row, block.row + block.high):
            taken[row] |= ((1 << block.wide) - 1) << block.column
        found.append(block)
    return found


def _free(taken: Sequence[int], wide: int, high: int, columns: int) -> Cell:
    """The first place, from above and from the left, where so many cells are free."""
    mask = (1 << wide) - 1
    for row in range(len(taken) + 1):
        used = 0
        for each in taken[row : row + high]:
            used |= each
        for column in range(columns - wide + 1):
            if not used & (mask << column):
                return row, column
    return len(taken), 0


def _middle(group: Sequence[str], near: Mapping[str, Sequence[str]], column: Mapping[str, int]) -> float:
    places = [column[other] for name in group for other in near.get(name, ()) if other in column]
    return median(places) if places else sum(column[name] for name in group) / max(len(group), 1)


def _sorted(group: Sequence[str], near: Mapping[str, Sequence[str]], column: Mapping[str, int]) -> list[str]:
    return sorted(group, key=lambda name: _middle([name], near, column))


def _swapped(grid: Grid, bands: Sequence[Groups], near: Mapping[str, Sequence[str]]) -> Grid:
    """Neighbours in a group change places where their ties get shorter by it."""
    cells = dict(grid.cells)

    def length(name: str, cell: Cell, instead: str) -> float:
        total = 0.0
        for other in near.get(name, ()):
            if other in cells and other != instead:
                row, column = cells[other]
                total += abs(column - cell[1]) + 0.5 * abs(row - cell[0])
        return total

    for _ in range(SWAPS):
        for group in (group for band in bands for group in band):
            at = {cells[name]: name for name in group}
            for cell in sorted(at):
                for beside in ((cell[0], cell[1] + 1), (cell[0] + 1, cell[1])):
                    if beside not in at:
                        continue
                    one, other = at[cell], at[beside]
                    before = length(one, cell, other) + length(other, beside, one)
                    if length(one, beside, other) + length(other, cell, one) < before:
                        at[cell], at[beside] = other, one
                        cells[one], cells[other] = beside, cell
    return Grid(cells, grid.blocks, grid.spans, grid.rows, grid.columns)
