"""Reading notices. Layer 3."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.audit.actions import record_act
from maidinh.portal.inbox.queries import notices_for


@transaction.atomic
def mark_read(*, actor: Actor, up_to: int, at: datetime) -> int:
    """Note that the person has read their notices up to this one; returns how many were new."""
    read = notices_for(actor).filter(read_at__isnull=True, pk__lte=up_to).order_by().update(read_at=at)
    if read:
        record_act(actor=actor, action="read notices", subject=actor.id, at=at, details={"notices": read})
    return read
