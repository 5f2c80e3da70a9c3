"""Where outcomes take a dossier: sequences, branches, joins, alternatives, loops, ends."""

from __future__ import annotations

from typing import Any

import pytest

from maidinh.services.procedures.definition import Step
from maidinh.services.processes.tokens import (
    Advance,
    Network,
    NotOpen,
    Position,
    abandon,
    advance,
    network_of_steps,
)


def step(name: str, *ways: Any, kind: str = "appraisal", routes: Any = ()) -> Step:
    outcomes = [
        {"id": f"to-{n}", "name": {"vi": name}, "to": way, "routes": list(routes) if n == 0 else []}
        for n, way in enumerate(ways)
    ]
    who = {} if kind == "join" else {"role": "specialist", "agency": "responsible"}
    return Step.model_validate({"id": name, "name": {"vi": name}, "kind": kind, **who, "outcomes": outcomes})


class Walk:
    """A dossier walked through a process by hand."""

    def __init__(self, *steps: Step) -> None:
        self.network: Network = network_of_steps(steps)
        self.position = Position(frozenset({steps[0].id}))

    def close(self, name: str, way: int = 0, **facts: Any) -> Advance:
        advanced = advance(self.network, self.position, name, self.network.steps[name].outcomes[way], facts)
        self.position = advanced.position
        return advanced

    @property
    def open(self) -> set[str]:
        return set(self.position.open)


def test_steps_follow_each_other_and_end() -> None:
    walk = Walk(step("a", "b"), step("b", "returned"))
    assert walk.close("a").opened == ("b",)
    walk.close("b")
    assert walk.position == Position(end="returned")


def test_a_step_that_is_not_open_cannot_be_closed() -> None:
    with pytest.raises(NotOpen):
        Walk(step("a", "b"), step("b", "returned")).close("b")


def forked() -> Walk:
    return Walk(
        step("a", ["b", "c"]),
        step("b", "j", "stopped", "a"),
        step("c", "d", "j"),
        step("d", "j"),
        step("j", "e", kind="join"),
        step("e", "returned"),
    )


@pytest.mark.parametrize("order", [["b", "c", "d"], ["c", "b", "d"], ["c", "d", "b"]])
def test_a_join_waits_for_every_branch_in_any_order(order: list[str]) -> None:
    walk = forked()
    walk.close("a")
    for name in order[:-1]:
        walk.close(name)
        assert "e" not in walk.open
    walk.close(order[-1])
    assert walk.open == {"e"}
    assert not walk.position.waiting


def test_a_join_does_not_wait_for_an_alternative_that_was_not_taken() -> None:
    walk = forked()
    walk.close("a")
    walk.close("c", 1)
    assert walk.open == {"b"}
    walk.close("b")
    assert walk.open == {"e"}


def test_an_end_in_one_branch_takes_the_others_away() -> None:
    walk = forked()
    walk.close("a")
    assert walk.close("b", 1).cancelled == {"c"}
    assert walk.position == Position(end="stopped")


def test_a_step_that_is_open_already_is_not_opened_again() -> None:
    walk = forked()
    walk.close("a")
    walk.close("b", 2)
    assert walk.open == {"a", "c"}
    assert walk.close("a").opened == ("b",)


def test_a_supplement_keeps_the_step() -> None:
    walk = Walk(step("a", "b", "supplement"), step("b", "returned"))
    advanced = walk.close("a", 1)
    assert advanced.supplement
    assert walk.open == {"a"}


@pytest.mark.parametrize(("storeys", "expected"), [(7, {"council"}), (2, {"b"}), (None, {"b"})])
def test_the_first_route_that_holds_leads_on(storeys: int | None, expected: set[str]) -> None:
    walk = Walk(
        step("a", "b", routes=[{"when": {"storeys": ">= 7"}, "to": "council"}]),
        step("council", "b", kind="council"),
        step("b", "returned"),
    )
    walk.close("a", **({} if storeys is None else {"storeys": storeys}))
    assert walk.open == expected


def test_joins_within_joins_open_from_the_inside_out() -> None:
    walk = Walk(
        step("a", ["b", "c"]),
        step("b", ["d", "e"]),
        step("c", "outer"),
        step("d", "inner"),
        step("e", "inner"),
        step("inner", "outer", kind="join"),
        step("outer", "f", kind="join"),
        step("f", "returned"),
    )
    for name in ("a", "c", "b", "d"):
        walk.close(name)
    assert walk.open == {"e"}
    walk.close("e")
    assert walk.open == {"f"}


def test_a_dossier_that_is_given_up_leaves_nothing_open() -> None:
    walk = forked()
    walk.close("a")
    assert abandon(walk.position, "stopped") == Advance(Position(end="stopped"), (), frozenset({"b", "c"}))


def test_a_join_within_a_circle_does_not_wait_for_what_stands_beside_its_branches() -> None:
    walk = Walk(
        step("begin", ["split", "other"]),
        step("split", ["left", "right"]),
        step("left", "inner"),
        step("right", "inner"),
        step("inner", "outer", kind="join"),
        step("other", "outer"),
        step("outer", "after", kind="join"),
        step("after", "last", "begin"),
        step("last", "returned"),
    )
    walk.close("begin")
    walk.close("split")
    walk.close("left")
    walk.close("right")
    # The other branch leads to the inner join too, but only by way of a new round of the whole.
    assert walk.position == Position(frozenset({"other"}), frozenset({"outer"}))
    walk.close("other")
    assert walk.open == {"after"}
    walk.close("after", 1)
    assert walk.open == {"begin"}
