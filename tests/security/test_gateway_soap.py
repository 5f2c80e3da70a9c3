"""XML made to hurt, and whatever else comes as SOAP: it is read or refused, quickly, and nothing is fetched for it."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from maidinh.exchange.gateway.bodies import BodyTooLargeError, held
from maidinh.exchange.gateway.forwarding import Answer
from maidinh.exchange.gateway.protocol import ProtocolError
from maidinh.exchange.gateway.soap import parts, wsdl
from maidinh.exchange.gateway.soap.answers import Bounds, mend
from maidinh.exchange.gateway.soap.envelope import (
    SoapRequest,
    fault,
    message_hash,
    read_envelope,
    read_request,
    read_service,
)  # fmt: skip
from maidinh.exchange.gateway.soap.xml import XmlRefusedError, parse
from tests.exchange.hostile_xml import HOSTILE
from tests.exchange.soap_world import ENVELOPE, envelope, headers_of, multipart, request, wsdl_for

SECONDS, MEMORY = 2.0, 64 * 1024 * 1024


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused_in_little_time_and_memory(name: str) -> None:
    started = time.process_time()
    with pytest.raises(XmlRefusedError):
        parse(HOSTILE[name])
    assert time.process_time() - started < SECONDS
    tracemalloc.start()
    try:
        with pytest.raises(XmlRefusedError):
            parse(HOSTILE[name])
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()


def test_what_only_looks_like_it_is_read() -> None:
    assert parse(b"<a><![CDATA[<!DOCTYPE html>&x;]]></a>").text == "<!DOCTYPE html>&x;"
    assert parse("\ufeff<a>Đỗ &#272; &lt;</a>".encode()).text == "Đỗ Đ <"


def test_a_published_wsdl_is_no_way_in() -> None:
    document = wsdl_for("personDetails")
    evil = document.replace("<definitions", '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><definitions', 1)
    assert wsdl.operations(evil) == {}
    with pytest.raises(XmlRefusedError):
        wsdl.published(evil, "")
    assert wsdl.schema_copy("/xsd/../wsdl.py") is None
    assert wsdl.schema_copy("/xsd/") is None


CUTS = st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 40), st.binary(max_size=12)), max_size=4)
FRAGMENTS = st.sampled_from(
    [
        b"<x:client/>", b'<x:client id:objectType="SUBSYSTEM"/>', b"<x:id>1</x:id>", b"</s:Header>", b"<s:Body>",
        b"<x:id><x:id/></x:id>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<s:Fault/>", b"&#0;", b"&lt;", b"\xc4",
        b"<id:serviceCode>..</id:serviceCode>", b"<x:protocolVersion>4.0</x:protocolVersion>", b"<x:requestHash/>",
    ]
)  # fmt: skip
SPLICES = st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 200), FRAGMENTS), max_size=3)


def mutated(content: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    for place, length, put in cuts:
        content = content[:place] + put + content[place + length :]
    return content


def read(message: bytes) -> SoapRequest:
    taken = read_envelope(message)
    return read_request(taken, read_service(taken), message)


@settings(max_examples=100, deadline=None)
@given(st.one_of(CUTS, SPLICES))
def test_a_request_is_read_or_refused(cuts: list[tuple[int, int, bytes]]) -> None:
    message = mutated(request(), cuts)
    try:
        taken = read(message)
    except ProtocolError as error:
        assert error.status == 400
        etree.fromstring(fault(error.type, error.message, "x"))
        return
    assert taken.hash == message_hash(message)
    assert len(taken.client.split("/")) == 4
    assert len(taken.service.id.split("/")) == 5
    assert etree.QName(taken.envelope.wrapper).localname == taken.service.code


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_fault_is_well_formed_whatever_it_says(message: str, detail: str) -> None:
    clean = "".join(each for each in detail if each.isprintable())
    assert etree.fromstring(fault("Client.X", message, clean)).tag == f"{{{ENVELOPE}}}Envelope"


async def in_pieces(content: bytes, sizes: list[int]) -> AsyncIterator[bytes]:
    at = 0
    for size in (*sizes, len(content)):
        if at < len(content):
            yield content[at : at + size]
            at += size


async def taken_apart(content: bytes, kind: str, sizes: list[int], limit: int) -> tuple[parts.Head, bytes]:
    pieces = in_pieces(content, sizes)
    head = await parts.read_head(pieces, parts.form_of(kind), limit)
    return head, b"".join([piece async for piece in parts.rest_of(head, pieces)])


SIZES = st.lists(st.integers(1, 200), max_size=40)
ATTACHED = st.lists(st.binary(max_size=200), max_size=3)


@settings(max_examples=50, deadline=None)
@given(ATTACHED, SIZES)
def test_a_message_is_the_same_in_whatever_pieces_it_comes(attached: list[bytes], sizes: list[int]) -> None:
    message = request()
    kind, body = multipart(message, *attached, boundary="limit-7f3a")
    head, whole = asyncio.run(taken_apart(body, kind, sizes, 100_000))
    assert (head.message, whole) == (message, body)

    async def put() -> bytes:
        return b"".join([piece async for piece in parts.replaced(in_pieces(body, sizes), head, b"<other/>")])

    assert asyncio.run(put()) == body.replace(message, b"<other/>", 1)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 30), st.binary(max_size=12)), max_size=4), SIZES,
       st.one_of(st.just(""), st.text(max_size=80)))  # fmt: skip
def test_parts_are_taken_apart_or_refused(cuts: list[tuple[int, int, bytes]], sizes: list[int], kind: str) -> None:
    usual, body = multipart(b"<a/>", b"attached")
    body = mutated(body, cuts)
    try:
        head, whole = asyncio.run(taken_apart(body, kind or usual, sizes, 1000))
    except (parts.NotSoapError, BodyTooLargeError):
        return
    assert whole == body
    assert 0 < len(head.message) <= 1000


@settings(max_examples=60, deadline=None)
@given(st.one_of(CUTS, SPLICES), st.sampled_from([200, 202, 400, 404, 500]))
def test_an_answer_is_mended_or_refused(cuts: list[tuple[int, int, bytes]], status: int) -> None:
    asked = read(request())
    content = mutated(envelope(list(headers_of().values()), "<c:personDetailsResponse/>"), cuts)
    answer = Answer(status, "", ((b"Content-Type", b"text/xml"),), held(content))
    bounds = Bounds(100_000, 100_000, 100_000, Path("/nonexistent"))
    try:
        mended = asyncio.run(mend(asked, answer, bounds))
    except ProtocolError as error:
        assert error.reason in ("invalid_answer", "answer_to_another_request", "invalid_header")
        return
    root = etree.fromstring(mended.answer.body.data)
    assert root.tag == f"{{{ENVELOPE}}}Envelope"
    if mended.answer.body is not answer.body:
        assert [etree.QName(each).localname for each in root[0]][: len(asked.copied)] == list(headers_of())
