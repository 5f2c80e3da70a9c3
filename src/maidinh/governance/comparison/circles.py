"""What leads round in a circle: nodes and folders that lie in each other, wholes that are parts of themselves.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from maidinh.governance.comparison.parts import Key, Part, view_of
from maidinh.governance.modelling.definition import Relation
from maidinh.governance.modelling.integrity import PARTS, groups


def circle(things: Mapping[Key, Part]) -> list[Key]:
    """Nodes or folders that lie in each other, of one circle; nothing where there is none."""
    safe: set[Key] = set()
    for start, part in things.items():
        if "parent" not in part.place:
            continue
        path: list[Key] = []
        at: Key | None = start
        while at is not None and at not in safe and at in things:
            if at in path:
                return path[path.index(at) :]
            path.append(at)
            at = _parent(at, things[at])
        safe.update(path)
    return []


def compositions_in_circles(things: Mapping[Key, Part]) -> list[list[Key]]:
    """The relations of each group of wholes that are, by whatever way, parts of themselves."""
    relations = [
        (key, part.value)
        for key, part in things.items()
        if isinstance(part.value, Relation) and part.value.kind in PARTS
    ]
    group = groups((relation.from_, relation.to) for _, relation in relations)
    found: dict[int, list[Key]] = {}
    for key, relation in relations:
        if relation.from_ in group and group.get(relation.to) == group[relation.from_]:
            found.setdefault(group[relation.from_], []).append(key)
    return list(found.values())


def _parent(key: Key, part: Part) -> Key | None:
    parent = part.place.get("parent")
    if not parent:
        return None
    return (key[0], f"{view_of(key)}/{parent}" if key[0] == "nodes" else parent)
