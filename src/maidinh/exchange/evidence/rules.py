"""The record of an exchange: one canonical form, signed by both members, and how anyone checks it.

Layer 6, pure. The record holds digests and codes only; a digest of something short can be guessed, so the public log
gets a salted commitment to the record and the record itself stays with the two agencies.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from maidinh.exchange import jws
from maidinh.infrastructure.translog.rules import leaf_for

KIND = "maidinh-evidence+jws"
LOG_KIND = "exchange"
LOG_ROLE = "gateway"
UNENDED_KIND = "exchange-unended"  # of an entry that speaks of a call that was forwarded and has no end
INTENT = ("client", "jti", "x_road_id", "service", "contract", "serial", "request_hash", "consumer_agency",
          "provider_agency")  # fmt: skip
CUSTODY = "platform"  # where nobody says otherwise, a member's key is kept by the platform's signer


@dataclass(frozen=True)
class Operation:
    """How often one system was seen to use one operation of one service with one outcome, and from which zone.

    `path` is a declared pattern: the contract's, or the service's own where the call was refused; empty where neither
    offers what was asked. `zone` is empty where the gateway was not told the networks.
    """

    client: str
    service: str
    method: str
    path: str
    outcome: str
    reason: str
    zone: str
    authenticated: bool
    contract: str
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Message:
    """What is kept of a request or a response."""

    hash: str
    body_sha256: str
    size: int


@dataclass(frozen=True)
class Parties:
    """Who took part, under which agreement."""

    client: str
    service: str
    consumer: str
    provider: str
    contract: str
    serial: int
    directory_hash: str


@dataclass(frozen=True)
class Checks:
    """What was looked at besides: protocol, network zone, verdicts of the interface's checks, fields cut out.

    `warnings` are stable words for what the service did otherwise than the protocol has it, and was let pass.
    """

    protocol: str
    zone: str
    request: str
    response: str
    cut: int
    warnings: tuple[str, ...] = ()


def record_for(
    *,
    ids: Mapping[str, str],
    parties: Parties,
    method: str,
    path: str,
    call: Mapping[str, str],
    request: Message | None,
    response: Message | None,
    status: int | None,
    outcome: str,
    reason: str,
    checks: Checks,
    started_at: datetime,
    finished_at: datetime,
    kept: str,
    custody: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The record; `path` is the contract's pattern, `call` names the caller's own signature by its digest.

    `kept` is the digest of what the platform keeps beside it, `custody` says who holds the members' signing keys.
    """
    return {
        "version": 3,
        "ids": dict(ids),
        "client": parties.client,
        "service": parties.service,
        "members": {"consumer": parties.consumer, "provider": parties.provider},
        "contract": parties.contract,
        "directory": {"serial": parties.serial, "hash": parties.directory_hash},
        "method": method,
        "path": path,
        "call": dict(call),
        "request": None if request is None else vars(request).copy(),
        "response": None if response is None else {"status": status} | vars(response),
        "outcome": outcome,
        "reason": reason,
        "checks": vars(checks) | {"warnings": list(checks.warnings)},
        "started_at": jws.timestamp(started_at),
        "finished_at": jws.timestamp(finished_at),
        "kept": kept,
        "custody": {"consumer": CUSTODY, "provider": CUSTODY} | dict(custody or {}),
    }


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What the platform keeps of an exchange beside its record: whose it is to see, whom it is about, when it went on.

    The record commits to it, so that nobody can hide an exchange from an agency or a person by changing a row.
    """

    authenticated: bool
    represented: str
    subjects: Sequence[bytes]
    consumer_agency: str
    provider_agency: str
    jti: str  # of the caller's token, once the call was intended
    forwarded_at: datetime | None
    answered_at: datetime | None

    def digest(self, salt: bytes) -> str:
        """What stands in the record; with the exchange's salt, since a code or a moment could be guessed."""
        moments = (self.forwarded_at, self.answered_at)
        content = vars(self) | {
            "subjects": sorted(each.hex() for each in self.subjects),
            "forwarded_at": moments[0] and jws.timestamp(moments[0]),
            "answered_at": moments[1] and jws.timestamp(moments[1]),
        }
        return digest(hashlib.sha256(salt + jws.canonical_json(content)).digest())


def to_sign(record: bytes, kid: str) -> bytes:
    """What a member's key signs."""
    return jws.signing_input(jws.header(kid, KIND), record)


def to_sign_each(record: bytes, kids: Sequence[str]) -> list[bytes]:
    """What the keys of several members sign; the record, which is the same for all, is encoded once."""
    payload = jws.base64url(record)
    return [f"{_protected(kid)}.{payload}".encode("ascii") for kid in kids]


@lru_cache(maxsize=4096)
def _protected(kid: str) -> str:
    return jws.base64url(jws.canonical_json(jws.header(kid, KIND)))


def signature_entry(kid: str, signature: bytes) -> dict[str, str]:
    """One signature as the general JSON form of a JWS holds it (RFC 7515, 7.2.1)."""
    return {
        "protected": _protected(kid),
        "signature": jws.base64url(signature),
    }


def verify_record(record: bytes, signatures: Sequence[Mapping[str, str]], keys: Mapping[str, str]) -> list[str]:
    """The names of the keys whose signatures hold, or raise jws.InvalidToken at the first that does not."""
    held = []
    for entry in signatures:
        token = jws.parse(f"{entry['protected']}.{jws.base64url(record)}.{entry['signature']}", KIND)
        kid = token.header["kid"]
        if kid not in keys:
            raise jws.InvalidToken("unknown_key")
        jws.verify(token, jws.public_key(keys[kid]))
        held.append(kid)
    return held


def log_content(record: Mapping[str, Any], signatures: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """What the public log commits to: the record and the signatures together."""
    return {"record": dict(record), "signatures": [dict(each) for each in signatures]}


def log_text(record: bytes, signatures: Sequence[Mapping[str, str]]) -> bytes:
    """The canonical form of the same, from the record's own: it is put together and not written a second time."""
    return b'{"record":%s,"signatures":%s}' % (record, jws.canonical_json(signatures))


def unended_name(number: object) -> str:
    """Under which key the call of this id is entered, once."""
    return f"unended:{number}"


def unended_leaf(intent: Mapping[str, Any], key: bytes) -> bytes:
    """What the log gets of a call without an end, by its intent; the salt follows from the installation's secret."""
    content = {name: intent[name] for name in INTENT} | {
        "id": str(intent["id"]), "received_at": jws.timestamp(intent["received_at"])
    }  # fmt: skip
    salt = hmac.new(key, b"maidinh-unended\0" + content["id"].encode(), hashlib.sha256).digest()
    return leaf_for(
        kind=UNENDED_KIND, agency=intent["provider_agency"], role=LOG_ROLE, content=content, salt=salt,
        at=intent["received_at"],
    )  # fmt: skip


def disclosed(finished_at: datetime, after_days: int | None, at: datetime) -> bool:
    """Whether a person is told of a call by now: at once, or after the days that its contract names."""
    return after_days is None or finished_at + timedelta(days=after_days) <= at


def digest(data: bytes) -> str:
    """A digest as text in a record."""
    return base64.b64encode(data).decode("ascii")
