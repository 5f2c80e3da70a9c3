"""The protocol as text: what is kept and dropped, the hashes, the errors, the identifiers."""

from __future__ import annotations

import base64
import hashlib
import json
from xml.etree import ElementTree

import pytest

from maidinh.exchange.gateway import protocol
from maidinh.exchange.gateway.protocol import ProtocolError

CLIENT = (b"X-Road-Client", b"MAU/GOV/AG1/PORTAL")
HOP = (
    "Transfer-Encoding Keep-Alive Proxy-Authenticate Proxy-Authorization TE Trailer Upgrade Connection User-Agent Host "
    "Content-Length Server Expect"
).split()


@pytest.mark.parametrize(
    "name", [*HOP, "X-Road-Request-Id", "X-Road-Request-Hash", "Authorization", "X-MaiDinh-Assertion"]
)
def test_dropped_from_a_request(name: str) -> None:
    for spelled in (name, name.lower(), name.upper()):
        assert protocol.read_headers([CLIENT, (spelled.encode(), b"v")]).kept == (CLIENT,)


@pytest.mark.parametrize(
    "name",
    [*HOP, "X-Road-Id", "X-Road-Client", "X-Road-Service", "X-Road-Request-Id", "X-Road-Request-Hash", "X-Road-Error"],
)
def test_dropped_from_a_response(name: str) -> None:
    made = protocol.response_headers(
        [(name.encode(), b"theirs")], x_road_id="i", client="c", service="s", request_id="r", request_hash="h"
    )
    assert b"theirs" not in dict(made).values()


@pytest.mark.parametrize(
    "name",
    ["Accept", "Cookie", "Content-Type", "Content-Encoding", "ETag", "X-Road-UserId", "X-Road-Issue", "X-Any", "Date"],
)
def test_everything_else_passes_in_its_order_and_spelling(name: str) -> None:
    headers = [(name.encode(), b"1"), CLIENT, (name.encode(), b"2")] if not name.startswith("X-Road") else [
        (name.encode(), b"1"), CLIENT,
    ]  # fmt: skip
    assert protocol.read_headers(headers).kept == tuple(headers)


@pytest.mark.parametrize("name", ["X-Road-Client", "X-Road-Id", "X-Road-UserId", "X-Road-Issue"])
def test_a_header_of_the_protocol_may_not_stand_there_twice(name: str) -> None:
    with pytest.raises(ProtocolError):
        protocol.read_headers([CLIENT, (name.encode(), b"a/b/c/d"), (name.lower().encode(), b"a/b/c/d")])


def test_the_hash_without_a_body() -> None:
    kept = ((b"X-Road-Client", b"A/B/C/D"), (b"Accept", b"*/*"), (b"x-road-request-id", b"1"), (b"x-road-id", b"2"))
    written = (
        b"GET\r\n/r1/A/B/C/D/S/p?q=1\r\nX-Road-Client:A/B/C/D\r\nAccept:*/*\r\nx-road-request-id:1\r\nx-road-id:2\r\n"
    )
    assert protocol.request_message("GET", "/r1/A/B/C/D/S/p?q=1", kept) == written
    assert protocol.message_hash(written, None) == base64.b64encode(hashlib.sha512(written).digest()).decode()


def test_the_hash_with_a_body() -> None:
    body = hashlib.sha512(b"body").digest()
    expected = hashlib.sha512(hashlib.sha512(b"message").digest() + body).digest()
    assert protocol.message_hash(b"message", body) == base64.b64encode(expected).decode()


def test_a_response_as_it_is_serialised() -> None:
    assert protocol.response_message(200, "OK", ((b"Content-Type", b"a/b"),)) == b"200\r\nOK\r\nContent-Type:a/b\r\n"


@pytest.mark.parametrize(
    ("accept", "xml"),
    [
        ("", ""), ("*/*", ""), ("application/json", ""), ("text/xml", "text/xml"),
        ("application/xml;q=0.9", "application/xml"), ("text/*", "text/xml"), ("TEXT/XML", "text/xml"),
        ("text/html", ""), ("application/xml-dtd", ""), ("a/b, application/xml", "application/xml"),
    ],
)  # fmt: skip
def test_the_form_of_an_error(accept: str, xml: str) -> None:
    kind, body = ProtocolError(protocol.ACCESS_DENIED, "no_contract", "<& no").body(accept, "id-1")
    if xml:
        assert kind == f"{xml}; charset=utf-8"
        assert b"<message>no_contract: &lt;&amp; no</message><detail>id-1</detail></error>" in body
    else:
        assert json.loads(body) == {"type": protocol.ACCESS_DENIED, "message": "no_contract: <& no", "detail": "id-1"}


def test_an_error_says_nothing_that_xml_cannot_hold() -> None:
    body = ProtocolError(protocol.ACCESS_DENIED, "a", "b\x00\x1b\ufffec\ud800").body("text/xml", "id")[1]
    assert ElementTree.fromstring(body).findtext("message") == "a: b???c?"


@pytest.mark.parametrize(
    ("camel", "snake"),
    [
        (protocol.ACCESS_DENIED, "server.serverproxy.access_denied"),
        (protocol.MISSING_HEADER, "client.missing_header_field"),
        (protocol.OUTDATED, "server.clientproxy.outdated_global_conf"),
        (protocol.INTERNAL, "server.serverproxy.internal_error"),
    ],
)
def test_a_type_is_spelled_as_the_caller_s_world_does(camel: str, snake: str) -> None:
    error = ProtocolError(camel, "x")
    assert (error.spelled("camel"), error.spelled("snake")) == (camel, snake)
    assert json.loads(error.body("", "id", "snake")[1])["type"] == snake
    assert snake.replace("_", "") == camel.lower()


