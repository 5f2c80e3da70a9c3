"""XML that strangers hand in: parsed without entities, document types or network, and with its namespaces named once.

Layer 6, pure.
"""

from __future__ import annotations

import base64
import binascii

from lxml import etree

ASIC = "http://uri.etsi.org/02918/v1.2.1#"
DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
HASHCHAIN = "http://cyber.ee/hashchain"
SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
CANONICAL = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
NAMES = {"asic": ASIC, "ds": DS, "xades": XADES, "h": HASHCHAIN}


class MarkupError(ValueError):
    """The bytes are no XML of the form that is read here."""


def read_xml(content: bytes) -> etree._Element:
    """The root of a document without a document type."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MarkupError(f"it is no XML ({error})") from error
    if root.getroottree().docinfo.doctype:
        raise MarkupError("it has a document type")
    return root


def canonical(element: etree._Element) -> bytes:
    """Canonical XML 1.0 of an element, the form that is signed where none is named."""
    return bytes(etree.tostring(element, method="c14n", exclusive=False, with_comments=False))


def decoded(text: str | None) -> bytes:
    """Base64 with line breaks in it, as XML signatures have."""
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MarkupError("base64 was expected") from error
