"""What a generated drawing shows, before anything has a place: bands, groups in them, items, and ties between items.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from maidinh.governance.drawings.wording import Wording
from maidinh.governance.modelling.definition import Element, Model, Relation

FRAMED_FROM = 2  # a group of fewer has no frame of its own


@dataclass(frozen=True)
class Item:
    """A component, with what its box says below its name."""

    element: Element
    note: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Group:
    """Items that stand together in a frame; without a title they have none."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Strip:
    """A band: its heading and its groups."""

    id: str
    title: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Tie:
    """What joins two items: a relation, a field that says the same, or a connection that was seen."""

    id: str
    kind: str
    source: str
    target: str
    relation: Relation | None = None
    verdict: str = ""
    label: str = ""


@dataclass(frozen=True)
class Plan:
    """A generated drawing in words. `beside` are elements that belong to it but are not drawn, each with the reason.

    `columns` is how many boxes stand beside each other at most, `ordered` keeps the groups in the order they are in.
    """

    id: str
    title: str
    description: str
    strips: tuple[Strip, ...]
    ties: tuple[Tie, ...]
    beside: tuple[tuple[Element, str], ...] = ()
    columns: int | None = None
    ordered: bool = False


def by_owner(items: Iterable[Item], wording: Wording) -> tuple[Group, ...]:
    """Items by the agency that they belong to: a frame for each that has several, one for all the others."""
    of: dict[str, list[Item]] = defaultdict(list)
    for each in items:
        of[each.element.owner or ""].append(each)
    if set(of) <= {""}:
        return (Group("", tuple(of[""])),) if of[""] else ()
    single = [code for code, own in of.items() if code and len(own) < FRAMED_FROM]
    if len(single) == 1:
        single = []
    groups = [Group(wording.owner(code), tuple(own)) for code, own in of.items() if code and code not in single]
    others = [
        Item(each.element, joined(wording.owner(each.element.owner), each.note), each.mark)
        for code in single
        for each in of[code]
    ]
    if others:
        groups.append(Group(wording.say("One component each"), tuple(others)))
    if of.get(""):
        groups.append(Group(wording.say("No agency named") if groups else "", tuple(of[""])))
    return tuple(groups)


def by(items: Iterable[Item], title: Callable[[Item], str]) -> tuple[Group, ...]:
    """Items by a heading, in the order in which the headings come up."""
    of: dict[str, list[Item]] = defaultdict(list)
    for each in items:
        of[title(each)].append(each)
    return tuple(Group(heading, tuple(own)) for heading, own in of.items())


def joined(*parts: str) -> str:
    """The parts that say something, apart from each other."""
    return " · ".join(each for each in parts if each)


def relation_ties(relations: Iterable[Relation], shown: Iterable[str], kinds: Iterable[str] = ()) -> list[Tie]:
    """The relations between what is shown, of these kinds or of all."""
    known, wanted = set(shown), set(kinds)
    return [
        Tie(each.id, each.kind, each.from_, each.to, each)
        for each in relations
        if each.from_ in known and each.to in known and (not wanted or each.kind in wanted)
    ]


def tied(ties: Iterable[Tie]) -> set[str]:
    """What any tie reaches."""
    return {end for each in ties for end in (each.source, each.target)}


def elements_of(model: Model) -> dict[str, Element]:
    """The elements by id."""
    return {each.id: each for each in model.elements}


def shown_in(strips: Sequence[Strip]) -> list[str]:
    """The ids of everything in the strips, in order."""
    return [item.element.id for strip in strips for group in strip.groups for item in group.items]
