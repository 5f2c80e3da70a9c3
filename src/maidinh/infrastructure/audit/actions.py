"""Writing the audit trail, inside the transaction of the act it tells of. Layer 7."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import connection

from maidinh.infrastructure.actor import Actor

INSERT = (
    "INSERT INTO audit_auditentry (at, actor_kind, actor, agency, action, subject, details)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb)"
)


def record_act(*, actor: Actor, action: str, subject: str, at: datetime, details: dict[str, Any] | None = None) -> None:
    """Record that the actor did this. A citizen's number is not written: their acts name them by account only."""
    with connection.cursor() as cursor:  # an INSERT that reads nothing back: who writes need not be able to read
        cursor.execute(INSERT, [at, actor.kind, actor.id, actor.agency, action, subject, json.dumps(details or {})])
