"""Judging a time-stamp token that somebody brings: over which data it is, whether it is signed, by whom, and when.

Layer 7, no Django, and nobody is asked. The certificates are judged as of the time that the token states.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms
from asn1crypto.x509 import Certificate as Asn1Certificate
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_der_x509_certificate
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from maidinh.infrastructure.timestamps.responses import TokenError

DIGESTS = frozenset({"sha256", "sha384", "sha512"})

logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # the verdict says what it would log


@dataclass(frozen=True)
class TokenVerdict:
    """`matches`: it is over one of the data given, whose place is `of`. `trusted` is None where no root was given."""

    at: datetime
    authority: str
    matches: bool
    of: int | None
    signed: bool
    trusted: bool | None


def judge_token(token: bytes, candidates: Sequence[bytes], roots: Sequence[Certificate]) -> TokenVerdict:
    """What a token (DER) says of the first of these data that it is over."""
    try:
        signed = cms.ContentInfo.load(token)["content"]
        info = signed["encap_content_info"]["content"].parsed
        name = info["message_imprint"]["hash_algorithm"]["algorithm"].native
        imprint = info["message_imprint"]["hashed_message"].native
        at = info["gen_time"].native
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TokenError("this is no time-stamp token") from error
    if name not in DIGESTS or not isinstance(at, datetime):
        raise TokenError(f"the token is over a digest by {name}, which is not accepted")
    of = next((place for place, data in enumerate(candidates) if hashlib.new(name, data).digest() == imprint), None)
    status = _status(signed, imprint, at, roots)
    if status is None:
        return TokenVerdict(at, "", of is not None, of, signed=False, trusted=None if not roots else False)
    sound = bool(status.intact and status.valid)
    authority = load_der_x509_certificate(status.signing_cert.dump()).subject.rfc4514_string()
    trusted = None if not roots else sound and bool(status.trusted)
    return TokenVerdict(at, authority, of is not None, of, signed=sound, trusted=trusted)


def _status(
    signed: cms.SignedData, imprint: bytes, at: datetime, roots: Sequence[Certificate]
) -> TimestampSignatureStatus | None:
    """Its signature's state; None where it can't be read or brings no certificate of its signer."""
    context = ValidationContext(
        trust_roots=[Asn1Certificate.load(each.public_bytes(Encoding.DER)) for each in roots],
        moment=at,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    try:
        found = asyncio.run(validate_tst_signed_data(signed, context, lambda _: imprint))
        return TimestampSignatureStatus(**found)
    # A forged token may break any part of the reader; whatever it breaks, it is not signed.
    except (SignatureValidationError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return None
