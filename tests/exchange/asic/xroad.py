"""Containers in X-Road's form, made here: RSA, SHA-512, a message or a hash chain under a signature, batch stamps."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from maidinh.infrastructure.timestamps.responses import token_of
from tests.infrastructure.timestamps.standing_in import AT, FROM, TO, OwnTimestamps

MESSAGE = b"GET\r\n/r1/DEV/COM/222/SYSTEM/service\r\nx-road-client:DEV/COM/111/CALLER\r\n"
SHA512_URI = "http://www.w3.org/2001/04/xmlenc#sha512"
SPACES = (
    'xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
    'xmlns:xades="http://uri.etsi.org/01903/v1.3.2#"'
)


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def sha512(content: bytes) -> bytes:
    return hashlib.sha512(content).digest()


class Member:
    """A member with an RSA certificate of an authority of its own."""

    def __init__(self) -> None:
        self.authority = rsa.generate_private_key(65537, 2048)
        self.key = rsa.generate_private_key(65537, 2048)
        self.root = self._certificate("Test CA", self.authority, authority=True)
        self.certificate = self._certificate("Test client", self.key)

    def _certificate(self, name: str, key: rsa.RSAPrivateKey, *, authority: bool = False) -> x509.Certificate:
        named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test CA")])
        usage = x509.KeyUsage(
            digital_signature=False, content_commitment=not authority, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=authority, crl_sign=authority, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        return (
            x509.CertificateBuilder()
            .subject_name(named)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(FROM)
            .not_valid_after(TO)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .sign(self.authority, SHA256())
        )

    def signature(self, files: Mapping[str, bytes], stamps: OwnTimestamps | None = None, at: datetime = AT) -> bytes:
        """signatures.xml over these files, with a time stamp over its value where an authority is given."""
        der = self.certificate.public_bytes(Encoding.DER)
        digest = f'<ds:DigestMethod Algorithm="{SHA512_URI}"/><ds:DigestValue>%s</ds:DigestValue>'
        properties = (
            '<xades:SignedProperties Id="signed-properties"><xades:SignedSignatureProperties>'
            f"<xades:SigningTime>{at:%Y-%m-%dT%H:%M:%S}.661Z</xades:SigningTime><xades:SigningCertificate><xades:Cert>"
            f"<xades:CertDigest>{digest % b64(sha512(der))}</xades:CertDigest><xades:IssuerSerial>"
            f"<ds:X509IssuerName>CN=Test CA</ds:X509IssuerName><ds:X509SerialNumber>{self.certificate.serial_number}"
            "</ds:X509SerialNumber></xades:IssuerSerial></xades:Cert></xades:SigningCertificate>"
            "</xades:SignedSignatureProperties></xades:SignedProperties>"
        )
        references = "".join(
            f'<ds:Reference Id="reference-{number}" URI="/{name}">{digest % b64(sha512(content))}</ds:Reference>'
            for number, (name, content) in enumerate(files.items())
        )
        signed = etree.fromstring(f"<asic:X {SPACES}>{properties}</asic:X>")[0]
        own = digest % b64(sha512(etree.tostring(signed, method="c14n")))
        information = (
            '<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>'
            '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"/>'
            f'{references}<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#signed-properties">'
            f"{own}</ds:Reference></ds:SignedInfo>"
        )
        to_sign = etree.tostring(etree.fromstring(f"<asic:X {SPACES}>{information}</asic:X>")[0], method="c14n")
        value = self.key.sign(to_sign, padding.PKCS1v15(), SHA512())
        stamp = "" if stamps is None else (
            "<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:SignatureTimeStamp>"
            f"<xades:EncapsulatedTimeStamp>{b64(token_over(value, stamps))}</xades:EncapsulatedTimeStamp>"
            "</xades:SignatureTimeStamp></xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
        )  # fmt: skip
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<asic:XAdESSignatures {SPACES}><ds:Signature Id="signature">'
            f'{information}<ds:SignatureValue Id="signature-value">\n{b64(value)}\n</ds:SignatureValue><ds:KeyInfo>'
            f"<ds:X509Data><ds:X509Certificate>{b64(der)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
            f'<ds:Object><xades:QualifyingProperties Target="#signature">{properties}{stamp}'
            "</xades:QualifyingProperties></ds:Object></ds:Signature></asic:XAdESSignatures>"
        ).encode()


def token_over(data: bytes, stamps: OwnTimestamps) -> bytes:
    query = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA512).build()
    return token_of(stamps.answer(query.as_bytes()))


def step(*digests: bytes) -> bytes:
    """The DER list over which a step's outcome is the digest; encoded by another way than the verifier's."""

    class Single(core.Sequence):
        _fields: ClassVar = [("v", core.OctetString), ("m", core.UTF8String), ("t", core.SequenceOf)]

    class Steps(core.SequenceOf):
        _child_spec = Single

    return Steps([{"v": each, "m": SHA512_URI, "t": []} for each in digests]).dump()


def chain(
    prefix: str, names: Sequence[str], files: Mapping[str, bytes], others: Sequence[bytes] = ()
) -> dict[str, bytes]:
    """A chain of two steps over the files here and the digests of others, and its result."""
    head = '<h:%s xmlns:h="http://cyber.ee/hashchain" xmlns="http://www.w3.org/2000/09/xmldsig#"%s>'
    value = "<DigestValue>%s</DigestValue>"
    own = [sha512(files[name]) for name in names]
    data = "".join(
        f'<h:DataRef URI="/{name}">{value % b64(each)}</h:DataRef>' for name, each in zip(names, own, strict=True)
    )
    given = "".join(f"<h:HashValue>{value % b64(each)}</h:HashValue>" for each in others)
    first = sha512(step(*own))
    steps = (
        f'<h:HashStep id="STEP0">{data}</h:HashStep>'
        f'<h:HashStep id="STEP1">{given}<h:StepRef URI="#STEP0">{value % b64(first)}</h:StepRef></h:HashStep>'
    )
    chained = head % ("HashChain", "") + f'<h:DefaultDigestMethod Algorithm="{SHA512_URI}"/>{steps}</h:HashChain>'
    outcome = sha512(step(*others, first))
    result = (
        head % ("HashChainResult", f' URI="/{prefix}-hashchain.xml#STEP1"')
        + f'<DigestMethod Algorithm="{SHA512_URI}"/>{value % b64(outcome)}</h:HashChainResult>'
    )
    return {f"{prefix}-hashchain.xml": chained.encode(), f"{prefix}-hashchainresult.xml": result.encode()}


def single(member: Member, stamps: OwnTimestamps) -> dict[str, bytes]:
    """A message under a signature with its own time stamp."""
    files = {"message.xml": MESSAGE, "attachment1": b"{}"}
    return files | {"META-INF/signatures.xml": member.signature(files, stamps)}


def batch_signed(member: Member, stamps: OwnTimestamps) -> dict[str, bytes]:
    """A message in a batch of messages that were signed together; the attachment is not kept."""
    messages = {"message.xml": MESSAGE, "attachment1": b"{}"}
    chained = chain("sig", list(messages), messages, [sha512(b"another message")])
    result = {"sig-hashchainresult.xml": chained["sig-hashchainresult.xml"]}
    return {"message.xml": MESSAGE} | chained | {"META-INF/signatures.xml": member.signature(result, stamps)}


def batch_stamped(member: Member, stamps: OwnTimestamps) -> dict[str, bytes]:
    """A message whose signature was stamped together with others."""
    files = {"message.xml": MESSAGE}
    signature = {"META-INF/signatures.xml": member.signature(files)}
    chained = chain("ts", list(signature), signature, [sha512(b"another signature")])
    token = token_over(chained["ts-hashchainresult.xml"], stamps)
    return files | signature | chained | {"META-INF/timestamp.tst": token}
