"""The directory says exactly what the architecture declares."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from maidinh.exchange.directory.definition import Directory
from maidinh.exchange.directory.rules import Allowed, Refused, decide
from maidinh.governance.architecture import rules
from maidinh.governance.architecture.definition import ArchitectureVersion, Interface
from tests.exchange.agreements import agreement, agreements_on, key_of
from tests.governance import small

AT = datetime(2026, 11, 18, 2, 30, tzinfo=UTC)
SIGNED_AT = datetime(2026, 11, 1, tzinfo=UTC)
DEPLOYMENT = rules.Deployment(
    keys={small.PORTAL: "PEM"},
    addresses={"registers/population": "http://127.0.0.1:8002/registers/population"},
    zone=ZoneInfo("Asia/Ho_Chi_Minh"),
    lifetime=timedelta(days=30),
    timeout_seconds=10,
    members={code: (key_of(code, SIGNED_AT),) for code in ("H99.1", "H99.2", "H99.3", "H99.4")},
)


def directory(model: ArchitectureVersion, at: datetime = AT, *, signed: Any = None, **changes: Any) -> Directory:
    """The model's directory, its contracts signed by their agencies where nothing else is said."""
    deployment = rules.Deployment(**{**vars(DEPLOYMENT), **changes})
    declared = rules.declared_contracts(model, small.INSTANCE, deployment.zone)
    return rules.build_directory(
        model, instance=small.INSTANCE, agencies={"H99.1": "Văn phòng"}, deployment=deployment, serial=7,
        content_hash="a" * 64, at=at, agreements=agreements_on(declared, SIGNED_AT) if signed is None else signed,
    )  # fmt: skip


def test_directory_holds_exactly_what_is_declared() -> None:
    built = directory(small.architecture())
    assert [(each.code, each.name) for each in built.members] == [
        ("H99.1", "Văn phòng"), ("H99.2", "H99.2"), ("H99.3", "H99.3"),
    ]  # fmt: skip
    assert {each.id for each in built.subsystems} == {small.PORTAL, small.OTHER, small.REGISTER}
    assert [(each.id, each.url) for each in built.services] == [
        (small.SERVICE, "http://127.0.0.1:8002/registers/population")
    ]
    assert [(each.id, each.consumer, each.provider_service, each.sample) for each in built.contracts] == [
        ("C1", small.PORTAL, small.SERVICE, True)
    ]
    keys = {each.id: [key.public_key_pem for key in each.keys] for each in built.subsystems}
    assert keys == {small.PORTAL: ["PEM"], small.REGISTER: [], small.OTHER: []}
    assert (built.serial, built.expires_at) == (7, AT + timedelta(days=30))


def test_what_the_directory_says_is_what_the_gateway_decides() -> None:
    built = directory(small.architecture())
    assert isinstance(decide(built, small.PORTAL, small.SERVICE, "GET", "/persons/1", AT), Allowed)
    assert decide(built, small.PORTAL, small.SERVICE, "POST", "/persons/1", AT) == Refused("operation_not_in_contract")
    assert decide(built, small.OTHER, small.SERVICE, "GET", "/persons/1", AT) == Refused("no_contract")


def test_a_contract_is_carried_only_with_every_side_s_signature_on_exactly_what_is_declared() -> None:
    model = small.architecture()
    declared = rules.declared_contracts(model, small.INSTANCE, DEPLOYMENT.zone)
    whole = agreements_on(declared, SIGNED_AT)
    assert [len(each.agreements) for each in directory(model, signed=whole).contracts] == [2]
    assert directory(model, signed={}).contracts == ()
    halves = {digest: signed[:1] for digest, signed in whole.items()}
    assert directory(model, signed=halves).contracts == ()
    changed = small.with_contract(fields=["full_name", "residence"])
    assert directory(changed, signed=whole).contracts == (), "what was signed is another text"
    other_keys = {code: (key_of(f"not {code}", SIGNED_AT),) for code in DEPLOYMENT.members}
    assert directory(model, members=other_keys).contracts == ()


def test_who_is_represented_is_a_member_and_signs_too() -> None:
    model = small.with_contract(on_behalf_of="H99.4")
    declared = rules.declared_contracts(model, small.INSTANCE, DEPLOYMENT.zone)
    assert [each.code for each in directory(model).members] == ["H99.1", "H99.2", "H99.3", "H99.4"]
    assert [each.on_behalf_of for each in directory(model).contracts] == ["H99.4"]
    two = {
        digest: tuple(agreement(each, side, SIGNED_AT) for side in ("consumer", "provider"))
        for digest, each in zip(agreements_on(declared, SIGNED_AT), declared, strict=True)
    }
    assert directory(model, signed=two).contracts == ()


