"""Requests made to do harm, at a running gateway: one answer in the protocol's form or a cut connection, never more.

Nothing that two servers could read differently reaches a service; whoever does not go on is let go; and whatever got as
far as a service stands in the evidence.
"""

from __future__ import annotations

import asyncio
import re
import select
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange import conftest as exchange
from tests.exchange.world import PORTAL, SERVICE, SLOW, Provider, token_for

database, exchange_home, loop, signer = exchange.database, exchange.exchange_home, exchange.loop, exchange.signer
serving_provider, provider, clock, published = (
    exchange.serving_provider, exchange.provider, exchange.clock, exchange.published,
)  # fmt: skip
settings_of, start_gateway, rows = exchange.settings_of, exchange.start_gateway, exchange.rows

TARGET = f"/r1/{SERVICE}/persons/1"
SEARCHES = f"/r1/{SERVICE}/searches"
HEAD = f"Host: gateway\r\nX-Road-Client: {PORTAL}\r\n"
Send = Callable[..., bytes]


@pytest.fixture
def gateway(start_gateway: Any) -> Any:
    return start_gateway(
        idle_seconds=0.5, receive_seconds=0.5, linger_seconds=0.1, body_limit=300_000, memory_limit=50_000
    )


@pytest.fixture
def send(gateway: Any) -> Send:
    def exchange_bytes(*pieces: bytes, wait: float = 5, pause: float = 0) -> bytes:
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=wait) as connection:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
            got = b""
            try:
                while data := connection.recv(65536):
                    got += data
            except ConnectionResetError:
                pass
            return got

    return exchange_bytes


def signed(signer: SignerClient, target: str, method: str = "GET", body: bytes = b"") -> str:
    """The headers of a call that would be allowed."""
    return f"{HEAD}Authorization: Bearer {token_for(signer, target, method=method, body=body)}\r\n"


def answers(got: bytes) -> list[int]:
    """The statuses in what came back."""
    return [int(each) for each in re.findall(rb"HTTP/1\.[01] (\d{3})", got)]


SMUGGLED = f"GET {TARGET} HTTP/1.1\r\n{HEAD}\r\n"
MALFORMED = {
    "a length beside chunks": "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks beside a length": "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "the same length twice in one": "Content-Length: 3, 3\r\n\r\nabc",
    "a signed length": "Content-Length: +3\r\n\r\nabc",
    "a negative length": "Content-Length: -1\r\n\r\n",
    "a length in hexadecimal": "Content-Length: 0x3\r\n\r\nabc",
    "another coding": "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a coding after chunks": "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a space before the colon": "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a folded header": "X-Any: a\r\n b\r\n\r\n",
    "a null in a header": "X-Any: a\0b\r\n\r\n",
    "a control character in a header": "X-Any: a\x01b\r\n\r\n",
    "a bare carriage return": "X-Any: a\rX-Road-Id: b\r\n\r\n",
    "no name": ": a\r\n\r\n",
    "a second host": "Host: other\r\n\r\n",
    "a header without end": "X-Any: " + "a" * 20_000 + "\r\n\r\n",
    "too many headers": "".join(f"X-{number}: a\r\n" for number in range(200)) + "\r\n",
    "a chunk without size": "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    "a chunk of a negative size": "Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
    "a huge chunk size": "Transfer-Encoding: chunked\r\n\r\n" + "f" * 40 + "\r\nabc\r\n0\r\n\r\n",
    "a chunk that is longer than it says": "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
    "a bare line feed after a chunk's size": "Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_what_two_servers_could_read_differently_is_refused(
    send: Send, signer: SignerClient, provider: Provider, name: str
) -> None:
    rest = MALFORMED[name] + SMUGGLED
    got = send(f"POST {SEARCHES} HTTP/1.1\r\n{signed(signer, SEARCHES, 'POST')}{rest}".encode("latin-1"))
    statuses = answers(got)
    assert statuses[:1] == [400], got
    assert set(statuses) == {400}, got
    assert got.count(b"X-Road-Error: Client.InvalidRequest") == len(statuses)
    assert b"Bearer" not in got
    assert provider.seen == []


