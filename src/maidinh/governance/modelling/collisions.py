"""Where two models collide when they become one: the same id, name, function, code, two masters, two owners.

Layer 4, governance. Pure. What is equal in both is no collision; every other pair needs a decision.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from maidinh.governance.modelling.definition import Element, Principle, Relation
from maidinh.governance.modelling.metamodel import TYPE_OF_KIND

CollisionKind = Literal[
    "same-id", "same-name", "same-function", "same-code", "two-masters", "two-owners", "same-relation"
]
Section = Literal["elements", "relations", "principles"]
Choice = Literal["a", "b", "merge", "both"]

Signs = Callable[[Element], Iterable[Hashable]]

# A component of a framework that more elements than this stand for is a class of things, not one function.
FEW = 3
UNSAID: tuple[object, ...] = (None, [], {})
PROVENANCE = {"source", "confidence", "checked", "sample", "note"}


@dataclass(frozen=True)
class Collision:
    """Two things, one of each side, that can't both simply be taken over; `between` are the values that collide."""

    section: Section
    a: str
    b: str
    kinds: tuple[CollisionKind, ...]
    between: tuple[tuple[str, str, str], ...]
    options: tuple[Choice, ...]

    @property
    def key(self) -> str:
        """How a decision names it: it stays the same as long as both ids do."""
        return f"{self.section}:{self.a}|{self.b}"


def adds_nothing(one: Element | Relation | Principle, other: Element | Relation | Principle) -> bool:
    """Whether `other` says nothing that `one` doesn't say too, wherever either has it from."""
    known, said = (each.model_dump(exclude=PROVENANCE) for each in (one, other))
    return all(value in UNSAID or value == known[name] for name, value in said.items())


def element_collisions(a: Iterable[Element], b: Iterable[Element]) -> list[Collision]:
    """Every pair of elements that collides, in the order of `b`."""
    left = {element.id: element for element in a}
    right = list(b)
    found: dict[tuple[str, str], list[CollisionKind]] = defaultdict(list)
    signs: tuple[tuple[CollisionKind, Index], ...] = (
        ("same-id", Index(left.values(), lambda each: [each.id])),
        ("same-name", Index(left.values(), _names)),
        ("same-function", Index(left.values(), _functions, few=FEW)),
        ("same-code", Index(left.values(), _codes)),
        ("two-masters", Index(left.values(), _masters)),
    )
    for kind, index in signs:
        for one, other in index.pairs(right):
            found[one.id, other.id].append(kind)
    matched = [{each[side] for each, kinds in found.items() if _is_match(kinds)} for side in (0, 1)]
    position = {element.id: n for n, element in enumerate(right)}
    others = {element.id: element for element in right}
    made = []
    for (one_id, other_id), kinds in sorted(found.items(), key=lambda each: (position[each[0][1]], each[0][0])):
        one, other = left[one_id], others[other_id]
        if kinds == ["same-function"] and (one_id in matched[0] or other_id in matched[1]):
            continue  # that function's counterpart is another element
        if not adds_nothing(one, other):
            owners: list[CollisionKind] = (
                ["two-owners"] if one.owner and other.owner and one.owner != other.owner else []
            )
            options: tuple[Choice, ...] = ("a", "b", "merge", "both")
            if TYPE_OF_KIND[one.kind] != TYPE_OF_KIND[other.kind]:
                options = ("a", "b", "both")
            between = tuple(_between(one, other))
            made.append(Collision("elements", one_id, other_id, (*kinds, *owners), between, options))
    return made


def relation_collisions(a: Iterable[Relation], b: Iterable[Relation]) -> list[Collision]:
    """Every pair of relations that says something else of the same ends, or whose contracts have the same id."""
    left = list(a)
    by_ends = {(each.kind, each.from_, each.to): each for each in left}
    by_contract = {each.contract.id: each for each in left if each.contract}
    made = []
    for other in b:
        kinds: dict[str, list[CollisionKind]] = defaultdict(list)
        one = by_ends.get((other.kind, other.from_, other.to))
        if one is not None and not _same_relation(one, other):
            kinds[one.id].append("same-relation")
        one = by_contract.get(other.contract.id) if other.contract else None
        if one is not None and not _same_relation(one, other):
            kinds[one.id].append("same-code")
        known = {each.id: each for each in left} if kinds else {}
        for one_id, why in kinds.items():
            between = tuple(_between(known[one_id], other))
            made.append(Collision("relations", one_id, other.id, tuple(why), between, ("a", "b", "both")))
    return made


