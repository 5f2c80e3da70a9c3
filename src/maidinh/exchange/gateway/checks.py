"""Holding calls and answers against the published interface, and cutting answers to the contract's fields.

Layer 6, no Django. Everything is compiled once, when a directory comes into force. With `checks: refuse` what does not
fit is not let through; with `record` the verdict is only written down. What a contract does not name never passes.
Legal ground: Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15; Nghị định 47/2020/NĐ-CP (sharing for a purpose, no more).
"""

from __future__ import annotations

import asyncio
import json
import logging
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256, sha512
from typing import Any, Protocol, TypeVar

from maidinh.exchange import subjects
from maidinh.exchange.directory.definition import Contract, Directory, Service
from maidinh.exchange.directory.rules import ONE, steps_of
from maidinh.exchange.gateway import protocol
from maidinh.exchange.gateway.bodies import Body
from maidinh.exchange.gateway.forwarding import Answer
from maidinh.exchange.gateway.protocol import Header, ProtocolError
from maidinh.exchange.gateway.soap.envelope import SoapRequest
from maidinh.exchange.gateway.soap.parts import NotSoapError, place_of
from maidinh.exchange.interfaces.cutting import Kept, cut, kept_of
from maidinh.exchange.interfaces.document import DocumentUnreadable
from maidinh.exchange.interfaces.openapi import (
    Bodies,
    Interface,
    NotJson,
    Operation,
    Sent,
    Verdict,
    is_json,
    read_json,
)  # fmt: skip
from maidinh.exchange.interfaces.wsdl import NotXml, SoapInterface, cut_envelope

CHECK_LIMIT = 8 * 1024 * 1024  # a body beyond this is never held in memory as a whole, so it can't be looked at
AT_ONCE = 64 * 1024  # what is larger is looked at beside the loop, so that other calls go on
OF_THE_BYTES = frozenset(b"content-encoding content-md5 digest content-digest repr-digest".split())
Result = TypeVar("Result")
log = logging.getLogger("maidinh.gateway.checks")


@dataclass(frozen=True)
class Looked:
    """What looking at one message gave: the verdict, its body as read, the people it names."""

    verdict: Verdict
    value: Any = None
    people: frozenset[str] = frozenset()


class Checked(Protocol):
    """What of a call is looked at, and what is written into it; `path` is the contract's pattern."""

    method: str
    headers: Sequence[Header]
    forwarded: str
    request_verdict: str
    response_verdict: str
    cut: int
    people: frozenset[str]
    soap: SoapRequest | None

    @property
    def path(self) -> str: ...


class Terms:
    """One contract with all that holds for its calls, ready for use."""

    def __init__(self, contract: Contract, service: Service, interface: Interface | SoapInterface | None) -> None:
        self.contract = contract
        own = contract.timeout_seconds
        self.service = service if own is None else service.model_copy(update={"timeout_seconds": own})
        self.interface = interface
        self.refuses = contract.checks == "refuse"
        self.unreadable = interface is None and (service.openapi is not None or service.wsdl is not None)
        self.reads_headers = isinstance(interface, Interface) and any(
            each.place == "header" for operation in interface.operations for each in operation.parameters
        )
        self._plain = kept_of(None, None, contract.fields)
        self._kept: dict[tuple[str, ...], Kept] = {}
        if isinstance(interface, Interface) and contract.fields:
            for bodies in _answers(interface):
                for media in bodies.media:
                    if media.at is not None:
                        self._kept[media.at] = kept_of(interface.document, media.at, contract.fields)

    @property
    def looks(self) -> bool:
        """Whether there is anything to look at."""
        return self.interface is not None or self.unreadable or bool(self.contract.fields)

    @property
    def reads_requests(self) -> bool:
        """Whether a request has to be read: for its interface, or for the person whom its body names."""
        where = self.service.subject
        return self.interface is not None or self.unreadable or (where is not None and where.place == "body")

    def kept(self, operation: Operation | None, status: int, media_type: str) -> Kept | None:
        """What of an answer passes; None where all of it does: no fields are named, or it is a described error."""
        if not self.contract.fields:
            return None
        if isinstance(self.interface, Interface):
            bodies = operation.response(status) if operation is not None else None
            if status >= 400 and bodies is not None:
                return None
            media = bodies.of(media_type) if bodies is not None else None
            return self._kept.get(media.at, self._plain) if media is not None and media.at is not None else self._plain
        return None if status >= 400 else self._plain


