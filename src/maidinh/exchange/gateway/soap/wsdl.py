"""A service's WSDL: which operations it has, and the form in which the exchange gives it to others.

Layer 6, no Django. The service's own address is taken out, and the schemas of the protocol are those that this gateway
serves, so that a client reads the whole document without a connection to anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from maidinh.exchange.gateway.soap import names
from maidinh.exchange.gateway.soap.xml import XmlRefusedError, parse, written
from maidinh.exchange.schemas.copies import COPIES, copy_named

WSDL = "http://schemas.xmlsoap.org/wsdl/"
SCHEMA = "http://www.w3.org/2001/XMLSchema"
BINDINGS = ("http://schemas.xmlsoap.org/wsdl/soap/", "http://schemas.xmlsoap.org/wsdl/soap12/")
LINKS = (f"{{{SCHEMA}}}import", f"{{{SCHEMA}}}include", f"{{{WSDL}}}import")
SCHEMA_PATH = "/xsd/"


@lru_cache(maxsize=256)
def operations(document: str) -> Mapping[str, str]:
    """The operations of its bindings, each with its SOAPAction; nothing where it can't be read."""
    try:
        root = parse(document.encode())
    except XmlRefusedError:
        return MappingProxyType({})
    found: dict[str, str] = {}
    for operation in root.iterfind(f"{{{WSDL}}}binding/{{{WSDL}}}operation"):
        bound = [operation.find(f"{{{namespace}}}operation") for namespace in BINDINGS]
        action = next((each.get("soapAction", "") for each in bound if each is not None), "")
        found.setdefault(operation.get("name", ""), action)
    return MappingProxyType(found)


@lru_cache(maxsize=256)
def published(document: str, base: str) -> bytes:
    """The document as others may see it; `base` is where the schemas are: this gateway, or empty for beside it."""
    root = parse(document.encode())
    for namespace in BINDINGS:
        for address in root.iter(f"{{{namespace}}}address"):
            address.set("location", names.ANONYMOUS)
    for link in root.iter(*LINKS):
        beside = COPIES.get(link.get("namespace", ""))
        if beside and link.tag != f"{{{WSDL}}}import":
            link.set("schemaLocation", f"{base}{SCHEMA_PATH if base else SCHEMA_PATH[1:]}{beside}")
    return written(root)


def schema_copy(path: str) -> bytes | None:
    """One of the protocol's schemas by its path on this gateway."""
    return copy_named(path.removeprefix(SCHEMA_PATH)) if path.startswith(SCHEMA_PATH) else None
