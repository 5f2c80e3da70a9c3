"""The gateway's port for mutual TLS: its own certificate, whose certificates it believes, who is at the other end.

Layer 6, no Django. A client's certificate opens the connection when an authority that the operator trusts has issued
it; what it may call is decided for each call anew, by the key in it and the directory in force. So a revoked key is
refused on the connections that stand, too. Without a certificate of its own, the gateway makes one that clients pin.
"""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import os
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

OWN_LIFETIME = timedelta(days=365)
OWN_RENEWED = timedelta(days=30)  # so long before its end the gateway's own certificate is made anew


@dataclass(frozen=True)
class TlsSettings:
    """The second port: its number, the certificate it shows, the authorities of its clients' certificates."""

    port: int
    certificate: Path
    key: Path
    authorities: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A certificate as far as it matters: its key, until when it holds, its digest."""

    key: bytes
    begins: datetime
    ends: datetime
    sha256: str


class TlsPort:
    """The context of the port, brought up to date when one of its files changes."""

    def __init__(self, settings: TlsSettings) -> None:
        self._settings = settings
        self._seen: dict[Path, int] = {}
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.verify_mode = ssl.CERT_OPTIONAL
        self.context.options |= ssl.OP_NO_TICKET  # a resumed connection would not be looked at again
        self.context.set_alpn_protocols(["http/1.1"])
        self.refresh()

    def refresh(self) -> None:
        """Load what has changed: a renewed certificate, another authority. Raises OSError or ssl.SSLError."""
        own = (self._settings.certificate, self._settings.key)
        if {path for path in own if self._changed(path)}:
            self.context.load_cert_chain(*own)
        for path in self._settings.authorities:
            if path.is_file() and self._changed(path):
                self.context.load_verify_locations(path)

    def _changed(self, path: Path) -> bool:
        stamp = path.stat().st_mtime_ns
        before, self._seen[path] = self._seen.get(path), stamp
        return before != stamp


def certificate_shown(transport: Any) -> bytes:
    """The certificate (DER) of whoever is at the other end of a connection; none is no bytes."""
    connection = None if transport is None else transport.get_extra_info("ssl_object")
    return b"" if connection is None else connection.getpeercert(binary_form=True) or b""


@lru_cache(maxsize=4096)
def read_certificate(der: bytes) -> Shown:
    """What a certificate shows. Raises ValueError."""
    try:
        read = x509.load_der_x509_certificate(der)
        key = read.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except UnsupportedAlgorithm as error:
        raise ValueError("its key is of no kind that is known here") from error
    except x509.InvalidVersion as error:
        raise ValueError("it is of no version that is known here") from error
    return Shown(key, read.not_valid_before_utc, read.not_valid_after_utc, hashlib.sha256(der).hexdigest())


def own_certificate(folder: Path, published: Path, hosts: Iterable[str], at: datetime) -> tuple[Path, Path]:
    """The certificate and key that the gateway made for itself, made now where there are none or they end soon.

    `published` is where the certificate lies for clients to pin. Of several processes that begin together one wins.
    """
    kept = folder / "tls.pem"
    names = sorted({"localhost", "127.0.0.1", "::1", *hosts} - {"0.0.0.0", "::"})  # noqa: S104 - no name of ours
    if not _holds(kept, names, at + OWN_RENEWED):
        private = ec.generate_private_key(ec.SECP256R1())
        chain = _self_signed(private, names, at).public_bytes(Encoding.PEM)
        # Key and certificate stand in one file: a reader sees a pair that fits, or the one before.
        _put(kept, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + chain, 0o600)
    _put(published, x509.load_pem_x509_certificate(kept.read_bytes()).public_bytes(Encoding.PEM), 0o644)
    return kept, kept


def _holds(kept: Path, names: list[str], at: datetime) -> bool:
    try:
        read = x509.load_pem_x509_certificate(kept.read_bytes())
        alternative = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    return set(alternative) == set(_names(names)) and at < read.not_valid_after_utc


def _self_signed(private: ec.EllipticCurvePrivateKey, names: list[str], at: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "maidinh gateway")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at + OWN_LIFETIME)
        .add_extension(x509.SubjectAlternativeName(_names(names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    return builder.sign(private, SHA256())


def _names(names: list[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for each in names:
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(each)))
        except ValueError:
            found.append(x509.DNSName(each))
    return found


def _put(path: Path, content: bytes, mode: int) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
    with contextlib.suppress(OSError):
        if path.read_bytes() == content:
            draft.unlink()
            return
    draft.replace(path)
