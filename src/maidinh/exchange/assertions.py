"""The gateway's word to a service: this call came through the exchange, from this system, under this contract.

Layer 6, no Django. It is signed with the provider member's key for one request and a short time; a service that checks
it refuses whoever walks around the gateway.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from maidinh.exchange import jws

HEADER = "X-MaiDinh-Assertion"
KIND = "maidinh-assertion+jwt"
LIFETIME = timedelta(minutes=2)
FORM = {"sub": str, "aud": str, "contract": str, "jti": str, "xid": str, "htu": str, "iat": int, "exp": int}


@dataclass(frozen=True)
class Assertion:
    """Who calls, what, and by which contract."""

    client: str
    service: str
    contract: str
    request_id: str
    x_road_id: str


def claims_for(
    assertion: Assertion, *, issuer: str, method: str, target: str, body_sha256: bytes, at: datetime
) -> dict[str, Any]:
    """The claims that the gateway signs."""
    moment = int(at.timestamp())
    return {
        "iss": issuer,
        "sub": assertion.client,
        "aud": assertion.service,
        "contract": assertion.contract,
        "jti": assertion.request_id,
        "xid": assertion.x_road_id,
        "iat": moment,
        "exp": moment + int(LIFETIME.total_seconds()),
        "htm": method,
        "htu": target,
        "bsh": jws.base64url(body_sha256),
    }


def verify_assertion(
    token: str, *, public_key_pem: str, service: str, method: str, target: str, body: bytes, at: datetime
) -> Assertion:
    """Believe a call or raise jws.InvalidToken; `target` is the path and query that the service was asked for.

    The path may be decoded already, as WSGI hands it over: the exchange lets no path pass that this makes ambiguous.
    """
    parsed = jws.parse(token, KIND)
    jws.verify(parsed, jws.public_key(public_key_pem))
    claims = parsed.claims()
    expected = {
        "aud": service,
        "htm": method,
        "bsh": jws.base64url(hashlib.sha256(body).digest()),
    }
    if any(not isinstance(claims.get(name), kind) for name, kind in FORM.items()):
        raise jws.InvalidToken("malformed_token")
    if any(claims.get(name) != value for name, value in expected.items()) or _plain(claims["htu"]) != _plain(target):
        raise jws.InvalidToken("other_call")
    if not claims["iat"] - LIFETIME.total_seconds() <= at.timestamp() < claims["exp"]:
        raise jws.InvalidToken("expired")
    return Assertion(claims["sub"], claims["aud"], claims["contract"], claims["jti"], claims["xid"])


def _plain(target: str) -> tuple[str, str]:
    path, _, query = target.partition("?")
    return unquote(path, errors="strict"), query
