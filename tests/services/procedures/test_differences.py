"""How much a difference between two versions weighs: words, more, or something that was good and isn't any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.differences import differences, weight_of

Content = dict[str, Any]


@pytest.fixture
def old(province: Any) -> Procedure:
    return next(each for each in province.procedures if (each.code, each.version) == ("1.013225", "1.0"))


def changed(old: Procedure, change: Callable[[Content], Any]) -> Procedure:
    content = old.model_dump(mode="json", by_alias=True)
    change(content)
    return Procedure.model_validate(content)


def add_field(content: Content, *, required: bool) -> None:
    content["pages"][2]["fields"].append({"id": "note", "label": {"vi": "Ghi chú"}})
    content["answers"]["properties"]["note"] = {"type": "string"}
    content["answers"]["required"] += ["note"] if required else []


def drop_step(content: Content) -> None:
    content["steps"] = [each for each in content["steps"] if each["id"] != "field-check"]
    content["steps"][1]["outcomes"][0]["to"] = "signature"


CASES: list[tuple[str, str, Callable[[Content], Any]]] = [
    ("name", "cosmetic", lambda c: c["name"].update(en="Another name")),
    ("steps.appraisal.name", "cosmetic", lambda c: c["steps"][1]["name"].update(vi="Xem xét")),
    ("fields.phone.hint", "cosmetic", lambda c: c["pages"][2]["fields"][6].update(hint=None)),
    ("fields.work_kind.options.shop", "cosmetic",
     lambda c: c["pages"][2]["fields"][0]["options"]["shop"].update(vi="Xưởng")),
    ("cases.house.time_limit.note", "cosmetic", lambda c: c["cases"][0]["time_limit"].update(note="read again")),
    ("fields.note", "compatible", lambda c: add_field(c, required=False)),
    ("answers.required.note", "breaking", lambda c: add_field(c, required=True)),
    ("answers.required.phone", "compatible", lambda c: c["answers"]["required"].remove("phone")),
    ("answers.properties.storeys.maximum", "compatible",
     lambda c: c["answers"]["properties"]["storeys"].update(maximum=80)),
    ("answers.properties.storeys.maximum", "breaking",
     lambda c: c["answers"]["properties"]["storeys"].update(maximum=9)),
    ("fields.work_kind.options.shop", "breaking", lambda c: c["pages"][2]["fields"][0]["options"].pop("shop")),
    ("steps.field-check", "breaking", drop_step),
    ("steps.appraisal.budget.amount", "compatible", lambda c: c["steps"][1]["budget"].update(amount=2)),
    ("steps.appraisal.role", "breaking", lambda c: c["steps"][1].update(role="leader")),
    ("steps.appraisal.requires_fee", "compatible", lambda c: c["steps"][1].update(requires_fee=False)),
    ("steps.field-check.requires_fee", "breaking", lambda c: c["steps"][2].update(requires_fee=True)),
    ("steps.appraisal.outcomes.pass.to", "breaking", lambda c: c["steps"][1]["outcomes"][0].update(to="signature")),
    ("cases.house.time_limit.budget.amount", "breaking", lambda c: c["cases"][0]["time_limit"]["budget"].update(
        amount=10)),
    ("cases.house.fee.amount", "breaking", lambda c: c["cases"][0]["fee"].update(amount=1)),
    ("cases.house.fee", "compatible", lambda c: c["cases"][0].update(fee=None)),
    ("papers.approvals.required", "breaking", lambda c: c["papers"][2].update(required=True)),
    ("papers.drawings.formats", "compatible", lambda c: c["papers"][1].update(formats=["pdf", "png"])),
    ("papers.drawings", "compatible", lambda c: c["papers"].pop(1)),
    ("receiving", "breaking", lambda c: c["receiving"].pop()),
    ("result.body.vi", "compatible", lambda c: c["result"]["body"].update(vi="Cấp.")),
]  # fmt: skip


@pytest.mark.parametrize(("place", "weight", "change"), CASES, ids=lambda each: each if isinstance(each, str) else "")
def test_each_change_weighs_what_it_does_to_a_dossier(
    old: Procedure, place: str, weight: str, change: Callable[[Content], Any]
) -> None:
    found = differences(old, changed(old, change))
    at_place = {each.place: each.weight for each in found if each.place.startswith(place)}
    assert set(at_place.values()) == {weight}, found


def test_the_same_is_no_difference_whatever_its_number_and_day(old: Procedure) -> None:
    new = changed(old, lambda c: c.update(version="2.0", effective_from="2027-01-01"))
    assert differences(old, new) == []
    assert weight_of([]) is None


def test_a_field_that_moves_to_another_page_is_the_same_field(old: Procedure) -> None:
    new = changed(old, lambda c: c["pages"][1]["fields"].append(c["pages"][2]["fields"].pop()))
    assert differences(old, new) == []


def test_a_part_whose_id_reads_like_words_weighs_what_it_is(old: Procedure) -> None:
    first = changed(old, lambda c: add_field(c, required=False))
    second = changed(first, lambda c: c["pages"][2]["fields"][-1].update(when={"case": "house"}))
    assert [(each.place, each.weight) for each in differences(first, second)] == [("fields.note.when", "breaking")]


def test_the_whole_weighs_as_much_as_its_weightiest_part(old: Procedure) -> None:
    new = changed(old, lambda c: (c["name"].update(en="Another"), c["steps"][1].update(role="leader")))
    found = differences(old, new)
    assert [each.weight for each in found] == ["breaking", "cosmetic"]
    assert weight_of(found) == "breaking"
