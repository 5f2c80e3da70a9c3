"""What a model's elements, relations, views and principles say, as rows of the tables of `schema`.

Layer 4, governance. Pure. A thing's rows depend on the thing, and on little else: the kinds at a relation's ends, the
zones and products that are elements. `Surroundings` holds that, so that a changed model gives the same rows as a new
one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from maidinh.governance.exploring.dependencies import of_relation
from maidinh.governance.exploring.life_cycle import state_at
from maidinh.governance.modelling.catalogues import Shelf
from maidinh.governance.modelling.definition import Element, Principle, Property, Relation, View, Words, YearAmount
from maidinh.governance.modelling.metamodel import RELATION_TYPE_OF_KIND, TYPE_OF_KIND
from maidinh.governance.querying.schema import RELATION_KIND_TABLES, TABLES_OF_KIND
from maidinh.infrastructure.definitions.folding import fold

Row = tuple[Any, ...]
Placed = tuple[str, Row]
DATABASES = frozenset({"database", "data-object"})
MIDDLE = frozenset({"interface", "application-interface", "shared-service", "application-service"})
RELATION_KINDS_WITH_TABLE = frozenset(RELATION_KIND_TABLES)


@dataclass
class Surroundings:
    """What a thing's rows depend on besides the thing itself."""

    as_of: date
    shelf: Shelf
    agencies: Mapping[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    islands: dict[str, int] = field(default_factory=dict)

    def agency(self, owner: str | None) -> str | None:
        """The agency's code, where the model names it by its short id."""
        return self.agencies.get(owner, owner) if owner else None

    def knows_product(self, product: str) -> bool:
        """Whether a catalogue has the product, or the model has it as an element."""
        return product in self.shelf.products or self.kinds.get(product) == "technology-product"


def text(words: Words | None) -> str | None:
    """The Vietnamese text, else whichever there is."""
    if words is None:
        return None
    return words.vi or words.in_language("vi") or None


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def element_row(element: Element, around: Surroundings) -> Row:
    """The element as the row of `element` and of the tables of its kind."""
    name, dates, codes = text(element.name) or "", element.dates, element.codes
    return (
        element.id, element.kind, TYPE_OF_KIND[element.kind], element.layer, name or None, fold(name).strip(),
        text(element.description), text(element.documentation), around.agency(element.owner),
        around.agency(element.operator), state_at(element, around.as_of), element.state, element.since,
        _day(dates.planned) if dates else None, _day(dates.live) if dates else None,
        _day(dates.retiring) if dates else None, _day(dates.retired) if dates else None, element.subsystem,
        element.zone, element.security_level, element.security_basis.text if element.security_basis else None,
        int(element.personal_data), codes.national if codes else None, codes.local if codes else None,
        codes.source if codes else None, element.source, int(element.sample), int(element.checked),
        around.islands.get(element.id, 0),
    )  # fmt: skip


def interface_row(element: Element, row: Row) -> Row:
    """The row of `interface`: the element's own and what it offers."""
    offered = element.interface
    if offered is None:
        return (*row, None, None, None, None)
    return (*row, offered.system, offered.service, offered.endpoint, len(offered.methods))


def element_rows(element: Element, around: Surroundings) -> Iterator[Placed]:
    """Every row that the element gives."""
    row = element_row(element, around)
    yield "element", row
    for table in TABLES_OF_KIND.get(element.kind, ()):
        yield table, interface_row(element, row) if table == "interface" else row
    yield from details(element, around)


def details(element: Element, around: Surroundings) -> Iterator[Placed]:
    """The rows that the element gives beside those of its kind."""
    own = element.id
    if element.reference:
        for component in dict.fromkeys(element.reference):
            yield "reference", (own, component)
    if element.classification:
        for model, keys in element.classification.items():
            for key in dict.fromkeys(keys):
                yield "classification", (own, model, key, int(around.shelf.knows(model, key)))
    if element.cost is not None:
        for kind, amounts in (("build", element.cost.build), ("run", element.cost.run)):
            yield from (("cost", (own, kind, *each)) for each in _by_year(amounts))
    yield from _needed(element, around)
    if element.properties:
        yield from _properties(own, element.properties)


def _needed(element: Element, around: Surroundings) -> Iterator[Placed]:
    """What the element names that it needs, or that needs it: data, products, its system, its zone."""
    own = element.id
    for entity in dict.fromkeys(element.masters):
        yield "master", (own, entity)
        if entity in around.kinds and entity != own:
            yield "depends", (entity, own, "masters")
    for product in dict.fromkeys(element.technology):
        yield "technology", (own, product, int(around.knows_product(product)))
        yield "depends", (own, product, "technology")
    if element.interface is not None:
        yield "depends", (own, element.interface.system, "interface")
    if element.zone is not None and around.zones.get(element.zone, own) != own:
        yield "depends", (own, around.zones[element.zone], "zone")


def _by_year(amounts: list[YearAmount]) -> Iterable[tuple[int, int]]:
    years: dict[int, int] = {}
    for each in amounts:
        years[each.year] = years.get(each.year, 0) + each.amount
    return years.items()


def _properties(item: str, properties: list[Property]) -> Iterator[Placed]:
    said = [(each.key, phrase) for each in properties for phrase in each.phrases()]
    for number, (key, phrase) in enumerate(said):
        yield "property", (item, number, key, phrase.text, phrase.language)


def relation_rows(relation: Relation, around: Surroundings, *, all_tables: bool = True) -> Iterator[Placed]:
    """Every row that the relation gives; or those alone that don't follow from the one in `relation`."""
    kind, source, target = relation.kind, relation.from_, relation.to
    name, contract = text(relation.name), relation.contract
    agreed = contract.id if contract else None
    directed = None if relation.directed is None else int(relation.directed)
    type_ = RELATION_TYPE_OF_KIND[kind]
    yield "relation", (relation.id, kind, type_, source, target, name, relation.access, directed, agreed)
    if kind == "access":
        yield kind, (relation.id, source, target, name, relation.access or "access", _direct(relation, around))
    elif not all_tables:
        pass
    elif kind == "flow":
        yield kind, (relation.id, source, target, name, agreed)
    elif kind in RELATION_KINDS_WITH_TABLE:
        yield kind, (relation.id, source, target, name)
    if contract is not None:
        yield "contract", (
            contract.id, relation.id, source, target, text(contract.purpose), len(contract.methods),
            len(contract.fields), len(contract.legal_basis), _day(contract.valid_from), _day(contract.valid_to),
        )  # fmt: skip
    needed = of_relation(relation, around.kinds.get(source), around.kinds.get(target))
    if needed is not None:
        yield "depends", needed[:3]
    if relation.properties:
        yield from _properties(relation.id, relation.properties)


def _direct(relation: Relation, around: Surroundings) -> int:
    kinds = around.kinds
    return int(kinds.get(relation.to) in DATABASES and kinds.get(relation.from_) not in MIDDLE)


def view_rows(view: View) -> Iterator[Placed]:
    """Every row that the view gives."""
    yield "view", (view.id, text(view.name), view.kind, view.viewpoint)
    shown = {node.element for node in view.all_nodes() if node.element is not None}
    yield from (("shown", (view.id, element)) for element in shown)
    yield from _properties(view.id, view.properties)


def principle_rows(principle: Principle) -> Iterator[Placed]:
    """The row of a principle."""
    said = principle.statement
    yield "principle", (principle.id, principle.kind, said.vi, said.en, principle.source)
