"""How much a contract may be used, and when a failing service is left alone.

Layer 6, no Django. Quotas hold over all gateway processes: the counts are rows that everyone shares, taken in portions
that each process then spends by itself, so that no quota is exceeded and few calls wait for the database. The circuit
breaker is each process's own: what it saw fail is what it stops sending to.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg

from maidinh.exchange.directory.definition import Breaker, Contract
from maidinh.exchange.gateway import protocol
from maidinh.exchange.gateway.protocol import ProtocolError

SHARED_ONE_BY_ONE = 200  # a quota up to this is counted call by call, so that all of it can be used
PORTIONS = 100
KEPT = timedelta(days=3)  # counts older than this say nothing any more
PERIODS = {"minute": timedelta(minutes=1), "day": timedelta(days=1)}
TAKE = """
INSERT INTO evidence_usage AS u (contract, period, begins, used) VALUES (%s, %s, %s, %s)
ON CONFLICT (contract, period, begins) DO UPDATE SET used = u.used + EXCLUDED.used WHERE u.used + EXCLUDED.used <= %s
RETURNING used
"""
FORGET = "DELETE FROM evidence_usage WHERE begins < %s"
log = logging.getLogger("maidinh.gateway.limits")


@dataclass
class _Portion:
    """What this process may still spend of one contract's period."""

    begins: datetime
    left: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass
class _Circuit:
    """What this process saw of one contract's service."""

    failures: int = 0
    closed_from: datetime | None = None  # from then on one call may try
    trying: bool = False


class Limits:
    """The quotas and circuit breakers of one gateway process."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._portions: dict[tuple[str, str], _Portion] = {}
        self._circuits: dict[str, _Circuit] = {}
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._turn = asyncio.Lock()
        self._swept: datetime | None = None

    async def take(self, contract: Contract, at: datetime) -> None:
        """Count one call, or raise with the moment from which it may be tried again."""
        quota = contract.quota
        if quota is None:
            return
        await self._spend(contract, "minute", quota.per_minute, at)
        if quota.per_day is not None:
            try:
                await self._spend(contract, "day", quota.per_day, at)
            except ProtocolError:
                self._give_back(contract, "minute")
                raise

    def give_back(self, contract: Contract) -> None:
        """A call was counted that was none: a token that was seen before takes nothing from a contract."""
        if contract.quota is not None:
            for period in PERIODS:
                self._give_back(contract, period)

    @contextmanager
    def watching(self, contract: Contract, at: datetime) -> Iterator[Attempt]:
        """Around a call to the service: refuse it while the circuit is open, and learn from how it ends."""
        attempt = Attempt()
        if contract.breaker is None:
            yield attempt
            return
        circuit = self._circuits.setdefault(contract.id, _Circuit())
        _enter(circuit, contract.breaker, at)
        try:
            yield attempt
        finally:
            circuit.trying = False
            if attempt.ended_at is not None:
                _learn(circuit, contract.breaker, attempt)

    def resting(self, at: datetime) -> list[str]:
        """The contracts whose service is left alone at this moment."""
        circuits = self._circuits.items()
        return [contract for contract, each in circuits if each.closed_from is not None and at < each.closed_from]

    async def close(self) -> None:
        """Let go of the database."""
        async with self._turn:
            await self._drop()

    async def _spend(self, contract: Contract, period: str, limit: int, at: datetime) -> None:
        begins = _begin_of(period, contract, at)
        portion = self._portions.get((contract.id, period))
        if portion is None or portion.begins != begins:
            portion = self._portions[contract.id, period] = _Portion(begins)
        async with portion.turn:
            if portion.left == 0:
                portion.left = await self._portion(contract, period, begins, limit, at)
            if portion.left == 0:
                again = begins + PERIODS[period]
                raise exceeded(limit, period, math.ceil((again - at).total_seconds()))
            portion.left -= 1

    def _give_back(self, contract: Contract, period: str) -> None:
        portion = self._portions.get((contract.id, period))
        if portion is not None:
            portion.left += 1

    async def _portion(self, contract: Contract, period: str, begins: datetime, limit: int, at: datetime) -> int:
        wanted = 1 if limit <= SHARED_ONE_BY_ONE else limit // PORTIONS
        for count in dict.fromkeys((wanted, 1)):
            try:
                async with self._turn, asyncio.timeout(5):
                    connection = await self._connected()
                    await self._sweep(connection, at)
                    taken = await connection.execute(TAKE, [contract.id, period, begins, count, limit])
                    if await taken.fetchone() is not None:
                        return count
            except (psycopg.Error, OSError, TimeoutError) as error:
                log.warning("limits: the database is away: %s", type(error).__name__)
                await self._drop()
                raise ProtocolError(
                    protocol.LOGGING_FAILED, "log_unavailable", "the use of the contract could not be counted"
                ) from error
        return 0

    async def _sweep(self, connection: psycopg.AsyncConnection[Any], at: datetime) -> None:
        if self._swept is None or at - self._swept > PERIODS["day"]:
            self._swept = at
            await connection.execute(FORGET, [at - KEPT])

    async def _connected(self) -> psycopg.AsyncConnection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self._dsn, autocommit=True, connect_timeout=5, options="-c statement_timeout=5000"
            )
        return self._connection

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


@dataclass
class Attempt:
    """How a call to a service ended; until it is told, nothing is learnt from it."""

    good: bool = False
    ended_at: datetime | None = None

    def ended(self, at: datetime, *, good: bool) -> None:
        """The service answered, or did not."""
        self.good, self.ended_at = good, at


def exceeded(limit: int, period: str, seconds: int) -> ProtocolError:
    """The error for a contract that was used up."""
    error = ProtocolError(protocol.QUOTA_EXCEEDED, "quota_exceeded", f"the contract allows {limit} calls a {period}")
    error.retry_after = max(1, seconds)
    return error


def _begin_of(period: str, contract: Contract, at: datetime) -> datetime:
    """When the period began; days begin when the contract did, which is midnight where it was agreed."""
    length = PERIODS[period]
    return contract.valid_from + ((at - contract.valid_from) // length) * length


def _enter(circuit: _Circuit, breaker: Breaker, at: datetime) -> None:
    if circuit.closed_from is None:
        return
    left = (circuit.closed_from - at).total_seconds()
    if left > 0 or circuit.trying:
        error = ProtocolError(
            protocol.UNAVAILABLE, "circuit_open", "the service has failed too often; it is left alone"
        )
        error.retry_after = max(1, math.ceil(left if left > 0 else min(breaker.pause_seconds, 1)))
        raise error
    circuit.trying = True


def _learn(circuit: _Circuit, breaker: Breaker, attempt: Attempt) -> None:
    if attempt.good:
        circuit.failures, circuit.closed_from = 0, None
        return
    circuit.failures += 1
    if circuit.failures >= breaker.failures and attempt.ended_at is not None:
        circuit.closed_from = attempt.ended_at + timedelta(seconds=breaker.pause_seconds)
