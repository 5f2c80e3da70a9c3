"""SOAP envelopes: taken apart, held against a WSDL, cut, answered; and what a service makes of one.

An input is an envelope, or a request's and an answer's with a line of two dashes between them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from maidinh.exchange.gateway.bodies import held
from maidinh.exchange.gateway.forwarding import Answer
from maidinh.exchange.gateway.protocol import ProtocolError
from maidinh.exchange.gateway.soap import names
from maidinh.exchange.gateway.soap.answers import Bounds, mend
from maidinh.exchange.gateway.soap.envelope import (
    SoapRequest,
    answer_envelope,
    read_envelope,
    read_request,
    read_service,
)
from maidinh.exchange.gateway.soap.xml import parse
from maidinh.exchange.interfaces.cutting import kept_of
from maidinh.exchange.interfaces.wsdl import NotXml, SoapInterface, cut_envelope
from tests.exchange.soap_world import CIVIL, DETAILS, envelope, headers_of, request, wsdl_for
from tests.security.fuzzing.targets import Run

BETWEEN = b"\n--\n"
BOUNDS = Bounds(envelope=100_000, body=100_000, memory=200_000, folder=Path())
XML = ((b"content-type", b"text/xml; charset=utf-8"),)


def seeds() -> Sequence[bytes]:
    """Requests and answers that are taken."""
    answer = envelope(list(headers_of().values()), "<c:personDetailsResponse><name>A</name></c:personDetailsResponse>")
    fault = envelope([], "<s:Fault><faultcode>s:Server</faultcode><faultstring>x</faultstring></s:Fault>")
    return [
        request(), request(CIVIL), request(f"{CIVIL.rpartition('/')[0]}/listMethods"), answer, fault,
        request(DETAILS) + BETWEEN + answer, request(DETAILS) + BETWEEN + fault,
    ]  # fmt: skip


def ready() -> Run:
    """One envelope, or two."""
    interface = SoapInterface(wsdl_for("personDetails"))
    kept = kept_of(None, None, ["name"])

    def run(data: bytes) -> None:
        asked, _, answered = data.partition(BETWEEN)
        read = _request(asked)
        for answer in (False, True):
            assert isinstance(interface.check(asked, answer=answer).word, str)
        try:
            cut, count = cut_envelope(answered or asked, kept)
        except NotXml:
            pass
        else:
            assert (cut == (answered or asked)) == (count == 0)
        if read is not None and answered:
            _answer(read, answered)

    return run


def _request(message: bytes) -> SoapRequest | None:
    try:
        taken = read_envelope(message)
        service = read_service(taken)
        read = read_request(taken, service, message)
    except ProtocolError as error:
        assert error.status in (400, 500)
        assert error.reason != "internal_error"
        return None
    assert len(read.client.split("/")) == 4
    assert len(service.id.split("/")) == 5
    assert all(isinstance(each, str) for each in (*read.values, *read.actions, read.represented))
    made = answer_envelope(read, parse(b"<a/>"))
    repeated = read_envelope(made).headers
    assert [each.tag for each in repeated] == [*(each.tag for each in read.copied), names.xroad("requestHash")]
    return read


def _answer(read: SoapRequest, answered: bytes) -> None:
    try:
        mended = asyncio.run(mend(read, Answer(200, "OK", XML, held(answered)), BOUNDS))
    except ProtocolError as error:
        assert error.reason in ("invalid_answer", "answer_to_another_request", "response_too_large", "invalid_body")
        return
    back = read_envelope(mended.answer.body.data)
    if not back.fault:
        assert [each.tag for each in back.headers][: len(read.copied)] == [each.tag for each in read.copied]
