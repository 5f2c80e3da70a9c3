"""A scenario run through its procedure: what is expected and doesn't come about. Pure: no database, no clock.

Layer 4. Everything is decided by the rules that real dossiers follow (processes, dossiers, procedures); here only the
rows of a dossier are replaced by a value. What is wrong is told with its place in the scenario's file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from maidinh.infrastructure.calendars.definition import Budget, WorkingCalendar
from maidinh.infrastructure.calendars.rules import due
from maidinh.infrastructure.definitions.rule_packs import RulePack
from maidinh.services.clock.ledger import counted_under
from maidinh.services.decisions.conditions import condition_holds
from maidinh.services.decisions.rules import Undecided
from maidinh.services.dossiers.rules import (
    NoSuchOutcome,
    SupplementRule,
    Suspension,
    case_of,
    due_at,
    fact_faults,
    outcome_of,
    status_at,
)
from maidinh.services.procedures.definition import AUTOMATIC, Case, Outcome, Procedure, Step, validator_of
from maidinh.services.procedures.rules import facts_of, fee_of, limit_of, papers_for
from maidinh.services.processes.tokens import Advance, Position, abandon, advance, network_of, start_of
from maidinh.services.scenarios.definition import Event, Expected, Refusal, Scenario

Place = tuple[str | int, ...]
Misfit = tuple[Place, str]
FILED, SUPPLEMENTED, PAYMENT_DUE, WITHDRAWAL = 1, 5, 6, 7


@dataclass(frozen=True)
class Terms:
    """What the law of the day sets for a dossier: the calendar, and what a supplement does and how often."""

    calendar: WorkingCalendar
    rule: SupplementRule
    supplements: int

    @classmethod
    def of(cls, pack: RulePack, calendar: WorkingCalendar) -> Terms:
        """The terms that a rule pack sets."""
        restarts = pack.value("dossier.supplement-rule") == "restart"
        calendar = counted_under(calendar, pack)
        return cls(calendar, "restart" if restarts else "pause", int(pack.value("dossier.supplements-allowed")))


class Refused(Exception):
    """The event can't happen now; `kind` says why."""

    def __init__(self, kind: Refusal, told: str = "") -> None:
        self.kind, self.told = kind, told
        super().__init__(f"{kind}{': ' if told else ''}{told}")


@dataclass(frozen=True)
class Trial:
    """A dossier as its scenario tells it, after some event."""

    procedure: Procedure
    case: Case
    channel: str
    answers: Mapping[str, Any]
    position: Position
    opened: Mapping[str, datetime]
    papers: frozenset[str] = frozenset()
    found: Mapping[str, Any] | None = None
    status: int = FILED
    limit: Budget | None = None
    accepted: datetime | None = None
    suspensions: tuple[Suspension, ...] = ()
    due: datetime | None = None
    fee: int | None = None
    paid: bool = False
    supplements: int = 0
    asked: str = ""  # the step that waits for a supplement: still open, so that no join passes it over

    @property
    def facts(self) -> dict[str, Any]:
        """What conditions and tables see."""
        return facts_of(self.answers, self.case.id, self.channel, self.found or {})

    @property
    def open(self) -> list[str]:
        """The steps that somebody can do now."""
        return sorted(self.position.open - {self.asked})

    @property
    def standing(self) -> bool:
        """Whether the clock stands still."""
        return bool(self.suspensions) and self.suspensions[-1].until is None

    @property
    def unpaid(self) -> bool:
        """Whether a fee is charged and not paid."""
        return bool(self.fee) and not self.paid


def misfits(scenario: Scenario, procedure: Procedure, terms: Terms) -> Iterator[Misfit]:
    """Where the scenario's answers don't fit the form, and where what comes about isn't what it expects."""
    yield from _answer_faults(scenario, procedure)
    try:
        trial = file(scenario, procedure, terms)
    except ValueError as error:
        yield ("case",), str(error)
        return
    except Refused as refused:
        if scenario.expect.refused != refused.kind:
            yield ("papers",), f"refused with {refused}"
        return
    yield from _differing(trial, scenario.expect, ("expect",), terms)
    for number, event in enumerate(scenario.events):
        at: Place = ("events", number)
        wanted = event.expect.refused
        try:
            trial = happen(trial, event, terms)
        except Refused as refused:
            if wanted is None:
                yield at, f"refused with {refused}"
                return
            if wanted != refused.kind:
                yield (*at, "expect", "refused"), f"expected {wanted}, came {refused}"
        else:
            if wanted is not None:
                yield (*at, "expect", "refused"), f"expected {wanted}, but nothing was refused"
        yield from _differing(trial, event.expect, (*at, "expect"), terms)


