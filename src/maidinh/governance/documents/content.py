"""A document as a tree: chapters with paragraphs, lists, tables, figures and notes, before anybody sets it.

Layer 4, governance. Pure. It is built once and written by several writers, so that all of them say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

TALLEST, WIDEST = 185, 160  # mm of a figure on an upright sheet of A4, so that two headings and the caption fit too
_SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)"')
_FIGURES = re.compile(r"[\d.,]+")
SHORT = 3  # a number of at most so many digits counts or ranks something
Side = Literal["left", "center", "right"]
NoteKind = Literal["missing", "mark", "basis"]


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list, a line for each item."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Note:
    """What a reader must know: that something is missing, that a line is a sample, what a text rests on."""

    text: str
    kind: NoteKind = "basis"


@dataclass(frozen=True)
class Table:
    """A table with its caption; `widths` are shares of the line."""

    number: int
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    note: str = ""

    @property
    def sides(self) -> tuple[Side, ...]:
        """At which side of its cell each column stands: sums at the right, short numbers in the middle."""
        return tuple(_side([row[number] for row in self.rows]) for number in range(len(self.headings)))


@dataclass(frozen=True)
class Figure:
    """A drawing with its caption and, for whoever doesn't see it, the same in words."""

    number: int
    caption: str
    svg: str
    alternative: str
    code: str | None = None
    tallest: int = TALLEST
    widest: int = WIDEST

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the drawing in its own measure."""
        found = _SIZE.search(self.svg)
        return (float(found[1]), float(found[2])) if found else (1.0, 1.0)


Block = Paragraph | Bullets | Note | Table | Figure


@dataclass(frozen=True)
class Chapter:
    """A chapter with its number as it stands in the contents."""

    id: str
    number: str
    title: str
    blocks: tuple[Block, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    annex: bool = False
    new_page: bool = False
    answers: tuple[str, ...] = ()

    def all(self, level: int = 1) -> Iterator[tuple[int, Chapter]]:
        """The chapter and all below it, each with its level."""
        yield level, self
        for each in self.chapters:
            yield from each.all(level + 1)

    @property
    def heading(self) -> str:
        """Number and title."""
        return f"{self.number} {self.title}".strip()


@dataclass(frozen=True)
class OpenPoint:
    """Something that is missing: where, what, why, and by which day it is due."""

    place: str
    what: str
    why: str
    due: date | None = None
    owner: str = ""


@dataclass(frozen=True)
class Cover:
    """What stands on the first page and above every other one."""

    agency: str
    title: str
    issued_with: str
    facts: tuple[tuple[str, str], ...]
    running: str
    mark: str = ""


@dataclass(frozen=True)
class Document:
    """A whole document in one language."""

    language: str
    closing: date
    cover: Cover
    chapters: tuple[Chapter, ...]
    labels: dict[str, str] = field(default_factory=dict)
    open_points: tuple[OpenPoint, ...] = ()

    def all_chapters(self) -> Iterator[tuple[int, Chapter]]:
        """Every chapter with its level, from the first to the last."""
        for each in self.chapters:
            yield from each.all()

    def tables(self) -> Iterator[Table]:
        """Every table, in order."""
        for _, chapter in self.all_chapters():
            yield from (each for each in chapter.blocks if isinstance(each, Table))

    def figures(self) -> Iterator[Figure]:
        """Every figure, in order."""
        for _, chapter in self.all_chapters():
            yield from (each for each in chapter.blocks if isinstance(each, Figure))


def _side(cells: list[str]) -> Side:
    told = [each for each in cells if each]
    if not told or not all(_FIGURES.fullmatch(each) for each in told):
        return "left"
    return "center" if all(len(each) <= SHORT for each in told) else "right"
