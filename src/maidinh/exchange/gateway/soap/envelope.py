"""A SOAP request as the exchange reads it, and the envelopes that the exchange writes itself.

Layer 6, no Django. The headers say who calls what; the body's wrapper must be the service that they name, or a caller
could be allowed one operation and have another carried out.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from urllib.parse import quote

from lxml import etree

from maidinh.exchange.gateway import protocol
from maidinh.exchange.gateway.protocol import ProtocolError
from maidinh.exchange.gateway.soap import names
from maidinh.exchange.gateway.soap.xml import XmlRefusedError, parse, written

VERSION = re.compile(r"4\.\d{1,3}")
ONCE = ("client", "service", "id", "userId", "issue", "protocolVersion")
REQUIRED = ("client", "service", "id", "protocolVersion")
TEXT_LIMIT = 255
SMALL = 64 * 1024  # bytes of a message that are read at once


@dataclass(frozen=True)
class Envelope:
    """An envelope taken apart; `headers` are the entries of its header in their order."""

    root: etree._Element
    header: etree._Element | None
    headers: tuple[etree._Element, ...]
    contents: tuple[etree._Element, ...]

    @property
    def wrapper(self) -> etree._Element:
        """The one element in the body, named as the operation; or raise."""
        if len(self.contents) != 1:
            raise ProtocolError(names.INVALID_BODY, "invalid_body", "the Body must have exactly one element")
        return self.contents[0]

    @property
    def fault(self) -> bool:
        """Whether it says that something went wrong."""
        return bool(self.wrapper.tag == names.soap("Fault"))


@dataclass(frozen=True)
class ServiceName:
    """What the header `service` names. Its version is no part of any right to use it."""

    subsystem: str
    code: str
    version: str

    @property
    def id(self) -> str:
        """Subsystem and code."""
        return f"{self.subsystem}/{self.code}"

    @property
    def metaservice(self) -> bool:
        """Whether the exchange answers it itself."""
        return self.code in names.METASERVICES


@dataclass(frozen=True)
class SoapRequest:
    """A request that keeps to the protocol."""

    client: str
    service: ServiceName
    x_road_id: str
    represented: str
    envelope: Envelope
    hash: str

    @property
    def copied(self) -> tuple[etree._Element, ...]:
        """The headers that an answer must bear in the same order."""
        return tuple(each for each in self.envelope.headers if exchanged(each))

    @property
    def values(self) -> dict[str, str]:
        """What the operation is asked with: the texts of the wrapper's innermost elements, by their names."""
        found: dict[str, str] = {}
        for each in self.envelope.wrapper.iterdescendants(etree.Element):
            if not len(each):
                found.setdefault(etree.QName(each).localname, _text(each))
        return found

    @property
    def actions(self) -> tuple[str, ...]:
        """What WS-Addressing asks for besides."""
        wanted = {f"{{{namespace}}}Action" for namespace in names.ADDRESSING}
        return tuple((each.text or "").strip() for each in self.envelope.headers if each.tag in wanted)


def message_hash(message: bytes) -> str:
    """The protocol's hash of a request: over the message's own bytes, without attachments."""
    return base64.b64encode(hashlib.sha512(message).digest()).decode("ascii")


def exchanged(entry: etree._Element) -> bool:
    """Whether a header's entry is one of the exchange's that an answer repeats."""
    namespace, name = etree.QName(entry).namespace, etree.QName(entry).localname
    return namespace in (names.XROAD, names.REPRESENTATION) and name != "requestHash"


