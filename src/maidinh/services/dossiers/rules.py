"""What may happen to a dossier, and when it is due: pure decisions, time passed in.

Layer 4. The time limit is a budget and a ledger of suspensions; the due moment is derived from them, never stored
as a truth of its own. What a supplement does to the clock is a parameter of the rule pack (`dossier.supplement`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast
from zoneinfo import ZoneInfo

from maidinh.infrastructure.calendars.definition import Budget, WorkingCalendar
from maidinh.infrastructure.calendars.rules import is_working_day
from maidinh.infrastructure.definitions.definition import LegalBasis
from maidinh.infrastructure.definitions.rule_packs import RulePack
from maidinh.services.clock.ledger import GOES_ON, STOPS, Entry, Ledger, counted_under, grounds_of
from maidinh.services.clock.reckoning import reckon
from maidinh.services.decisions.conditions import literal
from maidinh.services.decisions.rules import Contradiction
from maidinh.services.procedures.definition import SUPPLEMENT, Case, Fact, Outcome, Procedure, Step
from maidinh.services.procedures.rules import limit_of
from maidinh.services.processes.tokens import Advance, Network

if TYPE_CHECKING:
    from maidinh.services.clock.ledger import Kind

SupplementRule = Literal["pause", "restart"]
WAYS_OF_RETURN = ("counter", "post", "online")
ENDS: dict[str, int] = {"refused": 3, "stopped": 8, "returned": 10}
MOVED = "moved"  # the line of its history that says that it moved to another version of its procedure
CHANNEL_NAMES = {1: "in_person", 2: "online", 3: "post"}


@dataclass(frozen=True)
class Suspension:
    """The clock stood still, for a supplement or for a step that isn't counted; `until` is None while it stands."""

    since: datetime
    until: datetime | None
    for_step: bool = False


class ClockLine(Protocol):
    """A line of a dossier's clock as the database keeps it."""

    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def reason(self) -> str: ...
    @property
    def amount(self) -> int | None: ...
    @property
    def unit(self) -> str: ...
    @property
    def old_due(self) -> datetime | None: ...


@dataclass(frozen=True)
class Found:
    """Something missing or wrong, at a paper or a field of the form, or with the dossier as a whole."""

    kind: Literal["paper", "field", "whole"]
    target: str
    text: str


class NoSuchOutcome(ValueError):
    """The step cannot end like this."""


def case_of(procedure: Procedure, case: str) -> Case:
    """The case of the procedure; ValueError when it has none of that id."""
    for candidate in procedure.cases:
        if candidate.id == case:
            return candidate
    raise ValueError(f"procedure {procedure.code} has no case {case}")


def step_of(procedure: Procedure, step: str) -> Step:
    """The step of the procedure; ValueError when it has none of that id."""
    for candidate in procedure.steps:
        if candidate.id == step:
            return candidate
    raise ValueError(f"procedure {procedure.code} has no step {step}")


def outcome_of(step: Step, outcome: str) -> Outcome:
    """The outcome of the step; NoSuchOutcome names those it has."""
    for candidate in step.outcomes:
        if candidate.id == outcome:
            return candidate
    raise NoSuchOutcome(f"step {step.id} has no outcome {outcome}; it has {', '.join(o.id for o in step.outcomes)}")


def agency_of(step: Step, receiving: str, responsible: str) -> str:
    """The agency that does the step."""
    return {"receiving": receiving, "responsible": responsible}.get(step.agency, step.agency)


def agencies_of(procedure: Procedure, receiving: str) -> list[str]:
    """Every agency that takes part from the first day: the receiving, the responsible, and that of the first step.

    Others join when a step of theirs opens.
    """
    first = agency_of(procedure.steps[0], receiving, procedure.responsible)
    return sorted({receiving, procedure.responsible, first})


def status_at(network: Network, step: Step, advance: Advance, unpaid: bool, before: int) -> int:
    """The national status of a dossier whose step was closed so (code list of the national portal).

    A supplement that another branch waits for stays what the applicant sees.
    """
    if advance.supplement:
        return 5
    if advance.position.end:
        return ENDS[advance.position.end]
    ahead = [network.steps[name] for name in advance.position.open]
    if before == 5:
        return 5
    if unpaid and ahead and all(each.requires_fee for each in ahead):
        return 6
    if ahead and all(each.kind == "handover" for each in ahead):
        return 9
    return 2 if step.kind == "intake" else 4


def may_issue(step: Step, outcome: Outcome) -> bool:
    """Whether the outcome of a signature step is the signed result, and not a way back (with a reason) or out."""
    ways_out = {("refused",), ("stopped",), (SUPPLEMENT,)}
    return step.kind == "signature" and not outcome.reason and not set(outcome.targets()) <= ways_out


def asks_supplement(outcome: Outcome) -> bool:
    """Whether the outcome always asks the applicant for a supplement."""
    return set(outcome.targets()) == {(SUPPLEMENT,)}


def unknown_places(procedure: Procedure, found: Iterable[Found]) -> list[str]:
    """The papers and fields of a request for a supplement that the procedure doesn't have."""
    known = {
        "paper": {paper.id for paper in procedure.papers},
        "field": {field.id for page in procedure.pages for field in page.fields},
        "whole": {""},
    }
    return sorted(each.target for each in found if each.target not in known[each.kind])


def request_in_words(procedure: Procedure, found: Iterable[Found]) -> str:
    """A request for a supplement as the applicant reads it, a line for each thing."""
    names = {("paper", paper.id): paper.name.vi for paper in procedure.papers}
    names |= {("field", field.id): field.label.vi for page in procedure.pages for field in page.fields}
    lines = [(names.get((each.kind, each.target), ""), " ".join(each.text.split())) for each in found]
    return "\n".join(f"{name}: {text}" if name else text for name, text in lines)


