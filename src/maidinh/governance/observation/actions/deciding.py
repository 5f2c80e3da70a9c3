"""Deciding on a finding: a project will mend it, it may stand until a day, or it is settled.

Layer 4, governance. An exception is asked for by one person and answered by another; the database holds the same.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.governance.architecture.queries import current_version
from maidinh.governance.architecture.rules import kept_text as kept
from maidinh.governance.observation.models import Finding, FindingDecision
from maidinh.governance.observation.queries import DECIDE, finding_for, last_asked, observation_terms
from maidinh.governance.observation.remedy import Found, remedy
from maidinh.governance.observation.rules import (
    ASK,
    BY_PEOPLE,
    CLOSE,
    EXCEPT,
    FROM,
    PROPOSE,
    REFUSE,
    Fault,
    fault_of_last_day,
    fault_of_reason,
)
from maidinh.governance.projects.actions.preparing import open_project
from maidinh.governance.projects.queries import Project
from maidinh.infrastructure.actor import Actor, NotAllowed, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.organisations.queries import in_line

PROPOSING = "project.propose"
ACTS = {
    PROPOSE: "finding.propose",
    ASK: "finding.ask-exception",
    EXCEPT: "finding.grant-exception",
    REFUSE: "finding.refuse-exception",
    CLOSE: "finding.close",
}


class DecisionRefused(ValueError):
    """It can't be done; `faults` says why, each by its field ("" for the whole), in the reader's language."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.says for fault in faults))


@transaction.atomic
def decide_finding(
    *,
    actor: Actor,
    finding_id: int,
    decision: str,
    reason: str,
    at: datetime,
    project: str = "",
    until: date | None = None,
) -> FindingDecision:
    """Decide on a finding as its state allows: propose a project, ask for an exception, answer one, or close it."""
    row = _found(actor, finding_id)
    _require(actor, row, decision)
    if decision not in BY_PEOPLE:
        raise DecisionRefused(Fault("decision", _("Choose what is decided.")))
    if row.state not in FROM[decision]:
        raise DecisionRefused(Fault("", _("The finding has been decided on in the meantime. Read it again.")))
    text, asked = kept(reason), last_asked(row)
    faults = [fault_of_reason(text), *_faults(decision, project, until, at)]
    if asked is not None and asked.by == actor.id:
        faults = [Fault("", _("You asked for this exception. Somebody else must decide."))]
    found = [Fault(each.field, _(each.says)) for each in faults if each is not None]
    if found:
        raise DecisionRefused(*found)
    answering = decision in (EXCEPT, REFUSE) and asked is not None
    made = FindingDecision.objects.create(
        finding=row,
        decision=decision,
        reason=text,
        project=project if decision == PROPOSE else "",
        until=until if decision == ASK else asked.until if decision == EXCEPT and asked else None,
        answers=asked if answering else None,
        by=actor.id,
        agency=actor.agency,
        at=at,
    )
    details = {"reason": text} | ({"project": project} if project else {}) | _last_day(made)
    subject = f"finding {row.pk} {row.kind} {row.subject}"
    record_act(actor=actor, action=ACTS[decision], subject=subject, at=at, details=details)
    return made


@transaction.atomic
def open_remedy(*, actor: Actor, finding_id: int, title: Text, summary: Text, at: datetime) -> Project:
    """Begin the project that would mend a finding, of the agency that must act or one in line with it.

    An officer of the agency itself begins it for that agency; one of an agency above or below it for their own, and
    what they change of the other's is then for the other to agree to. Raises ProjectRefused too.
    """
    require(actor, PROPOSING)
    row, version = _found(actor, finding_id), current_version()
    owner = acting_for(actor, row)
    if owner is None:
        says = _("Another agency must act on this finding. Only it, or one above or below it, begins the project.")
        raise DecisionRefused(Fault("", says))
    if row.state not in FROM[PROPOSE] or version is None:
        raise DecisionRefused(Fault("", _("The finding has been decided on in the meantime. Read it again.")))
    number = row.decisions.filter(decision=PROPOSE).count() + 1
    found = Found(row.kind, owner, row.source, row.target, row.element, row.contract, row.details)
    begun = remedy(
        found, version.model, code=f"khac-biet-{row.pk}-{number}", title=title, summary=summary,
        today=localtime(at).date(),
    )  # fmt: skip
    opened = open_project(actor=actor, project=begun, at=at)
    reason = _("The project was begun from this finding.")
    decide_finding(actor=actor, finding_id=row.pk, decision=PROPOSE, reason=reason, at=at, project=opened.code)
    return opened


def acting_for(actor: Actor, row: Finding) -> str | None:
    """For which of their agencies the actor begins the project that mends it: the one that must act, or one in line."""
    if not actor.may(PROPOSING) or not row.owner:
        return None
    own = sorted(actor.agencies, key=lambda each: each != row.owner)
    return next((each for each in own if in_line(each, row.owner)), None)


def may_propose(actor: Actor, row: Finding) -> bool:
    """Whether the actor may say which project mends it: who decides on findings, or an officer of the owner's line."""
    return actor.may(DECIDE) or acting_for(actor, row) is not None


def _require(actor: Actor, row: Finding, decision: str) -> None:
    if decision != PROPOSE:
        require(actor, DECIDE)
    elif not may_propose(actor, row):
        raise NotAllowed(DECIDE)


def _found(actor: Actor, finding_id: int) -> Finding:
    row = finding_for(actor, finding_id)
    if row is None:
        raise DecisionRefused(Fault("", _("There is no such finding.")))
    return row


def _faults(decision: str, project: str, until: date | None, at: datetime) -> list[Fault | None]:
    if decision == PROPOSE and not project:
        return [Fault("project", _("Choose the project that will mend it."))]
    if decision != ASK:
        return []
    today = localtime(at).date()
    term = observation_terms().on(today)
    if term is None:
        return [Fault("until", _("The definitions say nothing of how long an exception may last now."))]
    return [fault_of_last_day(until, today=today, longest_days=term.longest_exception_days)]


def _last_day(made: FindingDecision) -> dict[str, str]:
    return {"until": made.until.isoformat()} if made.until else {}
