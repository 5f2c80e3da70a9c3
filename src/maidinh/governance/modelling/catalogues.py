"""Catalogues that elements refer to: the five reference models, and technologies with their life-cycle.

Layer 4, governance. The nation's come with the definitions; a province adds its own entries and products to them.
An entry is named by the code that the reference model gave it or, where none could be read, by an id of our own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from maidinh.governance.modelling.definition import Element, ReferenceModel
from maidinh.infrastructure.definitions.code_lists import CodeList
from maidinh.infrastructure.definitions.definition import Form, Provenance, Text
from maidinh.infrastructure.definitions.reading import read_all

FOLDER = "catalogues"
ZONES = "network-zones"  # the list of codes that names them
Stage = Literal["adopt", "keep", "retire"]
Requirement = Literal[
    "mandatory", "mandatory-one-or-more", "mandatory-exactly-one", "mandatory-both-on-servers", "recommended"
]
OFFICIAL = re.compile(r"(BRM|DRM|ARM|TRM|SRM)\d")  # what an official code begins with: no id of ours may look like one


class Item(Provenance):
    """An entry of a reference model; `code` is the model's own, `id` ours."""

    id: str | None = Field(default=None, pattern=r"^[^\s/?#]+$")
    code: str | None = None
    name: Text | None = None
    meaning: str | None = None
    children: list[Item] = Field(default_factory=list)

    @model_validator(mode="after")
    def _can_be_named(self) -> Item:
        if not (self.id or self.code):
            raise ValueError("an entry needs the code that its reference model gives it, or an id of our own")
        if self.id and OFFICIAL.match(self.id):
            raise ValueError("an id of our own must not look like an official code: write it as code if it is one")
        return self

    @property
    def key(self) -> str:
        """What an element is classified by."""
        return self.code or self.id or ""

    def all(self) -> Iterator[Item]:
        """The entry and all below it."""
        yield self
        for child in self.children:
            yield from child.all()


class Place(Form):
    """Where a product stands in the technology reference model, and whether that entry demands it."""

    category: str
    requirement: Requirement | None = None
    note: str | None = None


class StageDates(Form):
    """From which day a product is in a stage; a day that isn't known is left out."""

    adopt: date | None = None
    keep: date | None = None
    retire: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> StageDates:
        known = [day for day in (self.adopt, self.keep, self.retire) if day is not None]
        if known != sorted(known):
            raise ValueError("expected the days in the order adopt, keep, retire")
        return self


class Product(Provenance):
    """A technology: what it is called apart from who sells it, where it stands, and what is to become of it."""

    id: str = Field(pattern=r"^[^\s/?#]+$")
    name: Text
    product: str | None = None
    vendor: str | None = None
    kind: Literal["product", "standard"] = "product"
    places: list[Place] = Field(default_factory=list)
    stage: Stage
    dates: StageDates | None = None
    replaced_by: list[str] = Field(default_factory=list)

    def stage_at(self, day: date) -> Stage:
        """Its stage on a day: by its dates where they say so, else the one declared."""
        begun: list[tuple[date, Stage]] = []
        if self.dates is not None:
            stages: tuple[tuple[date | None, Stage], ...] = (
                (self.dates.adopt, "adopt"), (self.dates.keep, "keep"), (self.dates.retire, "retire"),
            )  # fmt: skip
            begun = [(since, stage) for since, stage in stages if since is not None and since <= day]
        return begun[-1][1] if begun else self.stage


class Catalogue(Provenance):
    """One file of a catalogue: entries of a reference model, or products. Several files may add to the same model."""

    id: str
    model: ReferenceModel | Literal["technology"]
    name: Text
    legal: str | None = None
    entries: list[Item] = Field(default_factory=list)
    products: list[Product] = Field(default_factory=list)

    @model_validator(mode="after")
    def _fits_its_model(self) -> Catalogue:
        if self.entries and self.model == "technology":
            raise ValueError("a technology catalogue has products, no entries")
        if self.products and self.model != "technology":
            raise ValueError("a catalogue of a reference model has entries, no products")
        keys = [item.key for entry in self.entries for item in entry.all()] + [each.id for each in self.products]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"these stand more than once: {', '.join(twice)}")
        return self


