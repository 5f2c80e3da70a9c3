"""Two models become one: what is alike is taken once, what collides is asked, and nothing disappears unseen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from maidinh.governance.modelling.collisions import Collision
from maidinh.governance.modelling.definition import Element, Model
from maidinh.governance.modelling.settlement import Decision
from maidinh.governance.modelling.union import FROM, GAVE_WAY, SET_ASIDE, Decisions, Union, unite

pytestmark = pytest.mark.slow

SIDES: dict[str, Any] = {"a": {"province": "a", "version": "1"}, "b": {"province": "b", "version": "2"}, "prefix": "b-"}


def system(id_: str, **fields: Any) -> dict[str, Any]:
    return {"id": id_, "kind": "information-system", "layer": 5, "name": {"vi": f"Hệ thống {id_}"}, **fields}


def flow(source: str, target: str, **fields: Any) -> dict[str, Any]:
    return {"id": f"{source}--flow--{target}", "kind": "flow", "from": source, "to": target, **fields}


def model(*elements: dict[str, Any], relations: tuple[dict[str, Any], ...] = (), **fields: Any) -> Model:
    return Model.model_validate({"elements": list(elements), "relations": list(relations), **fields})


def decisions(*decided: tuple[str, str], **fields: Any) -> Decisions:
    made = [{"collision": key, "choice": choice, "reason": "vì vậy"} for key, choice in decided]
    return Decisions.model_validate({**SIDES, "decided": made, **fields})


def by_id(union: Union) -> dict[str, Element]:
    return {each.id: each for each in union.model.elements}


def said(element: Element, key: str) -> list[str]:
    return [each.value or "" for each in element.properties if each.key == key]


def kinds(collisions: list[Collision]) -> dict[str, tuple[str, ...]]:
    return {each.key: each.kinds for each in collisions}


def test_what_is_alike_is_taken_once_and_not_asked() -> None:
    union = unite(model(system("x", source="Nguồn A")), model(system("x", source="Nguồn B")), decisions())
    assert list(by_id(union)) == ["x"]
    assert (union.collisions, union.undecided) == ([], [])
    assert [(each.side, each.how, each.into) for each in union.fates] == [("a", "kept", "x"), ("b", "united", "x")]


def test_every_kind_of_collision_is_found() -> None:
    a = model(
        system("same", owner="A.1"),
        system("one", name={"vi": "Hộ  tịch"}),
        system("lgsp-a", kind="shared-platform", reference=["SI-LGSP"]),
        system("people-a", masters=["person"]),
        system("coded-a", codes={"local": "HT-1"}),
    )
    b = model(
        system("same", owner="B.1"),
        system("other", name={"vi": "hộ tịch"}),
        system("lgsp-b", kind="shared-platform", reference=["SI-LGSP"]),
        system("people-b", masters=["person"]),
        system("coded-b", codes={"local": "HT-1"}),
    )
    union = unite(a, b, decisions())
    assert kinds(union.undecided) == {
        "elements:same|same": ("same-id", "same-name", "two-owners"),
        "elements:one|other": ("same-name",),
        "elements:lgsp-a|lgsp-b": ("same-function",),
        "elements:people-a|people-b": ("two-masters",),
        "elements:coded-a|coded-b": ("same-code",),
    }
    owners = next(each.between for each in union.undecided if each.a == "same")
    assert owners == (("owner", "A.1", "B.1"),)


def test_agencies_that_took_over_are_no_second_owner() -> None:
    union = unite(model(system("x", owner="A.1")), model(system("x", owner="B.1")), decisions(owners={"B.1": "A.1"}))
    assert union.collisions == []
    moved = unite(model(), model(system("y", owner="B.1", operator="B.1")), decisions(owners={"B.1": "A.1"}))
    assert (by_id(moved)["y"].owner, by_id(moved)["y"].operator) == ("A.1", "A.1")


def test_a_class_of_things_is_no_function() -> None:
    many = [system(f"a{n}", reference=["AP-SECTOR"]) for n in range(4)]
    assert unite(model(*many), model(system("b", reference=["AP-SECTOR"])), decisions()).collisions == []
    few = unite(model(*many[:3]), model(system("b", reference=["AP-SECTOR"])), decisions())
    assert [each.kinds for each in few.collisions] == [("same-function",)] * 3


def test_retired_systems_have_no_function_left() -> None:
    old = system("old", reference=["AP-DOC"], masters=["document"], state="retired")
    new = system("new", reference=["AP-DOC"], masters=["document"])
    assert unite(model(old), model(new), decisions()).collisions == []


def test_undecided_is_kept_from_both_sides() -> None:
    union = unite(
        model(system("x"), system("y"), relations=(flow("x", "y"),)),
        model(system("x", since="2020"), system("z"), relations=(flow("x", "z"),)),
        decisions(),
    )
    assert set(by_id(union)) == {"x", "y", "b-x", "z"}
    assert {(each.from_, each.to) for each in union.model.relations} == {("x", "y"), ("b-x", "z")}
    assert [each.how for each in union.fates if each.section == "elements"] == ["kept", "kept", "renamed", "kept"]


@pytest.mark.parametrize(("choice", "survivor", "since"), [("a", "x", "2018"), ("b", "y", "2020")])
def test_what_gives_way_leaves_its_relations_to_what_stays(choice: str, survivor: str, since: str) -> None:
    union = unite(
        model(system("x", masters=["m"], since="2018"), system("u"), relations=(flow("u", "x"),)),
        model(system("y", masters=["m"], since="2020"), system("v"), relations=(flow("v", "y"),)),
        decisions(("elements:x|y", choice)),
    )
    found = by_id(union)
    assert set(found) == {survivor, "u", "v"}
    assert found[survivor].since == since
    assert {(each.from_, each.to) for each in union.model.relations} == {("u", survivor), ("v", survivor)}
    gone = {"x": "b 2: y", "y": "a 1: x"}[survivor]
    assert said(found[survivor], GAVE_WAY) == [gone]
    assert union.undecided == []


def test_the_second_keeps_its_id_where_the_first_gave_it_up() -> None:
    union = unite(model(system("x")), model(system("x", since="2020")), decisions(("elements:x|x", "b")))
    assert [(each.id, each.since) for each in union.model.elements] == [("x", "2020")]


def test_a_merge_joins_lists_and_says_what_it_set_aside() -> None:
    a = system("x", reference=["R"], masters=["m"], classification={"drm": ["1"]}, since="2018", source="A")
    b = system(
        "y", reference=["S"], masters=["m", "n"], classification={"drm": ["2"], "arm": ["3"]}, since="2020", zone="lan",
        source="B", sample=True,
    )  # fmt: skip
    union = unite(model(a), model(b), decisions(("elements:x|y", "merge")))
    (one,) = union.model.elements
    assert (one.id, one.reference, one.masters) == ("x", ["R", "S"], ["m", "n"])
    assert one.classification == {"drm": ["1", "2"], "arm": ["3"]}
    assert (one.since, one.zone) == ("2018", "lan")
    assert (one.source, one.sample) == ("A; B", True)
    assert said(one, FROM) == ["a 1: x", "b 2: y"]
    assert {line.split(": ")[2] for line in said(one, SET_ASIDE)} == {"since", "name"}
    assert {FROM, SET_ASIDE} <= {each.id for each in union.model.property_definitions}


def test_a_merge_takes_the_fields_that_people_gave() -> None:
    given = {"collision": "elements:x|x", "choice": "merge", "with": {"name": {"vi": "Chung"}, "masters": []}}
    union = unite(
        model(system("x", masters=["m"])),
        model(system("x", since="1999")),
        Decisions.model_validate({**SIDES, "decided": [given]}),
    )
    (one,) = union.model.elements
    assert (one.name.vi, one.masters, one.since) == ("Chung", [], "1999")


def test_things_of_different_types_are_not_merged() -> None:
    a, b = model(system("x")), model(system("x", kind="network"))
    (collision,) = unite(a, b, decisions()).collisions
    assert collision.options == ("a", "b", "both")
    with pytest.raises(ValueError, match="expected one of a, b, both"):
        unite(a, b, decisions(("elements:x|x", "merge")))


def test_keeping_both_needs_a_reason_and_a_decision_is_taken_once() -> None:
    with pytest.raises(ValidationError, match="needs a reason"):
        Decision.model_validate({"collision": "elements:x|x", "choice": "both"})
    with pytest.raises(ValidationError, match="only a merged element"):
        Decision.model_validate({"collision": "elements:x|x", "choice": "a", "with": {"since": "1"}})
    with pytest.raises(ValidationError, match="decided more than once: elements:x"):
        decisions(("elements:x|x", "a"), ("elements:x|x", "b"))


def test_decisions_that_contradict_each_other_are_refused() -> None:
    a = model(system("x", masters=["m"]), system("y", masters=["m"]))
    b = model(system("z", masters=["m"]))
    with pytest.raises(ValueError, match="z already went into x"):
        unite(a, b, decisions(("elements:x|z", "a"), ("elements:y|z", "a")))
    chain = unite(a, b, decisions(("elements:x|z", "a"), ("elements:y|z", "both")))
    assert set(by_id(chain)) == {"x", "y"}


def test_a_decision_that_settles_one_pair_settles_what_hung_on_it() -> None:
    a = model(system("x", masters=["m"]), system("y", masters=["m"]))
    union = unite(a, model(system("z", masters=["m"])), decisions(("elements:x|z", "a")))
    assert union.undecided == []


def test_a_decision_on_nothing_is_told() -> None:
    union = unite(model(system("x")), model(system("y")), decisions(("elements:x|ghost", "a")))
    assert union.unknown == ["elements:x|ghost"]


def test_a_relation_between_what_became_one_falls_away_and_is_accounted_for() -> None:
    a = model(system("x", masters=["m"]))
    b = model(system("y", masters=["m"]), system("z", masters=["k"]), relations=(flow("y", "z"), flow("z", "y")))
    union = unite(a, b, decisions(("elements:x|y", "a")))
    assert len(union.model.relations) == 2
    a = model(system("x", masters=["m", "k"]))
    union = unite(a, b, decisions(("elements:x|y", "a"), ("elements:x|z", "a")))
    assert union.model.relations == []
    assert [each.how for each in union.fates if each.section == "relations"] == ["dropped", "dropped"]


CONTRACT = {
    "id": "c", "methods": [{"method": "GET", "path": "/x"}], "purpose": {"vi": "Để thử"}, "valid_from": "2020-01-01",
    "valid_to": "2026-12-31",
}  # fmt: skip


def test_contracts_of_one_code_are_asked_and_never_stand_twice() -> None:
    a = model(system("x"), system("y"), relations=(flow("x", "y", contract=CONTRACT),))
    b = model(system("u"), system("v"), relations=(flow("u", "v", contract=CONTRACT | {"valid_to": "2030-12-31"}),))
    union = unite(a, b, decisions())
    assert kinds(union.undecided) == {"relations:x--flow--y|u--flow--v": ("same-code",)}
    assert sorted(each.contract.id for each in union.model.relations if each.contract) == ["b-c", "c"]
    fewer = unite(a, b, decisions(("relations:x--flow--y|u--flow--v", "a")))
    assert [each.contract.id for each in fewer.model.relations if each.contract] == ["c"]


def test_systems_of_one_subsystem_are_told_apart() -> None:
    a, b = model(system("x", owner="A", subsystem="s")), model(system("y", owner="A", subsystem="s"))
    union = unite(a, b, decisions(("elements:x|y", "both")))
    assert [each.subsystem for each in union.model.elements] == ["s", "b-s"]


def test_references_between_elements_follow() -> None:
    interface = {"system": "x", "service": "s", "endpoint": "e", "methods": [{"method": "GET", "path": "/"}]}
    b = model(
        system("x", technology=["t"], zone="z", subsystem="x", owner="A"),
        system("i", kind="interface", interface=interface),
        system("t", kind="technology-product"),
        system("z", kind="network-zone"),
    )
    a = model(*(system(each, since="1990") for each in ("x", "t", "z")))
    keys = [f"elements:{each}|{each}" for each in ("x", "t", "z")]
    found = by_id(unite(a, b, decisions(*((key, "both") for key in keys))))
    assert (found["b-x"].technology, found["b-x"].zone) == (["b-t"], "b-z")
    assert found["i"].interface is not None
    assert found["i"].interface.system == "b-x"


def test_views_and_folders_show_what_became_of_their_things() -> None:
    def drawn(*elements: dict[str, Any]) -> Model:
        nodes = [{"id": f"n-{each['id']}", "element": each["id"]} for each in elements]
        views = [{"id": "v", "name": {"vi": "Khung nhìn"}, "nodes": nodes}]
        folders = [{"name": {"vi": "Ứng dụng"}, "holds": [*(each["id"] for each in elements), "v"]}]
        return model(*elements, views=views, folders=folders)

    a, b = drawn(system("x")), drawn(system("x", since="2020"), system("y"))
    union = unite(a, b, decisions(("elements:x|x", "merge")))
    assert [(view.id, [node.element for node in view.nodes]) for view in union.model.views] == [
        ("v", ["x"]), ("b-v", ["x", "y"]),
    ]  # fmt: skip
    assert [folder.holds for folder in union.model.folders] == [["x", "v"], ["y", "b-v"]]


def test_principles_of_one_id_are_asked() -> None:
    one, other = ({"id": "p", "kind": "principle", "statement": {"vi": text}} for text in ("Một", "Hai"))
    union = unite(model(principles=[one]), model(principles=[other]), decisions())
    assert kinds(union.undecided) == {"principles:p|p": ("same-id",)}
    assert [each.id for each in union.model.principles] == ["p", "b-p"]


IDS = st.sampled_from(["p", "q", "r", "s", "t"])
CHOICES = st.sampled_from(["a", "b", "merge", "both", None])
PART = st.fixed_dictionaries(
    {"masters": st.lists(st.sampled_from(["m", "n"]), unique=True), "since": st.sampled_from([None, "2018", "2020"])}
)
MODELS = st.dictionaries(IDS, PART, min_size=1).flatmap(
    lambda parts: st.lists(st.tuples(st.sampled_from(sorted(parts)), st.sampled_from(sorted(parts))), unique=True).map(
        lambda ends: model(
            *(system(id_, **fields) for id_, fields in sorted(parts.items())),
            relations=tuple(flow(source, target) for source, target in ends),
        )
    )
)


@settings(max_examples=150)
@given(MODELS, MODELS, st.lists(CHOICES, min_size=40, max_size=40))
def test_everything_is_accounted_for_whatever_is_decided(a: Model, b: Model, choices: list[str | None]) -> None:
    asked = unite(a, b, decisions()).undecided
    chosen = [(each.key, choice) for each, choice in zip(asked, choices, strict=False) if choice in each.options]
    try:
        union = unite(a, b, decisions(*chosen))  # type: ignore[arg-type]
    except ValueError:
        return  # contradictory: refused as a whole
    ids = [each.id for each in (*union.model.elements, *union.model.relations)]
    assert len(ids) == len(set(ids))
    fates = {(each.side, each.section, each.id): each for each in union.fates}
    for side, whole in (("a", a), ("b", b)):
        for section in ("elements", "relations"):
            for thing in getattr(whole, section):
                fate = fates.pop((side, section, thing.id))
                assert (fate.into in ids) == (fate.how != "dropped")
    assert not fates
    assert {end for each in union.model.relations for end in (each.from_, each.to)} <= set(by_id(union))
