"""Recording training that was held, against the plan of a project. Layer 4, governance."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localtime

from maidinh.governance.architecture.rules import kept_text as kept
from maidinh.governance.projects.faults import N_, Fault
from maidinh.governance.roadmap.models import TrainingRecord
from maidinh.governance.roadmap.queries import known_projects
from maidinh.governance.roadmap.rules import LONGEST_TEXT, RECORDING, refusal, refuse
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act

MOST = 1_000_000  # of people; more than any province employs


@transaction.atomic
def record_training(
    *, actor: Actor, project: str, training: str, people: int, held_on: date, evidence: str, at: datetime
) -> TrainingRecord:
    """Write down that people were trained, as a line of the project's plan foresees; for the agency that is taught."""
    require(actor, RECORDING)
    form = known_projects(actor).get(project)
    line = next((each for each in form.training if each.id == training), None) if form else None
    if form is None or line is None:
        raise refusal("", N_("The project plans no such training."))
    if not {line.agency, form.owner} & set(actor.agencies):
        raise refusal("", N_("The training is another agency's. It records it, or the owner of the project does."))
    text, found = kept(evidence), []
    if not 0 < people <= MOST:
        found.append(Fault("people", N_("Write how many people took part.")))
    if held_on > localtime(at).date():
        found.append(Fault("held_on", N_("Write a day that is not still to come.")))
    if len(text) > LONGEST_TEXT:
        says = N_("The text is too long: write %(most)s letters or fewer.")
        found.append(Fault("evidence", says, {"most": str(LONGEST_TEXT)}))
    refuse(found)
    made = TrainingRecord.objects.create(
        province=settings.MAIDINH.province, project=project, training=training, agency=actor.agency, people=people,
        held_on=held_on, evidence=text, by=actor.id, at=at,
    )  # fmt: skip
    record_act(actor=actor, action="training.record", subject=f"project {made.province} {project}", at=at,
               details={"training": training, "people": people})  # fmt: skip
    return made
