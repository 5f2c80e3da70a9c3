"""The officer's own rating of a project's risk, with reasons, kept beside what the facts came to at that moment.

Layer 4, governance. Who wrote in a project does not rate it. Legal ground: Nghị định 224/2026/NĐ-CP article 69.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from maidinh.governance.architecture.rules import kept_text as kept
from maidinh.governance.projects.actions.moving import subject
from maidinh.governance.projects.queries import Project
from maidinh.governance.projects.rules import DECIDED
from maidinh.governance.supervision.models import OfficerRating
from maidinh.governance.supervision.queries import rating_of
from maidinh.governance.supervision.rules import LEVELS, N_, Fault, SupervisionRefused, faults_of_text
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act

SUPERVISING = "project.supervise"


@transaction.atomic
def rate_project(*, actor: Actor, project_id: int, level: str, reasons: str, at: datetime) -> OfficerRating:
    """Rate a project; the newest rating counts, and none is ever changed."""
    require(actor, SUPERVISING)
    row, text = Project.objects.filter(pk=project_id).first(), kept(reasons)
    if row is None or row.state not in DECIDED:
        raise SupervisionRefused(Fault("", N_("Only a project that was approved is rated.")))
    if actor.id in row.writers:
        raise SupervisionRefused(Fault("", N_("You wrote in this project. Somebody else must rate it.")))
    faults = [] if level in LEVELS else [Fault("level", N_("Choose how high the risk is."))]
    faults += faults_of_text("reasons", text)
    if faults:
        raise SupervisionRefused(*faults)
    computed = rating_of(row, at)
    last = OfficerRating.objects.filter(project=row, successor__isnull=True).order_by("-pk").first()
    made = OfficerRating.objects.create(
        project=row, level=level, reasons=text, computed=computed.level, by=actor.id, agency=actor.agency, at=at,
        causes=[{"code": each.code, "level": each.level, "values": each.values} for each in computed.causes],
        supersedes=last,
    )  # fmt: skip
    details = {"level": level, "computed": computed.level}
    record_act(actor=actor, action="project.rated", subject=subject(row), at=at, details=details)
    return made
