"""Each event of a dossier becomes messages to the national portal, in the transaction that takes note of the event.

Layer 4; runs in the worker. An event that arrives twice, or after a later one, adds nothing twice and mends no order.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from maidinh.infrastructure.events.actions import receive
from maidinh.services.nationalportal.actions.enqueuing import enqueue_news, enqueue_one
from maidinh.services.results.queries import PublishedResult


@receive("dossier.submitted")
@receive("dossier.status_changed")
@receive("dossier.task_opened")
@receive("dossier.extended")
@receive("dossier.ready_early")
def tell_portal(payload: dict[str, Any], at: datetime) -> None:
    """Whatever is new of the dossier is told."""
    enqueue_news(dossier_id=payload["dossier"], at=at)


@receive("result.issued")
def tell_result(payload: dict[str, Any], at: datetime) -> None:
    """The number, digest and verification code of a result."""
    _tell_result(payload, at, revoked=False)


@receive("result.revoked")
def tell_revocation(payload: dict[str, Any], at: datetime) -> None:
    """A result holds no more."""
    _tell_result(payload, at, revoked=True)


def _tell_result(payload: dict[str, Any], at: datetime, *, revoked: bool) -> None:
    line = PublishedResult.objects.get(number=payload["result"])
    content = {
        "SoKyHieu": line.number,
        "MaDonViKy": line.agency,
        "NgayKy": line.signed_at.isoformat(),
        "Bam": line.digest,
        "MaXacThuc": line.verification_code,
        "ThuHoi": revoked,
        "LyDo": line.revocation_reason if revoked else "",
    }
    source = f"{'revoked' if revoked else 'result'}:{line.number}"
    enqueue_one(dossier_id=payload["dossier"], kind="result", source=source, content=content, at=at)
