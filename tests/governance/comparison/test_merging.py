"""Each edit of either side is in the merge or in a conflict; neither side goes first; people decide field by field."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from maidinh.governance.comparison.conflicts import Conflict, Undecidable
from maidinh.governance.comparison.merging import Merge, merge
from maidinh.governance.modelling.definition import Model
from tests.governance.comparison.edits import edited, losses, needless
from tests.governance.comparison.generated import model
from tests.governance.small import architecture, contract, element

pytestmark = pytest.mark.slow

Edit = Callable[[dict[str, Any]], Any]
BOX = {"x": 1, "y": 2, "width": 120, "height": 55}


def pair(seed: int) -> tuple[Model, Model, Model]:
    base = model(seed, elements=5, relations=5, views=2, nodes=4, alike=False)
    return base, edited(base, 2 * seed + 1), edited(base, 2 * seed + 2)


def check_pair(seed: int) -> Merge:
    base, ours, theirs = pair(seed)
    found = merge(base, ours, theirs)
    assert losses(base, ours, theirs, found) == []
    assert needless(base, ours, theirs, found) == []
    mirrored = merge(base, theirs, ours)
    assert mirrored.model == found.model
    assert {turned(each) for each in mirrored.conflicts} == {plain(each) for each in found.conflicts}
    return found


def plain(conflict: Conflict) -> str:
    return repr((conflict.key, conflict.kind, conflict.base, conflict.ours, conflict.theirs))


def turned(conflict: Conflict) -> str:
    return plain(dataclasses.replace(conflict, ours=conflict.theirs, theirs=conflict.ours))


def test_no_edit_is_lost_in_silence() -> None:
    found = [check_pair(seed) for seed in range(60)]
    assert any(each.conflicts for each in found) and not all(each.conflicts for each in found)


@pytest.mark.slow
def test_no_edit_is_lost_in_a_thousand_concurrent_pairs() -> None:
    kinds = {conflict.kind for seed in range(1000, 2000) for conflict in check_pair(seed).conflicts}
    assert kinds >= {"field", "removed", "needed", "incomplete", "order", "cycle", "same-id"}


def test_what_only_one_side_did_is_done() -> None:
    for seed in range(40):
        base, ours, _ = pair(seed)
        for found in (merge(base, base, ours), merge(base, ours, base), merge(base, ours, ours)):
            assert found.model == ours
            assert found.conflicts == ()


def whole_things(base: Model, ours: Model, theirs: Model) -> Merge:
    """A wrong merge: of an element that both changed, theirs as a whole."""
    found = merge(base, ours, theirs)
    wins = {each.id: each for each in theirs.elements if each not in base.elements}
    elements = [wins.get(each.id, each) for each in found.model.elements]
    return dataclasses.replace(found, model=found.model.model_copy(update={"elements": elements}))


def without_conflicts(base: Model, ours: Model, theirs: Model) -> Merge:
    """A wrong merge: nobody is told."""
    return dataclasses.replace(merge(base, ours, theirs), conflicts=())


def without_views_of_ours(base: Model, ours: Model, theirs: Model) -> Merge:
    """A wrong merge: drawings are theirs."""
    found = merge(base, ours, theirs)
    return dataclasses.replace(found, model=found.model.model_copy(update={"views": theirs.views}))


def in_their_order(base: Model, ours: Model, theirs: Model) -> Merge:
    """A wrong merge: everything but the order of relations."""
    found = merge(base, ours, theirs)
    relations = sorted(found.model.relations, key=lambda each: each.id)
    return dataclasses.replace(found, model=found.model.model_copy(update={"relations": relations}))


@pytest.mark.parametrize("wrong", [whole_things, without_conflicts, without_views_of_ours, in_their_order])
def test_a_wrong_merge_is_caught(wrong: Callable[[Model, Model, Model], Merge]) -> None:
    caught = [seed for seed in range(120) if losses(*pair(seed), wrong(*pair(seed)))]
    assert caught, "the checker would let this merge pass"


def content() -> dict[str, Any]:
    return {
        "elements": [
            {"id": "a", "kind": "platform", "name": {"vi": "A"}, "state": "live", "technology": ["redis"]},
            {"id": "b", "kind": "database", "name": {"vi": "B"}},
            {"id": "c", "kind": "agency", "name": {"vi": "C"}},
        ],
        "relations": [{"id": "r", "kind": "serving", "from": "a", "to": "c", "contract": contract()}],
        "views": [{"id": "v", "nodes": [{"id": "n", "element": "a", "box": BOX}, {"id": "m", "kind": "container"}]}],
        "folders": [{"id": "f", "holds": ["a"]}, {"id": "g", "holds": []}],
    }


def made(edit: Edit | None = None) -> Model:
    it = content()
    if edit:
        edit(it)
    return Model.model_validate(it)


def merged(ours: Edit, theirs: Edit, decisions: dict[str, Any] | None = None) -> Merge:
    return merge(made(), made(ours), made(theirs), decisions)


def element_of(found: Merge, name: str) -> Any:
    return next((each for each in found.model.elements if each.id == name), None)


def test_two_fields_of_one_element_are_both_taken() -> None:
    found = merged(
        lambda it: it["elements"][0].update(state="retiring"), lambda it: it["elements"][0].update(security_level=3)
    )
    assert (element_of(found, "a").state, element_of(found, "a").security_level) == ("retiring", 3)
    assert not found.conflicts


def test_one_field_wanted_differently_is_asked_and_nothing_else_waits_for_it() -> None:
    def ours(it: dict[str, Any]) -> None:
        it["elements"][0].update(state="retiring", owner="H99.1")

    def theirs(it: dict[str, Any]) -> None:
        it["elements"][0].update(state="retired", zone="internet")

    found = merged(ours, theirs)
    (conflict,) = found.conflicts
    assert (conflict.key, conflict.kind) == ("elements/a/state", "field")
    assert (conflict.base, conflict.ours, conflict.theirs) == ("live", "retiring", "retired")
    a = element_of(found, "a")
    assert (a.state, a.owner, a.zone) == ("live", "H99.1", "internet")
    for decision, state in (
        ("ours", "retiring"),
        ("theirs", "retired"),
        ("base", "live"),
        ({"value": "planned"}, "planned"),
    ):
        settled = merged(ours, theirs, {"elements/a/state": decision})
        assert not settled.conflicts
        assert element_of(settled, "a").state == state
        assert element_of(settled, "a").zone == "internet"


def test_lists_take_what_each_side_added() -> None:
    found = merged(
        lambda it: it["elements"][0]["technology"].append("nginx"),
        lambda it: it["elements"][0].update(technology=["postgresql"]),
    )
    assert element_of(found, "a").technology == ["nginx", "postgresql"]
    assert not found.conflicts


def test_a_contract_is_never_halved() -> None:
    found = merged(
        lambda it: it["relations"][0].update(contract=None),
        lambda it: it["relations"][0]["contract"].update(valid_to="2027-12-31"),
    )
    (conflict,) = found.conflicts
    assert (conflict.key, conflict.kind, conflict.ours) == ("relations/r/contract", "removed", None)
    assert conflict.theirs["contract.valid_to"] == "2027-12-31"
    assert found.model.relations[0].contract == made().relations[0].contract


def test_the_first_field_of_a_contract_turns_its_meaning_and_is_asked() -> None:
    without = content()
    without["relations"][0]["contract"]["fields"] = []
    sides = [Model.model_validate(without)]
    for fields in (["name"], ["address"]):
        without["relations"][0]["contract"]["fields"] = fields
        sides.append(Model.model_validate(without))
    assert [each.key for each in merge(*sides).conflicts] == [
        "relations/r/contract/fields".replace("/fields", ".fields")
    ]


def without_a(it: dict[str, Any]) -> None:
    it["elements"] = it["elements"][1:]
    it["relations"] = []
    it["views"][0]["nodes"] = it["views"][0]["nodes"][1:]
    it["folders"][0]["holds"] = []


def test_changed_here_and_removed_there() -> None:
    def theirs(it: dict[str, Any]) -> None:
        it["elements"][0].update(state="retiring")

    found = merged(without_a, theirs)
    (conflict,) = found.conflicts
    assert (conflict.key, conflict.kind) == ("elements/a/", "removed")
    assert (conflict.base, conflict.ours, conflict.theirs) == ({"state": "live"}, None, {"state": "retiring"})
    assert element_of(found, "a").state == "live"
    assert found.model.relations == []
    assert element_of(merged(without_a, theirs, {"elements/a/": "ours"}), "a") is None
    assert element_of(merged(without_a, theirs, {"elements/a/": "theirs"}), "a").state == "retiring"


def test_a_relation_to_what_the_other_removed() -> None:
    def theirs(it: dict[str, Any]) -> None:
        it["relations"].append({"id": "new", "kind": "access", "from": "b", "to": "a"})

    found = merged(without_a, theirs)
    (conflict,) = found.conflicts
    assert (conflict.key, conflict.kind, conflict.because) == ("elements/a/", "needed", ("relations/new",))
    assert element_of(found, "a") is not None
    assert [each.id for each in found.model.relations] == ["new"]
    settled = merged(without_a, theirs, {"elements/a/": "ours"})
    assert element_of(settled, "a") is None
    assert settled.model.relations == []
    assert settled.dropped == (("relations", "new"),)
    assert [each.id for each in merged(without_a, theirs, {"elements/a/": "theirs"}).model.relations] == ["new"]


def test_a_thing_put_into_a_folder_that_the_other_removed() -> None:
    def ours(it: dict[str, Any]) -> None:
        it["folders"] = it["folders"][:1]

    def theirs(it: dict[str, Any]) -> None:
        it["folders"][1]["holds"] = ["b"]

    found = merged(ours, theirs)
    assert [(each.key, each.kind) for each in found.conflicts] == [("folders/g/", "needed")]
    assert found.model.folders[1].holds == ["b"]
    assert [each.id for each in merged(ours, theirs, {"folders/g/": "ours"}).model.folders] == ["f"]


def test_a_node_put_into_a_box_that_the_other_removed() -> None:
    def ours(it: dict[str, Any]) -> None:
        it["views"][0]["nodes"] = it["views"][0]["nodes"][:1]

    def theirs(it: dict[str, Any]) -> None:
        it["views"][0]["nodes"][1]["nodes"] = [{"id": "k", "element": "b"}]

    found = merged(ours, theirs)
    assert [(each.key, each.kind, each.because) for each in found.conflicts] == [
        ("nodes/v/m/", "needed", ("nodes/v/k",))
    ]
    assert found.model.views[0].nodes[1].nodes[0].id == "k"
    assert [each.id for each in merged(ours, theirs, {"nodes/v/m/": "ours"}).model.views[0].nodes] == ["n"]


def test_a_view_that_one_side_removed_and_the_other_drew_in() -> None:
    def theirs(it: dict[str, Any]) -> None:
        it["views"][0]["nodes"][0]["box"] = BOX | {"x": 500}

    found = merged(lambda it: it.update(views=[]), theirs)
    assert [(each.key, each.kind) for each in found.conflicts] == [("views/v/", "removed")]
    assert found.model.views == made().views
    assert merged(lambda it: it.update(views=[]), theirs, {"views/v/": "ours"}).model.views == []
    assert merged(lambda it: it.update(views=[]), theirs, {"views/v/": "theirs"}).model.views == made(theirs).views


def test_both_added_the_same_id() -> None:
    def adding(**fields: Any) -> Edit:
        return lambda it: it["elements"].append({"id": "new", "kind": "node", "name": {"vi": "Mới"}} | fields)

    assert merged(adding(), adding()).conflicts == ()
    found = merged(adding(owner="H99.1"), adding(owner="H99.2", zone="internet"))
    assert [each.key for each in found.conflicts] == ["elements/new/owner"]
    assert (element_of(found, "new").owner, element_of(found, "new").zone) == (None, "internet")
    unlike = merged(adding(kind="node"), adding(kind="device"))
    assert [(each.key, each.kind) for each in unlike.conflicts] == [
        ("elements/new/kind", "field"), ("elements/new/", "incomplete"),
    ]  # fmt: skip
    assert element_of(unlike, "new") is None
    settled = merged(adding(kind="node"), adding(kind="device"), {"elements/new/kind": "theirs"})
    assert not settled.conflicts
    assert element_of(settled, "new").kind == "device"


def test_an_id_taken_by_things_of_two_sections() -> None:
    found = merged(
        lambda it: it["elements"].append({"id": "x", "kind": "node"}),
        lambda it: it["relations"].append({"id": "x", "kind": "serving", "from": "a", "to": "b"}),
    )
    assert {(each.key, each.kind) for each in found.conflicts} == {
        ("elements/x/", "same-id"),
        ("relations/x/", "same-id"),
    }


def test_two_moves_that_make_a_circle() -> None:
    def into(inner: int, outer: int) -> Edit:
        def edit(it: dict[str, Any]) -> None:
            nodes = it["views"][0]["nodes"]
            it["views"][0]["nodes"] = [nodes[outer] | {"nodes": [nodes[inner]]}]

        return edit

    found = merged(into(0, 1), into(1, 0))
    assert {(each.key, each.kind) for each in found.conflicts} == {
        ("nodes/v/n/parent", "cycle"), ("nodes/v/m/parent", "cycle"),
    }  # fmt: skip
    assert {each.id for each in found.model.views[0].nodes} == {"n", "m"}
    settled = merged(into(0, 1), into(1, 0), {"nodes/v/n/parent": "ours", "nodes/v/m/parent": "base"})
    assert settled.model.views[0].nodes[0].nodes[0].id == "n"
    with pytest.raises(Undecidable):
        merged(into(0, 1), into(1, 0), {"nodes/v/n/parent": "ours", "nodes/v/m/parent": "theirs"})


def test_two_compositions_that_make_a_circle() -> None:
    def part(name: str, whole: str, of: str) -> Edit:
        return lambda it: it["relations"].append({"id": name, "kind": "composition", "from": whole, "to": of})

    found = merged(part("x", "a", "b"), part("y", "b", "a"))
    assert [(each.key, each.kind) for each in found.conflicts] == [
        ("relations/x/", "cycle"), ("relations/y/", "cycle"),
    ]  # fmt: skip
    assert [each.id for each in found.model.relations] == ["r"]
    settled = merged(part("x", "a", "b"), part("y", "b", "a"), {"relations/x/": "ours", "relations/y/": "ours"})
    assert [each.id for each in settled.model.relations] == ["r", "x"]


def test_two_orders() -> None:
    def turned_to(*names: int) -> Edit:
        return lambda it: it.update(elements=[it["elements"][each] for each in names])

    found = merged(turned_to(2, 0, 1), turned_to(1, 0, 2))
    assert [(each.key, each.kind) for each in found.conflicts] == [("header//elements:order", "order")]
    assert [each.id for each in found.model.elements] == ["a", "b", "c"]
    settled = merged(turned_to(2, 0, 1), turned_to(1, 0, 2), {"header//elements:order": "theirs"})
    assert [each.id for each in settled.model.elements] == ["b", "a", "c"]


def test_decisions_that_cannot_be_followed() -> None:
    def ours(it: dict[str, Any]) -> None:
        it["elements"][0].update(state="retiring")

    def theirs(it: dict[str, Any]) -> None:
        it["elements"][0].update(state="retired")

    with pytest.raises(Undecidable, match="expected ours, theirs, base"):
        merged(ours, theirs, {"elements/a/state": "mine"})
    with pytest.raises(Undecidable, match="elements a: as decided state"):
        merged(ours, theirs, {"elements/a/state": {"value": "gone"}})
    assert merged(ours, theirs, {"elements/b/state": "ours"}).unused == ("elements/b/state",)


def test_in_a_version_two_changes_right_alone_may_be_wrong_together() -> None:
    def version(**fields: Any) -> Model:
        return architecture(elements=[element("x", "platform", 5) | fields], relations=[])

    base = version()
    ours = version(kind="node", layer=None)
    theirs = version(kind="shared-platform")
    found = merge(base, ours, theirs)
    assert {each.kind for each in found.conflicts} == {"field", "unfit"}
    assert type(found.model) is type(base)
    assert (found.model.elements[0].kind, found.model.elements[0].layer) == ("platform", 5)


def test_a_plain_model_does_not_deny_what_only_a_version_says() -> None:
    base = architecture()
    sent = {name: value for name, value in base.model_dump(by_alias=True).items() if name in Model.model_fields}
    sent["elements"][0]["name"]["vi"] = "Tên khác"
    found = merge(base, Model.model_validate(sent), architecture(decision="12/QĐ-UBND"))
    assert not found.conflicts
    assert found.model.decision == "12/QĐ-UBND"  # type: ignore[attr-defined]
    assert found.model.elements[0].name.vi == "Tên khác"
