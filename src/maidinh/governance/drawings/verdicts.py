"""Connections of the exchange with what was seen on them: how each verdict looks, and its label above the target.

Layer 4, governance. Pure. A verdict is told by dash, width and text, never by colour alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from maidinh.governance.drawings.bundles import Bundle
from maidinh.governance.drawings.looks import GREEN, GREY, RED
from maidinh.governance.drawings.picture import Line, Writing
from maidinh.infrastructure.lettering import shortened, width

LABEL_HEIGHT, SIZE, WIDEST = 18.0, 11.0, 184.0


@dataclass(frozen=True)
class Shown:
    """How a verdict looks."""

    colour: str
    width: float
    dash: str = ""


VERDICTS = {"used": Shown(GREEN, 3), "unused": Shown(GREY, 2), "undeclared": Shown(RED, 3.5, "9 5")}


def labels_above(
    lines: Iterable[Line], bundles: Sequence[Bundle], above: Mapping[str, float], edge: float
) -> list[Line]:
    """The lines with their labels, one over the other, beginning at a height above the box where they arrive."""
    ties = {tie.id: tie for bundle in bundles for tie in bundle.ties if tie.verdict}
    count: Counter[str] = Counter()
    found = []
    for each in lines:
        tie = ties.get(each.id)
        if tie is None or not tie.label:
            found.append(each)
            continue
        number = count[tie.target] = count[tie.target] + 1
        text = shortened(tie.label, WIDEST, SIZE, bold=True)
        wide = width(text, SIZE, bold=True)
        x, y = each.points[-1][0], above[tie.target]
        left = min(max(x - wide / 2, 4), edge - wide - 8)
        writing = Writing(text, left, y - (number - 1) * LABEL_HEIGHT - 5, SIZE, wide, True)
        found.append(replace(each, label=(writing,)))
    return found
