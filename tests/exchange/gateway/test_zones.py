"""From which zone a call came: by the peer's address alone, the narrower network first; a wrong setting is told."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
import requests

from maidinh.exchange.gateway.directory import Snapshot
from maidinh.exchange.gateway.zones import OUTSIDE, Zones, read_zones
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.world import PORTAL, SERVICE, STRANGER, Provider, token_for

NETWORKS = "lan=10.0.0.0/8, fd00::/16; data-centre=10.2.0.0/16;"


@pytest.mark.parametrize(("peer", "zone"), [
    ("10.1.2.3", "lan"),
    ("10.2.2.3", "data-centre"),
    ("::ffff:10.2.0.1", "data-centre"),
    ("fd00::1%eth0", "lan"),
    ("192.168.1.1", OUTSIDE),
    ("not an address", OUTSIDE),
    (None, ""),
])  # fmt: skip
def test_the_zone_of_an_address(peer: str | None, zone: str) -> None:
    assert read_zones(NETWORKS).of(peer) == zone


def test_without_networks_nothing_is_said() -> None:
    assert Zones().of("10.1.2.3") == read_zones(" ; ").of("10.1.2.3") == ""


@pytest.mark.parametrize(("text", "told"), [
    ("lan", "zone=network"),
    ("=10.0.0.0/8", "zone=network"),
    ("outside=10.0.0.0/8", "zone=network"),
    ("lan=10.0.0.1/8", "10.1.0.0/16"),
    ("lan=ten", "zone lan"),
    ("lan=10.0.0.0/8;dmz=10.0.0.0/8", "in zone lan and in zone dmz"),
])  # fmt: skip
def test_a_wrong_setting_is_told(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_zones(text)


def test_the_evidence_says_the_zone_and_the_operation(
    start_gateway: Any, signer: SignerClient, provider: Provider, record_of: Callable[[requests.Response], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    gateway = start_gateway(zones=read_zones("lan=127.0.0.0/8;dmz=127.0.0.7/32"))
    seen = {}
    connect = socket.create_connection
    for source in ("127.0.0.1", "127.0.0.7"):
        monkeypatch.setattr(
            "urllib3.util.connection.create_connection",
            lambda address, *_, _source=source, **__: connect(address, 20, (_source, 0)),
        )
        for client, path in (("MAU/GOV/AG1/PORTAL", "persons/7"), (STRANGER, "persons/7")):
            target = f"/r1/{SERVICE}/{path}"
            headers = {
                "X-Road-Client": client, "Authorization": f"Bearer {token_for(signer, target, client=client)}",
                "X-Forwarded-For": "10.0.0.1",
            }  # fmt: skip
            answer = requests.get(f"http://127.0.0.1:{gateway.port}{target}", headers=headers, timeout=20)
            row = record_of(answer)
            seen[source, row["outcome"]] = (row["zone"], row["path"], row["reason"])
    assert seen == {
        ("127.0.0.1", "allowed"): ("lan", "/persons/*", ""),
        ("127.0.0.7", "allowed"): ("dmz", "/persons/*", ""),
        ("127.0.0.1", "refused"): ("lan", "/**", "no_contract"),
        ("127.0.0.7", "refused"): ("dmz", "/**", "no_contract"),
    }


def test_a_call_from_another_zone_than_declared_is_refused(
    start_gateway: Any, signer: SignerClient, provider: Provider, record_of: Callable[[requests.Response], Any]
) -> None:
    gateway = start_gateway(zones=read_zones("lan=127.0.0.0/8"))
    directory = gateway.keeper.snapshot.directory
    seen = []
    for zone in ("dmz", "lan", ""):
        placed = tuple(each.model_copy(update={"zone": zone}) for each in directory.subsystems)
        gateway.keeper.snapshot = Snapshot(directory.model_copy(update={"subsystems": placed}), "")
        target = f"/r1/{SERVICE}/persons/7"
        headers = {"X-Road-Client": PORTAL, "Authorization": f"Bearer {token_for(signer, target)}"}
        answer = requests.get(f"http://127.0.0.1:{gateway.port}{target}", headers=headers, timeout=20)
        row = record_of(answer)
        seen.append((answer.headers.get("X-Road-Error"), row["outcome"], row["reason"], row["zone"]))
    denied = ("Server.ServerProxy.AccessDenied", "refused", "wrong_zone", "lan")
    assert seen == [denied, (None, "allowed", "", "lan"), (None, "allowed", "", "lan")]
    assert len(provider.seen) == 2
