"""How wide the columns of a table are: by their words, so that no word breaks and the rows take few lines.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

LINE, LONG_LINE = 84, 130  # characters of a table's letters on a line of A4, upright and on its side
MARGIN, WORD = 2.6, 20  # room that a cell's edges take, and the longest word that gets a line of its own
BOLD = 1.1  # how much wider headings are
ROOMY = 1.3  # how much wider letters are where the document's font isn't there and another takes its place
SAMPLE, STEPS = 48, (12, 5, 2, 1)  # rows that are looked at, and by how many characters columns are moved


def shares(headings: Sequence[str], rows: Sequence[Sequence[str]], line: int = LINE) -> tuple[float, ...]:
    """The share of the line that each column gets; together they are one.

    Starting from what the columns' texts ask for, room moves from one column to another as long as that saves lines.
    """
    columns = [(heading, [row[number] for row in rows]) for number, heading in enumerate(headings)]
    least = [_least(heading, cells) for heading, cells in columns]
    wanted = [max(_wanted(cells) - room, 0.0) for room, (_, cells) in zip(least, columns, strict=True)]
    free = max(line - sum(least), 0.0)
    total = sum(wanted)
    given = [
        room + (free * wish / total if total else free / len(least)) for room, wish in zip(least, wanted, strict=True)
    ]
    if free:
        given = _settled(given, least, [list(headings), *_sample(rows)])
    return tuple(round(each / sum(given), 4) for each in given)


def _least(heading: str, cells: Sequence[str]) -> float:
    """Room for the longest word, also in a wider font."""
    inside = max((len(part) for text in cells for part in text.split()), default=0)
    above = max((len(part) for part in heading.split()), default=0) * BOLD
    return min(max(inside, above), WORD) * ROOMY + MARGIN


def _wanted(cells: Sequence[str]) -> float:
    """Room for most of the cells in about two lines."""
    lengths = sorted(len(text) for text in cells)
    usual = lengths[len(lengths) * 9 // 10] if lengths else 0
    return min(usual, 120) * 0.6 + MARGIN


def _sample(rows: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    """The rows, of many ones some from everywhere."""
    step = max(1, -(-len(rows) // SAMPLE))
    return rows[::step]


def _settled(given: list[float], least: Sequence[float], rows: Sequence[Sequence[str]]) -> list[float]:
    """The widths after every move that saves lines; the heading is the first of the rows."""

    @cache
    def lines(column: int, width: float) -> tuple[int, ...]:
        room = width - MARGIN
        first, *others = (row[column] for row in rows)
        return (_lines(first, room / BOLD), *(_lines(text, room) for text in others))

    def height(widths: Sequence[float]) -> int:
        return sum(map(max, zip(*(lines(number, width) for number, width in enumerate(widths)), strict=True)))

    widths = [round(each, 1) for each in given]
    best = height(widths)
    for step in STEPS:
        moved = True
        while moved:
            moved = False
            for giver in range(len(widths)):
                for taker in range(len(widths)):
                    if giver == taker or widths[giver] - step < least[giver]:
                        continue
                    tried = list(widths)
                    tried[giver], tried[taker] = round(tried[giver] - step, 1), round(tried[taker] + step, 1)
                    if (found := height(tried)) < best:
                        widths, best, moved = tried, found, True
    return widths


def _lines(text: str, room: float) -> int:
    """How many lines a text takes where this many characters stand on one."""
    count, used = 1, 0
    for word in text.split():
        size = len(word)
        if used and used + 1 + size > room:
            count, used = count + 1, size
        else:
            used += size + (1 if used else 0)
        while used > room > 1:  # a word longer than the line breaks
            count, used = count + 1, used - int(room)
    return count
