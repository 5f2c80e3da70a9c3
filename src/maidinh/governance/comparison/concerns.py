"""Whom a difference concerns: each agency with what is its own in it, and what it uses of others.

Layer 4, governance. Pure. Nodes and lines of a view are told as their view; a view concerns no agency by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from maidinh.governance.comparison.difference import Difference
from maidinh.governance.modelling.definition import Element, Model, Relation

Key = tuple[str, str]
Tie = Literal["owns", "uses"]
OWNS: Final = "owns"
USES: Final = "uses"


def concerns(difference: Difference, old: Model, new: Model) -> dict[str, dict[Key, Tie]]:
    """By agency: what differs of what it owns or runs, and of what its own components are tied to."""
    surroundings = _Surroundings(old, new)
    found: dict[str, dict[Key, Tie]] = {}
    for key in differing(difference):
        for agency, tie in surroundings.ties(key):
            known = found.setdefault(agency, {})
            known[key] = OWNS if OWNS in (tie, known.get(key)) else USES
    return found


def differing(difference: Difference) -> Iterator[Key]:
    """Every component and relation that differs in whatever way."""
    for name in ("elements", "relations"):
        section = difference[name]
        yield from ((name, each.id) for each in (*section.added, *section.removed))
        yield from ((name, each.thing.id) for each in (*section.changed, *section.moved))


class _Surroundings:
    """Who holds what, before and after, and what each component is tied to."""

    def __init__(self, old: Model, new: Model) -> None:
        self.holders: dict[str, set[str]] = {}
        self.beside: dict[str, set[str]] = {}
        self.ends: dict[str, set[str]] = {}
        for model in (old, new):
            for element in model.elements:
                self._take_element(element)
            for relation in model.relations:
                self._take_relation(relation)

    def ties(self, key: Key) -> Iterator[tuple[str, Tie]]:
        """The agencies that a thing concerns, and how."""
        section, name = key
        if section == "relations":
            for end in self.ends.get(name, ()):
                yield from ((agency, USES) for agency in self.holders.get(end, ()))
            return
        yield from ((agency, OWNS) for agency in self.holders.get(name, ()))
        for other in self.beside.get(name, ()):
            yield from ((agency, USES) for agency in self.holders.get(other, ()))

    def _take_element(self, element: Element) -> None:
        self.holders.setdefault(element.id, set()).update(each for each in (element.owner, element.operator) if each)
        if element.interface is not None:
            self._tie(element.id, element.interface.system)
        if element.zone:
            self._tie(element.id, element.zone)

    def _take_relation(self, relation: Relation) -> None:
        self.ends.setdefault(relation.id, set()).update((relation.from_, relation.to))
        self._tie(relation.from_, relation.to)

    def _tie(self, one: str, other: str) -> None:
        self.beside.setdefault(one, set()).add(other)
        self.beside.setdefault(other, set()).add(one)
