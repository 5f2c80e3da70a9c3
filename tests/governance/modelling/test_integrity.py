"""A model that doesn't hold together is told whole: ids, references, rings of wholes and parts."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from maidinh.governance.modelling.definition import Model
from maidinh.governance.modelling.integrity import RINGS_TOLD, defects, introduced, outline_of, repeated_ids, rings


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


def test_only_what_was_whole_before_is_told_as_new() -> None:
    nodes = [{"id": "n", "element": "gone"}]
    old = model(
        elements=[element("a"), element("b"), element("a")],
        relations=[relation("r", "a", "b"), relation("s", "b", "a"), relation("t", "a", "nowhere", "flow")],
        views=[{"id": "v", "nodes": nodes}],
        folders=[{"id": "f", "holds": ["gone"]}],
    )
    relations = [relation("u", "b", "c"), relation("w", "c", "a"), relation("x", "c", "none", "flow")]
    new = model(
        elements=[*old.elements[::-1], element("c"), element("c")],
        relations=[*relations, *old.relations[::-1]],
        views=[{"id": "v", "nodes": [*nodes, {"id": "m", "element": "lost"}]}],
        folders=[{"id": "f", "holds": ["gone", "missing"]}],
    )
    assert len(defects(old)) == 5 and repeated_ids(old) == ["a"] and repeated_ids(new) == ["a", "c"]
    found = introduced(outline_of(new), outline_of(old))
    assert [(str(each), each.at) for each in found] == [
        ("c: this id stands 2 times; every id stands once", ("elements", "c")),
        ("relation x: none is no element and no relation", ("relations", "x", "to")),
        ("view v: node m shows lost, which is no element", ("views", "v")),
        ("folder f: holds missing, which is nowhere in the model", ("folders", "f")),
        ("element b: is part of itself by composition: b -> c -> a -> b", ("relations", "u", "to")),
        ("element c: is part of itself by composition: c -> a -> b -> c", ("relations", "w", "to")),
    ]
    assert introduced(outline_of(old), outline_of(new)) == []
    assert {str(each) for each in introduced(outline_of(old))} >= {
        str(each) for each in defects(old) if each.kind != "cycle"
    }


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


PAIRS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=10)


@given(PAIRS, PAIRS)
def test_a_new_ring_is_told_for_each_relation_that_lies_in_one(
    old: list[tuple[str, str]], new: list[tuple[str, str]]
) -> None:
    names = [element(each) for each in "abcdef"]

    def made(pairs: list[tuple[str, str]]) -> Model:
        return model(elements=names, relations=[relation(f"r{n}", *pair) for n, pair in enumerate(pairs)])

    found = introduced(outline_of(made(new)), outline_of(made(old)))
    told_of = {next(pair for n, pair in reversed([*enumerate(new)]) if f"r{n}" == each.at[1]) for each in found}
    ringed = {(a, b) for a, b in new if a == b or _leads_round_to(new, b, a)}
    assert told_of == ringed - set(old)
    for each in found:
        ring = each.text.partition(": ")[2].split(" -> ")
        assert all(pair in new for pair in pairwise(ring)) and ring[0] == ring[-1]


def _leads_round_to(pairs: list[tuple[str, str]], start: str, end: str) -> bool:
    reached = {start}
    for _ in range(6):
        reached |= {b for a, b in pairs if a in reached}
    return end in reached


def _leads_round(pairs: list[tuple[str, str]]) -> bool:
    reach = {name: {b for a, b in pairs if a == name} for name in "abcdef"}
    for _ in range(6):
        for seen in reach.values():
            seen.update(*[reach[each] for each in list(seen)])
    return any(name in reach[name] for name in reach)
