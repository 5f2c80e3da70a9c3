"""Two people's changes to one draft brought together: nothing of either is lost, and what stands stays till decided."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from maidinh.governance.comparison.conflicts import Conflict
from maidinh.governance.comparison.merging import Merge
from maidinh.governance.drafting.content import Content, changes, done
from maidinh.governance.drafting.rules import (
    Edit,
    EditRefused,
    Together,
    Undecided,
    brought_together,
    checked,
    edited,
    held_together,
    replaced,
    valid,
)
from maidinh.governance.modelling.definition import Model
from maidinh.governance.modelling.metamodel import LAYERED_KINDS
from tests.governance.comparison import edits
from tests.governance.comparison.generated import model

HEADER = {"province": "p", "version": "2", "title": {"vi": "T"}, "framework": "2.0", "effective_from": "2026-01-01"}
Change = Callable[[Content], Any]


def draft(content: Any) -> Content:
    """A draft's content of a model's, with what only a version needs."""
    for each in content.get("elements", ()):
        if each["kind"] in LAYERED_KINDS:
            each["layer"] = each.get("layer") or 3
            each["name"] = {**(each.get("name") or {}), "vi": (each.get("name") or {}).get("vi") or each["id"]}
    return checked(HEADER | content)


def sides(seed: int) -> tuple[Content, Content, Content]:
    """A content and two others that were made of it by random edits."""
    content = model(seed, elements=5, relations=5, views=2, nodes=4, alike=False).model_dump(mode="json", by_alias=True)
    for number, (_, folder) in enumerate(edits._folders(content["folders"])):
        folder["id"] = f"g{number}"  # else a folder is another one once it lies elsewhere
    base = Model.model_validate(content)
    made = (base, edits.edited(base, 2 * seed + 1), edits.edited(base, 2 * seed + 2))
    return tuple(draft(each.model_dump(mode="json", by_alias=True)) for each in made)  # type: ignore[return-value]


def losses(base: Content, ours: Content, theirs: Content, found: Together) -> list[str]:
    merged = Merge(valid(found.content), found.conflicts)
    return edits.losses(valid(base), valid(ours), valid(theirs), merged, theirs_stands=True)


def lost_of_what_stands(base: Content, ours: Content, theirs: Content, found: Together) -> list[str]:
    """What the draft said already and doesn't any more, whatever people are told of it."""
    silent = losses(base, ours, theirs, Together(found.content))
    return [each for each in silent if each.startswith("theirs:")]


@pytest.mark.slow
def test_no_edit_is_lost_without_a_conflict_and_what_stands_stays() -> None:
    kinds: set[str] = set()
    for seed in range(300):
        base, ours, theirs = sides(seed)
        found = brought_together(base, ours, theirs)
        assert losses(base, ours, theirs, found) == [], seed
        assert lost_of_what_stands(base, ours, theirs, found) == [], seed
        assert checked(found.content) == found.content
        kinds |= {each.kind for each in found.conflicts}
    assert kinds >= {"field", "removed", "needed", "order", "cycle"}


def test_a_merge_that_loses_something_is_noticed() -> None:
    """The check above can fail: whoever takes one side for the whole loses the other's edits."""
    whole = [seed for seed in range(20) for base, ours, theirs in [sides(seed)]
             if losses(base, ours, theirs, Together(theirs))]  # fmt: skip
    stood = [seed for seed in range(20) for base, ours, theirs in [sides(seed)]
             if lost_of_what_stands(base, ours, theirs, Together(ours))]  # fmt: skip
    assert whole and stood


@pytest.mark.slow
def test_deciding_for_what_stands_changes_nothing_and_every_conflict_can_be_settled() -> None:
    for seed in range(150):
        base, ours, theirs = sides(seed)
        found = brought_together(base, ours, theirs)
        settled = brought_together(base, ours, theirs, {each.key: "theirs" for each in found.conflicts})
        assert (settled.content, settled.conflicts, settled.unused) == (found.content, (), ())
        for side in ("ours", "base"):
            decisions: dict[str, Any] = {}
            left: tuple[Conflict, ...] = found.conflicts
            while left:
                decisions |= {each.key: side for each in left}
                fresh = brought_together(base, ours, theirs, decisions).conflicts
                assert not {each.key for each in fresh} & decisions.keys(), "what was decided is asked again"
                left = fresh


def test_one_sided_and_equal_changes_come_to_themselves() -> None:
    for seed in range(10):
        base, ours, _ = sides(seed)
        for found in (brought_together(base, ours, base), brought_together(base, base, ours),
                      brought_together(base, ours, ours)):  # fmt: skip
            assert (found.content, found.conflicts) == (ours, ())


def content() -> Content:
    return draft({
        "elements": [
            {"id": "a", "kind": "platform", "masters": ["x", "y", "z"],
             "properties": [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]},
            {"id": "b", "kind": "platform"}, {"id": "c", "kind": "agency"},
        ],
        "relations": [{"id": "r", "kind": "serving", "from": "a", "to": "c"}],
        "views": [{"id": "v", "nodes": [{"id": "n", "element": "a"}], "connections": []}],
    })  # fmt: skip


def together(ours: Change, theirs: Change, decisions: dict[str, Any] | None = None) -> Together:
    made = []
    for change in (ours, theirs):
        own = json.loads(json.dumps(content()))
        change(own)
        made.append(draft(own))
    return brought_together(content(), *made, decisions)


