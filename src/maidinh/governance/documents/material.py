"""What documents are made from: one model at one closing date, with names, states and places looked up once.

Layer 4, governance. Pure. Nothing is inferred: what the model doesn't say stays unsaid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import get_args

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.frameworks import Framework
from maidinh.governance.documents.reading import Basis
from maidinh.governance.drawings.wording import Say, Wording
from maidinh.governance.exploring.publication import LeftOut, PublicationRules, publication
from maidinh.governance.modelling.definition import Element, LifeCycle, Model, Relation
from maidinh.governance.modelling.metamodel import TYPE_OF_KIND
from maidinh.governance.nas.mapping.correspondence import Correspondence
from maidinh.governance.nas.mapping.exporting import Report, to_data_set
from maidinh.governance.nas.records import DataSet
from maidinh.infrastructure.definitions.definition import Provenance, Text
from maidinh.infrastructure.organisations.definition import Agency, Organisations

SAMPLE, UNCHECKED = "\u00a0(*)", "\u00a0(**)"  # never alone on a line
TASKS = ("work-package", "deliverable", "gap", "plateau")
CHANGING = ("planned", "retired")


@dataclass(frozen=True)
class Material:
    """A model at a closing date, and what its document is made by."""

    model: Model
    basis: Basis
    framework: Framework
    language: str
    closing: date
    organisations: Organisations | None = None
    public: bool = False
    history: tuple[ArchitectureVersion, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    say: Say = str

    @cached_property
    def elements(self) -> dict[str, Element]:
        """Every element by id."""
        return {each.id: each for each in self.model.elements}

    @cached_property
    def leaving(self) -> dict[str, list[Relation]]:
        """The relations that begin at an element."""
        return _by(self.model.relations, "from_")

    @cached_property
    def arriving(self) -> dict[str, list[Relation]]:
        """The relations that end at an element."""
        return _by(self.model.relations, "to")

    @cached_property
    def agencies(self) -> dict[str, Agency]:
        """The agencies by code."""
        return {each.code: each for each in self.organisations.agencies} if self.organisations else {}

    @property
    def version(self) -> ArchitectureVersion | None:
        """The model as a version of a province, when it is one."""
        return self.model if isinstance(self.model, ArchitectureVersion) else None

    @property
    def words(self) -> _Words:
        """Labels and names in the document's language."""
        return _Words(self)

    def said(self, text: Text) -> str:
        """A text in the document's language."""
        return text.in_language(self.language)

    def name(self, element: Element) -> str:
        """What the element is called, with a mark where that is sample content or nobody checked it."""
        return f"{element.name.in_language(self.language) or element.id}{self.mark(element)}"

    def named(self, identifier: str) -> str:
        """What the element with this id is called; the id where there is none."""
        found = self.elements.get(identifier)
        return self.name(found) if found else identifier

    def mark(self, thing: Provenance) -> str:
        """The mark of what is a sample or wasn't checked."""
        return SAMPLE if thing.sample else "" if thing.checked else UNCHECKED

    def agency(self, code: str | None) -> str:
        """An agency's name; its code where nobody knows the name."""
        if not code:
            return ""
        return self.said(self.agencies[code].name) if code in self.agencies else code

    def is_own(self, element: Element) -> bool:
        """Whether the element belongs to the body that issues the architecture."""
        return self.correspondence.is_own(element.owner)

    def state(self, element: Element) -> LifeCycle:
        """The element's state on the closing date: by its dates, else as it is declared."""
        if element.dates is None:
            return element.state
        known = [(day, name) for name in get_args(LifeCycle) if (day := getattr(element.dates, name)) is not None]
        reached = [(day, number, name) for number, (day, name) in enumerate(known) if day <= self.closing]
        if reached:
            state: LifeCycle = max(reached)[2]
            return state
        return "planned" if known else element.state

    def state_name(self, element: Element) -> str:
        """What the state is called: tasks are carried out, everything else is run."""
        return self.words.state(self.state(element), element.kind in TASKS)

    def others(self, relations: Iterable[Relation], end: str, kinds: Iterable[str] = ()) -> list[Element]:
        """The elements at the `end` of relations, of these kinds, each once."""
        wanted = frozenset(kinds)
        found = {getattr(each, end): None for each in relations}
        there = (self.elements[each] for each in found if each in self.elements)
        return [each for each in there if not wanted or each.kind in wanted]

    @cached_property
    def correspondence(self) -> Correspondence:
        """How this model corresponds to the national data set."""
        structure = self.basis.structure(self.closing)
        names = {code: agency.name.vi for code, agency in self.agencies.items()}
        own = self.organisations.code if self.organisations else None
        version = self.version
        evidence = f"{version.decision} ({version.title.vi})" if version and version.decision else ""
        return Correspondence(self.basis.mapping(structure), structure, self.basis.frameworks, names, own, evidence)

    @cached_property
    def data(self) -> tuple[DataSet, Report]:
        """The national data set of this model, and what became of each element. ValueError for equal codes."""
        return to_data_set(self.correspondence, self.model)

    def part(self, element: Element) -> tuple[str, str]:
        """Layer and part of the structure in force that the element stands in; empty where none was found."""
        spot = self.correspondence.placing(element).spot
        return (spot.layer, spot.part) if spot else ("", "")

    def entry(self, model: str, key: str) -> str:
        """What an entry of a reference model is called."""
        found = self.basis.shelf.items.get(model, {}).get(key)  # type: ignore[call-overload]
        return self.said(found.name) if found and found.name else key

    def official(self, model: str, key: str) -> str:
        """The code that the reference model itself gives; an id of our own is none."""
        found = self.basis.shelf.items.get(model, {}).get(key)  # type: ignore[call-overload]
        return (found.code or "") if found else key

    @cached_property
    def _entities(self) -> dict[str, Element]:
        return {each.id.removeprefix("entity-"): each for each in self.model.elements if each.kind == "data-entity"}

    def data_entity(self, key: str) -> str:
        """What a data entity is called that something is the master of: as the model says, else as it is known."""
        if key in self._entities:
            return self.name(self._entities[key])
        known = self.basis.words.data.get(key)
        return self.said(known) if known else key

    def product(self, key: str) -> str:
        """What a technology is called."""
        found = self.basis.shelf.products.get(key)
        return self.said(found.name) if found else key

    @cached_property
    def wording(self) -> Wording:
        """What drawings of views say."""
        return Wording(self.language, self.say, {code: self.said(each.name) for code, each in self.agencies.items()})

    def day(self, day: date | None) -> str:
        """A day as documents write it."""
        return f"{day:%d/%m/%Y}" if day else ""


