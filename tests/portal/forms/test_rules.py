"""Answers become values of their type, and whatever can't is said with what is wrong."""

from __future__ import annotations

import pytest

from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.portal.forms.rules import (
    Change,
    Fault,
    asked_of,
    calls_of,
    changes_between,
    held_answers,
    page_after,
    page_of,
    parts_of,
    picked_answers,
    required_of,
    still_asked,
    tidied,
    validate_answers,
    whole_faults,
)
from maidinh.services.procedures.definition import Page
from maidinh.services.procedures.reading import read_procedures

PERSON = "000018000001"
PERSONS = ("population", f"/persons/{PERSON}")
PARCELS = ("land", f"/owners/{PERSON}/parcels")
FOUND = {
    PERSONS: {
        "full_name": "Lù Thị Mai",
        "personal_number": PERSON,
        "date_of_birth": "1986-05-12",
        "residence": "Tổ 4, phường Lào Cai",
    },
    PARCELS: {"items": [{"parcel": "000.02647.12.105", "address": "Tổ 4", "area": 420, "certificate": "MAU-018001"}]},
}
WORK = {
    "work_kind": "house",
    "storeys": "2",
    "floor_area": "1.250",
    "height": "8",
    "start_date-day": "1",
    "start_date-month": "3",
    "start_date-year": "2027",
    "designer": "  Công ty   Mẫu ",
    "phone": "0912 345 678",
}


@pytest.fixture
def permit(province):
    return next(each for each in province.procedures if each.code == "1.013225")


def test_what_a_register_holds_is_not_asked(permit):
    applicant, land = page_of(permit, "applicant"), page_of(permit, "land")
    assert parts_of(applicant).asked == ()
    assert calls_of(applicant, PERSON) == {PERSONS} and calls_of(land, PERSON) == {PARCELS}
    assert held_answers(applicant, PERSON, FOUND) == FOUND[PERSONS]
    answers, faults = validate_answers(permit, applicant, {"full_name": "Somebody else"})
    assert (answers, faults) == ({}, {})


def test_only_what_the_register_lists_can_be_picked(permit):
    land, required = page_of(permit, "land"), required_of(permit)
    answers, faults = picked_answers(land, PERSON, FOUND, {"parcel": "000.02647.12.105"}, required)
    assert not faults and answers["parcel_area"] == 420 and answers["certificate"] == "MAU-018001"
    _, faults = picked_answers(land, PERSON, FOUND, {"parcel": "000.99999.1.1", "parcel_area": "9"}, required)
    assert faults == {"parcel": Fault("not-an-option")}
    assert picked_answers(land, PERSON, FOUND, {}, required)[1] == {"parcel": Fault("missing")}


def test_typed_answers_become_values(permit):
    answers, faults = validate_answers(permit, page_of(permit, "work"), WORK)
    assert not faults
    assert answers == {
        "work_kind": "house",
        "storeys": 2,
        "floor_area": 1250,
        "height": 8,
        "start_date": "2027-03-01",
        "designer": "Công ty Mẫu",
        "phone": "0912345678",
    }


@pytest.mark.parametrize(
    ("change", "field", "fault"),
    [
        ({"storeys": ""}, "storeys", Fault("missing")),
        ({"storeys": "hai"}, "storeys", Fault("not-a-number")),
        ({"storeys": "1e3"}, "storeys", Fault("not-a-number")),
        ({"storeys": "0"}, "storeys", Fault("too-small", 1)),
        ({"storeys": "61"}, "storeys", Fault("too-large", 60)),
        ({"work_kind": "castle"}, "work_kind", Fault("not-an-option")),
        ({"start_date-day": "31", "start_date-month": "2"}, "start_date", Fault("not-a-date")),
        ({"start_date-day": ""}, "start_date", Fault("not-a-date")),
        ({"start_date-year": "27"}, "start_date", Fault("not-a-date")),
        ({"start_date-day": "", "start_date-month": "", "start_date-year": ""}, "start_date", Fault("missing")),
        ({"designer": "x" * 201}, "designer", Fault("too-long", 200)),
        ({"designer": "\u200b \x00"}, "designer", Fault("missing")),
        ({"phone": "12345"}, "phone", Fault("form")),
    ],
)
def test_a_wrong_answer_is_named(permit, change, field, fault):
    _, faults = validate_answers(permit, page_of(permit, "work"), WORK | change)
    assert faults == {field: fault}


def test_an_application_is_whole_only_with_every_answer(permit):
    answers = held_answers(page_of(permit, "applicant"), PERSON, FOUND)
    assert set(whole_faults(permit, answers)) >= {"parcel", "storeys", "phone"}
    answers |= picked_answers(page_of(permit, "land"), PERSON, FOUND, {"parcel": "000.02647.12.105"}, frozenset())[0]
    answers |= validate_answers(permit, page_of(permit, "work"), WORK)[0]
    assert whole_faults(permit, answers) == {}
    assert whole_faults(permit, answers | {"storeys": 900}) == {"storeys": Fault("too-large", 60)}
    assert whole_faults(permit, answers | {"extra": 1}) == {"extra": Fault("form")}


def test_pages_follow_each_other(permit):
    assert page_after(permit, "applicant").id == "land"
    assert page_after(permit, permit.pages[-1].id) is None
    assert page_of(permit, "no-such-page") is None


def test_text_has_one_form():
    assert tidied("Nguye\u0302\u0303n  \u200bVa\u0306n\r\n") == "Nguyễn Văn"
    assert tidied("a\r\nb\x07 ", several_lines=True) == "a\nb"


