"""The protocol as text: what is kept and dropped, the hashes, the errors, the identifiers."""

from __future__ import annotations

import base64
import hashlib
import json

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
        ("", False), ("*/*", False), ("application/json", False), ("text/xml", True), ("application/xml;q=0.9", True),
        ("text/*", True), ("TEXT/XML", True), ("text/html", False),
    ],
)  # fmt: skip
def test_the_form_of_an_error(accept: str, xml: bool) -> None:
    kind, body = ProtocolError(protocol.ACCESS_DENIED, "no_contract", "<& no").body(accept, "id-1")
    if xml:
        assert kind.startswith("text/xml")
        assert b"<message>no_contract: &lt;&amp; no</message><detail>id-1</detail></error>" in body
    else:
        assert json.loads(body) == {"type": protocol.ACCESS_DENIED, "message": "no_contract: <& no", "detail": "id-1"}


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
        "/r1/i/c/m/s/%FF", "/r1/i/c/m/s/a%3Ab", "/R1/i/c/m/s/v", "/r1/i/c/m/s/" + "v" * 101, "/r1/i/c/m/s/đ",
    ],
)  # fmt: skip
def test_an_address_that_is_refused(raw: str) -> None:
    with pytest.raises(ProtocolError):
        protocol.read_target(raw)
