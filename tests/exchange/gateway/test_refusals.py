"""Calls that must not pass: each is answered with the protocol's error, recorded, and never reaches the service."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
import requests
from aiohttp import web

from maidinh.exchange import jws
from maidinh.exchange.client.calls import KIND, ExchangeClient, ExchangeRefused, ExchangeUnavailable
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.world import DEAD, NOW, PORTAL, SERVICE, SLOW, STRANGER, Provider, token_for

TARGET = f"/r1/{SERVICE}/persons/1"
NOT_AUTHENTIC = "Client.AuthenticationFailed"
DENIED = "Server.ServerProxy.AccessDenied"


@pytest.fixture
def send(url: str) -> Callable[..., requests.Response]:
    def call(token: str | None, target: str = TARGET, method: str = "GET", **options: Any) -> requests.Response:
        headers = {"X-Road-Client": PORTAL} | options.pop("headers", {})
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        request = requests.Request(method, url, headers={k: v for k, v in headers.items() if v is not None}, **options)
        session = requests.Session()
        prepared = session.prepare_request(request)
        prepared.url = url + target
        return session.send(prepared, timeout=20, allow_redirects=False)

    return call


def test_a_caller_that_cannot_be_recognised_is_refused_and_recorded(
    send: Any, signer: SignerClient, provider: Provider, record_of: Any
) -> None:
    late, early = NOW - timedelta(minutes=6), NOW + timedelta(minutes=6)
    pem = signer.public(f"caller:{PORTAL}").encode()
    cases: dict[str, str | None] = {
        "unsigned": None,
        "malformed_token": "abc",
        "wrong_issuer": token_for(signer, TARGET, iss=STRANGER),
        "wrong_audience": token_for(signer, TARGET, aud="OTHER"),
        "wrong_method": token_for(signer, TARGET, method="POST"),
        "wrong_address": token_for(signer, TARGET + "?all=1"),
        "wrong_body": token_for(signer, TARGET, body=b"other"),
        "missing_claim": token_for(signer, TARGET, jti=None),
        "expired": token_for(signer, TARGET, at=late, exp=int(early.timestamp())),
        "from_the_future": token_for(signer, TARGET, at=early),
        "wrong_kind": token_for(signer, TARGET, header={"typ": "JWT"}),
        "header_refused": token_for(signer, TARGET, header={"jwk": {}}),
        "unknown_key": token_for(signer, TARGET, header={"kid": f"caller:{STRANGER}"}),
        "algorithm_refused": none_token(),
        "bad_signature": flipped(token_for(signer, TARGET)),
    }
    for reason, token in cases.items():
        answer = send(token)
        assert (answer.status_code, answer.headers["X-Road-Error"]) == (400, NOT_AUTHENTIC), reason
        assert answer.json()["message"].startswith(reason + ":"), (reason, answer.json())
        row = record_of(answer)
        assert (row["outcome"], row["reason"], row["client"]) == ("refused", reason, PORTAL)
        assert not row["authenticated"]
        assert row["log_entry"] is None
    confused = send(confused_token(pem))
    assert confused.json()["message"].startswith("algorithm_refused:")
    assert provider.seen == []


def none_token() -> str:
    header = jws.base64url(json.dumps({"alg": "none", "kid": f"caller:{PORTAL}", "typ": KIND}).encode())
    return f"{header}.{jws.base64url(b'{}')}."


def confused_token(pem: bytes) -> str:
    header = jws.base64url(json.dumps({"alg": "HS256", "kid": f"caller:{PORTAL}", "typ": KIND}).encode())
    signed = f"{header}.{jws.base64url(b'{}')}"
    return f"{signed}.{jws.base64url(hmac.new(pem, signed.encode(), hashlib.sha256).digest())}"


def flipped(token: str) -> str:
    head, payload, signature = token.split(".")
    changed = bytearray(jws.from_base64url(signature))
    changed[5] ^= 1
    return f"{head}.{payload}.{jws.base64url(bytes(changed))}"


def test_an_expired_lifetime_is_refused_inside_the_window(send: Any, signer: SignerClient) -> None:
    answer = send(token_for(signer, TARGET, at=NOW - timedelta(minutes=2)))
    assert answer.json()["message"].startswith("expired:")


def test_a_token_works_once(send: Any, signer: SignerClient, provider: Provider, record_of: Any) -> None:
    token = token_for(signer, TARGET)
    assert send(token).status_code == 200
    again = send(token)
    assert (again.status_code, again.headers["X-Road-Error"]) == (400, NOT_AUTHENTIC)
    assert record_of(again)["reason"] == "replayed"
    assert len(provider.seen) == 1


def test_a_token_works_once_among_two_gateways(start_gateway: Any, signer: SignerClient, provider: Provider) -> None:
    token = token_for(signer, TARGET)
    headers = {"X-Road-Client": PORTAL, "Authorization": f"Bearer {token}"}
    ports = [start_gateway().port, start_gateway().port]
    answers = [requests.get(f"http://127.0.0.1:{port}{TARGET}", headers=headers, timeout=20) for port in ports]
    assert [each.status_code for each in answers] == [200, 400]
    assert len(provider.seen) == 1


def test_a_changed_body_is_refused(send: Any, signer: SignerClient, provider: Provider, record_of: Any) -> None:
    target = f"/r1/{SERVICE}/searches"
    token = token_for(signer, target, method="POST", body=b'{"a":1}')
    answer = send(token, target, "POST", data=b'{"a":2}')
    assert record_of(answer)["reason"] == "wrong_body"
    assert send(token, target, "POST", data=b'{"a":1}').status_code == 200
    assert len(provider.seen) == 1


def test_an_undeclared_system_is_refused_and_its_claim_recorded(
    send: Any, signer: SignerClient, record_of: Any
) -> None:
    ghost = "MAU/GOV/AG9/GHOST"
    answer = send(token_for(signer, TARGET), headers={"X-Road-Client": ghost})
    assert (answer.status_code, answer.headers["X-Road-Error"]) == (500, "Server.ClientProxy.UnknownMember")
    row = record_of(answer)
    assert (row["client"], row["authenticated"], row["reason"]) == (ghost, False, "unknown_consumer")
    assert (row["consumer_agency"], row["provider_agency"]) == ("", "AG2")


def test_a_declared_system_without_a_contract_is_refused(
    send: Any, signer: SignerClient, provider: Provider, record_of: Any
) -> None:
    answer = send(token_for(signer, TARGET, client=STRANGER), headers={"X-Road-Client": STRANGER})
    assert (answer.status_code, answer.headers["X-Road-Error"]) == (500, DENIED)
    row = record_of(answer)
    assert (row["authenticated"], row["reason"], row["consumer_agency"]) == (True, "no_contract", "AG1")
    assert row["log_entry"] is not None
    assert provider.seen == []


@pytest.mark.parametrize(
    ("method", "path", "reason"),
    [
        ("PUT", "/persons/1", "operation_not_in_contract"),
        ("GET", "/searches", "operation_not_in_contract"),
        ("GET", "/persons/1/history", "operation_not_in_contract"),
        ("GET", "/persons/", "operation_not_in_contract"),
        ("GET", "/persons/%2E%2E", "unsafe_path"),
        ("GET", "/persons/..%2Fadmin", "unsafe_path"),
        ("GET", "/persons/1;x", "unsafe_path"),
        ("GET", "/persons/%252E", "unsafe_path"),
        ("GET", "//persons/1", "unsafe_path"),
        ("GET", "/persons/%00", "unsafe_path"),
        ("GET", "/persons/%FF", "unsafe_path"),
    ],
)
def test_a_path_or_method_outside_the_contract_is_refused(
    send: Any, signer: SignerClient, provider: Provider, record_of: Any, method: str, path: str, reason: str
) -> None:
    target = f"/r1/{SERVICE}{path}"
    answer = send(token_for(signer, target, method=method), target, method)
    assert answer.headers["X-Road-Error"] == DENIED
    assert record_of(answer)["reason"] == reason
    assert provider.seen == []


def test_an_unknown_service_is_refused(send: Any, signer: SignerClient) -> None:
    target = f"/r1/{PORTAL}/nothing/persons/1"
    answer = send(token_for(signer, target), target)
    assert answer.headers["X-Road-Error"] == "Server.ServerProxy.UnknownService"


def test_a_contract_that_is_over_is_refused(send: Any, signer: SignerClient, clock: Any, record_of: Any) -> None:
    clock.now = NOW + timedelta(days=21)
    answer = send(token_for(signer, TARGET, at=clock.now))
    assert record_of(answer)["reason"] == "contract_expired"


def test_after_the_directorys_expiry_nothing_passes(
    send: Any, signer: SignerClient, clock: Any, provider: Provider, url: str
) -> None:
    clock.now = NOW + timedelta(days=31)
    answer = send(token_for(signer, TARGET, at=clock.now))
    assert (answer.status_code, answer.headers["X-Road-Error"]) == (500, "Server.ClientProxy.OutdatedGlobalConf")
    assert provider.seen == []
    assert requests.get(f"{url}/health", timeout=5).status_code == 503


@pytest.mark.parametrize(
    ("headers", "target", "error"),
    [
        ({"X-Road-Client": None}, TARGET, "Client.MissingHeaderField"),
        ({"X-Road-Client": "MAU/GOV"}, TARGET, "Client.InvalidClientIdentifier"),
        ({"X-Road-Client": "MAU/GOV/AG1/%2e%2e"}, TARGET, "Client.InvalidClientIdentifier"),
        ({}, "/r1/MAU/GOV/AG2/POPULATION", "Client.InvalidRequest"),
        ({}, "/r2/MAU/GOV/AG2/POPULATION/persons", "Client.InvalidRequest"),
        ({}, "/r1/MAU/GOV/AG2/%2f/persons", "Client.InvalidRequest"),
        ({}, "/favicon.ico", "Client.InvalidRequest"),
    ],
)
def test_a_call_that_is_not_of_the_protocol(send: Any, headers: dict[str, Any], target: str, error: str) -> None:
    answer = send(None, target, headers=headers)
    assert (answer.status_code, answer.headers["X-Road-Error"]) == (400, error)


def test_an_error_is_xml_where_xml_is_asked_for(send: Any) -> None:
    answer = send(None, headers={"Accept": "text/xml"})
    assert answer.headers["Content-Type"].startswith("text/xml")
    root = ElementTree.fromstring(answer.content)
    assert (root.tag, root.findtext("type")) == ("error", NOT_AUTHENTIC)
    assert root.findtext("detail") == answer.headers["X-Road-Request-Id"]
    assert set(send(None).json()) == {"type", "message", "detail"}


def test_a_service_that_is_down_or_slow(send: Any, signer: SignerClient, provider: Provider, record_of: Any) -> None:
    async def sleep(request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(3)
        return web.Response(text="too late")

    dead = f"/r1/{DEAD}/persons/1"
    answer = send(token_for(signer, dead), dead)
    assert (answer.status_code, answer.headers["X-Road-Error"]) == (500, "Server.ServerProxy.NetworkError")
    row = record_of(answer)
    assert (row["outcome"], row["reason"]) == ("failed", "service_unreachable")
    assert len(row["signatures"]) == 2
    provider.behaviour = sleep
    slow = f"/r1/{SLOW}/persons/1"
    answer = send(token_for(signer, slow), slow)
    assert answer.headers["X-Road-Error"] == "Server.ServerProxy.ServiceFailed"
    assert record_of(answer)["reason"] == "service_timeout"


def test_bodies_that_are_too_large(start_gateway: Any, signer: SignerClient, provider: Provider) -> None:
    async def huge(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=b"x" * 3000)

    base = f"http://127.0.0.1:{start_gateway(body_limit=2000).port}"
    target, body = f"/r1/{SERVICE}/searches", b"x" * 2001
    headers = {"X-Road-Client": PORTAL}
    own = headers | {"Authorization": f"Bearer {token_for(signer, target, method='POST', body=body)}"}
    assert (
        requests.post(base + target, data=body, headers=own, timeout=9).headers["X-Road-Error"]
        == "Client.RequestTooLarge"
    )
    own = headers | {"Authorization": f"Bearer {token_for(signer, target, method='POST', body=body)}"}
    chunked = requests.post(base + target, data=iter([body]), headers=own, timeout=9)
    assert chunked.headers["X-Road-Error"] == "Client.RequestTooLarge"
    assert provider.seen == []
    provider.behaviour = huge
    own = headers | {"Authorization": f"Bearer {token_for(signer, TARGET)}"}
    answer = requests.get(base + TARGET, headers=own, timeout=9)
    assert answer.json()["message"].startswith("response_too_large")


def test_the_client_tells_refusal_from_uncertainty(
    portal: ExchangeClient, url: str, signer: SignerClient, provider: Provider
) -> None:
    with pytest.raises(ExchangeRefused) as refused:
        portal.call(SERVICE, path="/searches", at=NOW)
    assert (refused.value.type, refused.value.reason) == (DENIED, "operation_not_in_contract")
    with pytest.raises(ExchangeUnavailable):
        portal.call(DEAD, path="/persons/1", at=NOW)
    with pytest.raises(ExchangeUnavailable):
        ExchangeClient("http://127.0.0.1:9", PORTAL, signer, f"caller:{PORTAL}").call(SERVICE, at=NOW)
    assert str(uuid.UUID(refused.value.x_road_id[4:]))
