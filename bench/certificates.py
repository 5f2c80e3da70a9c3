"""Certificates for a bench with mutual TLS: an authority, one for whoever listens, one over the caller's own key."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

LONG = timedelta(days=365)


@dataclass(frozen=True)
class Certificates:
    """The files of a folder, and by what the caller's certificate is known on a list of those allowed."""

    folder: Path
    sha1: str
    sha256: str

    @property
    def secured(self) -> ssl.SSLContext:
        """The caller's side of a connection."""
        return self._showing("client.pem")

    def lets_through(self, port: int, request: bytes) -> bool:
        """Whether somebody gets an answer there whose certificate is of the same authority, but on no list."""
        try:
            with (
                socket.create_connection(("127.0.0.1", port), 10) as plain,
                self._showing("server.pem").wrap_socket(plain, server_hostname="localhost") as connection,
            ):
                connection.sendall(request)
                return connection.recv(65536)[9:12] == b"200"
        except OSError:
            return False

    def _showing(self, name: str) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.folder / "authority.crt"))
        context.load_cert_chain(self.folder / name)
        return context


def certificates_for(folder: Path, callers_key: Path) -> Certificates:
    """Make them; the caller's private key is the one that the directory names."""
    folder.mkdir(mode=0o755)
    authority, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    calling = load_pem_private_key(callers_key.read_bytes(), None)
    if not isinstance(calling, ec.EllipticCurvePrivateKey):
        raise TypeError("callers have keys on elliptic curves")
    root = _issued("authority", authority, authority, ca=True)
    shown, callers = _issued("localhost", own, authority), _issued("caller", calling, authority)
    (folder / "authority.crt").write_bytes(root.public_bytes(Encoding.PEM))
    (folder / "client.crt").write_bytes(callers.public_bytes(Encoding.PEM))
    (folder / "client.pem").write_bytes(_private(calling) + callers.public_bytes(Encoding.PEM))
    (folder / "server.crt").write_bytes(shown.public_bytes(Encoding.PEM))
    (folder / "server.key").write_bytes(_private(own))
    (folder / "server.pem").write_bytes(_private(own) + shown.public_bytes(Encoding.PEM))
    return Certificates(folder, callers.fingerprint(SHA1()).hex(), callers.fingerprint(SHA256()).hex())  # noqa: S303


def _issued(
    name: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, *, ca: bool = False
) -> x509.Certificate:
    subject, issuer = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, "authority"))
    now = datetime.now(UTC)
    alternative = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))])
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - LONG).not_valid_after(now + LONG)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .add_extension(alternative, critical=False)
    )  # fmt: skip
    return builder.sign(by, SHA256())


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
