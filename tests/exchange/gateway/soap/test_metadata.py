"""What the exchange says about its SOAP services: methods, those allowed, the WSDL, the protocol's schemas."""

from __future__ import annotations

import io
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import etree

from maidinh.exchange.gateway.soap.names import ANONYMOUS
from maidinh.exchange.schemas.copies import COPIES, FOLDER
from tests.exchange.gateway.soap.test_calls import code_of
from tests.exchange.soap_world import REGISTER, XROAD, headers_of, names_of, request
from tests.exchange.world import PORTAL, STRANGER, Provider

ASKED = {"xRoadInstance": "MAU", "memberClass": "GOV", "memberCode": "AG2", "subsystemCode": "POPULATION"}


def ask(name: str, inner: str = "", **changes: str) -> bytes:
    return request(f"{REGISTER}/{name}", body=f"<x:{name}>{inner}</x:{name}>", **changes)


def codes(content: bytes) -> list[str]:
    return [each.text or "" for each in etree.fromstring(content).iterfind(".//{*}Body//{*}serviceCode")]


def test_list_methods_and_allowed_methods(send: Any, provider: Provider, evidence_of: Any) -> None:
    listed = send(ask("listMethods"))
    assert codes(listed.content) == ["personDetails", "birthDetails", "deathDetails"]
    assert names_of(listed.content) == [*headers_of(), "requestHash"]
    schema(XROAD).assertValid(etree.fromstring(listed.content).find("{*}Body")[0])
    assert codes(send(ask("allowedMethods")).content) == ["personDetails", "birthDetails"]
    assert codes(send(ask("allowedMethods", client=STRANGER), client=STRANGER).content) == []
    assert provider.seen == []
    row = evidence_of(listed)
    assert (row["outcome"], row["contract"], row["client"], row["protocol"]) == ("allowed", "", PORTAL, "soap")
    assert row["log_entry"] is not None


def test_a_question_is_signed_too(send: Any, evidence_of: Any) -> None:
    assert evidence_of(send(ask("listMethods"), token=None))["reason"] == "unsigned"
    answer = send(ask("listMethods").replace(b"POPULATION", b"NOBODY"))
    assert code_of(answer) == "Server.ClientProxy.UnknownMember"
    foreign = ask("listMethods").replace(b"<x:listMethods>", b"<c:listMethods>").replace(b"</x:list", b"</c:list")
    assert code_of(send(foreign)) == "Client.InvalidBody"


def test_get_wsdl_brings_the_document_without_the_services_address(send: Any, gateway: Any, evidence_of: Any) -> None:
    answer = send(ask("getWsdl", "<x:serviceCode>birthDetails</x:serviceCode><x:serviceVersion>v1</x:serviceVersion>"))
    whole = message_from_bytes(f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode() + answer.content)
    message, document = (part.get_payload(decode=True) for part in whole.get_payload())
    assert codes(message) == ["birthDetails"]
    assert etree.fromstring(message).findtext(".//{*}getWsdlResponse/{*}serviceVersion") == "v1"
    assert (b"10.1.2.3" in document, ANONYMOUS.encode() in document) == (False, True)
    link = etree.fromstring(document).find(".//{http://www.w3.org/2001/XMLSchema}import").get("schemaLocation")
    assert link == f"http://127.0.0.1:{gateway.port}/xsd/xroad.xsd"
    nothing = send(ask("getWsdl", "<x:serviceCode>nothing</x:serviceCode>"))
    assert code_of(nothing) == "Server.ServerProxy.UnknownService"
    assert (evidence_of(nothing)["outcome"], evidence_of(nothing)["reason"]) == ("refused", "unknown_service")
    assert code_of(send(ask("getWsdl"))) == "Client.InvalidBody"


def test_the_wsdl_by_address_with_its_schemas_beside_it(url: str) -> None:
    answer = requests.get(f"{url}/wsdl", params=ASKED | {"serviceCode": "personDetails", "version": "v1"}, timeout=9)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert "10.1.2.3" not in answer.text
    assert 'schemaLocation="xsd/xroad.xsd"' in answer.text
    for name in COPIES.values():
        assert requests.get(f"{url}/xsd/{name}", timeout=9).content == (FOLDER / name).read_bytes()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/wsdl", 400), ("/wsdl?serviceCode=x", 400), ("/xsd/../app.py", 400), ("/xsd/other.xsd", 400),
        ("/wsdl?xRoadInstance=MAU&memberClass=GOV&memberCode=AG2&subsystemCode=POPULATION&serviceCode=persons", 404),
    ],
)  # fmt: skip
def test_a_document_that_is_not_there(url: str, path: str, status: int) -> None:
    prepared = requests.Request("GET", url).prepare()
    prepared.url = url + path
    assert requests.Session().send(prepared, timeout=9).status_code == status


def schema(namespace: str) -> etree.XMLSchema:
    path = Path(FOLDER / COPIES[namespace])
    return etree.XMLSchema(etree.parse(io.BytesIO(path.read_bytes()), base_url=str(path)))


@pytest.mark.parametrize("namespace", COPIES)
def test_each_copy_is_a_schema_of_its_namespace(namespace: str) -> None:
    assert schema(namespace)
    assert etree.parse(str(FOLDER / COPIES[namespace])).getroot().get("targetNamespace") == namespace
