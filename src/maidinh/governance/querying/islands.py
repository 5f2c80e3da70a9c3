"""Which parts of a model hang together, whatever the direction of the relations. Layer 4, governance. Pure."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping

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

    lines = list(relations)
    met = {end for relation in lines for end in (relation.from_, relation.to)} - over.keys()
    over |= {each: each for each in met}  # relations at which others end, and what is not there at all
    for relation in lines:
        first = top(relation.from_)
        over[top(relation.to)] = first
        if relation.id in met:
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


def moved(
    before: Mapping[str, int],
    starts: Iterable[str],
    near: Callable[[str], Iterable[str]],
    is_element: Callable[[str], bool],
    most: int,
) -> dict[str, int] | None:
    """The islands of what an edit may have moved; None where it takes as long to look as to work out all anew.

    From what was edited, and from everything on the lesser islands there, searches go out side by side until all but
    the one on the largest island have met or come to their end: that one is never walked through.
    """
    begun = set(starts)
    lesser = {before[each] for each in begun if before.get(each, 0)}
    if lesser:
        begun |= {each for each, island in before.items() if island in lesser}
    if len(begun) > most:
        return None
    search = _Search(begun, near)
    large = {each for each in begun if before.get(each) == 0}
    while search.going and not (len(search.going) == 1 and large & search.members[next(iter(search.going))]):
        if search.steps > most:
            return None
        search.step()
    if large and not search.going:
        return None  # the largest island itself came to its end
    found: dict[str, int] = {}
    for number, members in search.members.items():
        elements = [each for each in members if is_element(each)]
        if elements:
            island = 0 if number in search.going else _number(min(elements))
            found.update(dict.fromkeys(elements, island))
    return found


class _Search:
    """Searches that go out side by side; two that meet are one."""

    def __init__(self, starts: Iterable[str], near: Callable[[str], Iterable[str]]) -> None:
        self.members = {number: {each} for number, each in enumerate(sorted(starts))}
        self.steps = 0
        self._near = near
        self._of = {each: number for number, members in self.members.items() for each in members}
        self._waiting = {number: deque(members) for number, members in self.members.items()}
        self.going = set(self.members)

    def step(self) -> None:
        """Take each search one further."""
        for number in sorted(self.going):
            if number not in self.going:
                continue  # it met another
            self.steps += 1
            for each in self._near(self._waiting[number].popleft()):
                other = self._of.get(each)
                if other is None:
                    self._of[each] = number
                    self.members[number].add(each)
                    self._waiting[number].append(each)
                elif other != number:
                    number = self._met(number, other)  # noqa: PLW2901 - the search goes on under the other's number
            if not self._waiting[number]:
                self.going.discard(number)

    def _met(self, one: int, other: int) -> int:
        """Make two searches one: the smaller is taken into the larger."""
        large, small = sorted((one, other), key=lambda each: (-len(self.members[each]), each))
        for each in self.members[small]:
            self._of[each] = large
        self.members[large] |= self.members.pop(small)
        self._waiting[large].extend(self._waiting.pop(small))
        self.going.discard(small)
        self.going.add(large)
        return large
