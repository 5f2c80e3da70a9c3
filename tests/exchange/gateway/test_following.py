"""A gateway process follows what is published within ten seconds, and goes on while everything else is away."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from django.core.management import call_command

from maidinh.exchange import jws
from maidinh.exchange.directory.definition import KIND, architecture_key
from maidinh.exchange.gateway.app import serve_gateway
from maidinh.exchange.gateway.directory import DirectoryKeeper
from maidinh.exchange.gateway.settings import GatewaySettings
from maidinh.infrastructure.database.connections import Connections, prepare
from maidinh.infrastructure.database.roles import drop_database
from maidinh.infrastructure.database.standing import as_role
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import AsyncSignerClient, SignerClient
from tests.exchange.relay import Relay
from tests.exchange.world import INSTANCE, NOW, PORTAL, PROVINCE, SERVICE, Provider, contract_for, directory_for
from tests.exchange.world import token_for as token

pytestmark = pytest.mark.slow
TARGET = f"/r1/{SERVICE}/persons/1"
WITHIN = 10.0  # seconds in which the exchange follows what is published
LOGGING_FAILED = "Server.ServerProxy.LoggingFailed"


@dataclass(frozen=True)
class Shifted:
    """A clock that runs, and showed NOW when the test began."""

    by: timedelta

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.by


def serve(dsn: str, signing: AsyncSignerClient, home: Home, port: int, clock: Shifted) -> None:
    serve_gateway(GatewaySettings(
        instance=INSTANCE, province=PROVINCE, dsn=dsn, home=home, signer=signing, port=port, clock=clock,
        log_patience_seconds=1,
    ))  # fmt: skip


def serve_with(dsn: str, signer_home: Home | Path, home: Home, port: int, clock: Shifted) -> None:
    signing = (
        AsyncSignerClient(signer_home, "token", patience=0.2) if isinstance(signer_home, Path)
        else AsyncSignerClient.for_caller(signer_home, "gateway")
    )  # fmt: skip
    serve(dsn, signing, home, port, clock)


class Following:
    """One installation's database by way of a relay, one gateway process, and somebody who publishes."""

    def __init__(
        self, connections: Connections, signer_home: Home, home: Home, signer: SignerClient, provider: Provider
    ) -> None:
        self.connections, self.signer_home, self.home = connections, signer_home, home
        self.signer, self.provider = signer, provider
        self.relay = Relay(connections.dsn("gateway"))
        self.clock = Shifted(NOW - datetime.now(UTC))
        self.process: Any = None
        self.port = 0

    def publish(self, *contracts: dict[str, Any], **changes: Any) -> int:
        """As the web process does it; the serial."""
        with as_role(self.connections, "web"):
            from maidinh.exchange.directory.actions import publish_directory
            from maidinh.exchange.directory.queries import current_serial

            serial = current_serial() + 1
            found = directory_for(
                self.signer.public, self.provider.port, serial=serial, contracts=list(contracts), **changes
            )
            publish_directory(directory=found, signer=self.signer, at=self.clock())
        return serial

    def start(self, signer_home: Home | Path | None = None) -> None:
        """A gateway process that listens."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        arguments = (self.relay.dsn, signer_home or self.signer_home, self.home, self.port, self.clock)
        self.process = multiprocessing.get_context("spawn").Process(target=serve_with, args=arguments)
        self.process.start()
        self.until(self.listens, 60)

    def kill(self) -> None:
        """As kill -9 does it."""
        if self.process is not None:
            self.process.kill()
            self.process.join(10)

    def listens(self) -> bool:
        assert self.process.is_alive()
        try:
            requests.get(f"http://127.0.0.1:{self.port}/health", timeout=5)
        except requests.ConnectionError:
            return False
        return True

    def health(self) -> dict[str, Any]:
        return dict(requests.get(f"http://127.0.0.1:{self.port}/health", timeout=5).json())

    def call(self) -> requests.Response:
        headers = {
            "X-Road-Client": PORTAL, "Authorization": f"Bearer {token(self.signer, TARGET, at=self.clock())}",
        }  # fmt: skip
        return requests.get(f"http://127.0.0.1:{self.port}{TARGET}", headers=headers, timeout=20)

    def outcome(self) -> tuple[str, str, int]:
        """What comes of a call, as the evidence has it: outcome, reason, and the directory that decided."""
        answer = self.call()
        if answer.headers.get("X-Road-Error") == LOGGING_FAILED:
            return ("", LOGGING_FAILED, 0)
        with psycopg.connect(self.connections.dsn("owner")) as connection:
            row = connection.execute(
                "SELECT outcome, reason, serial FROM evidence_exchange WHERE id = %s",
                [answer.headers["X-Road-Request-Id"]],
            ).fetchone()
        assert row is not None
        assert (answer.status_code == 200) == (row[0] == "allowed")
        return (str(row[0]), str(row[1]), int(row[2]))

    def until(self, holds: Callable[[], bool], seconds: float = WITHIN) -> float:
        """How long it took until it held."""
        began = time.monotonic()
        while not holds():
            assert time.monotonic() - began < seconds
            time.sleep(0.05)
        return time.monotonic() - began


@pytest.fixture(scope="module")
def apart(database: Connections) -> Iterator[Connections]:
    """A database of these tests' own, whose directories no other test follows."""
    name = f"{database.database}_following"
    connections = Connections(database.home, database.database_url, database=name)
    prepare(connections)
    with as_role(connections, "owner"):
        call_command("migrate", "directory", verbosity=0, skip_checks=True)
        call_command("migrate", "evidence", verbosity=0, skip_checks=True)
    yield connections
    drop_database(connections.admin_dsn, name)


