"""What follows an approval: building, reporting completion, acceptance; and what owners report of their components.

Layer 4, governance. Legal ground: Nghị định 224/2026/NĐ-CP article 24 clause 2 c, articles 36 and 50. Who accepts a
project is none of those who wrote it.
"""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localtime

from maidinh.governance.architecture.queries import current_version
from maidinh.governance.architecture.rules import kept_text as kept
from maidinh.governance.modelling.definition import Element
from maidinh.governance.projects.actions.merging import (
    MergeOutcome,
    carry_published,
    give_back,
    merge_project,
    refuse_unmet,
    take_back,
)
from maidinh.governance.projects.actions.moving import (
    APPROVING,
    N_,
    PROPOSING,
    locked,
    move,
    refusal,
    subject,
    tell,
)
from maidinh.governance.projects.models import ComponentReport, Project
from maidinh.governance.projects.rules import ACCEPTED, APPROVED, BUILDING, COMPLETED, COMPONENT_STATES, DECIDED
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act

__all__ = [
    "MergeOutcome", "accept_project", "begin_building", "carry_published", "give_back", "merge_project",
    "refuse_completion", "report_completion", "report_component", "take_back",
]  # fmt: skip
REPORTING = "component.report"


@transaction.atomic
def begin_building(*, actor: Actor, project_id: int, at: datetime) -> Project:
    """Begin to build what was approved."""
    row = _own(actor, project_id, APPROVED, N_("Only a project that is approved is begun to be built."))
    return move(actor=actor, row=row, state="building", at=at, event="building-begun")


@transaction.atomic
def report_completion(*, actor: Actor, project_id: int, completed_on: date, summary: str, at: datetime) -> Project:
    """Report that everything is built, with the day and what was reached."""
    row = _own(actor, project_id, BUILDING, N_("Only a project that is being built is reported complete."))
    text = kept(summary)
    if completed_on > localtime(at).date():
        raise refusal("completed_on", N_("is a day that is still to come."), N_("Write the day on which it was done."))
    begun = row.events.filter(kind="building-begun").order_by("at").first()
    if begun is not None and completed_on < localtime(begun.at).date():
        raise refusal("completed_on", N_("is before building began (%(day)s)."), N_("Mend the day."),
                      day=localtime(begun.at).date().isoformat())  # fmt: skip
    if not text:
        raise refusal("summary", N_("Say what was built and what of the benefits is reached."))
    details = {"completed_on": completed_on.isoformat(), "summary": text}
    return move(actor=actor, row=row, state=COMPLETED, at=at, event="completed", details=details)


@transaction.atomic
def accept_project(*, actor: Actor, project_id: int, record: str, at: datetime) -> Project:
    """Accept what was built, by the record of acceptance; from here on the next version may carry it."""
    row, text = _to_accept(actor, project_id), kept(record)
    refuse_unmet(row)
    if not text:
        raise refusal("record", N_("Give the number and the day of the record of acceptance."))
    return move(actor=actor, row=row, state=ACCEPTED, at=at, event="accepted", details={"record": text})


@transaction.atomic
def refuse_completion(*, actor: Actor, project_id: int, reason: str, at: datetime) -> Project:
    """Send a project that was reported complete back to be built to its end, and say what is missing."""
    row, text = _to_accept(actor, project_id), kept(reason)
    if not text:
        raise refusal("reason", N_("Say what is missing before it can be accepted."))
    return move(actor=actor, row=row, state=BUILDING, at=at, event="completion-refused", details={"reason": text})


@transaction.atomic
def report_component(
    *,
    actor: Actor,
    element: str,
    state: str,
    percent: int,
    as_of: date,
    evidence: str = "",
    project_id: int | None = None,
    at: datetime,
) -> ComponentReport:
    """Report how far a component is: by the agency that owns or operates it, or whose project builds it."""
    require(actor, REPORTING)
    row = None if project_id is None else Project.objects.filter(pk=project_id).first()
    if project_id is not None and (row is None or row.state not in DECIDED):
        raise refusal("project", N_("There is no such project, or it is not approved."))
    responsible = _responsible(element, row)
    if not responsible:
        raise refusal("element", N_("is %(element)s, which is no component of the architecture or of the project."),
                      N_("Choose a component."), element=element)  # fmt: skip
    agency = next((each for each in actor.agencies if each in responsible), None)
    if agency is None:
        raise refusal("element", N_("is another agency's: its state is reported by %(agencies)s."),
                      agencies=", ".join(sorted(responsible)))  # fmt: skip
    if state not in COMPONENT_STATES:
        raise refusal("state", N_("Choose a state."))
    if not 0 <= percent <= 100:  # per cent, whatever the law says
        raise refusal("percent", N_("is %(percent)s; expected a number from 0 to 100."), percent=str(percent))
    if as_of > localtime(at).date():
        raise refusal("as_of", N_("is a day that is still to come."), N_("Write the day for which it holds."))
    report = ComponentReport.objects.create(
        province=settings.MAIDINH.province, element=element, agency=agency, project=row, state=state, percent=percent,
        as_of=as_of, evidence=kept(evidence), by=actor.id, at=at,
    )  # fmt: skip
    details = {"element": element, "state": state, "percent": percent, "as_of": as_of.isoformat()}
    if row is not None:
        # What everyone is told of a project comes from those who take part in it; the report itself is public anyhow.
        told = agency in row.parties
        tell(actor=actor, row=row, kind="component-reported", at=at, details=details, public=told, agency=agency)
    about = f"component {element}" if row is None else subject(row)
    record_act(actor=actor, action="component.report", subject=about, at=at, details=details)
    return report


def _own(actor: Actor, project_id: int, state: str, otherwise: str) -> Project:
    require(actor, PROPOSING)
    row = locked(project_id)
    if row.owner not in actor.agencies:
        raise refusal("", N_("The project is another agency's. Its owner does this."))
    if row.state != state:
        raise refusal("", otherwise)
    return row


def _to_accept(actor: Actor, project_id: int) -> Project:
    require(actor, APPROVING)
    row = locked(project_id)
    if row.state != COMPLETED:
        raise refusal("", N_("Only a project that is reported complete is accepted."))
    if row.holder not in actor.agencies:
        raise refusal("", N_("Another body accepts this project: %(agency)s."),
                      N_("Leave it to that body."), agency=row.holder)  # fmt: skip
    if actor.id in row.writers:
        raise refusal("", N_("You wrote in this project. Somebody else must accept it."))
    return row


def _responsible(element: str, row: Project | None) -> set[str]:
    """The agencies that report of an element: its owner and operator, and the owner of the project that builds it."""
    current = current_version()
    found: Element | None = None
    if current is not None:
        found = next((each for each in current.model.elements if each.id == element), None)
    of_project = row is not None and any(
        change.item == element and change.section == "elements" for change in row.project.changes
    )
    holders = {found.owner, found.operator} if found is not None else set()
    return {each for each in (*holders, row.owner if row is not None and of_project else None) if each}
