"""Conditions, ways of outcomes, and tables as wholes in the forms: what they show, what they make, what they refuse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.utils.translation import override

from maidinh.channels.web.procedure_drafts_forms import FORMS, fits, made_of, shown_of
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.services.decisions.definition import DecisionTable
from maidinh.services.procedures.definition import FormField, Step

pytestmark = pytest.mark.slow

FILES = sorted((definitions_root() / "provinces").glob("*/procedures/*/*/procedure.yaml"))
TEXT = """
cases:
  - {id: usual, name: {vi: Thông thường}, time_limit: {budget: {amount: 5, unit: working_day}}, fee: {amount: 5, when: result, name: {vi: Phí}}}
  - {id: quick, name: {vi: Nhanh}, time_limit: {budget: {amount: 1, unit: working_day}}}
papers: [{id: map, name: {vi: Sơ đồ}}]
pages:
  - id: one
    title: {vi: Một}
    fields:
      - {id: purpose, label: {vi: Mục đích}, options: {trade: {vi: Quảng cáo}, art: {vi: Nghệ thuật}}, widget: radios}
      - {id: banners, label: {vi: Số băng rôn}, when: {purpose: [trade, art], case: usual}}
answers:
  required: [purpose]
  properties:
    purpose: {type: string, enum: [trade, art]}
    banners: {type: integer, minimum: 1, maximum: 50}
steps:
  - id: look
    name: {vi: Xem}
    kind: appraisal
    role: specialist
    agency: responsible
    facts: [{id: sound, label: {vi: Chắc chắn}, kind: yes_no}]
    outcomes:
      - {id: good, name: {vi: Đạt}, to: [sign, ask], routes: [{when: {banners: '> 10'}, to: sign}]}
      - {id: bad, name: {vi: Không đạt}, to: refused, reason: true}
  - {id: sign, name: {vi: Ký}, kind: approval, role: leader, agency: responsible, outcomes: [{id: done, name: {vi: Xong}, to: returned}]}
  - {id: ask, name: {vi: Hỏi}, kind: approval, role: leader, agency: responsible, outcomes: [{id: done, name: {vi: Xong}, to: returned}]}
tables:
  - id: fee
    name: {vi: Lệ phí}
    hit_policy: unique
    inputs: [{id: purpose, name: {vi: Mục đích}, kind: choice, options: [trade, art]}]
    outputs: [{id: amount, name: {vi: Số tiền}, kind: money}]
    rows:
      - {when: {purpose: art}, then: {amount: 0}, basis: {text: Điều 1}}
      - {when: {purpose: trade}, then: {amount: 5}, basis: {text: Điều 2}}
