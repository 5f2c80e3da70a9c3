"""Signatures in PDF documents (PAdES): making them with a key that only the signer holds, and checking them.

Layer 7. Law on Electronic Transactions 20/2023/QH15 article 22 for what a digital signature must show. ETSI EN 319
142-1: level B-T where a time-stamping authority answers, otherwise B-B with room in which the token can come later.
Revocation data is not claimed.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Protocol

from asn1crypto import cms, pem, tsp
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # it logs whose certificate failed; the verdict says it

FIELD, TOKEN = "Signature", "signature_time_stamp_token"
ROOM = 2 * 16 * 1024  # hexadecimal digits kept for the signature where its time stamp is to come later
LONGEST_SIGNATURE = 72  # a DER ECDSA signature of the P-256 curve


@dataclass(frozen=True)
class Validation:
    """The verdict on a signed document.

    `problems` are codes: unsigned, unreadable, altered (the content or signature was changed), added_to (something was
    added after signing), not_trusted (another authority, or out of its validity), several_signatures.
    `stamped_at` is the time by a time-stamping authority, where the signature has a token of one that is trusted.
    """

    signed: bool
    intact: bool = False
    trusted: bool = False
    whole: bool = False
    signer: str = ""
    organisation: str = ""
    at: datetime | None = None
    stamped_at: datetime | None = None
    problems: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether the document is what its signer signed, and the signer is who the certificate says."""
        return self.signed and self.intact and self.trusted and self.whole and not self.problems


class DigestSigner(Protocol):
    """What signs: the signer's client, an HSM or a remote signing service."""

    def sign_digest(self, key: str, digest: bytes, *, algorithm: str = "sha256") -> bytes:
        """The DER ECDSA signature of a finished digest."""

    def certificate(self, key: str) -> str:
        """The key's certificate and its issuer's, PEM, the key's own first."""


class _HeldElsewhere(Signer):
    """A signer whose private key another process holds."""

    def __init__(self, signer: DigestSigner, key: str) -> None:
        own, *issuers = certificates_of(signer.certificate(key))
        registry = SimpleCertificateStore()
        registry.register_multiple(issuers)
        super().__init__(signing_cert=own, cert_registry=registry)
        self._signer, self._key = signer, key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(LONGEST_SIGNATURE)
        digest = hashlib.new(digest_algorithm, data).digest()
        return self._signer.sign_digest(self._key, digest, algorithm=digest_algorithm)


class _TimedSigner(PdfSigner):
    """Signs at the time given instead of reading the clock."""

    def __init__(self, at: datetime, *parts: Any, **settings: Any) -> None:
        super().__init__(*parts, **settings)
        self._at = at

    def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session


Stamp = Callable[[bytes], bytes]  # a time-stamp query to its answer, both DER; OSError where there is none


class _Stamper(TimeStamper):
    """Gets tokens in the way given; asks once before the signature to learn how long they are."""

    def __init__(self, stamp: Stamp) -> None:
        super().__init__()
        self._stamp = stamp

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(self._stamp(req.dump()), strict=True)


def sign_pdf(
    document: bytes,
    *,
    signer: DigestSigner,
    key: str,
    name: str,
    reason: str,
    at: datetime,
    stamp: Stamp | None = None,
) -> bytes:
    """The document with a signature that covers all of it, time-stamped where `stamp` gives a token."""
    if stamp is not None:
        try:
            return _signed(document, signer, key, name, reason, at, _Stamper(stamp))
        except (TimestampRequestError, OSError, ValueError, TypeError, KeyError):
            pass  # the authority is away or answers nonsense: what it would have said is no reason not to sign
    return _signed(document, signer, key, name, reason, at, None)


def _signed(
    document: bytes, signer: DigestSigner, key: str, name: str, reason: str, at: datetime, stamper: _Stamper | None
) -> bytes:
    settings = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", name=name, reason=reason, subfilter=SigSeedSubFilter.PADES
    )
    held = _HeldElsewhere(signer, key)
    signing = _TimedSigner(at, settings, held, timestamper=stamper, new_field_spec=SigFieldSpec(FIELD))
    room = None if stamper else ROOM
    return bytes(signing.sign_pdf(IncrementalPdfFileWriter(BytesIO(document)), bytes_reserved=room).getbuffer())


