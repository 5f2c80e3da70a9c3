"""A SOAP message among its attachments: found at the same place however the bytes come in.

An input is two bytes that say how the body is broken into pieces, a content type, a line feed, the body.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from maidinh.exchange.gateway.bodies import BodyTooLargeError
from maidinh.exchange.gateway.soap.parts import NotSoapError, form_of, place_of, read_head, replaced, rest_of
from tests.exchange.soap_world import multipart, request
from tests.security.fuzzing.targets import Run

LIMIT = 3_000
Taken = tuple[bytes, bytes] | str


def seeds() -> Sequence[bytes]:
    """Messages that are taken."""
    kind, body = multipart(b"<a/>", b"one", b"two")
    whole, letter = multipart(request(), b"\x00\xff")
    return [
        b"\x05\x01" + kind.encode() + b"\n" + body,
        b"\xff\x09" + whole.encode() + b"\n" + letter,
        b"\x40\x40text/xml; charset=UTF-8\n<a/>",
        b"\x03\x02multipart/related; boundary=b0\n\r\n" + body,
    ]


def ready() -> Run:
    """One message, in two ways of coming."""
    return _run


def _run(data: bytes) -> None:
    if len(data) < 2:
        return
    kind, _, body = data[2:].partition(b"\n")
    text = kind.decode("latin-1")
    found = [asyncio.run(_taken(text, body, 1 + size)) for size in (data[0], data[1] * 16)]
    assert found[0] == found[1]
    try:
        start, end = place_of(body, text)
        assert 0 <= start <= end <= len(body)
    except NotSoapError:
        assert isinstance(found[0], str)
        return
    if not isinstance(found[0], str):
        assert body[start:end] == found[0][0]  # what is checked is what was admitted


async def _taken(kind: str, body: bytes, size: int) -> Taken:
    """The message, and the body with another message in its place; or the refusal."""
    try:
        form = form_of(kind)
        pieces = _pieces(body, size)
        head = await read_head(pieces, form, LIMIT)
        passed = b"".join([piece async for piece in rest_of(head, pieces)])
    except NotSoapError:
        return "not soap"
    except BodyTooLargeError:
        return "too large"
    assert passed == body
    other = b"".join([piece async for piece in replaced(_pieces(body, size), head, b"<other/>")])
    assert other == body[: head.start] + b"<other/>" + body[head.end :]
    return head.message, other


async def _pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]
