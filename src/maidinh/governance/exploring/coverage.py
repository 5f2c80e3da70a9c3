"""How far the reference models cover an architecture, and it them: codes with their elements, and what is left out.

Layer 4, governance. Pure. Framework 2.0 (Decision 2323/QĐ-BTTTT) brings the five models: business, data, application,
technology, security.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from maidinh.governance.exploring.reference import Source
from maidinh.governance.modelling.catalogues import Catalogue, Item
from maidinh.governance.modelling.definition import Element, ReferenceModel

MODELS: tuple[ReferenceModel, ...] = get_args(ReferenceModel)
SOFTWARE = frozenset({
    "information-system", "platform", "shared-platform", "shared-service", "portal-service", "application-component",
    "interface",
})  # fmt: skip
DATA = frozenset({"database", "data-entity", "data-object", "business-object"})
INFRASTRUCTURE = frozenset({
    "network", "data-centre", "infrastructure-service", "technology-product", "system-software", "device", "node",
})  # fmt: skip
SERVICES = frozenset({"public-service", "procedure", "business-process", "business-function", "business-service"})
ASKED: Mapping[ReferenceModel, frozenset[str]] = {  # the kinds that a model can say something of
    "brm": SOFTWARE | SERVICES | {"database"},
    "drm": DATA,
    "arm": SOFTWARE | {"database"},
    "trm": INFRASTRUCTURE,
    "srm": frozenset(),  # whatever protects: only what is classified there counts
}


@dataclass(frozen=True)
class Branch:
    """An entry of a reference model with the elements classified there; `below` counts those of all under it too."""

    item: Item
    elements: tuple[str, ...]
    children: tuple[Branch, ...]

    @property
    def below(self) -> frozenset[str]:
        """The elements classified here or further down."""
        return frozenset(self.elements).union(*(each.below for each in self.children))

    def all(self) -> Iterator[Branch]:
        """The branch and everything under it."""
        yield self
        for child in self.children:
            yield from child.all()


@dataclass(frozen=True)
class Tree:
    """One catalogue as a tree, and of which framework it is."""

    catalogue: Catalogue
    framework: str | None
    branches: tuple[Branch, ...]

    def all(self) -> Iterator[Branch]:
        """Every branch."""
        for branch in self.branches:
            yield from branch.all()

    @property
    def codes(self) -> int:
        """How many entries there are."""
        return sum(1 for _ in self.all())

    @property
    def used(self) -> int:
        """To how many of them, or to one below them, an element is classified."""
        return sum(bool(each.below) for each in self.all())


@dataclass(frozen=True)
class Coverage:
    """One reference model: its trees, the elements it should say something of and doesn't, codes that it hasn't."""

    model: ReferenceModel
    trees: tuple[Tree, ...]
    classified: tuple[str, ...]
    unclassified: tuple[str, ...]
    unknown: Mapping[str, tuple[str, ...]]

    @property
    def codes(self) -> int:
        """Entries of all its trees."""
        return sum(each.codes for each in self.trees)

    @property
    def used(self) -> int:
        """Those of them with elements."""
        return sum(each.used for each in self.trees)


def coverage(elements: Iterable[Element], sources: Iterable[Source], framework: str | None) -> list[Coverage]:
    """Each of the five models: the catalogues of no framework or of this one, and any other that is referred to.

    Elements that are retired by declaration are not asked for.
    """
    own, catalogues = list(elements), list(sources)
    return [
        _of_model(model, own, [each for each in catalogues if each.catalogue.model == model], framework)
        for model in MODELS
    ]


def _of_model(model: ReferenceModel, elements: list[Element], sources: list[Source], framework: str | None) -> Coverage:
    held: dict[str, list[str]] = {}
    for element in elements:
        for code in dict.fromkeys(element.classification.get(model, ())):
            held.setdefault(code, []).append(element.id)
    trees = tuple(
        Tree(each.catalogue, each.framework, tuple(_branch(item, held) for item in each.catalogue.entries))
        for each in sources
    )
    trees = tuple(each for each in trees if each.framework in (None, framework) or each.used)
    known = {key for tree in trees for each in tree.all() for key in (each.item.code, each.item.id) if key}
    classified = [each.id for each in elements if each.classification.get(model)]
    missing = [
        each.id
        for each in elements
        if each.kind in ASKED[model] and each.state != "retired" and not each.classification.get(model)
    ]
    unknown = {code: tuple(ids) for code, ids in sorted(held.items()) if code not in known}
    return Coverage(model, trees, tuple(classified), tuple(missing), unknown)


def _branch(item: Item, held: Mapping[str, list[str]]) -> Branch:
    own = [each for key in dict.fromkeys((item.code, item.id)) if key for each in held.get(key, ())]
    return Branch(item, tuple(dict.fromkeys(own)), tuple(_branch(each, held) for each in item.children))
