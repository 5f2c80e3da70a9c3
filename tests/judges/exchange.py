"""The exchange for its judges: a gateway, its database and signer, and a key that a caller itself holds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.database.standing import as_role
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.conftest import (
    clock,
    database,
    exchange_home,
    gateway,
    loop,
    orm_as,
    rows,
    serving_provider,
    settings_of,
    signer,
    start_gateway,
    url,
)  # fmt: skip
from tests.exchange.world import NOW, PORTAL, contract_for, directory_for

OWN_KEY = f"caller:{PORTAL}:own"
SERIALS = itertools.count(1)
__all__ = [
    "clock", "database", "exchange_home", "gateway", "loop", "orm_as", "own_key", "rows", "serving_provider",
    "settings_of", "signer", "start_gateway", "url",
]  # fmt: skip


@pytest.fixture(scope="session")
def own_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A caller's private key, which no signer of ours has seen."""
    path = tmp_path_factory.mktemp("caller") / "key.pem"
    path.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    yield path
    path.unlink()


def publish(
    database: Connections, signer: SignerClient, key: Path, services: Sequence[dict[str, Any]], port: int = 9
) -> str:
    """Publish a directory in which the portal, with its own key, may POST to these services."""
    from maidinh.exchange.directory.actions import publish_directory

    held = serialization.load_pem_private_key(key.read_bytes(), None)
    public = held.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    plain = directory_for(signer.public, port, serial=next(SERIALS))
    own = {"kid": OWN_KEY, "public_key_pem": public.decode(), "valid_from": NOW, "custody": "agency"}
    content = plain.model_dump()
    for subsystem in content["subsystems"]:
        if subsystem["id"] == PORTAL:
            subsystem["keys"] = [*subsystem["keys"], own]
    if services:
        content["services"] = list(services)
        content["contracts"] = [
            contract_for(each["id"], methods=[{"method": "POST", "path": "/"}], checks="record") for each in services
        ]
    with as_role(database, "web"):
        return publish_directory(directory=type(plain).model_validate(content), signer=signer, at=NOW)
