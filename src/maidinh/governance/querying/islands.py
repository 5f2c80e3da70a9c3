"""Which parts of a model hang together, whatever the direction of the relations. Layer 4, governance. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from maidinh.governance.modelling.definition import Relation


def islands(elements: Iterable[str], relations: Iterable[Relation]) -> dict[str, int]:
    """The island of each element: 0 for the largest, else a number made of its first member's id.

    A number made of a count would renumber every island after an edit.
    """
    known = list(elements)
    over: dict[str, str] = {each: each for each in known}

    def top(each: str) -> str:
        while over[each] != each:
            over[each] = over[over[each]]
            each = over[each]
        return each

    for relation in relations:
        ends = relation.id, relation.from_, relation.to
        for end in ends:
            over.setdefault(end, end)
        first = top(relation.from_)
        over[top(relation.to)] = first
        over[top(relation.id)] = first
    members: dict[str, list[str]] = {}
    for each in known:
        members.setdefault(top(each), []).append(each)
    if not members:
        return {}
    groups = [(min(group), group) for group in members.values()]
    largest = min(groups, key=lambda pair: (-len(pair[1]), pair[0]))[0]
    return {each: 0 if first == largest else _number(first) for first, group in groups for each in group}


def _number(first: str) -> int:
    return int.from_bytes(hashlib.sha256(first.encode()).digest()[:6], "big") + 1
