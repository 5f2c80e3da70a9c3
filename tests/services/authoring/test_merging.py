"""What two people changed in a procedure comes together; what both changed differently is asked; nothing is lost."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from maidinh.services.authoring.definition import MAIN
from maidinh.services.authoring.merging import ABSENT, ORDER, Merged, merge_files

pytestmark = pytest.mark.slow

TEXT = """# head
version: '1.0'
effective_from: 2026-01-01
name: {vi: Tên, en: Name}
legal_basis:
- {text: Luật A, checked: true}
papers:
# the first
- {id: a, name: {vi: Giấy A}, copies: 1}
- {id: b, name: {vi: Giấy B}, copies: 1}
- {id: c, name: {vi: Giấy C}, copies: 1}
steps:
- id: one
  budget: {amount: 3, unit: working_day}
  outcomes: [{id: done, to: two}]
tables:
- id: fees
  rows:
  - {when: {area: '< 5'}, then: {amount: 1}}
  - {when: {area: '>= 5'}, then: {amount: 2}}
"""
Change = Callable[[dict[str, Any]], Any]


def changed(*changes: Change, version: str = "2.0") -> str:
    content = yaml.safe_load(TEXT)
    for change in changes:
        change(content)
    return yaml.safe_dump(content | {"version": version}, allow_unicode=True, sort_keys=False)


def merged(theirs: list[Change], mine: list[Change], decide: str = "") -> Merged:
    sides = {MAIN: TEXT}, {MAIN: changed(*theirs)}, {MAIN: changed(*mine, version="3.0")}
    found = merge_files(*sides, "3.0", {})
    return merge_files(*sides, "3.0", {each.key: decide for each in found.conflicts}) if decide else found


def content(found: Merged) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(found.files[MAIN])
    return loaded


def put(*path: Any) -> Change:
    """Write the last of these at the place that the others lead to; by their ids where a list is on the way."""

    def change(part: Any) -> None:
        *way, last, value = path
        for key in way:
            part = next(each for each in part if each["id"] == key) if isinstance(part, list) and isinstance(
                key, str) else part[key]  # fmt: skip
        part[last] = copy.deepcopy(value)

    return change


def test_what_only_one_side_changed_stands_and_the_rest_keeps_its_comments() -> None:
    base, theirs = {MAIN: TEXT}, {MAIN: TEXT.replace("Giấy C", "Giấy C mới").replace("'1.0'", "'2.0'")}
    mine = {MAIN: TEXT.replace("# the first", "# mine").replace("{vi: Giấy A}", "{vi: Giấy AA}")}
    found = merge_files(base, theirs, mine, "3.0", {})
    names = [each["name"]["vi"] for each in content(found)["papers"]]
    assert not found.conflicts and names == ["Giấy AA", "Giấy B", "Giấy C mới"]
    assert "# mine" in found.files[MAIN] and "# head" in found.files[MAIN]
    assert [each.path[1:] for each in found.taken] == [("effective_from",), ("papers", "c", "name", "vi")]
    assert (content(found)["version"], content(found)["effective_from"]) == ("3.0", date(2026, 1, 2))


def test_the_first_day_that_the_author_chose_stays_where_it_is_later() -> None:
    found = merged([], [put("effective_from", date(2026, 7, 1))])
    assert content(found)["effective_from"] == date(2026, 7, 1) and not found.conflicts


def test_items_are_found_by_id_and_keep_their_order() -> None:
    def theirs(part: dict[str, Any]) -> None:
        part["papers"].insert(1, {"id": "x", "name": {"vi": "X"}})

    def mine(part: dict[str, Any]) -> None:
        del part["papers"][2]
        part["papers"].append({"id": "y", "name": {"vi": "Y"}})

    found = merged([theirs], [mine])
    assert [each["id"] for each in content(found)["papers"]] == ["a", "x", "b", "y"] and not found.conflicts


@pytest.mark.parametrize(
    ("path", "theirs", "mine"),
    [
        (("name", "vi"), "Tên 2", "Tên 3"),
        (("papers", "b", "copies"), 2, 3),
        (("steps", "one", "budget"), {"amount": 3, "unit": "working_hour"}, {"amount": 2, "unit": "working_day"}),
        (("steps", "one", "outcomes", "done", "to"), ["two", "three"], "four"),
        (("tables", "fees", "rows", 0, "then", "amount"), 7, 8),
    ],
)
@pytest.mark.parametrize("decided", ["theirs", "mine", "base"])
def test_what_both_changed_is_asked_and_done_as_decided(path: Any, theirs: Any, mine: Any, decided: str) -> None:
    sides = [put(*path, theirs)], [put(*path, mine)]
    (asked,) = merged(*sides).open
    assert (asked.theirs, asked.mine) == (theirs, mine)
    found = merged(*sides, decide=decided)
    expected = yaml.safe_load(changed(*([put(*path, asked.side(decided))]), version="3.0"))
    assert not found.open and content(found) == expected | {"effective_from": date(2026, 1, 2)}


def test_taken_out_here_and_changed_there_is_asked() -> None:
    def mine(part: dict[str, Any]) -> None:
        del part["papers"][1]

    found = merged([put("papers", "b", "copies", 2)], [mine])
    assert [(each.path[-1], each.mine) for each in found.open] == [("b", ABSENT)]
    assert [each["id"] for each in content(found)["papers"]] == ["a", "c"]
    found = merged([put("papers", "b", "copies", 2)], [mine], decide="theirs")
    assert [each["id"] for each in content(found)["papers"]] == ["a", "b", "c"]


def test_two_orders_are_asked() -> None:
    def turned(*places: int) -> Change:
        return lambda part: part.update(papers=[part["papers"][place] for place in places])

    found = merged([turned(1, 0, 2)], [turned(2, 0, 1)], decide="theirs")
    assert [each.path[-1] for each in found.conflicts] == [ORDER]
    assert [each["id"] for each in content(found)["papers"]] == ["b", "a", "c"]


def test_rows_without_ids_come_together_where_they_can() -> None:
    def more(amount: int) -> Change:
        return lambda part: part["tables"][0]["rows"].append({"when": {"area": amount}, "then": {"amount": amount}})

    found = merged([more(8), put("tables", "fees", "rows", 0, "then", "amount", 5)], [more(9)])
    assert [each["then"]["amount"] for each in content(found)["tables"][0]["rows"]] == [5, 2, 8, 9]


def test_an_answer_about_other_values_does_not_count() -> None:
    before = merged([put("name", "vi", "A")], [put("name", "vi", "B")])
    sides = {MAIN: TEXT}, {MAIN: changed(put("name", "vi", "C"))}, {MAIN: changed(put("name", "vi", "B"))}
    assert merge_files(*sides, "3.0", {before.open[0].key: "theirs"}).open


def test_scenarios_come_along_and_a_text_that_is_no_yaml_is_asked_whole() -> None:
    one, two = "scenarios/one.yaml", "scenarios/two.yaml"
    sides = {MAIN: TEXT, one: "a: 1\n"}, {MAIN: TEXT, one: "a: 2\n", two: "b: 1\n"}, {MAIN: TEXT, one: "a: [\n"}
    found = merge_files(*sides, "3.0", {})
    assert found.files[two] == "b: 1\n" and [each.path for each in found.open] == [(one,)]
    assert found.files[one] == "a: [\n"


def test_a_draft_that_began_from_nothing_is_asked_wherever_both_differ() -> None:
    mine = {MAIN: changed(put("name", "vi", "Khác"), version="3.0")}
    found = merge_files({}, {MAIN: TEXT}, mine, "3.0", {})
    assert {each.path[1:] for each in found.open} == {("name", "vi"), ("effective_from",)}
    assert content(found)["name"]["vi"] == "Khác" and all(each.base is ABSENT for each in found.open)


ITEM = st.fixed_dictionaries({"id": st.sampled_from("abcd"), "n": st.integers(0, 2)})
SIDE = st.fixed_dictionaries(
    {}, optional={"k": st.integers(0, 2), "m": st.fixed_dictionaries({}, optional={"x": st.booleans()}),
                  "l": st.lists(ITEM, unique_by=lambda each: each["id"], max_size=4),
                  "p": st.lists(st.sampled_from("uvw"), max_size=3)},
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(SIDE, SIDE, SIDE)
def test_whatever_changes_nothing_that_was_written_is_lost_unasked(base: Any, theirs: Any, mine: Any) -> None:
    files = [{MAIN: yaml.safe_dump({"version": "3.0", **side})} for side in (base, theirs, mine)]
    found = merge_files(files[0], files[1], files[2], "3.0", {})
    told = {"/".join(each.path[1:]).removesuffix(f"/{ORDER}") for each in found.open}

    def stands(path: str, value: Any, was: Any, now: Any) -> None:
        if value == was or any(path == each or path.startswith(f"{each}/") for each in told):
            return
        if isinstance(value, dict) and isinstance(now, dict):
            for key, inner in value.items():
                stands(f"{path}/{key}".strip("/"), inner, was.get(key) if isinstance(was, dict) else None, now.get(key))
        elif isinstance(value, list) and value and isinstance(value[0], dict) and isinstance(now, list):
            before = {each["id"]: each for each in was or []}
            after = {each["id"]: each for each in now}
            for each in value:
                stands(f"{path}/{each['id']}", each, before.get(each["id"]), after.get(each["id"]))
        elif isinstance(value, list) and isinstance(now, list):
            assert all(each in now for each in value if each not in (was or []))
        else:
            assert value == now, path

    for side in (theirs, mine):
        stands("", side, base, content(found))
