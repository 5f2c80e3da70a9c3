"""Where the message lies among its attachments: one place, for who admits it, checks it and cuts it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from maidinh.exchange.gateway.soap.parts import NotSoapError, form_of, place_of, read_head, rest_of
from tests.exchange.soap_world import multipart

KIND, BODY = multipart(b"<a/>", b"file")


async def pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def test_the_place_in_a_whole_body() -> None:
    start, end = place_of(BODY, KIND)
    assert BODY[start:end] == b"<a/>"
    assert place_of(b"abc", "text/xml") == (0, 3)
    for body, kind in ((b"--b0\r\n", KIND), (BODY, "multipart/related"), (b"", KIND), (BODY[2:], KIND)):
        with pytest.raises(NotSoapError):
            place_of(body, kind)


@pytest.mark.parametrize("name", ["x-boundary", "myboundary"])
def test_no_other_parameter_s_boundary_leads_to_another_message(name: str) -> None:
    kind = KIND.replace("; boundary=", f'; {name}="fake"; boundary=')
    other = b"--fake\r\nContent-Type: text/xml\r\n\r\n<b/>\r\n--fake--"
    _, body = multipart(b"<a/>", other)
    start, end = place_of(body, kind)
    assert body[start:end] == b"<a/>" == asyncio.run(read_head(pieces(body, 9), form_of(kind), 999)).message


@pytest.mark.parametrize("size", [1, 2, 3, 999])
def test_a_message_after_an_empty_line_is_found_however_its_bytes_come(size: int) -> None:
    head = asyncio.run(read_head(pieces(b"\r\n" + BODY, size), form_of(KIND), 999))
    assert head.message == b"<a/>"


@pytest.mark.parametrize("size", [1, 2, 5, 999])
def test_a_second_part_with_the_message_s_name_is_refused_however_its_bytes_come(size: int) -> None:
    body = BODY.replace(b"file", b"Content-ID: <root>")

    async def passed() -> None:
        taken = pieces(body, size)
        async for _ in rest_of(await read_head(taken, form_of(KIND), 999), taken):
            pass

    with pytest.raises(NotSoapError, match="two parts"):
        asyncio.run(passed())
