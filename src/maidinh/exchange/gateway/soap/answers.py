"""A service's answer to a SOAP request, brought into the protocol's form before it goes back.

Layer 6, no Django. The headers of the answer are the request's own, in the request's order, with the request's hash;
services that reorder or drop them are common, so that is a warning in the record and no failure. An answer that names
another client, service or id is the answer to another request and goes to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from maidinh.exchange.gateway import protocol
from maidinh.exchange.gateway.bodies import BodyNotKeptError, BodyTooLargeError, receive
from maidinh.exchange.gateway.forwarding import Answer
from maidinh.exchange.gateway.protocol import Header, ProtocolError
from maidinh.exchange.gateway.settings import GatewaySettings
from maidinh.exchange.gateway.soap import names
from maidinh.exchange.gateway.soap.envelope import Envelope, SoapRequest, answer_header, exchanged, take_apart
from maidinh.exchange.gateway.soap.parts import NotSoapError, form_of, read_head, replaced
from maidinh.exchange.gateway.soap.xml import written

STATUSES = (200, 500)
DECISIVE = ("client", "service", "id")  # whose values say whose answer it is
REORDERED, CHANGED, MISSING, NAMESPACE, STATUS = (
    "headers_reordered", "headers_changed", "headers_missing", "body_in_another_namespace", "fault_with_another_status",
)  # fmt: skip


@dataclass(frozen=True)
class Bounds:
    """How much of an answer is read, and where what is large waits."""

    envelope: int
    body: int
    memory: int
    folder: Path

    @classmethod
    def of(cls, settings: GatewaySettings) -> Bounds:
        """Those of a gateway."""
        return cls(settings.envelope_limit, settings.body_limit, settings.memory_limit, settings.home.gateway)


@dataclass(frozen=True)
class Mended:
    """The answer as it goes back, and what the service did otherwise than the protocol has it."""

    answer: Answer
    warnings: tuple[str, ...]


async def mend(request: SoapRequest, answer: Answer, bounds: Bounds) -> Mended:
    """Bring the answer into form, or raise where it is none."""
    try:
        mended = await _mended(request, answer, bounds)
    except BaseException:
        answer.body.close()
        raise
    if mended.answer.body is not answer.body:
        answer.body.close()
    return mended


async def _mended(request: SoapRequest, answer: Answer, bounds: Bounds) -> Mended:
    try:
        form = form_of(_header(answer.headers, b"content-type"))
        if _header(answer.headers, b"content-encoding").lower() not in ("", "identity"):
            raise NotSoapError("it is compressed, which was not asked for")
        head = await read_head(answer.body.pieces(), form, bounds.envelope)
        envelope = await take_apart(head.message)
        fault = envelope.fault
        if answer.status not in STATUSES and not fault:
            raise NotSoapError(f"its status is {answer.status}")
    except NotSoapError as error:
        raise _no_answer(str(error)) from error
    except ProtocolError as error:
        raise _no_answer(error.message) from error
    except BodyTooLargeError as error:
        raise ProtocolError(
            protocol.SERVICE_FAILED, "response_too_large", "the answer's envelope is too large"
        ) from error
    if fault:
        return Mended(answer, () if answer.status in STATUSES else (STATUS,))
    warnings = _compare(request, envelope)
    message = _with_headers(request, envelope)
    pieces, limit = replaced(answer.body.pieces(), head, message), bounds.body + len(message)
    try:
        body = await receive(pieces, limit=limit, memory=bounds.memory, folder=bounds.folder)
    except BodyNotKeptError as error:
        raise ProtocolError(protocol.INTERNAL, "no_room", "the service's answer could not be kept here") from error
    return Mended(replace(answer, body=body), warnings)


def _with_headers(request: SoapRequest, envelope: Envelope) -> bytes:
    others = [
        each for each in envelope.headers if not exchanged(each) and each.tag != names.xroad("requestHash")
    ]  # fmt: skip
    header = answer_header(request, others)
    if envelope.header is None:
        envelope.root.insert(0, header)
    else:
        envelope.root.replace(envelope.header, header)
    return written(envelope.root)


def _compare(request: SoapRequest, envelope: Envelope) -> tuple[str, ...]:
    wanted = {each.tag: _meaning(each) for each in request.copied}
    found = {each.tag: _meaning(each) for each in envelope.headers if exchanged(each)}
    for name in DECISIVE:
        tag = names.xroad(name)
        if tag in found and found[tag] != wanted[tag]:
            raise ProtocolError(
                protocol.SERVICE_FAILED,
                "answer_to_another_request",
                f"the answer bears another {name} than the request",
            )
    warnings = []
    if wanted.keys() - found.keys():
        warnings.append(MISSING)
    if any(tag not in wanted or found[tag] != wanted[tag] for tag in found):
        warnings.append(CHANGED)
    if [tag for tag in wanted if tag in found] != [tag for tag in found if tag in wanted]:
        warnings.append(REORDERED)
    if etree.QName(envelope.wrapper).namespace != etree.QName(request.envelope.wrapper).namespace:
        warnings.append(NAMESPACE)
    return tuple(warnings)


def _meaning(entry: etree._Element) -> tuple[str, frozenset[tuple[str, str]]]:
    """A header's value without the order and the white space in which it is written."""
    parts = frozenset((str(each.tag), (each.text or "").strip()) for each in entry.iterchildren(tag=etree.Element))
    return ("" if parts else (entry.text or "").strip()), parts


def _header(headers: tuple[Header, ...], name: bytes) -> str:
    return ", ".join(value.decode("latin-1") for key, value in headers if key.lower() == name).strip()


def _no_answer(text: str) -> ProtocolError:
    return ProtocolError(protocol.SERVICE_FAILED, "invalid_answer", f"the service's answer is no SOAP answer: {text}")
