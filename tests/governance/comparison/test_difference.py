"""A difference tells each change once, by identity and field; what only stands elsewhere is moved, not changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maidinh.governance.comparison.difference import difference
from maidinh.governance.comparison.facts import facts_of
from maidinh.governance.modelling.definition import Model
from tests.governance.comparison.generated import model, models

BOX = {"x": 1, "y": 2, "width": 120, "height": 55}


def content() -> dict[str, Any]:
    return {
        "name": {"vi": "Tỉnh"},
        "elements": [
            {"id": "a", "kind": "platform", "name": {"vi": "Nền tảng A"}},
            {"id": "b", "kind": "database", "name": {"vi": "Kho B"}},
            {"id": "c", "kind": "agency", "name": {"vi": "Sở C"}},
        ],
        "relations": [{"id": "r", "kind": "serving", "from": "a", "to": "b"}],
        "views": [
            {
                "id": "v", "name": {"vi": "Hình"},
                "nodes": [{"id": "n", "element": "a", "box": BOX}, {"id": "m", "element": "b", "box": BOX}],
                "connections": [{"id": "l", "relation": "r", "source": "n", "target": "m"}],
            }
        ],
        "folders": [{"id": "f", "holds": ["a", "b"]}, {"id": "g", "holds": ["c"]}],
    }  # fmt: skip


def compared(edit: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    edited = content()
    edit(edited)
    return difference(Model.model_validate(content()), Model.model_validate(edited)).as_json()


def verdicts(found: dict[str, Any]) -> dict[str, list[str]]:
    """`section.verdict` -> the ids told there."""
    told = {
        f"{section}.{verdict}": [item["id"] for item in items]
        for section, lists in found.items()
        if isinstance(lists, dict) and section != "header"
        for verdict, items in lists.items()
    }
    return {place: ids for place, ids in told.items() if ids}


def test_nothing_differs_from_itself() -> None:
    found = compared(lambda _: None)
    assert verdicts(found) == {}
    assert found["header"] == {"changed": []}
    assert not difference(model(1), model(1))


def test_added_and_removed_are_told_with_kind_and_name() -> None:
    def edit(it: dict[str, Any]) -> None:
        it["elements"][2] = {"id": "d", "kind": "agency", "name": {"vi": "Sở D"}}
        it["folders"][1]["holds"] = ["d"]

    found = compared(edit)
    assert found["elements"]["added"] == [{"id": "d", "kind": "agency", "name": "Sở D"}]
    assert found["elements"]["removed"] == [{"id": "c", "kind": "agency", "name": "Sở C"}]
    assert found["suspected_renames"] == []


def test_a_changed_field_is_told_before_and_after() -> None:
    found = compared(lambda it: it["elements"][0].update(state="retiring", security_level=3))
    (changed,) = found["elements"]["changed"]
    assert changed == {
        "id": "a", "kind": "platform", "name": "Nền tảng A", "fields": [
            {"path": "state", "before": "live", "after": "retiring"},
            {"path": "security_level", "before": None, "after": 3},
        ],
    }  # fmt: skip


def test_a_relation_that_leads_elsewhere_is_changed() -> None:
    found = compared(lambda it: it["relations"][0].update(to="c"))
    assert verdicts(found) == {"relations.changed": ["r"]}
    assert found["relations"]["changed"][0]["fields"] == [{"path": "to", "before": "b", "after": "c"}]


def test_another_folder_is_a_move() -> None:
    def edit(it: dict[str, Any]) -> None:
        it["folders"][0]["holds"] = ["b"]
        it["folders"][1]["holds"] = ["c", "a"]

    found = compared(edit)
    assert verdicts(found) == {"elements.moved": ["a"]}
    assert found["elements"]["moved"][0]["fields"] == [{"path": "folders", "before": ["f"], "after": ["g"]}]


def test_a_mere_reordering_names_the_fewest_that_moved() -> None:
    found = compared(lambda it: it["elements"].insert(0, it["elements"].pop()))
    assert verdicts(found) == {"elements.moved": ["c"]}


def test_a_folder_that_moved_took_its_content_along() -> None:
    def edit(it: dict[str, Any]) -> None:
        it["folders"].reverse()
        it["elements"].insert(0, it["elements"].pop())

    found = compared(edit)
    assert verdicts(found) == {"folders.moved": ["g"]}
    assert found["folders"]["moved"][0]["fields"] == [{"path": "position", "before": 2, "after": 1}]


def test_another_place_in_its_folder_is_told_once() -> None:
    def edit(it: dict[str, Any]) -> None:
        it["folders"][0]["holds"].reverse()
        it["elements"].insert(0, it["elements"].pop(1))

    found = compared(edit)
    assert verdicts(found) == {"elements.moved": ["b"]}
    assert found["elements"]["moved"][0]["fields"] == [{"path": "position", "before": 2, "after": 1}]


def test_geometry_alone_moves_the_view() -> None:
    found = compared(lambda it: it["views"][0]["nodes"][0].update(box=BOX | {"x": 300}))
    assert verdicts(found) == {"views.moved": ["v"]}
    (view,) = found["views"]["moved"]
    assert view["name"] == "Hình"
    assert view["nodes"]["moved"][0]["fields"] == [{"path": "box.x", "before": 1, "after": 300}]


def test_a_node_put_into_another_moves_and_a_restyled_one_changes() -> None:
    def edit(it: dict[str, Any]) -> None:
        first, second = it["views"][0]["nodes"]
        it["views"][0]["nodes"] = [first | {"style": {"fill": "#ff0000"}, "nodes": [second]}]

    (view,) = compared(edit)["views"]["changed"]
    assert view["nodes"]["moved"] == [
        {"id": "m", "kind": "element", "name": "b", "fields": [{"path": "parent", "before": None, "after": "n"}]}
    ]
    assert view["nodes"]["changed"][0]["fields"] == [{"path": "style.fill", "before": None, "after": "#ff0000"}]


def test_another_id_is_only_hinted() -> None:
    def edit(it: dict[str, Any]) -> None:
        it["elements"][2]["id"] = "c2"
        it["folders"][1]["holds"] = ["c2"]

    found = compared(edit)
    assert verdicts(found) == {"elements.added": ["c2"], "elements.removed": ["c"]}
    assert found["suspected_renames"] == [
        {"section": "elements", "removed": "c", "added": "c2", "kind": "agency", "name": "Sở C"}
    ]


@pytest.mark.parametrize("place", ["elements", "relations", "views", "folders"])
def test_the_order_of_keys_in_a_file_matters_not(place: str) -> None:
    def turn(it: dict[str, Any]) -> None:
        it[place] = [dict(reversed(list(each.items()))) for each in it[place]]

    assert verdicts(compared(turn)) == {}


@given(models(), models())
@settings(max_examples=80)
def test_it_tells_exactly_the_facts_that_differ(old: Model, new: Model) -> None:
    """Held against the facts of both: no field untold, none told that is equal."""
    before, after = facts_of(old), facts_of(new)
    found = difference(old, new)
    for section, lists in found.sections.items():
        inside = section in ("nodes", "connections")
        views = {name for kind, name in before.keys() & after.keys() if kind == "views"}
        keys = {key for key in before.keys() | after.keys() if key[0] == section}
        keys = {key for key in keys if not inside or key[1].partition("/")[0] in views}
        assert {each.id for each in lists.added} == {key[1] for key in keys if key not in before}
        assert {each.id for each in lists.removed} == {key[1] for key in keys if key not in after}
        told = {each.thing.id: {change.path for change in each.fields} for each in (*lists.changed, *lists.moved)}
        for key in keys & before.keys() & after.keys():
            one, other = before[key], after[key]
            paths = {path for path in one.keys() | other.keys() if one.get(path) != other.get(path)}
            told_here = {path for path in told.get(key[1], set()) if path != "position"}
            quiet = {
                path for path in paths - told_here if path.endswith(":order") or {} in (one.get(path), other.get(path))
            }
            assert told_here == paths - quiet


@given(st.integers(0, 1000))
@settings(max_examples=30)
def test_it_is_the_same_backwards(seed: int) -> None:
    one, other = model(seed), model(seed + 1)
    there, back = difference(one, other), difference(other, one)
    for section in there.sections:
        assert {each.id for each in there[section].added} == {each.id for each in back[section].removed}
        assert {each.thing.id for each in there[section].changed} == {each.thing.id for each in back[section].changed}
