"""What a version declares, turned so that each call is quickly held against it.

Layer 4, governance. Pure. Built once for a version: who is which element on the exchange, which flows a contract
allows, whose system masters data, which procedures and shared platforms there are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from maidinh.governance.architecture.definition import ArchitectureVersion, Element, Relation
from maidinh.governance.architecture.rules import RUNNING, service_ids, subsystem_ids

PLATFORMS = ("shared-platform", "shared-service")
PROCEDURES = ("public-service", "procedure")
PARTS = ("composition", "aggregation")
STORES = ("access", "composition", "aggregation", "assignment")
NATIONAL_CODE = re.compile(r"(?<![\w.])\d\.\d{6}(?:\.[\w.]+)?$")


@dataclass(frozen=True)
class Named:
    """Who a call says it is or goes to: the element, and the agency named where another one owns it."""

    element: str
    other_owner: str = ""


@dataclass(frozen=True)
class Declared:
    """A version, as traffic is held against it."""

    model: ArchitectureVersion
    instance: str
    agencies: frozenset[str]
    elements: Mapping[str, Element]
    systems: Mapping[str, str]  # element by the exchange's identifier
    services: Mapping[str, str]
    moved_systems: Mapping[str, str]  # element by the identifier without the member, where only one has it
    moved_services: Mapping[str, str]
    contracts: Mapping[tuple[str, str], tuple[Relation, ...]]
    masters: Mapping[str, str]  # by interface, the owner of the data that its system masters
    procedures: Mapping[str, str]  # element by the procedure's code
    platforms: Mapping[str, frozenset[str]]  # by platform without a declared consumer, its interfaces

    def source_of(self, client: str) -> Named | None:
        """The system that a call says it comes from; None where no element has this name."""
        return self._named(client, self.systems, self.moved_systems)

    def target_of(self, service: str) -> Named | None:
        """The interface that a call goes to."""
        return self._named(service, self.services, self.moved_services)

    def owner_of(self, element: str) -> str:
        """The agency that an element belongs to, "" where none is known."""
        found = self.elements.get(element)
        return (found.owner or "") if found else ""

    def system_of(self, interface: str) -> str:
        """The system behind an interface."""
        found = self.elements.get(interface)
        return found.interface.system if found and found.interface else interface

    def _named(self, identifier: str, known: Mapping[str, str], moved: Mapping[str, str]) -> Named | None:
        if identifier in known:
            return Named(known[identifier])
        owner, rest = _without_member(identifier)
        if rest in moved and owner in self.agencies:
            return Named(moved[rest], owner)
        return None


def declared(model: ArchitectureVersion, instance: str, agencies: Iterable[str] = ()) -> Declared:
    """A version turned so that calls are held against it; `agencies` are the codes that exist."""
    elements = {each.id: each for each in model.elements}
    systems, services = subsystem_ids(model, instance), service_ids(model, instance)
    contracts: dict[tuple[str, str], list[Relation]] = defaultdict(list)
    for relation in model.relations:
        if relation.contract and relation.from_ in systems and relation.to in services:
            contracts[relation.from_, relation.to].append(relation)
    owners = {each.owner for each in model.elements if each.owner}
    return Declared(
        model=model,
        instance=instance,
        agencies=frozenset(agencies) | owners,
        elements=elements,
        systems={path: element for element, path in systems.items()},
        services={path: element for element, path in services.items()},
        moved_systems=_by_rest(systems),
        moved_services=_by_rest(services),
        contracts={flow: tuple(found) for flow, found in contracts.items()},
        masters=_masters(model, elements, services),
        procedures=_procedures(model),
        platforms=_platforms(model, elements),
    )


def _without_member(identifier: str) -> tuple[str, str]:
    """The member's code, and the identifier without it."""
    parts = identifier.split("/")
    return (parts[2], "/".join((*parts[:2], *parts[3:]))) if len(parts) in (4, 5) else ("", identifier)


def _by_rest(identifiers: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, list[str]] = defaultdict(list)
    for element, path in identifiers.items():
        found[_without_member(path)[1]].append(element)
    return {rest: elements[0] for rest, elements in found.items() if len(elements) == 1}


def _masters(model: ArchitectureVersion, elements: Mapping[str, Element], interfaces: Iterable[str]) -> dict[str, str]:
    """The owner of the data behind each interface: its system's own, or of databases that its system's owner holds."""
    mastering = {each.id for each in model.elements if each.masters}
    for relation in model.relations:
        system, store = elements.get(relation.from_), elements.get(relation.to)
        if system is None or store is None or not store.masters or relation.kind not in STORES:
            continue
        if relation.access != "read" and store.owner == system.owner:
            mastering.add(system.id)
    found = {}
    for each in interfaces:
        interface = elements[each].interface
        system = elements.get(interface.system) if interface else None
        if system is not None and system.id in mastering and system.owner:
            found[each] = system.owner
    return found


def _procedures(model: ArchitectureVersion) -> dict[str, str]:
    """The running procedures by their code; where a service to the public and its process have one, the service."""
    found: dict[str, str] = {}
    for kind in PROCEDURES:
        for each in model.elements:
            if each.kind == kind and each.state in RUNNING and (code := _code_of(each)):
                found.setdefault(code, each.id)
    return found


def _code_of(element: Element) -> str:
    """The code of a procedure: the one kept with it, else the national one that its id ends in."""
    codes = element.codes
    kept = (codes.national or codes.source or codes.local) if codes else None
    ending = NATIONAL_CODE.search(element.id)
    return kept or (ending.group() if ending else "")


def _platforms(model: ArchitectureVersion, elements: Mapping[str, Element]) -> dict[str, frozenset[str]]:
    """The running shared platforms that the version declares no consumer of, with their interfaces."""
    running = {each.id for each in model.elements if each.kind in PLATFORMS and each.state in RUNNING}
    parts: dict[str, set[str]] = {each: {each} for each in running}
    for relation in model.relations:
        if relation.kind in PARTS and relation.from_ in running:
            parts[relation.from_].add(relation.to)
    holders: dict[str, set[str]] = defaultdict(set)
    for each in model.elements:
        if each.interface and each.interface.system in running:
            parts[each.interface.system].add(each.id)
    for platform, held in parts.items():
        for part in held:
            holders[part].add(platform)
    used: set[str] = set()
    for relation in model.relations:
        ends = [relation.from_] if relation.kind == "serving" else []
        ends += [relation.from_, relation.to] if relation.kind == "flow" else []
        ends += [relation.to] if relation.kind == "access" else []
        for end in ends:
            other = relation.to if end == relation.from_ else relation.from_
            used |= {platform for platform in holders[end] if other not in parts[platform]}
    interfaces = {each.id for each in elements.values() if each.interface}
    return {each: frozenset(parts[each] & interfaces) for each in sorted(running - used)}
