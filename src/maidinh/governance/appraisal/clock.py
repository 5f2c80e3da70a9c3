"""The clock of an appraisal: the whole term, and the share of each body that has or had it, by working days.

Layer 4, governance. Pure: the moment is passed in. Counted by the same rules as the clock of a dossier
(`infrastructure/calendars/rules`). Legal ground: the terms' own, in the pack (Nghị định 224/2026/NĐ-CP article 50).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Protocol

from maidinh.governance.appraisal.definition import AppraisalPack, Term
from maidinh.governance.projects.definition import Project
from maidinh.infrastructure.calendars.definition import Budget, WorkingCalendar
from maidinh.infrastructure.calendars.rules import Pause, SupplementRule, due_with_pauses, left_after
from maidinh.infrastructure.definitions.definition import Text


class Turn(Protocol):
    """Whose turn it was: the term of the pack that ran, for which agency, from when to when."""

    @property
    def term(self) -> str: ...
    @property
    def agency(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Share:
    """A term as it runs: whose it is, how long, when it is due and what is left of it.

    `holder` is the agency whose turn it is or was, else the role in the pack. `started_at` is None where it hasn't
    begun, `due_at` also while a supplement is awaited (`stands`). `left` is None before it begins and after it ended.
    """

    term: str
    title: Text
    holder: str
    budget: Budget
    started_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None
    left: Budget | None
    late: bool
    stands: bool = False
    part_of: str | None = None


def shares(
    pack: AppraisalPack,
    project: Project,
    *,
    opened_at: datetime,
    turns: Sequence[Turn],
    pauses: Iterable[Pause],
    calendar: WorkingCalendar,
    at: datetime,
) -> list[Share]:
    """Every term that runs for the project, in the order of the pack; empty where the pack knows none.

    A term that others are shares of begins when the appraisal opens, a share with its first turn. Between two turns of
    the same term, and while a supplement is awaited, the clock stands. A whole ends with a turn of its own id, else
    with the last turn of its shares once the last of them in the pack has had its turn.
    """
    clock = _Clock(pack, project, opened_at, turns, sorted(pauses, key=lambda pause: pause.requested_at), calendar, at)
    return [clock.share(term) for term in clock.terms]


def due_of(
    pack: AppraisalPack, project: Project, term_id: str, started_at: datetime, calendar: WorkingCalendar
) -> datetime:
    """When a turn of this term that begins now ends, if nothing interrupts it. KeyError for an unknown term."""
    due = due_with_pauses(
        started_at, pack.term(term_id).budget(pack.group_of(project)), [], pack.supplement_rule, calendar
    )
    assert due is not None  # noqa: S101 - only an awaited supplement leaves it open
    return due


@dataclass(frozen=True)
class _Clock:
    pack: AppraisalPack
    project: Project
    opened_at: datetime
    turns: Sequence[Turn]
    pauses: Sequence[Pause]
    calendar: WorkingCalendar
    at: datetime

    @property
    def terms(self) -> list[Term]:
        return self.pack.terms_of(self.project)

    def share(self, term: Term) -> Share:
        own = sorted((turn for turn in self.turns if turn.term == term.id), key=lambda turn: turn.started_at)
        parts = [each for each in self.terms if each.part_of == term.id]
        budget = term.budget(self.pack.group_of(self.project))
        started = self.opened_at if parts else own[0].started_at if own else None
        ended = own[-1].ended_at if own else self._end_of(parts)
        holder = own[-1].agency if own else term.holder
        if started is None or started > self.at:
            return Share(term.id, term.title, holder, budget, None, None, None, None, late=False, part_of=term.part_of)
        stops = self._stops(started, ended, [] if parts else own)
        due = due_with_pauses(started, budget, stops, self.pack.supplement_rule, self.calendar)
        stands = due is None and ended is None
        if due is None:  # it ended while a supplement was awaited: what counts is what was due before
            due = due_with_pauses(started, budget, stops[:-1], self.pack.supplement_rule, self.calendar)
        late = not stands and due is not None and (ended or self.at) > due
        left = None if ended is not None else self._left(started, budget, stops)
        return Share(
            term.id, term.title, holder, budget, started, None if stands else due, ended, left, late, stands,
            term.part_of,
        )  # fmt: skip

    def _end_of(self, parts: Sequence[Term]) -> datetime | None:
        """When a whole ended that has no turn of its own: with the turn of the last of its shares."""
        if not parts:
            return None
        turns = [turn for turn in self.turns if turn.term in {each.id for each in parts}]
        done = any(turn.term == parts[-1].id for turn in turns)
        ends = [turn.ended_at for turn in turns]
        known = [each for each in ends if each is not None]
        return max(known) if done and known and len(known) == len(ends) else None

    def _stops(self, started: datetime, ended: datetime | None, own: Sequence[Turn]) -> list[Pause]:
        """The stretches in which this term stood, one after the other, none within another."""
        until = min(self.at, ended) if ended is not None else self.at
        gaps = [
            Pause(before.ended_at, after.started_at)
            for before, after in pairwise(own)
            if before.ended_at is not None and before.ended_at < after.started_at
        ]
        found: list[Pause] = []
        for pause in sorted([*self.pauses, *gaps], key=lambda each: each.requested_at):
            over = pause.received_at
            if pause.requested_at > until or (over is not None and over <= started):
                continue
            begins = max(pause.requested_at, started)
            ends = None if over is None or over > self.at else over
            if found and (found[-1].received_at is None or found[-1].received_at >= begins):
                last = found.pop()
                begins = last.requested_at
                ends = None if last.received_at is None or ends is None else max(ends, last.received_at)
            found.append(Pause(begins, ends))
        return found

    def _left(self, started: datetime, budget: Budget, stops: Sequence[Pause]) -> Budget:
        rule: SupplementRule = self.pack.supplement_rule
        for pause in stops:
            if rule == "pause" or pause.received_at is None:
                budget = left_after(started, pause.requested_at, budget, self.calendar)
            if pause.received_at is None:
                return budget
            started = pause.received_at
        return left_after(started, self.at, budget, self.calendar) if self.at > started else budget
