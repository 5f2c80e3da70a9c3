"""The words of the X-Road message protocol for SOAP, version 4: namespaces, headers, error types.

Layer 6, pure. Written from the protocol's description (X-Road: Message Protocol, PR-MESS 4.0; Service Metadata
Protocol, PR-META).
"""

from __future__ import annotations

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"  # SOAP 1.1
XROAD = "http://x-road.eu/xsd/xroad.xsd"
IDENTIFIERS = "http://x-road.eu/xsd/identifiers"
REPRESENTATION = "http://x-road.eu/xsd/representation.xsd"
ADDRESSING = ("http://www.w3.org/2005/08/addressing", "http://schemas.xmlsoap.org/ws/2004/08/addressing")
SHA512 = "http://www.w3.org/2001/04/xmlenc#sha512"
PREFIXES = {"soapenv": ENVELOPE, "xroad": XROAD, "id": IDENTIFIERS}

CLIENT_PARTS = ("xRoadInstance", "memberClass", "memberCode", "subsystemCode")
SERVICE_PARTS = (*CLIENT_PARTS, "serviceCode")
VERSION_PART = "serviceVersion"
LIST_METHODS, ALLOWED_METHODS, GET_WSDL = "listMethods", "allowedMethods", "getWsdl"
METASERVICES = (LIST_METHODS, ALLOWED_METHODS, GET_WSDL)
ANONYMOUS = "http://example.org/xroad-endpoint"  # what stands in a WSDL instead of the service's own address

INVALID_SOAP = "Client.InvalidSoap"
INVALID_BODY = "Client.InvalidBody"
INVALID_CONTENT = "Client.InvalidContentType"
INVALID_SERVICE = "Client.InvalidServiceIdentifier"
INVALID_VERSION = "Client.InvalidProtocolVersion"
DUPLICATE_HEADER = "Client.DuplicateHeaderField"


def xroad(name: str) -> str:
    """A name of the protocol's headers as lxml writes it."""
    return f"{{{XROAD}}}{name}"


def identifier(name: str) -> str:
    """A name of the identifiers' parts."""
    return f"{{{IDENTIFIERS}}}{name}"


def soap(name: str) -> str:
    """A name of the envelope."""
    return f"{{{ENVELOPE}}}{name}"
