"""A SOAP request as a declared system sends it (X-Road message protocol 4.0), and the fault that a refusal is.

Layer 6, lxml, no Django. What stands in the body is the caller's; the headers say who calls which operation.
"""

from __future__ import annotations

from lxml import etree

from maidinh.exchange.directory.definition import Service
from maidinh.exchange.interfaces.wsdl import NotXml, SoapInterface, read_xml

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
XROAD, IDENTIFIERS = "http://x-road.eu/xsd/xroad.xsd", "http://x-road.eu/xsd/identifiers"
PARTS = ("xRoadInstance", "memberClass", "memberCode", "subsystemCode", "serviceCode")
KIND = "text/xml; charset=utf-8"
VERSION = "4.0"


def operation_of(service: Service, path: str) -> str:
    """The operation that a path of a declared service stands for: a service without steps is itself one."""
    return path.strip("/") or service.code


def empty_body(service: Service, operation: str) -> bytes:
    """The operation's element with nothing in it, as the service's WSDL names it. Raises ValueError."""
    wanted = [name for name in SoapInterface(service.wsdl).requests if name[1] == operation] if service.wsdl else []
    if not wanted:
        raise ValueError(f"no WSDL says in which namespace {operation} stands")
    return bytes(etree.tostring(etree.Element(f"{{{wanted[0][0]}}}{operation}" if wanted[0][0] else operation)))


def request(client: str, service: str, body: bytes, x_road_id: str) -> bytes:
    """The envelope; `service` ends in the operation, `body` is the one element of the body. Raises NotXml."""
    root = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"s": ENVELOPE, "xrd": XROAD, "id": IDENTIFIERS})
    header = etree.SubElement(root, f"{{{ENVELOPE}}}Header")
    for name, kind, identifier in (("client", "SUBSYSTEM", client), ("service", "SERVICE", service)):
        entry = etree.SubElement(header, f"{{{XROAD}}}{name}", {f"{{{IDENTIFIERS}}}objectType": kind})
        for part, value in zip(PARTS, identifier.split("/"), strict=False):
            etree.SubElement(entry, f"{{{IDENTIFIERS}}}{part}").text = value
    for name, value in (("id", x_road_id), ("protocolVersion", VERSION)):
        etree.SubElement(header, f"{{{XROAD}}}{name}").text = value
    etree.SubElement(root, f"{{{ENVELOPE}}}Body").append(read_xml(body))
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def said_in(fault: bytes) -> str:
    """What a fault of the exchange says; empty where this is none."""
    try:
        return read_xml(fault).findtext(".//faultstring") or ""
    except NotXml:
        return ""
