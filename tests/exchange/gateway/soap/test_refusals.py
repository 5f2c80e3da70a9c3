"""SOAP requests that must not pass: each is answered with a fault, and never reaches the service."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable
from typing import Any

import pytest

from maidinh.exchange.gateway.app import Gateway
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.gateway.soap.test_calls import changed, code_of
from tests.exchange.soap_world import (
    CIVIL,
    DETAILS,
    REGISTER,
    envelope,
    headers_of,
    identifier,
    multipart,
    request,
)  # fmt: skip
from tests.exchange.world import SERVICE, STRANGER, Provider, token_for

BODY = "<c:personDetails><number>079</number></c:personDetails>"
DENIED, NOT_AUTHENTIC = "Server.ServerProxy.AccessDenied", "Client.AuthenticationFailed"


def without(name: str) -> bytes:
    headers = headers_of()
    del headers[name]
    return envelope(list(headers.values()), BODY)


def twice(name: str) -> bytes:
    return envelope([*headers_of().values(), headers_of()[name]], BODY)


REQUESTS: dict[str, tuple[bytes, str, str]] = {
    "not XML": (b"hello", "Client.InvalidSoap", "invalid_xml"),
    "no envelope": (b"<a/>", "Client.InvalidSoap", "invalid_envelope"),
    "SOAP 1.2": (
        request().replace(b"http://schemas.xmlsoap.org/soap/envelope/", b"http://www.w3.org/2003/05/soap-envelope"),
        "Client.InvalidSoap", "invalid_envelope",
    ),
    "two bodies": (request().replace(b"</s:Body>", b"</s:Body><s:Body/>"), "Client.InvalidSoap", "invalid_envelope"),
    "two headers": (
        request().replace(b"<s:Header>", b"<s:Header/><s:Header>"),
        "Client.InvalidSoap", "invalid_envelope",
    ),
    "body first": (
        request().replace(b"<s:Header>", b"<s:Body><c:personDetails/></s:Body><s:Header>"),
        "Client.InvalidSoap", "invalid_envelope",
    ),
    "empty body": (request(body=" "), "Client.InvalidBody", "invalid_body"),
    "two operations": (request(body=BODY + "<c:deleteAll/>"), "Client.InvalidBody", "invalid_body"),
    "another operation in the body": (request(body="<c:deleteAll/>"), "Client.InvalidBody", "invalid_body"),
    "no client": (without("client"), "Client.MissingHeaderField", "missing_client"),
    "no service": (without("service"), "Client.MissingHeaderField", "missing_service"),
    "no id": (without("id"), "Client.MissingHeaderField", "missing_header"),
    "no version": (without("protocolVersion"), "Client.MissingHeaderField", "missing_header"),
    "another version": (
        changed(protocolVersion="<x:protocolVersion>3.1</x:protocolVersion>"),
        "Client.InvalidProtocolVersion", "invalid_version",
    ),
    "client twice": (twice("client"), "Client.DuplicateHeaderField", "invalid_header"),
    "service twice": (twice("service"), "Client.DuplicateHeaderField", "invalid_header"),
    "a member as client": (
        changed(client=identifier("client", "MEMBER", "MAU/GOV/AG1")),
        "Client.InvalidClientIdentifier", "invalid_client",
    ),
    "a part missing": (
        changed(client=identifier("client", "SUBSYSTEM", "MAU/GOV/AG1")),
        "Client.InvalidClientIdentifier", "invalid_client",
    ),
    "a slash in a part": (
        changed(client=identifier("client", "SUBSYSTEM", "MAU/GOV/AG1/PORTAL").replace("PORTAL", "a/b")),
        "Client.InvalidClientIdentifier", "invalid_client",
    ),
    "a part twice": (
        changed(service=headers_of()["service"].replace("</x:", "<id:serviceCode>x</id:serviceCode></x:")),
        "Client.InvalidServiceIdentifier", "invalid_identifier",
    ),
    "a line break in the id": (changed(id="<x:id>a&#10;b</x:id>"), "Client.InvalidRequest", "invalid_header"),
    "a long user": (changed(userId=f"<x:userId>{'u' * 300}</x:userId>"), "Client.InvalidRequest", "invalid_header"),
}  # fmt: skip


@pytest.mark.parametrize("case", list(REQUESTS))
def test_what_does_not_keep_to_the_protocol_is_refused(
    send: Any, provider: Provider, rows: Callable[..., list[dict[str, Any]]], case: str
) -> None:
    body, code, reason = REQUESTS[case]
    answer = send(body)
    assert (answer.status, code_of(answer)) == (500, code)
    assert f"{reason}:" in answer.content.decode()
    assert provider.seen == []
    found = rows("SELECT reason FROM evidence_exchange WHERE id = %s", answer.headers["x-road-request-id"])
    named = reason not in ("invalid_xml", "invalid_envelope", "missing_service", "invalid_identifier")
    named = named and case != "service twice"
    assert [each["reason"] for each in found] == ([reason] if named else [])


@pytest.mark.parametrize(
    ("action", "passes"),
    [
        ('""', True), ("personDetails", True), ('"urn:civil:personDetails"', True), ('"http://x/#personDetails"', True),
        ('"deleteAll"', False), ('"urn:civil:deathDetails"', False), ('"personDetails/deleteAll"', False),
    ],
)  # fmt: skip
def test_an_action_for_another_operation_is_refused(
    send: Any, provider: Provider, evidence_of: Any, action: str, passes: bool
) -> None:
    answer = send(request(), SOAPAction=action)
    assert (answer.status == 200) is passes
    assert len(provider.seen) == passes
    if not passes:
        assert (code_of(answer), evidence_of(answer)["reason"]) == ("Client.InvalidSoap", "wrong_action")


def test_an_action_of_addressing_for_another_operation_is_refused(send: Any, provider: Provider) -> None:
    action = '<w:Action xmlns:w="http://www.w3.org/2005/08/addressing">urn:civil:deathDetails</w:Action>'
    assert code_of(send(changed(action=action))) == "Client.InvalidSoap"
    own = action.replace("deathDetails", "personDetails")
    assert send(changed(action=own)).status == 200
    assert len(provider.seen) == 1


def test_who_is_not_recognised_is_refused_before_the_attachments_are_read(
    send: Any, gateway: Gateway, provider: Provider, evidence_of: Any
) -> None:
    answer = send(request(), token=None)
    assert (code_of(answer), evidence_of(answer)["reason"]) == (NOT_AUTHENTIC, "unsigned")
    kind, body = multipart(request(), b"x" * 100)
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as line:
        head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: 9000000\r\n\r\n"
        line.sendall(head.encode() + body[: body.index(b"x" * 100)])
        assert NOT_AUTHENTIC.encode() in line.recv(65536)  # though most of what was announced never came
    assert provider.seen == []


def test_the_signature_is_over_the_whole_body_and_works_once(
    send: Any, provider: Provider, signer: SignerClient, evidence_of: Any
) -> None:
    kind, body = multipart(request(), b"one")
    answer = send(body.replace(b"one", b"two"), kind, signed=body)
    assert evidence_of(answer)["reason"] == "wrong_body"
    token = token_for(signer, "/", method="POST", body=request())
    assert send(request(), token=token).status == 200
    assert evidence_of(send(request(), token=token))["reason"] == "replayed"
    assert len(provider.seen) == 1


def test_a_caller_signs_for_itself_only(send: Any, provider: Provider, evidence_of: Any) -> None:
    assert evidence_of(send(request(), client=STRANGER))["reason"] == "unknown_key"
    row = evidence_of(send(request(client=STRANGER), client=STRANGER))
    assert (row["reason"], row["authenticated"]) == ("no_contract", True)
    assert provider.seen == []


def test_each_service_is_called_in_its_own_protocol_only(send: Any, provider: Provider, evidence_of: Any) -> None:
    assert code_of(send(request(SERVICE, body="<c:persons/>"))) == "Server.ServerProxy.AccessDenied"
    rest = send(request(), line=f"/r1/{DETAILS}", X_Road_Client="MAU/GOV/AG1/PORTAL")
    assert (rest.headers["x-road-error"], evidence_of(rest)["reason"]) == (
        "Server.ServerProxy.UnknownService", "other_protocol",
    )  # fmt: skip
    assert provider.seen == []


def test_an_unknown_service_and_the_name_of_a_service_with_several(send: Any) -> None:
    assert code_of(send(request(f"{REGISTER}/nothing"))) == "Server.ServerProxy.UnknownService"
    assert code_of(send(request(CIVIL))) == DENIED


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("application/soap+xml", None),
        ("text/xml; charset=utf-16", None),
        ("text/xml; charset=utf-8; charset=utf-16", None),
        ('multipart/related; type="text/xml"', None),
        ('multipart/related; boundary=b0; boundary=b1; type="text/xml"', None),
        ('multipart/related; boundary=b0; type="application/pdf"', None),
        ("", lambda body: b"preamble\r\n" + body),
        ("", lambda body: body.replace(b"\r\n", b"\n")),
        ("", lambda body: body.replace(b"<root>", b"<other>")),
        ("", lambda body: body.replace(b"<a0>", b"<root>")),
        ("", lambda body: body.replace(b"charset=UTF-8", b"charset=latin1", 1)),
        ("", lambda body: body.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n", 1)),
        ("", lambda body: body.replace(b"Content-Type: text/xml", b"Content-Type: application/pdf", 1)),
        ("", lambda body: body[: body.index(b"</s:Body>")]),
    ],
)
def test_what_two_programs_could_take_apart_differently_is_refused(
    send: Any, provider: Provider, kind: str, change: Callable[[bytes], bytes] | None
) -> None:
    usual, body = multipart(request(), b"attached")
    answer = send(change(body) if change else body, kind or usual)
    assert answer.status == 500
    assert code_of(answer) in ("Client.InvalidContentType", "Client.InvalidSoap")
    assert provider.seen == []


def test_a_compressed_message_is_refused(send: Any) -> None:
    assert code_of(send(request(), Content_Encoding="gzip")) == "Client.InvalidContentType"


def test_an_envelope_that_is_too_large(start_gateway: Any, provider: Provider) -> None:
    port = start_gateway(envelope_limit=2000).port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    large = request(body=f"<c:personDetails><number>{'9' * 3000}</number></c:personDetails>")
    connection.request("POST", "/", body=large, headers={"Content-Type": "text/xml"})
    assert connection.getresponse().getheader("X-Road-Error") == "Client.RequestTooLarge"
    connection.close()
