"""Writing evidence to the database before anything is answered: one task, which groups whatever waits into one commit.

Layer 6, no Django. Repeating a write is harmless (rows have their ids before they are sent), so after a lost connection
the writer simply tries again until the callers' patience is over. tests hold COLUMNS against the Django models.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from maidinh.exchange.subjects import DIGEST_BYTES

GROUP = 500
log = logging.getLogger("maidinh.gateway.writer")


class LogUnavailableError(Exception):
    """The database did not confirm the row in time: it may be there or not, and nothing may be answered."""


class ReplayedError(Exception):
    """This caller's token was used before."""


@dataclass(frozen=True, kw_only=True)
class IntentRow:
    """A call that will be forwarded."""

    id: UUID
    client: str
    jti: str
    x_road_id: str
    service: str
    contract: str
    serial: int
    request_hash: str
    consumer_agency: str
    provider_agency: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class ExchangeRow:
    """An exchange or a refusal that will be answered; without a leaf it stays out of the public log."""

    id: UUID
    x_road_id: str
    client: str
    authenticated: bool
    service: str
    method: str
    path: str
    zone: str
    protocol: str
    represented: str
    request_verdict: str
    response_verdict: str
    cut: int
    subject: bytes | None
    forwarded_at: datetime | None
    answered_at: datetime | None
    outcome: str
    reason: str
    contract: str
    serial: int
    status: int | None
    request_hash: str
    response_hash: str
    request_size: int
    response_size: int
    started_at: datetime
    finished_at: datetime
    consumer_agency: str
    provider_agency: str
    record: str
    signatures: Jsonb
    salt: bytes
    leaf: bytes | None


TYPES = {
    "UUID": "uuid",
    "str": "text",
    "int": "bigint",
    "int | None": "bigint",
    "bool": "boolean",
    "datetime": "timestamptz",
    "datetime | None": "timestamptz",
    "Jsonb": "jsonb",
    "bytes": "bytea",
    "bytes | None": "bytea",
}
COLUMNS: dict[type, dict[str, str]] = {
    row: {field.name: TYPES[str(field.type)] for field in fields(row)} for row in (IntentRow, ExchangeRow)
}


def _rows(row: type) -> str:
    names = ", ".join(COLUMNS[row])
    arrays = ", ".join(f"%({name})b::{kind}[]" for name, kind in COLUMNS[row].items())
    return f"SELECT {names} FROM unnest({arrays}) AS waiting({names})"  # noqa: S608 - names of our own fields


_INTENT = ", ".join(COLUMNS[IntentRow])
_EXCHANGE = ", ".join(name for name in COLUMNS[ExchangeRow] if name != "leaf")
# Of a call about one person the row itself holds the digest; about several, rows beside it.
_SUBJECT = f"CASE WHEN octet_length(waiting.subject) <= {DIGEST_BYTES} THEN waiting.subject END"
INSERT_INTENTS = f"INSERT INTO evidence_intent ({_INTENT}) {_rows(IntentRow)} ON CONFLICT DO NOTHING"
FIND_INTENTS = "SELECT id FROM evidence_intent WHERE id = ANY(%s::uuid[])"
# The entry of the log and the row that it commits to are one statement: they are there together or not at all.
INSERT_EXCHANGES = f"""
WITH waiting AS ({_rows(ExchangeRow)}),
entries AS (
    INSERT INTO translog_entry (created_at, leaf, idempotency)
    SELECT finished_at, leaf, 'exchange:' || id FROM waiting WHERE leaf IS NOT NULL
    ON CONFLICT DO NOTHING RETURNING id, idempotency
),
concerned AS (
    INSERT INTO evidence_concerned (exchange, subject)
    SELECT waiting.id, substring(waiting.subject FROM start FOR {DIGEST_BYTES})
    FROM waiting, generate_series(1, octet_length(waiting.subject), {DIGEST_BYTES}) AS start
    WHERE octet_length(waiting.subject) > {DIGEST_BYTES}
    ON CONFLICT DO NOTHING
)
INSERT INTO evidence_exchange ({_EXCHANGE}, log_entry)
SELECT {", ".join(_SUBJECT if name == "subject" else "waiting." + name for name in _EXCHANGE.split(", "))}, entries.id
FROM waiting LEFT JOIN entries ON entries.idempotency = 'exchange:' || waiting.id
ON CONFLICT DO NOTHING
"""  # noqa: S608 - names of our own fields


