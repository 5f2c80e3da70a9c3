"""The steps of a process as a graph: what leads where, what comes before what, which ways lead back.

Layer 4. Pure. A way leads back where it comes to a step that every way here has passed already; what is left is a
graph without rings, in which a longest way and a "before" exist.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from maidinh.services.procedures.definition import ENDS, Outcome, Procedure, Step


@dataclass(frozen=True)
class Way:
    """One place that an outcome can lead to; the numbers are positions in the file."""

    step: str
    outcome: Outcome
    at: tuple[str | int, ...]
    places: tuple[str, ...]


class Flow:
    """The graph of a procedure's steps."""

    def __init__(self, procedure: Procedure) -> None:
        self.first = procedure.steps[0].id
        self.steps: dict[str, Step] = {step.id: step for step in procedure.steps}
        self.number = {step.id: n for n, step in enumerate(procedure.steps)}
        self.ways = [way for step in procedure.steps for way in self._ways_of(step)]
        self.after: dict[str, set[str]] = {name: set() for name in self.steps}
        self.ends: dict[str, set[str]] = {name: set() for name in self.steps}
        for way in self.ways:
            self.after[way.step].update(place for place in way.places if place in self.steps)
            self.ends[way.step].update(place for place in way.places if place in ENDS)

    def _ways_of(self, step: Step) -> Iterator[Way]:
        for n, outcome in enumerate(step.outcomes):
            place = ("steps", self.number[step.id], "outcomes", n)
            for r, places in enumerate(outcome.targets()):
                at = (*place, "routes", r, "to") if r < len(outcome.routes) else (*place, "to")
                yield Way(step.id, outcome, at, places)

    @cached_property
    def reached(self) -> set[str]:
        """The steps that a dossier can come to."""
        return {self.first, *self.reach([self.first])}

    def reach(self, origins: Collection[str], without: Collection[str] = ()) -> set[str]:
        """The steps that can come after these, on ways that don't pass `without`."""
        return reach(self.after, origins, without)

    @cached_property
    def forward(self) -> dict[str, set[str]]:
        """What leads where, without the ways that lead back."""
        onward = {
            step: {place for place in places if place not in self._always_before[step]}
            for step, places in self.after.items()
            if step in self.reached
        }
        ahead = {step: reach(onward, [step]) for step in onward}
        return {
            step: {p for p in places if step not in ahead[p] or self.number[p] > self.number[step]}
            for step, places in onward.items()
        }

    def before(self, step: str) -> set[str]:
        """The steps that come before this one on some way that doesn't lead back."""
        return {other for other, ahead in self._ahead.items() if step in ahead}

    @cached_property
    def _ahead(self) -> dict[str, set[str]]:
        return {step: reach(self.forward, [step]) for step in self.forward}

    @cached_property
    def in_order(self) -> list[str]:
        """The steps that can be reached, each after those before it."""
        waiting = {step: self.before(step) for step in sorted(self.forward, key=self.number.__getitem__)}
        ordered: list[str] = []
        while waiting:
            free = next(step for step, others in waiting.items() if not others & waiting.keys())
            ordered.append(free)
            del waiting[free]
        return ordered

    @cached_property
    def _always_before(self) -> dict[str, set[str]]:
        """For each step, itself and those that every way to it passes."""
        into: dict[str, set[str]] = {step: set() for step in self.reached}
        for step in self.reached:
            for place in self.after[step]:
                into[place].add(step)
        found = {step: set(self.reached) for step in self.reached}
        found[self.first] = {self.first}
        changed = True
        while changed:
            changed = False
            for step in self.reached - {self.first}:
                passed = {step, *set.intersection(*(found[other] for other in into[step]))}
                if passed != found[step]:
                    found[step], changed = passed, True
        return found


def reach(after: Mapping[str, Collection[str]], origins: Collection[str], without: Collection[str] = ()) -> set[str]:
    """What comes after these in the graph, on ways that don't pass `without`."""
    found: set[str] = set()
    todo = [place for origin in origins for place in after.get(origin, ())]
    while todo:
        place = todo.pop()
        if place not in found and place not in without:
            found.add(place)
            todo.extend(after.get(place, ()))
    return found
