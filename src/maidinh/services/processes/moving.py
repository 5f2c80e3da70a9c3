"""Where a dossier stands when it moves to a newer version of its procedure, and what keeps it from moving. Pure.

Layer 4. A dossier moves only as the new version's own `change` says, on the legal basis that it must name; otherwise
the law under which the dossier began goes on governing it. What decides is the dossier alone: its steps, its answers
and the defaults of the new form, never what stands in another one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any, Literal

import jsonschema_rs

from maidinh.services.decisions.conditions import condition_holds
from maidinh.services.procedures.definition import Outcome, Procedure, Step, validator_of
from maidinh.services.procedures.rules import facts_of
from maidinh.services.processes.tokens import Network, Position, advance, network_of_steps, start_of

Kind = Literal[
    "case", "receiving", "step", "join", "call", "merged", "clock", "position", "field", "missing", "answer", "limit"
]
POSITIONS_LIMIT = 20_000  # positions of one process; a process with more can't be proved and nothing moves into it
JOINS_LIMIT = 64  # ways in which its joins can lead on


@dataclass(frozen=True)
class Hindrance:
    """Why a dossier can't move: what kind of thing, and which."""

    kind: Kind
    named: str

    def as_json(self) -> dict[str, str]:
        """For machines."""
        return {"kind": self.kind, "named": self.named}


@dataclass(frozen=True)
class Standing:
    """What of a dossier decides whether and how it moves. `asked` is the step that waits for a supplement."""

    case: str
    channel: str
    receiving: str
    answers: Mapping[str, Any]
    facts: Mapping[str, Any]
    open: frozenset[str]
    waiting: frozenset[str] = frozenset()
    asked: str = ""


@dataclass(frozen=True)
class Move:
    """How a dossier would stand under the new version; with `hindrances` it can't."""

    steps: dict[str, str] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    answers: dict[str, Any] = field(default_factory=dict)
    filled: tuple[str, ...] = ()
    hindrances: tuple[Hindrance, ...] = ()


def moves_from(new: Procedure, version: str) -> bool:
    """Whether the new version takes dossiers of this older one over; otherwise they stay under it (pinned)."""
    return new.change.dossiers == "migrate" and version in new.change.from_versions


def move_of(old: Procedure, new: Procedure, standing: Standing) -> Move:
    """The dossier under the new version, with everything that keeps it from moving there."""
    held = sorted({*standing.open, *standing.waiting, *([standing.asked] if standing.asked else [])})
    steps = {name: new.change.steps.get(name, name) for name in held}
    answers, filled, of_answers = _answers(old, new, standing)
    waiting = frozenset(steps[name] for name in standing.waiting)
    hindrances = [*_of_place(new, standing), *_of_steps(old, new, steps, standing), *of_answers]
    if not any(each.kind in ("step", "join", "call", "merged") for each in hindrances):
        opened = frozenset(steps[name] for name in held if name not in standing.waiting)
        if not can_stand(new, opened, waiting):
            hindrances.append(Hindrance("position", " + ".join(sorted(opened | waiting))))
    return Move(steps, waiting, answers, filled, tuple(hindrances))


def defaults_of(procedure: Procedure) -> dict[str, Any]:
    """The answers that the form's schema gives where nobody gave one."""
    properties = procedure.answers.get("properties", {})
    return {name: schema["default"] for name, schema in properties.items() if "default" in schema}


def can_stand(procedure: Procedure, opened: frozenset[str], waiting: frozenset[str]) -> bool:
    """Whether a dossier of this procedure can come to have just these steps open and these joins waiting."""
    return (opened, waiting) in _positions(_Held(procedure))


def _of_place(new: Procedure, standing: Standing) -> Iterator[Hindrance]:
    if standing.case not in {case.id for case in new.cases}:
        yield Hindrance("case", standing.case)
    if standing.receiving not in new.receiving:
        yield Hindrance("receiving", standing.receiving)


def _of_steps(old: Procedure, new: Procedure, steps: Mapping[str, str], standing: Standing) -> Iterator[Hindrance]:
    before, after = ({step.id: step for step in each.steps} for each in (old, new))
    for name, to in steps.items():
        step = after.get(to)
        if step is None:
            yield Hindrance("step", name)
        elif (step.kind == "join") != (name in standing.waiting):
            yield Hindrance("join", name)
        elif _called(before.get(name)) != _called(step) or (step.call is not None and to != name):
            yield Hindrance("call", name)
        elif name in before and before[name].suspends_clock != step.suspends_clock:
            yield Hindrance("clock", name)
    yield from (Hindrance("merged", to) for to, count in sorted(Counter(steps.values()).items()) if count > 1)


