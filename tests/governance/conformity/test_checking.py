"""Findings explain themselves, are the same bytes for the same model, and an edit gives what a full run gives."""

from __future__ import annotations

import json
import random
from datetime import date
from typing import Any

import pytest

from maidinh.governance.conformity.checking import Checker, asked_apart, check
from maidinh.governance.conformity.definition import Waiver
from maidinh.governance.conformity.reading import read_rules, read_surroundings
from maidinh.governance.conformity.report import Report
from maidinh.infrastructure.definitions.locating import definitions_root
from tests.governance.conformity.rules import SHAPES, rule
from tests.governance.querying.building import model, random_edit, random_model

DAY = date(2026, 10, 1)
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS subject FROM n WHERE i < 0"
TWO_MASTERS: list[dict[str, Any]] = [
    {"id": "a", "owner": "H62", "masters": ["dân-cư"], "name": {"vi": "Hệ thống A", "en": "System A"}},
    {"id": "b", "owner": "H62.1", "masters": ["dân-cư"]},
    {"id": "dân-cư", "kind": "data-entity", "name": {"vi": "Dân cư", "en": "Population"}, "owner": "H62.2"},
]


def told(report: Report) -> str:
    return json.dumps(report.as_json(), ensure_ascii=False)


def test_a_finding_says_what_of_whom_why_and_what_to_do() -> None:
    (found,) = check(model(TWO_MASTERS), [SHAPES[4]], as_of=DAY).findings
    assert (found.rule, found.subject, found.kind, found.owner) == ("data.one-master", "dân-cư", "data-entity", "H62.2")
    assert found.message.in_language("vi") == "Dân cư: 2: Hệ thống A, b"
    assert found.message.in_language("en") == "Population: System A, b"
    assert found.remedy.vi == "sửa"
    assert found.values == {"count": 2, "others": "a,b"}
    assert [each.id for each in found.others] == ["a", "b"]
    assert len(found.rule_hash) == 64


def test_the_way_from_the_subject_to_the_cause_is_told() -> None:
    elements = [{"id": "a"}, {"id": "b"}, {"id": "c", "state": "retired"}]
    asked = rule(
        "life-cycle.far", "SELECT 'a' AS subject, id AS cause FROM element WHERE state = 'retired'", severity="warning"
    )
    (found,) = check(model(elements, [("serving", "b", "a"), ("access", "b", "c")]), [asked], as_of=DAY).findings
    assert [(each.thing.id, each.via) for each in found.path] == [
        ("a", ""),
        ("b", "b-serving-a"),
        ("c", "b-access-c"),
    ]


def test_the_order_in_the_file_makes_no_difference_to_a_single_byte() -> None:
    given = random_model(random.Random(5), 80, 120)
    turned = given.model_copy(update={"elements": given.elements[::-1], "relations": given.relations[::-1]})
    assert told(check(given, SHAPES, as_of=DAY)) == told(check(turned, SHAPES[::-1], as_of=DAY))
    other = given.model_copy(update={"elements": given.elements[1:]})
    assert check(given, SHAPES, as_of=DAY).model_hash != check(other, SHAPES, as_of=DAY).model_hash


@pytest.mark.slow
def test_an_edit_gives_what_a_full_run_gives() -> None:
    seed = random.SystemRandom().randrange(10**9)
    chance = random.Random(seed)
    given = random_model(chance, 40, 60)
    checker = Checker(given, SHAPES, as_of=DAY)
    spared = 0
    for number in range(60):
        given = random_edit(chance, given, number)
        found = told(checker.edited(given))
        assert found == told(check(given, SHAPES, as_of=DAY)), f"seed {seed}, edit {number}"
        spared += len(SHAPES) - len(checker.asked)
    assert spared > 60 * 2, f"seed {seed}: an edit runs only the rules that it may concern"


@pytest.mark.slow
def test_an_edit_gives_what_a_full_run_of_the_whole_book_gives() -> None:
    nation = definitions_root() / "national"
    rules, around = read_rules(nation), read_surroundings(nation)
    seed = random.SystemRandom().randrange(10**9)
    chance = random.Random(seed)
    given, framework = random_model(chance, 40, 30), around.frameworks["2026-1425"]
    checker = Checker(given, rules, as_of=DAY, framework=framework, shelf=around.shelf)
    for number in range(15):
        given = random_edit(chance, random_edit(chance, given, number), 1000 + number)
        full = check(given, rules, as_of=DAY, framework=framework, shelf=around.shelf)
        assert told(checker.edited(given)) == told(full), f"seed {seed}, edit {number}"


def test_an_edit_of_a_name_tells_it_anew_without_asking_again() -> None:
    checker = Checker(model(TWO_MASTERS), SHAPES[4:5], as_of=DAY)
    renamed = [TWO_MASTERS[0] | {"name": {"vi": "Tên mới"}}, *TWO_MASTERS[1:]]
    (found,) = checker.edited(model(renamed)).findings
    assert "Tên mới" in found.message.vi
    assert checker.asked == ()


