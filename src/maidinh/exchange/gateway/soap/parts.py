"""A SOAP message within a request's or an answer's bytes: alone, or as the first part beside its attachments.

Layer 6, no Django. Of a message with attachments (SwA, MTOM) only the first part is read; the attachments pass as they
came. What two programs could take apart differently is refused: text before the first part, two boundaries, a first
part that `start` does not name, a second part with its name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

from maidinh.exchange.gateway.bodies import BodyTooLargeError

PLAIN = ("text/xml", "application/xml")
RELATED = "multipart/related"
ROOTS = (*PLAIN, "application/xop+xml")
ENCODINGS = ("", "7bit", "8bit", "binary")
CHARSETS = ("", "utf-8", "utf8", "us-ascii")
TYPE_LIMIT = 1000
PART_HEADER_LIMIT = 8192


class NotSoapError(Exception):
    """These bytes hold no SOAP message that is read; the text says why."""


@dataclass(frozen=True)
class Form:
    """What a content type says about the bytes: where a part ends, and which part is the message."""

    boundary: bytes = b""
    start: str = ""

    @property
    def related(self) -> bool:
        """Whether there may be attachments."""
        return bool(self.boundary)


@dataclass(frozen=True)
class Head:
    """The bytes up to where the message was complete, and where it lies in them."""

    read: bytes
    start: int
    end: int
    name: bytes = b""

    @property
    def message(self) -> bytes:
        """The message's own bytes, over which its hash is made."""
        return self.read[self.start : self.end]


def form_of(content_type: str) -> Form:
    """What the content type says, or raise."""
    kind, parameters = _content_type(content_type)
    if kind in PLAIN:
        _in_utf8(parameters)
        return Form()
    if kind != RELATED:
        raise NotSoapError(f"expected the content type text/xml or {RELATED}, as SOAP 1.1 has it")
    boundary, root = parameters.get("boundary", ""), parameters.get("type", "text/xml").lower()
    if not 0 < len(boundary) <= 70 or not boundary.isascii() or not boundary.isprintable() or boundary[-1] == " ":
        raise NotSoapError("the boundary between the parts is missing or not allowed")
    if root not in ROOTS:
        raise NotSoapError(f"the type of the first part must be one of {', '.join(ROOTS)}")
    return Form(boundary.encode("ascii"), parameters.get("start", ""))


async def read_head(chunks: AsyncIterator[bytes], form: Form, limit: int) -> Head:
    """Read until the message is complete; raise where it is not, or is larger than the limit."""
    held = bytearray()
    seen = 0  # up to here no end was found
    begins: tuple[int, bytes] | None = None
    async for chunk in chunks:
        held += chunk
        if len(held) > limit + len(chunk):
            raise BodyTooLargeError
        if form.related:
            begins = begins or _begin(held, form)
            if begins is None:
                if len(held) > PART_HEADER_LIMIT + len(chunk):
                    raise NotSoapError("the headers of the first part are too long")
                continue
            mark = b"\r\n--" + form.boundary
            end = held.find(mark, max(begins[0] - 2, seen - len(mark)))
            if end >= 0:
                return _checked(Head(bytes(held), begins[0], end, begins[1]), limit)
            seen = len(held)
    if form.related:
        raise NotSoapError("the first part is not complete")
    return _checked(Head(bytes(held), 0, len(held)), limit)


def place_of(body: bytes, content_type: str) -> tuple[int, int]:
    """Where the message lies in a whole body: what is checked and cut is what was admitted. Raises NotSoapError."""
    form = form_of(content_type)
    if not form.related:
        return 0, len(body)
    begins = _begin(bytearray(body), form)
    end = body.find(b"\r\n--" + form.boundary, begins[0] - 2) if begins else -1
    if begins is None or end <= begins[0]:
        raise NotSoapError("the first part is not complete")
    return begins[0], end


async def rest_of(head: Head, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The bytes read already and those that follow; raise where a later part bears the message's name as well."""
    yield head.read
    before = head.read[head.end :]
    _once(head, before)
    async for chunk in chunks:
        before = before[-len(head.name) :] + chunk if head.name else b""  # the name may come in any number of pieces
        _once(head, before)
        yield chunk


async def replaced(pieces: AsyncIterator[bytes], head: Head, message: bytes) -> AsyncIterator[bytes]:
    """The same bytes with another message in the old one's place."""
    yield head.read[: head.start] + message
    at = 0
    async for piece in pieces:
        if at + len(piece) > head.end:
            yield piece[max(head.end - at, 0) :]
        at += len(piece)


def _checked(head: Head, limit: int) -> Head:
    if head.end - head.start > limit:
        raise BodyTooLargeError
    if head.end <= head.start:
        raise NotSoapError("there is no message")
    return head


def _once(head: Head, piece: bytes) -> None:
    if head.name and head.name in piece:
        raise NotSoapError("two parts bear the name of the message")


def _begin(held: bytearray, form: Form) -> tuple[int, bytes] | None:
    """Where the first part's content begins, with its Content-ID, or None while its headers are not complete."""
    if len(held) < 2:
        return None
    line = b"--" + form.boundary + b"\r\n"
    skipped = 2 if held.startswith(b"\r\n") else 0
    if not held.startswith(line[: len(held) - skipped], skipped):
        raise NotSoapError("the body does not begin with its first part")
    end = held.find(b"\r\n\r\n", skipped + len(line) - 2)
    if end < 0:
        return None
    headers = BytesHeaderParser().parsebytes(bytes(held[skipped + len(line) : end + 4]))
    kind, parameters = _content_type(_one(headers, "Content-Type") or "text/xml")
    if kind not in ROOTS:
        raise NotSoapError("the first part is not the SOAP message")
    _in_utf8(parameters)
    if (_one(headers, "Content-Transfer-Encoding") or "").strip().lower() not in ENCODINGS:
        raise NotSoapError("the message may not be encoded for its transfer")
    if not form.start:
        return end + 4, b""
    name = form.start.strip("<> ")
    if not name or (_one(headers, "Content-ID") or "").strip("<> ") != name:
        raise NotSoapError("the message must be the first part, as start names it")
    return end + 4, f"<{name}>".encode("latin-1", "replace")


def _one(headers: Message, name: str) -> str | None:
    values = headers.get_all(name, [])
    if len(values) > 1:
        raise NotSoapError(f"the first part has {name} twice")
    return str(values[0]) if values else None


def _in_utf8(parameters: dict[str, str]) -> None:
    if parameters.get("charset", "").lower() not in CHARSETS:
        raise NotSoapError("the message must be in UTF-8")


def _content_type(text: str) -> tuple[str, dict[str, str]]:
    """Kind and parameters; a parameter that stands there twice is refused."""
    if len(text) > TYPE_LIMIT or not text.isprintable():
        raise NotSoapError("the content type is not readable")
    holder = Message()
    holder["Content-Type"] = text
    found: dict[str, str] = {}
    for name, value in (holder.get_params(unquote=True) or [])[1:]:
        if name.lower() in found or not isinstance(value, str) or "*" in name:
            raise NotSoapError("the content type is ambiguous")
        found[name.lower()] = value
    return text.partition(";")[0].strip().lower(), found
