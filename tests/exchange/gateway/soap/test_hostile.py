"""Hostile messages and answers at a running gateway: nothing is fetched for them, nothing of this machine leaves."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web

from tests.exchange.hostile_xml import HOSTILE
from tests.exchange.soap_world import request


@pytest.fixture
def canary() -> Iterator[socket.socket]:
    """A server that nobody may ever ask."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        yield listening


def test_nothing_is_fetched_for_a_message(send: Any, provider: Any, canary: socket.socket) -> None:
    address = f"http://127.0.0.1:{canary.getsockname()[1]}/x"
    plain = request().decode().removeprefix('<?xml version="1.0" encoding="UTF-8"?>')
    included = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{}" parse="text"/>'
    for sent, passes in (
        (f'<!DOCTYPE s [<!ENTITY e SYSTEM "{address}">]>{plain.replace("079", "&e;")}', False),
        (f'<!DOCTYPE s SYSTEM "{address}">{plain}', False),
        (plain.replace("079", included.format(address)), True),
        (plain.replace("079", included.format("file:///etc/passwd")), True),
        (plain.replace("<s:Envelope", f'<s:Envelope xmlns:i="http://www.w3.org/2001/XMLSchema-instance" '
                       f'i:schemaLocation="urn:x {address}"'), True),
    ):  # fmt: skip
        answer = send(sent.encode())
        assert (answer.status == 200) is passes
        assert b"root:" not in answer.content
    with pytest.raises(TimeoutError):
        canary.accept()
    assert all(b"root:" not in each.body for each in provider.seen)


def test_hostile_answers_are_refused_the_same(send: Any, provider: Any) -> None:
    for name in ("a billion laughs", "a file", "deep", "many elements"):

        async def evil(asked: web.BaseRequest, content: bytes = HOSTILE[name]) -> web.StreamResponse:
            return web.Response(body=content, content_type="text/xml")

        provider.behaviour = evil
        answer = send(request(x_road_id=f"evil-{name.replace(' ', '-')}"))
        assert answer.headers["x-road-error"] == "Server.ServerProxy.ServiceFailed"
        assert b"root:" not in answer.content
