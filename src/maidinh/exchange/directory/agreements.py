"""What agencies sign when they agree on a contract, and whether their signatures hold: pure, the same for everyone.

Layer 6. The text is the contract as the directory carries it, without the signatures. Each side signs its digest with
its member key; the gateway lets nothing through that a side has not signed.
Legal ground: Nghị định 47/2020/NĐ-CP (agencies agree on what they connect and share).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from maidinh.exchange import jws
from maidinh.exchange.directory.definition import Agreement, Contract, Member

KIND = "maidinh-agreement+jws"
STATEMENT = "contract-agreement"
Side = Literal["consumer", "provider", "delegator"]
CONSUMER, PROVIDER, DELEGATOR = SIDES = ("consumer", "provider", "delegator")


def text(contract: Contract) -> bytes:
    """The canonical text of a contract: everything that it says, nothing that is left at its default.

    A field that a later release adds therefore leaves the texts as they are that were signed before.
    """
    return jws.canonical_json(contract.model_dump(mode="json", exclude={"agreements"}, exclude_defaults=True))


def digest(contract: Contract) -> str:
    """SHA-256 of the text, in hexadecimal: what a side signs."""
    return hashlib.sha256(text(contract)).hexdigest()


def parties(contract: Contract) -> dict[Side, str]:
    """The code of the agency on each side: whose system calls, whose service is called, for whom it is done."""
    sides: dict[Side, str] = {
        "consumer": contract.consumer.split("/")[2],
        "provider": contract.provider_service.split("/")[2],
    }
    if contract.on_behalf_of is not None:
        sides["delegator"] = contract.on_behalf_of
    return sides


def claims(contract: Contract, side: Side, at: datetime, *, sample: bool = False) -> dict[str, Any]:
    """What one side states by its signature."""
    stated: dict[str, Any] = {
        "agency": parties(contract)[side],
        "contract": contract.id,
        "kind": STATEMENT,
        "side": side,
        "signed_at": jws.timestamp(at),
        "text": digest(contract),
    }
    return stated | ({"sample": True} if sample else {})


def to_sign(stated: Mapping[str, Any], kid: str) -> bytes:
    """The bytes that the member's key signs."""
    return jws.signing_input(jws.header(kid, KIND), jws.canonical_json(dict(stated)))


def lacking(contract: Contract, members: Iterable[Member]) -> tuple[Side, ...]:
    """The sides whose signature on exactly this text is missing or does not hold; empty where it is agreed."""
    by_code = {member.code: member for member in members}
    found: list[Side] = []
    for side, code in parties(contract).items():
        member = by_code.get(code)
        if member is None or not any(holds(each, contract, side, member) for each in contract.agreements):
            found.append(side)
    return tuple(found)


def holds(agreement: Agreement, contract: Contract, side: Side, member: Member) -> bool:
    """Whether this is the signature of that side on exactly this contract, by a key that the member had then."""
    if (agreement.side, agreement.agency) != (side, member.code):
        return False
    try:
        token = jws.parse(agreement.jws, KIND)
        stated = token.claims()
    except jws.InvalidToken:
        return False
    if stated.pop("sample", False) not in (True, False):
        return False
    if stated != claims(contract, side, agreement.signed_at):
        return False
    keys = [key for key in member.keys if key.kid == token.header["kid"]]
    return any(
        _signed(agreement.jws, key.public_key_pem)
        for key in keys
        if key.valid_to is None or agreement.signed_at < key.valid_to
    )


def agreement_from(token: str) -> Agreement:
    """The agreement inside a signed statement, not yet believed. Raises jws.InvalidToken."""
    stated = jws.parse(token, KIND).claims()
    try:
        return Agreement.model_validate(
            {"side": stated["side"], "agency": stated["agency"], "jws": token, "signed_at": stated["signed_at"]}
        )
    except (KeyError, ValueError) as error:
        raise jws.InvalidToken("malformed_token") from error


@lru_cache(maxsize=8192)
def _signed(token: str, pem: str) -> bool:
    """Whether the key signed the token; remembered, for every directory repeats the contracts of the one before it."""
    try:
        jws.verify(jws.parse(token, KIND), jws.public_key(pem))
    except (jws.InvalidToken, ValueError):
        return False
    return True
