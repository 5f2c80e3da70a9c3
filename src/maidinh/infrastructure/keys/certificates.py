"""The sample certificate authority: X.509 v3 certificates for the demonstration's people, seals and calling systems.

Layer 7. The real ones come from licensed authorities (Law on Electronic Transactions 20/2023/QH15); every certificate
made here says SAMPLE / MẪU in subject and issuer, and nobody should trust it for anything else. Times are passed in.
"""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SAMPLE = "SAMPLE / MẪU"


def name_of(common_name: str, organisation: str) -> x509.Name:
    """Return a distinguished name that says of itself that it is a sample."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, SAMPLE),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(*, signs_documents: bool = False, signs_certificates: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=signs_documents,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _start(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePublicKey, valid_from: datetime, valid_to: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid_from)
        .not_valid_after(valid_to)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def issue_authority(
    key: EllipticCurvePrivateKey, *, common_name: str, organisation: str, valid_from: datetime, valid_to: datetime
) -> x509.Certificate:
    """Make the authority's own certificate, signed by itself."""
    name = name_of(common_name, organisation)
    builder = _start(name, name, key.public_key(), valid_from, valid_to)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    return builder.sign(key, SHA256())


def issue_certificate(
    key: EllipticCurvePublicKey,
    *,
    kind: str,
    common_name: str,
    organisation: str,
    valid_from: datetime,
    valid_to: datetime,
    authority: x509.Certificate,
    authority_key: EllipticCurvePrivateKey,
) -> x509.Certificate:
    """Make the certificate of a person, a seal, an organisation of the exchange, a calling system or a time-stamper."""
    builder = _start(name_of(common_name, organisation), authority.subject, key, valid_from, valid_to)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_documents=kind != "caller"), critical=True)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
    )
    if kind == "caller":
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        builder = builder.add_extension(usage, critical=False)
    if kind == "timestamp":  # RFC 3161, 2.3: this use alone, and critical
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(authority_key, SHA256())


def chain_of(*certificates: x509.Certificate) -> str:
    """Return certificates as PEM, in the order given."""
    return "".join(certificate.public_bytes(Encoding.PEM).decode("ascii") for certificate in certificates)
