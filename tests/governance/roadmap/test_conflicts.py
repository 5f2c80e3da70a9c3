"""What cannot hold together: a set that conflicts, and none smaller, held against trying every set."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings

from maidinh.governance.roadmap.conflicts import SAYINGS, conflicts_of
from maidinh.governance.roadmap.definition import Portfolio
from maidinh.governance.roadmap.solving import solve
from tests.governance.roadmap.brute import cost, fewest, made, money, portfolios, roadmaps


@pytest.mark.slow
@settings(max_examples=40, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])  # fmt: skip
@given(portfolios())
def test_no_smaller_set_conflicts(portfolio: Portfolio) -> None:
    assume(not any(True for _ in roadmaps(portfolio)))
    found = solve(portfolio)
    assert found.status == "infeasible"
    assert found.smallest
    assert len(found.conflicts) == fewest(portfolio)


def subjects(portfolio: Portfolio) -> list[tuple[str, str]]:
    found, smallest = conflicts_of(portfolio, seconds=10)
    assert smallest
    for each in found:
        assert "%(" not in each.says % each.values
    return sorted((each.kind, each.subject) for each in found)


def test_two_deadlines_and_the_money_of_the_year() -> None:
    demands = [{"id": name, "deadline": 2027, "spend": [cost(3)]} for name in ("one", "two", "three")]
    demands += [{"id": "wish", "value": 99, "spend": [cost(9)]}]
    found = subjects(made(demands, money(5, 50, 50)))
    assert len(found) == 3
    assert ("budget", "s") in found
    assert ("deadline", "wish") not in found


def test_a_deadline_is_told_with_the_law_that_sets_it() -> None:
    law = {"text": "Nghị định mẫu, điều 5", "checked": False}
    demands = [{"id": "law", "deadline": 2027, "mandate": law, "spend": [cost(3)]},
               {"id": "wish", "deadline": 2027, "spend": [cost(3)]}]  # fmt: skip
    found, _ = conflicts_of(made(demands, money(5, 50)), seconds=10)
    said = {each.subject: each.says % each.values for each in found if each.kind == "deadline"}
    assert said == {
        "law": "By law law must end in 2027 (Nghị định mẫu, điều 5).",
        "wish": "wish must end in 2027: that is the deadline given to it.",
    }


def test_money_that_could_have_been_carried_is_named() -> None:
    demands = [{"id": "late", "earliest": 2028, "deadline": 2028, "spend": [cost(6)]}]
    found = subjects(made(demands, money(2, 2, 0, carries=True)))
    assert found == [("budget", "s"), ("budget", "s"), ("deadline", "late")]


def test_a_need_that_was_taken_out() -> None:
    demands = [{"id": "base", "pinned": "out"}, {"id": "top", "needs": ["base"], "deadline": 2029}]
    assert subjects(made(demands, [])) == [("deadline", "top"), ("needs", "top"), ("pinned", "base")]


def test_what_was_begun_conflicts_with_no_deadline_of_its_own() -> None:
    demands = [{"id": "begun", "committed": 2027, "duration": 3, "deadline": 2028, "spend": [cost(1)]}]
    assert conflicts_of(made(demands, money(1)), seconds=10) == ([], False)
    assert subjects(made(demands, money(0))) == [("budget", "s"), ("committed", "begun")]


def test_each_kind_has_words() -> None:
    assert set(SAYINGS) == {
        "budget", "deadline", "mandate", "pinned", "out", "committed", "capacity", "needs", "platform", "alternative",
    }  # fmt: skip
