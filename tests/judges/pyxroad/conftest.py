"""pyxroad as the consumer, the tests' own provider behind the gateway."""

from __future__ import annotations

from pathlib import Path

import pytest

from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.soap_world import answering
from tests.exchange.world import Provider
from tests.judges.exchange import (
    clock,
    database,
    exchange_home,
    gateway,
    loop,
    orm_as,
    own_key,
    publish,
    rows,
    serving_provider,
    settings_of,
    signer,
    start_gateway,
    url,
)  # fmt: skip

__all__ = [
    "clock", "database", "exchange_home", "gateway", "loop", "orm_as", "own_key", "rows", "serving_provider",
    "settings_of", "signer", "start_gateway", "url",
]  # fmt: skip


@pytest.fixture
def provider(serving_provider: Provider) -> Provider:
    serving_provider.seen.clear()
    serving_provider.behaviour = answering
    return serving_provider


@pytest.fixture(scope="session")
def published(database: Connections, signer: SignerClient, own_key: Path, serving_provider: Provider) -> str:
    return publish(database, signer, own_key, [], serving_provider.port)
