"""What goes with a thing that is taken out of a draft: never less than what hangs on it, never more."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from maidinh.governance.drafting.content import outline_of, put
from maidinh.governance.drafting.removal import hanging, removal
from maidinh.governance.modelling.integrity import defects_in

NAMES = [f"e{number}" for number in range(6)]
LINKS = [f"r{number}" for number in range(6)]


@st.composite
def contents(draw: Any) -> dict[str, Any]:
    """Elements, relations between them and between relations, a nested view, folders."""
    ends = st.sampled_from([*NAMES, *LINKS])
    relations = [{"id": link, "kind": "flow", "from": draw(ends), "to": draw(ends)} for link in LINKS]
    order = draw(st.permutations(NAMES))
    tree: list[dict[str, Any]] = []
    for number, name in enumerate(order):
        node = {"id": f"n{number}", "element": name, "nodes": tree if draw(st.booleans()) else []}
        tree = [node] if node["nodes"] or not tree else [*tree, node]
    ids = [f"n{number}" for number in range(len(order))]
    lines = [
        {"id": f"c{number}", "relation": link, "source": draw(st.sampled_from(ids)),
         "target": draw(st.sampled_from([*ids, *(f"c{each}" for each in range(number))]))}
        for number, link in enumerate(LINKS)
    ]  # fmt: skip
    held = [*draw(st.lists(st.sampled_from([*NAMES, *LINKS]), unique=True))]
    return {
        "elements": [{"id": name, "kind": "agency"} for name in NAMES],
        "relations": relations,
        "principles": [{"id": "p", "kind": "target", "statement": {"vi": "x"}}],
        "views": [{"id": "v", "nodes": tree, "connections": lines}],
        "folders": [{"id": "f", "holds": [*held, {"id": "g", "holds": draw(st.permutations(NAMES))}]}],
    }


def nodes_in(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for node in nodes for each in (node, *nodes_in(node.get("nodes", [])))]


@given(content=contents(), item=st.sampled_from([*NAMES, *LINKS]))
def test_nothing_dangles_afterwards_and_only_what_hung_on_it_is_gone(content: dict[str, Any], item: str) -> None:
    section = "elements" if item in NAMES else "relations"
    left = content
    for edit in removal(content, section, item):
        left = put(left, edit.way, edit.value)
    assert [each for each in defects_in(outline_of(left)) if each.kind != "cycle"] == []
    kept = {each["id"] for part in ("elements", "relations") for each in left[part]}
    assert all({each["from"], each["to"]} <= kept for each in left["relations"])
    gone = {*NAMES, *LINKS} - kept
    assert gone - {item} == set(hanging(content, section, item).relations)
    shown = nodes_in(left["views"][0]["nodes"])
    assert {each["element"] for each in shown} == set(NAMES) - gone, "what stood in a box stays"
    places = {each["id"] for each in (*shown, *left["views"][0]["connections"])}
    assert all({each["source"], each["target"]} <= places for each in left["views"][0]["connections"])


def test_a_view_goes_with_the_doors_that_lead_to_it() -> None:
    door = {"id": "n", "kind": "view", "view": "v", "nodes": [{"id": "m", "element": "e0"}]}
    line = {"id": "c", "source": "n", "target": "m"}
    own = {"id": "v", "nodes": [{"id": "n", "view": "v"}]}
    content = {
        "elements": [{"id": "e0", "kind": "agency"}],
        "views": [own, {"id": "w", "nodes": [door], "connections": [line]}],
        "folders": [{"id": "f", "holds": ["v", "w"]}],
    }
    left: dict[str, Any] = content
    for edit in removal(content, "views", "v"):
        left = put(left, edit.way, edit.value)
    assert defects_in(outline_of(left)) == []
    assert [each["id"] for each in left["views"]] == ["w"] and nodes_in(left["views"][0]["nodes"])[0]["id"] == "m"
    assert hanging(content, "views", "v").boxes == (("w", 1),)


def test_a_principle_goes_alone() -> None:
    content = {"principles": [{"id": "p"}], "relations": [{"id": "r", "from": "p", "to": "p"}]}
    assert not hanging(content, "principles", "p").anything
    assert [edit.way for edit in removal(content, "principles", "p")] == [("principles", "p")]


def test_who_names_it_in_a_field_is_told_and_stays() -> None:
    content = {"elements": [{"id": "z"}, {"id": "a", "zone": "z"}, {"id": "b", "interface": {"system": "z"}}]}
    found = hanging(content, "elements", "z")
    assert (found.named_by, found.anything) == (("a", "b"), False)
    assert [edit.way for edit in removal(content, "elements", "z")] == [("elements", "z")]
