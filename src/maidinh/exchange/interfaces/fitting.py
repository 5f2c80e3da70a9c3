"""Whether a service's document, its declared operations and the contracts on it fit together.

Layer 6, pure. Asked where definitions are checked and before a version is published: what doesn't fit would be refused
call by call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from maidinh.exchange.directory.definition import Contract, Directory, Endpoint, Service
from maidinh.exchange.interfaces.comparison import Change, announced, compare
from maidinh.exchange.interfaces.cutting import unknown_fields
from maidinh.exchange.interfaces.document import DocumentUnreadable
from maidinh.exchange.interfaces.openapi import Interface, Operation
from maidinh.exchange.interfaces.wsdl import SoapInterface
from maidinh.exchange.interfaces.wsdl_comparison import compare_wsdl

REST = "**"


def N_(text: str) -> str:  # noqa: N802 - the name by which texts are collected for translation
    """Mark a text for translation; whoever shows it translates it."""
    return text


SAYINGS = {
    "unusable": N_("The interface of {of} can't be used: {what}"),
    "other_protocol": N_("{of} speaks {what}, and its document is one of the other protocol."),
    "not_described": N_("{of} offers {what}, and its interface does not describe it."),
    "not_answered": N_("The contract {of} names the field {what}, and no answer of the interface has it."),
}


@dataclass(frozen=True)
class Misfit:
    """One thing that doesn't fit: the word for it, the service or contract, what about it."""

    word: str
    of: str
    what: str = ""

    @property
    def says(self) -> str:
        """The same in a sentence, to be translated and filled with `of` and `what`."""
        return SAYINGS[self.word]


@dataclass(frozen=True)
class Break:
    """A service whose newer interface breaks those who use it, and the contracts that are on it."""

    service: str
    versions: tuple[str, str]
    changes: tuple[Change, ...]
    contracts: tuple[str, ...]


def misfits(directory: Directory) -> list[Misfit]:
    """Everything that doesn't fit in a directory."""
    return [each for service in directory.services for each in service_misfits(service, directory.contracts)]


def service_misfits(service: Service, contracts: Iterable[Contract] = ()) -> list[Misfit]:
    """What doesn't fit between a service, its document and the contracts on it."""
    if service.openapi is None and service.wsdl is None:
        return []
    if (service.protocol == "soap") != (service.wsdl is not None):
        return [Misfit("other_protocol", service.id, service.protocol)]
    try:
        interface = Interface(service.openapi) if service.openapi is not None else SoapInterface(service.wsdl or "")
    except DocumentUnreadable as error:
        return [Misfit("unusable", service.id, str(error))]
    if isinstance(interface, SoapInterface):
        return []
    found = [
        Misfit("not_described", service.id, f"{each.method} {each.path}")
        for each in service.methods
        if REST not in each.path and _described(interface, each) is None
    ]
    for contract in contracts:
        if contract.provider_service == service.id:
            missing = _unanswered(interface, contract)
            found += [Misfit("not_answered", contract.id, each) for each in missing]
    return found


def breaks(standing: Directory | None, new: Directory) -> list[Break]:
    """The services whose interface changes in a way that breaks, without a higher first number that says so."""
    before = {each.id: each for each in standing.services} if standing is not None else {}
    found = []
    for service in new.services:
        old = before.get(service.id)
        if old is None or (old.openapi, old.wsdl) == (service.openapi, service.wsdl):
            continue
        versions = version_of(old), version_of(service)
        try:
            changes = tuple(each for each in _changes(old, service) if each.breaking)
        except DocumentUnreadable:
            continue  # told by `misfits`
        if changes and not announced(*versions):
            on_it = tuple(each.id for each in new.contracts if each.provider_service == service.id)
            found.append(Break(service.id, versions, changes, on_it))
    return found


def with_kept_documents(standing: Directory | None, new: Directory) -> Directory:
    """The directory with the documents in force where newer ones can't be used or break unannounced.

    So a directory that is renewed without anybody deciding changes no interface for the worse; publishing tells it.
    """
    if standing is None:
        return new
    before = {each.id: each for each in standing.services}
    refused = {each.service for each in breaks(standing, new)}
    refused |= {each.id for each in new.services if any(one.word == "unusable" for one in service_misfits(each))}
    services = tuple(
        each.model_copy(update={"openapi": before[each.id].openapi, "wsdl": before[each.id].wsdl})
        if each.id in refused and each.id in before
        else each
        for each in new.services
    )
    return new.model_copy(update={"services": services}) if refused else new


def version_of(service: Service) -> str:
    """The version that a service's document gives itself; of a WSDL the lowest of its operations."""
    if service.wsdl is not None:
        try:
            return SoapInterface(service.wsdl).version
        except DocumentUnreadable:
            return ""
    info = (service.openapi or {}).get("info")
    return str(info.get("version", "")) if isinstance(info, dict) else ""


def _changes(old: Service, new: Service) -> list[Change]:
    if old.openapi is not None and new.openapi is not None:
        return compare(old.openapi, new.openapi)
    return compare_wsdl(old.wsdl, new.wsdl) if old.wsdl is not None and new.wsdl is not None else []


def _described(interface: Interface, endpoint: Endpoint) -> Operation | None:
    return interface.operation(endpoint.method, _steps(endpoint.path))


def _unanswered(interface: Interface, contract: Contract) -> list[str]:
    places = [
        media.at
        for endpoint in contract.methods
        for operation in _meant(interface, endpoint)
        for status, bodies in operation.responses.items()
        if status.startswith("2") or status == "default"
        for media in bodies.media
        if media.at is not None
    ]
    return unknown_fields(interface.document, places, contract.fields)


def _meant(interface: Interface, endpoint: Endpoint) -> list[Operation]:
    if REST in endpoint.path:
        return [each for each in interface.operations if each.method == endpoint.method]
    found = _described(interface, endpoint)
    return [] if found is None else [found]


def _steps(path: str) -> Sequence[str]:
    return [] if path == "/" else path[1:].split("/")
