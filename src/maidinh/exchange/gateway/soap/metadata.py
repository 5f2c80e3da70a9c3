"""What the exchange answers about its SOAP services from the directory itself: their list, what is allowed, the WSDL.

Layer 6, no Django (X-Road: Service Metadata Protocol, PR-META). A directory's SOAP service is one operation, or several
under one address, each a path of one step.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime

from lxml import etree

from maidinh.exchange.directory.definition import Service
from maidinh.exchange.directory.rules import ONE, REST, Allowed, Register, matches
from maidinh.exchange.gateway import protocol
from maidinh.exchange.gateway.protocol import ProtocolError, Target
from maidinh.exchange.gateway.soap import names
from maidinh.exchange.gateway.soap.envelope import ServiceName, SoapRequest, answer_envelope, identifier_element
from maidinh.exchange.gateway.soap.wsdl import operations, published
from maidinh.exchange.gateway.soap.xml import XmlRefusedError

METHOD = "POST"


def target_of(register: Register, service: ServiceName, raw: str) -> Target:
    """The declared service that offers what the header names, and the path under which it does; or the name itself."""
    exact = register.services.get(service.id)
    if exact is not None and exact.protocol == "soap":
        return Target(exact.id, "", None, raw)
    for each in _offered_by(register, service.subsystem):
        if service.code in operations_of(each):
            return Target(each.id, f"/{service.code}", None, raw)
    return Target(service.id, "", None, raw)


def operations_of(service: Service) -> tuple[str, ...]:
    """The service codes under which a declared SOAP service is called."""
    if any(each.method == METHOD and matches(each.path, []) for each in service.methods if each.path != f"/{REST}"):
        return (service.code,)
    steps = [each.path[1:] for each in service.methods if each.method == METHOD]
    named = [each for each in steps if "/" not in each and each not in (ONE, REST)]
    if len(named) < len(steps):
        named += operations(service.wsdl or "")
    return tuple(dict.fromkeys(named))


def action_of(service: Service, code: str) -> str | None:
    """The SOAPAction that the service's WSDL gives to an operation."""
    return operations(service.wsdl).get(code) if service.wsdl else None


def informed(register: Register, request: SoapRequest, at: datetime, base: str) -> tuple[str, bytes]:
    """Content type and body of the answer to a question about services, or raise."""
    code, subsystem = request.service.code, request.service.subsystem
    if subsystem not in register.subsystems:
        raise ProtocolError(protocol.UNKNOWN_MEMBER, "unknown_member", "this subsystem is not in the directory")
    if code == names.GET_WSDL:
        return _described(register, request, base)
    found = _operations(register, subsystem)
    if code == names.ALLOWED_METHODS:
        found = (each for each in found if _allowed(register, request.client, subsystem, each[1], at))
    return "text/xml; charset=utf-8", answer_envelope(request, _methods(f"{code}Response", subsystem, found))


def wsdl_of(register: Register, subsystem: str, code: str, base: str) -> bytes:
    """The WSDL of an operation as others may see it, or raise."""
    service = register.services.get(target_of(register, ServiceName(subsystem, code, ""), "").service)
    if service is None or not service.wsdl:
        raise ProtocolError(protocol.UNKNOWN_SERVICE, "unknown_service", "there is no SOAP service of this name")
    try:
        return published(service.wsdl, base)
    except XmlRefusedError as error:
        raise ProtocolError(protocol.SERVICE_FAILED, "invalid_wsdl", f"the published WSDL: {error}") from error


def _offered_by(register: Register, subsystem: str) -> Iterator[Service]:
    return (each for each in register.services.values() if each.protocol == "soap" and each.subsystem == subsystem)


def _operations(register: Register, subsystem: str) -> Iterator[tuple[Service, str]]:
    return ((each, code) for each in _offered_by(register, subsystem) for code in operations_of(each))


def _allowed(register: Register, client: str, subsystem: str, code: str, at: datetime) -> bool:
    target = target_of(register, ServiceName(subsystem, code, ""), "")
    return isinstance(register.decide(client, target.service, METHOD, target.path, at), Allowed)


def _methods(name: str, subsystem: str, found: Iterable[tuple[Service, str]]) -> etree._Element:
    element = etree.Element(names.xroad(name), nsmap=names.PREFIXES)
    for _, code in found:
        parts = (*zip(names.CLIENT_PARTS, subsystem.split("/"), strict=True), ("serviceCode", code))
        element.append(identifier_element("service", "SERVICE", parts))
    return element


def _described(register: Register, request: SoapRequest, base: str) -> tuple[str, bytes]:
    code = (request.envelope.wrapper.findtext(names.xroad("serviceCode")) or "").strip()
    version = (request.envelope.wrapper.findtext(names.xroad("serviceVersion")) or "").strip()
    if not code:
        raise ProtocolError(names.INVALID_BODY, "invalid_body", "getWsdl needs the serviceCode that is asked about")
    document = wsdl_of(register, request.service.subsystem, code, base)
    content = etree.Element(names.xroad("getWsdlResponse"), nsmap=names.PREFIXES)
    etree.SubElement(content, names.xroad("serviceCode")).text = code
    if version:
        etree.SubElement(content, names.xroad("serviceVersion")).text = version
    return _with_attachment(answer_envelope(request, content), document)


def _with_attachment(message: bytes, document: bytes) -> tuple[str, bytes]:
    boundary = f"maidinh-{secrets.token_hex(16)}"
    part = b"--%s\r\nContent-Type: text/xml; charset=UTF-8\r\n%s\r\n%s\r\n"
    line = boundary.encode()
    body = part % (line, b"", message) + part % (line, b"Content-ID: <wsdl>\r\n", document) + b"--%s--\r\n" % line
    return f'multipart/related; type="text/xml"; boundary="{boundary}"', body
