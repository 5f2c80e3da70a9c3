"""What became of calls: every exchange of a correlation id, the latest that did not go through, calls without an end.

Layer 6, no Django: the pages and the command line hand in a cursor of theirs, and its role decides which rows there
are. An agency's cursor sees the exchanges in which the agency took part; the owner's sees all. Nothing here holds a
query, a path with somebody's number in it, or a body.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Protocol

from maidinh.exchange.jws import timestamp

LOST = "lost"  # forwarded and never recorded as ended
ALLOWED, REFUSED, FAILED = "allowed", "refused", "failed"
LONGEST = 200  # exchanges told of one correlation id


class Cursor(Protocol):
    """A cursor of psycopg or of Django."""

    def execute(self, query: Any, params: Sequence[Any] = ..., /) -> Any: ...

    def fetchall(self) -> list[Any]: ...


@dataclass(frozen=True)
class Happened:
    """One exchange, as an operator or one of its two agencies may know it."""

    id: uuid.UUID
    x_road_id: str
    client: str
    authenticated: bool
    service: str
    method: str
    path: str
    zone: str
    protocol: str
    represented: str
    outcome: str
    reason: str
    contract: str
    serial: int
    status: int | None
    request_verdict: str
    response_verdict: str
    cut: int
    request_size: int
    response_size: int
    started_at: datetime
    forwarded_at: datetime | None
    answered_at: datetime | None
    finished_at: datetime
    consumer_agency: str
    provider_agency: str
    log_entry: int | None

    @property
    def succeeded(self) -> bool:
        """Whether the service answered, and did not answer with a failure of its own."""
        return self.outcome == ALLOWED and (self.status or 0) < 400

    @property
    def milliseconds(self) -> int:
        """How long it took the whole way."""
        return round((self.finished_at - self.started_at).total_seconds() * 1000)

    def steps(self) -> list[tuple[str, datetime | None]]:
        """The four steps with their times; what was never reached has none."""
        return [
            ("received", self.started_at),
            ("forwarded", self.forwarded_at),
            ("answered", self.answered_at),
            ("logged", self.finished_at),
        ]

    def document(self) -> dict[str, Any]:
        """As JSON tells it."""
        content: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        for name in ("started_at", "forwarded_at", "answered_at", "finished_at"):
            content[name] = None if content[name] is None else timestamp(content[name])
        return content | {"id": str(self.id), "milliseconds": self.milliseconds}


@dataclass(frozen=True)
class Unended:
    """A call that was forwarded, and of which nobody wrote down the end: a gateway died in mid-call."""

    id: uuid.UUID
    x_road_id: str
    client: str
    service: str
    contract: str
    received_at: datetime
    consumer_agency: str
    provider_agency: str

    def document(self) -> dict[str, Any]:
        """As JSON tells it."""
        content: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        return content | {"id": str(self.id), "received_at": timestamp(self.received_at), "outcome": LOST}


_COLUMNS = ", ".join(each.name for each in fields(Happened))
_UNENDED = ", ".join(f"i.{each.name}" for each in fields(Unended))


def happened_under(cursor: Cursor, asked: str) -> list[Happened]:
    """The exchanges with this X-Road-Id, or the one with this request id, in the order in which they came in."""
    cursor.execute(
        f"SELECT {_COLUMNS} FROM evidence_exchange WHERE x_road_id = %s OR id = %s"  # noqa: S608 - names of our own fields
        f" ORDER BY started_at, id LIMIT {LONGEST}",
        [asked, _number(asked)],
    )
    return [Happened(*row) for row in cursor.fetchall()]


def unended_under(cursor: Cursor, asked: str, *, before: datetime) -> list[Unended]:
    """The calls with this X-Road-Id, or this request id, that began before a moment and have no end."""
    cursor.execute(
        f"SELECT {_UNENDED} FROM evidence_intent AS i WHERE (i.x_road_id = %s OR i.id = %s) AND i.received_at < %s"  # noqa: S608
        " AND NOT EXISTS (SELECT 1 FROM evidence_exchange AS e WHERE e.id = i.id)"
        f" ORDER BY i.received_at LIMIT {LONGEST}",
        [asked, _number(asked), before],
    )
    return [Unended(*row) for row in cursor.fetchall()]


def latest(
    cursor: Cursor, *, outcomes: Sequence[str], since: datetime, service: str = "", limit: int = 50
) -> list[Happened]:
    """The latest exchanges with one of these outcomes, newest first."""
    cursor.execute(
        f"SELECT {_COLUMNS} FROM evidence_exchange WHERE outcome = ANY(%s) AND finished_at >= %s"  # noqa: S608 - own names
        " AND (%s = '' OR service = %s) ORDER BY finished_at DESC, id LIMIT %s",
        [list(outcomes), since, service, service, limit],
    )
    return [Happened(*row) for row in cursor.fetchall()]


def between(cursor: Cursor, *, since: datetime, until: datetime, limit: int) -> list[Happened]:
    """All that ended from one moment until before another, oldest first."""
    cursor.execute(
        f"SELECT {_COLUMNS} FROM evidence_exchange WHERE finished_at >= %s AND finished_at < %s"  # noqa: S608 - own names
        " ORDER BY finished_at, id LIMIT %s",
        [since, until, limit],
    )
    return [Happened(*row) for row in cursor.fetchall()]


def _number(asked: str) -> uuid.UUID | None:
    with suppress(ValueError):
        return uuid.UUID(asked)
    return None