def _called(step: Step | None) -> str:
    return step.call.procedure if step is not None and step.call is not None else ""


def _answers(
    old: Procedure, new: Procedure, standing: Standing
) -> tuple[dict[str, Any], tuple[str, ...], list[Hindrance]]:
    """The answers under their new names, those that the schema's defaults fill, and what is wrong with them."""
    named = new.change.fields
    moved = {named.get(name, name): value for name, value in standing.answers.items()}
    defaults = defaults_of(new)
    facts = facts_of({**defaults, **moved}, standing.case, standing.channel, standing.facts)
    conditions = {each.id: each.when or {} for page in new.pages for each in page.fields}
    asked = [name for name in new.answers.get("required", ()) if condition_holds(conditions.get(name, {}), facts)]
    # What the old form asked for in vain, or did not know, was wrong before: no newer version is the reason.
    before = {named.get(name, name): schema for name, schema in old.answers.get("properties", {}).items()}
    lacked = {named.get(name, name) for name in old.answers.get("required", ()) if name not in standing.answers}
    filled = tuple(sorted(name for name in asked if name not in moved and name in defaults))
    answers = moved | {name: defaults[name] for name in filled}
    wrong = [Hindrance("missing", name) for name in asked if name not in answers and name not in lacked]
    known = new.answers.get("properties", {})
    wrong += [Hindrance("field", name) for name in sorted((set(answers) - set(known)) & set(before))]
    faulty = {str(error.instance_path[0]) for error in _validator(_Held(new)).iter_errors(answers)}
    wrong += [Hindrance("answer", name) for name in sorted(faulty) if known[name] != before.get(name)]
    return answers, filled, wrong


class _Held:
    """A procedure as a key of the cache: by identity, as definitions never change after reading."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure

    def __hash__(self) -> int:
        return id(self.procedure)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.procedure is self.procedure


@lru_cache(maxsize=64)
def _validator(held: _Held) -> jsonschema_rs.Draft202012Validator:
    """What the form says of each answer by itself."""
    schema = {name: part for name, part in held.procedure.answers.items() if name in ("$schema", "$defs", "properties")}
    return validator_of({"type": "object", **schema})


@lru_cache(maxsize=64)
def _positions(held: _Held) -> frozenset[tuple[frozenset[str], frozenset[str]]]:
    """Every position a process can come to, whatever its conditions decide; empty where they are too many."""
    procedure = held.procedure
    found: set[tuple[frozenset[str], frozenset[str]]] = set()
    for network in _networks(procedure):
        seen: set[Position] = set()
        todo = [start_of(procedure).position]
        while todo:
            position = todo.pop()
            if position in seen:
                continue
            seen.add(position)
            if len(seen) > POSITIONS_LIMIT:
                return frozenset()
            todo += [each for each in _after(network, position) if not each.end]
        found |= {(position.open, position.waiting) for position in seen}
    return frozenset(found)


def _after(network: Network, position: Position) -> Iterator[Position]:
    for name in position.open:
        for outcome in network.steps[name].outcomes:
            for way in _ways(outcome):
                yield advance(network, position, name, way, {}).position


def _networks(procedure: Procedure) -> Iterator[Network]:
    """The process once for each way in which its joins can lead on; nothing where there are too many."""
    joins = [step for step in procedure.steps if step.kind == "join" and step.outcomes[0].routes]
    ways = [_ways(step.outcomes[0]) for step in joins]
    if prod(map(len, ways)) > JOINS_LIMIT:
        return
    for chosen in product(*ways):
        pairs = zip(joins, chosen, strict=True)
        decided = {step.id: step.model_copy(update={"outcomes": [way]}) for step, way in pairs}
        yield network_of_steps([decided.get(step.id, step) for step in procedure.steps])


def _ways(outcome: Outcome) -> list[Outcome]:
    """The outcome once for each place it can lead to, without its conditions."""
    return [outcome.model_copy(update={"to": list(places), "routes": []}) for places in outcome.targets()]
