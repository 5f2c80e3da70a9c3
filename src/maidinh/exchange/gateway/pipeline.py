"""One connection to PostgreSQL for statements that are always the same, all of a group in one round trip.

Layer 6, no Django. psycopg opens the connection; what is sent over it goes by libpq's own calls in its pipeline mode,
because the general way (queries read, types found, waits begun anew each time) costs a gateway as much as the database
itself. What is sent together is one transaction: all of it is committed or none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import errors
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

OPTIONS = "-c statement_timeout=5000 -c synchronous_commit=on"
Parameters = Sequence[bytes | None]
BROKEN = (ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE, ExecStatus.NONFATAL_ERROR)


class Pipeline:
    """The connection. One group is under way at a time; after any failure but the database's own word it is closed."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], statements: Mapping[bytes, str]) -> None:
        self._connection = connection
        self._unprepared = dict(statements)
        self._libpq = connection.pgconn
        self._socket = connection.pgconn.socket
        self._loop = asyncio.get_running_loop()
        self._heard = False
        self._got: list[PGresult] = []
        self._whole: asyncio.Future[None] | None = None

    @classmethod
    async def open(cls, dsn: str, statements: Mapping[bytes, str]) -> Pipeline:
        """Connect for these statements, known by their names. Raises psycopg.Error or OSError."""
        connection = await psycopg.AsyncConnection.connect(dsn, autocommit=True, connect_timeout=5, options=OPTIONS)
        opened = cls(connection, statements)
        opened._libpq.enter_pipeline_mode()
        opened._loop.add_reader(opened._socket, opened._readable)
        opened._heard = True
        return opened

    @property
    def closed(self) -> bool:
        """Whether it can't be used any more."""
        return self._connection.closed

    async def run(self, calls: Sequence[tuple[bytes, Parameters]]) -> list[PGresult]:
        """Run these statements as one transaction. Raises what the database says of the first that fails.

        Each is prepared when it is first wanted: the table of another may be locked.
        """
        if not self._heard:
            raise psycopg.OperationalError("the connection is lost")
        for name in {name for name, _ in calls} & self._unprepared.keys():
            self._libpq.send_prepare(name, self._unprepared[name].encode())
            await self._round()
            del self._unprepared[name]
        for name, parameters in calls:
            self._libpq.send_query_prepared(name, parameters)
        return await self._round()

    async def close(self) -> None:
        """Let go of the database."""
        self._deafen()
        await self._connection.close()

    async def _round(self) -> list[PGresult]:
        self._got, self._whole = [], self._loop.create_future()
        self._libpq.pipeline_sync()
        if self._libpq.flush():
            self._loop.add_writer(self._socket, self._writable)
        await self._whole
        for each in self._got:
            if each.status in BROKEN:
                raise errors.error_from_result(each)
        return self._got

    def _writable(self) -> None:
        try:
            if not self._libpq.flush():
                self._loop.remove_writer(self._socket)
        except psycopg.Error as error:
            self._broken(error)

    def _readable(self) -> None:
        libpq = self._libpq
        try:
            libpq.consume_input()
            while self._whole is not None and not libpq.is_busy():
                result = libpq.get_result()
                if result is None:  # between two statements
                    continue
                if result.status == ExecStatus.PIPELINE_SYNC:
                    whole, self._whole = self._whole, None
                    if not whole.done():
                        whole.set_result(None)
                else:
                    self._got.append(result)
        except psycopg.Error as error:
            self._broken(error)

    def _deafen(self) -> None:
        """Listen no longer, once: afterwards the socket's number may be another's."""
        if self._heard:
            self._heard = False
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)

    def _broken(self, error: psycopg.Error) -> None:
        self._deafen()
        whole, self._whole = self._whole, None
        if whole is not None and not whole.done():
            whole.set_exception(error)
