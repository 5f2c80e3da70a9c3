"""Writing a notice to the applicant whenever their dossier has another status. Layer 3; runs in the worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from maidinh.infrastructure.events.actions import receive
from maidinh.portal.inbox.models import Notice
from maidinh.services.dossiers.queries import applicant_of

STATUS_CHANGED = "status"


@receive("dossier.status_changed")
def write_notice(payload: dict[str, Any], at: datetime) -> None:
    """One notice for one change, however often the event arrives."""
    Notice.objects.get_or_create(
        person=applicant_of(payload["dossier"]),
        at=at,
        kind=STATUS_CHANGED,
        dossier=payload["code"],
        status=payload["status"],
    )
