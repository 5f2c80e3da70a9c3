"""Putting an XAdES signature (ETSI EN 319 132-1, baseline B or T) over the files of a container.

Layer 6, pure. The private key is somewhere else, so signing is: prepare, have the bytes signed, finish. Canonical XML
1.0 throughout and no transforms: what every verifier reads. Times are passed in.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from maidinh.exchange.asic.xml import ASIC, CANONICAL, DS, SIGNED_PROPERTIES, XADES, canonical

ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
MEDIA_TYPES = {"json": "application/json", "txt": "text/plain", "xml": "text/xml", "jws": "application/jose"}
SIGNATURE, PROPERTIES, VALUE = "signature", "signed-properties", "signature-value"


class Seal:
    """A signature that is being made."""

    def __init__(self, files: Mapping[str, bytes], certificates: str, at: datetime) -> None:
        chain = x509.load_pem_x509_certificates(certificates.encode("ascii"))
        self._root = etree.Element(_name(ASIC, "XAdESSignatures"), nsmap={"asic": ASIC, "ds": DS, "xades": XADES})
        signature = _add(self._root, DS, "Signature", Id=SIGNATURE)
        self._signed = _add(signature, DS, "SignedInfo")
        _add(self._signed, DS, "CanonicalizationMethod", Algorithm=CANONICAL)
        _add(self._signed, DS, "SignatureMethod", Algorithm=ECDSA_SHA256)
        references = {f"reference-{number}": name for number, name in enumerate(files)}
        for reference, name in references.items():
            self._refer(files[name], Id=reference, URI=quote(name))
        self._value = _add(signature, DS, "SignatureValue", Id=VALUE)
        data = _add(_add(signature, DS, "KeyInfo"), DS, "X509Data")
        for certificate in chain:
            _add(data, DS, "X509Certificate", _encoded(certificate.public_bytes(Encoding.DER)))
        self._qualifying = _add(_add(signature, DS, "Object"), XADES, "QualifyingProperties", Target=f"#{SIGNATURE}")
        properties = _properties(self._qualifying, chain[0], references, at)
        self._refer(canonical(properties), Type=SIGNED_PROPERTIES, URI=f"#{PROPERTIES}")

    @property
    def to_sign(self) -> bytes:
        """What the key signs, with ES256: the answer is r and s, each 32 bytes."""
        return canonical(self._signed)

    @property
    def to_stamp(self) -> bytes:
        """What a time-stamping authority may stamp once it is signed."""
        return canonical(self._value)

    def sign(self, signature: bytes) -> None:
        """Put in the signature over `to_sign`."""
        self._value.text = _encoded(signature)

    def stamp(self, token: bytes) -> None:
        """Put in a token (DER) over `to_stamp`."""
        unsigned = _add(_add(self._qualifying, XADES, "UnsignedProperties"), XADES, "UnsignedSignatureProperties")
        stamp = _add(unsigned, XADES, "SignatureTimeStamp", Id="signature-time-stamp")
        _add(stamp, DS, "CanonicalizationMethod", Algorithm=CANONICAL)
        _add(stamp, XADES, "EncapsulatedTimeStamp", _encoded(token))

    def document(self) -> bytes:
        """The finished file."""
        return bytes(etree.tostring(self._root, xml_declaration=True, encoding="UTF-8"))

    def _refer(self, content: bytes, **attributes: str) -> None:
        reference = _add(self._signed, DS, "Reference", **attributes)
        _digest(reference, content)


def media_type(name: str) -> str:
    """What kind of file a name says that it is."""
    return MEDIA_TYPES.get(name.rpartition(".")[2], "application/octet-stream")


def _properties(
    parent: etree._Element, certificate: x509.Certificate, references: Mapping[str, str], at: datetime
) -> etree._Element:
    properties = _add(parent, XADES, "SignedProperties", Id=PROPERTIES)
    own = _add(properties, XADES, "SignedSignatureProperties")
    _add(own, XADES, "SigningTime", at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    named = _add(_add(own, XADES, "SigningCertificateV2"), XADES, "Cert")
    _digest(_add(named, XADES, "CertDigest"), certificate.public_bytes(Encoding.DER))
    objects = _add(properties, XADES, "SignedDataObjectProperties")
    for reference, name in references.items():
        form = _add(objects, XADES, "DataObjectFormat", ObjectReference=f"#{reference}")
        _add(form, XADES, "MimeType", media_type(name))
    return properties


def _digest(parent: etree._Element, content: bytes) -> None:
    _add(parent, DS, "DigestMethod", Algorithm=SHA256)
    _add(parent, DS, "DigestValue", _encoded(hashlib.sha256(content).digest()))


def _add(
    parent: etree._Element, namespace: str, tag: str, text: str | None = None, **attributes: str
) -> etree._Element:
    element = etree.SubElement(parent, _name(namespace, tag), attributes)
    element.text = text
    return element


def _name(namespace: str, tag: str) -> str:
    return f"{{{namespace}}}{tag}"


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
