"""The writer's way to the database: what is sent together is committed together, and a refusal breaks nothing else."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest

from maidinh.exchange.gateway.pipeline import Pipeline

STATEMENTS = {
    b"add": "INSERT INTO evidence_usage (contract, period, begins, used) VALUES ($1, 'day', now(), 1)",
    b"count": "SELECT count(*) FROM evidence_usage WHERE contract = $1",
    b"divide": "SELECT 1 / $1::int",
    b"who": "SELECT pg_backend_pid()",
    b"long": "SELECT repeat('x', $1::int)",
}


@pytest.fixture
def piped(published: str, database: Any) -> Callable[[Callable[[Pipeline], Awaitable[None]]], None]:
    def run(work: Callable[[Pipeline], Awaitable[None]]) -> None:
        async def whole() -> None:
            pipeline = await Pipeline.open(database.dsn("gateway"), STATEMENTS)
            try:
                await work(pipeline)
            finally:
                await pipeline.close()
            assert pipeline.closed

        asyncio.run(asyncio.wait_for(whole(), 20))

    return run


async def value(pipeline: Pipeline, name: bytes, *parameters: bytes) -> bytes | None:
    return (await pipeline.run([(name, parameters)]))[0].get_value(0, 0)


def test_what_is_sent_together_is_there_together_or_not_at_all(piped: Any) -> None:
    name = str(uuid.uuid4()).encode()

    async def work(pipeline: Pipeline) -> None:
        with pytest.raises(psycopg.errors.DivisionByZero):
            await pipeline.run([(b"add", [name]), (b"divide", [b"0"])])
        assert await value(pipeline, b"count", name) == b"0"
        done = await pipeline.run([(b"add", [name]), (b"divide", [b"1"]), (b"count", [name])])
        assert [each.get_value(0, 0) for each in done[1:]] == [b"1", b"1"]

    piped(work)


def test_what_is_larger_than_the_kernel_takes_at_once_arrives(piped: Any) -> None:
    async def work(pipeline: Pipeline) -> None:
        assert await value(pipeline, b"count", b"x" * 8_000_000) == b"0"
        assert len(await value(pipeline, b"long", b"8000000") or b"") == 8_000_000

    piped(work)


def test_a_lost_connection_is_told_and_closed(piped: Any, database: Any) -> None:
    async def work(pipeline: Pipeline) -> None:
        number = await value(pipeline, b"who")
        with psycopg.connect(database.dsn("gateway")) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [int(number or 0)])
        for _ in range(2):  # whether it was under way or is begun afterwards
            with pytest.raises(psycopg.OperationalError):
                await value(pipeline, b"who")

    piped(work)