def file(scenario: Scenario, procedure: Procedure, terms: Terms) -> Trial:
    """The dossier as it is filed. Raises ValueError for a case there isn't, Refused where a paper is missing."""
    start = start_of(procedure)
    filed = _local(scenario.filed, terms)
    trial = Trial(
        procedure=procedure,
        case=case_of(procedure, scenario.case),
        channel=scenario.channel,
        answers=scenario.answers,
        position=start.position,
        opened=dict.fromkeys(start.opened, filed),
        papers=frozenset(scenario.papers),
    )
    missing = [p.id for p in papers_for(procedure, trial.facts) if p.required and p.id not in trial.papers]
    if missing:
        raise Refused("paper_missing", ", ".join(missing))
    return trial


def happen(trial: Trial, event: Event, terms: Terms) -> Trial:
    """The dossier after the event. Raises Refused."""
    at = _local(event.at, terms)
    if event.paid:
        return _pay(trial)
    if event.supplement is not None:
        return _supplement(trial, event.supplement, at, terms)
    if event.withdrawn:
        return _withdraw(trial, at, terms)
    step = {each.id: each for each in trial.procedure.steps}.get(event.step or "")
    if step is None or step.id not in trial.position.open:
        raise Refused("not_open", f"{event.step} isn't open; open: {', '.join(sorted(trial.position.open)) or '-'}")
    if step.id == trial.asked:
        raise Refused("supplement_awaited", step.id)
    if event.granted is not None:
        if step.call is None:
            raise Refused("automatic", f"{step.id} calls no procedure")
        return _close(trial, step, step.outcomes[0 if event.granted else -1], at, terms)
    if step.kind in AUTOMATIC:
        raise Refused("automatic", f"{step.id} ends by itself")
    if event.by is not None and event.by != step.role:
        raise Refused("wrong_role", f"{step.id} is done by {step.role}")
    try:
        outcome = outcome_of(step, event.outcome or "")
    except NoSuchOutcome as error:
        raise Refused("no_such_outcome", str(error)) from None
    if outcome.reason and not event.reason.strip():
        raise Refused("reason_missing", f"{outcome.id} needs one")
    return _close(_with_facts(trial, step, outcome, event), step, outcome, at, terms)


def _with_facts(trial: Trial, step: Step, outcome: Outcome, event: Event) -> Trial:
    faults = fact_faults(step, event.facts)
    if outcome.reason:
        faults = [name for name in faults if name in event.facts]
    if faults:
        raise Refused("facts_wrong", ", ".join(faults))
    return replace(trial, found={**(trial.found or {}), **event.facts})


def _close(trial: Trial, step: Step, outcome: Outcome, at: datetime, terms: Terms) -> Trial:
    network = network_of(trial.procedure)
    advanced = advance(network, trial.position, step.id, outcome, trial.facts)
    trial = _ready(trial, step, outcome, advanced, at, terms)
    if step.kind == "intake" and trial.accepted is None and not advanced.supplement and not advanced.position.end:
        limit = limit_of(trial.procedure, trial.case, trial.facts)
        trial = replace(trial, accepted=at, limit=limit)
        trial = replace(trial, due=_due(trial, terms))
    if trial.accepted is not None:
        trial = _charged(trial)
    before = SUPPLEMENTED if trial.status == SUPPLEMENTED else 0
    status = status_at(network, step, advanced, trial.unpaid, before)
    trial = replace(trial, position=advanced.position, status=status)
    if advanced.supplement:
        trial = replace(trial, supplements=trial.supplements + 1, asked=step.id)
        if trial.accepted is not None:
            trial = _suspended(trial, at, for_step=False)
    trial = replace(trial, opened={**trial.opened, **dict.fromkeys(advanced.opened, at)})
    return _kept(trial, at, terms)


def _ready(trial: Trial, step: Step, outcome: Outcome, advanced: Advance, at: datetime, terms: Terms) -> Trial:
    """The dossier, with what it costs where that can be decided now. Raises Refused where the step can't end yet."""
    leaves = advanced.position.end in ("refused", "stopped") or outcome.reason
    if step.minimum is not None and not leaves:
        cutoff = trial.case.time_limit.cutoff
        until = due(trial.opened[step.id], step.minimum, terms.calendar, cutoff)
        if at < until:
            raise Refused("too_early", f"not before {until:%Y-%m-%d %H:%M}")
    if step.requires_fee and advanced.position.end != "stopped":
        trial = _charged(trial)
        if trial.unpaid:
            raise Refused("fee_unpaid", str(trial.fee))
        if trial.case.fee is not None and trial.fee is None:
            raise Refused("fee_undecided", "no row of its table applies")
    if advanced.supplement and trial.status == SUPPLEMENTED:
        raise Refused("supplement_awaited")
    if advanced.supplement and trial.supplements >= terms.supplements:
        raise Refused("supplements_used_up", str(terms.supplements))
    return trial


def _charged(trial: Trial) -> Trial:
    if trial.fee is not None:
        return trial
    try:
        decided = fee_of(trial.procedure, trial.case, trial.facts)
    except Undecided:
        return trial
    return replace(trial, fee=decided.amount if decided is not None else 0)


