"""Whether a version of a procedure follows the ones before it: days in order, no two in force, moves that fit both.

Layer 4. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from maidinh.services.checking.catalogue import found
from maidinh.services.checking.findings import Finding
from maidinh.services.checking.surroundings import Surroundings
from maidinh.services.checking.values import properties_of
from maidinh.services.procedures.definition import Procedure


def version_findings(procedure: Procedure, around: Surroundings) -> Iterator[Finding]:
    """What is wrong with when the version holds, and with what becomes of older dossiers."""
    if procedure.effective_to is not None and procedure.effective_to < procedure.effective_from:
        yield found("version.ends-first", ("effective_to",), end=procedure.effective_to.isoformat())
    others = [each for each in around.versions_of(procedure.code) if each.version != procedure.version]
    for other in others:
        earlier = (other.effective_from, other.version) < (procedure.effective_from, procedure.version)
        if earlier and _still_holds(other, procedure.effective_from):
            yield found("version.overlap", ("effective_from",), version=other.version)
    if around.procedures is not None:
        yield from _change(procedure, {other.version: other for other in others})


def _still_holds(earlier: Procedure, day: date) -> bool:
    """Whether the earlier version doesn't give way to one that begins on this day; one without a last day does."""
    return earlier.effective_from == day or (earlier.effective_to is not None and earlier.effective_to >= day)


def _change(procedure: Procedure, others: dict[str, Procedure]) -> Iterator[Finding]:
    change = procedure.change
    for n, version in enumerate(change.from_versions):
        if version not in others:
            yield found("change.unknown-version", ("change", "from_versions", n), version=version)
    olds = [others[version] for version in change.from_versions if version in others]
    if not olds:
        return
    steps, fields = {step.id for step in procedure.steps}, set(properties_of(procedure))
    named = ", ".join(old.version for old in olds)
    old_steps = {step.id for old in olds for step in old.steps}
    old_fields = {name for old in olds for name in properties_of(old)}
    for kind, moved, before, now in (
        ("step", change.steps, old_steps, steps),
        ("field", change.fields, old_fields, fields),
    ):
        for old, new in moved.items():
            at = ("change", f"{kind}s", old)
            if old not in before:
                yield found(f"change.unknown-{kind}", at, version=named, **{kind: old})
            if new not in now:
                yield found(f"change.unknown-{kind}", at, version=procedure.version, **{kind: new})
    if change.dossiers == "migrate":
        for left in olds:
            for step in left.steps:
                if step.id not in change.steps and step.id not in steps:
                    yield found("change.lost-step", ("change",), step=step.id, version=left.version)
