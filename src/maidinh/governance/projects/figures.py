"""What projects cost and by when they end, as everyone may count it: by year, source and agency; who is late.

Layer 4, governance. Pure: it counts rows as `queries.register_rows` reads them. Money that is approved and money that
is only asked for never stand in one sum; what was refused is no money. Legal ground: Nghị định 224/2026/NĐ-CP
article 24.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from maidinh.governance.projects.rules import BUILDING, DECIDED, PUBLIC, REFUSED

Standing = Literal["approved", "asked", "refused"]
Dimension = Literal["year", "source", "agency"]
STANDINGS: tuple[Standing, ...] = ("approved", "asked", "refused")
DIMENSIONS: tuple[Dimension, ...] = ("year", "source", "agency")


@dataclass(frozen=True)
class RegisterRow:
    """One project as the register counts it."""

    code: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    owner: str
    state: str
    kind: str
    total: int
    costs: tuple[Mapping[str, Any], ...]
    schedule: tuple[Mapping[str, Any], ...]
    changed: Any
    pk: int

    @property
    def standing(self) -> Standing:
        """Whether its money is approved, only asked for, or refused."""
        return standing_of(self.state)

    @property
    def begins(self) -> date | None:
        """The first day of its schedule."""
        return min((date.fromisoformat(each["begins"]) for each in self.schedule), default=None)

    @property
    def ends(self) -> date | None:
        """The day by which it is to be finished."""
        return max((date.fromisoformat(each["ends"]) for each in self.schedule), default=None)

    def late_stages(self, today: date) -> list[Mapping[str, Any]]:
        """The stages that should have ended while it is still being built."""
        if self.state != BUILDING:
            return []
        return [each for each in self.schedule if date.fromisoformat(each["ends"]) < today]


@dataclass(frozen=True)
class Sum:
    """What one year, source or agency comes to; the number of projects behind it."""

    key: str
    approved: int
    asked: int
    projects: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.approved + self.asked


def standing_of(state: str) -> Standing:
    """Whether the money of a project in this state is approved, only asked for, or refused."""
    if state in DECIDED:
        return "approved"
    return "asked" if state in PUBLIC and state != REFUSED else "refused"


def sums_by(rows: Iterable[RegisterRow], dimension: Dimension) -> list[Sum]:
    """The costs of the projects by year (in order), by source or by agency (the largest first)."""
    money: dict[str, Counter[str]] = {}
    behind: dict[str, set[str]] = {}
    for row in rows:
        if row.standing == "refused":
            continue
        for line in row.costs:
            key = row.owner if dimension == "agency" else str(line[dimension])
            money.setdefault(key, Counter())[row.standing] += int(line["amount"])
            behind.setdefault(key, set()).add(row.code)
    found = [Sum(key, each["approved"], each["asked"], len(behind[key])) for key, each in money.items()]
    if dimension == "year":
        return sorted(found, key=lambda each: each.key)
    return sorted(found, key=lambda each: (-each.total, each.key))


def chosen(
    rows: Iterable[RegisterRow],
    *,
    state: str = "",
    agency: str = "",
    year: str = "",
    source: str = "",
    late_on: date | None = None,
) -> list[RegisterRow]:
    """The projects that are asked for; a year or source is one in which, or of which, the project has a cost."""
    return [
        row
        for row in rows
        if (not state or state in (row.state, row.standing))
        and (not agency or row.owner == agency)
        and (not (year or source) or any(_is_of(line, year, source) for line in row.costs))
        and (late_on is None or row.late_stages(late_on))
    ]


def cost_lines(rows: Iterable[RegisterRow], *, year: str = "", source: str = "") -> list[RegisterRow]:
    """The same projects with only the costs of a year or source, so that sums are of what was asked for."""
    return [
        RegisterRow(**(vars(row) | {"costs": tuple(each for each in row.costs if _is_of(each, year, source))}))
        for row in rows
    ]


def slipped(baseline: Mapping[str, Any] | None, now: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the approved revision said beside what is said now: cost to build and day of the end. None before that."""
    if baseline is None:
        return None
    ends = [_ends(each.get("schedule", ())) for each in (baseline, now)]
    return {
        "total": (int(baseline.get("total") or 0), int(now.get("total") or 0)),
        "ends": (ends[0], ends[1]),
        "days": (ends[1] - ends[0]).days if ends[0] and ends[1] else None,
    }


def _ends(schedule: Sequence[Mapping[str, Any]]) -> date | None:
    return max((date.fromisoformat(each["ends"]) for each in schedule), default=None)


def _is_of(line: Mapping[str, Any], year: str, source: str) -> bool:
    return (not year or str(line["year"]) == year) and (not source or line["source"] == source)
