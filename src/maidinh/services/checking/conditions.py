"""Whether conditions look at what there is, at values that can be, and at what is known by then.

Layer 4. Pure. A fact that isn't known passes nothing, so that a condition on it would silently never hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from maidinh.services.checking.catalogue import found
from maidinh.services.checking.findings import At, Finding
from maidinh.services.checking.flow import Flow
from maidinh.services.checking.values import Known, impossible, properties_of
from maidinh.services.decisions.conditions import parse_cell
from maidinh.services.decisions.definition import Condition
from maidinh.services.procedures.definition import Procedure


def condition_findings(procedure: Procedure, flow: Flow, known: Known) -> Iterator[Finding]:
    """What is wrong with the conditions of papers, fields and routes."""
    fields = set(properties_of(procedure))
    anytime = {"case", "channel"}
    for n, paper in enumerate(procedure.papers):
        yield from _condition(paper.when or {}, ("papers", n, "when"), known, anytime | fields)
    asked = set(anytime)
    for p, page in enumerate(procedure.pages):
        for f, field in enumerate(page.fields):
            yield from _condition(field.when or {}, ("pages", p, "fields", f, "when"), known, asked)
            asked.add(field.id)
    for s, step in enumerate(procedure.steps):
        if not any(outcome.routes for outcome in step.outcomes):
            continue
        by_then = anytime | fields | facts_before(flow, step.id) | {fact.id for fact in step.facts}
        for o, outcome in enumerate(step.outcomes):
            for r, route in enumerate(outcome.routes):
                at = ("steps", s, "outcomes", o, "routes", r, "when")
                yield from _condition(route.when, at, known, by_then)


def facts_before(flow: Flow, step: str) -> set[str]:
    """What officials can have found before a dossier first comes to this step."""
    return {fact.id for other in flow.before(step) for fact in flow.steps[other].facts}


def _condition(condition: Condition, at: At, known: Known, by_then: set[str]) -> Iterator[Finding]:
    for fact, cell in condition.items():
        if fact not in known:
            yield found("condition.unknown-fact", (*at, fact), fact=fact)
            continue
        if fact not in by_then:
            yield found("fact.too-early", (*at, fact), fact=fact)
        words = " / ".join(values.in_words() for values in known[fact])
        for wrong in impossible(parse_cell(cell), known[fact]):
            yield found("condition.impossible", (*at, fact), fact=fact, cell=wrong, values=words)
