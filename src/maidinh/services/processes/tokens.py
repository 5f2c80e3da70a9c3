"""Where a dossier stands in its process, and where an outcome takes it. Pure.

Layer 4. A position is the set of steps that are open and the set of joins that were reached and wait. A step is open at
most once. A join goes on as soon as no open step can still reach it (BPMN's inclusive join), so that alternatives
within a branch never leave it waiting for nothing. tests/services/processes holds it against another engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from maidinh.services.decisions.conditions import condition_holds
from maidinh.services.procedures.definition import ENDS, SUPPLEMENT, Outcome, Procedure, Step


@dataclass(frozen=True)
class Position:
    """The open steps and the joins that wait; `end` is set once the process has ended, and nothing is open then."""

    open: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()
    end: str = ""


@dataclass(frozen=True)
class Advance:
    """What closing a step did: the position after it, the steps it opened and those it took away unfinished."""

    position: Position
    opened: tuple[str, ...] = ()
    cancelled: frozenset[str] = frozenset()
    supplement: bool = False


class NotOpen(ValueError):
    """The step isn't open at this position."""


@dataclass(frozen=True)
class Network:
    """The steps of a process by id, and for each join the steps from which a token can still come to it."""

    steps: dict[str, Step]
    upstream: dict[str, frozenset[str]]

    def reaches(self, origin: str, join: str) -> bool:
        """Whether a token at `origin` can come to `join` in the same round.

        A way through the step where the join's branches begin is the next round, for which the join doesn't wait:
        otherwise a join within a circle would wait for what stands beside its branches.
        """
        return origin in self.upstream[join]


def start_of(procedure: Procedure) -> Advance:
    """The position of a dossier that was just submitted: its first step is open."""
    first = procedure.steps[0].id
    return Advance(Position(frozenset({first})), (first,))


def target_of(outcome: Outcome, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Where the outcome leads with these facts: the first route whose condition holds, otherwise its `to`."""
    to = next((route.to for route in outcome.routes if condition_holds(route.when, facts)), outcome.to)
    return (to,) if isinstance(to, str) else tuple(to)


def advance(network: Network, position: Position, step: str, outcome: Outcome, facts: Mapping[str, Any]) -> Advance:
    """Close an open step with an outcome. Raises NotOpen.

    A supplement keeps the step: it opens again when the supplement comes. An end takes every other open step away.
    """
    if step not in position.open:
        raise NotOpen(f"step {step} isn't open")
    targets = target_of(outcome, facts)
    if targets == (SUPPLEMENT,):
        return Advance(position, supplement=True)
    left = replace(position, open=position.open - {step})
    return _arrive(network, left, targets, facts)


def abandon(position: Position, end: str) -> Advance:
    """End the process from outside it (withdrawn, stopped): everything that is open is taken away."""
    return Advance(Position(end=end), cancelled=position.open)


def network_of(procedure: Procedure) -> Network:
    """The network of a procedure's steps; made once for each definition."""
    return network_of_steps(procedure.steps)


def network_of_steps(steps: Iterable[Step]) -> Network:
    """The network of these steps; made once for the same ones."""
    return _network(tuple(_Keyed(step) for step in steps))


def _arrive(network: Network, position: Position, targets: Iterable[str], facts: Mapping[str, Any]) -> Advance:
    opened: list[str] = []
    ahead = list(targets)
    while True:
        while ahead:
            place = ahead.pop(0)
            if place in ENDS:
                return Advance(Position(end=place), (), position.open - set(opened))
            if network.steps[place].kind == "join":
                position = replace(position, waiting=position.waiting | {place})
            elif place not in position.open:
                position = replace(position, open=position.open | {place})
                opened.append(place)
        free = sorted(join for join in position.waiting if _is_free(network, position, join))
        if not free:
            return Advance(position, tuple(opened))
        position = replace(position, waiting=position.waiting - {free[0]})
        ahead = list(target_of(network.steps[free[0]].outcomes[0], facts))


def _is_free(network: Network, position: Position, join: str) -> bool:
    others = position.waiting - {join}
    before = {other for other in others if network.reaches(other, join) and not network.reaches(join, other)}
    return not before and not any(network.reaches(step, join) for step in position.open)


class _Keyed:
    """A step as a key of the cache: by identity, as definitions never change after reading."""

    def __init__(self, step: Step) -> None:
        self.step = step

    def __hash__(self) -> int:
        return id(self.step)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and other.step is self.step


@lru_cache(maxsize=512)
def _network(keyed: tuple[_Keyed, ...]) -> Network:
    steps = {each.step.id: each.step for each in keyed}
    after = {
        name: {place for outcome in step.outcomes for places in outcome.targets() for place in places if place in steps}
        for name, step in steps.items()
    }
    first = next(iter(steps))
    joins = [name for name, step in steps.items() if step.kind == "join"]
    return Network(steps, {join: _upstream(join, _beginning(first, join, after), after) for join in joins})


def _beginning(first: str, join: str, after: Mapping[str, set[str]]) -> str | None:
    """Where the branches of a join begin: the last step that every way from the first step to the join goes through."""
    passed = [step for step in after if step != join and join not in _ahead(first, after, step)]
    ahead = {step: _ahead(step, after, join) for step in passed}
    return next((step for step in passed if all(step in ahead[other] for other in passed if other != step)), None)


def _upstream(join: str, beginning: str | None, after: Mapping[str, set[str]]) -> frozenset[str]:
    """The steps that lead to the join, however far, without going through it or through where its branches begin."""
    found: set[str] = set()
    todo = [join]
    while todo:
        place = todo.pop()
        before = {step for step, places in after.items() if place in places} - {join, beginning} - found
        found |= before
        todo.extend(before)
    return frozenset(found)


def _ahead(origin: str, after: Mapping[str, set[str]], without: str) -> set[str]:
    """Where a token at `origin` can come to if the step `without` were not there; `origin` itself is one."""
    found: set[str] = set()
    todo = [origin]
    while todo:
        place = todo.pop()
        if place not in found and place != without:
            found.add(place)
            todo.extend(after[place])
    return found
