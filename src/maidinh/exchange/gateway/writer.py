"""Writing evidence to the database before anything is answered: one task, which groups whatever waits into one commit.

Layer 6, no Django. Repeating a write is harmless (rows have their ids before they are sent), so after a lost connection
the writer simply tries again until the callers' patience is over. tests hold COLUMNS against the Django models.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from maidinh.exchange.gateway.pipeline import Pipeline
from maidinh.exchange.subjects import DIGEST_BYTES

GROUP = 500
GATHERING_SECONDS = 0.002
log = logging.getLogger("maidinh.gateway.writer")


class LogUnavailableError(Exception):
    """The database did not confirm the row in time: it may be there or not, and nothing may be answered."""


class ReplayedError(Exception):
    """This caller's token was used before."""


@dataclass(kw_only=True)  # not frozen: that costs more than all else of a row, and nobody changes one
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


@dataclass(kw_only=True)  # not frozen: that costs more than all else of a row, and nobody changes one
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
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS[row].items())
    return f"SELECT * FROM json_to_recordset($1::json) AS waiting({columns})"  # noqa: S608 - names of our own fields


_INTENT = ", ".join(COLUMNS[IntentRow])
_EXCHANGE = ", ".join(name for name in COLUMNS[ExchangeRow] if name != "leaf")
# Of a call about one person the row itself holds the digest; about several, rows beside it.
_SUBJECT = f"CASE WHEN octet_length(waiting.subject) <= {DIGEST_BYTES} THEN waiting.subject END"
# The ids that are there afterwards: those entered now, and those that were when this is tried again.
INSERT_INTENTS = f"""
WITH waiting AS ({_rows(IntentRow)}),
entered AS (
    INSERT INTO evidence_intent ({_INTENT}) SELECT {_INTENT} FROM waiting ON CONFLICT DO NOTHING RETURNING id
)
SELECT id FROM entered UNION ALL SELECT id FROM evidence_intent WHERE id IN (SELECT id FROM waiting)
"""  # noqa: S608 - names of our own fields
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
STATEMENTS = {b"intents": INSERT_INTENTS, b"exchanges": INSERT_EXCHANGES}


@dataclass
class _Waiting:
    row: IntentRow | ExchangeRow
    done: asyncio.Future[None]


class EvidenceWriter:
    """The one writer of a gateway process."""

    def __init__(self, dsn: str, *, patience_seconds: float) -> None:
        self._dsn = dsn
        self._patience = patience_seconds
        self._queue: list[_Waiting] = []
        self._wake: asyncio.Future[None] | None = None
        self._connection: Pipeline | None = None

    @property
    def connected(self) -> bool:
        """Whether the last thing known of the database is good."""
        return self._connection is not None and not self._connection.closed

    async def write(self, row: IntentRow | ExchangeRow) -> None:
        """Return when the row is committed; raise where it is not known to be, or where its token is known."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(row, loop.create_future())
        self._queue.append(waiting)
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)
        timer = loop.call_later(self._patience, _fail, waiting, LogUnavailableError())
        try:
            await waiting.done
        finally:
            timer.cancel()

    async def run(self) -> None:
        """Write until cancelled."""
        busy = False
        try:
            while True:
                if not self._queue:
                    self._wake = asyncio.get_running_loop().create_future()
                    await self._wake
                if busy:  # where several came together more are on their way, and one commit costs as much as another
                    await asyncio.sleep(GATHERING_SECONDS)
                group, self._queue = self._queue[:GROUP], self._queue[GROUP:]
                busy = len(group) > 1
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
            connection = self._connection = await Pipeline.open(self._dsn, STATEMENTS)
        intents = [each for each in group if isinstance(each.row, IntentRow)]
        exchanges = [each for each in group if isinstance(each.row, ExchangeRow)]
        calls = [(name, [_text(rows)]) for name, rows in ((b"exchanges", exchanges), (b"intents", intents)) if rows]
        results = await connection.run(calls)
        accepted: set[str] = set()
        if intents:
            found = results[-1]
            accepted = {(found.get_value(row, 0) or b"").decode() for row in range(found.ntuples)}
        for each in exchanges:
            _finish(each)
        for each in intents:
            if str(each.row.id) in accepted:
                _finish(each)
            else:
                _fail(each, ReplayedError())

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


def _text(group: Sequence[_Waiting]) -> bytes:
    """The rows as one text, which costs both ends less than an array of each column."""
    return json.dumps([vars(each.row) for each in group], default=_plain).encode()


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, datetime):
        return value.isoformat()
    return value.obj if isinstance(value, Jsonb) else str(value)


def _finish(waiting: _Waiting) -> None:
    if not waiting.done.done():
        waiting.done.set_result(None)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.done.done():
        waiting.done.set_exception(error)