def test_what_a_contract_and_an_interface_say_reaches_the_exchange() -> None:
    stated = {
        "quota": {"per_minute": 60, "per_day": 1000}, "breaker": {"failures": 5, "pause_seconds": 30},
        "timeout_seconds": 7, "checks": "record",
    }  # fmt: skip
    model = small.with_contract(**stated)
    contract = directory(model).contracts[0]
    assert contract.quota is not None and (contract.quota.per_minute, contract.quota.per_day) == (60, 1000)
    assert contract.breaker is not None and (contract.breaker.failures, contract.breaker.pause_seconds) == (5, 30)
    assert (contract.timeout_seconds, contract.checks) == (7, "record")
    described = {"document": "persons.yaml", "networks": ["10.0.0.0/8"], "subject": {"place": "path", "name": "1"}}
    elements = [
        each.model_copy(update={"interface": Interface.model_validate(each.interface.model_dump() | described)})
        if each.interface else each
        for each in model.elements
    ]  # fmt: skip
    model = model.model_copy(update={"elements": elements})
    with pytest.raises(ValueError, match=r"no document persons\.yaml"):
        directory(model)
    service = directory(model, documents={"persons.yaml": {"openapi": "3.1.0"}}).services[0]
    assert (service.openapi, service.wsdl, service.networks) == ({"openapi": "3.1.0"}, None, ("10.0.0.0/8",))
    assert service.subject is not None and (service.subject.place, service.subject.name) == ("path", "1")
    assert directory(model, documents={"persons.yaml": "<definitions/>"}).services[0].wsdl == "<definitions/>"


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "there"),
    [
        (date(2020, 1, 1), date(2026, 11, 17), False),
        (date(2020, 1, 1), date(2026, 11, 18), True),
        (date(2026, 12, 1), date(2027, 1, 1), True),  # begins while the directory holds; the gateway minds the day
        (date(2027, 1, 1), date(2028, 1, 1), False),
    ],
)
def test_contracts_that_are_over_are_left_out(valid_from: date, valid_to: date, there: bool) -> None:
    built = directory(small.with_contract(valid_from=valid_from, valid_to=valid_to))
    assert [each.id for each in built.contracts] == (["C1"] if there else [])


def test_last_day_of_a_contract_ends_at_midnight_in_vietnam() -> None:
    built = directory(small.with_contract(valid_to=date(2026, 11, 18)))
    assert built.contracts[0].valid_to == datetime(2026, 11, 18, 17, tzinfo=UTC)


def test_flow_without_contract_and_system_that_does_not_run_yet_allow_nothing() -> None:
    model = small.architecture()
    bare = model.model_copy(update={"relations": [model.relations[0].model_copy(update={"contract": None})]})
    assert directory(bare).contracts == ()
    planned = [
        each.model_copy(update={"state": "planned"}) if each.id == "register" else each for each in model.elements
    ]
    built = directory(model.model_copy(update={"elements": planned}))
    assert (built.services, built.contracts) == ((), ())


def test_interface_without_address_is_told() -> None:
    with pytest.raises(ValueError, match="registers/population"):
        directory(small.architecture(), addresses={})


def test_problems_are_named_all_at_once() -> None:
    assert rules.problems(small.architecture(), ["H99.1", "H99.2", "H99.3"]) == []
    model = small.architecture(
        relations=[
            {"id": "r1", "kind": "serving", "from": "one-stop", "to": "nowhere"},
            {"id": "r2", "kind": "serving", "from": "one-stop", "to": "persons", "contract": small.contract()},
            {"id": "r3", "kind": "flow", "from": "citizens", "to": "register", "contract": small.contract()},
            {"id": "r4", "kind": "flow", "from": "one-stop", "to": "persons",
             "contract": small.contract(id="C2", methods=[{"method": "POST", "path": "/persons"}],
                                        valid_to=date(2019, 1, 1))},
            {"id": "r5", "kind": "composition", "from": "one-stop", "to": "register"},
            {"id": "r6", "kind": "composition", "from": "register", "to": "one-stop"},
        ]
    )  # fmt: skip
    found = rules.problems(model, ["H99.1", "H99.2"])
    for part in (
        "its owner H99.3 is no agency", "relation r1: nowhere is no element and no relation",
        "only a flow carries a contract",
        "citizens has no subsystem", "a contract leads to an interface", "does not offer POST /persons",
        "ends before it begins", "contract C1 stands more than once",
        "element one-stop: is part of itself by composition: one-stop -> register -> one-stop",
    ):  # fmt: skip
        assert any(part in line for line in found), part


def test_services_are_found_by_code() -> None:
    assert rules.services_of(small.architecture(), "H99") == {"persons": small.SERVICE}
    assert rules.subsystems_of(small.architecture(), "H99") == sorted([small.PORTAL, small.REGISTER, small.OTHER])
    assert rules.system_subsystem(small.architecture(), "citizens", small.INSTANCE) is None


@pytest.mark.parametrize(
    ("endpoint", "called"),
    [
        ("registers/population", True), ("full", True), ("https://land.laocai.example/api", True),
        ("http://10.20.30.40:8443/x", True), ("http://[2001:db8::1]/x", True),
        ("../signer", False), ("a/../b", False), ("a/./b", False), ("/a", False), ("a?b", False), ("a#b", False),
        ("", False),
        ("a@evil.example", False), ("a%2e%2e/b", False), ("file:///etc/passwd", False), ("gopher://x.example/", False),
        ("http://127.0.0.1:8000/", False), ("http://127.1/", False), ("http://2130706433/", False),
        ("http://0x7f000001/", False), ("http://0.0.0.0/", False), ("http://localhost:5432", False),
        ("http://db.localhost./", False), ("http://[::1]/", False), ("http://[::ffff:127.0.0.1]/", False),
        ("http://169.254.169.254/latest/meta-data", False), ("http://[fe80::1]/", False), ("http://224.0.0.1/", False),
        ("https://user:secret@land.example/", False), ("https://land.example/?a=", False), ("https:///x", False),
        ("https://land.example/a/../b", False), ("https://land.example/#x", False),
        ("http://land.example:99999/", False),
        ("http://land.example\\@127.0.0.1/", False), ("http://land.example/\r\nHost: x", False),
    ],
)  # fmt: skip
def test_the_exchange_is_sent_to_no_address_of_its_own_machine(endpoint: str, called: bool) -> None:
    assert rules.may_be_called(endpoint) is called
