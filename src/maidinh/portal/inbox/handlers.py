"""Writing a notice to the applicant: another status, a date that moved, a result before its day, a reminder.

Layer 3; runs in the worker. An event that arrives twice makes one notice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from maidinh.infrastructure.events.actions import receive
from maidinh.portal.inbox.models import Notice
from maidinh.services.dossiers.queries import applicant_of

STATUS_CHANGED, EXTENDED, EARLY, RECOUNTED, ENDING = "status", "extended", "early", "recounted", "ending"


@receive("dossier.status_changed")
def write_notice(payload: dict[str, Any], at: datetime) -> None:
    """The dossier has another status."""
    _write(STATUS_CHANGED, payload, at)


@receive("dossier.extended")
def write_extension(payload: dict[str, Any], at: datetime) -> None:
    """The date of the dossier was moved; the apology stands on its page."""
    _write(EXTENDED, payload, at)


@receive("dossier.ready_early")
def write_early_result(payload: dict[str, Any], at: datetime) -> None:
    """The result is there before its day."""
    _write(EARLY, payload, at)


@receive("dossier.recounted")
def write_recount(payload: dict[str, Any], at: datetime) -> None:
    """The working calendar changed, and the date of the dossier with it."""
    _write(RECOUNTED, payload, at)


@receive("dossier.supplement_ending")
def write_reminder(payload: dict[str, Any], at: datetime) -> None:
    """The supplement is awaited not much longer."""
    _write(ENDING, payload, at)


def _write(kind: str, payload: dict[str, Any], at: datetime) -> None:
    Notice.objects.get_or_create(
        person=applicant_of(payload["dossier"]),
        at=at,
        kind=kind,
        dossier=payload["code"],
        status=payload["status"],
    )
