"""Finding elements by what people type: without diacritics, in names, ids, descriptions and codes; with filters.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from maidinh.governance.exploring.life_cycle import state_at
from maidinh.governance.modelling.definition import Element, Words
from maidinh.infrastructure.definitions.folding import fold

LAST = 99  # after every layer
NONE = "-"  # the choice of those that say nothing


@dataclass(frozen=True)
class Filters:
    """What the elements found must be; an empty text asks for nothing, NONE for those without."""

    kind: str = ""
    layer: str = ""
    owner: str = ""
    state: str = ""
    zone: str = ""

    def __bool__(self) -> bool:
        return any((self.kind, self.layer, self.owner, self.state, self.zone))


@dataclass(frozen=True)
class Entry:
    """An element with its searchable texts, folded: what it is called, its codes, and everything else."""

    element: Element
    names: str
    codes: frozenset[str]
    texts: str


@dataclass(frozen=True)
class Index:
    """The elements of a model, ready to be searched; `agencies` gives the names of owners."""

    entries: tuple[Entry, ...]
    agencies: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, elements: Iterable[Element], agencies: Mapping[str, str] | None = None) -> Index:
        """The index of these elements."""
        known = agencies or {}
        return cls(tuple(_entry(each, known) for each in elements), known)

    def found(self, text: str, filters: Filters, day: date) -> list[Element]:
        """Those in which every word stands, the best first: by code or id, together in the name, in it, elsewhere.

        Where nothing is searched for, they stand by layer.
        """
        words, whole = fold(text).split(), fold(text)
        ranked = []
        for entry in self.entries:
            rank = _rank(entry, words, whole)
            if rank is not None and _passes(entry.element, filters, day):
                rank = rank if words else entry.element.layer or LAST
                ranked.append((rank, entry.names, entry.element.id, entry.element))
        return [each[3] for each in sorted(ranked, key=lambda each: each[:3])]

    def values(self, day: date) -> dict[str, Counter[str]]:
        """What can be filtered for, and how many elements of each there are."""
        counted: dict[str, Counter[str]] = {name: Counter() for name in ("kind", "layer", "owner", "state", "zone")}
        for entry in self.entries:
            for name, value in _facets(entry.element, day).items():
                counted[name][value] += 1
        return counted


def _facets(element: Element, day: date) -> dict[str, str]:
    return {
        "kind": element.kind,
        "layer": str(element.layer or NONE),
        "owner": element.owner or NONE,
        "state": state_at(element, day),
        "zone": element.zone or NONE,
    }


def _passes(element: Element, filters: Filters, day: date) -> bool:
    if not filters:
        return True
    facets = _facets(element, day)
    return all(getattr(filters, name) in ("", value) for name, value in facets.items())


def _rank(entry: Entry, words: list[str], whole: str) -> int | None:
    if not words or whole in entry.codes:
        return 0
    if entry.names.startswith(whole):
        return 1
    if f" {whole}" in f" {entry.names}":
        return 2
    if all(word in entry.names for word in words):
        return 3
    if all(word in entry.names or word in entry.texts for word in words):
        return 4
    return None


def _entry(element: Element, agencies: Mapping[str, str]) -> Entry:
    codes = element.codes
    given = [codes.local, codes.source, codes.national] if codes else []
    of_models = [code for several in element.classification.values() for code in several]
    service = [element.interface.service] if element.interface else []
    all_codes = [
        each
        for each in (element.id, element.subsystem, *given, *element.reference, *of_models, *service, *element.masters)
        if each
    ]
    owner = [element.owner or "", agencies.get(element.owner or "", "")]
    rest = [*all_codes, *_texts(element.description), *_texts(element.documentation), *owner, *element.technology]
    return Entry(
        element,
        fold(" ".join(_texts(element.name))),
        frozenset(fold(each) for each in all_codes),
        fold(" ".join(rest)),
    )


def _texts(words: Words | None) -> list[str]:
    return [each.text for each in words.phrases()] if words is not None else []
