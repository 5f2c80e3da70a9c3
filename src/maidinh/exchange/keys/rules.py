"""What a key of the exchange is, how its holder proves to have it, and how one key follows another.

Layer 6, pure. A holder is a system (instance/class/member/subsystem) or a member (its code). A private key never comes
here: whoever keeps one of their own shows that they can sign with it, for this holder and nothing else.
Legal ground: Nghị định 47/2020/NĐ-CP (who connects answers for the security of their side of the connection).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from maidinh.exchange import jws

CALLER, MEMBER = "caller", "member"
PLATFORM, AGENCY = "platform", "agency"
PROOF_KIND = "maidinh-key-proof+jws"
PROOF_LIFETIME = timedelta(days=1)  # a proof is made for one registration, not to lie about
MOST_AT_ONCE = 2  # the one in use and the one that follows it
LONGEST_REASON = 400
LARGEST_FILE = 16_000
FUTURE, VALID, ENDING, ENDED, REVOKED = STATES = ("future", "valid", "ending", "ended", "revoked")


def N_(text: str) -> str:  # noqa: N802 - the name by which texts are collected for translation
    """Mark a text for translation; whoever shows it translates it."""
    return text


class KeyRefused(ValueError):
    """The key can't be registered, replaced or revoked; `says` names why, to be translated by who shows it."""

    def __init__(self, field: str, says: str) -> None:
        super().__init__(says)
        self.field = field
        self.says = says


@dataclass(frozen=True)
class Term:
    """The time of one key: what decides whether another may come beside it."""

    kid: str
    valid_from: datetime
    valid_to: datetime | None
    revoked_at: datetime | None


def kind_of(holder: str) -> str:
    """Whether a holder is a system or a member."""
    return CALLER if "/" in holder else MEMBER


def name_of(holder: str, number: int) -> str:
    """The name of a holder's key: its first has the holder's own, a later one a number besides."""
    first = f"{kind_of(holder)}:{holder}"
    return first if number == 1 else f"{first}/{number}"


def state_of(term: Term, at: datetime) -> str:
    """What becomes of a key at a moment."""
    if term.revoked_at is not None:
        return REVOKED
    if at < term.valid_from:
        return FUTURE
    if term.valid_to is None:
        return VALID
    return ENDED if term.valid_to <= at else ENDING


def refuse_a_third(terms: Collection[Term], at: datetime) -> None:
    """A holder has at most two living keys: otherwise nobody would know any more which one is in use."""
    living = [each for each in terms if state_of(each, at) not in (REVOKED, ENDED)]
    if len(living) >= MOST_AT_ONCE:
        said = N_("This holder has two keys already. Wait until the older one ends, or revoke it.")
        raise KeyRefused("", said)


def ends_at(term: Term, at: datetime, overlap: timedelta) -> datetime | None:
    """Until when a key still holds once another stands beside it; never longer than it would have."""
    ends = at + overlap
    return ends if term.valid_to is None or term.valid_to > ends else term.valid_to


def thumbprint(pem: str) -> str:
    """SHA-256 of the public key, in hexadecimal: the same key is the same key under any name."""
    der = jws.public_key(pem).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def proven_by_request(request: bytes, holder: str) -> str:
    """The public key (PEM) of a certificate request that its owner signed for this holder. Raises KeyRefused.

    The common name is the holder: a request made for somebody else, or fished from somewhere, proves nothing here.
    """
    try:
        read = x509.load_pem_x509_csr(request) if b"-----BEGIN" in request else x509.load_der_x509_csr(request)
        holds = read.is_signature_valid
        key = read.public_key()
        names = [str(each.value) for each in read.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    except (ValueError, UnsupportedAlgorithm, InvalidSignature, x509.InvalidVersion) as error:
        raise KeyRefused("request", N_("This is no certificate request (PKCS#10).")) from error
    if not holds:
        raise KeyRefused("request", N_("The request is not signed with the private key of the key in it."))
    if names != [holder]:
        raise KeyRefused("request", N_("The common name of the request must be the holder's identifier."))
    return _pem(key, "request")


def proven_by_statement(public_key: bytes, statement: str, *, holder: str, instance: str, at: datetime) -> str:
    """The public key (PEM), where its owner signed a statement (JWS) about it for this holder. Raises KeyRefused."""
    try:
        key = jws.public_key(public_key)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyRefused("public_key", N_("This is no public key on the curve P-256 in PEM form.")) from error
    pem = _pem(key, "public_key")
    try:
        token = jws.parse(statement.strip(), PROOF_KIND)
        jws.verify(token, key)
        claims = token.claims()
        made = claims.get("iat")
        expected = {"iss": holder, "aud": instance, "key": thumbprint(pem)}
        fits = all(claims.get(name) == value for name, value in expected.items()) and type(made) is int
    except jws.InvalidToken as error:
        raise KeyRefused("proof", N_("The proof is not signed with the private key of this public key.")) from error
    if not fits:
        raise KeyRefused("proof", N_("The proof is about another holder, another exchange or another key."))
    if abs(at.timestamp() - claims["iat"]) > PROOF_LIFETIME.total_seconds():
        raise KeyRefused("proof", N_("The proof is too old, or from the future. Make a new one."))
    return pem


def statement_claims(pem: str, *, holder: str, instance: str, at: datetime) -> dict[str, object]:
    """What an owner signs to show that a key is theirs."""
    return {"iss": holder, "aud": instance, "key": thumbprint(pem), "iat": int(at.timestamp())}


def _pem(key: object, field: str) -> str:
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyRefused(field, N_("The exchange accepts keys on the curve P-256 (ES256) only."))
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
