"""Reading what was exchanged: everyone the counts.

Layer 6. They come from a function of the database that gives no row away. The rows are for the agencies that took part,
by row-level security.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import connection

from maidinh.exchange.directory.definition import RESERVED
from maidinh.exchange.operations import history, standing


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
        return [each for row in cursor.fetchall() if _of_a_service(each := Observed(*row))]


@dataclass(frozen=True)
class Operation:
    """How often one system was seen to use one operation of one service with one outcome, and from which zone.

    `path` is a declared pattern: the contract's, or the service's own where the call was refused; empty where neither
    offers what was asked. `zone` is empty where the gateway was not told the networks.
    """

    client: str
    service: str
    method: str
    path: str
    outcome: str
    reason: str
    zone: str
    authenticated: bool
    contract: str
    count: int
    first_at: datetime
    last_at: datetime


def observed_operations(since: datetime) -> list[Operation]:
    """What was seen since a moment, operation by operation."""
    names = ", ".join(each.name for each in fields(Operation))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM evidence_operations(%s)", [since])  # noqa: S608 - names of our own fields
        return [each for row in cursor.fetchall() if _of_a_service(each := Operation(*row))]


def _of_a_service(seen: Observed | Operation) -> bool:
    """Not a question about a provider, which the exchange answers itself and no architecture declares."""
    return seen.service.rpartition("/")[2] not in RESERVED


def calls_under(asked: str, *, before: datetime) -> tuple[list[history.Happened], list[history.Unended]]:
    """What became of the calls with this X-Road-Id or request id, among the rows of whoever acts.

    The second are those that began before a moment and have no end.
    """
    with connection.cursor() as cursor:
        return history.happened_under(cursor, asked), history.unended_under(cursor, asked, before=before)


def latest_calls(*, outcomes: Sequence[str], since: datetime, service: str = "") -> list[history.Happened]:
    """The latest calls with one of these outcomes, newest first, among the rows of whoever acts."""
    with connection.cursor() as cursor:
        return history.latest(cursor, outcomes=outcomes, since=since, service=service)


def calls_between(since: datetime, until: datetime, *, limit: int) -> list[history.Happened]:
    """All calls that ended in a time, oldest first, among the rows of whoever acts."""
    with connection.cursor() as cursor:
        return history.between(cursor, since=since, until=until, limit=limit)


def last_hour(at: datetime) -> list[standing.ServiceHour]:
    """What came of the calls of the last hour, by service: numbers, for everyone."""
    with connection.cursor() as cursor:
        return standing.last_hour(cursor, at)


def open_calls(before: datetime) -> tuple[int, datetime | None]:
    """How many calls were forwarded before a moment and have no end, and when the first came in; for everyone."""
    with connection.cursor() as cursor:
        return standing.open_calls(cursor, before)
