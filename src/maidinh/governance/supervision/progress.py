"""What really happened, held against the baseline: milestone by milestone, and money by year and source.

Layer 4, governance. Pure. The baseline is the approved revision, which never changes; what the project says now may.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from maidinh.governance.projects.definition import Milestone, Project
from maidinh.governance.supervision.rating import LateMilestone


@dataclass(frozen=True)
class Happened:
    """When a milestone began and ended, as it was reported last."""

    began_on: date
    ended_on: date | None = None
    note: str = ""


@dataclass(frozen=True)
class MilestoneLine:
    """A milestone of the baseline with what happened, and how many days late it is (0: in time, or not due yet)."""

    milestone: Milestone
    happened: Happened | None
    late_days: int


@dataclass(frozen=True)
class Paid:
    """Money that was paid."""

    year: int
    source: str
    kind: str
    amount: int


@dataclass(frozen=True)
class MoneyLine:
    """What a source was to give in a year, and what was paid of it."""

    year: int
    source: str
    planned: int
    paid: int


@dataclass(frozen=True)
class Progress:
    """A project held against its baseline on a day. `above` is by how much sources gave more than they were to."""

    milestones: tuple[MilestoneLine, ...]
    money: tuple[MoneyLine, ...]
    expected: int
    paid: int
    planned: int
    above: int
    changed: tuple[str, ...]

    @property
    def late(self) -> tuple[LateMilestone, ...]:
        """The milestones that are late, or were."""
        return tuple(LateMilestone(each.milestone.id, each.late_days) for each in self.milestones if each.late_days)


def against_baseline(
    baseline: Project, now: Project, happened: Mapping[str, Happened], paid: Iterable[Paid], *, on: date
) -> Progress:
    """What happened held against the approved revision; `changed` are the parts that the project says otherwise now."""
    paid = list(paid)
    planned: dict[tuple[int, str], int] = {}
    given: dict[tuple[int, str], int] = {}
    for line in baseline.costs:
        if line.kind == "build":
            planned[line.year, line.source] = planned.get((line.year, line.source), 0) + line.amount
    for each in paid:
        if each.kind == "build":
            given[each.year, each.source] = given.get((each.year, each.source), 0) + each.amount
    money = tuple(
        MoneyLine(year, source, planned.get((year, source), 0), given.get((year, source), 0))
        for year, source in sorted({*planned, *given})
    )
    by_source = {each.source: 0 for each in money}
    for each_line in money:
        by_source[each_line.source] += each_line.paid - each_line.planned
    return Progress(
        milestones=tuple(_line(each, happened.get(each.id), on) for each in baseline.schedule),
        money=money,
        expected=sum(amount * _elapsed(year, on)[0] // _elapsed(year, on)[1] for (year, _), amount in planned.items()),
        paid=sum(given.values()),
        planned=sum(planned.values()),
        above=sum(each for each in by_source.values() if each > 0),
        changed=changed_parts(baseline, now),
    )


def changed_parts(baseline: Project, now: Project) -> tuple[str, ...]:
    """In which parts a project says something else than what was approved."""
    return tuple(
        name
        for name in ("changes", "costs", "total", "schedule", "benefits", "training")
        if getattr(baseline, name) != getattr(now, name)
    )


def _line(milestone: Milestone, happened: Happened | None, on: date) -> MilestoneLine:
    ended = happened.ended_on if happened else None
    late = max(((ended or on) - milestone.ends).days, 0)
    if happened is None and not late:
        late = 0 if on <= milestone.begins else (on - milestone.begins).days
    return MilestoneLine(milestone, happened, late)


def _elapsed(year: int, on: date) -> tuple[int, int]:
    """How many days of a budget year have passed, of how many."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    whole = (last - first).days + 1
    return min(max((on - first).days, 0), whole), whole
