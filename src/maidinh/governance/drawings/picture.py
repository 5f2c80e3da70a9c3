"""A drawing as data: bands, boxes and lines with their places and texts, and what of the model it leaves to the table.

Layer 4, governance. Pure. Made by a layout or from somebody's own geometry; one writer turns it into SVG.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle, in pixels from the upper left corner of the drawing."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> Spot:
        return self.x + self.width / 2, self.y + self.height / 2

    def holds(self, other: Rect) -> bool:
        """Whether the other lies wholly within."""
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom

    def meets(self, other: Rect) -> bool:
        """Whether they have more than an edge in common."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


@dataclass(frozen=True, slots=True)
class Writing:
    """A line of text. `width` is measured; `x` is its left edge, `y` its base line."""

    text: str
    x: float
    y: float
    size: float
    width: float
    bold: bool = False
    colour: str = "#0b0c0c"

    @property
    def rect(self) -> Rect:
        """The room it takes, with the marks above and below the letters."""
        return Rect(self.x, self.y - self.size * 0.98, self.width, self.size * 1.22)


@dataclass(frozen=True, slots=True)
class Box:
    """A box: an element, a frame around others, a note, a door to another view, or what stands for those left out."""

    id: str
    role: str  # element, frame, note, view, more, junction
    rect: Rect
    label: str  # everything it says, for who cannot see it
    kind: str = ""
    element: str | None = None
    view: str | None = None
    parent: str | None = None
    band: str | None = None
    outline: str = "plain"
    fill: str = "#ffffff"
    line: str = "#484f54"
    line_width: float = 1.2
    dashed: bool = False
    icon: str = ""
    ink: str = "#0b0c0c"
    writings: tuple[Writing, ...] = ()


@dataclass(frozen=True, slots=True)
class Band:
    """A band across the drawing, with what it is called at its left."""

    id: str
    title: str
    rect: Rect
    writings: tuple[Writing, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line between two boxes or lines; `label` is what stands on it."""

    id: str
    kind: str
    points: tuple[Spot, ...]
    tells: str
    relation: str | None = None
    dash: str = ""
    tail: str = ""
    head: str = ""
    colour: str = "#484f54"
    width: float = 1.3
    verdict: str = ""
    label: tuple[Writing, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """A line of the legend: how a line looks and what it means."""

    text: Writing
    line: Line


@dataclass(frozen=True, slots=True)
class BoxRow:
    """What the table says of a thing of the drawing. `why` says why it isn't drawn."""

    element: str
    name: str
    kind: str
    place: str
    owner: str
    state: str
    drawn: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class LineRow:
    """What the table says of a relation of the drawing."""

    relation: str
    source: str
    source_name: str
    verb: str
    target: str
    target_name: str
    name: str
    drawn: bool
    why: str = ""


@dataclass(frozen=True)
class Picture:
    """The whole drawing, and the table that says the same."""

    id: str
    title: str
    description: str
    language: str
    width: float
    height: float
    bands: tuple[Band, ...] = ()
    boxes: tuple[Box, ...] = ()
    lines: tuple[Line, ...] = ()
    writings: tuple[Writing, ...] = ()
    legend: tuple[Key, ...] = ()
    box_rows: tuple[BoxRow, ...] = ()
    line_rows: tuple[LineRow, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def left_out(self) -> tuple[int, int]:
        """How many things and relations only the table names."""
        return sum(not each.drawn for each in self.box_rows), sum(not each.drawn for each in self.line_rows)
