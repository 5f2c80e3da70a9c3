"""The public edition of an architecture: the model without what may not be published, by rules that are data.

Layer 4, governance. Pure. `national/publication.yaml` says what is withheld and on which ground (Decree 224/2026/NĐ-CP
article 24: publication by levels of disclosure). Whatever is shown to the public begins with this edition.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field, field_validator, model_validator

from maidinh.governance.exploring.dependencies import PRODUCTS
from maidinh.governance.modelling.definition import (
    Element,
    Folder,
    LifeCycle,
    Model,
    Node,
    Phrase,
    Property,
    ReferenceModel,
    Thing,
    View,
    Words,
)
from maidinh.governance.modelling.metamodel import ELEMENT_KINDS
from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Provenance, Text
from maidinh.infrastructure.definitions.folding import fold
from maidinh.infrastructure.definitions.reading import read_form

FILE = "publication.yaml"
EVERYWHERE = ("note", "carried")  # fields that every part of a model may have
FieldName = Literal[
    "note", "carried", "zone", "technology", "security_level", "security_basis", "documentation", "description",
    "properties", "cost", "source", "operator", "subsystem", "interface", "interface.endpoint",
]  # fmt: skip
EMPTY: Mapping[str, Any] = {"technology": [], "properties": [], "carried": {}}  # others become None
Any_Model = TypeVar("Any_Model", bound=Model)


class Selection(Form):
    """Which elements a rule is about: those that meet all of what it says; with nothing said, all."""

    kinds: list[str] = Field(default_factory=list)
    states: list[LifeCycle] = Field(default_factory=list)
    security_level_from: int | None = None
    personal_data: bool | None = None
    zones: list[str] = Field(default_factory=list)
    classified: list[ReferenceModel] = Field(default_factory=list)

    @field_validator("kinds")
    @classmethod
    def _kinds_are_known(cls, kinds: list[str]) -> list[str]:
        unknown = sorted(set(kinds) - ELEMENT_KINDS)
        if unknown:
            raise ValueError(f"these are no kinds of element: {', '.join(unknown)}")
        return kinds

    @property
    def all(self) -> bool:
        """Whether it is about every element."""
        return self == Selection()

    def meets(self, element: Element) -> bool:
        """Whether the element is among them."""
        level = self.security_level_from
        return (
            (not self.kinds or element.kind in self.kinds)
            and (not self.states or element.state in self.states)
            and (level is None or (element.security_level or 0) >= level)
            and (self.personal_data is None or element.personal_data == self.personal_data)
            and (not self.zones or element.zone in self.zones)
            and (not self.classified or any(element.classification.get(each) for each in self.classified))
        )


class Withholding(Provenance):
    """One rule: what is withheld of which elements, and why. Without a ground its note says whose design it is."""

    id: str
    title: Text
    reason: Text
    legal_basis: list[LegalBasis] = Field(default_factory=list)
    selects: Selection = Selection()
    whole: bool = False
    fields: list[FieldName] = Field(default_factory=list)
    properties: list[str] = Field(default_factory=list)
    patterns: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _withholds_something(self) -> Withholding:
        if not (self.whole or self.fields or self.properties or self.patterns):
            raise ValueError("expected at least one of whole, fields, properties, patterns")
        if self.whole and self.selects.all:
            raise ValueError("this would withhold every element: say which in selects")
        if not self.selects.all and (self.properties or self.patterns or set(self.fields) & set(EVERYWHERE)):
            raise ValueError("note, carried, properties and patterns hold for the whole model: leave selects out")
        for pattern in self.patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
        return self


class PublicationRules(Provenance):
    """All that is withheld, and the mark that stands in a text where something was left out."""

    id: str
    name: Text
    mask: Text
    withheld: list[Withholding]

    @model_validator(mode="after")
    def _ids_once(self) -> PublicationRules:
        twice = sorted(each for each, count in Counter(rule.id for rule in self.withheld).items() if count > 1)
        if twice:
            raise ValueError(f"these ids stand more than once: {', '.join(twice)}")
        return self


@dataclass(frozen=True)
class LeftOut:
    """What a rule took away: from how many things."""

    rule: Withholding
    count: int


def read_publication_rules(national_root: Path) -> PublicationRules:
    """The nation's rules. Raises DefinitionError."""
    return read_form(national_root / FILE, PublicationRules)


