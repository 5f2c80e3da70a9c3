"""Whatever comes, the gateway's parsers answer with what they read or with the protocol's refusal, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from maidinh.exchange import jws
from maidinh.exchange.client.calls import KIND
from maidinh.exchange.directory.rules import Register, steps_of
from maidinh.exchange.gateway import metadata, protocol
from maidinh.exchange.gateway.authentication import NotAuthenticError, Presented, authenticate
from maidinh.exchange.gateway.directory import Snapshot
from maidinh.exchange.gateway.protocol import ProtocolError
from maidinh.exchange.gateway.zones import read_zones
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.conftest import exchange_home, signer
from tests.exchange.world import INSTANCE, NOW, PORTAL, SERVICE, directory_for, token_for

__all__ = ["exchange_home", "signer"]

ODD = st.sampled_from(
    ["/", "//", "..", ".", "%2e", "%2F", "%00", "%", "%%", "\\", ";", "?", "#", "\r\n", "Đ", "\ud800"]
)
PIECES = st.lists(st.one_of(ODD, st.text(max_size=8), st.sampled_from(SERVICE.split("/"))), max_size=12)
ADDRESSES = st.one_of(
    st.text(max_size=200),
    PIECES.map("".join),
    PIECES.map(lambda parts: "/r1/" + "/".join(parts)),
    PIECES.map(lambda parts: f"/r1/{SERVICE}/" + "/".join(parts)),
)
NAMES = st.sampled_from(
    [
        b"X-Road-Client", b"x-road-client", b"X-Road-Id", b"X-Road-UserId", b"X-Road-Issue", b"X-Road-Service",
        b"X-Road-Represented-Party", b"X-Road-Security-Server", b"Accept", b"Authorization", b"Connection", b"X-Any",
    ]
)  # fmt: skip
VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([PORTAL.encode(), b"a/b/c", b"a/b", b"%2e%2e/b/c/d", b"", b"\x00", "Đ/b/c/d".encode()]),
)
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=8)


@settings(max_examples=80)
@given(ADDRESSES)
@example("/r1/" + "/" * 7990)
@example(f"/r1/{SERVICE}/%c0%af")
def test_an_address_is_read_or_refused(raw: str) -> None:
    try:
        target = protocol.read_target(protocol.origin_form(raw))
    except ProtocolError as error:
        assert error.status == 400
        return
    parts = target.service.split("/")
    assert len(parts) == 5
    assert all(parts)
    assert target.raw.startswith("/r1/")
    again = protocol.read_target("/r1/" + "/".join(quote(each, safe="") for each in parts) + target.forwarded)
    assert (again.service, again.path, again.query) == (target.service, target.path, target.query)
    steps = steps_of(target.path)
    if steps is not None:
        assert not any(step in (".", "..") or "/" in step or "\\" in step for step in steps)


@given(HEADERS)
def test_headers_are_read_or_refused(headers: list[tuple[bytes, bytes]]) -> None:
    try:
        read = protocol.read_headers(headers)
    except ProtocolError as error:
        assert error.status == 400
        return
    assert 3 <= len(read.client.split("/")) <= 4
    names = [name.lower() for name, _ in read.kept]
    assert names.count(b"x-road-client") == 1
    assert b"authorization" not in names
    assert b"x-road-service" not in names
    for _, value in read.kept:
        value.decode("utf-8")


@given(st.lists(st.tuples(st.one_of(NAMES, st.binary(max_size=20)), st.binary(max_size=60)), max_size=8))
def test_an_answer_s_headers_can_be_sent_on_or_are_refused(headers: list[tuple[bytes, bytes]]) -> None:
    own = {"x_road_id": "i", "client": PORTAL, "service": SERVICE, "request_id": "r", "request_hash": "h"}
    try:
        made = protocol.response_headers(headers, **own)
    except ProtocolError as error:
        assert error.reason == "invalid_answer"
        return
    for name, value in made:
        assert protocol.FIELD_NAME.fullmatch(name)
        assert not set(value) & {0, 10, 13}
        value.decode("utf-8")
    assert [name.decode() for name, _ in made[-5:]] == [
        "x-road-id", "x-road-client", "x-road-service", "x-road-request-id", "x-road-request-hash",
    ]  # fmt: skip


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=40))
def test_an_error_is_well_formed_whatever_it_says(message: str, accept: str, detail: str) -> None:
    error = ProtocolError(protocol.ACCESS_DENIED, "reason", message)
    error.body(accept, detail)[1].decode("utf-8")
    kind, body = error.body(f"text/xml,{accept}", detail)
    assert kind.endswith("; charset=utf-8")
    assert [each.tag for each in ElementTree.fromstring(body)] == ["type", "message", "detail"]


@given(st.one_of(st.text(max_size=100), st.binary(max_size=40).map(lambda raw: quote(raw, safe="&=%+;"))))
def test_parameters_are_read_or_refused(query: str) -> None:
    try:
        read = metadata.parameters(query)
    except ProtocolError as error:
        assert error.reason == "invalid_query"
        return
    assert all(isinstance(value, str) for value in read.values())


@settings(max_examples=40)
@given(st.recursive(st.one_of(st.none(), st.text(max_size=9)), lambda each: st.one_of(
    st.lists(each, max_size=4), st.dictionaries(st.sampled_from(["servers", "url", "paths", "variables"]), each),
), max_leaves=12))  # fmt: skip
def test_any_document_loses_its_servers_addresses(document: Any) -> None:
    told = metadata.without_addresses({"servers": [{"url": "https://10.0.0.1/a"}], "paths": document})
    assert told["servers"] == [{"url": "/a"}]


@given(st.one_of(st.text(max_size=60), st.ip_addresses().map(str)))
def test_any_peer_has_a_zone(peer: str) -> None:
    assert read_zones("lan=10.0.0.0/8,fd00::/8").of(peer) in ("", "lan", "outside")


@pytest.fixture(scope="module")
def snapshot(signer: SignerClient) -> Snapshot:
    return Snapshot(directory_for(signer.public), "")


CLAIMS = st.one_of(
    st.none(), st.text(max_size=9), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans(),
    st.just([]), st.just(10**400), st.just(-(10**400)), st.just("\ud800"),
)  # fmt: skip


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(["iss", "aud", "jti", "htm", "htu", "bsh", "iat", "exp"]), CLAIMS, min_size=1))
def test_a_token_with_any_claims_is_judged(snapshot: Snapshot, signer: SignerClient, claims: dict[str, Any]) -> None:
    call = Presented(PORTAL, "GET", "/x", NOW)
    try:
        token = token_for(signer, "/x", **claims)
    except UnicodeEncodeError:
        return
    try:
        caller = authenticate([(b"authorization", f"Bearer {token}".encode())], call, snapshot, INSTANCE, timedelta(1))
    except NotAuthenticError as error:
        assert error.reason
        return
    assert caller.subsystem == PORTAL


HEADS = (
    jws.canonical_json({"alg": "ES256", "kid": "k", "typ": KIND}).decode(),
    '{"alg":"ES256","kid":"\\ud800","typ":"x"}', '{"alg":"none"}', "[" * 5000, '{"alg":1e999}',
    '{"alg":"ES256","kid":{},"typ":"x"}', '{"alg":"ES256","alg":"ES256"}',
)  # fmt: skip
ENCODED = st.binary(max_size=40).map(lambda raw: jws.base64url(raw).encode())
TOKENS = st.one_of(
    st.binary(max_size=200),
    st.lists(st.one_of(ENCODED, st.just(b"")), max_size=4).map(b".".join),
    st.builds(
        lambda head, payload: f"{jws.base64url(head.encode())}.".encode() + payload + b".AA",
        st.sampled_from(HEADS),
        ENCODED,
    ),
)


@given(TOKENS)
def test_what_is_no_token_is_refused(snapshot: Snapshot, token: bytes) -> None:
    call = Presented(PORTAL, "GET", "/x", NOW)
    with pytest.raises(NotAuthenticError):
        authenticate([(b"Authorization", b"Bearer " + token)], call, snapshot, INSTANCE, timedelta(1))


def test_the_register_decides_about_any_path(signer: SignerClient) -> None:
    register = Register(directory_for(signer.public))

    @settings(max_examples=60)
    @given(PIECES.map("/".join), st.text(max_size=12))
    def decide(path: str, method: str) -> None:
        decided = register.decide(PORTAL, SERVICE, method, f"/{path}", NOW)
        assert decided.path == "" or decided.path.startswith("/")

    decide()