def principle_collisions(a: Iterable[Principle], b: Iterable[Principle]) -> list[Collision]:
    """Principles of the same id that say something else."""
    left = {each.id: each for each in a}
    return [
        Collision(
            "principles", each.id, each.id, ("same-id",), tuple(_between(left[each.id], each)), ("a", "b", "both")
        )
        for each in b
        if each.id in left and not adds_nothing(left[each.id], each)
    ]


class Index:
    """The elements of one side by what a function says of each."""

    def __init__(self, elements: Iterable[Element], signs: Signs, few: int | None = None) -> None:
        self.signs, self.few = signs, few
        self.held: dict[Hashable, list[Element]] = defaultdict(list)
        for element in elements:
            for sign in signs(element):
                self.held[sign].append(element)

    def pairs(self, others: Iterable[Element]) -> Iterator[tuple[Element, Element]]:
        """Each pair that shares a sign, once; signs that more than `few` bear on either side are passed over."""
        right: dict[Hashable, list[Element]] = defaultdict(list)
        for element in others:
            for sign in self.signs(element):
                right[sign].append(element)
        seen: set[tuple[str, str]] = set()
        for sign, own in self.held.items():
            met = right.get(sign, [])
            if self.few is not None and max(len(own), len(met)) > self.few:
                continue
            for one in own:
                for other in met:
                    if (one.id, other.id) not in seen:
                        seen.add((one.id, other.id))
                        yield one, other


def _is_match(kinds: list[CollisionKind]) -> bool:
    """Whether a pair stands for one function and more than that speaks for it."""
    return "two-masters" in kinds or ("same-function" in kinds and len(kinds) > 1)


def _names(element: Element) -> Iterator[Hashable]:
    for text in {element.name.vi, element.name.en} - {None, ""}:
        yield TYPE_OF_KIND[element.kind], " ".join(unicodedata.normalize("NFC", str(text)).casefold().split())


def _functions(element: Element) -> Iterator[Hashable]:
    if element.state != "retired":
        for component in element.reference:
            yield TYPE_OF_KIND[element.kind], component


def _codes(element: Element) -> Iterator[Hashable]:
    if element.codes:
        yield from element.codes.model_dump(exclude_none=True).items()
    if element.subsystem:
        yield "subsystem", element.owner, element.subsystem
    if element.interface:
        yield "service", element.interface.service


def _masters(element: Element) -> Iterator[Hashable]:
    if element.state != "retired":
        yield from element.masters


def _between(
    one: Element | Relation | Principle, other: Element | Relation | Principle
) -> Iterator[tuple[str, str, str]]:
    """The fields in which the two differ, with what each says."""
    before, after = (each.model_dump(mode="json", exclude=PROVENANCE, by_alias=True) for each in (one, other))
    return _differing(before, after, "")


def _differing(before: dict[str, object], after: dict[str, object], path: str) -> Iterator[tuple[str, str, str]]:
    for name in dict.fromkeys([*before, *after]):
        one, other = before.get(name), after.get(name)
        if isinstance(one, dict) and isinstance(other, dict) and not {"vi", "en"} & {*one, *other}:
            yield from _differing(one, other, f"{path}{name}.")
        elif one != other:
            yield f"{path}{name}", _plain(one), _plain(other)


def _plain(value: object) -> str:
    if isinstance(value, dict) and ("vi" in value or "en" in value):
        return str(value.get("vi") or value.get("en") or "")
    if isinstance(value, list):
        return ", ".join(_plain(each) for each in value)
    return "" if value in UNSAID else str(value)


def _same_relation(one: Relation, other: Relation) -> bool:
    """Whether the second adds nothing to the first, whatever the two are called."""
    return adds_nothing(one, other.model_copy(update={"id": one.id}))