def terms_of(directory: Directory) -> dict[str, Terms]:
    """The terms of every contract by its id. An interface that can't be used lets nothing through that is checked."""
    services = {each.id: each for each in directory.services}
    interfaces = {each.id: _interface(each) for each in directory.services}
    return {
        each.id: Terms(each, services[each.provider_service], interfaces[each.provider_service])
        for each in directory.contracts
    }


async def check_request(call: Checked, terms: Terms, body: Body) -> None:
    """Hold a request against the interface; raise where it does not fit and the contract wants it refused."""
    steps, query = _address(call)
    if not terms.reads_requests:
        call.people = _declared(terms.service, call, steps, query, None)
        return
    sent = await _sent(call.headers, body)
    headers = {}
    if terms.reads_headers:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in call.headers}
    looked = await _beside(body.size, lambda: _request(terms, call.method, steps, query, headers, sent))
    value = looked.value if call.soap is None else call.soap.values
    call.people = looked.people or _declared(terms.service, call, steps, query, value)
    if looked.verdict.word:
        call.request_verdict = looked.verdict.word
    if terms.refuses and looked.verdict.word and not looked.verdict.valid:
        raise ProtocolError(protocol.INVALID_REQUEST, "request_not_valid", _told(looked.verdict))


async def check_answer(call: Checked, terms: Terms, answer: Answer) -> Answer:
    """Hold an answer against the interface and leave of it what the contract names; raise where it may not pass."""
    if not terms.looks:
        return answer
    sent = await _sent(answer.headers, answer.body)
    steps, _ = _address(call)
    looked, made, count = await _beside(
        answer.body.size, lambda: _response(terms, call.method, steps, answer.status, sent)
    )
    call.people |= looked.people
    if looked.verdict.word:
        call.response_verdict = looked.verdict.word
    if terms.refuses and looked.verdict.word and not looked.verdict.valid:
        raise ProtocolError(protocol.SERVICE_FAILED, "response_not_valid", _told(looked.verdict))
    if made is None:
        raise ProtocolError(protocol.SERVICE_FAILED, "response_not_cut", "the answer can't be cut to the contract")
    call.cut = count
    if not count:
        return answer
    answer.body.close()
    kept = tuple(each for each in answer.headers if each[0].lower() not in OF_THE_BYTES)
    body = Body(len(made), sha256(made).digest(), sha512(made).digest() if made else None, made)
    return replace(answer, headers=kept, body=body)


def _interface(service: Service) -> Interface | SoapInterface | None:
    try:
        if service.openapi is not None:
            return Interface(service.openapi)
        if service.wsdl is not None:
            return SoapInterface(service.wsdl)
    except DocumentUnreadable as error:
        log.error("checks: the interface of %s can't be used: %s", service.id, error)
    return None


def _answers(interface: Interface) -> Iterable[Bodies]:
    return (bodies for operation in interface.operations for bodies in operation.responses.values())


def _request(
    terms: Terms, method: str, steps: Sequence[str], query: str | None, headers: Mapping[str, str], sent: Sent
) -> Looked:
    interface = terms.interface
    if interface is None:
        return Looked(Verdict("interface_unreadable") if terms.unreadable else Verdict(""), _value(sent))
    if isinstance(interface, SoapInterface):
        return Looked(_soap(interface, sent, answer=False))
    operation = interface.operation(method, steps)
    if operation is None:
        return Looked(Verdict("operation_not_described"))
    verdict, value = operation.check_request(steps, query, headers, sent)
    named = operation.person(steps, query)
    return Looked(verdict, value, operation.people_asked(sent.media_type, value) | ({named} if named else set()))


