"""The port that asks for a certificate: recognised by the directory's key alone, revoked on open connections too."""

from __future__ import annotations

import hashlib
import json
import ssl
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from maidinh.exchange.directory.definition import Directory, Key
from maidinh.exchange.gateway.app import Gateway
from maidinh.exchange.gateway.directory import Snapshot
from maidinh.exchange.gateway.tls import TlsPort, TlsSettings, own_certificate
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.soap_world import answering
from tests.exchange.soap_world import request as soap_request
from tests.exchange.world import NOW, PORTAL, SERVICE, STRANGER, Provider, token_for

TARGET = f"/r1/{SERVICE}/persons/1"
KID = f"caller:{PORTAL}/2"
LONG = timedelta(days=3650)  # the handshake looks at the machine's clock, the call at the gateway's


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_pem(of: ec.EllipticCurvePrivateKey) -> str:
    return of.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def certificate(
    of: ec.EllipticCurvePrivateKey, name: str, issuer: str, by: ec.EllipticCurvePrivateKey, *, ca: bool = False,
    ends: datetime = NOW + LONG,
) -> bytes:  # fmt: skip
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, issuer)]
    made = (
        x509.CertificateBuilder().subject_name(names[0]).issuer_name(names[1]).public_key(of.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(NOW - LONG).not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(of.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )  # fmt: skip
    return made.sign(by, SHA256()).public_bytes(Encoding.PEM)


@dataclass
class Port:
    """A gateway with a TLS port, and an authority that it trusts."""

    folder: Path
    authority: ec.EllipticCurvePrivateKey
    gateway: Gateway
    server: Path

    def connection(self, of: ec.EllipticCurvePrivateKey, **how: Any) -> requests.Session:
        """A client with a certificate over this key."""
        by = how.pop("by", self.authority)
        file = self.folder / f"{uuid.uuid4()}.pem"
        private = of.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(private + certificate(of, "somebody", "authority", by, **how))
        session = requests.Session()
        session.trust_env = False
        session.cert, session.verify = str(file), str(self.server)
        return session

    def get(self, session: requests.Session, client: str = PORTAL, **headers: str) -> requests.Response:
        url = f"https://127.0.0.1:{self.gateway.tls_port}{TARGET}"
        return session.get(url, headers={"X-Road-Client": client} | headers, timeout=20)

    def register(self, *keys: ec.EllipticCurvePrivateKey, client: str = PORTAL, first: int = 2) -> None:
        """A newer directory in which these are the client's own keys, beside none of the platform's."""
        named = [
            Key(
                kid=f"caller:{client}/{first + number}", public_key_pem=public_pem(each), custody="agency",
                valid_from=NOW - timedelta(days=1),
            )
            for number, each in enumerate(keys)
        ]  # fmt: skip
        snapshot = self.gateway.keeper.snapshot
        assert snapshot is not None
        directory: Directory = snapshot.directory
        changed = [
            each.model_copy(update={"keys": tuple(named)}) if each.id == client else each
            for each in directory.subsystems
        ]
        self.gateway.keeper.snapshot = Snapshot(directory.model_copy(update={"subsystems": tuple(changed)}), "")


@pytest.fixture
def port(tmp_path: Path, start_gateway: Any, provider: Provider) -> Iterator[Port]:
    authority = key()
    trusted = tmp_path / "authority.pem"
    trusted.write_bytes(certificate(authority, "authority", "authority", authority, ca=True))
    own = own_certificate(tmp_path, tmp_path / "published.crt", ["127.0.0.1"], datetime.now(UTC))
    gateway = start_gateway(tls=TlsSettings(0, *own, (trusted, tmp_path / "not there yet.pem")))
    yield Port(tmp_path, authority, gateway, tmp_path / "published.crt")


def test_a_certificate_over_a_key_of_the_directory_is_enough(
    port: Port, provider: Provider, record_of: Callable[[requests.Response], Any]
) -> None:
    own = key()
    port.register(own)
    session = port.connection(own)
    answer = port.get(session)
    assert answer.status_code == 200, answer.text
    record = record_of(answer)
    assert (record["outcome"], record["authenticated"], record["client"]) == ("allowed", True, PORTAL)
    shown = x509.load_pem_x509_certificate(Path(str(session.cert)).read_bytes()).public_bytes(Encoding.DER)
    assert json.loads(record["record"])["call"] == {
        "certificate_sha256": hashlib.sha256(shown).hexdigest(), "custody": "agency", "kid": KID,
    }  # fmt: skip
    posted = session.post(
        f"https://127.0.0.1:{port.gateway.tls_port}/r1/{SERVICE}/searches", data=b'{"a":1}',
        headers={"X-Road-Client": PORTAL}, timeout=20,
    )  # fmt: skip
    assert posted.status_code == 200
    assert provider.seen[-1].body == b'{"a":1}'


def test_a_certificate_that_the_directory_does_not_know_for_this_system_is_refused(
    port: Port, provider: Provider, signer: SignerClient, record_of: Any
) -> None:
    own, other = key(), key()
    port.register(own)
    port.register(other, client=STRANGER)
    for session, client in (
        (port.connection(key()), PORTAL),
        (port.connection(other), PORTAL),
        (port.connection(own), STRANGER),
    ):
        answer = port.get(session, client)
        assert answer.headers["X-Road-Error"] == "Client.AuthenticationFailed"
        assert record_of(answer)["reason"] == "unknown_certificate"
    unknown = port.get(port.connection(own), "MAU/GOV/AG9/GHOST")
    assert record_of(unknown)["reason"] == "unknown_consumer"
    # a good certificate does not carry somebody else's token, nor a good token a strange certificate
    mixed = port.get(port.connection(other), PORTAL, Authorization=f"Bearer {token_for(signer, TARGET)}")
    assert record_of(mixed)["reason"] == "unknown_certificate"
    bad = port.get(port.connection(own), PORTAL, Authorization="Bearer none")
    assert record_of(bad)["reason"] == "malformed_token"
    assert provider.seen == []


def test_an_authority_that_is_not_trusted_opens_no_connection(port: Port) -> None:
    own = key()
    port.register(own)
    with pytest.raises(requests.exceptions.ConnectionError):
        port.get(port.connection(own, by=key()))
    with pytest.raises(requests.exceptions.ConnectionError):
        port.get(port.connection(own, ends=datetime.now(UTC) - timedelta(days=1)))


def test_without_a_certificate_the_port_is_encrypted_and_a_token_is_asked_for(
    port: Port, signer: SignerClient, record_of: Any
) -> None:
    with requests.Session() as session:
        session.trust_env, session.verify = False, str(port.server)
        assert port.get(session, Authorization=f"Bearer {token_for(signer, TARGET)}").status_code == 200
        assert record_of(port.get(session))["reason"] == "unsigned"
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"https://127.0.0.1:{port.gateway.tls_port}/health", timeout=20)


def test_two_keys_hold_beside_each_other_and_a_revoked_one_is_refused_on_its_open_connection(
    port: Port, provider: Provider, record_of: Any
) -> None:
    old, new = key(), key()
    port.register(old, new)
    first, second = port.connection(old), port.connection(new)
    assert [port.get(each).status_code for each in (first, second)] == [200, 200]
    port.register(new, first=3)
    refused = port.get(first)
    assert record_of(refused)["reason"] == "unknown_certificate"
    assert port.get(second).status_code == 200
    assert len(provider.seen) == 3


def test_a_key_revoked_while_the_service_works_gets_no_answer(port: Port, provider: Provider, record_of: Any) -> None:
    own = key()
    port.register(own)

    async def revoke(_: web.BaseRequest) -> web.StreamResponse:
        port.register()
        return web.json_response({"secret": 1})

    provider.behaviour = revoke
    answer = port.get(port.connection(own))
    assert answer.json()["message"].startswith("key_revoked:")
    assert "secret" not in answer.text
    row = record_of(answer)
    assert (row["outcome"], row["reason"], len(row["signatures"])) == ("failed", "key_revoked", 2)


def test_a_message_id_is_good_for_one_call(port: Port, provider: Provider, record_of: Any) -> None:
    own = key()
    port.register(own)
    session, name = port.connection(own), f"MAU-{uuid.uuid4()}"
    assert port.get(session, **{"X-Road-Id": name}).status_code == 200
    again = port.get(session, **{"X-Road-Id": name})
    assert record_of(again)["reason"] == "replayed"
    assert len(provider.seen) == 1


def test_soap_by_certificate(port: Port, provider: Provider, record_of: Any) -> None:
    provider.behaviour = answering
    own, other = key(), key()
    port.register(own)
    name = f"MAU-{uuid.uuid4()}"

    def post(session: requests.Session, **changes: Any) -> requests.Response:
        url = f"https://127.0.0.1:{port.gateway.tls_port}/"
        message = soap_request(x_road_id=changes.pop("x_road_id", name), **changes)
        return session.post(url, data=message, headers={"Content-Type": "text/xml; charset=utf-8"}, timeout=20)

    first = port.connection(own)
    answer = post(first)
    assert answer.status_code == 200, answer.text
    row = record_of(answer)
    assert (row["outcome"], row["protocol"], row["authenticated"]) == ("allowed", "soap", True)
    assert json.loads(row["record"])["call"]["kid"] == KID
    refused = {
        "replayed": post(first),
        "unknown_certificate": post(port.connection(other), x_road_id="2"),
        "unknown_consumer": post(first, x_road_id="3", client="MAU/GOV/AG9/GHOST"),
    }
    port.register()
    refused["unknown_certificate, after it was revoked"] = post(first, x_road_id="4")
    for reason, told in refused.items():
        assert record_of(told)["reason"] == reason.partition(",")[0]
        assert b"Fault" in told.content
    assert len(provider.seen) == 1


def test_the_gateways_own_certificate_is_kept_and_renewed_before_its_end(tmp_path: Path) -> None:
    published, now = tmp_path / "published.crt", datetime.now(UTC)

    def made(at: datetime, *hosts: str) -> bytes:
        own_certificate(tmp_path, published, hosts, at)
        return published.read_bytes()

    first = made(now)
    assert made(now + timedelta(days=300)) == first
    assert b"PRIVATE" not in first
    assert (tmp_path / "tls.pem").stat().st_mode & 0o777 == 0o600
    assert made(now + timedelta(days=340)) != first
    named = x509.load_pem_x509_certificate(made(now, "gateway.example.vn"))
    assert "gateway.example.vn" in str(named.extensions)


def test_a_renewed_certificate_is_taken_up_without_a_restart(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    own = own_certificate(tmp_path, tmp_path / "published.crt", (), now)
    late = tmp_path / "authority.pem"
    port = TlsPort(TlsSettings(0, *own, (late,)))
    assert port.context.get_ca_certs() == []
    authority = key()
    late.write_bytes(certificate(authority, "authority", "authority", authority, ca=True))
    port.refresh()
    assert len(port.context.get_ca_certs()) == 1
    late.write_text("broken")
    with pytest.raises(ssl.SSLError):
        port.refresh()
