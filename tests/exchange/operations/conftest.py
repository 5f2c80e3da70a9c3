"""Calls with every outcome in the exchange's own database."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import requests

from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.world import DEAD, PORTAL, SERVICE, STRANGER, Provider, token_for


@pytest.fixture
def make(url: str, signer: SignerClient, provider: Provider) -> Callable[..., requests.Response]:
    """A signed call of a system."""

    def call(service: str = SERVICE, client: str = PORTAL, method: str = "GET", **headers: str) -> requests.Response:
        target = f"/r1/{service}/persons/1"
        own = {
            "X-Road-Client": client,
            "Authorization": f"Bearer {token_for(signer, target, client=client, method=method)}",
        }
        session = requests.Session()
        session.trust_env = False
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return session.request(method, url + target, headers=own | named, timeout=20)

    return call


@pytest.fixture
def one_of_each(make: Any) -> str:
    """An X-Road-Id under which one call went through, one was refused and one failed."""
    shared = f"case-{uuid.uuid4()}"
    assert make(X_Road_Id=shared).status_code == 200
    assert make(client=STRANGER, X_Road_Id=shared).status_code == 500
    assert make(service=DEAD, X_Road_Id=shared).status_code == 500
    return shared


@pytest.fixture
def cursor_as(database: Connections) -> Any:
    """A cursor of a role, which may act for agencies."""

    @contextmanager
    def opened(role: str, *agencies: str) -> Iterator[psycopg.Cursor[Any]]:
        with psycopg.connect(database.dsn(role), autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT set_config('maidinh.agencies', %s, false)", [",".join(agencies)])
            yield cursor

    return opened
