"""Recognising the calling system: a token that it signed for exactly this call, or the certificate of its connection.

Layer 6, no Django. The key comes from the signed directory, never from the token. A certificate is only as good as the
key in it, which the directory must name for the system that calls. Whether the token was seen before is
decided by the intent's row (writer.py), because only the database knows what every gateway process has seen.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from maidinh.exchange import jws
from maidinh.exchange.client.calls import KIND
from maidinh.exchange.gateway.directory import Snapshot
from maidinh.exchange.gateway.protocol import Header
from maidinh.exchange.gateway.tls import read_certificate

TOKEN_LIMIT = 16_000
LATEST = 2**40  # seconds; a number beyond it is no time
JTI = re.compile(r"[\x21-\x7e]{1,128}")


class NotAuthenticError(Exception):
    """The caller is not who it says it is, or not for this call; `reason` is a stable word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Caller:
    """A caller that was recognised, and what it signed."""

    subsystem: str
    kid: str
    jti: str
    body_sha256: bytes | None
    shown: dict[str, str]  # what the record says of how it was recognised: key, custody, digest of token or certificate


@dataclass(frozen=True)
class Presented:
    """The call that the token must have been made for."""

    client: str
    method: str
    target: str
    at: datetime
    certificate: bytes = b""  # what the connection showed (DER)
    message_id: str = ""  # the call's own id, which a certificate's call is known by


def authenticate(
    headers: Iterable[Header], call: Presented, snapshot: Snapshot, instance: str, window: timedelta
) -> Caller:
    """Recognise the caller or raise; nothing in the token is used before its signature holds.

    Where both are shown, both must be the caller's.
    """
    credentials = [value for name, value in headers if len(name) == 13 and name.lower() == b"authorization"]
    signed = bool(credentials)
    text = "" if call.certificate and not signed else _bearer(credentials)
    if call.client not in snapshot.register.subsystems:
        raise NotAuthenticError("unknown_consumer")
    connected = _connected(call, snapshot) if call.certificate else None
    if connected is not None and not signed:
        return connected
    try:
        token = jws.parse(text, KIND)
        kid = token.header["kid"]
        key = snapshot.key(call.client, kid, call.at)
        if key is None:
            raise NotAuthenticError("unknown_key")
        custody = snapshot.custody(call.client, kid)
        jws.verify(token, key)
        claims = token.claims()
        _check(claims, call, instance, window)
        body = jws.from_base64url(claims["bsh"])
    except jws.InvalidToken as error:
        raise NotAuthenticError(error.reason) from error
    shown = {"kid": kid, "custody": custody, "token_sha256": hashlib.sha256(text.encode()).hexdigest()}
    return Caller(call.client, kid, claims["jti"], body, shown)


def _connected(call: Presented, snapshot: Snapshot) -> Caller:
    """The caller by its connection; a message id is good for one call, as a token is."""
    try:
        shown = read_certificate(call.certificate)
    except ValueError as error:
        raise NotAuthenticError("unknown_certificate") from error
    if not shown.begins <= call.at < shown.ends:
        raise NotAuthenticError("certificate_expired")
    kid = snapshot.kid_of(call.client, shown.key)
    if kid is None or snapshot.key(call.client, kid, call.at) is None:
        raise NotAuthenticError("unknown_certificate")
    seen_once = f"mtls {hashlib.sha256(call.message_id.encode()).hexdigest()}"  # no token's jti has a space
    said = {"kid": kid, "custody": snapshot.custody(call.client, kid), "certificate_sha256": shown.sha256}
    return Caller(call.client, kid, seen_once, None, said)


def _bearer(values: Sequence[bytes]) -> str:
    if not values:
        raise NotAuthenticError("unsigned")
    scheme, _, token = values[0].partition(b" ")
    if len(values) > 1 or scheme.lower() != b"bearer" or len(token) > TOKEN_LIMIT:
        raise NotAuthenticError("malformed_token")
    try:
        return token.strip().decode("ascii")
    except UnicodeDecodeError as error:
        raise NotAuthenticError("malformed_token") from error


def _check(claims: dict[str, Any], call: Presented, instance: str, window: timedelta) -> None:
    for name in ("iss", "aud", "jti", "htm", "htu", "bsh"):
        if not isinstance(claims.get(name), str):
            raise NotAuthenticError("missing_claim")
    for name in ("iat", "exp"):
        if type(claims.get(name)) is not int or not 0 <= claims[name] < LATEST:
            raise NotAuthenticError("missing_claim")
    for claim, expected, reason in (
        ("iss", call.client, "wrong_issuer"),
        ("aud", instance, "wrong_audience"),
        ("htm", call.method, "wrong_method"),
        ("htu", call.target, "wrong_address"),
    ):
        if claims[claim] != expected:
            raise NotAuthenticError(reason)
    if not JTI.fullmatch(claims["jti"]):
        raise NotAuthenticError("malformed_token")
    now, span = call.at.timestamp(), window.total_seconds()
    if claims["iat"] - now > span:
        raise NotAuthenticError("from_the_future")
    if now - claims["iat"] > span or now >= claims["exp"]:
        raise NotAuthenticError("expired")
