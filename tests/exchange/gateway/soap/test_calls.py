"""SOAP calls that are allowed: what the provider gets, what the caller gets, and what is written down."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from typing import Any

import pytest
from aiohttp import web
from lxml import etree

from tests.exchange.soap_world import (
    CIVIL,
    DETAILS,
    ENVELOPE,
    NAMESPACE,
    PORTAL,
    REGISTER,
    XROAD,
    entries,
    envelope,
    headers_of,
    multipart,
    names_of,
    request,
)  # fmt: skip
from tests.exchange.world import Provider

SENT = ["client", "service", "id", "userId", "issue", "protocolVersion"]


def test_a_call_goes_through_and_its_headers_come_back_in_order_with_the_hash(
    send: Any, provider: Provider, evidence_of: Any
) -> None:
    sent = request()
    answer = send(sent)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert names_of(answer.content) == [*SENT, "requestHash"]
    made = entries(answer.content)[-1]
    assert made.get("algorithmId") == "http://www.w3.org/2001/04/xmlenc#sha512"
    assert made.text == base64.b64encode(hashlib.sha512(sent).digest()).decode()
    assert etree.fromstring(answer.content).findtext(f".//{{{NAMESPACE}}}personDetailsResponse/name") == "Người Mẫu"
    seen = provider.seen[0]
    assert (seen.method, seen.raw_path, seen.body) == ("POST", "/base/soap", sent)
    row = evidence_of(answer)
    assert (row["outcome"], row["protocol"], row["service"], row["path"]) == ("allowed", "soap", DETAILS, "/")
    assert (row["x_road_id"], row["client"], row["request_hash"]) == ("req-1", PORTAL, made.text)
    record = json.loads(row["record"])
    assert record["checks"]["warnings"] == []
    assert len(row["signatures"]) == 2
    assert record["response"]["body_sha256"] == base64.b64encode(hashlib.sha256(answer.content).digest()).decode()


def test_the_provider_gets_the_wsdls_action_and_no_header_that_the_envelope_does_not_say(
    send: Any, provider: Provider
) -> None:
    send(request(), X_Road_Client="MAU/GOV/AG9/GHOST", X_Road_Service="x", Accept_Encoding="gzip", X_Other="kept")
    seen = provider.seen[0]
    assert seen.header("SOAPAction") == '"urn:civil:personDetails"'
    assert (seen.header("X-Road-Client"), seen.header("X-Road-Service")) == (PORTAL, DETAILS)
    assert (seen.header("Accept-Encoding"), seen.header("X-Other")) == ("identity", "kept")
    assert seen.header("Authorization") is None
    assert seen.header("X-MaiDinh-Assertion")


def test_an_operation_of_a_service_with_several(send: Any, evidence_of: Any) -> None:
    row = evidence_of(send(request(f"{REGISTER}/birthDetails")))
    assert (row["service"], row["path"], row["outcome"]) == (CIVIL, "/birthDetails", "allowed")
    refused = send(request(f"{REGISTER}/deathDetails"))
    assert code_of(refused) == "Server.ServerProxy.AccessDenied"
    row = evidence_of(refused)
    assert (row["service"], row["path"], row["reason"]) == (CIVIL, "/deathDetails", "operation_not_in_contract")


def test_the_version_is_no_part_of_the_right(send: Any) -> None:
    plain = headers_of()["service"]
    versioned = plain.replace("</x:service>", "<id:serviceVersion>v9</id:serviceVersion></x:service>")
    answer = send(changed(service=versioned))
    assert answer.status == 200
    assert b"v9" in answer.content


def changed(**headers: str) -> bytes:
    body = "<c:personDetails><number>079</number></c:personDetails>"
    return envelope(list((headers_of() | headers).values()), body)


@pytest.mark.parametrize(
    ("order", "changes", "warnings"),
    [
        ((3, 5, 2, 1, 0, 4), {}, ["headers_reordered"]),
        ((), {"without": ["issue", "userId"]}, ["headers_missing"]),
        ((), {"without": SENT}, ["headers_missing"]),
        ((), {"prefix": ""}, ["body_in_another_namespace"]),
        ((2, 0, 1), {"without": ["issue"], "prefix": ""},
         ["headers_missing", "headers_reordered", "body_in_another_namespace"]),
    ],
)  # fmt: skip
def test_a_provider_that_reorders_or_drops_headers_is_warned_of_in_the_record_and_mended(
    send: Any, answer_with: Any, evidence_of: Any, order: tuple[int, ...], changes: dict[str, Any], warnings: list[str]
) -> None:
    answer_with(*order, **changes)
    answer = send(request())
    assert answer.status == 200
    assert names_of(answer.content) == [*SENT, "requestHash"]
    row = evidence_of(answer)
    assert (row["outcome"], json.loads(row["record"])["checks"]["warnings"]) == ("allowed", warnings)


def test_what_a_provider_adds_of_its_own_stays_and_its_own_hash_does_not(send: Any, provider: Provider) -> None:
    own = '<x:requestHash algorithmId="x">untrue</x:requestHash><c:page>2</c:page>'

    async def add(asked: web.BaseRequest) -> web.StreamResponse:
        headers = [*headers_of().values(), own]
        return web.Response(body=envelope(headers, "<c:personDetailsResponse/>"), content_type="text/xml")

    provider.behaviour = add
    answer = send(request())
    assert names_of(answer.content) == [*SENT, "requestHash", "page"]
    assert b"untrue" not in answer.content


@pytest.mark.parametrize("name", ["id", "client", "service"])
def test_the_answer_to_another_request_goes_to_nobody(
    send: Any, provider: Provider, evidence_of: Any, name: str
) -> None:
    other = {
        "id": "<x:id>other</x:id>",
        "client": headers_of(client="MAU/GOV/AG1/STRANGER")["client"],
        "service": headers_of(CIVIL)["service"],
    }

    async def mix(asked: web.BaseRequest) -> web.StreamResponse:
        headers = (headers_of() | {name: other[name]}).values()
        body = "<c:personDetailsResponse><name>Secret</name></c:personDetailsResponse>"
        return web.Response(body=envelope(list(headers), body), content_type="text/xml")

    provider.behaviour = mix
    answer = send(request())
    assert code_of(answer) == "Server.ServerProxy.ServiceFailed"
    assert b"Secret" not in answer.content
    row = evidence_of(answer)
    assert (row["outcome"], row["reason"]) == ("failed", "answer_to_another_request")


def test_a_providers_fault_passes_as_it_is(send: Any, provider: Provider, evidence_of: Any) -> None:
    inner = "<s:Body><s:Fault><faultcode>s:Client</faultcode></s:Fault></s:Body>"
    body = f'<s:Envelope xmlns:s="{ENVELOPE}">{inner}</s:Envelope>'

    async def wrong(asked: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=500, body=body.encode(), content_type="text/xml")

    provider.behaviour = wrong
    answer = send(request())
    assert (answer.status, answer.content) == (500, body.encode())
    assert "x-road-error" not in answer.headers
    assert (evidence_of(answer)["outcome"], evidence_of(answer)["status"]) == ("allowed", 500)


def test_a_fault_with_another_status_is_warned_of(send: Any, provider: Provider, evidence_of: Any) -> None:
    async def wrong(asked: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=400, body=envelope([], "<s:Fault/>"), content_type="text/xml")

    provider.behaviour = wrong
    answer = send(request())
    assert answer.status == 400
    assert json.loads(evidence_of(answer)["record"])["checks"]["warnings"] == ["fault_with_another_status"]


@pytest.mark.parametrize(
    ("status", "kind", "content"),
    [
        (200, "text/html", b"<html/>"),
        (404, "text/xml", b""),
        (200, "text/xml", b"<not-an-envelope/>"),
        (200, "text/xml", b'<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>'),
        (202, "text/xml", b""),
        (200, "text/xml", b"<unclosed>"),
    ],
)
def test_what_is_no_soap_answer_is_told(
    send: Any, provider: Provider, evidence_of: Any, status: int, kind: str, content: bytes
) -> None:
    async def other(asked: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=status, body=content, content_type=kind)

    provider.behaviour = other
    answer = send(request())
    assert (answer.status, code_of(answer)) == (500, "Server.ServerProxy.ServiceFailed")
    assert evidence_of(answer)["reason"] == "invalid_answer"


def test_attachments_pass_both_ways_and_only_the_message_is_hashed_and_changed(
    send: Any, provider: Provider, evidence_of: Any
) -> None:
    large = os.urandom(3 * 1024 * 1024).replace(b"<root>", b"")
    sent = request()
    kind, body = multipart(sent, large, b"second")

    async def attach(asked: web.BaseRequest) -> web.StreamResponse:
        message = envelope(list(headers_of().values()), "<c:personDetailsResponse/>")
        kind, content = multipart(message, large, b"back")
        return web.Response(body=content, headers={"Content-Type": kind})

    provider.behaviour = attach
    answer = send(body, kind)
    assert answer.status == 200
    assert provider.seen[0].body == body
    assert provider.seen[0].header("Content-Type") == kind
    head, _, rest = answer.content.partition(b"\r\n\r\n")
    message, _, attachments = rest.partition(b"\r\n--b0\r\n")
    assert b"Content-ID: <root>" in head
    assert names_of(message)[-1] == "requestHash"
    assert attachments == multipart(b"", large, b"back")[1].partition(b"\r\n\r\n\r\n--b0\r\n")[2]
    row = evidence_of(answer)
    assert row["request_hash"] == base64.b64encode(hashlib.sha512(sent).digest()).decode()
    assert (row["request_size"], row["response_size"]) == (len(body), len(answer.content))
    assert (
        json.loads(row["record"])["request"]["body_sha256"] == base64.b64encode(hashlib.sha256(body).digest()).decode()
    )


def test_mtom_is_taken(send: Any, provider: Provider) -> None:
    kind, body = multipart(request(), b"binary")
    kind = kind.replace('type="text/xml"', 'type="application/xop+xml"; start-info="text/xml"')
    body = body.replace(b"Content-Type: text/xml; charset=UTF-8", b'Content-Type: application/xop+xml; type="text/xml"')
    assert send(body, kind).status == 200


def test_a_request_in_the_form_for_a_proxy_is_answered(send: Any, provider: Provider) -> None:
    answer = send(request(), line="http://example.org/xroad-endpoint")
    assert answer.status == 200
    assert provider.seen[0].raw_path == "/base/soap"


def test_the_party_on_whose_behalf_is_written_down(send: Any, evidence_of: Any) -> None:
    party = (
        '<r:representedParty xmlns:r="http://x-road.eu/xsd/representation.xsd"><r:partyClass>GOV</r:partyClass>'
        "<r:partyCode>AG7</r:partyCode></r:representedParty>"
    )
    answer = send(changed(represented=party))
    assert evidence_of(answer)["represented"] == "GOV/AG7"
    assert names_of(answer.content) == [*SENT, "representedParty", "requestHash"]


def code_of(answer: Any) -> str:
    """The fault's code."""
    root = etree.fromstring(answer.content)
    found = root.findtext(f"{{{ENVELOPE}}}Body/{{{ENVELOPE}}}Fault/faultcode")
    detail = root.findtext(f".//{{{XROAD}}}faultDetail")
    assert found == answer.headers["x-road-error"]
    assert detail == answer.headers["x-road-request-id"]
    return found
