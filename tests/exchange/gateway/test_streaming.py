"""Bodies of 100 MiB go through both ways, whole, hashed and recorded, and the gateway stays small meanwhile."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from aiohttp import web

from maidinh.exchange import jws
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.gateway.child import child_gateway
from tests.exchange.world import PORTAL, SERVICE, Provider, token_for

MEBIBYTE = 1024 * 1024
PIECES = 100
TARGET = f"/r1/{SERVICE}/searches"


def piece(number: int) -> bytes:
    """One mebibyte that no other one equals."""
    return hashlib.sha256(str(number).encode()).digest() * (MEBIBYTE // 32)


def whole() -> Iterator[bytes]:
    """The body in its pieces."""
    return (piece(number) for number in range(PIECES))


@pytest.mark.slow
def test_a_hundred_mebibytes_pass_both_ways_in_little_memory(
    settings_of: Any, exchange_home: Home, published: str, signer: SignerClient, serving_provider: Provider, rows: Any
) -> None:
    sha256, sha512 = hashlib.sha256(), hashlib.sha512()
    for each in whole():
        sha256.update(each)
        sha512.update(each)
    got: list[bytes] = []

    async def echo(request: web.BaseRequest) -> web.StreamResponse:
        taken, response = hashlib.sha256(), web.StreamResponse(headers={"Content-Type": "application/x-big"})
        async for received in request.content.iter_chunked(MEBIBYTE):
            taken.update(received)
        got.append(taken.digest())
        await response.prepare(request)
        for each in whole():
            await response.write(each)
        return response

    with serving_provider.reading(echo), child_gateway(settings_of(), exchange_home.root) as child:
        base = f"http://127.0.0.1:{child.port}"
        bodiless = {"X-Road-Client": PORTAL, "Authorization": f"Bearer {token_for(signer, TARGET, method='POST')}"}
        requests.post(base + TARGET, headers=bodiless, timeout=60).raise_for_status()
        child.forget_peak()
        before = child.memory("VmRSS")
        claims = {"bsh": jws.base64url(sha256.digest())}
        token = token_for(signer, TARGET, method="POST", **claims)
        headers = {"X-Road-Client": PORTAL, "Authorization": f"Bearer {token}"}
        back = hashlib.sha256()
        with requests.post(base + TARGET, data=whole(), headers=headers, timeout=120, stream=True) as answer:
            assert answer.status_code == 200, answer.text
            assert answer.headers["Content-Length"] == str(PIECES * MEBIBYTE)
            for each in answer.iter_content(MEBIBYTE):
                back.update(each)
        grown = child.memory("VmHWM") - before
    print(f"grown by {grown / MEBIBYTE:.1f} MiB")
    assert got[-1] == back.digest() == sha256.digest()
    assert grown <= 64 * MEBIBYTE, f"{grown / MEBIBYTE:.1f} MiB"
    row = rows("SELECT * FROM evidence_exchange WHERE id = %s", answer.headers["X-Road-Request-Id"])[0]
    assert (row["request_size"], row["response_size"]) == (PIECES * MEBIBYTE, PIECES * MEBIBYTE)
    record = json.loads(row["record"])
    digest = base64.b64encode(sha256.digest()).decode()
    assert (record["request"]["body_sha256"], record["response"]["body_sha256"]) == (digest, digest)
