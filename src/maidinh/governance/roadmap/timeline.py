"""The roadmap as a picture of years (Gantt): each project a bar, by owner; and the table that says the same.

Layer 4, governance. Pure. Nothing rests on colour: a bar says its years and money, a deadline is a thick mark that the
legend explains, and each bar is read aloud with all that its row of the table says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby

from maidinh.governance.drawings.looks import GREY, RED
from maidinh.governance.drawings.picture import Band, Box, Key, Line, Picture, Rect, Writing
from maidinh.governance.drawings.svg import write
from maidinh.governance.roadmap.definition import Demand, Phase, Portfolio, Roadmap
from maidinh.governance.roadmap.wording import dong, short_dong, span, word
from maidinh.infrastructure.lettering import shortened, width, wrapped

DRAWN = 150  # bars; a longer picture can't be read, the table has all
LABEL, YEAR, ROW, HEAD, TITLE, EDGE = 290.0, 132.0, 46.0, 34.0, 28.0, 12.0
SIZE, SMALL = 13.0, 12.0
FILL, PHASE, EDGE_OF_BAR = "#e1eff9", "#f6ead2", "#1a5276"
Href = Callable[[str], str | None]


@dataclass(frozen=True)
class TimelineRow:
    """What the table says of one project of the roadmap."""

    id: str
    title: str
    agency: str
    agency_name: str
    first: int
    last: int
    build: int
    run: int
    deadline: int | None
    mandate: str
    needs: tuple[str, ...]
    why: str
    late: bool

    def cells(self, language: str) -> tuple[str, ...]:
        """The row as texts, as the page and the file show it."""
        due = "" if self.deadline is None else str(self.deadline)
        if self.late:
            due = f"{due} ({word('late', language)})"
        return (
            self.title, self.id, self.agency_name, str(self.first), str(self.last), dong(self.build, language),
            dong(self.run, language), due, self.mandate, ", ".join(self.needs), self.why,
        )  # fmt: skip


HEADINGS = ("project", "code", "agency", "first", "last", "build", "run", "deadline", "mandate", "needs", "why")


def headings(language: str) -> tuple[str, ...]:
    """The headings of the table."""
    return tuple(word(each, language) for each in HEADINGS)


def rows(
    portfolio: Portfolio, roadmap: Roadmap, language: str, agencies: Mapping[str, str] | None = None
) -> list[TimelineRow]:
    """The projects that have a place, by the name of their owner, the first to begin first."""
    names = agencies or {}
    found = [
        _row(each, roadmap.starts[each.id], language, names) for each in portfolio.demands if each.id in roadmap.starts
    ]
    return sorted(found, key=lambda row: (row.agency_name.casefold(), row.agency, row.first, row.last, row.id))


def _row(demand: Demand, first: int, language: str, names: Mapping[str, str]) -> TimelineRow:
    last = first + max(demand.duration, 1) - 1
    running: dict[int, int] = {}
    for each in demand.spend:
        if each.kind == "run":
            running[each.after] = running.get(each.after, 0) + each.amount
    reason = "committed" if demand.committed is not None else "pinned" if demand.pinned is not None else "computed"
    mandate = ""
    if demand.mandate is not None:
        mandate = demand.mandate.text + ("" if demand.mandate.checked else word("unchecked", language))
    return TimelineRow(
        id=demand.id, title=demand.title.in_language(language), agency=demand.agency,
        agency_name=names.get(demand.agency, demand.agency), first=first, last=last,
        build=sum(each.amount for each in demand.spend if each.kind == "build"),
        run=max(running.values(), default=0), deadline=demand.deadline, mandate=mandate, needs=tuple(demand.needs),
        why=word(reason, language), late=demand.deadline is not None and last > demand.deadline,
    )  # fmt: skip


def draw_timeline(
    portfolio: Portfolio,
    roadmap: Roadmap,
    language: str,
    agencies: Mapping[str, str] | None = None,
    *,
    href: Href | None = None,
) -> str:
    """The picture as SVG; `href` says where a project's bar leads, if anywhere."""
    picture = timeline_picture(portfolio, roadmap, language, agencies)
    return write(picture, link=lambda box: href(box.element) if href and box.element else None, key="timeline")


def timeline_picture(
    portfolio: Portfolio, roadmap: Roadmap, language: str, agencies: Mapping[str, str] | None = None
) -> Picture:
    """The picture as data."""
    return _Drawing(portfolio, rows(portfolio, roadmap, language, agencies), language).picture()


