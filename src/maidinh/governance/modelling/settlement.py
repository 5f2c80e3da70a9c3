"""What becomes of the things of two models once it is decided: who survives, under which id, in whose place.

Layer 4, governance. Pure. One section of a model at a time: elements, relations or principles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from pydantic import Field, model_validator

from maidinh.governance.modelling.collisions import Choice, Collision, Section, adds_nothing
from maidinh.governance.modelling.definition import Element, Principle, Relation
from maidinh.infrastructure.definitions.definition import Form

Side = Literal["a", "b"]
Became = Literal["kept", "renamed", "united", "merged", "replaced", "dropped"]
Ref = tuple[Side, str]
Thing = TypeVar("Thing", Element, Relation, Principle)


class Decision(Form):
    """What people decided of one collision; `with` gives fields of a merged element that neither side's value fits."""

    collision: str
    choice: Choice
    reason: str | None = None
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")

    @model_validator(mode="after")
    def _is_reasoned(self) -> Decision:
        if self.choice == "both" and not self.reason:
            raise ValueError("keeping both needs a reason")
        if self.with_ and self.choice != "merge":
            raise ValueError("only a merged element can be given fields")
        return self


@dataclass(frozen=True)
class Fate:
    """What became of one thing of either side."""

    side: Side
    section: Section
    id: str
    how: Became
    into: str | None


@dataclass(frozen=True)
class Survivor(Generic[Thing]):
    """A thing of the united model: where it comes from, its id there, and what went into it or gave way to it."""

    side: Side
    thing: Thing
    id: str
    merged: Sequence[tuple[Thing, Decision]] = ()
    gave_way: Sequence[Ref] = ()


@dataclass
class Settlement(Generic[Thing]):
    """One section of both models, settled by what was decided of its collisions. Raises ValueError on contradiction."""

    section: Section
    own: Sequence[Thing]
    other: Sequence[Thing]
    found: Iterable[Collision]
    decided: Mapping[str, Decision]
    taken: set[str]
    prefix: str
    collisions: list[Collision] = field(default_factory=list)
    undecided: list[Collision] = field(default_factory=list)
    ids: dict[Ref, str] = field(default_factory=dict)
    _by_id: dict[str, Thing] = field(init=False, repr=False)
    _by_ends: dict[tuple[str, ...], Thing] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._into: dict[Ref, tuple[Ref, Became, Decision | None]] = {}
        self._by_id = {one.id: one for one in self.own}
        self._by_ends = {_ends(one): one for one in self.own}
        united = {other.id: one.id for other in self.other if (one := self._equal(other)) is not None}
        for b_id, a_id in united.items():
            self._into["b", b_id] = (("a", a_id), "united", None)
        alike = set(united.values())
        self.collisions = [each for each in self.found if each.b not in united and each.a not in alike]
        for collision in self.collisions:
            self._decide(collision)
        self.undecided = [
            each
            for each in self.collisions
            if each.key not in self.decided and ("a", each.a) not in self._into and ("b", each.b) not in self._into
        ]
        self._name()

    def survivors(self) -> Iterator[Survivor[Thing]]:
        """What the united model has, those of `a` first."""
        merged: dict[Ref, list[tuple[Thing, Decision]]] = {}
        gave_way: dict[Ref, list[Ref]] = {}
        things = dict(self._all())
        for ref, thing in things.items():
            into = self._into.get(ref)
            if into is None:
                continue
            end = self._end(ref)
            if into[1] == "merged" and into[2] is not None:
                merged.setdefault(end, []).append((thing, into[2]))
            elif into[1] == "replaced":
                gave_way.setdefault(end, []).append(ref)
        for ref, thing in things.items():
            if ref not in self._into:
                yield Survivor(ref[0], thing, self.ids[ref], merged.get(ref, ()), gave_way.get(ref, ()))

    def fates(self) -> Iterator[Fate]:
        """What became of every thing of both sides."""
        for ref, thing in self._all():
            into, end = self._into.get(ref), self.ids[ref]
            how: Became = into[1] if into else "kept" if end == thing.id else "renamed"
            yield Fate(ref[0], self.section, thing.id, how, end)

    def _all(self) -> Iterator[tuple[Ref, Thing]]:
        yield from ((("a", thing.id), thing) for thing in self.own)
        yield from ((("b", thing.id), thing) for thing in self.other)

    def _equal(self, other: Thing) -> Thing | None:
        """The thing of `a` that says the same; a relation may do so under another id."""
        one = self._by_id.get(other.id)
        if one is not None and adds_nothing(one, other):
            return one
        one = self._by_ends.get(_ends(other))
        if one is not None and adds_nothing(one, other.model_copy(update={"id": one.id})):
            return one
        return None

    def _decide(self, collision: Collision) -> None:
        decision = self.decided.get(collision.key)
        if decision is None or decision.choice == "both":
            return
        if decision.choice not in collision.options:
            raise ValueError(f"{collision.key}: expected one of {', '.join(collision.options)}")
        a: Ref = ("a", collision.a)
        b: Ref = ("b", collision.b)
        ref, into = (a, b) if decision.choice == "b" else (b, a)
        how: Became = "merged" if decision.choice == "merge" else "replaced"
        known = self._into.get(ref)
        if known is not None and known[0] != into:
            raise ValueError(f"{collision.key}: {ref[1]} already went into {known[0][1]} by another decision")
        self._into[ref] = (into, how, decision)
        self._end(ref)

    def _end(self, ref: Ref) -> Ref:
        """Where a thing ended up, over all that it went into."""
        seen = [ref]
        while ref in self._into:
            ref = self._into[ref][0]
            if ref in seen:
                raise ValueError(f"{', '.join(each[1] for each in seen)}: these are each to go into the other")
            seen.append(ref)
        return ref

    def _name(self) -> None:
        gone = {ref[1] for ref in self._into if ref[0] == "a"}
        used = self.taken - gone
        for ref, thing in self._all():
            if ref in self._into:
                continue
            name = thing.id
            while ref[0] == "b" and name in used:
                name = f"{self.prefix}{name}"
            used.add(name)
            self.ids[ref] = name
        for ref, _ in self._all():
            self.ids[ref] = self.ids[self._end(ref)]
        self.taken |= used


def _ends(thing: Element | Relation | Principle) -> tuple[str, ...]:
    """What tells a relation apart beside its id; anything else has only that."""
    return (thing.kind, thing.from_, thing.to) if isinstance(thing, Relation) else (thing.id,)
