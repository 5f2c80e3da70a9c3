"""What stands around a drawing: its title above, the legend of its lines and what it leaves out below.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from maidinh.governance.drawings.looks import GREY, INK, look_of
from maidinh.governance.drawings.picture import BoxRow, Key, Line, LineRow, Writing
from maidinh.governance.drawings.wording import Wording
from maidinh.infrastructure.lettering import shortened, width, wrapped

LEFT, SIZE, SAMPLE, ROW = 14.0, 11.5, 46.0, 22.0


def heading(title: str, edge: float) -> tuple[Writing, ...]:
    """The title, in one line."""
    text = shortened(title, edge - 2 * LEFT, 17, bold=True)
    return (Writing(text, LEFT, 27, 17, width(text, 17, bold=True), True),)


def legend_of(lines: Iterable[Line], top: float, edge: float, wording: Wording) -> tuple[tuple[Key, ...], float]:
    """A sample of each kind of line with what it means, and where it ends below."""
    kinds = {each.kind for each in lines if not each.verdict}
    x, y, keys = LEFT, top, []
    for kind in sorted(kinds, key=wording.verb):
        text = shortened(wording.verb(kind), edge / 2, SIZE)
        wide = width(text, SIZE)
        if x > LEFT and x + SAMPLE + 10 + wide > edge - LEFT:
            x, y = LEFT, y + ROW
        look = look_of(kind, access="write" if kind == "access" else None)
        line = Line(
            id=f"key-{kind}", kind=kind, points=((x, y + 8), (x + SAMPLE, y + 8)), tells=text, dash=look.dash,
            tail=look.tail, head=look.head, colour=INK,
        )  # fmt: skip
        keys.append(Key(Writing(text, x + SAMPLE + 8, y + 12, SIZE, wide), line))
        x += SAMPLE + 8 + wide + 26
    return tuple(keys), y + ROW if keys else top


def tell(
    rows: tuple[Sequence[BoxRow], Sequence[LineRow]], top: float, edge: float, wording: Wording
) -> tuple[tuple[Writing, ...], float]:
    """How much of it all is drawn, where anything is left to the table; and where that ends below."""
    drawn = [sum(each.drawn for each in own) for own in rows]
    if drawn == [len(own) for own in rows]:
        return (), top
    told = wording.say(
        "Drawn: %(boxes)s of %(all_boxes)s components, %(lines)s of %(all_lines)s relations. The table names all."
    ) % {"boxes": drawn[0], "all_boxes": len(rows[0]), "lines": drawn[1], "all_lines": len(rows[1])}
    lines = wrapped(told, edge - 2 * LEFT, SIZE, lines=3)
    writings = tuple(
        Writing(text, LEFT, top + 12 + n * 16, SIZE, width(text, SIZE), False, GREY) for n, text in enumerate(lines)
    )
    return writings, top + 16 * len(lines) + 6
