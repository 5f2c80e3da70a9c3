"""Keys that follow one another: both hold for a time, the newest signs, a revoked one is refused within seconds."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from maidinh.exchange import jws
from maidinh.exchange.assertions import HEADER
from maidinh.exchange.assertions import KIND as ASSERTION
from maidinh.exchange.client.calls import ExchangeClient, ExchangeRefused
from maidinh.exchange.directory.actions import publish_directory
from maidinh.exchange.directory.queries import current_serial
from maidinh.exchange.evidence.rules import verify_record
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.world import NOW, PORTAL, SERVICE, Provider, directory_for, token_for

FIRST, SECOND = f"caller:{PORTAL}", f"caller:{PORTAL}/2"


@pytest.fixture
def publish(orm_as: Any, signer: SignerClient, provider: Provider, published: str) -> Iterator[Callable[..., int]]:
    """Publish a directory in which the portal and its member have these keys; afterwards the usual one again."""

    def with_keys(*callers: str, members: tuple[str, ...] = ()) -> int:
        def declared(name: str, order: int) -> dict[str, Any]:
            begins = NOW - timedelta(days=9 - order)
            return {"kid": name, "public_key_pem": signer.create(name), "valid_from": begins}

        with orm_as("web"):
            base = directory_for(signer.public, provider.port, serial=current_serial() + 1)
            content = base.model_dump(mode="json")
            for each in content["subsystems"]:
                if each["id"] == PORTAL and callers:
                    each["keys"] = [declared(name, order) for order, name in enumerate(callers)]
            for each in content["members"]:
                if each["code"] == "AG1":
                    each["keys"] = [declared(name, order) for order, name in enumerate(members)]
            directory = type(base).model_validate(content)
            publish_directory(directory=directory, signer=signer, at=NOW)
        return int(directory.serial)

    yield with_keys
    with_keys()


@pytest.fixture
def portal_at(signer: SignerClient) -> Callable[[Any], requests.Response]:
    def call(gateway: Any) -> requests.Response:
        target = f"/r1/{SERVICE}/persons/1"
        headers = {"X-Road-Client": PORTAL, "Authorization": f"Bearer {token_for(signer, target)}"}
        return requests.get(f"http://127.0.0.1:{gateway.port}{target}", headers=headers, timeout=20)

    return call


def follow(gateway: Any, serial: int) -> None:
    """Wait until the gateway has this directory."""
    until = time.monotonic() + 10
    while time.monotonic() < until and gateway.keeper.snapshot.serial < serial:
        time.sleep(0.02)
    assert gateway.keeper.snapshot.serial == serial


def test_both_keys_hold_and_the_revoked_one_is_refused_within_seconds(
    start_gateway: Any, publish: Any, signer: SignerClient, provider: Provider
) -> None:
    publish(FIRST, SECOND)
    gateway = start_gateway()
    url = f"http://127.0.0.1:{gateway.port}"
    old, new = (ExchangeClient(url, PORTAL, signer, kid) for kid in (FIRST, SECOND))
    assert gateway.keeper.snapshot.directory.signing_key(PORTAL, NOW) == SECOND
    assert [each.call(SERVICE, at=NOW, path="/persons/1").status for each in (old, new)] == [200, 200]
    began = time.monotonic()
    follow(gateway, publish(SECOND))
    with pytest.raises(ExchangeRefused, match="unknown_key"):
        old.call(SERVICE, at=NOW, path="/persons/1")
    assert time.monotonic() - began < 10
    assert new.call(SERVICE, at=NOW, path="/persons/1").status == 200
    assert len(provider.seen) == 3


def test_the_newest_key_of_a_member_signs(
    start_gateway: Any, publish: Any, portal_at: Any, provider: Provider, record_of: Any, signer: SignerClient
) -> None:
    publish(members=("member:AG1", "member:AG1/2"))
    gateway = start_gateway()
    answer = portal_at(gateway)
    row = record_of(answer)
    public = {kid: signer.public(kid) for kid in ("member:AG1", "member:AG1/2", "member:AG2")}
    assert verify_record(row["record"].encode(), row["signatures"], public) == ["member:AG1/2", "member:AG2"]
    record = json.loads(row["record"])
    assert record["custody"] == {"consumer": "platform", "provider": "platform"}
    assert (record["call"]["kid"], record["call"]["custody"]) == (FIRST, "platform")
    assertion = provider.seen[-1].header(HEADER)
    assert assertion is not None
    assert jws.parse(assertion, ASSERTION).header["kid"] == "member:AG2"
