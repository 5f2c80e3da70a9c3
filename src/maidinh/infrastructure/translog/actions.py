"""Writing to the transparency log: one entry, in the caller's own transaction.

Layer 7. The entry exists exactly when what it speaks of exists; the sequencer gives it its place afterwards.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from maidinh.infrastructure.database.rows import insert_row
from maidinh.infrastructure.translog.models import Entry
from maidinh.infrastructure.translog.rules import SALT_BYTES, Commitment, idempotency_of, leaf_for


class NotInTransactionError(RuntimeError):
    """An entry may not outlive the change it speaks of."""


def append_entry(
    *, kind: str, agency: str, role: str, content: Mapping[str, Any], at: datetime, idempotency: str | None = None
) -> Commitment:
    """Enter content into the log; the caller keeps salt and content in its own row.

    A second entry under the same idempotency key fails with IntegrityError, and with it the caller's transaction.
    """
    if not connection.in_atomic_block:
        raise NotInTransactionError("append_entry belongs inside the transaction of the change it records")
    salt = secrets.token_bytes(SALT_BYTES)
    leaf = leaf_for(kind=kind, agency=agency, role=role, content=content, salt=salt, at=at)
    entry = Entry(created_at=at, leaf=leaf, idempotency=idempotency or idempotency_of(leaf))
    insert_row(entry)
    return Commitment(entry_id=entry.pk, salt=salt, leaf=leaf)
