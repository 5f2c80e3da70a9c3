"""Only what changed is touched; comments and order stay; in any case the text says what it should."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.services.authoring.rewriting import dumped, lost_comments, rewritten

TEXT = """# head
name: {vi: Tên, en: Name}  # short
steps:
  # the first
  - id: a
    budget: {amount: 1, unit: working_day}
    note: >-
      long
      text
  - id: b  # the second
    to: [x, y]
list:
- one
- two
"""
FILES = sorted((definitions_root() / "provinces").glob("lao-cai/procedures/*/*/procedure.yaml"))[:4]


def change(**what: Any) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(TEXT)
    return content | what


def test_a_value_is_changed_where_it_stands() -> None:
    content = change()
    content["steps"][0]["budget"]["amount"] = 3
    content["name"]["vi"] = "Tên: khác"
    found = rewritten(TEXT, content)
    assert yaml.safe_load(found) == content
    assert found.replace("amount: 3", "amount: 1").replace("'Tên: khác'", "Tên") == TEXT


def test_rows_come_and_go_and_the_comments_of_others_stay() -> None:
    content = change()
    content["steps"].append({"id": "c", "name": {"vi": "Mới"}})
    content["list"] = ["one", "three", "two"]
    found = rewritten(TEXT, content)
    assert yaml.safe_load(found) == content and lost_comments(TEXT, found) == 0
    del content["steps"][0]
    found = rewritten(TEXT, content)
    assert yaml.safe_load(found) == content and "# the second" in found


def test_things_without_ids_are_changed_where_they_stand() -> None:
    text = """rows:
  - {when: {a: 1}, then: {b: 1}}
  # of the second
  - when: {a: 2}
    then: {b: 2}  # kept
  - {when: {a: 3}, then: {b: 3}}
"""
    content = yaml.safe_load(text)
    content["rows"][0]["then"]["b"], content["rows"][1]["when"]["a"], content["rows"][2]["then"]["b"] = 10, 20, 30
    found = rewritten(text, content)
    assert found == text.replace("b: 1}", "b: 10}").replace("a: 2}", "a: 20}").replace("b: 3}", "b: 30}")
    content["rows"] = [content["rows"][1], {"when": {"a": 4}}, {"when": {"a": 5}}, {"when": {"a": 6}}]
    found = rewritten(found, content)
    assert yaml.safe_load(found) == content and "# of the second" in found


def test_a_multi_line_text_a_removed_and_a_new_key() -> None:
    content = change(begins=date(2027, 1, 1))
    content["steps"][0]["note"] = "short"
    del content["list"]
    found = rewritten(TEXT, content)
    assert yaml.safe_load(found) == content and "begins: 2027-01-01\n" in found and "# the first" in found


@pytest.mark.parametrize(
    "content", [{"list": []}, {"steps": None}, {}, {"steps": [{"id": "b"}, {"id": "a"}]}, {"list": {"a": 1}}]
)
def test_whatever_the_change_the_text_says_it(content: dict[str, Any]) -> None:
    wanted = change() | content if content else {"other": 1}
    assert yaml.safe_load(rewritten(TEXT, wanted)) == wanted


def test_true_is_not_one() -> None:
    assert rewritten("a: 1\n", {"a": True}) == "a: true\n"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parts[-3])
def test_real_files_keep_their_comments(path: Path) -> None:
    text = path.read_text("utf-8")
    before = yaml.safe_load(text)
    after = copy.deepcopy(before)
    after["steps"][1]["name"]["vi"] = "Khác"
    after.setdefault("papers", []).append({"id": "giay-moi", "name": {"vi": "Giấy mới"}})
    after["effective_to"] = date(2028, 1, 1)
    found = rewritten(text, after)
    assert yaml.safe_load(found) == after and found != dumped(after) and lost_comments(text, found) == 0
