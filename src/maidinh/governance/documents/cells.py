"""What stands in a cell: the columns that a table of elements or of relations may have.

Layer 4, governance. Pure. An empty cell says that the model doesn't say it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from maidinh.governance.documents.material import Material
from maidinh.governance.modelling.definition import Element, Relation, YearAmount
from maidinh.governance.nas.mapping.correspondence import code_of

Cell = Callable[[Material, Element], str]
SHOWN = 6  # names in one cell; a longer list says how many more there are
DATA = ("database", "data-object", "data-entity")


def listed(material: Material, names: list[str], shown: int = SHOWN) -> str:
    """Names in one cell: the first ones, and how many more there are."""
    more = len(names) - shown
    told = "; ".join(names[:shown])
    return f"{told}; {material.words['more'].format(count=more)}" if more > 0 else told


def money(amounts: list[YearAmount]) -> str:
    """What the years cost together, in million dong; empty where nothing is known."""
    return amount(sum(each.amount for each in amounts)) if amounts else ""


def amount(dong: int) -> str:
    """Million dong as Vietnamese documents write numbers."""
    whole, rest = divmod(round(dong / 100_000), 10)
    grouped = f"{whole:,}".replace(",", ".")
    return f"{grouped},{rest}" if rest else grouped


def _serves(material: Material, element: Element) -> str:
    relations = [each for each in material.leaving[element.id] if each.kind in ("serving", "realization")]
    return listed(material, [material.name(each) for each in material.others(relations, "to")])


def _data(material: Material, element: Element) -> str:
    relations = [each for each in material.leaving[element.id] if each.kind == "access"]
    return listed(material, [material.name(each) for each in material.others(relations, "to", DATA)])


def _masters(material: Material, element: Element) -> str:
    return listed(material, [material.data_entity(each) for each in element.masters])


def _description(material: Material, element: Element) -> str:
    told = element.description or element.documentation
    return told.in_language(material.language) if told else ""


def _technology(material: Material, element: Element) -> str:
    return listed(material, [material.product(each) for each in element.technology])


def _classes(material: Material, element: Element) -> str:
    found = [
        f"{model.upper()}: {material.entry(model, each)}"
        for model, keys in element.classification.items()
        for each in keys
    ]
    return listed(material, found, 4)


def _zone(material: Material, element: Element) -> str:
    zones = {code_of(each): each for each in material.model.elements if each.kind == "network-zone"}
    found = zones.get(element.zone or "")
    return found.name.in_language(material.language) if found else element.zone or ""


def _since(_material: Material, element: Element) -> str:
    since = element.since or (element.dates.live.isoformat() if element.dates and element.dates.live else "")
    return "/".join(reversed(since.split("-")))


def _personal(material: Material, element: Element) -> str:
    return material.words["yes" if element.personal_data else "no"]


def _layer(material: Material, element: Element) -> str:
    return material.words.layer(element.layer)


ELEMENT: Mapping[str, Cell] = {
    "name": lambda material, element: material.name(element),
    "code": lambda _, element: code_of(element),
    "kind": lambda material, element: material.words.kind(element.kind),
    "layer": _layer,
    "part": lambda material, element: material.part(element)[1] or material.part(element)[0],
    "owner": lambda material, element: material.agency(element.owner),
    "operator": lambda material, element: material.agency(element.operator),
    "state": lambda material, element: material.state_name(element),
    "since": _since,
    "zone": _zone,
    "level": lambda _, element: str(element.security_level or ""),
    "personal": _personal,
    "masters": _masters,
    "description": _description,
    "technology": _technology,
    "classes": _classes,
    "serves": _serves,
    "data": _data,
    "build": lambda _, element: money(element.cost.build) if element.cost else "",
    "run": lambda _, element: money(element.cost.run) if element.cost else "",
    "source": lambda _, element: element.source or "",
}
RELATION: Mapping[str, Callable[[Material, Relation], str]] = {
    "from": lambda material, relation: material.named(relation.from_),
    "relation": lambda material, relation: material.words.relation(relation.kind),
    "to": lambda material, relation: material.named(relation.to),
    "content": lambda material, relation: (
        f"{relation.name.in_language(material.language)}{material.mark(relation)}" if relation.name else ""
    ),
    "purpose": lambda material, relation: (
        relation.contract.purpose.in_language(material.language) if relation.contract else ""
    ),
    "basis": lambda _, relation: (
        "; ".join(each.text for each in relation.contract.legal_basis) if relation.contract else ""
    ),
    "validity": lambda material, relation: (
        f"{material.day(relation.contract.valid_from)} - {material.day(relation.contract.valid_to)}"
        if relation.contract
        else ""
    ),
    "source": lambda _, relation: relation.source or "",
}