def test_a_rule_that_cannot_run_is_no_pass() -> None:
    loops, wrong = rule("model.loops", ENDLESS), rule("model.wrong", "SELECT id FROM element")
    checker = Checker(model([{"id": "a", "owner": "H62"}]), [SHAPES[0], loops, wrong], as_of=DAY, seconds=0.05)
    report = checker.report
    assert {each.rule: each.kind for each in report.refused_rules} == {
        "model.loops": "too-slow",
        "model.wrong": "unknown-name",
    }
    assert report.findings == ()
    assert report.verdict == "does-not-conform"
    assert report.rules_run == 1


def test_rules_hold_for_their_framework_and_time() -> None:
    old = rule("ownership.unowned", "SELECT id AS subject FROM system", valid_to=date(2026, 9, 30))
    other = rule("ownership.other", "SELECT id AS subject FROM system", frameworks=["1.0"])
    given = model([{"id": "a"}])
    assert check(given, [old, other], as_of=DAY).findings == ()
    assert len(check(given, [old, other], as_of=date(2026, 9, 30)).findings) == 1


def test_a_waiver_counts_for_its_time_and_only_where_the_rule_allows_one() -> None:
    waiver = Waiver("data.one-master", "dân-cư", date(2026, 1, 1), date(2026, 12, 31), approved_by="x")
    given = model(TWO_MASTERS)
    report = check(given, SHAPES[4:5], as_of=DAY, waivers=[waiver])
    assert (report.verdict, report.counts()["error"]) == ("conforms-with-waivers", 0)
    assert report.findings[0].waiver == waiver
    late = check(given, SHAPES[4:5], as_of=date(2027, 1, 1), waivers=[waiver])
    assert late.verdict == "does-not-conform"
    unwaivable = SHAPES[4].model_copy(update={"waivable_by": None})
    assert check(given, [unwaivable], as_of=DAY, waivers=[waiver]).verdict == "does-not-conform"
    other = Waiver("data.one-master", "a", date(2026, 1, 1), date(2026, 12, 31))
    assert check(given, SHAPES[4:5], as_of=DAY, waivers=[other]).verdict == "does-not-conform"


def test_warnings_alone_conform() -> None:
    warns = rule("ownership.unowned", "SELECT id AS subject FROM system", severity="warning")
    assert check(model([{"id": "a"}]), [warns], as_of=DAY).verdict == "conforms"


def test_grouped_the_worst_first_and_by_owner() -> None:
    elements = [{"id": "a", "owner": "H62", "technology": ["no"]}, {"id": "b"}, {"id": "c"}]
    report = check(model(elements), [SHAPES[0], SHAPES[1], SHAPES[6]], as_of=DAY)
    assert list(report.by_rule()) == ["ownership.unowned", "technology.unknown", "model.island"]
    owners = report.by_owner()
    assert list(owners) == ["", "H62"]
    assert owners[""][0].severity == "error"
    assert [each.severity for each in report.worst_first()] == ["error"] * 3 + ["advice"] * 2


def test_rings_of_parts_are_told_by_a_program() -> None:
    elements = [{"id": each} for each in "cab"]
    report = check(
        model(elements, [("composition", "c", "a"), ("composition", "a", "b"), ("composition", "b", "c")]),
        [SHAPES[10]],
        as_of=DAY,
    )
    (found,) = report.findings
    assert [step.thing.id for step in found.path] == ["a", "b", "c", "a"]


@pytest.mark.slow
def test_in_a_process_of_its_own_the_findings_are_the_same() -> None:
    given = random_model(random.Random(9), 30, 40)
    sql = [each for each in SHAPES if each.select][:4]
    assert told(check(given, sql, as_of=DAY, asking=asked_apart)) == told(check(given, sql, as_of=DAY))


@pytest.mark.slow
def test_what_is_only_tried_gives_what_a_full_run_gives_and_leaves_no_trace() -> None:
    seed = random.SystemRandom().randrange(10**9)
    chance = random.Random(seed)
    given = random_model(chance, 40, 60)
    checker = Checker(given, SHAPES, as_of=DAY)
    for number in range(40):
        tried = random_edit(chance, random_edit(chance, given, number), 1000 + number)
        before = told(checker.report)
        assert told(checker.tried(tried)) == told(check(tried, SHAPES, as_of=DAY)), f"seed {seed}, try {number}"
        assert (told(checker.report), checker.image.model) == (before, given), f"seed {seed}, try {number}"
        given = random_edit(chance, given, 2000 + number)
        assert told(checker.edited(given)) == told(check(given, SHAPES, as_of=DAY)), f"seed {seed}, edit {number}"
