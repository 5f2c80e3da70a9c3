"""No answer without a durable record: the database goes, the signer goes, the gateway is killed."""

from __future__ import annotations

import multiprocessing
import threading
import time
import uuid
from dataclasses import replace
from typing import Any

import psycopg
import pytest
import requests
from aiohttp import web
from django.db import connection

from maidinh.exchange.gateway.app import serve_gateway
from maidinh.exchange.gateway.settings import GatewaySettings
from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import AsyncSignerClient, SignerClient
from tests.exchange.world import INSTANCE, NOW, PORTAL, PROVINCE, SERVICE, Provider, token_for

TARGET = f"/r1/{SERVICE}/persons/1"
PERSON = "Người Mẫu"
LOGGING_FAILED = "Server.ServerProxy.LoggingFailed"


def call(port: int, signer: SignerClient, **changes: Any) -> requests.Response:
    token = token_for(signer, TARGET, **changes)
    headers = {"X-Road-Client": PORTAL, "Authorization": f"Bearer {token}"}
    return requests.get(f"http://127.0.0.1:{port}{TARGET}", headers=headers, timeout=30)


class LockedTable:
    """Holds a table so that nobody can write to it: the database is there, and does not get anything done."""

    def __init__(self, database: Connections, table: str) -> None:
        self._connection = psycopg.connect(database.dsn("owner"))
        self._connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")

    def release(self) -> None:
        self._connection.close()


def test_without_a_log_nothing_is_forwarded(
    start_gateway: Any, database: Connections, signer: SignerClient, provider: Provider
) -> None:
    gateway = start_gateway(log_patience_seconds=0.5)
    lock = LockedTable(database, "evidence_intent")
    try:
        answer = call(gateway.port, signer)
    finally:
        lock.release()
    assert (answer.status_code, answer.headers["X-Road-Error"]) == (500, LOGGING_FAILED)
    assert provider.seen == []


def test_a_gateway_whose_database_is_away_says_so_and_answers_nothing(
    start_gateway: Any, settings_of: Any, published: str, signer: SignerClient, provider: Provider
) -> None:
    settings = settings_of()
    settings.directory_copy.write_text(published)
    gateway = start_gateway(dsn="host=/nonexistent", log_patience_seconds=0.5)
    assert gateway.keeper.snapshot is not None
    assert call(gateway.port, signer).headers["X-Road-Error"] == LOGGING_FAILED
    assert provider.seen == []
    health = requests.get(f"http://127.0.0.1:{gateway.port}/health", timeout=5)
    assert (health.status_code, health.json()["database"]) == (503, False)


def test_what_cannot_be_logged_afterwards_is_not_answered(
    start_gateway: Any, database: Connections, signer: SignerClient, provider: Provider, rows: Any
) -> None:
    gateway = start_gateway(log_patience_seconds=0.5)
    lock = LockedTable(database, "evidence_exchange")
    try:
        answer = call(gateway.port, signer)
        assert (answer.status_code, answer.headers["X-Road-Error"]) == (500, LOGGING_FAILED)
        assert PERSON not in answer.text
        assert len(provider.seen) == 1
    finally:
        lock.release()
    found = rows("SELECT client FROM evidence_intent WHERE id = %s", answer.headers["X-Road-Request-Id"])
    assert found == [{"client": PORTAL}]
    assert call(gateway.port, signer).status_code == 200


def test_a_refusal_that_cannot_be_recorded_is_still_a_refusal(
    start_gateway: Any, database: Connections, signer: SignerClient, provider: Provider
) -> None:
    gateway = start_gateway(log_patience_seconds=0.5)
    lock = LockedTable(database, "evidence_exchange")
    try:
        answer = call(gateway.port, signer, aud="OTHER")
    finally:
        lock.release()
    assert (answer.status_code, answer.headers["X-Road-Error"]) == (500, LOGGING_FAILED)
    assert provider.seen == []


def test_the_writer_finds_back_to_a_database_that_dropped_it(
    start_gateway: Any, database: Connections, signer: SignerClient, provider: Provider
) -> None:
    gateway = start_gateway()
    assert call(gateway.port, signer).status_code == 200
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'maidinh_gateway' AND datname = %s"
    with psycopg.connect(database.admin_dsn) as admin:
        assert admin.execute(cut, [database.database]).fetchall()
    assert call(gateway.port, signer).status_code == 200