@pytest.fixture
def following(
    apart: Connections, exchange_home: Home, tmp_path: Path, signer: SignerClient, provider: Provider
) -> Iterator[Following]:
    home = Home(tmp_path / "home")
    home.prepare()
    shutil.rmtree(home.public_keys)
    home.public_keys.symlink_to(exchange_home.public_keys)
    made = Following(apart, exchange_home, home, signer, provider)
    yield made
    made.kill()
    made.relay.close()


def test_publication_withdrawal_and_expiry_reach_a_running_gateway(following: Following) -> None:
    following.publish()
    following.start()
    following.until(lambda: following.health()["database"])
    assert following.outcome()[:2] == ("refused", "no_contract")
    serial = following.publish(contract_for(SERVICE))
    following.until(lambda: following.outcome() == ("allowed", "", serial))
    serial = following.publish()  # withdrawn
    following.until(lambda: following.outcome() == ("refused", "no_contract", serial))
    ends = following.clock() + timedelta(seconds=5)
    serial = following.publish(contract_for(SERVICE, valid_to=ends))
    following.until(lambda: following.outcome() == ("allowed", "", serial))
    following.until(lambda: following.outcome() == ("refused", "contract_expired", serial))
    assert ends <= following.clock() < ends + timedelta(seconds=WITHIN)


def test_the_last_directory_holds_while_everything_else_is_away(following: Following, tmp_path: Path) -> None:
    serial = following.publish(contract_for(SERVICE))
    following.start()
    following.until(lambda: following.outcome() == ("allowed", "", serial))
    following.until((following.home.gateway / "directory.jws").exists)
    following.relay.cut()
    answered = len(following.provider.seen)
    assert following.call().headers["X-Road-Error"] == LOGGING_FAILED, "what cannot be logged is not answered"
    following.kill()
    following.start()  # and no database, and nobody who publishes
    health = following.health()
    assert (health["directory"], health["directory_in_force"], health["database"]) == (serial, True, False)
    assert following.call().headers["X-Road-Error"] == LOGGING_FAILED
    assert len(following.provider.seen) == answered, "nothing is forwarded that is not in the log"
    following.relay.restore()
    following.until(lambda: following.outcome() == ("allowed", "", serial))
    following.kill()
    following.start(tmp_path / "nobody.sock")  # the signer is away: refusals are recorded, data isn't handed out
    following.until(lambda: following.outcome() == ("failed", "signing_failed", serial))
    serial = following.publish()
    following.until(lambda: following.outcome() == ("refused", "no_contract", serial))


def test_an_expired_directory_lets_nothing_through_also_after_a_start(following: Following) -> None:
    following.publish()
    following.start()
    following.until(lambda: following.health()["database"])
    ends = following.clock() + timedelta(seconds=6)
    serial = following.publish(contract_for(SERVICE), expires_at=ends)
    following.until(lambda: following.outcome() == ("allowed", "", serial))
    following.until(lambda: following.outcome() == ("refused", "directory_expired", serial))
    assert following.health()["directory_in_force"] is False
    following.kill()
    following.start()
    following.until(lambda: following.outcome() == ("refused", "directory_expired", serial))
    serial = following.publish(contract_for(SERVICE))
    following.until(lambda: following.outcome() == ("allowed", "", serial))


def test_a_gateway_killed_while_it_writes_its_copy_leaves_the_old_or_the_new(
    settings_of: Any, signer: SignerClient
) -> None:
    tokens = [signed(signer, serial) for serial in (1, 2)]
    keeper, chance, seed = DirectoryKeeper(settings_of()), random.Random(11), 11
    copy, found = keeper.settings.directory_copy, []
    keeper._keep(tokens[0])
    for number in range(40):
        child = os.fork()
        if child == 0:
            while True:  # until it is killed
                for each in tokens:
                    keeper._keep(each)
        time.sleep(chance.uniform(0, 0.02))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        kept = copy.read_text("ascii")
        assert kept in tokens, f"seed {seed}, round {number}: the copy is neither the old nor the new one"
        started = DirectoryKeeper(keeper.settings)
        started.load_copy()
        assert started.snapshot is not None and started.snapshot.token == kept
        found.append(tokens.index(kept))
    assert set(found) == {0, 1}, "it was killed at one moment only"
    assert not list(copy.parent.glob("directory.jws.*")), "what was left half-written is swept away at the next start"


def signed(signer: SignerClient, serial: int) -> str:
    key = architecture_key(PROVINCE)
    message = jws.signing_input(jws.header(key, KIND), directory_for(signer.public, serial=serial).canonical())
    return jws.compact(message, signer.sign(key, message))
