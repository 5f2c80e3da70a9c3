"""Allowed calls: what the provider gets, what the caller gets, and what is written down."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Callable
from typing import Any

import pytest
import requests
from aiohttp import web

from maidinh.exchange.assertions import HEADER, verify_assertion
from maidinh.exchange.client.calls import ExchangeClient
from maidinh.exchange.evidence.rules import log_content, verify_record
from maidinh.exchange.jws import InvalidToken
from maidinh.infrastructure.keys.client import SignerClient
from maidinh.infrastructure.translog.rules import leaf_for
from tests.exchange.world import NOW, PORTAL, SERVICE, Provider, token_for

TARGET = f"/r1/{SERVICE}/persons/1?fields=name&q=%C4%90"


@pytest.fixture
def send(url: str, signer: SignerClient) -> Callable[..., requests.Response]:
    def call(target: str = TARGET, method: str = "GET", body: bytes = b"", **headers: str) -> requests.Response:
        own = {
            "X-Road-Client": PORTAL,
            "Authorization": f"Bearer {token_for(signer, target, method=method, body=body)}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        session = requests.Session()
        session.trust_env = False
        prepared = session.prepare_request(requests.Request(method, url + target, data=body, headers=own))
        assert prepared.path_url == target
        return session.send(prepared, timeout=20, allow_redirects=False)

    return call


def test_the_answer_comes_back_with_the_protocols_headers(send: Any, provider: Provider) -> None:
    answer = send(X_Road_Id="my-id-1", X_Road_UserId="official-7", X_Road_Issue="H-1")
    assert (answer.status_code, answer.json()) == (200, {"name": "Người Mẫu"})
    assert answer.headers["X-Road-Id"] == "my-id-1"
    assert answer.headers["X-Road-Client"] == PORTAL
    assert answer.headers["X-Road-Service"] == SERVICE
    assert answer.headers["X-Provider"] == "yes"
    assert "X-Road-Error" not in answer.headers
    seen = provider.seen[0]
    assert seen.raw_path == "/base/persons/1?fields=name&q=%C4%90"
    assert seen.header("X-Road-UserId") == "official-7"
    assert seen.header("X-Road-Request-Id") == answer.headers["X-Road-Request-Id"]
    assert seen.header("X-Road-Service") == SERVICE
    assert seen.header("Authorization") is None


def test_an_id_is_given_where_the_caller_has_none(send: Any, provider: Provider) -> None:
    answer = send()
    assert answer.headers["X-Road-Id"].startswith("MAU-")
    assert provider.seen[0].header("X-Road-Id") == answer.headers["X-Road-Id"]


def test_the_request_hash_is_the_one_of_the_protocol(send: Any, provider: Provider) -> None:
    body = b'{"person":"1"}'
    target = f"/r1/{SERVICE}/searches"
    answer = send(target, "POST", body, Content_Type="application/json")
    names = ("user-agent", "host", "content-length", "connection", "authorization", "x-road-request-id", "x-road-id")
    sent = [(name, value) for name, value in answer.request.headers.items() if name.lower() not in names]
    lines = "".join(f"{name}:{value}\r\n" for name, value in sent)
    lines += f"x-road-request-id:{answer.headers['X-Road-Request-Id']}\r\nx-road-id:{answer.headers['X-Road-Id']}\r\n"
    message = hashlib.sha512(f"POST\r\n{target}\r\n{lines}".encode()).digest()
    expected = base64.b64encode(hashlib.sha512(message + hashlib.sha512(body).digest()).digest()).decode()
    assert answer.headers["X-Road-Request-Hash"] == expected
    assert provider.seen[0].body == body


def test_both_members_sign_a_record_that_the_log_commits_to(
    send: Any, provider: Provider, record_of: Any, rows: Any, signer: SignerClient
) -> None:
    row = record_of(send())
    record = json.loads(row["record"])
    keys = {kid: signer.public(kid) for kid in ("member:AG1", "member:AG2")}
    assert verify_record(row["record"].encode(), row["signatures"], keys) == ["member:AG1", "member:AG2"]
    with pytest.raises(InvalidToken):
        verify_record(row["record"].replace("AG2", "AG3").encode(), row["signatures"], keys)
    assert (row["outcome"], row["authenticated"], row["status"], row["path"]) == ("allowed", True, 200, "/persons/*")
    assert (row["consumer_agency"], row["provider_agency"], row["contract"]) == ("AG1", "AG2", "contract-persons")
    leaf = leaf_for(
        kind="exchange", agency="AG2", role="gateway", content=log_content(record, row["signatures"]),
        salt=bytes(row["salt"]), at=row["finished_at"],
    )  # fmt: skip
    entry = rows("SELECT * FROM translog_entry WHERE id = %s", row["log_entry"])[0]
    assert bytes(entry["leaf"]) == leaf
    assert rows("SELECT count(*) FROM evidence_intent WHERE id = %s", row["id"])[0]["count"] == 1


def test_no_query_path_or_body_stands_in_the_evidence(send: Any, provider: Provider, rows: Any) -> None:
    target = f"/r1/{SERVICE}/persons/079123456789?name=Tran-Van-Mau"
    answer = send(target, X_Road_UserId="somebody-special")
    found = rows(
        "SELECT to_jsonb(e)::text AS text FROM evidence_exchange e WHERE id = %s", answer.headers["X-Road-Request-Id"]
    )
    found += rows(
        "SELECT to_jsonb(e)::text AS text FROM evidence_intent e WHERE id = %s", answer.headers["X-Road-Request-Id"]
    )
    assert len(found) == 2
    for each in found:
        assert not any(word in each["text"] for word in ("079123456789", "Tran-Van-Mau", "somebody", "Người Mẫu"))


def test_the_service_can_tell_that_the_call_came_through_the_exchange(
    send: Any, provider: Provider, signer: SignerClient
) -> None:
    send()
    seen = provider.seen[0]
    token = seen.header(HEADER)
    assert token is not None
    pem = signer.public("member:AG2")
    checks = {
        "public_key_pem": pem, "service": SERVICE, "method": "GET", "target": seen.raw_path, "body": b"", "at": NOW,
    }  # fmt: skip
    assert verify_assertion(token, **checks).client == PORTAL
    assert verify_assertion(token, **checks | {"target": "/base/persons/1?fields=name&q=%C4%90"}).contract
    for change in ({"target": "/base/persons/2"}, {"method": "POST"}, {"body": b"x"}, {"service": "other"}):
        with pytest.raises(InvalidToken):
            verify_assertion(token, **checks | change)
    with pytest.raises(InvalidToken):
        verify_assertion(token, **checks | {"public_key_pem": signer.public("member:AG1")})


def test_a_provider_cannot_speak_for_the_exchange(send: Any, provider: Provider) -> None:
    async def lie(request: web.BaseRequest) -> web.StreamResponse:
        own = {"X-Road-Error": "x", "X-Road-Id": "x", "X-Road-Request-Hash": "x", "Server": "x", "X-Road-Service": "x"}
        return web.Response(status=404, text="nobody", headers=own)

    provider.behaviour = lie
    answer = send(X_Road_Id="mine")
    assert (answer.status_code, answer.text) == (404, "nobody")
    assert answer.headers["X-Road-Id"] == "mine"
    assert "X-Road-Error" not in answer.headers
    assert answer.headers["Server"] != "x"


def test_a_redirect_is_an_answer_and_is_not_followed(send: Any, provider: Provider, record_of: Any) -> None:
    async def away(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": f"http://127.0.0.1:{provider.port}/secret"})

    provider.behaviour = away
    answer = send()
    assert answer.status_code == 302
    assert [each.raw_path.partition("?")[0] for each in provider.seen] == ["/base/persons/1"]
    assert record_of(answer)["status"] == 302


def test_bytes_pass_unchanged_whatever_they_claim_to_be(send: Any, provider: Provider) -> None:
    async def packed(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=b"not really gzip", headers={"Content-Encoding": "br", "Content-Type": "x/y"})

    provider.behaviour = packed
    answer = send(f"/r1/{SERVICE}/searches", "POST", b"\x1f\x8bnot gzip", Content_Encoding="gzip")
    assert answer.content == b"not really gzip"
    assert provider.seen[0].body == b"\x1f\x8bnot gzip"


def test_a_large_body_goes_through_a_file_both_ways(send: Any, provider: Provider, record_of: Any) -> None:
    large = os.urandom(3 * 1024 * 1024)

    async def echo(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=provider.seen[-1].body)

    provider.behaviour = echo
    answer = send(f"/r1/{SERVICE}/searches", "POST", large)
    assert answer.content == large
    row = record_of(answer)
    assert (row["request_size"], row["response_size"]) == (len(large), len(large))
    sha256 = base64.b64encode(hashlib.sha256(large).digest()).decode()
    assert json.loads(row["record"])["response"]["body_sha256"] == sha256


def test_the_client_makes_the_same_call(portal: ExchangeClient, provider: Provider) -> None:
    answer = portal.call(
        SERVICE, path="/searches", method="POST", json={"tên": "Đỗ"}, user="u", issue="H-2", at=NOW, query={"a": "b c"}
    )
    assert answer.json() == {"name": "Người Mẫu"}
    assert provider.seen[0].raw_path == "/base/searches?a=b+c"
    assert json.loads(provider.seen[0].body) == {"tên": "Đỗ"}
    assert provider.seen[0].header("X-Road-Issue") == "H-2"
    assert answer.request_hash and answer.x_road_id


def test_head_and_an_empty_answer(send: Any, provider: Provider) -> None:
    answer = send(f"/r1/{SERVICE}/persons/1", "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")


def test_health(url: str, gateway: Any) -> None:
    assert requests.get(f"{url}/health", timeout=5).json()["directory"] == 1
