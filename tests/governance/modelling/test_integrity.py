"""A model that doesn't hold together is told whole: ids, references, rings of wholes and parts."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from maidinh.governance.modelling.definition import Model
from maidinh.governance.modelling.integrity import RINGS_TOLD, defects, rings


def model(**parts: Any) -> Model:
    return Model.model_validate(parts)


def element(name: str) -> dict[str, Any]:
    return {"id": name, "kind": "node"}


def relation(name: str, source: str, target: str, kind: str = "composition") -> dict[str, Any]:
    return {"id": name, "kind": kind, "from": source, "to": target}


def told(found: Model) -> list[tuple[str, str]]:
    return [(each.kind, each.place) for each in defects(found)]


def test_a_whole_model_has_no_defect() -> None:
    view = {
        "id": "v",
        "nodes": [{"id": "n", "element": "a", "nodes": [{"id": "m", "element": "b"}]}],
        "connections": [{"id": "c", "relation": "r", "source": "n", "target": "m"}],
    }
    folder = {"name": {"vi": "F"}, "holds": ["a", {"holds": ["r", "v", "p"]}]}
    whole = model(
        elements=[element("a"), element("b")],
        relations=[relation("r", "a", "b"), relation("s", "r", "b", "association")],
        views=[view],
        folders=[folder],
        property_definitions=[{"id": "p"}],
    )
    assert defects(whole) == []


def test_every_dangling_reference_is_told() -> None:
    view = {
        "id": "v",
        "nodes": [{"id": "n", "element": "x"}, {"id": "d", "kind": "view", "view": "w"}],
        "connections": [{"id": "c", "relation": "q", "source": "n", "target": "m"}],
    }
    broken = model(
        elements=[element("a")],
        relations=[relation("r", "a", "gone")],
        views=[view],
        folders=[{"name": {"vi": "F"}, "holds": [{"id": "inner", "holds": ["nowhere"]}]}],
    )
    assert told(broken) == [
        ("dangling", "relation r"),
        *[("dangling", "view v")] * 4,
        ("dangling", "folder inner"),
    ]


def test_repeated_ids_are_told_in_the_model_and_in_a_view() -> None:
    view = {"id": "v", "nodes": [{"id": "n", "nodes": [{"id": "n"}]}]}
    assert told(model(elements=[element("a"), element("a")], views=[view])) == [
        ("repeated", "a"),
        ("repeated", "view v"),
    ]


def test_rings_are_told_once_each_and_diamonds_are_none() -> None:
    ends = [("a", "b"), ("b", "c"), ("c", "a"), ("d", "d"), ("e", "f"), ("e", "g"), ("f", "h"), ("g", "h")]
    names = sorted({each for pair in ends for each in pair})
    ringed = model(
        elements=[element(each) for each in names],
        relations=[relation(f"{source}{target}", source, target) for source, target in ends],
    )
    assert [str(each) for each in defects(ringed)] == [
        "element a: is part of itself by composition: a -> b -> c -> a",
        "element d: is part of itself by composition: d -> d",
    ]


def test_a_long_chain_is_no_trouble() -> None:
    count = 5_000
    chain = model(
        elements=[element(f"e{n}") for n in range(count)],
        relations=[relation(f"r{n}", f"e{n}", f"e{n + 1}") for n in range(count - 1)],
    )
    assert defects(chain) == []


def test_many_long_rings_are_told_in_bounded_words() -> None:
    count = 3_000
    ends = [pair for n in range(count - 1) for pair in ((n, n + 1), (n + 1, 0))]
    found = defects(
        model(
            elements=[element(f"e{n}") for n in range(count)],
            relations=[relation(f"r{n}", f"e{a}", f"e{b}") for n, (a, b) in enumerate(ends)],
        )
    )
    assert len(found) == RINGS_TOLD + 1
    assert found[-1].text.startswith(f"more than {RINGS_TOLD} rings")
    assert max(len(each.text) for each in found) < 400
    assert found[-2].text.endswith("-> e19 -> (981 more) -> e0")


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=12))
def test_rings_are_found_just_where_a_walk_returns(pairs: list[tuple[str, str]]) -> None:
    found = list(rings(pairs))
    for ring in found:
        assert all(pair in pairs for pair in zip(ring, ring[1:] + ring[:1], strict=True))
    closing = {(ring[-1], ring[0]) for ring in found}
    assert bool(found) == _leads_round(pairs)
    assert not _leads_round([pair for pair in pairs if pair not in closing])


def _leads_round(pairs: list[tuple[str, str]]) -> bool:
    reach = {name: {b for a, b in pairs if a == name} for name in "abcdef"}
    for _ in range(6):
        for seen in reach.values():
            seen.update(*[reach[each] for each in list(seen)])
    return any(name in reach[name] for name in reach)