def named(found: Together, section: str, name: str) -> Any:
    return next((each for each in found.content[section] if each["id"] == name), None)


def test_additions_to_a_list_and_its_new_order_are_both_kept() -> None:
    found = together(
        lambda it: it["elements"][0].update(masters=["z", "x", "y", "ours"]),
        lambda it: it["elements"][0].update(masters=["x", "theirs", "y", "z"]),
    )
    assert found.conflicts == ()
    assert named(found, "elements", "a")["masters"] == ["z", "x", "theirs", "y", "ours"]


def test_a_repeated_property_is_merged_value_by_value() -> None:
    def properties(*values: str) -> Change:
        return lambda it: it["elements"][0].update(properties=[{"key": "k", "value": each} for each in values])

    found = together(properties("1", "2", "3"), properties("2"))
    assert [each["value"] for each in named(found, "elements", "a")["properties"]] == ["2", "3"]
    assert found.conflicts == ()


def lead_to_b(it: Content) -> None:
    """A relation leads elsewhere, another is new, and a view shows that one."""
    it["relations"][0]["to"] = "b"
    it["relations"].append({"id": "s", "kind": "serving", "from": "b", "to": "c"})
    it["views"][0]["connections"].append({"id": "l", "relation": "s", "source": "n", "target": "n"})


def without_b(it: Content) -> None:
    it["elements"] = [each for each in it["elements"] if each["id"] != "b"]


def test_what_hangs_on_a_thing_that_went_waits_with_it_and_is_told() -> None:
    found = together(lead_to_b, without_b)
    (conflict,) = found.conflicts
    assert (conflict.key, conflict.kind) == ("elements/b/", "needed")
    assert conflict.because == ("relations/r", "relations/s", "connections/v/l")
    assert named(found, "relations", "r")["to"] == "c", "it leads where it led in the draft"
    assert [named(found, "elements", "b"), named(found, "relations", "s")] == [None, None]
    back = together(lead_to_b, without_b, {"elements/b/": "ours"})
    assert back.conflicts == () and named(back, "elements", "b") and named(back, "relations", "r")["to"] == "b"
    assert named(back, "views", "v")["connections"][0]["relation"] == "s"
    gone = together(lead_to_b, without_b, {"elements/b/": "theirs"})
    assert (gone.content, gone.conflicts) == (found.content, ())


def test_what_the_draft_needs_stands_although_somebody_took_it_out() -> None:
    found = together(without_b, lead_to_b)
    assert [(each.key, each.kind) for each in found.conflicts] == [("elements/b/", "needed")]
    assert named(found, "elements", "b") and named(found, "relations", "s")


def test_what_nobody_changed_is_kept_as_it_is_written() -> None:
    """A draft that was written before the model learnt a field doesn't get it by somebody else's edit."""
    theirs = content()
    old = theirs["elements"][2]
    del old["personal_data"], old["masters"], theirs["sample"]
    theirs["elements"][1]["note"] = "theirs"
    ours = content()
    ours["elements"][0]["note"] = "ours"
    found = brought_together(content(), ours, theirs)
    assert [each.where for each in changes(theirs, found.content)] == [("elements", "a", "note")]


@pytest.mark.parametrize(
    ("decision", "reason"),
    [
        ("mine", "expected ours, theirs, base"),
        ({"value": "gone"}, "elements a: as decided state can't be"),
        ({"value": {"x": 1}}, "as decided state can't be"),
    ],
)
def test_a_decision_that_cannot_be_followed_is_refused(decision: Any, reason: str) -> None:
    with pytest.raises(EditRefused, match=reason):
        together(
            lambda it: it["elements"][0].update(state="retiring"),
            lambda it: it["elements"][0].update(state="retired"),
            {"elements/a/state": decision},
        )


def test_an_undecided_edit_travels_and_is_the_same() -> None:
    for seed in range(30):
        base, ours, theirs = sides(seed)
        waiting = Undecided(0, 1, 2, "form", tuple(changes(base, ours)))
        again = Undecided.from_json(json.loads(json.dumps(waiting.as_json())))
        assert done(base, again.wanted) == ours
        assert again.together(base, theirs) == brought_together(base, ours, theirs)


def test_ids_that_stand_twice_do_not_come_in() -> None:
    twice = {"nodes": [{"id": "n"}, {"id": "m", "nodes": [{"id": "n"}]}]}
    with pytest.raises(EditRefused, match="views v: the id n stands 2 times in it"):
        held_together(edited(content(), [Edit("views", "v", "nodes", twice["nodes"])]), content())
    folders = [{"id": "f", "name": {"vi": "F"}, "holds": [{"id": "f", "name": {"vi": "F"}}]}]
    with pytest.raises(EditRefused, match="folders f: this id stands 2 times"):
        held_together(replaced(content(), valid(content() | {"folders": folders})), content())
    with pytest.raises(EditRefused, match=r"views v nodes: Input should be a valid list"):
        edited(content(), [Edit("views", "v", "nodes", "n")])
    standing = content()
    standing["views"][0].update(twice)
    assert edited(standing, [Edit("views", "v", "name.vi", "V")])["views"][0]["name"]["vi"] == "V", "as it was before"
    with pytest.raises(EditRefused, match="view v: the node id n stands more than once"):
        brought_together(content(), edited(content(), [Edit("elements", "a", "note", "x")]), standing)
