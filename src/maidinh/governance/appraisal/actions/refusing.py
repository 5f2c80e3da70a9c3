"""Why a step of an appraisal can't be taken, and getting hold of what a step is about.

Layer 4, governance. Whoever takes a step locks the project first, then its appraisal, so that two never wait for each
other; what the second one then finds is what the first one left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from maidinh.governance.appraisal.models import Appraisal
from maidinh.governance.appraisal.rules import OPEN
from maidinh.governance.projects.actions.moving import ProjectRefused, locked
from maidinh.governance.projects.faults import Fault
from maidinh.governance.projects.models import Project
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.database.scope import acting

APPRAISING, APPROVING, PROPOSING, OPINING, GRANTING = (
    "project.appraise",
    "project.approve",
    "project.propose",
    "project.opine",
    "project.grant-exception",
)
LONGEST = 20_000  # letters of one text; a long report is a paper, not a field


def N_(text: str) -> str:  # noqa: N802 - the name by which texts are collected for translation
    """A text for people, which is translated where it is shown."""
    return text


class AppraisalRefused(ValueError):
    """It can't be done; `faults` says why, each at its field ("" for the whole), to be translated where shown."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(str(fault) for fault in faults))


def refusal(field: str, says: str, remedy: str = "", **values: str) -> AppraisalRefused:
    """The refusal for one reason."""
    return AppraisalRefused(Fault(field, says, values, remedy))


def locked_project(project_id: int) -> Project:
    """The project, locked, if the actor's agency takes part in it."""
    try:
        return locked(project_id)
    except ProjectRefused as error:
        raise AppraisalRefused(*error.faults) from error


def own_project(actor: Actor, project_id: int) -> Project:
    """The project, locked, if it is of an agency that the actor prepares projects for."""
    require(actor, PROPOSING)
    row = locked_project(project_id)
    if row.owner not in actor.agencies:
        raise refusal("", N_("The project is another agency's. Its owner does this."))
    return row


def locked_appraisal(appraisal_id: int) -> Appraisal:
    """The appraisal with its project, both locked."""
    found = Appraisal.objects.filter(pk=appraisal_id).values_list("project_id", flat=True).first()
    if found is None:
        raise refusal("", N_("There is no such appraisal."))
    project = locked_project(found)
    row = Appraisal.objects.select_for_update(of=("self",)).select_related("revision", "version").get(pk=appraisal_id)
    row.project = project
    return row


def appraised_by(actor: Actor, appraisal_id: int) -> Appraisal:
    """The appraisal, locked, if the actor may appraise it: of the body that appraises, and wrote nothing in it."""
    require(actor, APPRAISING)
    row = locked_appraisal(appraisal_id)
    if row.owner in actor.agencies:
        raise refusal("", N_("The project is your own agency's. Another body must appraise it."))
    if row.agency not in actor.agencies:
        raise refusal("", N_("Another body appraises this project."))
    if wrote(actor, row.project):
        raise refusal("", N_("You wrote in this project. Somebody else must appraise it."))
    return row


def worked_on(actor: Actor, appraisal_id: int) -> Appraisal:
    """The appraisal, locked, if it runs and the actor is who took it up; who finds it free takes it up with that."""
    row = appraised_by(actor, appraisal_id)
    if row.closed_at is not None:
        raise refusal("", N_("The appraisal has ended."), N_("Load the page again."))
    if row.state != OPEN:
        raise refusal("", N_("A supplement is awaited. The appraisal goes on when the owner has answered."))
    if row.appraiser not in ("", actor.id):
        raise refusal("", N_("Somebody else took this appraisal up."), N_("Take it over first."))
    if not row.appraiser:
        row.appraiser = actor.id
        row.save(update_fields=["appraiser"])
    return row


def wrote(actor: Actor, row: Project) -> bool:
    """Whether the actor wrote anything in a project."""
    return actor.id in row.writers


@contextmanager
def in_person(actor: Actor) -> Iterator[None]:
    """Tells the database who decides: it takes a verdict, an exception and an approval from nobody else."""
    with acting(agencies=actor.agencies, person=actor.id):
        yield


def checked_text(field: str, text: str, missing: str) -> Iterator[Fault]:
    """What is wrong with a text that must be there."""
    if not text:
        yield Fault(field, missing)
    elif len(text) > LONGEST:
        yield Fault(field, N_("The text is too long: write %(most)s letters or fewer."), {"most": str(LONGEST)})


def ended(row: Appraisal, at: datetime) -> None:
    """End the shares of the clock that still run."""
    row.turns.filter(ended_at__isnull=True).update(ended_at=at)