@pytest.mark.parametrize(
    "line",
    [
        "GET {} HTTP/9.9", "GET {} HTTP/1.1 x", "GET {} http/1.1", "GET\t{}\tHTTP/1.1", "G\0T {} HTTP/1.1",
        "GET {}\0 HTTP/1.1", "GET Đ{} HTTP/1.1", "PRI * HTTP/2.0", "SSH-2.0-x", "\x16\x03\x01\x02\0", "{}",
    ],
)  # fmt: skip
def test_a_line_that_is_no_request(send: Send, provider: Provider, line: str) -> None:
    got = send(f"{line.format(TARGET)}\r\n{HEAD}\r\n".encode())
    assert set(answers(got)) == {400}
    assert b"X-Road-Error: Client.InvalidRequest" in got
    assert provider.seen == []


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("CONNECT other:443", "Client.InvalidRequest"), ("OPTIONS *", "Client.InvalidRequest"),
        ("TRACE {}", "Client.InvalidHttpMethod"), ("PROPFIND {}", "Client.InvalidHttpMethod"),
        ("GET //other{}", "Client.InvalidRequest"), ("GET ftp://other{}", "Client.InvalidRequest"),
        ("GET http://other", "Client.InvalidRequest"), ("GET /", "Client.InvalidRequest"),
    ],
)  # fmt: skip
def test_what_is_not_of_the_protocol(send: Send, provider: Provider, line: str, error: str) -> None:
    got = send(f"{line.format(TARGET)} HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n".encode())
    assert answers(got) == [400]
    assert f"X-Road-Error: {error}".encode() in got
    assert provider.seen == []


def test_a_client_that_takes_the_gateway_for_its_proxy_is_answered(
    send: Send, signer: SignerClient, provider: Provider, rows: Any
) -> None:
    head = signed(signer, TARGET)
    got = send(f"GET http://example.org{TARGET} HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode())
    assert answers(got) == [200]
    assert provider.seen[0].raw_path == "/base/persons/1"
    wrong = signed(signer, f"http://example.org{TARGET}")
    assert answers(send(f"GET {TARGET} HTTP/1.1\r\n{wrong}Connection: close\r\n\r\n".encode())) == [400]


@pytest.mark.parametrize(
    "header",
    [
        f"X-Road-Client: {PORTAL}", "x-road-client: MAU/GOV/AG1/STRANGER", "X-Road-Id: a\r\nX-Road-Id: b",
        "Authorization: Bearer a", "X-Road-Represented-Party: a/b/c", "X-Road-Security-Server: x", "X-Any: \xe9",
        "X-Road-Id: a\tb", "X-Road-UserId: \xc4\x90",
    ],
)  # fmt: skip
def test_a_second_word_about_the_caller_is_refused(
    send: Send, signer: SignerClient, provider: Provider, header: str
) -> None:
    request = f"GET {TARGET} HTTP/1.1\r\n{signed(signer, TARGET)}{header}\r\nConnection: close\r\n\r\n"
    got = send(request.encode("latin-1"))
    assert answers(got) == [400]
    assert provider.seen == []


def test_what_only_the_gateway_may_say_does_not_pass(send: Send, signer: SignerClient, provider: Provider) -> None:
    forged = (
        "X-Road-Service: a\r\nX-MaiDinh-Assertion: a\r\nX-Road-Request-Id: a\r\nX-Road-Request-Hash: a\r\nTE: a\r\n"
    )
    got = send(f"GET {TARGET} HTTP/1.1\r\n{signed(signer, TARGET)}{forged}Connection: close\r\n\r\n".encode())
    assert answers(got) == [200]
    seen = provider.seen[0]
    assert seen.header("X-Road-Service") == SERVICE
    assert seen.header("X-MaiDinh-Assertion") != "a"
    assert seen.header("X-Road-Request-Id") != "a"
    assert seen.header("TE") is None


def test_requests_in_one_go_are_answered_in_their_order(send: Send, signer: SignerClient, provider: Provider) -> None:
    one = f"GET {TARGET} HTTP/1.1\r\n{signed(signer, TARGET)}\r\n"
    two = f"GET /r1/nowhere HTTP/1.1\r\n{HEAD}\r\n"
    three = f"POST {SEARCHES} HTTP/1.1\r\n{signed(signer, SEARCHES, 'POST', b'abc')}Content-Length: 3\r\n\r\nabc"
    last = f"GET {TARGET} HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n"
    assert answers(send((one + two + three + last).encode())) == [200, 400, 200, 400]


@pytest.mark.parametrize("upgrade", ["h2c", "websocket", "TLS/1.0"])
def test_a_body_is_never_read_as_the_next_request(
    send: Send, signer: SignerClient, provider: Provider, upgrade: str
) -> None:
    inner = f"GET {TARGET} HTTP/1.1\r\n{signed(signer, TARGET)}\r\n".encode()
    head = signed(signer, SEARCHES, "POST", inner)
    offered = f"Connection: Upgrade\r\nUpgrade: {upgrade}\r\nContent-Length: {len(inner)}\r\n\r\n"
    got = send(f"POST {SEARCHES} HTTP/1.1\r\n{head}{offered}".encode() + inner)
    assert answers(got) == [200]
    assert [(each.method, each.body) for each in provider.seen] == [("POST", inner)]
    assert provider.seen[0].header("Upgrade") is None
    asked = f"CONNECT other:443 HTTP/1.1\r\n{HEAD}Content-Length: {len(inner)}\r\n\r\n".encode() + inner
    assert answers(send(asked)) == [400]
    assert len(provider.seen) == 1


@pytest.mark.parametrize("sent", ["", "GET /r1/", f"GET {TARGET} HTTP/1.1\r\nHost: a\r\nX-Road-Cl"])
def test_whoever_opens_a_connection_and_does_not_ask_is_let_go(send: Send, sent: str) -> None:
    began = time.monotonic()
    assert send(sent.encode()) == b""
    assert time.monotonic() - began < 3


def test_a_body_that_does_not_go_on_is_recorded_as_incomplete(
    send: Send, signer: SignerClient, provider: Provider, rows: Any
) -> None:
    head = signed(signer, SEARCHES, "POST", b"abcdef")
    stalled = f"POST {SEARCHES} HTTP/1.1\r\n{head}Content-Length: 6\r\nX-Road-Id: stalled-1\r\n\r\nabc"
    got = send(stalled.encode(), wait=9)
    assert answers(got) == [400]
    assert b"body_incomplete" in got
    found = rows("SELECT outcome, reason FROM evidence_exchange WHERE x_road_id = 'stalled-1'")
    assert [(each["outcome"], each["reason"]) for each in found] == [("refused", "body_incomplete")]
    assert provider.seen == []


def test_a_body_that_comes_slowly_but_comes_is_taken(
    start_gateway: Any, signer: SignerClient, provider: Provider
) -> None:
    gateway = start_gateway(receive_seconds=0.5, least_per_second=20)
    body = b"x" * 40
    head = signed(signer, SEARCHES, "POST", body)
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=9) as connection:
        connection.sendall(
            f"POST {SEARCHES} HTTP/1.1\r\n{head}Content-Length: 40\r\nConnection: close\r\n\r\n".encode()
        )
        for at in range(0, 40, 10):
            connection.sendall(body[at : at + 10])
            time.sleep(0.2)
        assert answers(connection.recv(65536)) == [200]