def _pay(trial: Trial) -> Trial:
    if not trial.unpaid:
        raise Refused("no_fee", "no fee is waiting to be paid")
    status = trial.status
    if status == PAYMENT_DUE:
        steps = network_of(trial.procedure).steps
        status = 9 if all(steps[each].kind == "handover" for each in trial.position.open) else 4
    return replace(trial, paid=True, status=status)


def _supplement(trial: Trial, papers: list[str], at: datetime, terms: Terms) -> Trial:
    if trial.status != SUPPLEMENTED or not trial.asked:
        raise Refused("no_supplement_asked")
    if unknown := sorted(set(papers) - {each.id for each in trial.procedure.papers}):
        raise Refused("paper_missing", f"the procedure has no paper {', '.join(unknown)}")
    status = FILED if trial.accepted is None else 4
    opened = {**trial.opened, trial.asked: at}
    trial = replace(trial, papers=trial.papers | set(papers), status=status, opened=opened, asked="")
    return _kept(_resumed(trial, at, terms), at, terms)


def _withdraw(trial: Trial, at: datetime, terms: Terms) -> Trial:
    """The applicant asks for the dossier back and the official confirms."""
    if trial.position.end or trial.status in (9, WITHDRAWAL):
        raise Refused("not_open", "the result is signed, or the dossier has ended")
    return replace(_resumed(trial, at, terms), position=abandon(trial.position, "stopped").position, status=8)


def _due(trial: Trial, terms: Terms) -> datetime | None:
    if trial.accepted is None or trial.limit is None:
        return None
    cutoff = trial.case.time_limit.cutoff
    return due_at(trial.limit, trial.accepted, trial.suspensions, terms.calendar, terms.rule, cutoff)


def _suspended(trial: Trial, at: datetime, *, for_step: bool) -> Trial:
    before = trial.suspensions
    if trial.standing:
        before = (*before[:-1], replace(before[-1], until=at))
    return replace(trial, suspensions=(*before, Suspension(at, None, for_step)))


def _resumed(trial: Trial, at: datetime, terms: Terms) -> Trial:
    if trial.accepted is None or not trial.standing:
        return trial
    ended = (*trial.suspensions[:-1], replace(trial.suspensions[-1], until=at))
    trial = replace(trial, suspensions=ended)
    return replace(trial, due=_due(trial, terms))


def _kept(trial: Trial, at: datetime, terms: Terms) -> Trial:
    """The clock stands while a step that isn't counted is open, unless a supplement keeps it standing already."""
    if trial.accepted is None or trial.position.end:
        return trial
    wanted = any(network_of(trial.procedure).steps[each].suspends_clock for each in trial.position.open)
    if wanted and not trial.standing:
        return _suspended(trial, at, for_step=True)
    if trial.standing and not wanted and trial.suspensions[-1].for_step:
        return _resumed(trial, at, terms)
    return trial


def _answer_faults(scenario: Scenario, procedure: Procedure) -> Iterator[Misfit]:
    facts = facts_of(scenario.answers, scenario.case, scenario.channel, {})
    fields = {field.id: field for page in procedure.pages for field in page.fields}
    asked = {name for name, f in fields.items() if f.when is None or condition_holds(f.when, facts)}
    schema = {**procedure.answers, "required": sorted(set(procedure.answers.get("required", ())) & asked)}
    for error in validator_of(schema).iter_errors(scenario.answers):
        yield ("answers", *error.instance_path), error.message
    for name in sorted(set(scenario.answers) & (set(fields) - asked)):
        yield ("answers", name), "isn't asked of this applicant: its condition doesn't hold"
    for name in sorted(set(scenario.papers) - {paper.id for paper in procedure.papers}):
        yield ("papers",), f"the procedure has no paper {name}"


def _differing(trial: Trial, expected: Expected, at: Place, terms: Terms) -> Iterator[Misfit]:
    limit = f"{trial.limit.amount} {trial.limit.unit}" if trial.limit else "none"
    asked = [paper.id for paper in papers_for(trial.procedure, trial.facts) if paper.required]
    told: list[tuple[str, Any, Any]] = [
        ("open", expected.open if expected.open is None else sorted(expected.open), trial.open),
        ("status", expected.status, trial.status),
        ("end", expected.end, trial.position.end or "none"),
        ("fee", expected.fee, trial.fee or 0),
        ("limit", expected.limit, limit),
        ("standing", expected.standing, trial.standing),
        ("papers", expected.papers if expected.papers is None else sorted(expected.papers), sorted(asked)),
    ]
    for name, wanted, came in told:
        if wanted is not None and wanted != came:
            yield (*at, name), f"expected {_said(wanted)}, came {_said(came)}"
    if expected.due is not None and _local(expected.due, terms) != trial.due:
        came = f"{trial.due:%Y-%m-%d %H:%M}" if trial.due else "none"
        yield (*at, "due"), f"expected {expected.due:%Y-%m-%d %H:%M}, came {came}"


def _said(value: Any) -> str:
    return (", ".join(value) or "nothing") if isinstance(value, list) else str(value)


def _local(moment: datetime, terms: Terms) -> datetime:
    zone = ZoneInfo(terms.calendar.timezone)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
