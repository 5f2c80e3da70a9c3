"""SOAP calls at the gateway: recognised, taken apart, admitted before their attachments are read, and answered.

Layer 6, no Django. A request may come in the form in which a client speaks to a proxy. What others need to know of a
service, its WSDL and the protocol's schemas, is given to whoever asks, as the list of members is.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs

from aiohttp import web

from maidinh.exchange.gateway import protocol
from maidinh.exchange.gateway.bodies import PIECE, Body, held
from maidinh.exchange.gateway.call import Call
from maidinh.exchange.gateway.directory import DirectoryKeeper
from maidinh.exchange.gateway.forwarding import Answer
from maidinh.exchange.gateway.mediation import Mediator
from maidinh.exchange.gateway.protocol import ErrorForm, Header, ProtocolError
from maidinh.exchange.gateway.settings import GatewaySettings
from maidinh.exchange.gateway.soap import names
from maidinh.exchange.gateway.soap.envelope import SoapRequest, fault, read_request, read_service, take_apart
from maidinh.exchange.gateway.soap.metadata import METHOD, action_of, informed, target_of, wsdl_of
from maidinh.exchange.gateway.soap.parts import PLAIN, RELATED, Form, NotSoapError, form_of, read_head, rest_of
from maidinh.exchange.gateway.soap.wsdl import schema_copy

HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]{1,255}")
KINDS = (*PLAIN, RELATED, "application/soap+xml", "application/xop+xml")
WSDL_PATH = "/wsdl"
# Headers that say what only the envelope may say, or that would have the answer come in a form that is not read.
NOT_SENT_ON = (b"x-road-", b"soapaction", b"accept-encoding")


@dataclass(frozen=True)
class Document:
    """An answer to whoever asks for a document."""

    status: int
    kind: str
    content: bytes


def base_of(request: web.BaseRequest) -> str:
    """Where the caller reaches this gateway: the name it used, or the address where it spoke to us as to a proxy."""
    host = request.headers.get("Host", "")
    if protocol.ABSOLUTE.fullmatch(request.raw_path) or not HOST.fullmatch(host):
        name = request.transport.get_extra_info("sockname") if request.transport else None
        address, port = (name or ("localhost", 0))[:2]
        host = f"[{address}]:{port}" if ":" in str(address) else f"{address}:{port}"
    return f"{request.scheme}://{host}"


def spoken(method: str, raw: str, headers: Iterable[Header]) -> bool:
    """Whether a request is meant as SOAP."""
    kind = _value(headers, b"content-type").partition(";")[0].strip().lower()
    return method == METHOD and not raw.startswith("/r1/") and kind in KINDS


def refusal(error: ProtocolError, detail: str, form: ErrorForm) -> tuple[int, str, bytes]:
    """Status, content type and body of a fault: SOAP over HTTP says 500 whoever is to blame."""
    return 500, "text/xml; charset=utf-8", fault(error.spelled(form), error.message, detail)


class SoapCalls:
    """The SOAP side of one gateway."""

    def __init__(self, settings: GatewaySettings, keeper: DirectoryKeeper, mediator: Mediator) -> None:
        self._settings = settings
        self._keeper = keeper
        self._mediator = mediator

    async def admitting(self, call: Call, request: web.BaseRequest) -> AsyncIterator[bytes]:
        """The body as it comes in; the call is admitted, or refused, once its message is there."""
        content: AsyncIterator[bytes] = request.content.iter_chunked(PIECE)
        try:
            form = self._form(call)
            head = await read_head(content, form, self._settings.envelope_limit)
            await self._admit(call, head.message)
            async for piece in rest_of(head, content):
                yield piece
        except NotSoapError as error:
            kind = names.INVALID_SOAP if call.soap else names.INVALID_CONTENT
            raise ProtocolError(kind, "invalid_message", str(error)) from error

    async def answer(self, call: Call, body: Body, base: str) -> Answer:
        """Answer an admitted call: from the service, or from the directory where it asks about services."""
        if call.admitted is not None:
            return await self._mediator.carry(call, call.admitted, body)
        snapshot, request = call.snapshot, call.soap
        if snapshot is None or request is None:
            raise ProtocolError(protocol.OUTDATED, "no_directory")

        kind, content = informed(snapshot.register, request, call.started_at, base)

        async def from_directory() -> Answer:
            return Answer(200, "OK", ((b"Content-Type", kind.encode()),), held(content))

        return await self._mediator.inform(call, body, from_directory)

    def document(self, method: str, raw: str) -> Document | None:
        """A WSDL or a schema that is asked for, or None where something else is."""
        path, _, query = raw.partition("?")
        schema = schema_copy(path)
        if method != "GET" or (schema is None and path != WSDL_PATH):
            return None
        if schema is not None:
            return Document(200, "text/xml; charset=utf-8", schema)
        asked = parse_qs(query)
        parts = [asked.get(name, [""])[0] for name in names.SERVICE_PARTS]
        if not all(parts) or self._keeper.snapshot is None:
            text = f"expected /wsdl?{'&'.join(f'{name}=...' for name in names.SERVICE_PARTS)}"
            return Document(400, "text/plain; charset=utf-8", text.encode())
        try:
            content = wsdl_of(self._keeper.snapshot.register, "/".join(parts[:4]), parts[4], "")
        except ProtocolError as error:
            return Document(404, "text/plain; charset=utf-8", error.message.encode())
        return Document(200, "text/xml; charset=utf-8", content)

    def _form(self, call: Call) -> Form:
        if len([1 for name, _ in call.headers if name.lower() == b"content-type"]) != 1:
            raise NotSoapError("the content type must stand there once")
        if _value(call.headers, b"content-encoding").lower() not in ("", "identity"):
            raise NotSoapError("a compressed message is not read")
        return form_of(_value(call.headers, b"content-type"))

    async def _admit(self, call: Call, message: bytes) -> None:
        call.snapshot = self._keeper.snapshot
        envelope = await take_apart(message)
        service = read_service(envelope)
        call.service = service.id
        request = call.soap = read_request(envelope, service, message)
        call.client, call.x_road_id, call.represented = request.client, request.x_road_id, request.represented
        self._mediator.recognise(call)
        if service.metaservice or call.snapshot is None:
            return
        target = target_of(call.snapshot.register, service, call.raw)
        call.service, call.forwarded = target.service, target.forwarded
        admitted = self._mediator.allow(call, target)
        call.forwarded = ""  # the operation is in the envelope; the address is the service's own
        action = _action(call, request, action_of(admitted.allowed.service, service.code))
        call.kept = self._kept(call, action)

    def _kept(self, call: Call, action: str) -> tuple[Header, ...]:
        kept = tuple(
            header
            for header in call.headers
            if header[0].lower() not in protocol.REQUEST_DROPPED and not header[0].lower().startswith(NOT_SENT_ON)
        )
        try:
            b"\n".join(value for _, value in kept).decode("utf-8")
        except UnicodeDecodeError as error:
            text = "a header holds bytes that are not UTF-8"
            raise ProtocolError(protocol.INVALID_REQUEST, "invalid_header", text) from error
        return (
            *kept,
            (b"SOAPAction", f'"{action}"'.encode()),
            (b"Accept-Encoding", b"identity"),
            (b"x-road-client", protocol.encode_identifier(call.client).encode()),
            (b"x-road-id", call.x_road_id.encode()),
            (b"x-road-request-id", str(call.id).encode()),
        )


def _action(call: Call, request: SoapRequest, declared: str | None) -> str:
    """The SOAPAction to send on. One for another operation is refused: a service may go by it and not by the body."""
    given = _value(call.headers, b"soapaction").removeprefix('"').removesuffix('"')
    for asked in (given, *request.actions):
        last = re.split(r"[/#:]", asked)[-1]
        if asked and asked != declared and (last != request.service.code or (declared and asked is not given)):
            text = f"the SOAPAction names another operation than {request.service.code}"
            raise ProtocolError(names.INVALID_SOAP, "wrong_action", text)
    return given if declared is None else declared


def _value(headers: Iterable[Header], name: bytes) -> str:
    return ", ".join(v.decode("latin-1") for k, v in headers if k.lower() == name).strip()
