"""The register gets what a client sent and can read it; what it does otherwise is mended, and stands in the record."""

from __future__ import annotations

import json
from email import message_from_bytes
from typing import Any

import pytest
import requests
from lxml import etree

from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.soap_world import ENVELOPE, IDENTIFIERS, NAMESPACE, XROAD, headers_of, names_of
from tests.exchange.world import PORTAL, REGISTER, token_for

ASKED = {"xRoadInstance": "MAU", "memberClass": "GOV", "memberCode": "AG2", "subsystemCode": "POPULATION"}
SENT = ["client", "service", "id", "userId", "protocolVersion"]


def envelope(code: str, inner: str) -> bytes:
    """A request as the register reads it: its prefixes are fixed, and there may be no XML declaration."""
    headers = headers_of(f"{REGISTER}/{code}")
    written = "".join(headers[name] for name in SENT)
    for ours, theirs in (("x:", "xro:"), ("id:", "iden:")):
        written = written.replace(f"<{ours}", f"<{theirs}").replace(f"</{ours}", f"</{theirs}")
    written = written.replace(" id:objectType", " iden:objectType")
    return (
        f'<soapenv:Envelope xmlns:soapenv="{ENVELOPE}" xmlns:xro="{XROAD}" xmlns:iden="{IDENTIFIERS}"'
        f' xmlns:c="{NAMESPACE}"><soapenv:Header>{written}</soapenv:Header>'
        f"<soapenv:Body><c:{code}>{inner}</c:{code}></soapenv:Body></soapenv:Envelope>"
    ).encode()


@pytest.fixture
def send(url: str, signer: SignerClient) -> Any:
    def call(body: bytes, kind: str = "text/xml; charset=utf-8") -> requests.Response:
        token = token_for(signer, "/", method="POST", body=body)
        headers = {"Content-Type": kind, "SOAPAction": '""', "Authorization": f"Bearer {token}"}
        return requests.post(f"{url}/", data=body, headers=headers, timeout=30)

    return call


def record_of(rows: Any, answer: requests.Response) -> dict[str, Any]:
    found = rows("SELECT * FROM evidence_exchange WHERE id = %s", answer.headers["X-Road-Request-Id"])
    assert len(found) == 1
    return found[0]


def test_a_call_comes_back_in_the_protocols_form(send: Any, rows: Any) -> None:
    answer = send(envelope("personDetails", "<Number>079</Number>"))
    assert (answer.status_code, answer.headers.get("X-Road-Error")) == (200, None), answer.text
    assert etree.fromstring(answer.content).findtext(".//{*}Name") == "Người 079"
    assert names_of(answer.content) == [*SENT, "requestHash"]
    row = record_of(rows, answer)
    assert (row["outcome"], row["protocol"], row["client"]) == ("allowed", "soap", PORTAL)
    warnings = json.loads(row["record"])["checks"]["warnings"]
    assert warnings == ["headers_reordered", "body_in_another_namespace"]


def test_its_fault_passes_as_it_is(send: Any, rows: Any) -> None:
    answer = send(envelope("personDetails", "<Nothing/>"))
    assert answer.status_code == 400  # SOAP 1.1 has 500
    assert "X-Road-Error" not in answer.headers
    assert etree.fromstring(answer.content).findtext(".//faultcode")
    assert json.loads(record_of(rows, answer)["record"])["checks"]["warnings"] == ["fault_with_another_status"]


def test_attachments_reach_it_and_come_back(send: Any, rows: Any) -> None:
    message = envelope("photoOf", "<File>cid:photo</File>")
    body = (
        b"--b0\r\nContent-Type: text/xml; charset=UTF-8\r\nContent-ID: <root>\r\n\r\n" + message + b"\r\n"
        b"--b0\r\nContent-Type: application/octet-stream\r\nContent-ID: <photo>\r\n"
        b'Content-Disposition: attachment; name="a.bin"\r\n'
        b"Content-Transfer-Encoding: binary\r\n\r\nabc123\r\n--b0--\r\n"
    )
    answer = send(body, 'multipart/related; type="text/xml"; start="<root>"; boundary=b0')
    assert answer.status_code == 200, answer.text
    assert record_of(rows, answer)["request_verdict"] == "valid"  # by the register's own WSDL
    kind = answer.headers["Content-Type"].encode()
    root, back = message_from_bytes(b"Content-Type: " + kind + b"\r\n\r\n" + answer.content).get_payload()
    content = root.get_payload(decode=True)
    assert names_of(content)[-1] == "requestHash"
    assert etree.fromstring(content).findtext(".//{*}Size") == "6"
    assert back.get_payload(decode=True) == b"321cba"


def test_its_own_wsdl_is_given_out_without_its_address_and_with_schemas_beside_it(url: str, register: Any) -> None:
    text = requests.get(f"{url}/wsdl", params=ASKED | {"serviceCode": "photoOf"}, timeout=20).text
    root = etree.fromstring(text.encode())
    assert register.address not in text
    links = {each.get("schemaLocation") for each in root.iter("{http://www.w3.org/2001/XMLSchema}import")}
    assert links == {"xsd/xroad.xsd", "xsd/swaref.xsd"}