def fact_faults(step: Step, facts: Mapping[str, Any]) -> list[str]:
    """The facts of a step that are missing, unknown or of the wrong kind."""
    known = {fact.id: fact for fact in step.facts}
    faults = {name for name in facts if name not in known}
    for name, fact in known.items():
        value = facts.get(name)
        if value is None:
            faults |= {name} if fact.required else set()
        elif not _fits(fact, value):
            faults.add(name)
    return sorted(faults)


def _fits(fact: Fact, value: Any) -> bool:
    match fact.kind:
        case "yes_no":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "choice":
            return value in fact.options
        case "date":
            return isinstance(literal(value), date)
        case "text":
            return isinstance(value, str)


def due_at(
    limit: Budget,
    accepted: datetime,
    suspensions: Iterable[Suspension],
    calendar: WorkingCalendar,
    rule: SupplementRule,
    cutoff: bool,
) -> datetime:
    """When the dossier is due, in the calendar's zone. A suspension still open does not move it yet."""
    return reckon(Ledger(accepted, limit, calendar, rule, cutoff, entries_of(suspensions))).last_due


def entries_of(suspensions: Iterable[Suspension]) -> tuple[Entry, ...]:
    """Suspensions as lines of the clock's ledger."""
    entries = []
    for each in suspensions:
        entries.append(Entry(each.since, "suspended" if each.for_step else "supplement_asked"))
        if each.until is not None:
            entries.append(Entry(each.until, "resumed" if each.for_step else "supplement_received"))
    return tuple(entries)


def entries_kept(lines: Iterable[ClockLine], calendar: WorkingCalendar) -> tuple[Entry, ...]:
    """The lines that the database keeps of a dossier's clock; the whole term is counted by `calendar`.

    A reason is told where it is the law's or the calendar's; what an official wrote to the applicant stays with them.
    """
    return tuple(
        Entry(
            line.at,
            cast("Kind", line.kind),
            line.reason if line.kind in ("calendar_changed", "limit_changed") else "",
            budget=Budget.model_validate({"amount": line.amount, "unit": line.unit}) if line.unit else None,
            calendar=calendar if line.kind == "calendar_changed" else None,
            ended=line.old_due,
        )
        for line in lines
    )


def stretches_of(lines: Iterable[ClockLine]) -> list[Suspension]:
    """When the clock stood, the oldest first; the last may be open."""
    found: list[Suspension] = []
    for line in lines:
        if line.kind in STOPS:
            found.append(Suspension(line.at, None, line.kind == "suspended"))
        elif line.kind in GOES_ON and found:
            found[-1] = replace(found[-1], until=line.at)
    return found


def limit_now(
    procedure: Procedure, case: str, limit: Mapping[str, Any] | None, facts: Mapping[str, Any], *, accepted: bool
) -> Budget:
    """A dossier's time limit: as decided at its acceptance; before it, what would be decided with these facts."""
    stated = case_of(procedure, case)
    if limit:
        return Budget.model_validate(limit)
    try:
        return stated.time_limit.budget if accepted else limit_of(procedure, stated, facts)
    except Contradiction:
        return stated.time_limit.budget


def ledger_of(
    *,
    procedure: Procedure,
    case: str,
    submitted: datetime,
    accepted: datetime | None,
    limit: Budget,
    lines: Iterable[ClockLine],
    calendar: WorkingCalendar,
    pack: RulePack,
) -> Ledger:
    """The ledger of a dossier's clock, with the articles that it rests on. Before acceptance: what was promised."""
    counted_by = counted_under(calendar, pack)
    stated = case_of(procedure, case).time_limit
    reference = stated.reference
    return Ledger(
        start=accepted or submitted,
        budget=limit,
        calendar=counted_by,
        rule="restart" if pack.value("dossier.supplement-rule") == "restart" else "pause",
        cutoff=stated.cutoff,
        entries=entries_kept(lines, counted_by) if accepted else (),
        article=LegalBasis(text=reference.text, checked=reference.checked and stated.official) if reference else None,
        grounds=grounds_of(pack),
    )


def last_day_to_extend(due: datetime, ahead: Budget, calendar: WorkingCalendar) -> date:
    """The last day on which the date may still be moved: so long before the dossier is due."""
    day = due.astimezone(ZoneInfo(calendar.timezone)).date()
    if ahead.unit == "calendar_day":
        return day - timedelta(days=ahead.amount)
    if ahead.unit != "working_day":
        raise ValueError(f"an apology is due some days before the end, not {ahead.unit}")
    left = ahead.amount
    while left:
        day -= timedelta(days=1)
        left -= is_working_day(day, calendar)
    return day


def dossier_code(agency: str, day: date, serial: int) -> str:
    """The dossier's code: agency, day of submission, serial number (the form seen in 2026; TT 03/2025 unread)."""
    return f"{agency}-{day:%Y%m%d}-{serial:07d}"


def answers_digest(answers: Mapping[str, Any]) -> str:
    """What a receipt says of the answers: whoever has both can tell whether these are those that were handed in."""
    told = json.dumps(answers, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def tracking_digest(code: str, secret: str) -> str:
    """What the database keeps of a tracking code and its secret; both are needed to see the dossier."""
    normal = f"{code.strip().upper()}:{secret.strip().upper().replace('-', '').replace(' ', '')}"
    return hashlib.sha256(normal.encode()).hexdigest()
