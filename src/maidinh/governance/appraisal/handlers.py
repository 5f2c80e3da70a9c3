"""What becomes of appraisals when a version is published or a project is withdrawn. Layer 4; runs in the worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from maidinh.governance.appraisal.models import Appraisal
from maidinh.governance.appraisal.rules import STOPPED
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.projects.models import Event, Project
from maidinh.governance.projects.rules import APPRAISED, APPRAISING, RETURNED, WITHDRAWN
from maidinh.infrastructure.events.actions import publish, receive

SYSTEM = "system"
WAITING = (APPRAISING, RETURNED, APPRAISED)


@receive("architecture.published")
def ask_to_check_again(payload: dict[str, Any], at: datetime) -> None:
    """Each project that is appraised or waits for its decision must be checked against the new version; told once."""
    version = current_version()
    if version is None or version.version != payload["version"]:
        return
    for project in Project.objects.filter(province=payload["province"], state__in=WAITING).order_by("pk"):
        newest = project.appraisals.select_related("version").defer("version__content").order_by("-number").first()
        told = project.events.filter(kind="recheck-needed", details__version=version.version).exists()
        if newest is None or newest.version_id == version.pk or told:
            continue
        details = {"appraisal": newest.number, "from": newest.version.version, "version": version.version}
        with transaction.atomic():
            Event.objects.create(
                project=project, kind="recheck-needed", at=at, by=SYSTEM, agency=newest.agency, details=details,
                public=True,
            )  # fmt: skip
            named = {"project": project.code, "version": version.version}
            publish(name="project.recheck_needed", payload=named, at=at, agency=newest.agency)


@receive("project.moved")
def stop_appraisal(payload: dict[str, Any], at: datetime) -> None:
    """The appraisal of a project that was withdrawn ends, and its clock with it."""
    if payload["state"] != WITHDRAWN:
        return
    for row in Appraisal.objects.filter(project__code=payload["project"], closed_at__isnull=True):
        if row.project.state != WITHDRAWN:
            continue
        with transaction.atomic():
            row.turns.filter(ended_at__isnull=True).update(ended_at=at)
            row.state, row.closed_at = STOPPED, at
            row.save(update_fields=["state", "closed_at"])
