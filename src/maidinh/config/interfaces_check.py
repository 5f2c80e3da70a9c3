"""Whether the published descriptions of interfaces are in order, and what the architecture says of them is in them.

Layer 0, config. Part of the check of all definitions: an interface names a document that is there and can be used, the
document describes every operation that the interface offers, and its answers have every field that a contract names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from maidinh.exchange.directory import definition as exchange
from maidinh.exchange.interfaces.document import DocumentUnreadable
from maidinh.exchange.interfaces.fitting import service_misfits
from maidinh.exchange.interfaces.openapi import Interface
from maidinh.exchange.interfaces.wsdl import SoapInterface
from maidinh.governance.architecture.definition import ArchitectureVersion, Element
from maidinh.governance.architecture.reading import INTERFACES, interface_documents
from maidinh.infrastructure.definitions.document import Document
from maidinh.infrastructure.definitions.reading import DefinitionError, Problem

ANYWHERE = "https://interface.invalid"  # only what the document says is asked, and no call is made
SYSTEM = "X/GOV/A/SYSTEM"
BEGINNING = datetime.min.replace(tzinfo=UTC)
Documents = Mapping[str, dict[str, Any] | str]


def document_problems(folder: Path) -> Iterator[Problem]:
    """The documents of the nation or of a province that can't be used."""
    try:
        found = interface_documents(folder)
    except DefinitionError as error:
        yield from error.problems
        return
    for name, content in found.items():
        try:
            if isinstance(content, str):
                SoapInterface(content)
            else:
                Interface(content)
        except DocumentUnreadable as error:
            place, _, why = str(error).partition(": ")
            yield Problem(folder / INTERFACES / name, 1, place, why or place)


def interface_problems(
    own: ArchitectureVersion, model: ArchitectureVersion, document: Document, documents: Documents
) -> Iterator[Problem]:
    """What doesn't fit between the interfaces that a version states itself, their documents and their contracts."""
    for number, element in enumerate(own.elements):
        interface = element.interface
        if interface is None or interface.document is None:
            continue
        place = ("elements", number, "interface", "document")
        content = documents.get(interface.document)
        if content is None:
            known = ", ".join(sorted(documents)) or "none"
            yield document.problem(place, f"expected a file of interfaces/ ({known}; found {interface.document!r})")
            continue
        for each in service_misfits(_service(element, content), _contracts(model, element)):
            yield document.problem(place, each.says.format(of=each.of, what=each.what))


def _service(element: Element, content: dict[str, Any] | str) -> exchange.Service:
    interface = element.interface
    if interface is None:
        raise ValueError(f"{element.id} is no interface")
    return exchange.Service(
        id=f"{SYSTEM}/{interface.service}",
        url=ANYWHERE,
        methods=tuple(exchange.Endpoint(method=each.method, path=each.path) for each in interface.methods),
        protocol=interface.protocol,
        openapi=content if isinstance(content, dict) else None,
        wsdl=content if isinstance(content, str) else None,
        timeout_seconds=1,
    )


def _contracts(model: ArchitectureVersion, element: Element) -> list[exchange.Contract]:
    service = element.interface.service if element.interface else ""
    return [
        exchange.Contract(
            id=relation.contract.id,
            consumer=SYSTEM,
            provider_service=f"{SYSTEM}/{service}",
            methods=tuple(exchange.Endpoint(method=each.method, path=each.path) for each in relation.contract.methods),
            fields=tuple(relation.contract.fields),
            purpose="",
            legal_basis="",
            valid_from=BEGINNING,
        )
        for relation in model.relations
        if relation.contract is not None and relation.to == element.id
    ]