def test_without_a_signer_the_data_stays_here(
    start_gateway: Any, signer: SignerClient, provider: Provider, record_of: Any, tmp_path: Any
) -> None:
    gateway = start_gateway(signer=AsyncSignerClient(tmp_path / "nobody.sock", "token", patience=0.2))
    answer = call(gateway.port, signer)
    assert answer.headers["X-Road-Error"] == "Server.ServerProxy.CannotCreateSignature"
    row = record_of(answer)
    assert (row["outcome"], row["reason"], row["signatures"]) == ("failed", "signing_failed", [])


def test_calls_at_once_are_each_recorded_once(
    start_gateway: Any, signer: SignerClient, provider: Provider, rows: Any
) -> None:
    gateway = start_gateway()
    answers: list[requests.Response] = []
    token = token_for(signer, TARGET)
    shared = {"X-Road-Client": PORTAL, "Authorization": f"Bearer {token}"}

    def own() -> None:
        answers.append(call(gateway.port, signer))

    def same() -> None:
        answers.append(requests.get(f"http://127.0.0.1:{gateway.port}{TARGET}", headers=shared, timeout=30))

    threads = [threading.Thread(target=each) for each in [own, same] * 10]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(each.status_code for each in answers) == [200] * 11 + [400] * 9
    ids = [each.headers["X-Road-Request-Id"] for each in answers]
    found = rows("SELECT outcome, log_entry FROM evidence_exchange WHERE id = ANY(%s::uuid[])", ids)
    assert len(found) == 20
    entries = [each["log_entry"] for each in found if each["outcome"] == "allowed"]
    assert len(set(entries)) == 11
    assert None not in entries


def serve(dsn: str, signer_home: Home, home: Home, port: int) -> None:
    signing = AsyncSignerClient.for_caller(signer_home, "gateway")
    settings = GatewaySettings(
        instance=INSTANCE, province=PROVINCE, dsn=dsn, home=home, signer=signing, port=port, clock=fixed_clock
    )
    serve_gateway(settings)


def fixed_clock() -> Any:
    return NOW


@pytest.fixture
def process(settings_of: Any, exchange_home: Home, published: str) -> Any:
    settings = settings_of()
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    spawned = multiprocessing.get_context("spawn").Process(
        target=serve, args=(settings.dsn, exchange_home, settings.home, port)
    )
    spawned.start()
    deadline = time.monotonic() + 60
    while True:
        assert spawned.is_alive()
        assert time.monotonic() < deadline
        try:
            if requests.get(f"http://127.0.0.1:{port}/health", timeout=5).status_code == 200:
                break
        except requests.ConnectionError:
            time.sleep(0.05)
    yield spawned, port
    spawned.kill()
    spawned.join(10)


def test_a_gateway_killed_in_mid_call_leaves_its_intent(
    process: Any, signer: SignerClient, provider: Provider, loop: Any, rows: Any, orm_as: Any
) -> None:
    def open_intents() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count FROM evidence_open_intents(%s)", [NOW.replace(year=2027)])
            return int(cursor.fetchone()[0])

    spawned, port = process
    jti = str(uuid.uuid4())
    arrived = threading.Event()

    async def kill(request: web.BaseRequest) -> web.StreamResponse:
        arrived.set()
        spawned.kill()
        return web.Response(text=PERSON)

    with orm_as("web"):
        before = open_intents()
    provider.behaviour = kill
    with pytest.raises(requests.ConnectionError):
        call(port, signer, jti=jti)
    assert arrived.is_set()
    found = rows("SELECT id FROM evidence_intent WHERE jti = %s", jti)
    assert len(found) == 1
    assert rows("SELECT id FROM evidence_exchange WHERE id = %s", found[0]["id"]) == []
    with orm_as("web"):
        assert open_intents() == before + 1


def test_the_process_ends_when_it_is_told_to(process: Any, signer: SignerClient, provider: Provider) -> None:
    spawned, port = process
    assert call(port, signer).status_code == 200
    spawned.terminate()
    spawned.join(20)
    assert spawned.exitcode == 0


def test_a_row_that_the_database_refuses_harms_no_other(start_gateway: Any, loop: Any, signer: SignerClient) -> None:
    import asyncio

    from maidinh.exchange.gateway.writer import IntentRow, LogUnavailableError

    gateway = start_gateway()
    good = IntentRow(
        id=uuid.uuid4(), client="c", jti=str(uuid.uuid4()), x_road_id="x", service="s", contract="k", serial=1,
        request_hash="h", consumer_agency="a", provider_agency="b", received_at=NOW,
    )  # fmt: skip
    bad = replace(good, id=uuid.uuid4(), jti="j" * 200)

    async def both() -> list[Any]:
        return await asyncio.gather(gateway.writer.write(bad), gateway.writer.write(good), return_exceptions=True)

    results = loop.run(both())
    assert isinstance(results[0], LogUnavailableError)
    assert results[1] is None
