"""The form of decision tables: what it shows, what it makes of what was typed, and that it leaves alone what it may."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from django.utils.translation import override

from maidinh.channels.web.procedure_drafts_forms import made_of, shown_of
from maidinh.channels.web.procedure_drafts_names import named_values, names_of
from maidinh.channels.web.procedure_drafts_tables import fits_tables, table_rows
from maidinh.services.decisions.definition import DecisionTable

TEXT = """
cases: [{id: standard, name: {vi: Thông thường}}]
pages:
  - fields:
      - id: purpose
        label: {vi: Mục đích}
        options: {trade: {vi: Quảng cáo}, public: {vi: Tuyên truyền}, art: {vi: Nghệ thuật}}
      - {id: banners, label: {vi: Số băng rôn}}
steps:
  - {id: look, name: {vi: Xem}, outcomes: [{id: bad, name: {vi: Không đạt}}]}
tables:
  - id: fee
    name: {vi: Lệ phí}
    inputs:
      - {id: purpose, name: {vi: Mục đích}, kind: choice, options: [trade, public, art]}
      - {id: banners, name: {vi: Số băng rôn}, kind: number, whole: true, minimum: 1, maximum: 50}
      - {id: night, name: {vi: Ban đêm}, kind: yes_no}
    outputs: [{id: amount, name: {vi: Số tiền}, kind: money}]
    rows:
      - {when: {purpose: not(trade)}, then: {amount: 0}, basis: {text: Điều 1, checked: true}}
      - {when: {purpose: trade, banners: <= 10}, then: {amount: 50000}, basis: {text: Điều 2}}
      - {when: {purpose: [trade], banners: '> 10', night: true}, then: {amount: 150000}, basis: {text: Điều 2}}
"""


@pytest.fixture
def content() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(TEXT)
    return found


def test_what_is_sent_as_it_was_shown_changes_nothing(content: dict[str, Any]) -> None:
    assert fits_tables(content)
    shown = shown_of("tables", content)
    assert shown["tables-0-0-0-1"] == shown["tables-0-0-0-2"] == "yes" and "tables-0-0-0-0" not in shown
    assert (shown["tables-0-1-1"], shown["tables-0-2-2"], shown["tables-0-2-then-0"]) == ("<= 10", "yes", "150000")
    made = made_of("tables", content, shown)
    assert not made.errors and made.content == content


def test_cells_amounts_and_articles_are_changed(content: dict[str, Any]) -> None:
    typed = shown_of("tables", content) | {
        "tables-0-0-0-0": "yes", "tables-0-1-1": "[1..5]", "tables-0-1-then-0": "75.000", "tables-0-2-1": "11, 12",
        "tables-0-2-2": "", "tables-0-1-basis": "Điều 3",
    }  # fmt: skip
    made = made_of("tables", content, typed)
    assert not made.errors
    rows = made.content["tables"][0]["rows"]
    assert rows[0] == {"when": {}, "then": {"amount": 0}, "basis": {"text": "Điều 1", "checked": True}}
    assert rows[1]["when"] == {"purpose": "trade", "banners": "[1..5]"} and rows[1]["then"] == {"amount": 75000}
    assert rows[1]["basis"] == {"text": "Điều 3", "checked": False}
    assert rows[2]["when"] == {"purpose": ["trade"], "banners": [11, 12]}
    DecisionTable.model_validate(made.content["tables"][0])


def test_rows_come_and_go(content: dict[str, Any]) -> None:
    new = {"tables-0-new-0-1": "yes", "tables-0-new-then-0": "10 000", "tables-0-new-basis": "Điều 4"}
    made = made_of("tables", content, shown_of("tables", content) | new | {"tables-0-0-remove": "yes"})
    assert not made.errors
    rows = made.content["tables"][0]["rows"]
    assert len(rows) == 3 and rows[2] == {
        "when": {"purpose": "public"}, "then": {"amount": 10000}, "basis": {"text": "Điều 4", "checked": False},
    }  # fmt: skip
    gone = {f"tables-0-{n}-remove": "yes" for n in range(3)}
    assert "tables-0-0-remove" in made_of("tables", content, shown_of("tables", content) | gone).errors


def test_each_fault_says_its_row(content: dict[str, Any]) -> None:
    typed = shown_of("tables", content) | {
        "tables-0-0-then-0": "miễn phí", "tables-0-1-1": "nhiều", "tables-0-2-1": "[5..3]", "tables-0-2-basis": "",
        "tables-0-new-1": "4",
    }  # fmt: skip
    with override("en"):
        errors = made_of("tables", content, typed).errors
    assert set(errors) == {"tables-0-0-then-0", "tables-0-1-1", "tables-0-2-1", "tables-0-2-basis",
                           "tables-0-new-then-0", "tables-0-new-basis"}  # fmt: skip
    assert errors["tables-0-1-1"].startswith("Lệ phí · Row 2: Write a value")


def test_rows_are_told_in_words(content: dict[str, Any]) -> None:
    with override("vi"):
        (table,) = table_rows(content, "vi")
    assert table["rows"][0] == "Tuyên truyền, Nghệ thuật → 0 ₫"
    assert table["rows"][2] == "Quảng cáo · Số băng rôn > 10 · Ban đêm: Có → 150.000 ₫"
    assert table["inputs"][0]["options"][0] == ("trade", "Quảng cáo")


def test_findings_name_parts_and_not_ids(content: dict[str, Any]) -> None:
    with override("vi"):
        names = names_of(content)
    values = {"table": "fee", "case": "standard", "way": "look, sign", "outcome": "bad",
              "example": "purpose = trade, banners = 11", "amount": "5"}  # fmt: skip
    assert named_values(values, "steps.0.outcomes.0", content, names) == {
        "table": "“Lệ phí”", "case": "“Thông thường”", "way": "“Xem”, sign", "outcome": "“Không đạt”",
        "example": "“Mục đích” = Quảng cáo, “Số băng rôn” = 11", "amount": "5",
    }  # fmt: skip
