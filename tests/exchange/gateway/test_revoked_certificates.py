"""A certificate that its authority took back: refused within a minute, on open connections and for calls under way."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from maidinh.exchange.client.own_key import OwnKey
from maidinh.exchange.gateway.tls import TlsSettings, own_certificate
from maidinh.exchange.revocation.checking import FOLDER, RevocationSettings, state_in
from tests.exchange.gateway.test_mutual_tls import KID, TARGET, Port, key
from tests.exchange.revocation.authority import Issuer
from tests.exchange.world import NOW, PORTAL, Provider, token_for


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def begin(tmp_path: Path, start_gateway: Any, provider: Provider, issuer: Issuer) -> Callable[..., Port]:
    """A gateway that fetches this authority's list from a file many times a second."""

    def starting(**how: Any) -> Port:
        trusted = tmp_path / "authority.pem"
        trusted.write_bytes(issuer.pem)
        own = own_certificate(tmp_path, tmp_path / "published.crt", ["127.0.0.1"], datetime.now(UTC))
        told = RevocationSettings((trusted,), (str(tmp_path / "list.crl"),), interval=0.05, **how)
        gateway = start_gateway(tls=TlsSettings(0, *own, (trusted,)), revocation=told)
        return Port(tmp_path, issuer.private, gateway, tmp_path / "published.crt")

    return starting


def shown(session: requests.Session) -> x509.Certificate:
    return x509.load_pem_x509_certificate(Path(str(session.cert)).read_bytes())


def connection(port: Port, issuer: Issuer, of: Any) -> requests.Session:
    """A client with a certificate of this authority."""
    session = port.connection(of)
    file = Path(str(session.cert))
    private = file.read_bytes().partition(b"-----END PRIVATE KEY-----\n")
    made = issuer.issue("somebody", of).public_bytes(Encoding.PEM)
    file.write_bytes(private[0] + private[1] + made)
    return session


def put(port: Port, content: bytes) -> None:
    draft = port.folder / "draft"
    draft.write_bytes(content)
    draft.replace(port.folder / "list.crl")


def until(port: Port, session: requests.Session, error: bool) -> requests.Response:
    """The first answer that is one, or no error; the list is taken up meanwhile."""
    for _ in range(200):
        answer = port.get(session)
        if ("X-Road-Error" in answer.headers) is error:
            return answer
        time.sleep(0.02)
    raise AssertionError("nothing changed")


def test_a_certificate_that_was_taken_back_is_refused_on_its_open_connection_and_another_is_not(
    begin: Any, issuer: Issuer, provider: Provider, record_of: Any
) -> None:
    port, own, other = begin(), key(), key()
    port.register(own, other)
    put(port, issuer.list(NOW))
    first, second = connection(port, issuer, own), connection(port, issuer, other)
    assert [port.get(each).status_code for each in (first, second)] == [200, 200]
    issuer.take_back(shown(first))
    put(port, issuer.list(NOW + timedelta(seconds=1)))
    until(port, first, error=True)
    row = record_of(port.get(first))
    assert (row["outcome"], row["reason"], row["authenticated"]) == ("refused", "certificate_revoked", False)
    # nor does a token help it, which by itself is good
    token = token_for(OwnKey(own), TARGET, header={"kid": KID})
    assert requests.get(
        f"http://127.0.0.1:{port.gateway.port}{TARGET}",
        headers={"X-Road-Client": PORTAL, "Authorization": f"Bearer {token}"}, timeout=20,
    ).ok  # fmt: skip
    seen = len(provider.seen)
    again = token_for(OwnKey(own), TARGET, header={"kid": KID})
    mixed = port.get(first, Authorization=f"Bearer {again}")
    assert record_of(mixed)["reason"] == "certificate_revoked"
    assert len(provider.seen) == seen
    assert port.get(second).status_code == 200
    told = state_in(port.gateway.settings.home.gateway / FOLDER)
    assert told is not None
    assert (told["lists"][0]["revoked"], told["lists"][0]["fault"]) == (1, "")


def test_a_certificate_that_is_taken_back_while_the_service_works_gets_no_answer(
    begin: Any, issuer: Issuer, provider: Provider, record_of: Any
) -> None:
    port, own = begin(), key()
    port.register(own)
    session = connection(port, issuer, own)

    async def take_back(_: web.BaseRequest) -> web.StreamResponse:
        issuer.take_back(shown(session))
        put(port, issuer.list(NOW))
        await port.gateway.revocations.refresh()
        return web.json_response({"secret": 1})

    provider.behaviour = take_back
    answer = port.get(session)
    assert answer.json()["message"].startswith("certificate_revoked:")
    row = record_of(answer)
    assert (row["outcome"], row["reason"]) == ("failed", "certificate_revoked")
    assert "secret" not in json.dumps(dict(answer.headers)) + answer.text


def test_a_list_that_never_comes_refuses_from_when_the_operator_says(
    begin: Any, issuer: Issuer, clock: Any, record_of: Any
) -> None:
    port, own = begin(refused_after=timedelta(minutes=4)), key()
    port.register(own)
    session = connection(port, issuer, own)
    assert port.get(session).status_code == 200
    clock.now = NOW + timedelta(minutes=4)
    assert record_of(port.get(session))["reason"] == "revocation_unknown"
    put(port, issuer.list(clock.now))
    assert until(port, session, error=False).status_code == 200
