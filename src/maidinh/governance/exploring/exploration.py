"""A model made ready to be asked: its index, its dependencies, where its elements stand. Each is made once, when asked.

Layer 4, governance. Pure. An exploration doesn't change; it may be kept as long as its model is of interest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from maidinh.governance.exploring.dependencies import dependencies, zone_ids
from maidinh.governance.exploring.impact import Graph
from maidinh.governance.exploring.reference import Notice
from maidinh.governance.exploring.responsibilities import Duties, responsibilities
from maidinh.governance.exploring.search import Index
from maidinh.governance.exploring.technology import Watched, technology_watch
from maidinh.governance.modelling.catalogues import Product
from maidinh.governance.modelling.definition import Element, Model, Relation, View


@dataclass(frozen=True)
class Exploration:
    """A model and what can be asked of it; `agencies` are the names of agencies by code."""

    model: Model
    agencies: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def elements(self) -> dict[str, Element]:
        """The elements by id."""
        return {each.id: each for each in self.model.elements}

    @cached_property
    def index(self) -> Index:
        """The elements, ready to be searched."""
        return Index.of(self.model.elements, self.agencies)

    @cached_property
    def graph(self) -> Graph:
        """What needs what."""
        return Graph.of(dependencies(self.model), {each.id: each.kind for each in self.model.elements})

    @cached_property
    def zones(self) -> dict[str, str]:
        """The element of each zone by every name of it."""
        return zone_ids(self.model)

    @cached_property
    def relations(self) -> dict[str, list[Relation]]:
        """The relations that begin or end at each element, in the model's order."""
        found: dict[str, list[Relation]] = {}
        for relation in self.model.relations:
            for end in dict.fromkeys((relation.from_, relation.to)):
                found.setdefault(end, []).append(relation)
        return found

    @cached_property
    def views(self) -> dict[str, list[View]]:
        """The views in which each element stands."""
        found: dict[str, list[View]] = {}
        for view in self.model.views:
            for element in dict.fromkeys(node.element for node in view.all_nodes() if node.element):
                found.setdefault(element, []).append(view)
        return found

    def technology(self, products: Mapping[str, Product], day: date, notice: Notice) -> list[Watched]:
        """Every product in use, the most urgent first."""
        early = timedelta(days=notice.technology_retires_days)
        return technology_watch(self.model.elements, self.graph, products, day=day, notice=early)

    def duties(self, products: Mapping[str, Product], day: date, notice: Notice) -> list[Duties]:
        """What each agency owns, runs, provides, uses and owes."""
        watched = self.technology(products, day, notice)
        early = timedelta(days=notice.contract_ends_days)
        return responsibilities(
            self.model, self.graph, watched, day=day, contract_notice=early, known=self.agencies.keys()
        )
