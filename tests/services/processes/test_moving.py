"""What becomes of a dossier that moves to a newer version: its steps, its answers, and what keeps it where it is."""

from __future__ import annotations

from typing import Any

import pytest

from maidinh.services.procedures.definition import Procedure
from maidinh.services.processes.moving import Hindrance, Standing, can_stand, move_of, moves_from

BASIS = {"text": "Điều khoản chuyển tiếp (mẫu)", "checked": False}
ANSWERS = {"name": "An", "floor": 2}


def step(name: str, *to: Any, kind: str = "appraisal", **more: Any) -> dict[str, Any]:
    ways = [{"id": f"to-{n}", "name": {"vi": name}, "to": way} for n, way in enumerate(to)]
    who = {} if kind == "join" else {"role": "specialist", "agency": "responsible"}
    return {"id": name, "name": {"vi": name}, "kind": kind, **who, "outcomes": ways, **more}


FORK = [step("intake", ["fire", "water"], "refused", kind="intake"), step("fire", "both"), step("water", "both"),
        step("both", "sign", kind="join"), step("sign", "returned", kind="signature")]  # fmt: skip


def version(steps: list[dict[str, Any]] | None = None, **more: Any) -> Procedure:
    properties = more.pop("properties", {"name": {"type": "string"}, "floor": {"type": "integer"}})
    fields = [{"id": name, "label": {"vi": name}, **more.pop(name, {})} for name in list(properties)]
    limit = {"budget": {"amount": 5, "unit": "working_day"}}
    content = {
        "code": "1.000001", "version": "1.0", "name": {"vi": "Thử"},
        "short_name": {"vi": "Thử"}, "field": {"vi": "Thử"},
        "kind": "licence", "effective_from": "2026-07-01", "published_by": "mẫu", "legal_basis": [BASIS],
        "responsible": "A", "receiving": ["A", "B"], "applicants": [{"vi": "Công dân"}], "channels": ["online"],
        "cases": [{"id": "one", "name": {"vi": "Một"}, "time_limit": limit}],
        "pages": [{"id": "page", "title": {"vi": "Trang"}, "fields": fields}],
        "answers": {"type": "object", "properties": properties, "required": more.pop("required", ["name"])},
        "steps": steps or FORK,
        "result": {"code": "K", "name": {"vi": "K"}, "title": {"vi": "K"}, "body": {"vi": "K"}},
    }  # fmt: skip
    return Procedure.model_validate(content | more)


def migrating(steps: list[dict[str, Any]] | None = None, maps: Any = None, **more: Any) -> Procedure:
    change = {"dossiers": "migrate", "from_versions": ["1.0"], "basis": BASIS, **(maps or {})}
    return version(steps, version="2.0", change=change, **more)


def standing(*opened: str, **more: Any) -> Standing:
    given = {"case": "one", "channel": "online", "receiving": "A", "answers": ANSWERS, "facts": {}}
    return Standing(open=frozenset(opened), **(given | more))


OLD = version()


def test_only_named_versions_move_and_only_where_the_change_says_so() -> None:
    assert moves_from(migrating(), "1.0")
    assert not moves_from(migrating(), "0.9")
    assert not moves_from(version(version="2.0"), "1.0")


def test_a_renamed_step_moves_by_its_map_and_one_without_stays() -> None:
    renamed = [step("intake", "check", "refused", kind="intake"), step("check", "returned")]
    new = migrating(renamed, {"steps": {"fire": "check"}})
    assert move_of(OLD, new, standing("fire")).steps == {"fire": "check"}
    assert move_of(OLD, new, standing("fire")).hindrances == ()
    assert move_of(OLD, new, standing("sign")).hindrances == (Hindrance("step", "sign"),)


def test_two_open_steps_become_one_for_no_map() -> None:
    serial = [step("intake", "check", "refused", kind="intake"), step("check", "returned")]
    new = migrating(serial, {"steps": {"fire": "check", "water": "check"}})
    assert move_of(OLD, new, standing("fire", "water")).hindrances == (Hindrance("merged", "check"),)


def test_a_position_that_the_new_process_never_has_is_no_place_to_go() -> None:
    serial = [step("intake", "fire", "refused", kind="intake"), step("fire", "water"), step("water", "returned")]
    assert can_stand(OLD, frozenset({"fire", "water"}), frozenset())
    found = move_of(OLD, migrating(serial), standing("fire", "water"))
    assert found.hindrances == (Hindrance("position", "fire + water"),)
    assert move_of(OLD, migrating(serial), standing("water")).hindrances == ()


def test_a_branch_that_waits_at_its_join_goes_on_waiting_there() -> None:
    waiting = standing("water", waiting=frozenset({"both"}))
    assert move_of(OLD, migrating(), waiting).waiting == {"both"}
    assert move_of(OLD, migrating(), waiting).hindrances == ()
    alone = standing(waiting=frozenset({"both"}))
    assert [each.kind for each in move_of(OLD, migrating(), alone).hindrances] == ["position"]


