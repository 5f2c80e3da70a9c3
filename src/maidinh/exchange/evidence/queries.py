"""Reading what was exchanged: everyone the counts.

Layer 6. They come from a function of the database that gives no row away. The rows are for the agencies that took part,
by row-level security.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True)
class Observed:
    """How often one system was seen to call one service with one outcome.

    Where `authenticated` is false the client is only what the caller claimed to be.
    """

    client: str
    service: str
    outcome: str
    authenticated: bool
    count: int
    last_at: datetime


def observed_connections(since: datetime) -> list[Observed]:
    """What was seen since a moment, by client, service and outcome."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT client, service, outcome, authenticated, count, last_at FROM evidence_observed(%s)", [since]
        )
        return [Observed(*row) for row in cursor.fetchall()]
