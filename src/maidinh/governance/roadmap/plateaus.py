"""The plateaus of the architecture along a roadmap: what is there at the end of each phase; picture and table.

Layer 4, governance. Pure. Without phases each year is a plateau. A project belongs to the first phase that ends on or
after the last day of its last year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from maidinh.governance.drawings.picture import Box, Line, Picture, Rect, Writing
from maidinh.governance.drawings.svg import write
from maidinh.governance.roadmap.definition import Portfolio, Roadmap
from maidinh.governance.roadmap.wording import day, word
from maidinh.infrastructure.lettering import width, wrapped

WIDE, GAP, EDGE, PAD = 236.0, 34.0, 12.0, 10.0
SIZE, SMALL = 14.0, 12.0
MOST = 14  # things drawn in a column; the table has all
FILL, TARGET, ADDED = "#faf6ef", "#f6ead2", "#e1eff9"
Names = Mapping[str, str] | None


@dataclass(frozen=True)
class Plateau:
    """What is there when a phase has ended; `added` are the projects completed in it, `total` all until then."""

    id: str
    title: str
    ends: date | None
    targets: tuple[str, ...] = ()
    added: tuple[tuple[str, str, str], ...] = ()  # id, title, agency
    platforms: tuple[tuple[str, str], ...] = ()  # id, name
    total: int = 0


def plateaus(portfolio: Portfolio, roadmap: Roadmap, language: str, platforms: Names = None) -> list[Plateau]:
    """What stands today, then a plateau for each phase, then what is completed after the last of them.

    `platforms` are names of what stands, by id.
    """
    stages = [(each.id, each.title.in_language(language), each.ends) for each in portfolio.phases] or [
        (str(year), word("year", language, year=year), date(year, 12, 31)) for year in sorted(portfolio.years)
    ]
    stages.sort(key=lambda stage: stage[2])
    targets = {
        phase.id: tuple(
            f"{each.title.in_language(language)}: {each.target:g}"
            + (f" {each.unit.in_language(language)}" if each.unit else "")
            for each in phase.targets
        )
        for phase in portfolio.phases
    }
    standing = tuple((each, (platforms or {}).get(each, each)) for each in portfolio.standing)
    found = [Plateau("standing", word("standing", language), None, platforms=standing)]
    waiting = sorted(
        (roadmap.starts[each.id] + max(each.duration, 1) - 1, each.id, each.title.in_language(language), each.agency)
        for each in portfolio.demands
        if each.id in roadmap.starts
    )
    total = 0
    for id_, title, ends in stages:
        done = [each for each in waiting if date(each[0], 12, 31) <= ends]
        waiting = waiting[len(done) :]
        total += len(done)
        found.append(Plateau(id_, title, ends, targets.get(id_, ()), tuple(each[1:] for each in done), (), total))
    if waiting:
        rest, total = tuple(each[1:] for each in waiting), total + len(waiting)
        found.append(Plateau("after", word("after", language), None, added=rest, total=total))
    return found


HEADINGS = ("plateau", "reached", "kind", "name", "code", "agency", "total-done")


def headings(language: str) -> tuple[str, ...]:
    """The headings of the table."""
    return tuple(word(each, language) for each in HEADINGS)


def rows(
    portfolio: Portfolio, roadmap: Roadmap, language: str, agencies: Names = None, platforms: Names = None
) -> list[tuple[str, ...]]:
    """A row for each platform that stands, each target, and each project that is completed."""
    names, found = agencies or {}, []
    for each in plateaus(portfolio, roadmap, language, platforms):
        start = (each.title, day(each.ends, language) if each.ends else "")
        inside = [(word("platform", language), name, code, "") for code, name in each.platforms]
        inside += [(word("target", language), text, "", "") for text in each.targets]
        inside += [(word("added", language), title, id_, names.get(who, who)) for id_, title, who in each.added]
        found += [(*start, *row, str(each.total)) for row in inside or [("", "", "", "")]]
    return found


def draw_plateaus(portfolio: Portfolio, roadmap: Roadmap, language: str, platforms: Names = None) -> str:
    """The picture as SVG."""
    return write(plateaus_picture(portfolio, roadmap, language, platforms), link=lambda box: None, key="plateaus")


def plateaus_picture(portfolio: Portfolio, roadmap: Roadmap, language: str, platforms: Names = None) -> Picture:
    """The picture as data: a column for each plateau, the earliest at the left."""
    found = plateaus(portfolio, roadmap, language, platforms)
    wide = 2 * EDGE + len(found) * WIDE + (len(found) - 1) * GAP
    writings, at = [], EDGE
    for text in wrapped(portfolio.title.in_language(language), wide - 2 * EDGE, 16, bold=True, lines=2):
        at += 20
        writings.append(Writing(text, EDGE, at, 16, width(text, 16, bold=True), bold=True))
    top, columns, heights = at + 14, [], []
    for number, each in enumerate(found):
        column, bottom = _column(each, EDGE + number * (WIDE + GAP), top, language)
        columns.append(column)
        heights.append(bottom)
    bottom = max(heights)
    boxes = [
        Box(f"plateau-{each.id}", "plateau", Rect(EDGE + n * (WIDE + GAP), top, WIDE, bottom - top),
            _told(each, language), fill=FILL, line="#8a7650")
        for n, each in enumerate(found)
    ]  # fmt: skip
    lines = tuple(
        Line(f"then-{n}", "then", ((x, top + 30), (x + GAP - 4, top + 30)), "→", head="full", width=1.8)
        for n in range(1, len(found))
        for x in (EDGE + n * (WIDE + GAP) - GAP + 2,)
    )
    boxes += [box for column in columns for box in column]
    return Picture(
        id="plateaus", title=f"{word('plateaus', language)}: {portfolio.title.in_language(language)}",
        description=word("plateaus-says", language, count=len(found)), language=language, width=wide,
        height=bottom + EDGE, boxes=tuple(boxes), lines=lines, writings=tuple(writings),
    )  # fmt: skip


def _told(each: Plateau, language: str) -> str:
    """What a column says as a whole."""
    told = [each.title]
    if each.ends:
        told.append(word("until", language, day=day(each.ends, language)))
    if each.id != "standing":
        told.append(word("done", language, count=len(each.added), total=each.total))
    if each.targets:
        told.append(word("targets", language, count=len(each.targets)))
    return "; ".join(told)


def _column(each: Plateau, x: float, top: float, language: str) -> tuple[list[Box], float]:
    """The boxes within a column, and where it ends."""
    head = [(text, SIZE, True) for text in wrapped(each.title, WIDE - 2 * PAD, SIZE, bold=True, lines=3)]
    parts = [word("until", language, day=day(each.ends, language))] if each.ends else []
    if each.id != "standing":
        parts.append(word("done", language, count=len(each.added), total=each.total))
    head += [(text, SMALL, False) for part in parts for text in wrapped(part, WIDE - 2 * PAD, SMALL, lines=2)]
    writings, y = [], top + 8
    for text, size, bold in head:
        y += size + 5
        writings.append(Writing(text, x + PAD, y, size, width(text, size, bold=bold), bold))
    boxes = [
        Box(f"head-{each.id}", "note", Rect(x, top, WIDE, y + 10 - top), each.title, fill=FILL, line="#8a7650",
            writings=tuple(writings))
    ]  # fmt: skip
    y += 18
    things = [("target", text, TARGET) for text in each.targets]
    things += [("platform", name, ADDED) for _, name in each.platforms]
    things += [("added", title, ADDED) for _, title, _ in each.added]
    for number, (kind, text, fill) in enumerate(things[:MOST]):
        lines = wrapped(text, WIDE - 4 * PAD, SMALL, lines=3)
        high = len(lines) * 16 + 10
        told = f"{word(kind, language)}: {text}"
        inside = tuple(
            Writing(line, x + 2 * PAD, y + 17 + n * 16, SMALL, width(line, SMALL)) for n, line in enumerate(lines)
        )
        rect = Rect(x + PAD, y, WIDE - 2 * PAD, high)
        boxes.append(Box(f"in-{each.id}-{number}", "thing", rect, told, fill=fill, dashed=kind == "target",
                         writings=inside))  # fmt: skip
        y += high + 6
    if len(things) > MOST:
        text = word("and-more", language, count=len(things) - MOST)
        rect, line = Rect(x + PAD, y, WIDE - 2 * PAD, 26), Writing(text, x + 2 * PAD, y + 17, SMALL, width(text, SMALL))
        boxes.append(Box(f"more-{each.id}", "more", rect, text, fill=FILL, writings=(line,)))
        y += 32
    return boxes, y + 6