def read_envelope(message: bytes) -> Envelope:
    """Take a SOAP 1.1 envelope apart or raise the protocol's error."""
    try:
        root = parse(message)
    except XmlRefusedError as error:
        raise ProtocolError(names.INVALID_SOAP, "invalid_xml", str(error)) from error
    if root.tag != names.soap("Envelope"):
        raise _invalid("expected an Envelope of SOAP 1.1")
    children = list(root.iterchildren(tag=etree.Element))
    headers = [each for each in children if each.tag == names.soap("Header")]
    if [each.tag for each in children] != [names.soap("Header")] * len(headers) + [names.soap("Body")] or headers[1:]:
        raise _invalid("an envelope has at most one Header and then one Body")
    contents = tuple(children[-1].iterchildren(tag=etree.Element))
    header = headers[0] if headers else None
    entries = () if header is None else tuple(header.iterchildren(tag=etree.Element))
    return Envelope(root, header, entries, contents)


async def take_apart(message: bytes) -> Envelope:
    """The same beside the other calls, which need not wait for a large message."""
    return read_envelope(message) if len(message) <= SMALL else await asyncio.to_thread(read_envelope, message)


def read_service(envelope: Envelope) -> ServiceName:
    """The service that is asked for; read first, so that the record can name it whatever else is wrong."""
    entry = _single(envelope, "service")
    if entry is None:
        raise ProtocolError(protocol.MISSING_HEADER, "missing_service", "the header service is missing")
    parts = _parts(entry, names.SERVICE_PARTS, "SERVICE", names.INVALID_SERVICE, "invalid_identifier")
    version = entry.findtext(names.identifier(names.VERSION_PART)) or ""
    return ServiceName("/".join(parts[:4]), parts[4], version.strip()[:TEXT_LIMIT])


def read_request(envelope: Envelope, service: ServiceName, message: bytes) -> SoapRequest:
    """Read the rest of the headers, or raise the protocol's error."""
    entries = {name: _single(envelope, name) for name in ONCE}
    for name in REQUIRED:
        if entries[name] is None:
            reason = "missing_client" if name == "client" else "missing_header"
            raise ProtocolError(protocol.MISSING_HEADER, reason, f"the header {name} is missing")
    texts = {name: _text(entry) for name, entry in entries.items() if entry is not None and not len(entry)}
    if not VERSION.fullmatch(texts.get("protocolVersion", "")):
        raise ProtocolError(names.INVALID_VERSION, "invalid_version", "expected protocolVersion 4.0")
    for name, text in texts.items():
        if len(text) > TEXT_LIMIT or not text.isprintable():
            raise _header(f"the header {name} is not readable or too long")
    if not protocol.VISIBLE.fullmatch(texts.get("id", "")):
        raise _header("the header id must be 1 to 255 visible characters of ASCII")
    client = entries["client"]
    parts = (
        ()
        if client is None
        else _parts(client, names.CLIENT_PARTS, "SUBSYSTEM", protocol.INVALID_CLIENT, "invalid_client")
    )
    _check_wrapper(envelope, service)
    return SoapRequest(
        client="/".join(parts),
        service=service,
        x_road_id=texts["id"],
        represented=_represented(envelope),
        envelope=envelope,
        hash=message_hash(message),
    )


def answer_envelope(request: SoapRequest, content: etree._Element) -> bytes:
    """An answer of the exchange's own to a request: its headers repeated, the hash added, this in the body."""
    root = etree.Element(names.soap("Envelope"), nsmap=names.PREFIXES)
    root.append(answer_header(request, ()))
    etree.SubElement(root, names.soap("Body")).append(content)
    return written(root)


def answer_header(request: SoapRequest, others: Iterable[etree._Element]) -> etree._Element:
    """The header of an answer: the request's own in their order, its hash, then what the service adds of its own."""
    header = etree.Element(names.soap("Header"), nsmap=names.PREFIXES)
    for entry in request.copied:
        header.append(_copy(entry))
    made = etree.SubElement(header, names.xroad("requestHash"), {"algorithmId": names.SHA512})
    made.text = request.hash
    for entry in others:
        header.append(_copy(entry))
    return header