@pytest.mark.parametrize(
    ("raw", "origin"),
    [
        ("/r1/a?b", "/r1/a?b"), ("http://example.org/r1/a?b", "/r1/a?b"), ("HTTPS://u@h:8/r1//a", "/r1//a"),
        ("http://example.org", "/"), ("http://example.org?x=1", "/?x=1"), ("http:///r1/a", "http:///r1/a"),
        ("//h/r1/a", "//h/r1/a"), ("ftp://h/r1/a", "ftp://h/r1/a"), ("*", "*"), ("h:443", "h:443"),
    ],
)  # fmt: skip
def test_an_address_in_the_form_for_a_proxy(raw: str, origin: str) -> None:
    assert protocol.origin_form(raw) == origin


@pytest.mark.parametrize(
    ("name", "value", "ok"),
    [
        ("X-Road-Security-Server", b"I/C/M/S", True), ("X-Road-Security-Server", b"I/C/M", False),
        ("X-Road-Represented-Party", b"COM/1", True), ("X-Road-Represented-Party", b"1", True),
        ("X-Road-Represented-Party", b"a/b/c", False), ("X-Road-Represented-Party", b"%2e%2e", False),
        ("X-Road-Client", b"I/C/M/S", False), ("X-Any", "Đ".encode(), True), ("X-Any", b"\xe9", False),
    ],
)  # fmt: skip
def test_headers_that_are_read_or_refused(name: str, value: bytes, ok: bool) -> None:
    headers = [CLIENT, (name.encode(), value)]
    if ok:
        assert protocol.read_headers(headers).kept == tuple(headers)
    else:
        with pytest.raises(ProtocolError):
            protocol.read_headers(headers)


def test_a_client_may_be_named_as_a_member_alone() -> None:
    assert protocol.read_headers([(b"X-Road-Client", b"I/C/M")]).client == "I/C/M"


@pytest.mark.parametrize("bad", [(b"X-A", b"a\x01b"), (b"X-A", b"a\rb"), (b"X A", b"a"), (b"", b"a")])
def test_an_answer_with_a_header_that_cannot_be_sent_on_is_refused(bad: tuple[bytes, bytes]) -> None:
    with pytest.raises(ProtocolError) as refused:
        protocol.response_headers([bad], x_road_id="i", client="c", service="s", request_id="r", request_hash="h")
    assert refused.value.reason == "invalid_answer"


def test_an_answer_s_headers_leave_in_utf_8() -> None:
    made = protocol.response_headers(
        [(b"X-A", "Đ".encode()), (b"X-B", b"\xe9\t")], x_road_id="i", client="c", service="s", request_id="r",
        request_hash="h",
    )  # fmt: skip
    assert made[:2] == ((b"X-A", "Đ".encode()), (b"X-B", "é\t".encode()))


@pytest.mark.parametrize(("status", "reason", "left"), [(200, "Đã\x01 xong\udce9", "Đã xong"), (404, "", "")])
def test_a_reason_phrase_leaves_as_text(status: int, reason: str, left: str) -> None:
    assert protocol.readable_reason(status, reason) == left


@pytest.mark.parametrize("status", [101, 99, 600])
def test_what_is_no_status_of_an_answer(status: int) -> None:
    with pytest.raises(ProtocolError):
        protocol.readable_reason(status, "x")


@pytest.mark.parametrize(
    ("type", "status"),
    [
        ("Server.ServerProxy.AccessDenied", 500),
        ("server.serverproxy.access_denied", 500),
        ("Client.InvalidRequest", 400),
    ],
)
def test_the_status_of_an_error(type: str, status: int) -> None:
    assert ProtocolError(type, "x").status == status


def test_an_address_is_decoded_part_by_part() -> None:
    target = protocol.read_target("/r1/I%C4%90/c/m/s/svc.v1/a%2Fb/?x=%2F")
    assert (target.service, target.path, target.query) == ("IĐ/c/m/s/svc.v1", "/a%2Fb/", "x=%2F")
    assert target.forwarded == "/a%2Fb/?x=%2F"
    assert protocol.read_target("/r1/i/c/m/s/v").path == ""
    assert protocol.read_target("/r1/i/c/m/s/v?").query == ""
    assert protocol.encode_identifier("IĐ/c d") == "I%C4%90/c%20d"


@pytest.mark.parametrize(
    "raw",
    [
        "/r1/i/c/m/s", "/r1/i//m/s/v", "/r1/i/c/m/s/v%2Fx", "/r1/i/c/m/../v", "/r1/i/c/%2e/s/v", "/r2/i/c/m/s/v",
        "r1/i/c/m/s/v", "http://h/r1/i/c/m/s/v", "/r1/i/c/m/s/v#f", "/r1/i/c/m/s/v x", "/r1/i/c/m/s/%00",
        "/r1/i/c/m/s/%FF",
        "/r1/i/c/m/s/a%E2%80%AEb", "/r1/i/c/m/s/a%3Ab", "/R1/i/c/m/s/v", "/r1/i/c/m/s/" + "v" * 101, "/r1/i/c/m/s/đ",
    ],
)  # fmt: skip
def test_an_address_that_is_refused(raw: str) -> None:
    with pytest.raises(ProtocolError):
        protocol.read_target(raw)
