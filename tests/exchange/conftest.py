"""A database, a signer, a provider and a gateway, all real, for the tests of the exchange."""

from __future__ import annotations

import itertools
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from django.conf import settings
from django.core.management import call_command
from psycopg.rows import dict_row

from maidinh.exchange.client.calls import ExchangeClient
from maidinh.exchange.gateway.app import Gateway
from maidinh.exchange.gateway.settings import GatewaySettings
from maidinh.infrastructure.database.connections import Connections, prepare
from maidinh.infrastructure.database.roles import drop_database
from maidinh.infrastructure.database.standing import as_role
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import AsyncSignerClient, SignerClient
from tests.exchange.world import INSTANCE, KEYS, NOW, PORTAL, PROVINCE, Loop, Provider, directory_for, person

NUMBERS = itertools.count(1)  # a module elsewhere that borrows these fixtures gets a database of its own


@pytest.fixture(scope="session")
def exchange_home() -> Home:
    """The run's own home: its signer and its public keys."""
    return settings.MAIDINH.home


@pytest.fixture(scope="session")
def database() -> Iterator[Connections]:
    """A database of the exchange's own, since what these tests write is committed."""
    name = f"{settings.CONNECTIONS.database}_exchange_{next(NUMBERS)}"
    connections = Connections(settings.MAIDINH.home, settings.MAIDINH.database_url, database=name)
    prepare(connections)
    with as_role(connections, "owner"):
        call_command("migrate", "translog", verbosity=0, skip_checks=True)
        call_command("migrate", "directory", verbosity=0, skip_checks=True)
        call_command("migrate", "evidence", verbosity=0, skip_checks=True)
    yield connections
    drop_database(connections.admin_dsn, name)


@pytest.fixture
def orm_as(database: Connections) -> Callable[[str], Any]:
    """`with orm_as("web"):` Django in that database as that role."""
    return lambda role: as_role(database, role)


@pytest.fixture(scope="session")
def signer(exchange_home: Home) -> Iterator[SignerClient]:
    """The operator's client, with the keys of the tests' province made."""
    operator = SignerClient.for_caller(exchange_home, "operator", patience=30)
    operator.create_many(KEYS)
    yield operator
    operator.close()


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def serving_provider(loop: Loop) -> Iterator[Provider]:
    provider = Provider()
    loop.run(provider.start())
    yield provider
    loop.run(provider.runner.cleanup())


@pytest.fixture
def provider(serving_provider: Provider) -> Provider:
    serving_provider.seen.clear()
    serving_provider.behaviour = person
    return serving_provider


@dataclass
class Clock:
    """The time that the gateway sees."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def published(database: Connections, signer: SignerClient, serving_provider: Provider) -> str:
    """The directory, published as the web process does it."""
    from maidinh.exchange.directory.actions import publish_directory

    with as_role(database, "web"):
        directory = directory_for(signer.public, serving_provider.port)
        return publish_directory(directory=directory, signer=signer, at=NOW)


@pytest.fixture
def settings_of(database: Connections, exchange_home: Home, tmp_path: Path, clock: Clock) -> Iterator[Any]:
    """Settings of a gateway with a folder of its own."""
    home = Home(tmp_path / "gateway-home")
    home.prepare()
    shutil.rmtree(home.public_keys)
    home.public_keys.symlink_to(exchange_home.public_keys)

    def make(**changes: Any) -> GatewaySettings:
        signing = AsyncSignerClient.for_caller(exchange_home, "gateway", patience=10)
        settings = GatewaySettings(
            instance=INSTANCE, province=PROVINCE, dsn=database.dsn("gateway"), home=home, signer=signing, clock=clock,
            log_patience_seconds=10, poll_seconds=0.2,
        )  # fmt: skip
        return replace(settings, **changes)

    yield make


@pytest.fixture
def start_gateway(settings_of: Any, loop: Loop, published: str, signer: SignerClient) -> Iterator[Any]:
    started: list[Gateway] = []

    def start(**changes: Any) -> Gateway:
        gateway = Gateway(settings_of(**changes))
        loop.run(gateway.start())
        started.append(gateway)
        for _ in range(500):
            if gateway.keeper.snapshot is not None:
                break
            time.sleep(0.01)
        return gateway

    yield start
    for each in started:
        loop.run(each.stop())
        loop.run(each.settings.signer.close())


@pytest.fixture
def gateway(start_gateway: Any) -> Gateway:
    return start_gateway()


@pytest.fixture
def url(gateway: Gateway) -> str:
    return f"http://127.0.0.1:{gateway.port}"


@pytest.fixture
def portal(url: str, signer: SignerClient) -> ExchangeClient:
    return ExchangeClient(url, PORTAL, signer, f"caller:{PORTAL}")


@pytest.fixture
def rows(database: Connections) -> Callable[..., list[dict[str, Any]]]:
    """Read as the owner, who may see the evidence."""

    def read(statement: str, *values: Any) -> list[dict[str, Any]]:
        with psycopg.connect(database.dsn("owner"), row_factory=dict_row) as connection:
            return connection.execute(statement, values).fetchall()

    return read


@pytest.fixture
def record_of(rows: Callable[..., list[dict[str, Any]]]) -> Callable[[requests.Response], dict[str, Any]]:
    """The evidence of an answer."""

    def find(answer: requests.Response) -> dict[str, Any]:
        found = rows("SELECT * FROM evidence_exchange WHERE id = %s", answer.headers["X-Road-Request-Id"])
        assert len(found) == 1
        return found[0]

    return find
