"""The promise that goes out at once: this leaf will be in that log within so many seconds. A signed JWS.

Layer 7. Whoever holds a promise past its time, and a log without the leaf, holds proof of a fault.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from maidinh.infrastructure.keys.identifiers import Algorithm, algorithm_of
from maidinh.infrastructure.translog.merkle import leaf_hash
from maidinh.infrastructure.translog.rules import canonical

TYPE = "maidinh-promise"
_JWS_NAME: dict[Algorithm, str] = {"Ed25519": "EdDSA", "ES256": "ES256"}  # RFC 8037, RFC 7518

PublicKey = Ed25519PublicKey | EllipticCurvePublicKey


class PromiseError(ValueError):
    """The text is not a promise, or not signed by the key."""


class Signs(Protocol):
    """What a promise needs of a signer."""

    def sign(self, key: str, message: bytes) -> bytes:
        """Sign a message with a named key."""
        ...


@dataclass(frozen=True)
class Promise:
    """What was promised, and by which key."""

    log: str
    leaf: str
    time: datetime
    within: int
    key: str

    @property
    def due(self) -> datetime:
        """When the leaf must be in the log."""
        return self.time + timedelta(seconds=self.within)


def promise_input(key: str, *, origin: str, leaf: bytes, at: datetime, within: int) -> str:
    """Return what is to be signed; a caller that signs asynchronously joins the signature with `join_promise`."""
    header = {"alg": _JWS_NAME[algorithm_of(key)], "kid": key, "typ": TYPE}
    claims = {
        "log": origin,
        "leaf": leaf_hash(leaf).hex(),
        "time": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "within": within,
    }
    return f"{_encode(canonical(header))}.{_encode(canonical(claims))}"


def join_promise(text: str, signature: bytes) -> str:
    """Return the promise made of what was signed and its signature."""
    return f"{text}.{_encode(signature)}"


def sign_promise(signer: Signs, key: str, *, origin: str, leaf: bytes, at: datetime, within: int) -> str:
    """Promise that the leaf will be in the log of this origin within so many seconds of `at`."""
    text = promise_input(key, origin=origin, leaf=leaf, at=at, within=within)
    return join_promise(text, signer.sign(key, text.encode("ascii")))


def read_promise(promise: str) -> Promise:
    """Read a promise without looking at its signature."""
    header, claims, _ = _parts(promise)
    try:
        if header["typ"] != TYPE or not isinstance(header["kid"], str):
            raise PromiseError("the token is not a promise")
        return Promise(
            log=str(claims["log"]),
            leaf=str(claims["leaf"]),
            time=datetime.strptime(claims["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
            within=int(claims["within"]),
            key=header["kid"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PromiseError("a field of the promise is missing or wrong") from error


def open_promise(promise: str, public: PublicKey) -> Promise:
    """Read a promise that this key signed; the key, never the token, says by which algorithm."""
    header, _, signature = _parts(promise)
    text = promise.rpartition(".")[0].encode("ascii")
    expected = "EdDSA" if isinstance(public, Ed25519PublicKey) else "ES256"
    if header.get("alg") != expected:
        raise PromiseError("the promise names another algorithm than its key has")
    try:
        if isinstance(public, Ed25519PublicKey):
            public.verify(signature, text)
        else:
            if len(signature) != 64:
                raise PromiseError("the signature has a wrong length")
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            public.verify(encode_dss_signature(r, s), text, ECDSA(SHA256()))
    except InvalidSignature as error:
        raise PromiseError("the promise was not signed by this key, or was changed") from error
    return read_promise(promise)


def _parts(promise: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    pieces = promise.split(".")
    if len(pieces) != 3 or not promise.isascii():
        raise PromiseError("a promise has three parts")
    header, claims = (_object(piece) for piece in pieces[:2])
    return header, claims, _decode(pieces[2])


def _object(piece: str) -> dict[str, Any]:
    try:
        value = json.loads(_decode(piece))
    except ValueError as error:
        raise PromiseError("a part of the promise is not JSON") from error
    if not isinstance(value, dict):
        raise PromiseError("a part of the promise is not a JSON object")
    return value


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise PromiseError("a part of the promise is not base64url") from error
    if _encode(data) != text:
        raise PromiseError("a part of the promise is not in its canonical form")
    return data
