"""What a thing of a model refers to. Layer 4, governance. Pure.

A hard reference is one without which the thing means nothing: the ends of a relation, what a node shows.
"""

from __future__ import annotations

from collections.abc import Iterator

from maidinh.governance.comparison.parts import Key, Part, view_of
from maidinh.governance.modelling.definition import Connection, Element, Node, Relation

ENDS = ("elements", "relations")


def references(key: Key, part: Part) -> Iterator[tuple[Key, bool]]:
    """What it refers to by id, and whether hard. An id that may be of several sections is given for each."""
    yield from _places(key, part)
    value = part.value
    for each in getattr(value, "properties", ()):
        yield ("property_definitions", each.key), False
    match value:
        case Relation():
            yield from (((section, end), True) for end in (value.from_, value.to) for section in ENDS)
        case Node():
            yield from (((section, name), True) for section, name in _shown(value) if name)
        case Connection():
            if value.relation:
                yield ("relations", value.relation), True
            ends = (f"{view_of(key)}/{end}" for end in (value.source, value.target) if end)
            yield from (((section, end), True) for end in ends for section in ("nodes", "connections"))
        case Element():
            named = (value.zone, value.interface.system if value.interface else None)
            yield from ((("elements", name), False) for name in named if name)


def _places(key: Key, part: Part) -> Iterator[tuple[Key, bool]]:
    for folder in part.place.get("folders", ()):
        yield ("folders", folder), False
    parent = part.place.get("parent")
    if parent:
        yield (("nodes", f"{view_of(key)}/{parent}"), True) if key[0] == "nodes" else (("folders", parent), False)


def _shown(node: Node) -> tuple[tuple[str, str | None], ...]:
    return ("elements", node.element), ("views", node.view)
