"""What an issuing authority says of the certificates that it took back: its list (CRL) and its answers (OCSP), read.

Layer 6, pure. Both count only when the authority signed them; what says only a part (a delta, some reasons, another's
certificates) is refused, because its silence would not mean that a certificate holds.
Legal ground: Luật Giao dịch điện tử 20/2023/QH15 (certificates of digital signatures hold until they are revoked).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

UNREADABLE = (ValueError, TypeError, KeyError, UnsupportedAlgorithm, InvalidSignature, x509.InvalidVersion)
KNOWN = frozenset({ExtensionOID.ISSUING_DISTRIBUTION_POINT, ExtensionOID.AUTHORITY_KEY_IDENTIFIER})


class RevocationError(Exception):
    """What came can't be believed or can't be used; the text says why."""


@dataclass(frozen=True)
class RevocationList:
    """A list that its authority signed: which serial numbers are taken back, and until when it is the newest."""

    issuer: x509.Name
    this_update: datetime
    next_update: datetime
    revoked: Mapping[int, datetime]


@dataclass(frozen=True)
class Answer:
    """What a responder said of one certificate, and until when that is the newest."""

    revoked: bool
    this_update: datetime
    next_update: datetime


def issuer_of(certificate: Certificate, authorities: Sequence[Certificate]) -> Certificate | None:
    """The authority that issued a certificate; None where none of these did."""
    for each in authorities:
        try:
            certificate.verify_directly_issued_by(each)
        except UNREADABLE:
            continue
        return each
    return None


def read_list(content: bytes, authorities: Sequence[Certificate]) -> RevocationList:
    """The list in these bytes (DER or PEM), signed by one of the authorities. Raises RevocationError."""
    try:
        pem = content.lstrip().startswith(b"-----BEGIN")
        read = x509.load_pem_x509_crl(content) if pem else x509.load_der_x509_crl(content)
        signed = any(each.subject == read.issuer and _signed(read, each) for each in authorities)
        if not signed:
            raise RevocationError("no authority that is trusted here signed it")
        _refuse_parts(read)
        begins, ends = read.last_update_utc, read.next_update_utc
        revoked = {each.serial_number: each.revocation_date_utc for each in read}
    except UNREADABLE as error:
        raise RevocationError(f"it is no revocation list: {error}") from error
    if ends is None:
        raise RevocationError("it does not say when the next one comes")
    return RevocationList(read.issuer, begins, ends, revoked)


def question_about(certificate: Certificate, issuer: Certificate) -> bytes:
    """What a responder is asked. The digest only names the issuer; SHA-1 is what every responder knows."""
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, SHA1())  # noqa: S303 - a name, no proof
    return asked.build().public_bytes(Encoding.DER)


def read_answer(content: bytes, certificate: Certificate, issuer: Certificate, at: datetime) -> Answer:
    """What a responder's answer says of the certificate. Raises RevocationError."""
    try:
        read = ocsp.load_der_ocsp_response(content)
        if read.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise RevocationError(f"the responder gave no answer: {read.response_status.name.lower()}")
        _verify(read, _responder(read, issuer, at))
        if read.serial_number != certificate.serial_number or not _about(read, certificate, issuer):
            raise RevocationError("the answer is about another certificate")
        status, begins, ends = read.certificate_status, read.this_update_utc, read.next_update_utc
    except UNREADABLE as error:
        raise RevocationError(f"it is no answer that can be believed: {type(error).__name__}") from error
    if status is ocsp.OCSPCertStatus.UNKNOWN:
        raise RevocationError("the responder does not know the certificate")
    if begins > at or (ends is not None and ends <= at):
        raise RevocationError("the answer is not one of now")
    return Answer(status is ocsp.OCSPCertStatus.REVOKED, begins, ends or at)


def _signed(read: x509.CertificateRevocationList, authority: Certificate) -> bool:
    try:
        return read.is_signature_valid(authority.public_key())  # type: ignore[arg-type]  # other kinds raise TypeError
    except UNREADABLE:
        return False


def _refuse_parts(read: x509.CertificateRevocationList) -> None:
    for extension in read.extensions:
        value = extension.value
        if isinstance(value, x509.DeltaCRLIndicator):
            raise RevocationError("it holds only what changed since another one")
        if isinstance(value, x509.IssuingDistributionPoint) and (
            value.indirect_crl
            or value.only_some_reasons
            or value.only_contains_ca_certs
            or value.only_contains_attribute_certs
        ):
            raise RevocationError("it is about a part of the certificates")
        if extension.critical and extension.oid not in KNOWN:
            raise RevocationError(f"it has a part that is not known here: {extension.oid.dotted_string}")


def _responder(read: ocsp.OCSPResponse, issuer: Certificate, at: datetime) -> Certificate:
    """Who answers: the authority, or whom it gave a certificate for that alone."""
    for each in read.certificates:
        usage = next((known.value for known in each.extensions if isinstance(known.value, x509.ExtendedKeyUsage)), ())
        if (
            ExtendedKeyUsageOID.OCSP_SIGNING in usage
            and issuer_of(each, [issuer]) is not None
            and each.not_valid_before_utc <= at < each.not_valid_after_utc
        ):
            return each
    return issuer


def _verify(read: ocsp.OCSPResponse, responder: Certificate) -> None:
    key, algorithm = responder.public_key(), read.signature_hash_algorithm
    if algorithm is None:
        raise RevocationError("the answer is signed in a way that is not accepted")
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(read.signature, read.tbs_response_bytes, ec.ECDSA(algorithm))
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(read.signature, read.tbs_response_bytes, padding.PKCS1v15(), algorithm)
    else:
        raise RevocationError("the answer is signed in a way that is not accepted")


def _about(read: ocsp.OCSPResponse, certificate: Certificate, issuer: Certificate) -> bool:
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, read.hash_algorithm).build()
    return (asked.issuer_key_hash, asked.issuer_name_hash) == (read.issuer_key_hash, read.issuer_name_hash)
