"""Parsing XML that strangers wrote: no DTD, no entities, nothing fetched, and limits that hold before a tree exists.

Layer 4, governance. A first pass streams through the bytes, counts, and builds nothing; only what passes is parsed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.parsers import expat  # streams only: every declaration of a DTD ends it

from lxml import etree

from maidinh.governance.interchange.problems import FileRefused, Place

FILE_SIZE_LIMIT = 64 * 1024 * 1024  # bytes; the largest public models known have a third of it
DEPTH_LIMIT = 200  # elements within each other; an honest model has 30
NODE_LIMIT = 2_000_000  # elements, attributes, comments and instructions; the largest public models have a third
ATTRIBUTE_LIMIT = 1_000  # of one element; an honest one has 20, and looking for a repeated one takes the square of it
_PIECE = 256 * 1024  # bytes fed at once
_SAFE: dict[str, Any] = {
    "resolve_entities": False, "load_dtd": False, "dtd_validation": False, "no_network": True, "huge_tree": True,
    "strip_cdata": True,
}  # fmt: skip
Take = Callable[[etree._Element], None]
EXPORT_AGAIN = "export it from the tool that made it again"


def parse(path: Path, take: Take | None = None, name: str = "") -> etree._Element:
    """The root of the XML file. Raises FileRefused, in bounded memory whatever the file holds.

    `take` is given each element of that local name as soon as it is complete, and may empty it.
    """
    return parse_content(_content(path), path, take, name)


def parse_content(content: bytes, path: Path, take: Take | None = None, name: str = "") -> etree._Element:
    """The root of XML that has been read already; `path` is what problems name. Raises FileRefused."""
    if len(content) > FILE_SIZE_LIMIT:
        raise _too_large(path, len(content))
    _Watch(path).look_through(content)
    try:
        if take is None:
            return etree.fromstring(content, etree.XMLParser(**_SAFE))
        return _fed(etree.XMLPullParser(("end",), tag=f"{{*}}{name}", **_SAFE), content, take)
    except etree.XMLSyntaxError as error:
        raise FileRefused([Place(path, error.lineno or 0, "", f"not readable as XML: {error.msg}")]) from None


def _fed(parser: etree.XMLPullParser, content: bytes, take: Take) -> etree._Element:
    for start in range(0, len(content), _PIECE):
        parser.feed(content[start : start + _PIECE])
        for _, element in parser.read_events():
            take(element)
    return parser.close()


def fragment(text: str) -> etree._Element:
    """An element, comment or instruction that was kept as text. Raises lxml.etree.XMLSyntaxError."""
    holder = etree.fromstring(f"<kept>{text}</kept>".encode(), etree.XMLParser(**_SAFE))
    if len(holder) != 1 or holder.getroottree().docinfo.doctype:
        raise etree.XMLSyntaxError("expected exactly one element, comment or instruction", 0, 1, 1)
    return holder[0]


def _content(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > FILE_SIZE_LIMIT:
            raise _too_large(path, size)
        with path.open("rb") as file:
            return file.read(size + 1)
    except OSError as error:
        raise FileRefused([Place(path, 0, "", f"the file can't be read: {error.strerror}")]) from None


def _too_large(path: Path, size: int) -> FileRefused:
    text = f"{size} bytes, more than the {FILE_SIZE_LIMIT} that are read: export the model in parts"
    return FileRefused([Place(path, 0, "", text)])


class _Watch:
    """The first pass: whether the XML is whole, without a DTD, and within the limits."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.depth = self.nodes = 0
        self.parser = expat.ParserCreate()
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CommentHandler = self._one
        self.parser.ProcessingInstructionHandler = self._one
        self.parser.StartDoctypeDeclHandler = self._doctype

    def look_through(self, content: bytes) -> None:
        """Raises FileRefused where the content is refused."""
        try:
            self.parser.Parse(content, True)
        except expat.ExpatError as error:
            text = f"not readable as XML ({expat.ErrorString(error.code)}): {EXPORT_AGAIN}, in UTF-8"
            raise self._refusal(text, error.lineno) from None
        except (ValueError, LookupError) as error:
            raise self._refusal(f"not readable as XML ({error}): {EXPORT_AGAIN}, in UTF-8") from None

    def _start(self, name: str, attributes: list[str]) -> None:
        self.depth += 1
        self.nodes += 1 + len(attributes) // 2
        if self.depth > DEPTH_LIMIT:
            raise self._refusal(f"elements nest more than {DEPTH_LIMIT} deep", place=name)
        if self.nodes > NODE_LIMIT:
            raise self._refusal(f"more than {NODE_LIMIT} elements and attributes: export the model in parts")
        if len(attributes) > 2 * ATTRIBUTE_LIMIT:
            raise self._refusal(f"more than {ATTRIBUTE_LIMIT} attributes: {EXPORT_AGAIN}", place=name)

    def _end(self, name: str) -> None:
        self.depth -= 1

    def _one(self, *content: str) -> None:
        self.nodes += 1
        if self.nodes > NODE_LIMIT:
            raise self._refusal(f"more than {NODE_LIMIT} comments and elements: export the model in parts")

    def _doctype(self, name: str, *identifiers: object) -> None:
        text = "a document type (DTD) and its entities are not allowed: remove the <!DOCTYPE ...>"
        raise self._refusal(text, place=f"<!DOCTYPE {name}>")

    def _refusal(self, text: str, line: int = 0, place: str = "") -> FileRefused:
        return FileRefused([Place(self.path, line or self.parser.CurrentLineNumber, place, text)])
