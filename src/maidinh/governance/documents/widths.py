"""How wide the columns of a table are: by their words, so that no word breaks and no column starves.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

LINE, LONG_LINE = 74, 116  # characters of a table's letters on a line of A4, upright and on its side
MARGIN, WORD = 2.6, 20  # room that a cell's edges take, and the longest word that gets a line of its own


def shares(headings: Sequence[str], rows: Sequence[Sequence[str]], line: int = LINE) -> tuple[float, ...]:
    """The share of the line that each column gets; together they are one."""
    columns = [(heading, [row[number] for row in rows]) for number, heading in enumerate(headings)]
    least = [_least(heading, cells) for heading, cells in columns]
    wanted = [max(_wanted(cells) - room, 0.0) for room, (_, cells) in zip(least, columns, strict=True)]
    free = max(line - sum(least), 0.0)
    total = sum(wanted)
    given = [
        room + (free * wish / total if total else free / len(least)) for room, wish in zip(least, wanted, strict=True)
    ]
    return tuple(round(each / sum(given), 4) for each in given)


def _least(heading: str, cells: Sequence[str]) -> float:
    """Room for the longest word."""
    word = max((len(part) for text in (heading, *cells) for part in text.split()), default=0)
    return min(word, WORD) + MARGIN


def _wanted(cells: Sequence[str]) -> float:
    """Room for most of the cells in about two lines."""
    lengths = sorted(len(text) for text in cells)
    usual = lengths[len(lengths) * 9 // 10] if lengths else 0
    return min(usual, 120) * 0.6 + MARGIN
