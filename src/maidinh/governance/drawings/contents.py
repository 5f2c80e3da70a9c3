"""What stands in a box of a generated drawing, measured: name, kind, state, marks, and how much only the table tells.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from maidinh.governance.drawings.looks import GREY, INK, TINTS, archimate_layer
from maidinh.governance.drawings.outlines import outline_of
from maidinh.governance.drawings.picture import Box, Rect, Writing
from maidinh.governance.drawings.plan import Item, joined
from maidinh.governance.drawings.wording import Wording
from maidinh.infrastructure.lettering import ELLIPSIS, width, wrapped

BOX_WIDTH, PAD, ICON = 172.0, 9.0, 18.0
NAME, SMALL = 12.5, 10.5
NAME_LEAD, SMALL_LEAD = 16.5, 14.0
NAME_LINES, NOTE_LINES = 4, 3
ROOM = BOX_WIDTH - 2 * PAD


@dataclass(frozen=True)
class Content:
    """The texts of a box in lines, each with its size, weight and colour."""

    role: str
    name: str
    label: str
    kind: str
    lines: tuple[tuple[str, float, bool, str], ...]
    dashed: bool = False
    element: str | None = None

    @property
    def height(self) -> float:
        """How high the box has to be."""
        return 2 * PAD + sum(NAME_LEAD if size == NAME else SMALL_LEAD for _, size, _, _ in self.lines)

    def box(self, name: str, rect: Rect, *, parent: str | None, band: str) -> Box:
        """The box at its place."""
        y, writings = rect.y + PAD - 4, []
        for text, size, bold, colour in self.lines:
            y += NAME_LEAD if size == NAME else SMALL_LEAD
            writings.append(Writing(text, rect.x + PAD, y, size, width(text, size, bold=bold), bold, colour))
        more = self.role == "more"
        return Box(
            id=name, role=self.role, rect=rect, label=self.label, kind=self.kind, element=self.element, parent=parent,
            band=band, outline="plain" if more else outline_of(self.kind), dashed=self.dashed or more, line=GREY,
            fill=TINTS["other" if more else archimate_layer(self.kind)], icon="" if more else self.kind,
            writings=tuple(writings),
        )  # fmt: skip


def content_of(item: Item, wording: Wording, hidden: int) -> Content:
    """What stands in the box of an item; `hidden` relations of it only the table names."""
    element, name = item.element, wording.name(item.element)
    note = joined(item.note, item.mark)
    told = wording.say("+%(count)s relations: see the table") % {"count": hidden} if hidden else ""
    parts = (  # text, size, most lines, bold, colour, beside the icon
        (name, NAME, NAME_LINES, True, INK, ICON),
        (wording.kind(element.kind), SMALL, 1, False, GREY, 0.0),
        (note, SMALL, NOTE_LINES, False, INK, 0.0),
        (told, SMALL, 1, False, GREY, 0.0),
    )
    lines: list[tuple[str, float, bool, str]] = []
    heard = []
    for text, size, most, bold, colour, icon in parts:
        shown = wrapped(text, ROOM - icon, size, bold=bold, lines=most)
        lines += [(each, size, bold, colour) for each in shown]
        seen = " ".join(shown)
        heard.append(f"{seen} ({text})" if seen.endswith(ELLIPSIS) else text)  # what is heard holds what is seen
    label = ", ".join(each for each in (*heard, wording.layer(element)) if each)
    dashed = element.state in ("planned", "retired")
    return Content("element", name, label, element.kind, tuple(lines), dashed, element.id)


def content_of_more(missing: int, wording: Wording) -> Content:
    """What stands for items there is no room for."""
    told = wording.say("and %(count)s more: see the table") % {"count": missing}
    lines = tuple((text, NAME, False, INK) for text in wrapped(told, ROOM, NAME, lines=3))
    return Content("more", told, told, "", lines)