class _Drawing:
    def __init__(self, portfolio: Portfolio, found: list[TimelineRow], language: str) -> None:
        self.portfolio, self.language = portfolio, language
        self.all, self.rows = found, found[:DRAWN]
        years = {*portfolio.years, *(year for row in self.rows for year in (row.first, row.last))}
        self.first, self.last = (min(years), max(years)) if years else (0, -1)
        self.wide = LABEL + (self.last - self.first + 1) * YEAR + 2 * EDGE
        self.boxes: list[Box] = []
        self.bands: list[Band] = []
        self.lines: list[Line] = []
        self.writings: list[Writing] = []
        self.bars: dict[str, Rect] = {}

    def picture(self) -> Picture:
        language = self.language
        at = EDGE
        for line in wrapped(self.portfolio.title.in_language(language), self.wide - 2 * EDGE, 16, bold=True, lines=2):
            at += 20
            self._write(line, EDGE, at, 16, bold=True)
        at = self._legend(at + 8)
        top = at
        at = self._years(at)
        if self.portfolio.phases:
            at = self._phases(at)
        for _, group in groupby(self.rows, key=lambda row: row.agency):
            at = self._agency(list(group), at)
        self._grid(top + HEAD - 4, at)
        self._needs()
        says = word(
            "timeline-says", language, count=len(self.all), first=self.first, last=self.last
        ) if self.all else word("nothing", language)  # fmt: skip
        notes = ()
        if len(self.all) > len(self.rows):
            notes = (word("more", language, drawn=len(self.rows), left=len(self.all) - len(self.rows)),)
        return Picture(
            id="timeline", title=f"{word('timeline', language)}: {self.portfolio.title.in_language(language)}",
            description=" ".join((says, *notes)), language=language, width=self.wide, height=at + EDGE,
            bands=tuple(self.bands), boxes=tuple(self.boxes), lines=tuple(self.lines), writings=tuple(self.writings),
            notes=notes, legend=tuple(self.keys),
        )  # fmt: skip

    def _legend(self, at: float) -> float:
        """What marks and arrows mean, each in a line of its own: the picture may be narrow."""
        made = []
        for name, mark in (("legend-deadline", True), ("legend-needs", False)):
            at += 20
            text = word(name, self.language)
            writing = Writing(text, EDGE + 40, at, SMALL, width(text, SMALL))
            points = ((EDGE + 14, at - 12), (EDGE + 14, at + 3)) if mark else ((EDGE, at - 4), (EDGE + 30, at - 4))
            line = Line(name, name, points, text, colour=RED if mark else GREY, width=4 if mark else 1.3,
                        head="" if mark else "full")  # fmt: skip
            made.append(Key(writing, line))
        self.keys = made
        return at + 10

    def _x(self, year: float) -> float:
        return EDGE + LABEL + (year - self.first) * YEAR

    def _write(self, text: str, x: float, y: float, size: float, *, bold: bool = False) -> None:
        self.writings.append(Writing(text, x, y, size, width(text, size, bold=bold), bold))

    def _years(self, at: float) -> float:
        for year in range(self.first, self.last + 1):
            text = str(year)
            self._write(text, self._x(year) + (YEAR - width(text, 14, bold=True)) / 2, at + 20, 14, bold=True)
        return at + HEAD

    def _phases(self, at: float) -> float:
        """Each phase a row of its own, from day to day, as far as the years go."""
        phases = [each for each in self.portfolio.phases if each.ends.year >= self.first]
        phases = [each for each in phases if each.begins.year <= self.last]
        high = TITLE + len(phases) * 34 + 6
        self._band("phases", word("phases", self.language), at, high)
        for number, phase in enumerate(phases):
            y = at + TITLE + number * 34
            left = max(self._x(_share(phase.begins.year, phase.begins.timetuple().tm_yday - 1)), self._x(self.first))
            right = min(self._x(_share(phase.ends.year, phase.ends.timetuple().tm_yday)), self._x(self.last + 1))
            self._phase(phase, Rect(left + 2, y, max(right - left - 4, 6), 28), y)
        return at + high + 6

    def _phase(self, phase: Phase, rect: Rect, y: float) -> None:
        language, title = self.language, phase.title.in_language(self.language)
        days = f"{phase.begins:%d/%m/%Y} – {phase.ends:%d/%m/%Y}"
        told = f"{word('phases', language)}: {title}, {days}"
        label = tuple(
            Writing(line, EDGE + 8, y + 13 + n * 14, SMALL, width(line, SMALL))
            for n, line in enumerate(wrapped(title, LABEL - 20, SMALL, lines=2))
        )
        if width(days, SMALL) > rect.width - 10:
            days = f"{phase.begins:%m/%Y}–{phase.ends:%m/%Y}"
        inside = shortened(days, rect.width - 10, SMALL)
        label += (Writing(inside, rect.x + 5, y + 18, SMALL, width(inside, SMALL)),)
        self.boxes.append(
            Box(f"phase-{phase.id}", "phase", rect, told, fill=PHASE, line="#8a6d1f", writings=label)
        )  # fmt: skip

    def _band(self, id_: str, title: str, at: float, high: float) -> None:
        said = shortened(title, self.wide - 2 * EDGE - 16, SIZE, bold=True)
        writing = Writing(said, EDGE + 8, at + 18, SIZE, width(said, SIZE, bold=True), bold=True)
        self.bands.append(Band(id_, title, Rect(EDGE, at, self.wide - 2 * EDGE, high), (writing,)))

    def _agency(self, group: list[TimelineRow], at: float) -> float:
        high = TITLE + len(group) * ROW + 4
        self._band(f"agency-{group[0].agency}", group[0].agency_name, at, high)
        for number, row in enumerate(group):
            self._bar(row, at + TITLE + number * ROW)
        return at + high + 6

    def _bar(self, row: TimelineRow, y: float) -> None:
        language = self.language
        rect = Rect(self._x(row.first) + 5, y + 5, (row.last - row.first + 1) * YEAR - 10, ROW - 14)
        told = [row.title, word("builds", language, span=span(row.first, row.last)), short_dong(row.build, language)]
        if row.deadline is not None:
            told.append(f"{word('deadline', language)}: {row.deadline}")
        if row.late:
            told.append(word("late", language))
        lines = wrapped(row.title, LABEL - 22, SMALL, lines=2)
        first = y + ROW / 2 + 3 - (len(lines) - 1) * 8
        writings = [Writing(text, EDGE + 8, first + n * 16, SMALL, width(text, SMALL)) for n, text in enumerate(lines)]
        inside = span(row.first, row.last)
        for more in (word("late", language) if row.late else "", short_dong(row.build, language)):
            longer = f"{inside} · {more}"
            inside = longer if more and width(longer, SMALL) <= rect.width - 16 else inside
        writings.append(Writing(inside, rect.x + 8, y + ROW / 2 + 2, SMALL, width(inside, SMALL)))
        told.insert(0, " ".join((*lines, inside)))  # as it is seen, for who speaks to the page
        self.boxes.append(
            Box(f"project-{row.id}", "project", rect, "; ".join(told), element=row.id, outline="round", fill=FILL,
                line=RED if row.late else EDGE_OF_BAR, line_width=2.0 if row.late else 1.2,
                writings=tuple(writings))
        )  # fmt: skip
        self.bars[row.id] = rect
        if row.deadline is not None and self.first <= row.deadline <= self.last:
            x = self._x(row.deadline + 1)
            said = f"{word('deadline', language)}: {row.deadline}"
            self.lines.append(
                Line(f"due-{row.id}", "deadline", ((x, y + 3), (x, y + ROW - 7)), said, colour=RED, width=4)
            )

    def _grid(self, top: float, bottom: float) -> None:
        grid = [
            Line(f"year-{year}", "year", ((self._x(year), top), (self._x(year), bottom - 6)), str(year),
                 colour="#8a7650", width=0.8, dash="2 4")
            for year in range(self.first, self.last + 2)
        ]  # fmt: skip
        self.lines = grid + self.lines

    def _needs(self) -> None:
        """From the end of what must come first down or up to the beginning of what waits for it."""
        for row in self.rows:
            for need in row.needs:
                if need not in self.bars:
                    continue
                one, other = self.bars[need], self.bars[row.id]
                below = one.y < other.y
                x, y = one.right - 9, (one.bottom if below else one.y)
                end = max(other.x, x + 10)
                points = ((x, y), (x, other.middle[1]), (end, other.middle[1]))
                self.lines.append(
                    Line(f"need-{need}-{row.id}", "needs", points, f"{need} → {row.id}", head="full", colour=GREY)
                )


def _share(year: int, days: int) -> float:
    """A place within a year, by the days that have passed of it."""
    return year + min(days / 365, 1.0)
