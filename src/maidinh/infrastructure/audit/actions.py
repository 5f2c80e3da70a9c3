"""Writing the audit trail, inside the transaction of the act it tells of. Layer 7."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.rows import add_lines

COLUMNS = ("at", "actor_kind", "actor", "agency", "action", "subject", "details")

INSERT_ALL = (
    "INSERT INTO audit_auditentry (at, actor_kind, actor, agency, action, subject, details)"
    " SELECT %s, r.kind, r.actor, r.agency, %s, r.subject, r.details FROM jsonb_to_recordset(%s::jsonb)"
    " AS r(kind text, actor text, agency text, subject text, details jsonb)"
)


def record_act(*, actor: Actor, action: str, subject: str, at: datetime, details: dict[str, Any] | None = None) -> None:
    """Record that the actor did this. A citizen's number is not written: their acts name them by account only."""
    line = (at, actor.kind, actor.id, actor.agency, action, subject, json.dumps(details or {}))
    add_lines("audit_auditentry", COLUMNS, [line])


def record_acts(*, action: str, acts: Sequence[tuple[Actor, str, dict[str, Any]]], at: datetime) -> None:
    """Record the same of many subjects, each with who did it and its details, with one statement."""
    rows = [
        {"kind": actor.kind, "actor": actor.id, "agency": actor.agency, "subject": subject, "details": details}
        for actor, subject, details in acts
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(INSERT_ALL, [at, action, json.dumps(rows)])
