"""The impact query: what depends on an element, and what it depends on, to any depth, with the way to each.

Layer 4, governance. Pure. The nearest way is told; rings end where they began. Decree 224/2026/NĐ-CP article 23.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from maidinh.governance.exploring.dependencies import ACTORS, Dependency

Direction = Literal["dependents", "needs"]
DIRECTIONS: tuple[Direction, ...] = ("dependents", "needs")
STEPS_TOLD = 12  # of one way; in the middle of a longer one the rest is only counted


class Reached(NamedTuple):
    """An element that was reached: how many steps away, and the dependency by which."""

    element: str
    depth: int
    by: Dependency


@dataclass(frozen=True)
class Graph:
    """All dependencies of a model, from both ends."""

    needs: Mapping[str, tuple[Dependency, ...]]
    needed_by: Mapping[str, tuple[Dependency, ...]]
    actors: frozenset[str] = frozenset()

    @classmethod
    def of(cls, found: Iterable[Dependency], kinds: Mapping[str, str] | None = None) -> Graph:
        """The graph of these dependencies; ways end at people and agencies, who use systems and carry none."""
        forth: dict[str, list[Dependency]] = {}
        back: dict[str, list[Dependency]] = {}
        for each in found:
            forth.setdefault(each.element, []).append(each)
            back.setdefault(each.needs, []).append(each)
        actors = frozenset(name for name, kind in (kinds or {}).items() if kind in ACTORS)
        return cls(_kept(forth), _kept(back), actors)

    @cached_property
    def dependents(self) -> dict[str, tuple[str, ...]]:
        """Who needs each, by name alone: what counting goes by."""
        return {name: tuple(each.element for each in steps) for name, steps in self.needed_by.items()}

    def dependents_of(self, start: Iterable[str]) -> set[str]:
        """Everything that depends on these, without the ways: quick enough to be asked of every product."""
        begun = set(start)
        reached: set[str] = set()
        edge = begun
        while edge:
            following: set[str] = set()
            for each in edge:
                if each not in self.actors or each in begun:
                    following.update(self.dependents.get(each, ()))
            edge = following - reached - begun
            reached |= edge
        return reached

    def next_to(self, element: str, direction: Direction) -> tuple[Dependency, ...]:
        """The dependencies of one step."""
        return (self.needed_by if direction == "dependents" else self.needs).get(element, ())


@dataclass(frozen=True)
class Impact:
    """Everything reached from where the question began, the nearest first."""

    start: tuple[str, ...]
    direction: Direction
    reached: Mapping[str, Reached]

    def depths(self) -> dict[int, int]:
        """How many elements are how many steps away."""
        return dict(sorted(Counter(each.depth for each in self.reached.values()).items()))

    def way_to(self, element: str) -> list[Dependency]:
        """The dependencies from the start to the element, all of them."""
        steps = []
        while element in self.reached:
            step = self.reached[element]
            steps.append(step.by)
            element = step.by.needs if self.direction == "dependents" else step.by.element
        return steps[::-1]

    def told_way_to(self, element: str) -> tuple[list[Dependency], int, list[Dependency]]:
        """The way in dependents' order (each needs the next), cut in the middle: beginning, how many left out, end."""
        steps = self.way_to(element) if self.reached[element].depth <= STEPS_TOLD else self._last_steps(element)
        hidden = self.reached[element].depth - len(steps)
        if self.direction == "dependents":
            return steps[::-1], hidden, []
        return ([], hidden, steps) if hidden else (steps, 0, [])

    def _last_steps(self, element: str) -> list[Dependency]:
        steps: list[Dependency] = []
        while len(steps) < STEPS_TOLD:
            step = self.reached[element].by
            steps.append(step)
            element = step.needs if self.direction == "dependents" else step.element
        return steps[::-1]


def impact(graph: Graph, start: str | Iterable[str], direction: Direction, depth: int | None = None) -> Impact:
    """All that is reached within so many steps (any, when none is said), by the shortest way, breadth first."""
    begun = (start,) if isinstance(start, str) else tuple(start)
    reached: dict[str, Reached] = {}
    seen = set(begun)
    waiting = deque((each, 0) for each in begun)
    while waiting:
        here, steps = waiting.popleft()
        if steps == depth or (here in graph.actors and steps):
            continue
        for step in graph.next_to(here, direction):
            other = step.element if direction == "dependents" else step.needs
            if other not in seen:
                seen.add(other)
                reached[other] = Reached(other, steps + 1, step)
                waiting.append((other, steps + 1))
    return Impact(begun, direction, reached)


def grouped(found: Impact, owners: Mapping[str, str | None]) -> Iterator[tuple[int, dict[str, list[Reached]]]]:
    """What was reached by its depth, and within it by owner (nobody as the empty text), in order."""
    by_depth: dict[int, dict[str, list[Reached]]] = {}
    for each in found.reached.values():
        by_depth.setdefault(each.depth, {}).setdefault(owners.get(each.element) or "", []).append(each)
    for depth, groups in sorted(by_depth.items()):
        yield depth, {owner: groups[owner] for owner in sorted(groups, key=lambda name: (not name, name))}


def _kept(found: Mapping[str, list[Dependency]]) -> dict[str, tuple[Dependency, ...]]:
    """The same, each pair once: of several reasons for one pair the first is told."""
    kept: dict[str, tuple[Dependency, ...]] = {}
    for name, several in found.items():
        if len(several) == 1:
            kept[name] = (several[0],)
        else:
            kept[name] = tuple({(each.element, each.needs): each for each in reversed(several)}.values())[::-1]
    return kept