def _response(
    terms: Terms, method: str, steps: Sequence[str], status: int, sent: Sent
) -> tuple[Looked, bytes | None, int]:
    """What is said of an answer, the bytes that pass (None: they can't be cut), how many fields were taken out."""
    interface, operation = terms.interface, None
    looked = Looked(Verdict("interface_unreadable") if terms.unreadable else Verdict(""))
    if isinstance(interface, SoapInterface):
        looked = Looked(_soap(interface, sent, answer=True))
    elif interface is not None:
        operation = interface.operation(method, steps)
        if operation is None:
            looked = Looked(Verdict("operation_not_described"))
        else:
            verdict, value = operation.check_response(status, sent, head=method == "HEAD")
            looked = Looked(verdict, value, operation.people_told(status, sent.media_type, value))
    kept = terms.kept(operation, status, sent.media_type)
    if kept is None or sent.body == b"":
        return looked, b"", 0
    return (looked, *_cut(kept, sent, looked.value, soap=terms.service.protocol == "soap"))


def _cut(kept: Kept, sent: Sent, value: Any, *, soap: bool) -> tuple[bytes | None, int]:
    if sent.body is None:
        return None, 0
    try:
        if soap:
            start, end = place_of(sent.body, sent.media_type)
            envelope, count = cut_envelope(sent.body[start:end], kept)
            return sent.body[:start] + envelope + sent.body[end:], count
        if not is_json(sent.media_type):
            return None, 0
        left, count = cut(read_json(sent.body) if value is None else value, kept)
    except (NotJson, NotXml, NotSoapError):
        return None, 0
    if not count:
        return b"", 0  # nothing was taken out, so the answer passes as it came
    return json.dumps(left, ensure_ascii=False, separators=(",", ":")).encode(), count


def _value(sent: Sent) -> Any:
    try:
        return read_json(sent.body) if sent.body and is_json(sent.media_type) else None
    except NotJson:
        return None


def _soap(interface: SoapInterface, sent: Sent, *, answer: bool) -> Verdict:
    if sent.body is None:
        return Verdict("too_large_to_check")
    try:
        start, end = place_of(sent.body, sent.media_type)
    except NotSoapError:
        return Verdict("not_xml")
    return interface.check(sent.body[start:end], answer=answer)


async def _sent(headers: Sequence[Header], body: Body) -> Sent:
    """A message as it is looked at: unpacked, and not read where it is too large or packed as only its ends know."""
    kinds, packings = _values(headers, b"content-type"), _values(headers, b"content-encoding")
    kind, packed = ", ".join(kinds), ", ".join(packings).strip().lower() or "identity"
    if body.size == 0:
        return Sent(kind, b"")
    if body.size > CHECK_LIMIT:
        return Sent(kind, None)
    data = body.data if body.file is None else b"".join([piece async for piece in body.pieces()])
    if packed == "identity":
        return Sent(kind, data)
    return Sent(kind, await asyncio.to_thread(_unpacked, data) if packed in ("gzip", "x-gzip", "deflate") else None)


def _values(headers: Sequence[Header], name: bytes) -> list[str]:
    """All values of a header: of two that differ each end might believe another, so together they are neither."""
    length = len(name)
    found = (value.decode("latin-1") for key, value in headers if len(key) == length and key.lower() == name)
    return list(dict.fromkeys(found))


def _unpacked(data: bytes) -> bytes | None:
    unpacking = zlib.decompressobj(wbits=47)
    try:
        made = unpacking.decompress(data, CHECK_LIMIT)
    except zlib.error:
        return None
    return made if unpacking.eof and not unpacking.unused_data else None


async def _beside(size: int, work: Callable[[], Result]) -> Result:
    return work() if size <= AT_ONCE else await asyncio.to_thread(work)


def _address(call: Checked) -> tuple[list[str], str | None]:
    path, mark, query = call.forwarded.partition("?")
    return steps_of(path) or [], query if mark else None


def _told(verdict: Verdict) -> str:
    return f"{verdict.word} at {verdict.place}" if verdict.place else verdict.word


def _declared(service: Service, call: Checked, steps: Sequence[str], query: str | None, value: Any) -> frozenset[str]:
    """The person whom the call names where the architecture says, for services whose interface marks nobody."""
    where = service.subject
    if where is None:
        return frozenset()
    pattern = call.path[1:].split("/")
    open_steps = [have for want, have in zip(pattern, steps, strict=False) if want == ONE]
    found = subjects.named(where.place, where.name, open_steps, query, value)
    return frozenset({found} if found else ())
