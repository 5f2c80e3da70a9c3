"""Reading what was exchanged: each agency its own rows, everyone the counts.

Layer 6. The counts come from a function of the database that gives no row away; the rows come through row-level
security.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from maidinh.exchange.evidence.models import Exchange


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


@dataclass(frozen=True)
class OpenIntents:
    """Calls that were forwarded and never recorded as ended: what a killed gateway leaves behind."""

    count: int
    oldest_at: datetime | None


def observed_connections(since: datetime) -> list[Observed]:
    """What was seen since a moment, by client, service and outcome."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT client, service, outcome, authenticated, count, last_at FROM evidence_observed(%s)", [since]
        )
        return [Observed(*row) for row in cursor.fetchall()]


def open_intents(before: datetime) -> OpenIntents:
    """Intents received before a moment to which no exchange belongs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count, oldest_at FROM evidence_open_intents(%s)", [before])
        return OpenIntents(*cursor.fetchone())


def visible_exchanges() -> QuerySet[Exchange]:
    """The exchanges of the agencies acted for, newest first; nothing outside `scope.acting`."""
    return Exchange.objects.order_by("-finished_at")
