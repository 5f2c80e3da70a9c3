"""The impact query: nearest ways, both directions, rings, depth, and large models."""

from __future__ import annotations

import time

import pytest

from maidinh.governance.exploring.dependencies import Dependency, dependencies
from maidinh.governance.exploring.impact import STEPS_TOLD, Graph, grouped, impact
from maidinh.governance.modelling.definition import Model


def graph(*pairs: str, **kinds: str) -> Graph:
    """`ab` says that a needs b."""
    return Graph.of((Dependency(a, b, f"{a}{b}", "uses") for a, b in pairs), kinds)


def test_the_nearest_way_is_told_from_the_one_who_depends() -> None:
    found = impact(graph("ba", "cb", "ca", "dc"), "a", "dependents")
    assert {name: each.depth for name, each in found.reached.items()} == {"b": 1, "c": 1, "d": 2}
    assert [each.via for each in found.told_way_to("d")[0]] == ["dc", "ca"]
    assert found.depths() == {1: 2, 2: 1}


def test_the_other_direction() -> None:
    found = impact(graph("ba", "cb", "dc"), "c", "needs")
    assert list(found.reached) == ["b", "a"]
    assert [each.via for each in found.told_way_to("a")[0]] == ["cb", "ba"]


def test_rings_end_and_depth_is_kept() -> None:
    ring = graph("ab", "bc", "ca")
    assert set(impact(ring, "a", "needs").reached) == {"b", "c"}
    assert set(impact(ring, "a", "needs", 1).reached) == {"b"}
    assert impact(ring, "a", "needs", 0).reached == {}
    assert impact(ring, "nobody", "needs").reached == {}


def test_a_way_ends_at_people_but_may_begin_there() -> None:
    made = graph("pa", "bp", p="agency", a="information-system", b="information-system")
    assert set(impact(made, "a", "dependents").reached) == {"p"}
    assert set(impact(made, "p", "needs").reached) == {"a"}


def test_counting_reaches_the_same() -> None:
    for made in (
        graph("ba", "cb", "ca", "dc", "ad"),
        graph("pa", "bp", "ca", p="agency", a="x", b="x", c="x"),
        graph("pa", "bp", p="user-group", a="x", b="x"),
    ):
        for start in ("a", "b", "p", "nobody"):
            assert made.dependents_of([start]) == set(impact(made, start, "dependents").reached)


def test_a_long_way_is_cut_and_says_so() -> None:
    length = STEPS_TOLD * 3
    chain = Graph.of(Dependency(str(n + 1), str(n), f"r{n}", "uses") for n in range(length))
    beginning, hidden, end = impact(chain, "0", "dependents").told_way_to(str(length))
    assert (len(beginning), hidden, end) == (STEPS_TOLD, length - STEPS_TOLD, [])
    assert beginning[0].element == str(length)
    beginning, hidden, end = impact(chain, str(length), "needs").told_way_to("0")
    assert (beginning, hidden, len(end), end[-1].needs) == ([], length - STEPS_TOLD, STEPS_TOLD, "0")


def test_groups_are_by_depth_then_owner_and_nobody_last() -> None:
    found = impact(graph("ba", "ca", "da", "eb"), "a", "dependents")
    told = [
        (depth, {owner: [each.element for each in several] for owner, several in groups.items()})
        for depth, groups in grouped(found, {"b": "H2", "c": None, "d": "H1", "e": "H1"})
    ]
    assert told == [(1, {"H1": ["d"], "H2": ["b"], "": ["c"]}), (2, {"H1": ["e"]})]


@pytest.mark.slow
def test_ten_thousand_elements_in_rings_stay_quick() -> None:
    size = 10_000
    made = Model.model_validate({
        "elements": [{"id": f"e{n}", "kind": "information-system"} for n in range(size)],
        "relations": [
            {"id": f"r{n}-{step}", "kind": "serving", "from": f"e{n}", "to": f"e{(n * step + 1) % size}"}
            for n in range(size)
            for step in (1, 7)
        ],
    })  # fmt: skip
    graph_of_all, taken = Graph.of(dependencies(made)), []
    for _ in range(3):
        began = time.process_time()
        found = impact(graph_of_all, "e0", "dependents")
        assert len([found.told_way_to(each) for each in found.reached]) == size - 1
        taken.append(time.process_time() - began)
    assert min(taken) < 0.3
