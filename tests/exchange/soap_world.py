"""SOAP in the tests' province: services with a WSDL, envelopes as a client writes them, a provider that answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from aiohttp import web
from lxml import etree

INSTANCE = "MAU"
PORTAL, REGISTER = f"{INSTANCE}/GOV/AG1/PORTAL", f"{INSTANCE}/GOV/AG2/POPULATION"
DETAILS, CIVIL = f"{REGISTER}/personDetails", f"{REGISTER}/civil"
NAMESPACE = "http://register.example/civil"
XROAD, IDENTIFIERS = "http://x-road.eu/xsd/xroad.xsd", "http://x-road.eu/xsd/identifiers"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
BODY = web.RequestKey("body", bytes)  # what the provider was sent
HEADERS = ("client", "service", "userId", "id", "protocolVersion")


def wsdl_for(*operations: str, address: str = "http://10.1.2.3/inside") -> str:
    """A WSDL, document/literal wrapped, with the protocol's five headers."""
    schema = "".join(
        f'<xsd:element name="{each}{end}"><xsd:complexType><xsd:sequence>'
        + "".join(f'<xsd:element name="{name}" type="xsd:string" minOccurs="0"/>' for name in inner)
        + "</xsd:sequence></xsd:complexType></xsd:element>"
        for each in operations
        for end, inner in (("", ("number",)), ("Response", ("name", "born")))
    )
    messages = "".join(
        f'<message name="{each}{end}"><part name="body" element="tns:{each}{end}"/></message>'
        for each in operations
        for end in ("", "Response")
    )
    headers = "".join(f'<part name="{each}" element="xroad:{each}"/>' for each in HEADERS)
    ports = "".join(
        f'<operation name="{each}"><input message="tns:{each}"/><output message="tns:{each}Response"/></operation>'
        for each in operations
    )
    parts = '<soap:body parts="body" use="literal"/>' + "".join(
        f'<soap:header message="tns:headers" part="{each}" use="literal"/>' for each in HEADERS
    )
    bound = "".join(
        f'<operation name="{each}"><soap:operation soapAction="urn:civil:{each}" style="document"/>'
        f"<input>{parts}</input><output>{parts}</output></operation>"
        for each in operations
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
  xmlns:tns="{NAMESPACE}" xmlns:xroad="{XROAD}" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
  targetNamespace="{NAMESPACE}">
  <types><xsd:schema targetNamespace="{NAMESPACE}">
    <xsd:import namespace="{XROAD}" schemaLocation="http://x-road.eu/xsd/xroad.xsd"/>{schema}
  </xsd:schema></types>
  <message name="headers">{headers}</message>{messages}
  <portType name="civil">{ports}</portType>
  <binding name="civil" type="tns:civil">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>{bound}
  </binding>
  <service name="civil"><port name="civil" binding="tns:civil"><soap:address location="{address}"/></port></service>
</definitions>"""


def soap_services(base: str) -> list[dict[str, Any]]:
    """One service that is one operation, and one with several."""
    shared = {"protocol": "soap", "url": f"{base}/soap", "networks": ["127.0.0.0/8"], "timeout_seconds": 5}
    several = [{"method": "POST", "path": f"/{each}"} for each in ("birthDetails", "deathDetails")]
    return [
        {"id": DETAILS, "methods": [{"method": "POST", "path": "/"}], "wsdl": wsdl_for("personDetails"), **shared},
        {"id": CIVIL, "methods": several, "wsdl": wsdl_for("birthDetails", "deathDetails"), **shared},
    ]


def identifier(name: str, object_type: str, value: str) -> str:
    """A header with an identifier."""
    parts = zip(
        ("xRoadInstance", "memberClass", "memberCode", "subsystemCode", "serviceCode"), value.split("/"), strict=False
    )
    inner = "".join(f"<id:{part}>{escape(text)}</id:{part}>" for part, text in parts)
    return f'<x:{name} id:objectType="{object_type}">{inner}</x:{name}>'


def headers_of(
    service: str = DETAILS, *, client: str = PORTAL, x_road_id: str = "req-1", **changes: str
) -> dict[str, str]:
    """The headers of a request, each as XML."""
    return {
        "client": identifier("client", "SUBSYSTEM", client),
        "service": identifier("service", "SERVICE", service),
        "id": f"<x:id>{x_road_id}</x:id>",
        "userId": "<x:userId>VN-079</x:userId>",
        "issue": "<x:issue>H-1</x:issue>",
        "protocolVersion": "<x:protocolVersion>4.0</x:protocolVersion>",
    } | changes


def envelope(headers: Sequence[str], body: str) -> bytes:
    """A whole envelope; the prefix x is the protocol's, id the identifiers', c the register's own."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{ENVELOPE}" xmlns:x="{XROAD}"'
        f' xmlns:id="{IDENTIFIERS}" xmlns:c="{NAMESPACE}"><s:Header>{"".join(headers)}</s:Header>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def request(service: str = DETAILS, body: str = "", **changes: str) -> bytes:
    """A request for a person's details, or for another operation."""
    code = service.rpartition("/")[2]
    return envelope(list(headers_of(service, **changes).values()), body or f"<c:{code}><number>079</number></c:{code}>")


def multipart(message: bytes, *attachments: bytes, boundary: str = "b0", start: str = "<root>") -> tuple[str, bytes]:
    """Content type and body with attachments."""
    parts = [b"Content-Type: text/xml; charset=UTF-8\r\nContent-ID: %s\r\n\r\n%s" % (start.encode(), message)]
    parts += [
        b"Content-Type: application/octet-stream\r\nContent-ID: <a%d>\r\n\r\n%s" % each
        for each in enumerate(attachments)
    ]
    line = b"--" + boundary.encode()
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
    return f'multipart/related; type="text/xml"; start="{start}"; boundary={boundary}', body


def entries(content: bytes) -> list[etree._Element]:
    """The entries of an answer's header."""
    header = etree.fromstring(content).find(f"{{{ENVELOPE}}}Header")
    return [] if header is None else list(header)


def names_of(content: bytes) -> list[str]:
    """Their names in order."""
    return [etree.QName(each).localname for each in entries(content)]


async def answering(
    asked: web.BaseRequest, order: Sequence[int] = (), *, without: Sequence[str] = (), prefix: str = "c:"
) -> web.StreamResponse:
    """The usual answer: the request's headers copied, in another order where a test wants it."""
    found = re.search(rb"<([\w-]+):Envelope.*</\1:Envelope>", asked[BODY], re.DOTALL)
    root = etree.fromstring(found[0] if found else b"")
    found = [each for each in root[0] if etree.QName(each).localname not in without]
    found = [found[place] for place in order] if order else found
    code = etree.QName(root[1][0]).localname
    body = f"<{prefix}{code}Response><name>Người Mẫu</name></{prefix}{code}Response>"
    content = envelope([etree.tostring(each, encoding="unicode") for each in found], body)
    return web.Response(body=content, content_type="text/xml", charset="utf-8")
