"""The private keys on disk: the only code that opens their directory. Only the signer process uses it.

Layer 7. Private keys are PKCS#8 PEM, one file each, readable by the signer's user alone; public keys and certificates
go to the directory that everyone may read. Files appear whole or not at all.
"""

from __future__ import annotations

import fcntl
import os
from datetime import datetime
from pathlib import Path
from typing import IO

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys import certificates
from maidinh.infrastructure.keys.identifiers import (
    ALGORITHM_OF_KIND,
    CERTIFIED_KINDS,
    algorithm_of,
    file_stem,
    key_of_stem,
    kind_of,
)

PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey
ES256 = ECDSA(SHA256())
AUTHORITY = "authority:sample"
AUTHORITY_NAME = {"common_name": "Mái Đình SAMPLE CA", "organisation": "Mái Đình"}
DIGESTS: dict[str, type[HashAlgorithm]] = {"sha256": SHA256, "sha384": SHA384, "sha512": SHA512}


class KeyRefusedError(Exception):
    """The keyring will not do this; the code goes to the caller."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class PlaceTakenError(RuntimeError):
    """Another signer already serves these keys."""


def write_whole(path: Path, content: bytes, mode: int) -> None:
    """Put a file in place so that a reader, or a power cut, sees all of it or none."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as stream:
        os.fchmod(stream.fileno(), mode)
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.rename(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


class Keyring:
    """Creates keys and signs with them. One process at a time holds a keyring."""

    def __init__(self, home: Home) -> None:
        self._private = home.private_keys
        self._public = home.public_keys
        self._keys: dict[str, PrivateKey] = {}
        self._lock: IO[bytes] = (self._private / ".lock").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise PlaceTakenError(f"another signer serves the keys in {self._private}") from error

    def close(self) -> None:
        """Let another process serve these keys."""
        self._lock.close()

    def create(self, key: str, algorithm: str | None = None) -> str:
        """Make a key unless it is there, and return the public one. A key never changes its algorithm."""
        wanted = algorithm or algorithm_of(key)
        if wanted not in ALGORITHM_OF_KIND.values():
            raise KeyRefusedError("invalid", "the algorithm is ES256 or Ed25519")
        if not self._private_path(key).exists():
            pem = _made(wanted).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            write_whole(self._private_path(key), pem, 0o600)
        elif _algorithm(self._load(key)) != wanted:
            raise KeyRefusedError("conflict", f"the key exists with the algorithm {_algorithm(self._load(key))}")
        return self.public(key)

    def public(self, key: str) -> str:
        """Return the public key, seeing to it that it is published."""
        pem = self._load(key).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        path = self._public / f"{file_stem(key)}.pem"
        if not path.exists() or path.read_bytes() != pem:
            write_whole(path, pem, 0o644)
        return pem.decode("ascii")

    def sign(self, key: str, message: bytes) -> bytes:
        """Sign a message in the form that JWS and signed notes use."""
        private = self._usable(key)
        if isinstance(private, Ed25519PrivateKey):
            return private.sign(message)
        r, s = decode_dss_signature(private.sign(message, ES256))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def sign_digest(self, key: str, digest: bytes, algorithm: str) -> bytes:
        """Sign a finished digest in the form that CMS uses."""
        private = self._usable(key)
        chosen = DIGESTS.get(algorithm)
        if chosen is None or len(digest) != chosen().digest_size:
            raise KeyRefusedError("invalid", f"a digest of {', '.join(DIGESTS)}, of its right length")
        if not isinstance(private, EllipticCurvePrivateKey):
            raise KeyRefusedError("invalid", "digests are signed with ES256 keys")
        return private.sign(digest, ECDSA(Prehashed(chosen())))

    def certify(
        self, key: str, *, common_name: str, organisation: str, valid_from: datetime, valid_to: datetime
    ) -> str:
        """Issue a certificate unless one with this name is there that is valid at `valid_from`; return its chain."""
        kind = kind_of(key)
        if kind not in CERTIFIED_KINDS:
            raise KeyRefusedError(
                "invalid", f"certificates are for keys of these kinds: {', '.join(sorted(CERTIFIED_KINDS))}"
            )
        path = self._public / f"{file_stem(key)}.crt"
        present = x509.load_pem_x509_certificates(path.read_bytes()) if path.exists() else []
        subject = certificates.name_of(common_name, organisation)
        if present and present[0].subject == subject and _valid(present[0], valid_from):
            return path.read_text("ascii")
        private = self._usable(key)
        if not isinstance(private, EllipticCurvePrivateKey):
            raise KeyRefusedError("invalid", "certificates are issued for ES256 keys")
        named = {"common_name": common_name, "organisation": organisation}
        chain = self._issue(key, private.public_key(), named, valid_from, valid_to)
        write_whole(path, chain.encode("ascii"), 0o644)
        return chain

    def certify_key(
        self,
        key: str,
        public: str,
        *,
        common_name: str,
        organisation: str,
        valid_from: datetime,
        valid_to: datetime,
    ) -> str:
        """Publish a calling system's own public key and a certificate of it; its private half was never here."""
        given = load_pem_public_key(public.encode("ascii"))
        if self._private_path(key).exists():
            raise KeyRefusedError("conflict", "the signer holds a key of this name itself")
        if not isinstance(given, EllipticCurvePublicKey) or not isinstance(given.curve, SECP256R1):
            raise KeyRefusedError("invalid", "certificates are issued for ES256 keys")
        named = {"common_name": common_name, "organisation": organisation}
        chain = self._issue(key, given, named, valid_from, valid_to)
        pem = given.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        write_whole(self._public / f"{file_stem(key)}.pem", pem, 0o644)
        write_whole(self._public / f"{file_stem(key)}.crt", chain.encode("ascii"), 0o644)
        return chain

    def certificate(self, key: str) -> str:
        """Return a key's certificate and its issuer's."""
        path = self._public / f"{file_stem(key)}.crt"
        if not path.exists():
            raise KeyRefusedError("no_certificate", "no certificate was issued for this key")
        return path.read_text("ascii")

    def revoke(self, key: str) -> None:
        """Let a key never sign again, not even after a restart, and let everyone see that it was revoked."""
        self._load(key)
        write_whole(self._revocation_path(key), b"", 0o600)
        write_whole(self._public / f"{file_stem(key)}.revoked", b"", 0o644)
        self._keys.pop(key, None)

    def names(self) -> list[str]:
        """Return the names of all keys."""
        return sorted(key for path in self._private.glob("*.pem") if (key := key_of_stem(path.stem)) is not None)

    def _issue(
        self,
        key: str,
        public: EllipticCurvePublicKey,
        named: dict[str, str],
        valid_from: datetime,
        valid_to: datetime,
    ) -> str:
        authority, authority_key = self._authority(valid_from, valid_to)
        made = certificates.issue_certificate(
            public,
            kind=kind_of(key),
            **named,
            valid_from=valid_from,
            valid_to=valid_to,
            authority=authority,
            authority_key=authority_key,
        )
        return certificates.chain_of(made, authority)

    def _authority(self, valid_from: datetime, valid_to: datetime) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
        """Return the authority, made or prolonged so that it outlives what it is to issue."""
        self.create(AUTHORITY)
        private = self._usable(AUTHORITY)
        if not isinstance(private, EllipticCurvePrivateKey):
            raise KeyRefusedError("conflict", "the authority's key is not an ES256 key")
        path = self._public / f"{file_stem(AUTHORITY)}.crt"
        if path.exists():
            present = x509.load_pem_x509_certificate(path.read_bytes())
            if _valid(present, valid_from) and present.not_valid_after_utc >= valid_to:
                return present, private
        made = certificates.issue_authority(private, **AUTHORITY_NAME, valid_from=valid_from, valid_to=valid_to)
        write_whole(path, certificates.chain_of(made).encode("ascii"), 0o644)
        return made, private

    def _private_path(self, key: str) -> Path:
        return self._private / f"{file_stem(key)}.pem"

    def _revocation_path(self, key: str) -> Path:
        return self._private / f"{file_stem(key)}.revoked"

    def _usable(self, key: str) -> PrivateKey:
        if key not in self._keys and self._revocation_path(key).exists():
            raise KeyRefusedError("revoked", "this key was revoked")
        return self._load(key)

    def _load(self, key: str) -> PrivateKey:
        if key in self._keys:
            return self._keys[key]
        path = self._private_path(key)
        if not path.exists():
            raise KeyRefusedError("unknown_key", "there is no such key")
        try:
            loaded = load_pem_private_key(path.read_bytes(), password=None)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise KeyRefusedError("damaged_key", f"{path.name} holds no private key that can be read") from error
        if not isinstance(loaded, Ed25519PrivateKey | EllipticCurvePrivateKey):
            raise KeyRefusedError("damaged_key", f"{path.name} holds another kind of key")
        if not self._revocation_path(key).exists():
            self._keys[key] = loaded
        return loaded


def _valid(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at < certificate.not_valid_after_utc


def _made(algorithm: str) -> PrivateKey:
    return Ed25519PrivateKey.generate() if algorithm == "Ed25519" else generate_private_key(SECP256R1())


def _algorithm(key: PrivateKey) -> str:
    return "Ed25519" if isinstance(key, Ed25519PrivateKey) else "ES256"
