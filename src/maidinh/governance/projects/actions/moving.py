"""The one place where a project comes from one state to another, and what is told of it.

Layer 4, governance. Each step leaves an event of the project, an entry of the audit trail and an event for the other
parts. Legal ground: Nghị định 224/2026/NĐ-CP articles 36, 37 and 50. The database holds the same steps.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from maidinh.governance.projects.faults import Fault
from maidinh.governance.projects.models import Event, Project
from maidinh.governance.projects.rules import (
    ACCEPTED,
    APPRAISED,
    APPRAISING,
    APPROVED,
    COMPLETED,
    MERGED,
    PUBLIC,
    STEPS,
)
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.database.scope import signing_as
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.identity.queries import agencies_with

PROPOSING, APPRAISAL, APPROVING, DRAFTING = (
    "project.propose",
    "project.appraise",
    "project.approve",
    "architecture.draft",
)


def N_(text: str) -> str:  # noqa: N802 - the name by which texts are collected for translation
    """A text for people, which is translated where it is shown."""
    return text


class ProjectRefused(ValueError):
    """It can't be done; `faults` says why, each at its field ("" for the whole), to be translated where shown."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(str(fault) for fault in faults))


def refusal(field: str, says: str, remedy: str = "", **values: str) -> ProjectRefused:
    """The refusal for one reason."""
    return ProjectRefused(Fault(field, says, values, remedy))


def locked(project_id: int) -> Project:
    """The project, locked until the transaction ends, if the actor's agency takes part in it. Else ProjectRefused."""
    # Only the project itself: whoever locks it need not be able to lock the versions that it is written against.
    row = Project.objects.select_for_update(of=("self",)).filter(pk=project_id).first()
    if row is None:
        raise refusal("", N_("There is no such project, or your agency has no part in it."))
    return row


@transaction.atomic
def move(
    *,
    actor: Actor,
    row: Project,
    state: str,
    at: datetime,
    holder: str | None = None,
    event: str,
    details: dict[str, Any] | None = None,
    public: bool = True,
    agency: str = "",
) -> Project:
    """Bring a project to its next state and tell of it. `holder`: by whom it lies then, if not whom the state names.

    `agency` is in whose name the event stands, the actor's own by default. With the approval the newest revision
    becomes the baseline. Raises ProjectRefused for a step that there isn't.
    """
    before = row.state
    if state not in STEPS[before]:
        says = N_("This step does not follow from the state that the project is in.")
        raise refusal("", says, N_("Load the page again."))
    changed = ["state", "holder", "updated_at"]
    row.state, row.holder, row.updated_at = state, holder or holder_in(row, state), at
    if state == APPROVED:
        row.baseline = row.revisions.get(number=row.revision)
        changed.append("baseline")
    if before == MERGED and state == ACCEPTED:
        row.draft = None
    if MERGED in (before, state):
        changed += ["draft", "carried_in"]
    row.save(update_fields=changed)
    row.refresh_from_db(fields=["parties", "handed_in_at"])
    tell(actor=actor, row=row, kind=event, at=at, details=details, public=public, agency=agency)
    payload = {"project": row.code, "state": state}
    publish(name="project.moved", payload=payload, at=at, agency="" if state in PUBLIC else row.owner)
    record_act(
        actor=actor, action=f"project.{event}", subject=subject(row), at=at,
        details={"from": before, "to": state, "revision": row.revision, "hash": row.hash},
    )  # fmt: skip
    return row


def tell(
    *,
    actor: Actor,
    row: Project,
    kind: str,
    at: datetime,
    details: dict[str, Any] | None = None,
    public: bool = False,
    agency: str = "",
) -> Event:
    """Write down that something happened to a project, without a step. `public`: everyone may know, not who did it."""
    with transaction.atomic(), signing_as(actor.id):
        return Event.objects.create(
            project=row, kind=kind, at=at, by=actor.id, agency=agency or actor.agency, details=details or {},
            public=public,
        )  # fmt: skip


def holder_in(row: Project, state: str) -> str:
    """By which agency a project lies in a state: who appraises, decides or draws the architecture; else its owner."""
    permission = {
        APPRAISING: APPRAISAL,
        APPRAISED: APPROVING,
        COMPLETED: APPROVING,
        ACCEPTED: DRAFTING,
        MERGED: DRAFTING,
    }.get(state)
    if permission is None:
        return row.owner
    found = [each for each in agencies_with(permission) if state != APPRAISING or each != row.owner]
    known = [each for each in row.parties if each in found]
    return (known or found or [row.owner])[0]


def subject(row: Project) -> str:
    """How the audit trail names a project."""
    return f"project {row.province} {row.code}"