def prepared(
    model: Model,
    basis: Basis,
    *,
    closing: date,
    language: str = "vi",
    framework: str | None = None,
    organisations: Organisations | None = None,
    history: Iterable[ArchitectureVersion] = (),
    published: PublicationRules | None = None,
    say: Say = str,
) -> Material:
    """The material of a document; with rules of publication that of its public edition. LookupError: no framework.

    Unset, the framework is the version's own, else the one in force on the closing date. `say` translates the texts of
    the views that people drew.
    """
    own = model.framework if isinstance(model, ArchitectureVersion) else None
    name = framework or (own if own in basis.frameworks else None) or basis.framework_at(closing)
    begun = [each for each in basis.frameworks if each.startswith(f"{name}-")]
    if name not in basis.frameworks and len(begun) == 1:  # the year alone names a framework
        name = begun[0]
    if name not in basis.frameworks:
        raise LookupError(f"there is no framework {name!r} (known: {', '.join(sorted(basis.frameworks))})")
    left_out: tuple[LeftOut, ...] = ()
    if published is not None:
        model, left_out = publication(model, published)
    until = model.effective_from if isinstance(model, ArchitectureVersion) else closing
    line = sorted((each for each in history if each.effective_from <= until), key=lambda each: each.effective_from)
    return Material(
        model=model,
        basis=basis,
        framework=basis.frameworks[name],
        language=language,
        closing=closing,
        organisations=organisations,
        public=published is not None,
        history=tuple(line) or ((model,) if isinstance(model, ArchitectureVersion) else ()),
        left_out=left_out,
        say=say,
    )


class _Words:
    """Labels and names in the language of the material."""

    def __init__(self, material: Material) -> None:
        self._words, self._language = material.basis.words, material.language

    def __getitem__(self, label: str) -> str:
        return self._words.labels[label].in_language(self._language)

    def kind(self, kind: str) -> str:
        """What a kind of element is called; one that only ArchiMate has keeps its own name."""
        found = self._words.kinds.get(kind)
        return found.in_language(self._language) if found else TYPE_OF_KIND.get(kind, kind)

    def relation(self, kind: str) -> str:
        """What a kind of relation is called."""
        found = self._words.relations.get(kind)
        return found.in_language(self._language) if found else kind

    def state(self, state: LifeCycle, of_a_task: bool = False) -> str:
        """What a state of the life-cycle is called."""
        states = self._words.task_states if of_a_task else self._words.states
        return states[state].in_language(self._language)

    def layer(self, layer: int | None) -> str:
        """Number and name of a layer."""
        found = self._words.layers.get(layer) if layer else None
        return f"{layer}. {found.in_language(self._language)}" if found else ""

    def column(self, name: str) -> str:
        """The heading of a column."""
        return self._words.columns[name].in_language(self._language)  # type: ignore[index]


def _by(relations: Iterable[Relation], end: str) -> dict[str, list[Relation]]:
    found: dict[str, list[Relation]] = defaultdict(list)
    for each in relations:
        found[getattr(each, end)].append(each)
    return found
