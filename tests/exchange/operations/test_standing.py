"""How the exchange stands: numbers for everyone, keys that end, and no row given away."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from maidinh.exchange.directory.definition import Directory
from maidinh.exchange.operations.standing import LogState, ending_keys, last_hour, open_calls
from tests.exchange.world import DEAD, NOW, PORTAL, SERVICE, directory_for

PEM = "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"


@pytest.mark.parametrize("role", ["web", "worker"])
def test_the_last_hour_by_service_and_reason(one_of_each: str, cursor_as: Any, role: str) -> None:
    with cursor_as(role) as cursor:
        found = {each.service: each for each in last_hour(cursor, NOW + timedelta(minutes=30))}
        assert last_hour(cursor, NOW + timedelta(days=400)) == []
    assert found[SERVICE].allowed >= 1 and found[SERVICE].reasons["no_contract"] >= 1
    assert found[DEAD].failed >= 1 and found[DEAD].document()["reasons"]["service_unreachable"] >= 1


def test_open_calls_are_counted(one_of_each: str, cursor_as: Any) -> None:
    with cursor_as("web") as cursor:
        assert open_calls(cursor, NOW - timedelta(days=400)) == (0, None)


def _with_keys(*keys: dict[str, Any]) -> Directory:
    subsystem = {
        "id": PORTAL,
        "name": "Cổng",
        "keys": [{"public_key_pem": PEM, "valid_from": NOW} | each for each in keys],
    }
    return directory_for(lambda _: PEM, subsystems=[subsystem], services=[], contracts=[])


def test_keys_that_end_are_told_but_not_those_that_were_replaced(tmp_path: Path) -> None:
    soon, until = NOW + timedelta(days=5), NOW + timedelta(days=30)
    only = _with_keys({"kid": "a", "valid_to": soon})
    assert [(each.name, each.kind) for each in ending_keys(only, tmp_path, until=until)] == [("a", "key")]
    replaced = _with_keys({"kid": "a", "valid_to": soon}, {"kid": "b"})
    assert ending_keys(replaced, tmp_path, until=until) == []
    later = _with_keys({"kid": "a", "valid_to": NOW + timedelta(days=31)})
    assert ending_keys(later, tmp_path, until=until) == ending_keys(None, tmp_path, until=until) == []


def test_certificates_that_end_are_told(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding

    from maidinh.infrastructure.keys.certificates import issue_authority

    key = ec.generate_private_key(ec.SECP256R1())
    certificate = issue_authority(
        key, common_name="Mẫu", organisation="Mẫu", valid_from=NOW, valid_to=NOW + timedelta(days=3)
    )
    (tmp_path / "authority@mau.crt").write_bytes(certificate.public_bytes(Encoding.PEM))
    (tmp_path / "broken.crt").write_text("no certificate")
    found = ending_keys(None, tmp_path, until=NOW + timedelta(days=30))
    assert [(each.name, each.kind, each.valid_to) for each in found] == [
        ("authority:mau", "certificate", NOW + timedelta(days=3))
    ]


def test_the_lag_of_the_log() -> None:
    assert LogState(5, NOW, 0, None).lag(NOW) == 0
    assert LogState(5, NOW, 2, NOW - timedelta(seconds=9)).lag(NOW) == 9
    assert LogState(5, NOW, 2, NOW - timedelta(seconds=9)).document(NOW)["lag_seconds"] == 9
