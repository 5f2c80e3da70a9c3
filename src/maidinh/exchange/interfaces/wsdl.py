"""Whether a SOAP message is what the service's WSDL describes, and what of an answer may pass.

Layer 6, lxml, no Django. The schemas are those inside the WSDL, and our copies of the family's that it may name;
nothing is fetched, no DTD is read and no entity is expanded. Headers are the protocol's affair; only the body is looked
at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from lxml import etree

from maidinh.exchange.interfaces.cutting import Kept
from maidinh.exchange.interfaces.document import DocumentUnreadable
from maidinh.exchange.interfaces.openapi import FITS, Verdict
from maidinh.exchange.schemas.copies import COPIES, copy_named

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
XSD = "{http://www.w3.org/2001/XMLSchema}"
XROAD = "{http://x-road.eu/xsd/xroad.xsd}"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
OTHERS = ("include", "redefine", "override")  # these would need a file that the WSDL does not hold


class NotXml(ValueError):
    """The bytes are no XML that is read here."""


class _Inside(etree.Resolver):  # type: ignore[misc]  # lxml brings no types
    """Gives the WSDL's own schemas, and our copies of the family's, to each other, and nothing else to anyone."""

    def __init__(self, schemas: Mapping[str, bytes]) -> None:
        super().__init__()
        self._schemas = schemas

    def resolve(self, url: str, public_id: str, context: Any) -> Any:
        return self.resolve_string(self._schemas.get(url, b""), context)


class SoapInterface:
    """A WSDL with its schemas compiled. Raises DocumentUnreadable where it can't be used."""

    def __init__(self, text: str) -> None:
        try:
            root = read_xml(text.encode())
        except NotXml as error:
            raise DocumentUnreadable(f"WSDL: {error}") from error
        if root.tag != f"{WSDL}definitions":
            raise DocumentUnreadable("WSDL: expected wsdl:definitions")
        self.requests, self.answers = _elements(root)
        if not self.requests:
            raise DocumentUnreadable("WSDL: no operation has an input element")
        self._schema = _compiled(root)
        self.version = _version(root)

    def check(self, envelope: bytes, *, answer: bool) -> Verdict:
        """The verdict on the body of a request or of an answer; a fault is an answer like the service's own errors."""
        try:
            root = read_xml(envelope)
        except NotXml:
            return Verdict("not_xml")
        wrapper = wrapper_of(root)
        if wrapper is None:
            return Verdict("body_missing")
        if answer and wrapper.tag == f"{SOAP}Fault":
            return FITS
        known = self.answers if answer else self.requests
        name = etree.QName(wrapper)
        if (name.namespace or "", name.localname) not in known:
            return Verdict("operation_not_described")
        if self._schema.validate(etree.ElementTree(deepcopy(wrapper))):
            return FITS
        return Verdict("body_invalid", _place_of(self._schema.error_log[0]))


def read_xml(data: bytes) -> Any:
    """The root of a document without DTD; raises NotXml."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotXml("it can't be read") from error
    if root.getroottree().docinfo.doctype:
        raise NotXml("a document type is refused")
    return root


def wrapper_of(root: Any) -> Any:
    """The one element in the envelope's body; None where there is none or several."""
    body = root.find(f"{SOAP}Body") if root.tag == f"{SOAP}Envelope" else None
    elements = [each for each in body if isinstance(each.tag, str)] if body is not None else []
    return elements[0] if len(elements) == 1 else None


def cut_envelope(envelope: bytes, kept: Kept) -> tuple[bytes, int]:
    """The envelope without what may not pass; names are those of the elements, ways begin below the answer's own."""
    root = read_xml(envelope)
    wrapper = wrapper_of(root)
    if wrapper is None or wrapper.tag == f"{SOAP}Fault":
        return envelope, 0
    count = _cut(wrapper, kept)
    return (etree.tostring(root, xml_declaration=True, encoding="UTF-8"), count) if count else (envelope, 0)


