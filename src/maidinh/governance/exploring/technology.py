"""Technology watch: each product in use, its stage on a day, what stands on it, by when it must go, and for what.

Layer 4, governance. Pure. Stages and days come from the technology catalogue; a product that no catalogue has is told
by its own life-cycle. Which products run a guarded system isn't published: then they don't stand in the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from maidinh.governance.exploring.dependencies import PRODUCTS
from maidinh.governance.exploring.impact import Graph, Impact, impact
from maidinh.governance.exploring.life_cycle import known_dates, state_at
from maidinh.governance.modelling.catalogues import Product, Stage
from maidinh.governance.modelling.definition import Element, LifeCycle

Urgency = Literal["past", "soon", "retire", "adopt", "keep"]
URGENCY: tuple[Urgency, ...] = ("past", "soon", "retire", "adopt", "keep")
STAGE_OF_STATE: Mapping[LifeCycle, Stage] = {
    "planned": "adopt", "live": "keep", "retiring": "retire", "retired": "retire",
}  # fmt: skip


@dataclass(frozen=True)
class Watched:
    """A product in use: `stands_for` are the elements that are the product itself, `direct` those built on it.

    `indirect` is everything that depends on those; `ways` tells by which way.
    """

    id: str
    product: Product | None
    stands_for: tuple[Element, ...]
    stage: Stage
    must_go: date | None
    urgency: Urgency
    direct: tuple[str, ...]
    graph: Graph = field(repr=False)

    @cached_property
    def indirect(self) -> frozenset[str]:
        """Everything that depends on what is built on it."""
        return frozenset(self.graph.dependents_of(self.direct))

    def ways(self) -> Impact:
        """The same with the way to each, the nearest first."""
        return impact(self.graph, self.direct, "dependents")

    @property
    def replaced_by(self) -> tuple[str, ...]:
        """The products that are to take its place."""
        return tuple(self.product.replaced_by) if self.product is not None else ()


def technology_watch(
    elements: Iterable[Element], graph: Graph, products: Mapping[str, Product], *, day: date, notice: timedelta
) -> list[Watched]:
    """Every product that something uses or that is an element; those past their day first, then those soon to go."""
    own = {each.id: each for each in elements}
    users: dict[str, list[str]] = {}
    images: dict[str, list[Element]] = {}
    for element in own.values():
        if element.kind in PRODUCTS:
            for product in element.technology or [element.id]:
                images.setdefault(product, []).append(element)
        elif state_at(element, day) != "retired":
            for product in element.technology:
                users.setdefault(product, []).append(element.id)
    found = []
    for product_id in dict.fromkeys((*images, *users)):
        if product_id in own and product_id not in images:
            images[product_id] = [own[product_id]]
        found.append(_watched(product_id, images.get(product_id, []), users.get(product_id, []), graph, own,
                              products.get(product_id), day, notice))  # fmt: skip
    return sorted(found, key=_order)


def _watched(
    product_id: str, images: list[Element], users: list[str], graph: Graph, own: Mapping[str, Element],
    product: Product | None, day: date, notice: timedelta,
) -> Watched:  # fmt: skip
    direct = dict.fromkeys(users)
    for image in images:
        direct |= dict.fromkeys(
            each.element
            for each in graph.next_to(image.id, "dependents")
            if own[each.element].kind not in PRODUCTS and state_at(own[each.element], day) != "retired"
        )
    stage = product.stage_at(day) if product is not None else _stage_of(images, day)
    must_go = _must_go(product, images)
    return Watched(
        product_id, product, tuple(images), stage, must_go, _urgency(stage, must_go, day, notice), tuple(direct), graph
    )


def _stage_of(images: list[Element], day: date) -> Stage:
    return STAGE_OF_STATE[state_at(images[0], day)] if images else "keep"


def _must_go(product: Product | None, images: list[Element]) -> date | None:
    """The day from which it is no longer to be used: the catalogue's, else the earliest that its elements give."""
    if product is not None and product.dates is not None and product.dates.retire is not None:
        return product.dates.retire
    days = [
        known[state] for each in images for known in (known_dates(each),) for state in ("retired",) if state in known
    ]
    return min(days, default=None)


def _urgency(stage: Stage, must_go: date | None, day: date, notice: timedelta) -> Urgency:
    if must_go is not None and must_go <= day:
        return "past"
    if must_go is not None and must_go - notice <= day:
        return "soon"
    return stage


def _order(watched: Watched) -> tuple[int, date, int, str]:
    return URGENCY.index(watched.urgency), watched.must_go or date.max, -len(watched.direct), watched.id
