"""Identifiers that stand twice or lead nowhere, and elements that are composed of themselves."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from maidinh.governance.interchange.checking import composition_cycles, dangling, repeated, warnings
from maidinh.governance.modelling.definition import Model

FILE = Path("model.xml")


def model(*parts: tuple[str, str], kind: str = "composition") -> Model:
    names = sorted({name for pair in parts for name in pair})
    return Model.model_validate(
        {
            "elements": [{"id": name, "kind": "grouping"} for name in names],
            "relations": [{"id": f"r{n}", "kind": kind, "from": a, "to": b} for n, (a, b) in enumerate(parts)],
        }
    )


def test_every_repetition_is_named_at_its_place() -> None:
    found = list(repeated(FILE, [("a", 1), ("b", 2), ("a", 3), ("a", 4)]))
    assert [str(each).split(" this")[0] for each in found] == ["model.xml:3: a:", "model.xml:4: a:"]
    assert "line 1 already" in found[0].text


def test_every_reference_that_leads_nowhere_is_named() -> None:
    references = [(1, "r1", "source", "a"), (2, "r1", "target", "b"), (3, "r2", "target", "c")]
    found = list(dangling(FILE, references, ["a"]))
    assert [(each.line, each.place) for each in found] == [(2, "r1"), (3, "r2")]
    assert "target names 'c'" in found[1].text


def test_cycles_of_composition() -> None:
    assert composition_cycles(model(("a", "b"), ("b", "c"), ("a", "c"))) == []
    assert composition_cycles(model(("b", "a"), ("a", "b"), ("b", "c"))) == [["a", "b"]]
    assert composition_cycles(model(("a", "a"), ("x", "y"), ("y", "z"), ("z", "x"))) == [["a"], ["x", "y", "z"]]
    assert composition_cycles(model(("a", "b"), ("b", "a"), kind="flow")) == []
    told = warnings(model(("a", "b"), ("b", "a")), FILE, {"a": 7})
    assert [str(each) for each in told] == ["model.xml:7: a: composed of itself (a > b > a): remove one"]


def test_a_long_chain_does_not_exhaust_the_stack() -> None:
    chain = [(f"e{n}", f"e{n + 1}") for n in range(1500)]
    assert composition_cycles(model(*chain)) == []
    assert [len(each) for each in composition_cycles(model(*chain, ("e1500", "e0")))] == [1501]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=12))
def test_a_cycle_is_found_just_where_a_walk_returns(parts: list[tuple[str, str]]) -> None:
    reach = {name: {b for a, b in parts if a == name} for name in "abcdef"}
    for _ in range(6):
        for seen in reach.values():
            seen.update(*[reach[each] for each in list(seen)])
    found = composition_cycles(model(*parts))
    assert {name for cycle in found for name in cycle} <= {name for name in "abcdef" if name in reach[name]}
    assert bool(found) == any(name in reach[name] for name in "abcdef")
    for cycle in found:
        assert all(pair in parts for pair in zip(cycle, cycle[1:] + cycle[:1], strict=True))
