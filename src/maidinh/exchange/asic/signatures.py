"""One XAdES signature of a container, judged: each file by its digest, the signature by its key, the key by its issuer.

Layer 6, no Django. What the signature is mathematically worth is said by signxml, which is not ours; around it stands
what a container asks besides: which files, whose certificate, at what time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509 import Certificate
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.exceptions import InvalidDigest, SignXMLException
from signxml.verifier import SignatureConfiguration
from signxml.xades.xades import XAdESVerifier

from maidinh.exchange.asic.xml import CANONICAL, DIGESTS, DS, NAMES, MarkupError, canonical, decoded, read_xml
from maidinh.infrastructure.translog.verification import N_, Check

TRANSFORM_FREE = "ds:Transforms/ds:Transform"
# A forged file may break any part of the reader; whatever it breaks, it is not signed.
BROKEN = (
    SignXMLException, etree.LxmlError, UnsupportedAlgorithm, ValueError, LookupError, TypeError, AttributeError,
)  # fmt: skip


@dataclass(frozen=True)
class Signature:
    """What was found in one signature file, as far as it could be read."""

    checks: tuple[Check, ...]
    files: frozenset[str] = frozenset()  # that it refers to, whether or not their digests hold
    certificate: Certificate | None = None
    others: tuple[Certificate, ...] = ()
    claimed_at: datetime | None = None
    value: bytes = b""
    stamped: tuple[bytes, ...] = ()  # what a time stamp may be over: X-Road stamps the value, XAdES its element
    tokens: tuple[bytes, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong with it."""
        return all(check.ok is not False for check in self.checks)


def read_signature(name: str, content: bytes, files: Mapping[str, bytes]) -> Signature:
    """Judge a signature file of a container against its files."""
    try:
        root = read_xml(content)
        found = list(root.iter(f"{{{DS}}}Signature"))
        if len(found) != 1:
            raise MarkupError(f"it holds {len(found)} signatures instead of one")
        signature = found[0]
        ids = [value for element in root.iter(etree.Element) for key, value in element.attrib.items() if key == "Id"]
        if len(set(ids)) != len(ids):
            raise MarkupError("it uses an Id twice")  # one reader would take the first, another the last
        certificates = _certificates(signature)
        referred, checks = _references(signature, files)
        value = signature.find("ds:SignatureValue", NAMES)
        if value is None:
            raise MarkupError("it has no value")
        tokens = tuple(decoded(each.text) for each in signature.iterfind(".//xades:EncapsulatedTimeStamp", NAMES))
        stamped = (decoded(value.text), canonical(value))
    except MarkupError as error:
        text = N_("{file} is no signature that can be read: {reason}.")
        return Signature((Check("signature", False, text, {"file": name, "reason": error}),))
    check, claimed = _signed(name, content, files, certificates[0])
    if check.ok and claimed is None and all(each.ok for each in checks):
        text = N_("{file} does not say what was signed in a way that is accepted.")
        check = Check("signature", False, text, {"file": name})
    return Signature(
        (*checks, check),
        frozenset(referred),
        certificates[0],
        tuple(certificates[1:]),
        claimed,
        stamped[0],
        stamped,
        tokens,
    )


def _certificates(signature: etree._Element) -> list[Certificate]:
    found = signature.findall("ds:KeyInfo/ds:X509Data/ds:X509Certificate", NAMES)
    try:
        certificates = [x509.load_der_x509_certificate(decoded(each.text)) for each in found]
        for each in certificates:  # its names are read when they are asked for, and may not be readable
            _ = each.subject.rfc4514_string() + each.issuer.rfc4514_string()
    except (ValueError, x509.InvalidVersion) as error:
        raise MarkupError("it holds a certificate that cannot be read") from error
    if not certificates:
        raise MarkupError("it holds no certificate of its signer")
    return certificates


def _references(signature: etree._Element, files: Mapping[str, bytes]) -> tuple[list[str], list[Check]]:
    """The files that it refers to, and for each whether it is the one that was signed."""
    referred, checks = [], []
    for reference in signature.iterfind("ds:SignedInfo/ds:Reference", NAMES):
        uri = reference.get("URI", "")
        if uri.startswith("#"):
            continue
        name = unquote(uri).lstrip("/")
        referred.append(name)
        method = reference.find("ds:DigestMethod", NAMES)
        algorithm = DIGESTS.get("" if method is None else method.get("Algorithm", ""))
        value = reference.find("ds:DigestValue", NAMES)
        if name not in files:
            check = Check("digest", False, N_("{file} was signed and is not in the container."), {"file": name})
        elif algorithm is None or reference.findall(TRANSFORM_FREE, NAMES):
            check = Check("digest", False, N_("{file} was signed in a way that is not accepted."), {"file": name})
        elif hashlib.new(algorithm, files[name]).digest() != decoded(None if value is None else value.text):
            check = Check("digest", False, N_("{file} is not the file that was signed."), {"file": name})
        else:
            check = Check("digest", True, N_("{file} is the file that was signed."), {"file": name})
        checks.append(check)
    if not referred:
        raise MarkupError("it refers to no file by itself")
    return referred, checks


def _signed(
    name: str, content: bytes, files: Mapping[str, bytes], certificate: Certificate
) -> tuple[Check, datetime | None]:
    """Whether the key of the certificate signed this, and when it says that it did."""
    configuration = SignatureConfiguration(
        expect_references=True,
        default_reference_c14n_method=CanonicalizationMethod(CANONICAL),
        verification_time=certificate.not_valid_before_utc,  # its validity is judged apart
    )
    values = {"file": name, "signer": certificate.subject.rfc4514_string()}
    try:
        results = XAdESVerifier().verify(
            content,
            x509_cert=certificate,
            uri_resolver=lambda uri: files[unquote(uri).lstrip("/")],
            validate_schema=False,
            expect_config=configuration,
        )
    except InvalidDigest as error:
        if "(#" not in str(error):
            return Check("signature", True, N_("{file} was signed by {signer}."), values), None
        text = N_("What {file} says of itself is not what was signed.")
        return Check("signature", False, text, values), None
    except BROKEN as error:
        text = N_("{file} was not signed by {signer}, or was changed: {reason}.")
        return Check("signature", False, text, values | {"reason": str(error) or type(error).__name__}), None
    properties = next((each.signed_properties for each in results if hasattr(each, "signed_properties")), None)
    claimed = None if properties is None else _moment(properties.findtext("xades:SigningTime", None, NAMES))
    return Check("signature", True, N_("{file} was signed by {signer}."), values), claimed


def _moment(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