@pytest.mark.parametrize("framing", ["Content-Length: 300001", "Content-Length: 99999999999999", "chunked"])
def test_a_body_that_is_too_large_is_refused_before_it_is_kept(
    send: Send, signer: SignerClient, provider: Provider, framing: str
) -> None:
    head = f"POST {SEARCHES} HTTP/1.1\r\n{signed(signer, SEARCHES, 'POST')}Connection: close\r\n"
    if framing == "chunked":
        body = b"Transfer-Encoding: chunked\r\n\r\n" + b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        got = send(head.encode() + body, *[b"10000\r\n" + b"x" * 0x10000 + b"\r\n"] * 4)
    else:
        got = send(f"{head}{framing}\r\n\r\n".encode(), wait=12)
    assert answers(got) == [400]
    assert b"X-Road-Error: Client.RequestTooLarge" in got
    assert provider.seen == []


def test_a_caller_that_leaves_is_recorded_all_the_same(
    gateway: Any, signer: SignerClient, provider: Provider, rows: Any
) -> None:
    async def slow(request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(0.3)
        return web.Response(text="too late")

    provider.behaviour = slow
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
        connection.sendall(f"GET {TARGET} HTTP/1.1\r\n{signed(signer, TARGET)}X-Road-Id: left-1\r\n\r\n".encode())
        _until(lambda: bool(provider.seen))
    _until(lambda: bool(rows("SELECT 1 FROM evidence_exchange WHERE x_road_id = 'left-1' AND outcome = 'allowed'")))


@pytest.mark.slow
def test_a_caller_that_does_not_read_its_answer_is_let_go(
    start_gateway: Any, signer: SignerClient, provider: Provider
) -> None:
    async def large(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=b"x" * 30_000_000)

    provider.behaviour = large
    gateway = start_gateway(receive_seconds=0.5)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", gateway.port))
        connection.sendall(f"GET {TARGET} HTTP/1.1\r\n{signed(signer, TARGET)}\r\n".encode())
        cut = select.poll()
        cut.register(connection, 0)
        assert cut.poll(15_000), "the connection is still open"


RAW_ANSWERS = {
    "a control character in a header": b"HTTP/1.1 200 OK\r\nX-A: a\x01b\r\nContent-Length: 2\r\n\r\nok",
    "a status that is none": b"HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nok",
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nabc",
    "less than it says": b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok",
    "no HTTP": b"220 mail.example.org ESMTP\r\n",
    "nothing": b"",
    "a chunk without end": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nab",
    "a length that is none": b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nok",
    "too much": b"HTTP/1.1 200 OK\r\nContent-Length: 300001\r\n\r\n" + b"x" * 300_001,
    "a header without end": b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 100_000 + b"\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("name", RAW_ANSWERS)
def test_a_service_that_answers_badly_is_told_and_recorded(
    send: Send, signer: SignerClient, provider: Provider, rows: Any, name: str
) -> None:
    async def raw(request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.write(RAW_ANSWERS[name])
        request.transport.close()
        return web.Response()

    provider.behaviour = raw
    got = send(f"GET {TARGET} HTTP/1.1\r\n{signed(signer, TARGET)}Connection: close\r\n\r\n".encode())
    assert answers(got) == [500]
    assert re.search(rb"X-Road-Error: Server\.ServerProxy\.(NetworkError|ServiceFailed)", got), got
    found = re.search(rb"X-Road-Request-Id: (\S+)", got)
    assert found
    (row,) = rows("SELECT outcome, signatures FROM evidence_exchange WHERE id = %s", found[1].decode())
    assert (row["outcome"], len(row["signatures"])) == ("failed", 2)


def test_an_answer_without_a_type_gets_none(send: Send, signer: SignerClient, provider: Provider) -> None:
    async def untyped(request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.write(b"HTTP/1.1 200 \xc4\x90\xc3\xa3\r\nX-A: \xe9\r\nContent-Length: 2\r\n\r\nok")
        request.transport.close()
        return web.Response()

    provider.behaviour = untyped
    got = send(f"GET {TARGET} HTTP/1.1\r\n{signed(signer, TARGET)}Connection: close\r\n\r\n".encode())
    head, _, body = got.partition(b"\r\n\r\n")
    assert body == b"ok"
    assert head.startswith("HTTP/1.1 200 Đã\r\n".encode())
    assert b"content-type" not in head.lower()
    assert "X-A: é".encode() in head


def test_a_full_disk_is_told_as_the_gateways_own_fault(
    gateway: Any, signer: SignerClient, provider: Provider, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("maidinh.exchange.gateway.bodies.tempfile.TemporaryFile", full)
    body = b"x" * 100_000
    headers = {
        "X-Road-Client": PORTAL,
        "Authorization": f"Bearer {token_for(signer, SEARCHES, method='POST', body=body)}",
    }
    answer = requests.post(f"http://127.0.0.1:{gateway.port}{SEARCHES}", data=body, headers=headers, timeout=9)
    assert answer.headers["X-Road-Error"] == "Server.ServerProxy.InternalError"
    assert answer.json()["message"].startswith("no_room")
    assert rows("SELECT reason FROM evidence_exchange WHERE id = %s", answer.headers["X-Road-Request-Id"])
    assert provider.seen == []


def test_an_answer_that_finds_no_room_is_told_as_the_gateways_own_fault(
    send: Send, signer: SignerClient, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def write(self, _: bytes) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            raise OSError(28, "No space left on device")

    async def large(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=b"x" * 100_000)

    provider.behaviour = large
    monkeypatch.setattr("maidinh.exchange.gateway.bodies.tempfile.TemporaryFile", lambda **_: Full())
    got = send(f"GET {TARGET} HTTP/1.1\r\n{signed(signer, TARGET)}Connection: close\r\n\r\n".encode())
    assert answers(got) == [500]
    assert b"no_room" in got


@pytest.mark.slow
def test_a_service_may_answer_slowly_as_long_as_it_goes_on(
    start_gateway: Any, signer: SignerClient, provider: Provider
) -> None:
    async def slowly(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(5):
            await response.write(b"0123456789")
            await asyncio.sleep(0.3)
        return response

    provider.behaviour = slowly
    target = f"/r1/{SLOW}/persons/1"  # its time-out is one second
    statuses = {}
    for rate in (20, 64 * 1024):
        headers = {"X-Road-Client": PORTAL, "Authorization": f"Bearer {token_for(signer, target)}"}
        port = start_gateway(least_per_second=rate).port
        statuses[rate] = requests.get(f"http://127.0.0.1:{port}{target}", headers=headers, timeout=9).status_code
    assert statuses == {20: 200, 64 * 1024: 500}


def test_error_types_are_spelled_as_the_installation_says(start_gateway: Any) -> None:
    base = f"http://127.0.0.1:{start_gateway(error_form='snake').port}"
    answer = requests.get(base + TARGET, headers={"X-Road-Client": PORTAL}, timeout=9)
    assert answer.headers["X-Road-Error"] == answer.json()["type"] == "client.authentication_failed"


METHODS = st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "X"])
SEGMENTS = st.sampled_from(
    [*SERVICE.split("/"), "r1", "listMethods", "getOpenAPI", "..", "%2e", "%00", "", "persons", "1", "?", "?a=%ff", "%"]
)
PATHS = st.one_of(
    st.lists(SEGMENTS, max_size=9).map(lambda parts: "/" + "/".join(parts)),
    st.lists(SEGMENTS, max_size=4).map(lambda parts: f"/r1/{SERVICE}/" + "/".join(parts)),
    st.sampled_from(
        [
            "/listClients",
            "/listClients?xRoadInstance=%",
            "/health?x",
            "/asic",
            "/verificationconf?x",
            "/wsdl?serviceCode=%",
            "*",
        ]
    ),
)
LINES = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(
                ["X-Road-Client", "X-Road-Id", "Accept", "Authorization", "Expect", "Upgrade", "Connection"]
            ),
            st.sampled_from(
                [PORTAL, "a/b/c", "text/xml", "Bearer a.b.c", "100-continue", "h2c", "close", "", "*/*;q=a"]
            ),
        ),
        st.tuples(st.text("abcX-: ", max_size=6), st.text(max_size=12)),
    ),
    max_size=5,
).map(lambda lines: "".join(f"{name}: {value}\r\n" for name, value in lines))
BODIES = st.one_of(st.just(b""), st.binary(max_size=60), st.just(b"Content-Length: 3\r\n\r\nabc"))


@pytest.mark.slow
def test_whatever_comes_gets_the_protocols_answer_or_none(
    start_gateway: Any, signer: SignerClient, provider: Provider, rows: Any
) -> None:
    gateway = start_gateway(idle_seconds=0.2, receive_seconds=0.2, linger_seconds=0.1)

    def ask(data: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            got = b""
            try:
                while received := connection.recv(65536):
                    got += received
            except ConnectionResetError:
                pass
            return got

    @settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(METHODS, PATHS, LINES, BODIES, st.booleans())
    def fuzz(method: str, path: str, lines: str, body: bytes, whole: bool) -> None:
        end = "Connection: close\r\n\r\n" if whole else ""
        data = f"{method} {path} HTTP/1.1\r\nHost: a\r\n{lines}{end}".encode("utf-8", "replace") + body
        got = ask(data)
        for head in re.findall(rb"HTTP/1\.1 (?:4|5)\d\d .*?\r\n\r\n", got, re.DOTALL):
            assert b"X-Road-Error: " in head, (data, got)
        assert b"InternalError" not in got, (data, got)
        for status, found in re.findall(rb"HTTP/1\.1 (\d{3}) .*?X-Road-Request-Id: (\S+)\r\n", got, re.DOTALL):
            if status == b"500":
                assert rows("SELECT 1 FROM evidence_exchange WHERE id = %s", found.decode()), (data, got)

    fuzz()
    assert provider.seen == []
    own = {"X-Road-Client": PORTAL, "Authorization": f"Bearer {token_for(signer, TARGET)}"}
    assert requests.get(f"http://127.0.0.1:{gateway.port}{TARGET}", headers=own, timeout=9).status_code == 200


def _until(done: Callable[[], bool], seconds: float = 8) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)