"""  # noqa: E501


@pytest.fixture
def content() -> Iterator[dict[str, Any]]:
    with override("vi"):
        yield yaml.safe_load(TEXT)


def typed(part: str, content: dict[str, Any], changes: dict[str, str]) -> Any:
    return made_of(part, content, shown_of(part, content) | changes)


@pytest.mark.parametrize("part", FORMS)
def test_every_procedure_sent_as_it_was_shown_stays_as_it_is(part: str) -> None:
    assert len(FILES) > 10
    for file in FILES:
        whole = yaml.safe_load(file.read_text("utf-8"))
        assert fits(part, whole)
        found = made_of(part, whole, shown_of(part, whole))
        assert not found.errors and found.content == whole, file


def test_a_question_is_asked_by_a_condition_in_words(content: dict[str, Any]) -> None:
    shown = shown_of("fields", content)
    assert (shown["fields-0-1-when-0-fact"], shown["fields-0-1-when-0-test"]) == ("purpose", "Quảng cáo; Nghệ thuật")
    assert shown["fields-0-1-when-1-test"] == "Thông thường"
    found = typed("fields", content, {"fields-0-1-when-0-test": "nghe thuat", "fields-0-1-when-1-test": "not(Nhanh)"})
    field = found.content["pages"][0]["fields"][1]
    assert not found.errors and field["when"] == {"purpose": "art", "case": "not(quick)"}
    assert FormField.model_validate(field).when
    gone = {f"fields-0-1-when-{n}-{name}": "" for n in range(2) for name in ("fact", "test")}
    assert "when" not in typed("fields", content, gone).content["pages"][0]["fields"][1]
    new = {"new-label_vi": "Cao", "new-page": "0", "new-kind": "number", "new-when-0-fact": "sound",
           "new-when-0-test": "Không"}  # fmt: skip
    assert typed("fields", content, new).content["pages"][0]["fields"][2]["when"] == {"sound": False}


@pytest.mark.parametrize(
    ("fact", "test", "place"),
    [("purpose", "Khác", "test"), ("purpose", "", "test"), ("", "5", "fact"), ("banners", "nhiều", "test"),
     ("banners", "[9..3]", "test"), ("sound", "5 lần", "test")],
)  # fmt: skip
def test_a_condition_that_says_nothing_is_told_beside_its_field(
    content: dict[str, Any], fact: str, test: str, place: str
) -> None:
    changes = {"papers-0-when-0-fact": fact, "papers-0-when-0-test": test}
    assert list(typed("papers", content, changes).errors) == [f"papers-0-when-0-{place}"]


def test_an_outcome_gets_a_way_and_another_place_and_one_more_stands_beside(content: dict[str, Any]) -> None:
    shown = shown_of("steps", content)
    assert (shown["steps-0-0-to"], shown["steps-0-0-to-1"], shown["steps-0-0-r0-to"]) == ("sign", "ask", "sign")
    found = typed("steps", content, {
        "steps-0-0-to-1": "", "steps-0-0-r1-when-0-fact": "sound", "steps-0-0-r1-when-0-test": "có",
        "steps-0-0-r1-to": "sign", "steps-0-0-r1-to-1": "ask", "steps-0-new-name_vi": "Hỏi lại",
        "steps-0-new-to": "supplement", "steps-0-new-reason": "yes", "steps-0-1-reason": "",
    })  # fmt: skip
    assert not found.errors
    good, bad, new = found.content["steps"][0]["outcomes"]
    assert good["to"] == "sign" and good["routes"][1] == {"when": {"sound": True}, "to": ["sign", "ask"]}
    assert bad["reason"] is False
    assert new == {"id": "hoi-lai", "name": {"vi": "Hỏi lại"}, "to": "supplement", "reason": True}
    Step.model_validate(found.content["steps"][0])


def test_an_emptied_way_and_an_outcome_go(content: dict[str, Any]) -> None:
    gone = {f"steps-0-0-r0-{name}": "" for name in ("when-0-fact", "when-0-test", "to")}
    found = typed("steps", content, gone | {"steps-0-1-remove": "yes"})
    (outcome,) = found.content["steps"][0]["outcomes"]
    assert not found.errors and "routes" not in outcome
    assert list(typed("steps", content, {"steps-1-0-remove": "yes"}).errors) == ["steps-1-0-remove"]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"steps-0-0-to": "", "steps-0-0-to-1": ""}, "steps-0-0-to"),
        ({"steps-0-0-to-1": "sign"}, "steps-0-0-to"),
        ({"steps-0-0-r1-to": "sign"}, "steps-0-0-r1-when-0-fact"),
        ({"steps-0-0-r0-to": ""}, "steps-0-0-r0-to"),
        ({"steps-0-new-name_vi": "Mới"}, "steps-0-new-to"),
        ({"steps-0-new-to": "sign"}, "steps-0-new-name_vi"),
    ],
)
def test_a_way_that_leads_nowhere_is_told_beside_its_field(
    content: dict[str, Any], changes: dict[str, str], place: str
) -> None:
    assert list(typed("steps", content, changes).errors) == [place]


def test_a_new_table_decides_for_a_case_at_once(content: dict[str, Any]) -> None:
    new = {"new-name_vi": "Phí theo số", "new-what": "fee", "new-case": "usual", "new-fact": "banners",
           "new-value": "75.000", "new-basis": "Điều 5"}  # fmt: skip
    found = typed("tables", content, new)
    assert not found.errors
    table = found.content["tables"][1]
    DecisionTable.model_validate(table)
    assert table["inputs"] == [{"id": "banners", "name": {"vi": "Số băng rôn"}, "kind": "number", "whole": True,
                                "minimum": 1, "maximum": 50}]  # fmt: skip
    assert table["rows"][0]["then"] == {"amount": 75000}
    assert found.content["cases"][0]["fee"] == {"when": "result", "name": {"vi": "Phí"}, "table": "phi-theo-so"}
    limit = typed("tables", content, new | {"new-what": "limit", "new-case": "quick", "new-value": "3"})
    assert limit.content["cases"][1]["time_limit"]["table"] == "phi-theo-so"
    wrong = typed("tables", content, {"new-name_en": "Fees"}).errors
    assert set(wrong) == {"new-name_vi", "new-what", "new-fact", "new-value", "new-basis"}
    assert "new-case" in typed("tables", content, new | {"new-what": "text"}).errors


def test_columns_come_and_go_with_their_cells(content: dict[str, Any]) -> None:
    new = {"tables-0-in-new-fact": "sound", "tables-0-out-new-name_vi": "Miễn", "tables-0-out-new-kind": "yes_no",
           "tables-0-out-new-value": "no"}  # fmt: skip
    found = typed("tables", content, new)
    table = found.content["tables"][0]
    assert not found.errors and [each["id"] for each in table["inputs"]] == ["purpose", "sound"]
    assert [row["then"] for row in table["rows"]] == [{"amount": 0, "mien": False}, {"amount": 5, "mien": False}]
    DecisionTable.model_validate(table)
    gone = typed("tables", found.content, {"tables-0-in-0-remove": "yes", "tables-0-out-0-remove": "yes"})
    table = gone.content["tables"][0]
    assert [row["when"] for row in table["rows"]] == [{}, {}] and table["rows"][0]["then"] == {"mien": False}
    DecisionTable.model_validate(table)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"tables-0-in-0-remove": "yes"}, "tables-0-in-0-remove"),
        ({"tables-0-out-0-remove": "yes"}, "tables-0-out-0-remove"),
        ({"tables-0-in-0-name_vi": ""}, "tables-0-in-0-name_vi"),
        ({"tables-0-in-new-fact": "purpose"}, "tables-0-in-new-fact"),
        ({"tables-0-in-new-fact": "nothing"}, "tables-0-in-new-fact"),
        ({"tables-0-out-new-name_vi": "X", "tables-0-out-new-kind": "money"}, "tables-0-out-new-value"),
    ],
)
def test_a_column_that_cannot_be_is_told_beside_its_field(
    content: dict[str, Any], changes: dict[str, str], place: str
) -> None:
    assert list(typed("tables", content, changes).errors) == [place]


def test_a_table_goes_unless_a_case_uses_it(content: dict[str, Any]) -> None:
    assert typed("tables", content, {"tables-0-remove": "yes", "tables-0-0-basis": ""}).content["tables"] == []
    content["cases"][0]["fee"] = {"table": "fee", "when": "intake", "name": {"vi": "Phí"}}
    assert "Thông thường" in typed("tables", content, {"tables-0-remove": "yes"}).errors["tables-0-remove"]
