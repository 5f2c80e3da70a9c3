"""A provider by fastapi-xroad-soap behind the gateway, published with the WSDL that it gives of itself."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.world import REGISTER
from tests.judges.conftest import Judge
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
OPERATIONS = ("personDetails", "photoOf")


@dataclass(frozen=True)
class Register:
    """The register as it runs."""

    address: str
    wsdl: str


@pytest.fixture(scope="session")
def register(judge: Callable[[str], Judge]) -> Iterator[Register]:
    """Start it on a port of its own choice."""
    made = judge("fastapi_xroad_soap")
    process = subprocess.Popen(
        [str(made.python), str(Path(__file__).with_name("server.py"))],
        stdout=subprocess.PIPE, text=True, env=made.environment(),
    )  # fmt: skip
    try:
        assert process.stdout is not None
        address = f"http://127.0.0.1:{process.stdout.readline().strip()}/service"
        for _ in range(200):
            try:
                wsdl = requests.get(f"{address}?wsdl", timeout=5).text
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        else:
            pytest.fail("the register does not answer")
        yield Register(address, wsdl)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def published(database: Connections, signer: SignerClient, own_key: Path, register: Register) -> str:
    services = [
        {
            "id": f"{REGISTER}/{each}", "url": register.address, "methods": [{"method": "POST", "path": "/"}],
            "protocol": "soap", "wsdl": register.wsdl, "networks": ("127.0.0.0/8",), "timeout_seconds": 20,
        }
        for each in OPERATIONS
    ]  # fmt: skip
    return publish(database, signer, own_key, services)
