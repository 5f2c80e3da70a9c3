"""Deciding on a finding: the same, not the same, use what stands, or accepted with a reason.

Layer 4, governance. Legal ground: Nghị định 224/2026/NĐ-CP article 23 clause 1. What is decided is only added to.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from maidinh.governance.architecture.rules import kept_text as kept
from maidinh.governance.duplication.models import Decision
from maidinh.governance.duplication.queries import DECIDE, duplicates_for
from maidinh.governance.duplication.rules import Fault, faults_of
from maidinh.governance.projects.queries import project_for
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act


class DecisionRefused(ValueError):
    """It can't be done; `faults` says why, each by its field ("" for the whole), in the reader's language."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.says for fault in faults))


@transaction.atomic
def decide_duplicate(
    *, actor: Actor, code: str, other: str, seen: str, decision: str, reason: str, at: datetime
) -> Decision:
    """Decide on a project and what it resembles. `seen` is the hash of the project that the decider read."""
    require(actor, DECIDE)
    row = project_for(actor, code)
    if row is None:
        raise DecisionRefused(Fault("", _("There is no such project.")))
    if actor.id in row.writers:
        raise DecisionRefused(Fault("", _("You wrote in this project. Somebody else must decide.")))
    if seen != row.hash:
        raise DecisionRefused(Fault("", _("The project has changed in the meantime. Read the finding again.")))
    found = next((each for each in duplicates_for(actor, row) if each.key == other), None)
    if found is None:
        raise DecisionRefused(Fault("", _("This is not found any more. Read the list again.")))
    text = kept(reason)
    faults = [Fault(each.field, _(each.says)) for each in faults_of(decision, text)]
    if faults:
        raise DecisionRefused(*faults)
    made = Decision.objects.create(
        project=row,
        project_hash=row.hash,
        other_kind=found.finding.other.kind,
        other=other,
        other_hash=found.other_hash,
        found=found.finding.kind,
        score=round(found.finding.score * 100),
        decision=decision,
        reason=text,
        by=actor.id,
        agency=actor.agency,
        at=at,
    )
    details = {"decision": decision, "found": found.finding.kind, "reason": text}
    record_act(actor=actor, action="duplicate.decide", subject=f"project {code} {other}", at=at, details=details)
    return made
