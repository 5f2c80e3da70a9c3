"""Whether a procedure that is called exists, takes what it is given, gets what it needs, and doesn't call back.

Layer 4. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from maidinh.services.checking.catalogue import found
from maidinh.services.checking.findings import At, Finding
from maidinh.services.checking.surroundings import Surroundings
from maidinh.services.checking.values import properties_of, required_of
from maidinh.services.procedures.definition import Call, Procedure


def call_findings(procedure: Procedure, around: Surroundings) -> Iterator[Finding]:
    """What is wrong with the calls of other procedures."""
    for n, step in enumerate(procedure.steps):
        if step.call is None:
            continue
        at: At = ("steps", n, "call")
        code = step.call.procedure
        if len(step.outcomes) == 1:
            yield found("call.one-outcome", ("steps", n, "outcomes"), step=step.id, code=code)
        if code == procedure.code:
            yield found("call.itself", (*at, "procedure"), step=step.id)
            continue
        if around.procedures is None:
            continue
        versions = around.versions_of(code)
        if not versions:
            yield found("call.unknown-procedure", (*at, "procedure"), step=step.id, code=code)
            continue
        yield from _fits(procedure, step.call, versions[-1], at)
        if ring := _ring(procedure, code, around):
            yield found("call.cycle", (*at, "procedure"), ring=" → ".join(ring))


def _fits(procedure: Procedure, call: Call, called: Procedure, at: At) -> Iterator[Finding]:
    cases = [case.id for case in called.cases]
    if call.case not in cases:
        yield found("call.unknown-case", (*at, "case"), code=called.code, case=call.case, cases=", ".join(cases))
    own, asked = properties_of(procedure), properties_of(called)
    for target, source in call.answers.items():
        if target not in asked:
            yield found("call.unknown-field", (*at, "answers", target), code=called.code, field=target)
        if source not in own:
            yield found("call.unknown-answer", (*at, "answers", target), field=source)
    for name in required_of(called):
        if name in asked and name not in call.answers:
            yield found("call.missing-answer", at, code=called.code, field=name)


def _ring(procedure: Procedure, begin: str, around: Surroundings) -> list[str]:
    """The codes on a way from the called procedure back to this one; none where there is no such way."""
    todo, seen = [[procedure.code, begin]], {begin}
    while todo:
        way = todo.pop()
        for version in around.versions_of(way[-1])[-1:]:
            for step in version.steps:
                code = step.call.procedure if step.call is not None else None
                if code == procedure.code:
                    return [*way, code]
                if code is not None and code not in seen:
                    seen.add(code)
                    todo.append([*way, code])
    return []
