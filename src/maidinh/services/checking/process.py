"""Whether the process leads everywhere it should: no dead step, an end ahead of each, reasons, fees, postings.

Layer 4. Pure. Legal ground: Decree 63/2010 article 8 (parts of a procedure); the one-stop decrees want a reason in
writing for what goes against the applicant.
"""

from __future__ import annotations

from collections.abc import Iterator

from maidinh.infrastructure.calendars.definition import WorkingCalendar
from maidinh.services.checking.budgets import late_start, length_of
from maidinh.services.checking.catalogue import found
from maidinh.services.checking.findings import Finding
from maidinh.services.checking.flow import Flow
from maidinh.services.procedures.definition import AUTOMATIC, SUPPLEMENT, Procedure

AGAINST = ("refused", "stopped", SUPPLEMENT)


def process_findings(procedure: Procedure, flow: Flow, calendar: WorkingCalendar | None) -> Iterator[Finding]:
    """What is wrong with where steps lead and what they need."""
    ending = {step for step, ends in flow.ends.items() if ends}
    while grown := {step for step, places in flow.after.items() if step not in ending and ending & places}:
        ending |= grown
    for step, n in flow.number.items():
        if step not in flow.reached:
            yield found("step.unreachable", ("steps", n), step=step)
        if step not in ending:
            yield found("step.no-end", ("steps", n), step=step)
    if not any("returned" in flow.ends[step] for step in flow.reached):
        yield found("result.never-returned", ("steps",))
    yield from _reasons(flow)
    yield from _postings(procedure, calendar)
    yield from _fees(procedure)


def _reasons(flow: Flow) -> Iterator[Finding]:
    told = set()
    for way in flow.ways:
        step, place = flow.steps[way.step], way.at[:4]
        if way.outcome.reason or step.kind in AUTOMATIC or place in told:
            continue
        back = {p for p in way.places if p in flow.steps and way.step in {p, *flow.reach([p])}}
        code = "outcome.no-reason" if set(way.places) & set(AGAINST) else ""
        if step.kind == "signature" and back:
            code = "signature.no-reason"
        if code:
            told.add(place)
            yield found(code, place, outcome=way.outcome.id)


def _postings(procedure: Procedure, calendar: WorkingCalendar | None) -> Iterator[Finding]:
    for n, step in enumerate(procedure.steps):
        if step.kind == "posting" and step.minimum is None:
            yield found("posting.no-minimum", ("steps", n), step=step.id)
        if calendar is not None and step.minimum is not None and step.budget is not None:
            start = late_start(procedure, calendar)
            if length_of(step.budget, start, calendar) < length_of(step.minimum, start, calendar):
                yield found("posting.budget-below-minimum", ("steps", n, "budget"), step=step.id)


def _fees(procedure: Procedure) -> Iterator[Finding]:
    charged = [n for n, case in enumerate(procedure.cases) if case.fee and (case.fee.amount or case.fee.table)]
    asked = [n for n, step in enumerate(procedure.steps) if step.requires_fee]
    if charged and not asked:
        yield found("fee.no-step", ("cases", charged[0], "fee"))
    if asked and not charged:
        yield found("fee.no-fee", ("steps", asked[0], "requires_fee"), step=procedure.steps[asked[0]].id)