def fault(type: str, message: str, detail: str) -> bytes:
    """The protocol's error as a fault of SOAP 1.1; `detail` is the id to ask about."""
    root = etree.Element(names.soap("Envelope"), nsmap={"soapenv": names.ENVELOPE, "xroad": names.XROAD})
    body = etree.SubElement(etree.SubElement(root, names.soap("Body")), names.soap("Fault"))
    for name, text in (("faultcode", type), ("faultstring", message), ("faultactor", "")):
        etree.SubElement(body, name).text = protocol.NOT_OF_XML.sub("?", text)
    etree.SubElement(etree.SubElement(body, "detail"), names.xroad("faultDetail")).text = detail
    return written(root)


def identifier_element(name: str, object_type: str, parts: Sequence[tuple[str, str]]) -> etree._Element:
    """An identifier as the protocol's headers and metadata have it."""
    element = etree.Element(names.xroad(name), {names.identifier("objectType"): object_type}, nsmap=names.PREFIXES)
    for part, text in parts:
        etree.SubElement(element, names.identifier(part)).text = text
    return element


def _copy(entry: etree._Element) -> etree._Element:
    copied = deepcopy(entry)
    copied.tail = None
    return copied


def _single(envelope: Envelope, name: str) -> etree._Element | None:
    found = [each for each in envelope.headers if each.tag == names.xroad(name)]
    if len(found) > 1:
        raise ProtocolError(names.DUPLICATE_HEADER, "invalid_header", f"the header {name} stands there twice")
    return found[0] if found else None


def _parts(
    entry: etree._Element, wanted: tuple[str, ...], object_type: str, error: str, reason: str
) -> tuple[str, ...]:
    name = etree.QName(entry).localname
    if entry.get(names.identifier("objectType")) != object_type:
        raise ProtocolError(error, reason, f"the header {name} must have id:objectType {object_type}")
    children = list(entry.iterchildren(tag=etree.Element))
    tags = [each.tag for each in children]
    known = [names.identifier(each) for each in (*wanted, *([names.VERSION_PART] if object_type == "SERVICE" else []))]
    if len(set(tags)) != len(tags) or any(tag not in known for tag in tags):
        raise ProtocolError(error, reason, f"the header {name} has a part twice or one that the protocol doesn't know")
    texts = {each.tag: _text(each) for each in children}
    missing = [each for each in wanted if not texts.get(names.identifier(each))]
    if missing:
        raise ProtocolError(error, reason, f"the header {name} lacks {', '.join(missing)}")
    try:
        return tuple(protocol.decode_part(quote(texts[names.identifier(each)], safe="")) for each in wanted)
    except ProtocolError as refused:
        raise ProtocolError(error, reason, f"the header {name} holds characters that are not allowed") from refused


def _represented(envelope: Envelope) -> str:
    tag = f"{{{names.REPRESENTATION}}}"
    found = [each for each in envelope.headers if each.tag == tag + "representedParty"]
    if not found:
        return ""
    parts = [_text(each) for each in found[0].iterchildren(tag + "partyClass", tag + "partyCode")]
    text = "/".join(part for part in parts if part)
    if len(found) > 1 or not protocol.VISIBLE.fullmatch(text) or len(parts) > 2 or any("/" in each for each in parts):
        raise _header("the header representedParty is repeated or not readable")
    return text


def _check_wrapper(envelope: Envelope, service: ServiceName) -> None:
    wrapper = etree.QName(envelope.wrapper)
    if wrapper.localname != service.code:
        text = f"the Body holds {wrapper.localname[:100]}, but the header service names {service.code}"
        raise ProtocolError(names.INVALID_BODY, "invalid_body", text)
    if service.metaservice and wrapper.namespace != names.XROAD:
        raise ProtocolError(
            names.INVALID_BODY, "invalid_body", f"{service.code} belongs to the namespace {names.XROAD}"
        )


def _text(entry: etree._Element) -> str:
    return (entry.text or "").strip()


def _invalid(text: str) -> ProtocolError:
    return ProtocolError(names.INVALID_SOAP, "invalid_envelope", text)


def _header(text: str) -> ProtocolError:
    return ProtocolError(protocol.INVALID_REQUEST, "invalid_header", text)
