"""An exchange that was really made, its place in a log that was really signed and stamped, and whoever seals it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import requests
from cryptography import x509

from maidinh.exchange.asic.trust import Trust, read_trust
from maidinh.exchange.evidence.container import Evidence, Sealing, container_for
from maidinh.exchange.evidence.gathering import Archive, sealing_for
from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import SignerClient
from maidinh.infrastructure.timestamps.asking import open_response
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.rules import origin_of
from maidinh.infrastructure.translog.sequencer import Sequencer, note_key
from maidinh.infrastructure.translog.stamping import Authority, stamp_newest
from tests.exchange.world import NOW, PORTAL, PROVINCE, SERVICE, token_for
from tests.infrastructure.timestamps.standing_in import OwnAuthority, OwnTimestamps

ORIGIN = origin_of(PROVINCE)
LOG_KEY, SEAL_KEY = f"log:{PROVINCE}", f"exchange:{PROVINCE}"
TARGET = f"/r1/{SERVICE}/persons/1"
TIME_ROOT = OwnAuthority("Time root")
STAMPS = OwnTimestamps(TIME_ROOT)


@dataclass
class World:
    """Everything that evidence is made of."""

    database: Connections
    home: Home
    signer: SignerClient
    port: int

    def call(self, client: str = PORTAL, **more: str) -> requests.Response:
        """One exchange; the answer names it."""
        token = token_for(self.signer, TARGET, client=client)
        headers = {"X-Road-Client": client, "Authorization": f"Bearer {token}", **more}
        return requests.get(f"http://127.0.0.1:{self.port}{TARGET}", headers=headers, timeout=30)

    def sequence(self) -> None:
        """Have the log take in what is there and sign its state."""
        key = note_key(self.signer, LOG_KEY, ORIGIN)
        with psycopg.connect(self.database.dsn("sequencer"), autocommit=True) as connection:
            worker = SignerClient.for_caller(self.home, "worker")
            sequencer = Sequencer(
                connection, PublishedLog(self.home.log), key, lambda text: worker.sign(LOG_KEY, text), lambda: NOW
            )
            sequencer.reconcile()
            sequencer.round()
            worker.close()

    def stamp(self) -> None:
        """Have the authority stamp the log's state."""

        def ask(_: str, data: bytes, **__: Any) -> Any:
            from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

            query = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
            return open_response(STAMPS.answer(query.as_bytes()), data, roots=[TIME_ROOT.root], nonce=query.nonce)

        stamp_newest(self.database.dsn("worker"), ORIGIN, Authority("http://time/", lambda: [TIME_ROOT.root]), ask=ask)

    def found(self, asked: str) -> list[Evidence]:
        """As the owner finds it."""
        with psycopg.connect(self.database.dsn("owner")) as connection:
            return Archive(connection, self.home, ORIGIN).found(asked)

    def seal(self) -> Sealing:
        """The exchange's seal."""
        return sealing_for(self.home, PROVINCE, self.signer.sign)

    def container(self, asked: str, **options: Any) -> bytes:
        """The container of the one exchange that is found."""
        (evidence,) = self.found(asked)
        return container_for(evidence, seal=self.seal(), at=NOW, **options)


@pytest.fixture(scope="session")
def certified(signer: SignerClient) -> None:
    """The keys of those who sign evidence, with certificates named like them."""
    signer.create_many([LOG_KEY, SEAL_KEY])
    for key in ("member:AG1", "member:AG2", SEAL_KEY):
        signer.certify(
            key, common_name=key, organisation="Mẫu",
            valid_from=NOW - timedelta(days=1), valid_to=NOW + timedelta(days=30),
        )  # fmt: skip


@pytest.fixture(scope="session")
def own_home(exchange_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The run's signer and public keys with a log of the exchange's database."""
    home = Home(tmp_path_factory.mktemp("evidence"))
    home.prepare()
    shutil.rmtree(home.public_keys)
    home.public_keys.symlink_to(exchange_home.public_keys)
    for name in ("secrets", "run"):
        shutil.rmtree(home.root / name)
        (home.root / name).symlink_to(exchange_home.root / name)
    yield home


@pytest.fixture
def world(
    database: Connections, own_home: Home, signer: SignerClient, gateway: Any, provider: Any, certified: None
) -> World:
    return World(database, own_home, signer, gateway.port)


@pytest.fixture
def trust(own_home: Home, certified: None) -> Trust:
    """Whoever knows the authorities, the log and the architecture."""
    known = read_trust([own_home.public_keys])
    return Trust((*known.roots, TIME_ROOT.root), known.keys, known.logs)


@pytest.fixture
def authorities(own_home: Home, certified: None) -> Trust:
    """Whoever knows the authorities alone."""
    content = (own_home.public_keys / "authority@sample.crt").read_bytes()
    return Trust((*x509.load_pem_x509_certificates(content), TIME_ROOT.root))


@pytest.fixture
def proved(world: World) -> tuple[str, bytes]:
    """The request id and the container of an exchange whose entry was signed and stamped."""
    answer = world.call()
    assert answer.status_code == 200
    world.sequence()
    world.stamp()
    request_id = answer.headers["X-Road-Request-Id"]
    return request_id, world.container(request_id, bodies={"response": answer.content})
