"""Compact JSON Web Signatures with ES256 (RFC 7515, RFC 7518), and the canonical JSON that they cover.

Layer 6, no Django. One algorithm on purpose: a token that names another, or that brings its own key, is refused
before any key is looked at. The private half is always somewhere else (the signer), so signing is two steps.
"""

from __future__ import annotations

import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

ALGORITHM = "ES256"
KEPT_LENGTH = 512  # of a token's header that is kept as it was read; honest ones are shorter
COORDINATE = 32  # bytes of r and of s on P-256
OWN_KEYS = frozenset({"jwk", "jku", "x5u", "x5c", "crit"})  # headers by which a token would choose its own judge
ES256 = ec.ECDSA(SHA256())
_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


class InvalidToken(ValueError):
    """The token cannot be believed; `reason` is a stable word for records and tests."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Token:
    """A token taken apart, not yet believed."""

    header: dict[str, Any]
    payload: bytes
    signing_input: bytes
    signature: bytes

    def claims(self) -> dict[str, Any]:
        """The payload as a JSON object."""
        return _object(self.payload)


def canonical_json(value: Any) -> bytes:
    """One form for one value: sorted names, no spaces, UTF-8 (RFC 8785 for data without fractions)."""
    return _CANONICAL(value).encode()


def timestamp(at: datetime) -> str:
    """An aware moment as text in UTC to the microsecond, so that equal moments are equal texts."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def base64url(data: bytes) -> str:
    """Base64 for URLs without padding."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode("ascii")


def from_base64url(text: str) -> bytes:
    """The reverse, strictly: one text for one value, so that a token cannot be rewritten unnoticed."""
    try:
        plain = text.encode("ascii").translate(_FROM_URL)
        data = binascii.a2b_base64(plain + b"=" * (-len(text) % 4), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InvalidToken("malformed_token") from error
    if base64url(data) != text:
        raise InvalidToken("malformed_token")
    return data


def header(kid: str, kind: str) -> dict[str, str]:
    """The protected header of our own tokens; `kind` keeps one token from standing in for another."""
    return {"alg": ALGORITHM, "kid": kid, "typ": kind}


def signing_input(protected: dict[str, Any], payload: bytes) -> bytes:
    """The bytes that the signer signs."""
    return f"{base64url(canonical_json(protected))}.{base64url(payload)}".encode("ascii")


def compact(signed: bytes, signature: bytes) -> str:
    """The finished token from the signed bytes and the raw signature r||s."""
    return f"{signed.decode('ascii')}.{base64url(signature)}"


def parse(token: str, kind: str) -> Token:
    """Take a token apart and refuse what no key could make good."""
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii():
        raise InvalidToken("malformed_token")
    protected = _protected(parts[0]) if len(parts[0]) > KEPT_LENGTH else _protected_again(parts[0])
    if protected.get("typ") != kind:
        raise InvalidToken("wrong_kind")
    signed = token[: len(parts[0]) + 1 + len(parts[1])].encode("ascii")
    return Token(protected, from_base64url(parts[1]), signed, from_base64url(parts[2]))


def _protected(text: str) -> dict[str, Any]:
    """The header that was signed with a token, or the refusal of one that no key could make good."""
    protected = _object(from_base64url(text))
    if protected.get("alg") != ALGORITHM:
        raise InvalidToken("algorithm_refused")
    if OWN_KEYS & protected.keys() or not isinstance(protected.get("kid"), str):
        raise InvalidToken("header_refused")
    return protected


_protected_again = lru_cache(maxsize=1024)(_protected)  # a system's tokens all have the same header


def public_key(pem: str | bytes) -> ec.EllipticCurvePublicKey:
    """A P-256 public key from its PEM form."""
    try:
        key = load_pem_public_key(pem.encode() if isinstance(pem, str) else pem)
    except UnsupportedAlgorithm as error:
        raise InvalidToken("wrong_key_type") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise InvalidToken("wrong_key_type")
    return key


def verify(token: Token, key: ec.EllipticCurvePublicKey) -> None:
    """Raise unless the key's owner signed exactly this token."""
    raw = token.signature
    if len(raw) != 2 * COORDINATE:
        raise InvalidToken("bad_signature")
    r, s = (int.from_bytes(half, "big") for half in (raw[:COORDINATE], raw[COORDINATE:]))
    try:
        key.verify(encode_dss_signature(r, s), token.signing_input, ES256)
    except InvalidSignature as error:
        raise InvalidToken("bad_signature") from error


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = _STRICT(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidToken("malformed_token") from error
    if not isinstance(value, dict):
        raise InvalidToken("malformed_token")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise InvalidToken("malformed_token")
    return value


def _refuse(text: str) -> None:
    raise InvalidToken("malformed_token")


_STRICT = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse).decode