def test_the_step_that_waits_for_a_supplement_moves_like_an_open_one() -> None:
    assert move_of(OLD, migrating(), standing("water", asked="fire")).hindrances == ()
    gone = [step("intake", "water", "refused", kind="intake"), step("water", "returned")]
    assert move_of(OLD, migrating(gone), standing("water", asked="fire")).hindrances == (Hindrance("step", "fire"),)


def test_ways_by_condition_count_whatever_the_facts() -> None:
    routed = [step("intake", "fire", "refused", kind="intake"), step("fire", "returned"), step("rare", "returned")]
    routed[0]["outcomes"][0]["routes"] = [{"when": {"floor": "> 5"}, "to": "rare"}]
    assert can_stand(version(routed), frozenset({"rare"}), frozenset())


def test_an_answer_required_now_must_be_there_or_in_the_schema() -> None:
    wider = {"name": {"type": "string"}, "floor": {"type": "integer"}, "height": {"type": "integer"}}
    asks = migrating(properties=wider, required=["name", "height"])
    assert move_of(OLD, asks, standing("sign")).hindrances == (Hindrance("missing", "height"),)
    wider["height"] = {"type": "integer", "default": 3}
    filled = move_of(OLD, migrating(properties=wider, required=["name", "height"]), standing("sign"))
    assert (filled.filled, filled.answers["height"], filled.hindrances) == (("height",), 3, ())


@pytest.mark.parametrize(("floor", "missing"), [(2, ()), (9, (Hindrance("missing", "permit"),))])
def test_a_field_with_a_condition_is_missed_only_where_it_is_asked(floor: int, missing: Any) -> None:
    wider = {"name": {"type": "string"}, "floor": {"type": "integer"}, "permit": {"type": "string"}}
    new = migrating(properties=wider, required=["name", "permit"], permit={"when": {"floor": "> 5"}})
    assert move_of(OLD, new, standing("sign", answers={"name": "An", "floor": floor})).hindrances == missing


def test_conditions_look_at_the_defaults_of_the_schema_where_nobody_answered() -> None:
    wider = {"name": {"type": "string"}, "floor": {"type": "integer"}, "permit": {"type": "string"},
             "tall": {"type": "boolean", "default": True}}  # fmt: skip
    new = migrating(properties=wider, required=["name", "permit"], permit={"when": {"tall": True}})
    assert move_of(OLD, new, standing("sign")).hindrances == (Hindrance("missing", "permit"),)
    wider["tall"]["default"] = False
    new = migrating(properties=wider, required=["name", "permit"], permit={"when": {"tall": True}})
    assert move_of(OLD, new, standing("sign")).hindrances == ()


def test_answers_move_by_their_map_and_none_is_lost_silently() -> None:
    renamed = {"name": {"type": "string"}, "storeys": {"type": "integer"}}
    moved = move_of(OLD, migrating(None, {"fields": {"floor": "storeys"}}, properties=renamed), standing("sign"))
    assert (moved.answers, moved.hindrances) == ({"name": "An", "storeys": 2}, ())
    assert move_of(OLD, migrating(properties=renamed), standing("sign")).hindrances == (Hindrance("field", "floor"),)
    narrow = {"name": {"type": "string"}, "floor": {"type": "integer", "maximum": 1}}
    assert move_of(OLD, migrating(properties=narrow), standing("sign")).hindrances == (Hindrance("answer", "floor"),)


def test_what_was_missing_before_is_no_fault_of_the_new_version() -> None:
    assert move_of(OLD, migrating(), standing("sign", answers={})).hindrances == ()


def test_a_case_or_agency_that_is_gone_keeps_the_dossier() -> None:
    found = move_of(OLD, migrating(receiving=["B"]), standing("sign", case="two"))
    assert {each.kind for each in found.hindrances} == {"case", "receiving"}


def test_a_step_that_stands_the_clock_still_does_so_under_both_versions_or_the_dossier_stays() -> None:
    counted = [*FORK[:4], step("sign", "returned", kind="signature", suspends_clock=True)]
    assert move_of(OLD, migrating(counted), standing("sign")).hindrances == (Hindrance("clock", "sign"),)
    assert move_of(OLD, migrating(counted), standing("intake")).hindrances == ()


def test_a_call_goes_on_only_as_the_same_call_of_the_same_step() -> None:
    def calling(name: str, procedure: str) -> list[dict[str, Any]]:
        call = {"procedure": procedure, "case": "one"}
        return [step("intake", name, "refused", kind="intake"), step(name, "returned", kind="call", call=call)]

    old, maps = version(calling("ask", "1.000002")), {"steps": {"ask": "other"}}
    assert move_of(old, migrating(calling("ask", "1.000002")), standing("ask")).hindrances == ()
    kinds = [
        [each.kind for each in move_of(old, new, standing("ask")).hindrances]
        for new in (migrating(calling("ask", "1.000003")), migrating(calling("other", "1.000002"), maps))
    ]
    assert kinds == [["call"], ["call"]]
