"""What the exchange tells about itself: the same as what it obeys, in the names of the protocol, and recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
import requests
from pydantic import ValidationError

from maidinh.exchange.directory.definition import Directory
from maidinh.exchange.directory.rules import Register
from maidinh.exchange.gateway import metadata
from maidinh.exchange.gateway.protocol import ProtocolError, read_target
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.agreements import signed_content
from tests.exchange.world import (
    CONTRACTED,
    INSTANCE,
    NOW,
    PORTAL,
    REGISTER,
    SERVICE,
    STRANGER,
    Provider,
    contract_for,
    directory_for,
    token_for,
)

XRD, ID = "{http://x-road.eu/xsd/xroad.xsd}", "{http://x-road.eu/xsd/identifiers}"
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Dân cư", "version": "1"},
    "servers": [
        {"url": "https://10.1.2.3:8443/base/v1"},
        {"url": "/v2"},
        {"url": "https://{host}/v3", "variables": {}},
    ],
    "paths": {
        "/persons/{id}": {
            "servers": [{"url": "//inner.local"}],
            "get": {"servers": [{"url": "http://inner.local/a?b"}], "responses": {"200": {"description": "ok"}}},
        }
    },
}


def with_interface(public: Callable[[str], str], **changes: Any) -> Register:
    """The tests' directory, in which one service has a published interface and another speaks SOAP."""
    written = directory_for(public).model_dump(mode="json")
    written["services"][0]["openapi"] = DOCUMENT
    written["services"][1]["protocol"] = "soap"
    return Register(Directory.model_validate(signed_content(written | changes, NOW - timedelta(days=1))))


@pytest.fixture
def register(signer: SignerClient) -> Register:
    return with_interface(signer.public)


@pytest.fixture
def ask(url: str, signer: SignerClient) -> Callable[..., requests.Response]:
    def call(question: str, client: str = PORTAL, **headers: str) -> requests.Response:
        target = f"/r1/{question}"
        own = {"X-Road-Client": client, "Authorization": f"Bearer {token_for(signer, target, client=client)}"}
        return requests.get(url + target, headers=own | headers, timeout=20)

    return call


def test_a_providers_methods_are_listed_and_the_question_is_recorded(
    ask: Any, provider: Provider, record_of: Any, rows: Any
) -> None:
    answer = ask(f"{REGISTER}/listMethods")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["X-Road-Service"] == f"{REGISTER}/listMethods"
    assert answer.headers["X-Road-Request-Hash"]
    services = {each["service_code"]: each for each in answer.json()["service"]}
    assert set(services) == {"persons", "slow", "dead"}
    assert services["persons"] | {"endpoint_list": []} == {
        "object_type": "SERVICE", "xroad_instance": INSTANCE, "member_class": "GOV", "member_code": "AG2",
        "subsystem_code": "POPULATION", "service_code": "persons", "service_type": "REST", "endpoint_list": [],
    }  # fmt: skip
    assert {"method": "PUT", "path": "/**"} in services["persons"]["endpoint_list"]
    assert provider.seen == []
    row = record_of(answer)
    assert (row["outcome"], row["contract"], row["client"]) == ("allowed", "", PORTAL)
    assert len(row["signatures"]) == 2
    assert row["log_entry"] is not None
    assert len(rows("SELECT 1 FROM evidence_intent WHERE id = %s", row["id"])) == 1


def test_only_what_the_caller_may_use_is_listed_as_allowed(ask: Any) -> None:
    services = ask(f"{REGISTER}/allowedMethods").json()["service"]
    listed = {each["service_code"]: each["endpoint_list"] for each in services}
    assert listed["persons"] == CONTRACTED
    assert ask(f"{REGISTER}/allowedMethods", STRANGER).json() == {"service": []}


def test_methods_come_as_xml_where_only_xml_is_named(ask: Any) -> None:
    answer = ask(f"{REGISTER}/listMethods", Accept="text/xml")
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)
    assert root.tag == f"{XRD}listMethodsResponse"
    first = root.find(f"{XRD}service")
    assert first is not None
    assert first.get(f"{ID}objectType") == "SERVICE"
    assert [each.text for each in first] == SERVICE.split("/")


def test_a_question_is_refused_like_a_call(
    ask: Any, url: str, signer: SignerClient, clock: Any, record_of: Any
) -> None:
    target = f"/r1/{REGISTER}/listMethods"
    token = token_for(signer, target)
    headers = {"X-Road-Client": PORTAL, "Authorization": f"Bearer {token}"}
    assert requests.get(url + target, headers=headers, timeout=9).status_code == 200
    again = requests.get(url + target, headers=headers, timeout=9)
    assert record_of(again)["reason"] == "replayed"
    unsigned = requests.get(url + target, headers={"X-Road-Client": PORTAL}, timeout=9)
    assert record_of(unsigned)["reason"] == "unsigned"
    nobody = ask(f"{INSTANCE}/GOV/AG2/NOBODY/listMethods")
    assert nobody.headers["X-Road-Error"] == "Server.ClientProxy.UnknownMember"
    assert record_of(nobody)["reason"] == "unknown_member"
    missing = ask(f"{REGISTER}/getOpenAPI")
    assert (missing.status_code, record_of(missing)["reason"]) == (400, "missing_service_code")
    unpublished = ask(f"{REGISTER}/getOpenAPI?serviceCode=persons")
    assert (unpublished.status_code, record_of(unpublished)["reason"]) == (500, "no_interface")
    clock.now = NOW + timedelta(days=31)
    late = requests.get(
        url + target,
        headers=headers | {"Authorization": f"Bearer {token_for(signer, target, at=clock.now)}"},
        timeout=9,
    )
    assert late.headers["X-Road-Error"] == "Server.ClientProxy.OutdatedGlobalConf"


