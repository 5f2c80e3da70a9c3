"""Attachments of many MiB go through both ways behind a SOAP message, and the gateway stays small meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from aiohttp import web

from maidinh.exchange import jws
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.gateway.child import child_gateway
from tests.exchange.gateway.test_streaming import MEBIBYTE, piece
from tests.exchange.soap_world import envelope, headers_of, multipart, request
from tests.exchange.world import Provider, token_for

MEBIBYTES, GROWTH = 48, 32 * MEBIBYTE


def whole() -> Iterator[bytes]:
    """The attachment in its pieces."""
    return (piece(number) for number in range(MEBIBYTES))


def around(message: bytes) -> tuple[str, bytes, bytes]:
    """Content type, and what stands before and after an attachment."""
    kind, body = multipart(message, b"@@")
    before, _, after = body.partition(b"@@")
    return kind, before, after


@pytest.mark.slow
def test_large_attachments_pass_both_ways_in_little_memory(
    settings_of: Any, exchange_home: Home, published: str, signer: SignerClient, serving_provider: Provider, rows: Any
) -> None:
    kind, before, after = around(request())

    def sent() -> Iterator[bytes]:
        yield before
        yield from whole()
        yield after

    digest, attachment = hashlib.sha256(), hashlib.sha256()
    for each in sent():
        digest.update(each)
    for each in whole():
        attachment.update(each)
    got: list[bytes] = []

    async def back(asked: web.BaseRequest) -> web.StreamResponse:
        taken = hashlib.sha256()
        async for received in asked.content.iter_chunked(MEBIBYTE):
            taken.update(received)
        got.append(taken.digest())
        answered, head, tail = around(envelope(list(headers_of().values()), "<c:personDetailsResponse/>"))
        response = web.StreamResponse(headers={"Content-Type": answered})
        await response.prepare(asked)
        for each in (head, *whole(), tail):
            await response.write(each)
        return response

    with serving_provider.reading(back), child_gateway(settings_of(), exchange_home.root) as child:
        child.forget_peak()
        started = child.memory("VmRSS")
        token = token_for(signer, "/", method="POST", bsh=jws.base64url(digest.digest()))
        headers = {"Content-Type": kind, "Authorization": f"Bearer {token}"}
        with requests.post(
            f"http://127.0.0.1:{child.port}/", data=sent(), headers=headers, timeout=120, stream=True
        ) as answer:
            assert answer.status_code == 200, answer.text
            content = answer.raw
            head = content.read(20_000)
            place = head.index(b"application/octet-stream")
            start = head.index(b"\r\n\r\n", place) + 4
            assert b"requestHash" in head[:start]
            returned = hashlib.sha256(head[start:])
            left = MEBIBYTES * MEBIBYTE - len(head[start:])
            while left:
                taken = content.read(min(left, MEBIBYTE))
                assert taken
                returned.update(taken)
                left -= len(taken)
        grown = child.memory("VmHWM") - started
    assert got == [digest.digest()]
    assert returned.digest() == attachment.digest()
    assert grown <= GROWTH, f"{grown / MEBIBYTE:.1f} MiB"
    row = rows("SELECT outcome FROM evidence_exchange WHERE id = %s", answer.headers["X-Road-Request-Id"])
    assert row == [{"outcome": "allowed"}]