@dataclass(frozen=True)
class Shelf:
    """All catalogues that hold for a province, looked up by key."""

    items: dict[ReferenceModel, dict[str, Item]] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    zones: frozenset[str] = frozenset()

    def extended(self, catalogues: Iterable[Catalogue]) -> Shelf:
        """The same with more catalogues; what they say of a key or product replaces what was there."""
        catalogues = list(catalogues)
        if not catalogues:
            return self
        items = {model: dict(entries) for model, entries in self.items.items()}
        products = dict(self.products)
        for catalogue in catalogues:
            products |= {product.id: product for product in catalogue.products}
            if catalogue.model != "technology":
                known = items.setdefault(catalogue.model, {})
                for item in (each for entry in catalogue.entries for each in entry.all()):
                    known |= {key: item for key in (item.code, item.id) if key}
        return Shelf(items, products, self.zones)

    def knows(self, model: ReferenceModel, key: str) -> bool:
        """Whether the reference model has an entry with this code or id."""
        return key in self.items.get(model, {})


def shelf_of(catalogues: Iterable[Catalogue], lists: Mapping[str, CodeList]) -> Shelf:
    """These catalogues, the later before the earlier, and the network zones that have a code."""
    zones = frozenset(code.code for code in lists[ZONES].codes) if ZONES in lists else frozenset[str]()
    return Shelf(zones=zones).extended(catalogues)


@dataclass(frozen=True)
class Unknown:
    """Something that an element refers to and no catalogue has."""

    element: str
    field: str
    value: str
    text: str


def unknown_references(
    elements: Iterable[Element], shelf: Shelf, known: Iterable[Element] | None = None
) -> list[Unknown]:
    """What `elements` refer to that neither a catalogue nor `known` (all elements of the version) has."""
    own = list(elements)
    around = own if known is None else list(known)
    technologies = shelf.products.keys() | {each.id for each in around if each.kind == "technology-product"}
    zones = [each for each in around if each.kind == "network-zone"]
    places = shelf.zones | {zone.id for zone in zones}
    places |= {zone.codes.local for zone in zones if zone.codes is not None and zone.codes.local}
    found: list[Unknown] = []
    for element in own:
        for model, keys in element.classification.items():
            found += [
                Unknown(element.id, "classification", key, f"the catalogue of {model.upper()} has no entry {key!r}")
                for key in keys
                if not shelf.knows(model, key)
            ]
        found += [
            Unknown(element.id, "technology", each, f"no catalogue product or technology-product is called {each!r}")
            for each in element.technology
            if each not in technologies
        ]
        if element.zone is not None and element.zone not in places:
            text = f"expected a network-zone or one of {', '.join(sorted(places))} (found {element.zone!r})"
            found.append(Unknown(element.id, "zone", element.zone, text))
    return found


def double_masters(elements: Iterable[Element]) -> dict[str, list[str]]:
    """Each entity that more than one running element says to be the master of, with those elements."""
    masters: dict[str, list[str]] = {}
    for element in elements:
        if element.state != "retired":
            for entity in element.masters:
                masters.setdefault(entity, []).append(element.id)
    return {entity: sorted(found) for entity, found in sorted(masters.items()) if len(found) > 1}


def catalogue_files(folder: Path) -> list[Path]:
    """The files of the catalogues of the nation or of a province."""
    return sorted((folder / FOLDER).glob("*.yaml"))


def read_catalogues(folder: Path) -> dict[Path, Catalogue]:
    """The catalogues of the nation or of a province, by file. Raises DefinitionError."""
    return read_all(catalogue_files(folder), Catalogue)