def _cut(element: Any, kept: Kept) -> int:
    count = 0
    for child in [each for each in element if isinstance(each.tag, str)]:
        below = kept.parts.get(etree.QName(child).localname)
        if below is None:
            element.remove(child)
            count += 1
        elif not below.whole:
            count += _cut(child, below)
    if kept.parts and element.text and element.text.strip():
        element.text = None
        count += 1
    return count


def _elements(root: Any) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The elements that requests and answers are wrapped in, from the messages of all operations."""
    messages = {each.get("name"): each for each in root.findall(f"{WSDL}message")}
    found: dict[str, set[tuple[str, str]]] = {"input": set(), "output": set()}
    for operation in root.findall(f"{WSDL}portType/{WSDL}operation"):
        for direction, held in found.items():
            for each in operation.findall(f"{WSDL}{direction}"):
                message = messages.get((each.get("message") or "").rpartition(":")[2])
                parts = message.findall(f"{WSDL}part") if message is not None else []
                # the first part with an element is the body; the others are the protocol's headers
                bodies = [part for part in parts if part.get("element") and part.get("name") in ("body", "parameters")]
                for part in bodies or [part for part in parts if part.get("element")][:1]:
                    prefix, _, name = part.get("element").rpartition(":")
                    held.add((part.nsmap.get(prefix or None) or "", name))
    return found["input"], found["output"]


def _version(root: Any) -> str:
    """The lowest version that its operations give themselves, as X-Road's WSDLs do; empty where one gives none."""
    operations = root.findall(f"{WSDL}binding/{WSDL}operation")
    versions = [(each.findtext(f"{XROAD}version") or "").strip() for each in operations]
    numbers = [re.search(r"\d{1,9}", each) for each in versions]
    found = [(int(number[0]), version) for number, version in zip(numbers, versions, strict=True) if number]
    return min(found)[1] if found and len(found) == len(operations) else ""


def _compiled(root: Any) -> etree.XMLSchema:
    schemas = root.findall(f"{WSDL}types/{XSD}schema")
    if not schemas:
        raise DocumentUnreadable("WSDL: it holds no schema")
    places = {each.get("targetNamespace") or "": f"inside:{number}" for number, each in enumerate(schemas)}
    for schema in schemas:
        for word in OTHERS:
            if schema.find(f"{XSD}{word}") is not None:
                raise DocumentUnreadable(f"WSDL: xsd:{word} is not read; write the schema into the WSDL")
        for each in schema.findall(f"{XSD}import"):
            space = each.get("namespace") or ""
            place = places.get(space) or (f"inside:{COPIES[space]}" if space in COPIES else None)
            if place is None:
                schema.remove(each)  # what truly needs it does not compile
            else:
                each.set("schemaLocation", place)
    texts = {f"inside:{number}": etree.tostring(each) for number, each in enumerate(schemas)}
    for name in COPIES.values():  # named by each other without the place
        texts |= dict.fromkeys((name, f"inside:{name}"), copy_named(name) or b"")
    imports = "".join(
        f'<xsd:import namespace="{namespace}" schemaLocation="{place}"/>'
        if namespace
        else f'<xsd:import schemaLocation="{place}"/>'
        for namespace, place in places.items()
    )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    parser.resolvers.add(_Inside(texts))
    top = f'<xsd:schema xmlns:xsd="{XSD[1:-1]}" targetNamespace="urn:maidinh:all">{imports}</xsd:schema>'
    try:
        return etree.XMLSchema(etree.fromstring(top, parser))
    except etree.XMLSchemaParseError as error:
        raise DocumentUnreadable(f"WSDL: {str(error).splitlines()[0]}") from error


def _place_of(error: Any) -> str:
    """The element that does not fit, by the way to it; the message is left out because it repeats what was sent."""
    path = str(error.path or "")
    return re.sub(r"\*|\{[^}]*\}", "", path)[-120:] or error.type_name
