"""`maidinh exchange replay`: a failed call is made again once, and never when it was answered after all."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from aiohttp import web
from django.conf import settings
from typer.testing import CliRunner, Result

from maidinh.config.cli import exchange, exchange_operations
from maidinh.exchange.client.calls import ExchangeClient, ExchangeRefused, ExchangeUnavailable
from maidinh.exchange.gateway.app import Gateway
from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.world import NOW, PORTAL, SERVICE, Provider, person


async def broken(request: web.BaseRequest) -> web.StreamResponse:
    """The service ends the connection."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@pytest.fixture
def keeping(start_gateway: Any, exchange_home: Home, provider: Provider) -> Gateway:
    """A gateway that keeps failed calls in the home where the command looks."""
    gateway: Gateway = start_gateway(kept_for=timedelta(hours=1))
    gateway.watch.kept._folder = exchange_home.gateway / "failed"
    gateway.watch.kept._key = exchange_home.secrets / "exchange-kept.key"
    return gateway


@pytest.fixture
def caller(keeping: Gateway, signer: SignerClient) -> ExchangeClient:
    return ExchangeClient(f"http://127.0.0.1:{keeping.port}", PORTAL, signer, f"caller:{PORTAL}")


@pytest.fixture
def replay(
    keeping: Gateway, exchange_home: Home, database: Connections, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")
    monkeypatch.setenv("MAIDINH_DATABASE_NAME", database.database)
    monkeypatch.setenv("DATABASE_URL", settings.MAIDINH.database_url or "")
    monkeypatch.setattr(exchange_operations, "now", lambda: NOW)
    place = ("--data", exchange_home.root, "--port", keeping.port - 1)
    return lambda *asked: CliRunner().invoke(exchange.app, [str(each) for each in ("replay", *asked, *place)])


def fail(caller: ExchangeClient, provider: Provider, method: str = "GET", path: str = "/persons/012?q=%C4%90") -> str:
    """A call that fails; its X-Road-Id."""
    name = f"replay-{uuid.uuid4()}"
    provider.behaviour = broken
    with pytest.raises(ExchangeUnavailable):
        caller.call(SERVICE, at=NOW, method=method, path=path, user="official-7", x_road_id=name)
    provider.behaviour = person
    provider.seen.clear()
    return name


def test_a_failed_call_is_made_again_once(caller: ExchangeClient, provider: Provider, replay: Any, rows: Any) -> None:
    name = fail(caller, provider)
    told = replay(name, "--json")
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert (found["outcome"], found["status"], found["x_road_id"]) == ("allowed", 200, name)
    (seen,) = provider.seen
    assert (seen.method, seen.raw_path, seen.header("X-Road-UserId")) == (
        "GET",
        "/base/persons/012?q=%C4%90",
        "official-7",
    )
    written = rows("SELECT id, outcome FROM evidence_exchange WHERE x_road_id = %s ORDER BY outcome", name)
    assert [(str(each["id"]), each["outcome"]) for each in written] == [
        (found["request_id"], "allowed"), (found["failed"], "failed"),
    ]  # fmt: skip
    again = replay(name, "--json")
    assert again.exit_code == 1 and json.loads(again.stdout)["reason"] == "answered"
    assert len(provider.seen) == 1


def test_what_the_system_repeated_itself_is_not_made_again(
    caller: ExchangeClient, provider: Provider, replay: Any
) -> None:
    name = fail(caller, provider)
    caller.call(SERVICE, at=NOW, path="/persons/012", x_road_id=name)
    told = replay(name)
    assert told.exit_code == 1 and "answered after all" in told.output
    assert len(provider.seen) == 1


def test_what_is_under_way_is_not_made_again(
    caller: ExchangeClient, provider: Provider, replay: Any, database: Connections
) -> None:
    name, other = fail(caller, provider), uuid.uuid4()
    with psycopg.connect(database.dsn("gateway"), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO evidence_intent (id, client, jti, x_road_id, service, contract, serial, request_hash,"
            " consumer_agency, provider_agency, received_at) VALUES (%s, %s, %s, %s, %s, '', 1, '', 'AG1', 'AG2', %s)",
            [other, PORTAL, str(other), name, SERVICE, NOW - timedelta(seconds=1)],
        )
    assert json.loads(replay(name, "--json").stdout)["reason"] == "under-way"
    assert provider.seen == []


def test_what_may_not_come_twice_or_is_anothers_is_not_made_again(
    caller: ExchangeClient, provider: Provider, replay: Any
) -> None:
    posted = fail(caller, provider, method="POST", path="/searches")
    assert json.loads(replay(posted, "--json").stdout)["reason"] == "not-repeatable"
    read = fail(caller, provider)
    assert json.loads(replay(read, "--agency", "AG2", "--json").stdout)["reason"] == "other-agency"
    assert json.loads(replay("no-such-id", "--json").stdout)["reason"] == "unknown"
    refused = f"refused-{uuid.uuid4()}"
    with pytest.raises(ExchangeRefused):
        caller.call(SERVICE, at=NOW, path="/owners/1", x_road_id=refused)
    assert json.loads(replay(refused, "--json").stdout)["reason"] == "not-failed"
    assert provider.seen == []
    again = replay(read, "--agency", "AG1")
    assert again.exit_code == 0, again.output


def test_one_that_fails_again_is_kept_anew(caller: ExchangeClient, provider: Provider, replay: Any) -> None:
    name = fail(caller, provider)
    provider.behaviour = broken
    assert replay(name).exit_code == 3
    provider.behaviour = person
    assert replay(name).exit_code == 0


def test_where_the_gateway_is_silent_the_request_stays(
    caller: ExchangeClient, provider: Provider, replay: Any, exchange_home: Home
) -> None:
    name = fail(caller, provider)
    silent = CliRunner().invoke(exchange.app, ["replay", name, "--data", str(exchange_home.root), "--port", "9"])
    assert silent.exit_code == 3 and "nobody can say" in silent.output
    assert replay(name).exit_code == 0


def test_one_that_was_not_kept_is_told(
    caller: ExchangeClient, provider: Provider, replay: Any, keeping: Gateway, rows: Any
) -> None:
    name = fail(caller, provider)
    (written,) = rows("SELECT id FROM evidence_exchange WHERE x_road_id = %s", name)
    (kept,) = keeping.watch.kept._of(written["id"])
    kept.unlink()  # this one alone: other workers keep theirs in the same folder, so nothing is swept here
    assert json.loads(replay(name, "--json").stdout)["reason"] == "not-kept"
