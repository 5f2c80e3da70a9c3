"""A model that doesn't hold together is told whole: ids, references, rings of wholes and parts."""

from __future__ import annotations

from typing import Any

from maidinh.governance.modelling.definition import Model
from maidinh.governance.modelling.integrity import defects


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
