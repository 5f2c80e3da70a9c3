"""Parsing XML that a stranger sent: UTF-8 only, no DTD, no entities, nothing fetched, limits before a tree exists.

Layer 6, no Django. A first pass streams through the bytes and builds nothing; only what passes it is parsed. SOAP 1.1
itself forbids a document type and processing instructions in a message.
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat  # streams only: a document type ends it

from lxml import etree

DEPTH_LIMIT = 100  # elements within each other
NODE_LIMIT = 100_000  # elements, attributes and comments
ATTRIBUTE_LIMIT = 200  # of one element
ENCODINGS = ("", "utf-8", "us-ascii")
_SAFE: dict[str, Any] = {
    "resolve_entities": False, "load_dtd": False, "dtd_validation": False, "no_network": True, "huge_tree": True,
    "strip_cdata": False, "remove_blank_text": False,
}  # fmt: skip


class XmlRefusedError(Exception):
    """XML that is not read; the text says why."""


def parse(content: bytes) -> etree._Element:
    """The root of the XML, or raise."""
    _Watch().look_through(content)
    try:
        root = etree.fromstring(content, etree.XMLParser(**_SAFE))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmlRefusedError(f"not readable as XML: {error}") from None
    if root.getroottree().docinfo.doctype:
        raise XmlRefusedError("a document type is not allowed")
    return root


def written(root: etree._Element) -> bytes:
    """The XML as UTF-8 with its declaration."""
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


class _Watch:
    """The first pass: whether the XML is whole, in UTF-8, without a document type, and within the limits."""

    def __init__(self) -> None:
        self.depth = self.nodes = 0
        self.parser = expat.ParserCreate()
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CommentHandler = self._comment
        self.parser.ProcessingInstructionHandler = self._instruction
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.XmlDeclHandler = self._declaration

    def look_through(self, content: bytes) -> None:
        """Raise where the content is refused."""
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            raise XmlRefusedError("not in UTF-8") from None
        try:
            self.parser.Parse(content, True)
        except expat.ExpatError as error:
            text = expat.ErrorString(error.code)
            raise XmlRefusedError(f"not readable as XML: {text}, line {error.lineno}") from None
        except (ValueError, LookupError) as error:
            raise XmlRefusedError(f"not readable as XML: {error}") from None

    def _start(self, name: str, attributes: list[str]) -> None:
        self.depth += 1
        self.nodes += 1 + len(attributes) // 2
        if self.depth > DEPTH_LIMIT:
            raise XmlRefusedError(f"elements nest more than {DEPTH_LIMIT} deep")
        if self.nodes > NODE_LIMIT or len(attributes) > 2 * ATTRIBUTE_LIMIT:
            raise XmlRefusedError("too many elements or attributes")

    def _end(self, name: str) -> None:
        self.depth -= 1

    def _comment(self, text: str) -> None:
        self.nodes += 1
        if self.nodes > NODE_LIMIT:
            raise XmlRefusedError("too many comments")

    def _instruction(self, target: str, data: str) -> None:
        raise XmlRefusedError("a processing instruction is not allowed")

    def _doctype(self, name: str, *identifiers: object) -> None:
        raise XmlRefusedError("a document type (DTD) is not allowed")

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if (encoding or "").lower() not in ENCODINGS:
            raise XmlRefusedError(f"the encoding {encoding[:20] if encoding else ''} is not UTF-8")