def masked(text: str, rules: PublicationRules, language: str = "vi") -> str:
    """A text that stands in no model, without the traces that the rules leave out of every text."""
    for pattern in (each for rule in rules.withheld for each in rule.patterns):
        text = re.sub(pattern, rules.mask.in_language(language), text)
    return text


def public_edition(model: Any_Model, rules: PublicationRules) -> Any_Model:
    """The model without what may not be published; whole: nothing in it refers to what was left out."""
    return publication(model, rules)[0]


def publication(model: Any_Model, rules: PublicationRules) -> tuple[Any_Model, tuple[LeftOut, ...]]:
    """The public edition, and by rule from how many things something was left out."""
    counted: Counter[str] = Counter()
    gone = _withheld_elements(model, rules, counted)
    partly = _without_fields(model.elements, rules, gone, counted)
    edition = _without(model.model_copy(update={"elements": partly}), gone, _telling_relations(model, rules, counted))
    edition = _Cleaning(edition, rules, counted).cleaned(edition)
    return edition, tuple(LeftOut(rule, counted[rule.id]) for rule in rules.withheld if counted[rule.id])


def _withheld_elements(model: Model, rules: PublicationRules, counted: Counter[str]) -> frozenset[str]:
    gone: set[str] = set()
    for rule in rules.withheld:
        if rule.whole:
            found = {each.id for each in model.elements if rule.selects.meets(each)} - gone
            counted[rule.id] += len(found)
            gone |= found
    return frozenset(gone)


def _without_fields(
    elements: Iterable[Element], rules: PublicationRules, gone: frozenset[str], counted: Counter[str]
) -> list[Element]:
    about = [(rule, [each for each in rule.fields if each not in EVERYWHERE]) for rule in rules.withheld]
    kept = []
    for element in elements:
        if element.id in gone:
            continue
        changes: dict[str, Any] = {}
        for rule, fields in about:
            if fields and rule.selects.meets(element):
                found = _emptied(element, fields)
                counted[rule.id] += bool(found.keys() - changes.keys())
                changes |= found
        kept.append(element.model_copy(update=changes) if changes else element)
    return kept


def _telling_relations(model: Model, rules: PublicationRules, counted: Counter[str]) -> set[str]:
    """The relations that say on which product something runs whose technology is withheld."""
    products = {each.id for each in model.elements if each.kind in PRODUCTS}
    about = [rule for rule in rules.withheld if "technology" in rule.fields]
    guarded: dict[str, str] = {}
    for element in model.elements if products else ():
        rule = next((each for each in about if each.selects.meets(element)), None)
        if rule is not None and element.id not in products:
            guarded[element.id] = rule.id
    telling: set[str] = set()
    for relation in model.relations:
        ends = {relation.from_, relation.to}
        if ends & products and (found := ends & guarded.keys()):
            telling.add(relation.id)
            counted[guarded[min(found)]] += 1
    return telling


def _emptied(element: Element, fields: Iterable[str]) -> dict[str, Any]:
    """What becomes of the fields of the element that say something; a product may name itself in the catalogue."""
    changes: dict[str, Any] = {}
    for name in fields:
        if name == "interface.endpoint":
            if element.interface is not None and element.interface.endpoint:
                changes["interface"] = element.interface.model_copy(update={"endpoint": ""})
        elif getattr(element, name) and not (name == "technology" and element.kind in PRODUCTS):
            changes[name] = EMPTY.get(name)
    return changes


def _without(model: Any_Model, gone: frozenset[str], telling: set[str]) -> Any_Model:
    """The model without these elements and relations and all that leads to them."""
    if not (gone or telling):
        return model
    lost = {*gone, *telling}
    while True:  # relations may end at relations
        further = {each.id for each in model.relations if {each.from_, each.to} & lost} - lost
        if not further:
            break
        lost |= further
    elements = [
        each.model_copy(update=_freed(each, gone)) if _freed(each, gone) else each
        for each in model.elements
        if each.id not in gone
    ]
    parts: dict[str, Any] = {
        "elements": elements,
        "relations": [each for each in model.relations if each.id not in lost],
        "views": [_view_without(each, lost) for each in model.views],
        "folders": [_folder_without(each, lost) for each in model.folders],
    }
    return model.model_copy(update=parts)


