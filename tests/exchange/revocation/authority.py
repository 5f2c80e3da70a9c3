"""An authority of the tests: it issues certificates, takes them back, and says so by list and by answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
LONG, DAY = timedelta(days=3650), timedelta(days=1)


def key() -> ec.EllipticCurvePrivateKey:
    """A new private key."""
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Issuer:
    """The authority."""

    name: str = "Issuing authority"
    private: ec.EllipticCurvePrivateKey = field(default_factory=key)
    revoked: list[int] = field(default_factory=list)

    @property
    def subject(self) -> x509.Name:
        """Its name."""
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])

    @property
    def certificate(self) -> Certificate:
        """Its own certificate."""
        return self.issue(self.name, self.private, ca=True)

    @property
    def pem(self) -> bytes:
        """The same as a file."""
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(
        self, name: str, of: ec.EllipticCurvePrivateKey | None = None, *, ca: bool = False, responds: bool = False
    ) -> Certificate:
        """A certificate over a key."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(self.subject)
            .public_key((of or key()).public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(NOW - LONG).not_valid_after(NOW + LONG)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )  # fmt: skip
        if responds:
            made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        return made.sign(self.private, SHA256())

    def take_back(self, certificate: Certificate) -> None:
        """From the next list on."""
        self.revoked.append(certificate.serial_number)

    def list(
        self, at: datetime = NOW, lasting: timedelta = DAY, *extensions: tuple[x509.ExtensionType, bool],
        by: ec.EllipticCurvePrivateKey | None = None,
    ) -> bytes:  # fmt: skip
        """The list of a moment."""
        made = x509.CertificateRevocationListBuilder().issuer_name(self.subject)
        made = made.last_update(at).next_update(at + lasting)
        for number in self.revoked:
            taken = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(at)
            made = made.add_revoked_certificate(taken.build())
        for value, critical in extensions:
            made = made.add_extension(value, critical=critical)
        return made.sign(by or self.private, SHA256()).public_bytes(Encoding.DER)

    def answer(
        self, question: bytes, at: datetime = NOW, lasting: timedelta = DAY, *,
        by: tuple[Certificate, ec.EllipticCurvePrivateKey] | None = None, about: Certificate | None = None,
    ) -> bytes:  # fmt: skip
        """What its responder says to a question, or about another certificate."""
        asked = ocsp.load_der_ocsp_request(question)
        wanted = about or self._issued[asked.serial_number]
        gone = wanted.serial_number in self.revoked
        made = ocsp.OCSPResponseBuilder().add_response(
            cert=wanted, issuer=self.certificate, algorithm=asked.hash_algorithm,
            cert_status=ocsp.OCSPCertStatus.REVOKED if gone else ocsp.OCSPCertStatus.GOOD,
            this_update=at, next_update=at + lasting, revocation_time=at if gone else None, revocation_reason=None,
        )  # fmt: skip
        signer, private = by or (self.certificate, self.private)
        made = made.responder_id(ocsp.OCSPResponderEncoding.HASH, signer)
        return made.certificates([signer]).sign(private, SHA256()).public_bytes(Encoding.DER)

    _issued: dict[int, Certificate] = field(default_factory=dict)

    def known(self, certificate: Certificate) -> Certificate:
        """Let the responder know the certificate."""
        self._issued[certificate.serial_number] = certificate
        return certificate
