"""How wide the columns of a table are: by their words, so that no word breaks and no column starves.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

LEAST, MOST = 3.5, 34.0  # in characters


def shares(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[float, ...]:
    """The share of the line that each column gets; together they are one."""
    wanted = [_wanted(heading, [row[number] for row in rows]) for number, heading in enumerate(headings)]
    total = sum(wanted)
    return tuple(round(each / total, 4) for each in wanted)


def _wanted(heading: str, cells: Sequence[str]) -> float:
    """Room for the longest word, and for most of the cells in about two lines."""
    word = max((len(part) for text in (heading, *cells) for part in text.split()), default=0)
    lengths = sorted(len(text) for text in cells)
    usual = lengths[len(lengths) * 9 // 10] if lengths else 0
    return min(MOST, max(LEAST, min(word, 18) + 1.0, usual * 0.55, len(heading) * 0.45))
