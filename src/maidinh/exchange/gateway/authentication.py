"""Recognising the calling system: a token that it signed with its own key for exactly this call.

Layer 6, no Django. The key comes from the signed directory, never from the token. Whether the token was seen before is
decided by the intent's row (writer.py), because only the database knows what every gateway process has seen.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from maidinh.exchange import jws
from maidinh.exchange.client.calls import KIND
from maidinh.exchange.gateway.directory import Snapshot
from maidinh.exchange.gateway.protocol import Header

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
    body_sha256: bytes
    token_sha256: str


@dataclass(frozen=True)
class Presented:
    """The call that the token must have been made for."""

    client: str
    method: str
    target: str
    at: datetime


def authenticate(
    headers: Iterable[Header], call: Presented, snapshot: Snapshot, instance: str, window: timedelta
) -> Caller:
    """Recognise the caller or raise; nothing in the token is used before its signature holds."""
    text = _bearer(headers)
    if call.client not in snapshot.register.subsystems:
        raise NotAuthenticError("unknown_consumer")
    try:
        token = jws.parse(text, KIND)
        kid = token.header["kid"]
        key = snapshot.key(call.client, kid, call.at)
        if key is None:
            raise NotAuthenticError("unknown_key")
        jws.verify(token, key)
        claims = token.claims()
        _check(claims, call, instance, window)
        body = jws.from_base64url(claims["bsh"])
    except jws.InvalidToken as error:
        raise NotAuthenticError(error.reason) from error
    return Caller(call.client, kid, claims["jti"], body, hashlib.sha256(text.encode()).hexdigest())


def _bearer(headers: Iterable[Header]) -> str:
    values = [value for name, value in headers if name.lower() == b"authorization"]
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
