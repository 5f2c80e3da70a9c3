"""Writing the audit trail, inside the transaction of the act it tells of. Layer 7."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from maidinh.infrastructure.audit.models import AuditEntry
from maidinh.infrastructure.identity.rules import Actor


def record_act(*, actor: Actor, action: str, subject: str, at: datetime, details: dict[str, Any] | None = None) -> None:
    """Record that the actor did this. A citizen's number is not written: their acts name them by account only."""
    AuditEntry.objects.create(
        at=at,
        actor_kind=actor.kind,
        actor=actor.id,
        agency=actor.agency,
        action=action,
        subject=subject,
        details=details or {},
    )