@dataclass
class _Waiting:
    row: IntentRow | ExchangeRow
    done: asyncio.Future[None]


class EvidenceWriter:
    """The one writer of a gateway process."""

    def __init__(self, dsn: str, *, patience_seconds: float) -> None:
        self._dsn = dsn
        self._patience = patience_seconds
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._connection: psycopg.AsyncConnection[Any] | None = None

    @property
    def connected(self) -> bool:
        """Whether the last thing known of the database is good."""
        return self._connection is not None and not self._connection.closed

    async def write(self, row: IntentRow | ExchangeRow) -> None:
        """Return when the row is committed; raise where it is not known to be, or where its token is known."""
        waiting = _Waiting(row, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(waiting)
        try:
            async with asyncio.timeout(self._patience):
                await waiting.done
        except TimeoutError as error:
            raise LogUnavailableError from error

    async def run(self) -> None:
        """Write until cancelled."""
        try:
            while True:
                group = [await self._queue.get()]
                while len(group) < GROUP and not self._queue.empty():
                    group.append(self._queue.get_nowait())
                await self._persist(group)
        finally:
            await self._drop()

    async def _persist(self, group: list[_Waiting]) -> None:
        pause = 0.05
        while group := [each for each in group if not each.done.done()]:
            try:
                async with asyncio.timeout(self._patience):
                    await self._commit(group)
                return
            except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError) as error:
                if len(group) == 1:
                    log.error("evidence: a row was refused: %s", type(error).__name__)
                    _fail(group[0], LogUnavailableError())
                    return
                for each in group:
                    await self._persist([each])
                return
            except (psycopg.Error, OSError, TimeoutError) as error:
                log.warning("evidence: the database is away: %s", type(error).__name__)
                await self._drop()
                await asyncio.sleep(pause)
                pause = min(pause * 2, 0.5)
            except Exception:
                log.exception("evidence: a group could not be written")
                await self._drop()
                for each in group:
                    _fail(each, LogUnavailableError())

    async def _commit(self, group: Sequence[_Waiting]) -> None:
        connection = self._connection
        if connection is None or connection.closed:
            connection = self._connection = await psycopg.AsyncConnection.connect(
                self._dsn,
                autocommit=True,
                prepare_threshold=0,
                connect_timeout=5,
                options="-c statement_timeout=5000 -c synchronous_commit=on",
            )
        intents = [each for each in group if isinstance(each.row, IntentRow)]
        exchanges = [each for each in group if isinstance(each.row, ExchangeRow)]
        accepted: set[UUID] = set()
        async with connection.pipeline():  # one round trip and one commit for all
            if exchanges:
                await connection.execute(INSERT_EXCHANGES, _arrays(ExchangeRow, exchanges))
            if intents:
                await connection.execute(INSERT_INTENTS, _arrays(IntentRow, intents))
                found = await connection.execute(FIND_INTENTS, [[each.row.id for each in intents]])
        if intents:
            accepted = {row[0] for row in await found.fetchall()}
        for each in exchanges:
            _finish(each)
        for each in intents:
            if each.row.id in accepted:
                _finish(each)
            else:
                _fail(each, ReplayedError())

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


def _arrays(row: type, group: Sequence[_Waiting]) -> dict[str, list[Any]]:
    return {name: [getattr(each.row, name) for each in group] for name in COLUMNS[row]}


def _finish(waiting: _Waiting) -> None:
    if not waiting.done.done():
        waiting.done.set_result(None)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.done.done():
        waiting.done.set_exception(error)