def _freed(element: Element, gone: frozenset[str]) -> dict[str, Any]:
    """What an element loses that named one of those that are gone."""
    changes: dict[str, Any] = {}
    if element.interface is not None and element.interface.system in gone:
        changes["interface"] = None
    if element.zone in gone:
        changes["zone"] = None
    if gone & set(element.technology):
        changes["technology"] = [each for each in element.technology if each not in gone]
    return changes


def _view_without(view: View, lost: set[str]) -> View:
    dropped: set[str] = set()

    def kept(nodes: list[Node]) -> list[Node]:
        left: list[Node] = []
        for node in nodes:
            inside = kept(node.nodes)
            if node.element in lost:
                dropped.add(node.id)
                left += inside  # boxes are placed from the view's corner: what it held stands where it stood
            else:
                left.append(node.model_copy(update={"nodes": inside}) if inside != node.nodes else node)
        return left

    nodes = kept(view.nodes)
    dropped |= {each.id for each in view.connections if each.relation in lost}
    while True:
        further = {each.id for each in view.connections if {each.source, each.target} & dropped} - dropped
        if not further:
            break
        dropped |= further
    lines = [each for each in view.connections if each.id not in dropped]
    return view.model_copy(update={"nodes": nodes, "connections": lines}) if dropped else view


def _folder_without(folder: Folder, lost: set[str]) -> Folder:
    holds = [
        each if isinstance(each, str) else _folder_without(each, lost)
        for each in folder.holds
        if not (isinstance(each, str) and each in lost)
    ]
    return folder.model_copy(update={"holds": holds})


class _Cleaning:
    """Going through every part of a model for what is withheld everywhere: fields, properties, traces in texts."""

    def __init__(self, model: Model, rules: PublicationRules, counted: Counter[str]) -> None:
        self.counted = counted
        self.mask = rules.mask
        self.everywhere = {name: rule.id for rule in rules.withheld for name in rule.fields if name in EVERYWHERE}
        self.patterns = [(rule.id, re.compile(each)) for rule in rules.withheld for each in rule.patterns]
        names = {each.id: each.name for each in model.property_definitions}
        self.properties = {
            key: rule.id
            for rule in rules.withheld
            for key in {*names, *_property_keys(model)}
            if _speaks_of(rule.properties, [key, *(each.text for each in names.get(key, Words()).phrases())])
        }

    def cleaned(self, value: Any) -> Any:
        """The same without it; the very same object where nothing was to be taken away."""
        if isinstance(value, BaseModel):
            changes = {}
            for name, held in value.__dict__.items():
                if held is None or isinstance(held, (int, bool)):
                    continue
                found = self._field(value, name, held)
                if found is not held:
                    changes[name] = found
            return value.model_copy(update=changes) if changes else value
        if isinstance(value, list):
            items = [each for each in value if not (isinstance(each, Property) and self._withheld(each))]
            cleaned = [self.cleaned(each) if not isinstance(each, str) else each for each in items]
            same = len(cleaned) == len(value) and all(a is b for a, b in zip(cleaned, value, strict=True))
            return value if same else cleaned
        return value

    def _field(self, owner: BaseModel, name: str, held: Any) -> Any:
        if name in self.everywhere and held and not isinstance(held, Text):
            self.counted[self.everywhere[name]] += 1
            return {} if name == "carried" else None
        if isinstance(held, str):
            return self._masked(owner, name, held) if isinstance(owner, (Words, Text, Phrase, Property)) else held
        if isinstance(held, dict):
            return held
        return self.cleaned(held)

    def _masked(self, owner: BaseModel, name: str, text: str) -> str:
        if name in ("key", "language"):
            return text
        language = "en" if name == "en" or getattr(owner, "language", None) == "en" else "vi"
        for rule, pattern in self.patterns:
            found, count = pattern.subn(self.mask.in_language(language), text)
            if count:
                self.counted[rule] += 1
                text = found
        return text

    def _withheld(self, held: Property) -> bool:
        rule = self.properties.get(held.key)
        if rule is not None:
            self.counted[rule] += 1
        return rule is not None


def _property_keys(model: Model) -> set[str]:
    things: tuple[Model | Thing, ...] = (model, *model.elements, *model.relations, *model.views)
    return {held.key for thing in things for held in thing.properties}


def _speaks_of(words: Iterable[str], names: Iterable[str]) -> bool:
    """Whether a name has one of the words (whole words, without diacritics) in it."""
    wanted = [f" {fold(each)} " for each in words]
    return any(word in f" {fold(name)} " for name in names for word in wanted)