class NoRoom(ValueError):
    """The signature has a time stamp already, or no room in the file for one."""


def is_stamped(document: bytes) -> bool:
    """Whether the first signature of a document of ours carries a token of a time-stamping authority."""
    [info] = PdfFileReader(BytesIO(document)).embedded_regular_signatures[0].signed_data["signer_infos"]
    attributes = info["unsigned_attrs"]
    return any(each["type"].native == TOKEN for each in attributes) if len(attributes) else False


def add_timestamp(document: bytes, stamp: Stamp) -> bytes:
    """The signed document with a token over its signature (B-T), in the room that the signature left.

    The bytes that are signed stay as they are, and so does the signature: only an attribute that nobody signed comes
    into the gap. Raises NoRoom; OSError where the authority gives no answer, ValueError where it answers nonsense.
    """
    if is_stamped(document):
        raise NoRoom("the signature has a time stamp")
    embedded = PdfFileReader(BytesIO(document)).embedded_regular_signatures[0]
    _, start, end, _ = (int(each) for each in embedded.byte_range)
    content = cms.ContentInfo.load(bytes(embedded.pkcs7_content))
    [info] = content["content"]["signer_infos"]
    token = _token(stamp, info["signature"].native)
    info["unsigned_attrs"] = cms.CMSAttributes([cms.CMSAttribute({"type": TOKEN, "values": [token]})])
    digits = content.dump(force=False).hex().encode("ascii")
    if len(digits) > end - start - 2:
        raise NoRoom("the token is longer than the room that the signature left")
    return document[:start] + b"<" + digits.ljust(end - start - 2, b"0") + b">" + document[end:]


def _token(stamp: Stamp, signature: bytes) -> cms.ContentInfo:
    digest = hashlib.sha256(signature).digest()
    try:
        return asyncio.run(_Stamper(stamp).async_timestamp(digest, "sha256"))
    except (TimestampRequestError, TypeError, KeyError) as error:
        raise ValueError(f"the authority gave no token: {error}") from error


def check_pdf(document: bytes, *, trusted: Iterable[str], at: datetime) -> Validation:
    """What the signatures of a document are worth when only these authorities (PEM) are trusted."""
    roots = [root for chain in trusted for root in certificates_of(chain)]
    try:
        found = PdfFileReader(BytesIO(document)).embedded_regular_signatures
        if not found:
            return Validation(signed=False, problems=("unsigned",))
        verdicts = [_verdict(each, roots, at) for each in found]
    # A forged file may break any part of the reader; whatever it breaks, the file is not a signed document.
    except (
        PdfError,
        SignatureValidationError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        RecursionError,
    ):
        return Validation(signed=False, problems=("unreadable",))
    first, *others = verdicts
    if others:
        return Validation(**{**vars(first), "problems": (*first.problems, "several_signatures")})
    return first


def certificates_of(chain: str) -> list[Certificate]:
    """The certificates of a PEM file."""
    return [Certificate.load(der) for _, _, der in pem.unarmor(chain.encode("ascii"), multiple=True)]


def _verdict(embedded: EmbeddedPdfSignature, roots: list[Certificate], at: datetime) -> Validation:
    context = ValidationContext(trust_roots=roots, moment=at, allow_fetching=False, revocation_mode="soft-fail")
    usage = KeyUsageConstraints(key_usage={"non_repudiation"})
    status = validate_pdf_signature(embedded, signer_validation_context=context, key_usage_settings=usage)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    intact = bool(status.intact and status.valid)
    found = [("altered", not intact), ("not_trusted", not status.trusted), ("added_to", not whole)]
    subject = status.signing_cert.subject.native
    token = status.timestamp_validity
    stamped_at = token.timestamp if token and token.intact and token.valid and token.trusted else None
    return Validation(
        signed=True,
        intact=intact,
        trusted=bool(status.trusted),
        whole=whole,
        signer=str(subject.get("common_name", "")),
        organisation=str(subject.get("organization_name", "")),
        at=status.signer_reported_dt,
        stamped_at=stamped_at,
        problems=tuple(problem for problem, there in found if there),
    )