def typed_for(name: str, form: dict) -> dict[str, str]:
    """What somebody types into a field, by what its schema wants."""
    if form.get("enum"):
        return {name: str(form["enum"][0])}
    if form.get("format") == "date":
        return {f"{name}-day": "27", f"{name}-month": "3", f"{name}-year": "2027"}
    if form["type"] in ("integer", "number"):
        return {name: str(form.get("minimum", 1))}
    return {name: "0912345678" if "pattern" in form else "x" * form.get("minLength", 1)}


def every_procedure() -> list:
    root = definitions_root() / "provinces"
    return [procedure for folder in sorted(root.iterdir()) for procedure in read_procedures(folder)]


@pytest.mark.parametrize("procedure", every_procedure(), ids=lambda each: f"{each.code} {each.receiving[0]}")
def test_every_form_of_every_province_can_be_filled_in(procedure):
    answers: dict = {}
    items: dict = {}
    for page in procedure.pages:
        for field in page.fields:
            source = field.from_register
            if source is not None:
                form = procedure.answers["properties"][field.id]
                value = form.get("minimum", 1) if form["type"] == "integer" else "2001-02-03"
                items[source.field] = PERSON if "pattern" in form else value
    for page in procedure.pages:
        found = {call: {**items, "items": [items]} for call in calls_of(page, PERSON)}
        posted: dict[str, str] = {}
        for field in parts_of(page).asked:
            posted |= typed_for(field.id, procedure.answers["properties"][field.id])
        for field in parts_of(page).picked:
            posted[field.id] = str(items[field.from_register.field])
        picked, wrong = picked_answers(page, PERSON, found, posted, required_of(procedure))
        typed, faults = validate_answers(procedure, page, posted)
        assert not wrong and not faults
        answers |= held_answers(page, PERSON, found) | picked | typed
    assert whole_faults(procedure, answers) == {}


@pytest.fixture
def repair(province):
    return next(each for each in province.procedures if each.code == "1.013229")


def test_only_fields_and_papers_whose_condition_holds_are_asked(repair):
    plain = asked_of(repair, {"alteration": "repair", "structure": "no", "shared_wall": "no"}, "house")
    assert "storeys_after" not in required_of(plain) and "storeys_after" in required_of(repair)
    assert [paper.id for paper in plain.papers] == ["application", "existing", "drawings"]
    storey = asked_of(repair, {"alteration": "storey", "structure": "yes", "shared_wall": "yes"}, "house")
    assert {"storeys_after"} <= required_of(storey) and [paper.id for paper in storey.papers][-1] == "neighbours"
    assert {field.id for field in page_of(storey, "surroundings").fields} == {
        "storeys_after", "shared_wall", "start_date", "phone"
    }  # fmt: skip


def test_an_answer_that_is_not_asked_any_more_is_left_out(repair):
    given = {"alteration": "repair", "storeys_after": 3, "stranger": 1}
    assert still_asked(asked_of(repair, given, "house"), given) == {"alteration": "repair", "stranger": 1}


def test_a_condition_sees_no_answer_that_was_not_asked_for():
    copies = {"when": {"a": "yes"}}
    fields = [
        {"id": "a", "label": {"vi": "a"}},
        {"id": "b", "label": {"vi": "b"}, **copies},
        {"id": "c", "label": {"vi": "c"}, "when": {"b": "yes"}},
    ]
    for procedure in every_procedure()[:1]:
        pages = [Page.model_validate({"id": "p", "title": {"vi": "p"}, "fields": fields})]
        made = procedure.model_copy(update={"pages": pages, "papers": []})
        stale = {"a": "no", "b": "yes", "c": "x"}
        assert [field.id for page in asked_of(made, stale, "c").pages for field in page.fields] == ["a"]
        asked = asked_of(made, {"a": "yes", "b": "yes"}, "c")
        assert [field.id for field in asked.pages[0].fields] == ["a", "b", "c"]


def test_conditions_of_fields_look_at_earlier_pages_only():
    for procedure in every_procedure():
        before = {"case", "channel"}
        for page in procedure.pages:
            for field in page.fields:
                assert set(field.when or {}) <= before, f"{procedure.code}: {field.id}"
            before |= {field.id for field in page.fields}


def test_what_a_newer_version_asks_otherwise_is_told_and_words_of_law_are_not(permit):
    assert changes_between(permit, permit) == []
    content = permit.model_dump(mode="json", by_alias=True)
    gone, changed = content["papers"].pop(), content["papers"][0]
    changed["copies"] += 1
    content["papers"].append({"id": "survey", "name": {"vi": "Bản đo đạc"}})
    content["pages"][-1]["fields"].append({"id": "colour", "label": {"vi": "Màu"}})
    content["answers"]["properties"]["colour"] = {"type": "string"}
    first = content["pages"][0]["fields"][0]
    name = permit.pages[0].fields[0].label
    first["hint"] = {"vi": "Ghi như trong căn cước"}
    content["papers"][0]["source"] = "another text"
    found = changes_between(permit, type(permit).model_validate(content))
    assert [(each.kind, each.what, each.name.vi) for each in found] == [
        ("added", "field", "Màu"),
        ("added", "paper", "Bản đo đạc"),
        ("gone", "paper", gone["name"]["vi"]),
        ("changed", "field", name.vi),
        ("changed", "paper", changed["name"]["vi"]),
    ]
    assert Change("changed", "field", name) in found
    changed["copies"] -= 1
    content["papers"][0]["source"] = "a third text"
    again = changes_between(permit, type(permit).model_validate(content))
    assert ("changed", "paper") not in {(each.kind, each.what) for each in again}
