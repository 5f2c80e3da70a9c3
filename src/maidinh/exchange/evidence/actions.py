"""Entering into the public log what the gateway could not: calls that were forwarded and never ended.

Layer 6. The gateway writes the intent before it forwards a call; where it died before it could record the end, nothing
but the intent tells of the call. From here on the log tells of it too, and the intent can no more be made away with.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from maidinh.exchange.evidence.rules import INTENT, unended_leaf, unended_name
from maidinh.infrastructure.translog.rules import ContentError

NAMES = ("id", "received_at", *INTENT)
UNENDED = f"SELECT {', '.join(NAMES)} FROM evidence_unended(%s, %s)"  # noqa: S608 - names of our own columns
ENTER = "INSERT INTO translog_entry (created_at, leaf, idempotency) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"


def enter_unended(*, since: datetime, before: datetime, key: bytes, at: datetime) -> int:
    """Enter the calls that came in between these moments and have no end yet, each once; how many were entered.

    `key` is the secret of the installation by which nobody else can guess what an entry speaks of.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(UNENDED, [since, before])
        entries = [
            (at, leaf, unended_name(intent["id"]))
            for intent in (dict(zip(NAMES, row, strict=True)) for row in cursor.fetchall())
            if (leaf := _leaf(intent, key)) is not None
        ]
        cursor.executemany(ENTER, entries)
    return len(entries)


def _leaf(intent: Mapping[str, Any], key: bytes) -> bytes | None:
    """None of a row that the gateway never wrote like this; it holds up no other, and an audit tells of it."""
    try:
        return unended_leaf(intent, key)
    except ContentError:
        return None
