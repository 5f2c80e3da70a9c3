"""What needs what: the one place that says which relations and fields make an element depend on another.

Layer 4, governance. Pure. `element` breaks, or lacks something, when `needs` stops. Who owns or performs something is
a responsibility and no dependency; association, influence and specialization say too little to be one. Decree
224/2026/NĐ-CP article 23 asks that the position of a system and its links be shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from maidinh.governance.modelling.definition import Element, Model, Relation

Reason = Literal[
    "uses", "calls", "receives", "accesses", "realised-by", "runs-on", "offered-by", "built-on", "stands-in",
    "consists-of", "part-of", "starts-after", "kept-by",
]  # fmt: skip
ACTORS = frozenset({
    "agency", "business-actor", "business-role", "user-group", "stakeholder", "business-collaboration",
})  # fmt: skip
CALLED = frozenset({
    "interface", "application-interface", "technology-interface", "shared-service", "application-service",
    "technology-service", "infrastructure-service", "shared-platform", "platform",
})  # fmt: skip
INTERFACES = frozenset({"interface", "application-interface", "technology-interface", "business-interface"})
ZONES = frozenset({"network-zone"})
PROJECTS = frozenset({"work-package", "deliverable", "implementation-event", "plateau", "gap"})

PRODUCTS = frozenset({"technology-product", "system-software"})
NEVER_BY = {"realization": PROJECTS, "composition": PROJECTS, "assignment": ACTORS}  # what such a source doesn't carry
BY_KIND: dict[str, tuple[bool, Reason]] = {  # whether it is the source that depends, and why
    "serving": (False, "uses"),
    "access": (True, "accesses"),
    "realization": (False, "realised-by"),
    "assignment": (False, "runs-on"),
    "triggering": (False, "starts-after"),
}


class Dependency(NamedTuple):
    """`element` needs `needs`; `via` is the relation's id, or the field of the element that says so."""

    element: str
    needs: str
    via: str
    reason: Reason


def dependencies(model: Model) -> Iterator[Dependency]:
    """Every dependency between two elements of the model, in the order of relations and elements; none on itself."""
    elements = {each.id: each for each in model.elements}
    for relation in model.relations:
        source, target = elements.get(relation.from_), elements.get(relation.to)
        if source is not None and target is not None:
            found = of_relation(relation, source.kind, target.kind)
            if found is not None:
                yield found
    zones = zone_ids(model)
    for element in model.elements:
        yield from _of_fields(element, elements, zones)


def zone_ids(model: Model) -> dict[str, str]:
    """The element of each network zone by every name that others give it: its id and its codes."""
    found: dict[str, str] = {}
    for zone in model.elements:
        if zone.kind in ZONES:
            codes = zone.codes
            for name in (codes.national, codes.source, codes.local) if codes else ():
                if name:
                    found[name] = zone.id
            found[zone.id] = zone.id
    return found


def _of_fields(element: Element, elements: Mapping[str, Element], zones: Mapping[str, str]) -> Iterator[Dependency]:
    for entity in element.masters:
        if entity in elements and entity != element.id:
            yield Dependency(entity, element.id, "masters", "kept-by")
    if element.interface is not None and element.interface.system in elements:
        yield Dependency(element.id, element.interface.system, "interface", "offered-by")
    for product in element.technology:
        if product in elements and product != element.id:
            yield Dependency(element.id, product, "technology", "built-on")
    zone = zones.get(element.zone or "")
    if zone is not None and zone != element.id:
        yield Dependency(element.id, zone, "zone", "stands-in")


def of_relation(relation: Relation, source: str | None, target: str | None) -> Dependency | None:
    """What a relation between things of these kinds makes depend on what; None where it makes nothing depend."""
    kind = relation.kind
    reason: Reason
    if relation.from_ == relation.to or source in NEVER_BY.get(kind, ()):
        return None
    if source in ZONES and kind in ("composition", "aggregation"):
        forth, reason = False, "stands-in"
    elif kind == "flow":
        calls = relation.contract is not None or target in CALLED
        forth, reason = calls, "calls" if calls else "receives"
    elif kind == "composition":
        forth = target not in INTERFACES
        reason = "consists-of" if forth else "part-of"
    elif kind == "serving" and source in PRODUCTS:
        forth, reason = False, "built-on"
    elif kind in BY_KIND:
        forth, reason = BY_KIND[kind]
    else:
        return None
    element, needs = (relation.from_, relation.to) if forth else (relation.to, relation.from_)
    return Dependency(element, needs, relation.id, reason)
