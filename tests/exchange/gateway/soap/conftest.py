"""A caller that signs SOAP requests, and a provider that answers them."""

from __future__ import annotations

import functools
import http.client
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from maidinh.exchange.gateway.app import Gateway
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.soap_world import answering
from tests.exchange.world import PORTAL, Provider, token_for


@dataclass(frozen=True)
class Got:
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    content: bytes


@pytest.fixture
def provider(provider: Provider) -> Provider:
    provider.behaviour = answering
    return provider


@pytest.fixture
def answer_with(provider: Provider) -> Callable[..., None]:
    """Have the provider answer otherwise."""

    def change(*order: int, **changes: Any) -> None:
        provider.behaviour = functools.partial(answering, order=order, **changes)

    return change


@pytest.fixture
def send(gateway: Gateway, signer: SignerClient, provider: Provider) -> Callable[..., Got]:
    """Send bytes to the gateway; `token` None leaves the signature away, `line` is the address as it is written."""

    def call(
        body: bytes, kind: str = "text/xml; charset=utf-8", *, line: str = "/", token: Any = "", client: str = PORTAL,
        method: str = "POST", signed: bytes | None = None, **headers: str,
    ) -> Got:  # fmt: skip
        path = "/" + line.partition("://")[2].partition("/")[2] if "://" in line else line
        own = {"Content-Type": kind, "SOAPAction": '""'} | {k.replace("_", "-"): v for k, v in headers.items()}
        if token == "":
            token = token_for(signer, path, method=method, body=body if signed is None else signed, client=client)
        if token is not None:
            own["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=20)
        connection.request(method, line, body=body, headers=own)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return Got(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)

    return call


@pytest.fixture
def evidence_of(rows: Any) -> Callable[[Got], dict[str, Any]]:
    """The row of an answer."""

    def find(answer: Got) -> dict[str, Any]:
        found = rows("SELECT * FROM evidence_exchange WHERE id = %s", answer.headers["x-road-request-id"])
        assert len(found) == 1
        return found[0]

    return find