def test_clients_are_listed_for_everyone_as_xml_or_json(url: str) -> None:
    answer = requests.get(
        f"{url}/listClients?xRoadInstance={INSTANCE}", headers={"Accept": "application/json"}, timeout=9
    )
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    members = answer.json()["member"]
    assert members[0] == {
        "id": {"object_type": "MEMBER", "xroad_instance": INSTANCE, "member_class": "GOV", "member_code": "AG1"},
        "name": "Sở Mẫu",
    }
    assert members[-1]["id"]["subsystem_code"] == "POPULATION"
    assert (members[-1]["name"], members[-1]["subsystem_name"]) == ("Công an Mẫu", "Dân cư")
    root = ElementTree.fromstring(requests.get(f"{url}/listClients", timeout=9).content)
    assert root.tag == f"{XRD}clientList"
    last = root.findall(f"{XRD}member")[-1]
    assert last.findtext(f"{XRD}id/{ID}subsystemCode") == "POPULATION"
    assert (last.findtext(f"{XRD}name"), last.findtext(f"{XRD}subsystemName")) == ("Công an Mẫu", "Dân cư")
    for wrong in ("?xRoadInstance=OTHER", "?xRoadInstance=MAU&xRoadInstance=MAU", "?x=%FF"):
        refused = requests.get(f"{url}/listClients{wrong}", timeout=9)
        assert (refused.status_code, refused.headers["X-Road-Error"]) == (400, "Client.InvalidRequest")
    assert requests.post(f"{url}/listClients", timeout=9).headers["X-Road-Error"] == "Client.InvalidHttpMethod"


def test_an_interface_is_told_without_the_addresses_of_its_servers(register: Register) -> None:
    target = read_target(f"/r1/{REGISTER}/getOpenAPI?serviceCode=persons")
    kind, body = metadata.told(register, PORTAL, target, "*/*", NOW)
    assert kind == metadata.JSON
    told = json.loads(body)
    assert [each["url"] for each in told["servers"]] == ["/base/v1", "/v2", "/"]
    person = told["paths"]["/persons/{id}"]
    assert person["servers"] == [{"url": "/"}]
    assert person["get"]["servers"] == [{"url": "/a?b"}]
    assert b"10.1.2.3" not in body
    assert b"inner.local" not in body
    assert told["info"] == DOCUMENT["info"]
    assert register.services[SERVICE].openapi == DOCUMENT
    types = {each["service_code"]: each["service_type"] for each in metadata.listed(register, REGISTER)}
    assert types == {"persons": "OPENAPI", "dead": "REST"}


def test_an_unknown_service_has_no_interface(register: Register) -> None:
    for code in ("nothing", "slow"):
        with pytest.raises(ProtocolError) as refused:
            metadata.interface(register, REGISTER, code)
        assert refused.value.reason == "unknown_service"


def test_what_has_ended_or_is_not_offered_is_not_allowed(signer: SignerClient) -> None:
    contracts = [
        contract_for(SERVICE, id="narrow", methods=[{"method": "GET", "path": "/persons/*"}]),
        contract_for(SERVICE, id="wide", methods=[{"method": "GET", "path": "/**"}]),
        contract_for(SERVICE, id="over", methods=[{"method": "PUT", "path": "/x"}], valid_to=NOW - timedelta(hours=1)),
        contract_for(SERVICE, id="other", methods=[{"method": "DELETE", "path": "/persons/*"}]),
    ]
    written = json.loads(json.dumps(contracts, default=lambda at: at.isoformat()))
    register = with_interface(signer.public, contracts=written)
    (service,) = metadata.allowed(register, PORTAL, REGISTER, NOW)
    assert service["endpoint_list"] == [{"method": "GET", "path": "/persons/*"}, {"method": "GET", "path": "/**"}]


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("/**", "/a/*", "/a/*"), ("/a/*", "/a/b", "/a/b"), ("/*/b", "/a/*", "/a/b"), ("/a/**", "/a", "/a"),
        ("/a/**", "/b/**", None), ("/a", "/a/b", None), ("/", "/**", "/"), ("/", "/a", None), ("/a/**", "/**", "/a/**"),
    ],
)  # fmt: skip
def test_what_two_patterns_share(one: str, other: str, shared: str | None) -> None:
    assert (metadata.narrowest(one, other), metadata.narrowest(other, one)) == (shared, shared)


@pytest.mark.parametrize("code", ["listMethods", "allowedMethods", "getOpenAPI", "getWsdl", "asic"])
def test_no_service_may_have_a_name_that_the_exchange_answers(signer: SignerClient, code: str) -> None:
    service = {"id": f"{REGISTER}/{code}", "url": "http://h/", "methods": [], "timeout_seconds": 1}
    with pytest.raises(ValidationError, match="give the service another"):
        directory_for(signer.public, services=[service], contracts=[])


def test_only_the_plain_question_is_answered_here() -> None:
    asked = read_target(f"/r1/{REGISTER}/listMethods")
    assert metadata.asks("GET", asked)
    assert not metadata.asks("POST", asked)
    assert not metadata.asks("GET", read_target(f"/r1/{REGISTER}/listMethods/x"))
    assert not metadata.asks("GET", read_target(f"/r1/{SERVICE}"))
