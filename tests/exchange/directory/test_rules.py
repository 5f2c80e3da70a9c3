"""What a directory allows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from maidinh.exchange.directory.definition import Directory
from maidinh.exchange.directory.rules import Allowed, Refused, decide, matches, steps_of
from tests.exchange.world import NOW, PORTAL, SERVICE, STRANGER, contract_for, directory_for

PEM = ec.generate_private_key(ec.SECP256R1()).public_key()
PEM_TEXT = PEM.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def directory(**changes: Any) -> Directory:
    return directory_for(lambda key: PEM_TEXT, **changes)


def answer(made: Directory | None = None, **changes: Any) -> Allowed | Refused:
    question: dict[str, Any] = {
        "consumer": PORTAL, "service": SERVICE, "method": "GET", "path": "/persons/1", "at": NOW,
    }  # fmt: skip
    return decide(made or directory(), **question | changes)


def test_what_is_declared_is_allowed() -> None:
    found = answer()
    assert isinstance(found, Allowed)
    assert (found.contract.id, found.path) == ("contract-persons", "/persons/*")
    assert isinstance(answer(path=""), Allowed)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"consumer": STRANGER}, "no_contract"),
        ({"consumer": "MAU/GOV/X/Y"}, "unknown_consumer"),
        ({"service": "MAU/GOV/AG2/POPULATION/other"}, "unknown_service"),
        ({"method": "DELETE"}, "operation_not_in_contract"),
        ({"path": "/searches"}, "operation_not_in_contract"),
        ({"path": "/persons/../x"}, "unsafe_path"),
        ({"at": NOW + timedelta(days=20)}, "contract_expired"),
        ({"at": NOW + timedelta(days=30)}, "directory_expired"),
        ({"at": NOW - timedelta(days=2)}, "directory_not_yet_valid"),
    ],
)
def test_the_rest_is_refused(changes: dict[str, Any], reason: str) -> None:
    assert answer(**changes) == Refused(reason)


def test_a_contract_of_tomorrow_and_one_beside_it() -> None:
    later = contract_for(SERVICE, id="later", valid_from=NOW + timedelta(days=1))
    assert answer(directory(contracts=[later])) == Refused("contract_not_yet_valid")
    now = contract_for(SERVICE, id="now")
    found = answer(directory(contracts=[later, now]))
    assert isinstance(found, Allowed)
    assert found.contract.id == "now"


def test_a_contract_gives_no_more_than_the_service_offers() -> None:
    narrow = directory().model_dump()["services"]
    narrow = [each | {"methods": [{"method": "POST", "path": "/searches"}]} for each in narrow]
    assert answer(directory(services=narrow)) == Refused("operation_not_in_contract")


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("/", "/", True), ("/", "/a", False), ("/a", "/a", True), ("/a", "/a/", False), ("/a/*", "/a/b", True),
        ("/a/*", "/a/", False), ("/a/*", "/a/b/c", False), ("/a/**", "/a", True), ("/a/**", "/a/b/c", True),
        ("/**", "/", True), ("/a/*/c", "/a/b/c", True), ("/A", "/a", False), ("/đất", "/%C4%91%E1%BA%A5t", True),
    ],
)  # fmt: skip
def test_patterns(pattern: str, path: str, covered: bool) -> None:
    steps = steps_of(path)
    assert steps is not None
    assert matches(pattern, steps) is covered


def test_one_directory_has_one_form() -> None:
    made = directory()
    again = Directory.model_validate_json(made.canonical())
    assert again == made
    assert again.canonical() == made.canonical()
    assert made.hash() != directory(serial=2).hash()


@pytest.mark.parametrize(
    "changes",
    [
        {"contracts": [contract_for(SERVICE, consumer="MAU/GOV/AG1/NOBODY")]},
        {"contracts": [contract_for(SERVICE, provider_service="MAU/GOV/AG2/POPULATION/none")]},
        {"contracts": [contract_for(SERVICE), contract_for(SERVICE)]},
        {"members": []},
        {"instance": "OTHER"},
        {"expires_at": NOW - timedelta(days=2)},
        {"subsystems": [{"id": "MAU/GOV/AG1/..", "name": "x"}]},
        {"services": [{"id": SERVICE, "url": "http://user@host/", "methods": [], "timeout_seconds": 1}]},
        {"services": [{"id": SERVICE, "url": "file:///etc/passwd", "methods": [], "timeout_seconds": 1}]},
        {"surprise": 1},
    ],
)
def test_a_directory_that_does_not_hold_together_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        directory(**changes)
