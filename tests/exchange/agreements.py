"""Agencies that have signed: contracts of a directory with the signatures of their sides, made by keys of the tests.

The keys are the agencies' own: the signer knows nothing of them, so that any test can sign any contract.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from maidinh.exchange import jws
from maidinh.exchange.directory import agreements
from maidinh.exchange.directory.definition import Agreement, Contract, Key


@cache
def _private(kid: str) -> ec.EllipticCurvePrivateKey:
    del kid
    return ec.generate_private_key(ec.SECP256R1())


class Hands:
    """A signer for agreements alone: it has a key for whatever name it is asked by."""

    def sign(self, key: str, message: bytes) -> bytes:
        r, s = decode_dss_signature(_private(key).sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def kid_of(code: str) -> str:
    return f"member:{code}/agreements"


def key_of(code: str, since: datetime) -> Key:
    """The public key by which the agency's signatures on contracts are verified."""
    pem = _private(kid_of(code)).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return Key(kid=kid_of(code), public_key_pem=pem, valid_from=since, custody="agency")


def agreement(contract: Contract, side: agreements.Side, at: datetime) -> Agreement:
    """One side's signature on the contract."""
    code = agreements.parties(contract)[side]
    signed = agreements.to_sign(agreements.claims(contract, side, at, sample=True), kid_of(code))
    token = jws.compact(signed, Hands().sign(kid_of(code), signed))
    return Agreement(side=side, agency=code, jws=token, signed_at=at)


def agreed(contract: Contract, at: datetime) -> Contract:
    """The contract, signed by all its sides."""
    signed = tuple(agreement(contract, side, at) for side in agreements.parties(contract))
    return contract.model_copy(update={"agreements": signed})


def agreements_on(contracts: Sequence[Contract], at: datetime) -> dict[str, tuple[Agreement, ...]]:
    """The signatures by the texts' digests, as a directory is built with them."""
    return {agreements.digest(each): agreed(each, at).agreements for each in contracts}


def _keys(member: Mapping[str, Any], at: datetime) -> list[Any]:
    here = [key if isinstance(key, Key) else Key.model_validate(key) for key in member.get("keys", ())]
    own = key_of(member["code"], at)
    return here if own.kid in {each.kid for each in here} else [*here, own]


def signed_content(content: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """A directory's content in which every agency has a key and every contract that says nothing else is signed."""
    members = [{**each, "keys": _keys(each, at)} for each in map(dict, content["members"])]
    contracts = [
        each if "agreements" in each else agreed(Contract.model_validate(each), at).model_dump()
        for each in map(dict, content["contracts"])
    ]
    return {**content, "members": members, "contracts": contracts}
