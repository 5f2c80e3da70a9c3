"""Branches that keep apart are left alone, whatever their shape; those that don't are found where they go wrong."""

from __future__ import annotations

import random
from typing import Any

import pytest

from maidinh.services.checking.flow import Flow
from maidinh.services.checking.regions import region_findings
from maidinh.services.procedures.definition import ENDS
from maidinh.services.processes.tokens import Position, advance, network_of, start_of
from tests.services.checking.processes import procedure, step

START = step("start", "split", kind="intake")
LAST = step("last", "returned")


def told(*steps: dict[str, Any]) -> list[tuple[str, tuple[str | int, ...]]]:
    whole = procedure(*steps)
    return [(each.check.code, each.at) for each in region_findings(whole, Flow(whole))]


SOUND = {
    "two branches": [
        START, step("split", ["a", "b"]), step("a", "j"), step("b", "j"), step("j", "last", kind="join"), LAST,
    ],
    "a branch that may end": [
        START, step("split", ["a", "b"]), step("a", "j", "no"), step("no", "stopped"), step("b", "j", "refused"),
        step("j", "last", kind="join"), LAST,
    ],
    "a branch inside a branch": [
        START, step("split", ["a", "b"]), step("a", ["c", "d"]), step("c", "k"), step("d", "k"),
        step("k", "e", kind="join"), step("e", "j", "a"), step("b", "j"), step("j", "last", kind="join"), LAST,
    ],
    "two of three meet first": [
        START, step("split", ["a", "b", "c"]), step("a", "k"), step("b", "k"), step("k", "j", kind="join"),
        step("c", "j"), step("j", "last", kind="join"), LAST,
    ],
    "one branch is done again after the join": [
        START, step("split", ["a", "b"]), step("a", "j"), step("b", "j"), step("j", "look", kind="join"),
        step("look", "last", "a", "split"), LAST,
    ],
    "alternatives within a branch": [
        START, step("split", ["a", "b"]), step("a", "c", "d", "j"), step("c", "j"), step("d", "c", "j"), step("b", "j"),
        step("j", "last", kind="join"), LAST,
    ],
    "a step that nobody waits for": [
        START, step("split", ["a", "j"]), step("a", "j"), step("j", "last", kind="join"), LAST,
    ],
    "a join that chooses": [
        START, step("split", ["a", "b"]), step("a", "j"), step("b", "j"),
        step("j", "last", kind="join", routes=["stopped", "split"]), LAST,
    ],
    "a split that only some take": [
        START, step("split", "last", routes=[["a", "b"]]), step("a", "j"), step("b", "j"),
        step("j", "last", kind="join"), LAST,
    ],
}  # fmt: skip


@pytest.mark.parametrize("steps", SOUND.values(), ids=SOUND.keys())
def test_sound_branches_are_left_alone(steps: list[dict[str, Any]]) -> None:
    assert told(*steps) == []


def test_a_branch_of_a_branch_that_goes_to_what_comes_after_the_outer_join_is_found() -> None:
    found = told(
        START, step("split", ["a", "b"]), step("a", ["c", "d"]), step("c", "k", "last"), step("d", "k"),
        step("k", "j", kind="join"), step("b", "j"), step("j", "last", kind="join"), LAST,
    )  # fmt: skip
    assert found == [("branch.leaves", ("steps", 3, "outcomes", 1, "to"))]


def test_a_branch_that_goes_back_before_its_beginning_is_found() -> None:
    found = told(
        START, step("split", ["a", "b"]), step("a", "j", "start"), step("b", "j"), step("j", "last", kind="join"), LAST,
    )  # fmt: skip
    assert found == [("branch.leaves", ("steps", 2, "outcomes", 1, "to"))]


def test_a_route_that_leaves_is_found_at_the_route() -> None:
    found = told(
        START, step("split", ["a", "b"]), step("a", "j", routes=["last"]), step("b", "j"),
        step("j", "last", kind="join"), LAST,
    )  # fmt: skip
    assert found == [("branch.leaves", ("steps", 2, "outcomes", 0, "routes", 0, "to"))]


def test_branches_that_meet_without_a_join_are_found_once() -> None:
    found = told(START, step("split", ["a", "b"]), step("a", "last"), step("b", "last"), LAST)
    assert [code for code, _ in found] == ["step.open-twice"]


def test_a_join_that_branches_never_share_waits_for_nothing() -> None:
    found = told(START, step("split", "a", "b"), step("a", "j"), step("b", "j"), step("j", "last", kind="join"), LAST)
    assert found == [("join.one-branch", ("steps", 4))]


def test_what_is_called_sound_never_opens_a_step_twice_on_any_walk() -> None:
    chance = random.Random(8)
    sound = faulty = 0
    for _ in range(80):
        steps = _any_process(chance)
        whole = procedure(*steps)
        codes = {each.check.code for each in region_findings(whole, Flow(whole))}
        doubled = any(_opens_twice(steps, chance) for _ in range(12))
        if not codes & {"branch.leaves", "step.open-twice", "process.too-wide"}:
            sound += 1
            assert not doubled, steps
        elif codes == {"step.open-twice"}:
            faulty += 1
    assert sound > 10
    assert faulty > 3


def _any_process(chance: random.Random) -> list[dict[str, Any]]:
    names = [f"s{n}" for n in range(7)]
    steps = [step("s0", chance.sample(names[1:4], chance.choice((1, 2))), kind="intake")]
    for n, name in enumerate(names[1:], 1):
        kind = "join" if n in (4, 5) else "approval"
        later = [*names[n + 1 :], "returned"] if n < 6 else ["returned"]
        ways: list[Any] = [chance.choice(later)]
        if kind == "approval" and chance.random() < 0.4:
            ways.append(chance.choice([*later, "stopped", names[max(1, n - 1)]]))
        if kind == "approval" and n < 4 and chance.random() < 0.3:
            ways.append(chance.sample(names[n + 1 :], 2))
        steps.append(step(name, *ways, kind=kind))
    return steps


def _opens_twice(steps: list[dict[str, Any]], chance: random.Random) -> bool:
    """Whether a walk by chance comes to a step that is open, judged by the outcomes alone."""
    whole = procedure(*steps)
    network = network_of(whole)
    position: Position = start_of(whole).position
    for _ in range(30):
        if position.end or not position.open:
            return False
        at = chance.choice(sorted(position.open))
        outcome = chance.choice(network.steps[at].outcomes)
        places = next(outcome.targets())
        kept = position.open - {at}
        position = advance(network, position, at, outcome, {}).position
        again = any(p in kept for p in places if p not in ENDS and network.steps[p].kind != "join")
        if again and not position.end:  # an end takes all away, and nothing is open twice
            return True
    return False
