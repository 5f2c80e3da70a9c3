"""Accepting what was built: not while a condition of the verdict is unmet.

Layer 4, governance. The step itself is the project's (`governance/projects`); the database refuses it just so.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from maidinh.governance.appraisal.actions.refusing import APPROVING, N_, AppraisalRefused, locked_project
from maidinh.governance.appraisal.queries import conditions_unmet
from maidinh.governance.projects.actions import carrying
from maidinh.governance.projects.actions.moving import ProjectRefused
from maidinh.governance.projects.faults import Fault
from maidinh.governance.projects.models import Project
from maidinh.infrastructure.actor import Actor, require


@transaction.atomic
def accept_project(*, actor: Actor, project_id: int, record: str, at: datetime) -> Project:
    """Accept a project that is reported complete, once every condition of its verdict is met."""
    require(actor, APPROVING)
    unmet = conditions_unmet(locked_project(project_id))
    if unmet:
        says, remedy = N_("is not met: %(text)s"), N_("Record its proof first.")
        raise AppraisalRefused(*(Fault(f"condition.{each.id}", says, {"text": each.text}, remedy) for each in unmet))
    try:
        return carrying.accept_project(actor=actor, project_id=project_id, record=record, at=at)
    except ProjectRefused as error:
        raise AppraisalRefused(*error.faults) from error
