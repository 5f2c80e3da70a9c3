"""Giving forms their numbers as soon as a dossier's status makes them due. Layer 4; runs in the worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from maidinh.infrastructure.events.actions import receive
from maidinh.services.dossiers.queries import dossier_numbered
from maidinh.services.results.actions import issue_due_forms


@receive("dossier.status_changed")
def number_forms(payload: dict[str, Any], at: datetime) -> None:
    """Each form once, however often the event arrives."""
    issue_due_forms(dossier=dossier_numbered(payload["dossier"]), at=at)
