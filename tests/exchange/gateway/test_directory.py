"""Which directory is in force: only one the architecture signed, never an older one, and never after its time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from maidinh.exchange import jws
from maidinh.exchange.directory.definition import KIND, Contract
from maidinh.exchange.directory.rules import Allowed, Refused
from maidinh.exchange.gateway.directory import DirectoryKeeper, DirectoryRefusedError
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.agreements import agreed
from tests.exchange.relay import Relay
from tests.exchange.world import NOW, PORTAL, SERVICE, contract_for, directory_for


@pytest.fixture
def signed(signer: SignerClient) -> Any:
    def make(key: str = "architecture:mau", header: dict[str, Any] | None = None, **changes: Any) -> str:
        message = jws.signing_input(
            jws.header(key, KIND) | (header or {}), directory_for(signer.public, **changes).canonical()
        )
        return jws.compact(message, signer.sign(key, message))

    return make


@pytest.fixture
def keeper(settings_of: Any, signer: SignerClient) -> DirectoryKeeper:
    return DirectoryKeeper(settings_of())


def reason(keeper: DirectoryKeeper, token: str) -> str:
    with pytest.raises(DirectoryRefusedError) as refused:
        keeper.accept(token)
    return refused.value.reason


def test_a_signed_directory_comes_into_force(keeper: DirectoryKeeper, signed: Any) -> None:
    assert keeper.accept(signed(serial=3)).serial == 3
    assert keeper.accept(signed(serial=4)).serial == 4


def test_a_changed_or_foreign_one_does_not(keeper: DirectoryKeeper, signed: Any, signer: SignerClient) -> None:
    head, payload, signature = signed().split(".")
    changed = jws.base64url(jws.from_base64url(payload).replace(b"contract-persons", b"contract-parsons"))
    assert reason(keeper, f"{head}.{changed}.{signature}") == "bad_signature"
    assert reason(keeper, signed(header={"kid": "architecture:other"})) == "wrong_key"
    assert (
        reason(keeper, signed(key="caller:MAU/GOV/AG1/PORTAL", header={"kid": "architecture:mau"})) == "bad_signature"
    )
    assert reason(keeper, signed(header={"typ": "JWT"})) == "wrong_kind"
    assert reason(keeper, signed(province="other")) == "wrong_instance"
    assert reason(keeper, "") == "malformed_token"
    assert keeper.snapshot is None


def test_the_gateway_itself_holds_contracts_against_signatures(keeper: DirectoryKeeper, signed: Any) -> None:
    """Whoever has the architecture's key alone opens nothing."""

    def outcome(token: str) -> Any:
        return keeper.accept(token).register.decide(PORTAL, SERVICE, "GET", "/persons/1", NOW)

    whole = contract_for(SERVICE)
    assert isinstance(outcome(signed(serial=1, contracts=[whole])), Allowed)
    given = agreed(Contract.model_validate(whole), NOW).agreements
    half = [each.model_dump() for each in given[:1]]
    assert outcome(signed(serial=2, contracts=[whole | {"agreements": []}])) == Refused("contract_not_signed")
    assert outcome(signed(serial=3, contracts=[whole | {"agreements": half}])) == Refused("contract_not_signed")
    wider = contract_for(SERVICE, methods=[{"method": "GET", "path": "/**"}])
    both = [each.model_dump() for each in given]
    assert outcome(signed(serial=4, contracts=[wider | {"agreements": both}])) == Refused("contract_not_signed")
    assert isinstance(outcome(signed(serial=5, contracts=[whole | {"agreements": both}])), Allowed)


def test_an_older_one_never_comes_back(keeper: DirectoryKeeper, signed: Any) -> None:
    keeper.accept(signed(serial=7))
    assert reason(keeper, signed(serial=6)) == "lower_serial"
    assert reason(keeper, signed(serial=7, architecture_version="1.1")) == "serial_used_twice"
    assert keeper.snapshot is not None
    assert keeper.snapshot.serial == 7


def test_a_start_without_a_database_goes_on_with_the_copy(start_gateway: Any, settings_of: Any, gateway: Any) -> None:
    deadline = time.monotonic() + 10
    while not gateway.settings.directory_copy.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    keeper = DirectoryKeeper(settings_of(dsn="host=/nonexistent"))
    keeper.load_copy()
    assert keeper.snapshot is not None
    assert keeper.snapshot.serial == gateway.keeper.snapshot.serial
    keeper.settings.directory_copy.write_text("spoiled")
    spoiled = DirectoryKeeper(settings_of())
    spoiled.load_copy()
    assert spoiled.snapshot is None


def test_a_published_one_arrives_by_notification(
    start_gateway: Any, orm_as: Any, signer: SignerClient, serving_provider: Any, database: Any
) -> None:
    from maidinh.exchange.directory.actions import DirectoryRefused, publish_directory
    from maidinh.exchange.directory.queries import current_directory, current_serial

    gateway = start_gateway(poll_seconds=60)
    time.sleep(0.1)
    with orm_as("web"):
        serial = current_serial() + 1
        directory = directory_for(signer.public, serving_provider.port, serial=serial)
        publish_directory(directory=directory, signer=signer, at=NOW)
        assert current_directory() == directory
        with pytest.raises(DirectoryRefused):
            publish_directory(directory=directory, signer=signer, at=NOW)
    deadline = time.monotonic() + 10
    while gateway.keeper.snapshot.serial != serial:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    forged = "INSERT INTO directory_publisheddirectory (serial, hash, jws, architecture_version, issued_at, expires_at,"
    forged += " published_at) SELECT serial + 1000, hash, jws || 'x', architecture_version, issued_at, expires_at,"
    forged += " published_at FROM directory_publisheddirectory WHERE serial = %s"
    with psycopg.connect(database.dsn("web")) as web:
        web.execute(forged, [serial])
        assert start_gateway().keeper.snapshot.serial == serial
        web.rollback()
    for statement in ("DELETE FROM directory_publisheddirectory", "UPDATE directory_publisheddirectory SET serial = 9"):
        with psycopg.connect(database.dsn("owner")) as owner, pytest.raises(psycopg.Error):
            owner.execute(statement)


def test_a_key_counts_only_in_its_time(keeper: DirectoryKeeper, signed: Any) -> None:
    snapshot = keeper.accept(signed())
    kid = "caller:MAU/GOV/AG1/PORTAL"
    assert snapshot.key("MAU/GOV/AG1/PORTAL", kid, NOW) is not None
    assert snapshot.key("MAU/GOV/AG1/PORTAL", kid, NOW - timedelta(days=2)) is None
    assert snapshot.key("MAU/GOV/AG1/STRANGER", kid, NOW) is None


@pytest.mark.slow
def test_a_gateway_does_not_wait_for_a_database_that_says_nothing(
    settings_of: Any, start_gateway: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maidinh.exchange.gateway.directory.ANSWER_SECONDS", 0.5)
    relay = Relay(settings_of().dsn)
    gateway = start_gateway(dsn=relay.dsn)
    assert until(lambda: gateway.keeper.connected)
    relay.fall_silent()
    assert until(lambda: not gateway.keeper.connected), "it says so itself, and asks anew"
    relay.speak()
    assert until(lambda: gateway.keeper.connected)
    relay.close()


def until(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()
