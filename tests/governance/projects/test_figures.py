"""The figures of the register: sums by three ways agree, refused money does not count, lateness and slippage."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from maidinh.governance.projects import rules
from maidinh.governance.projects.figures import (
    DIMENSIONS,
    RegisterRow,
    chosen,
    cost_lines,
    slipped,
    standing_of,
    sums_by,
)

COSTS = (
    {"year": 2027, "source": "a", "kind": "build", "amount": 70},
    {"year": 2028, "source": "b", "kind": "run", "amount": 30},
)
STAGES = (
    {"id": "s", "begins": "2027-01-01", "ends": "2027-06-30"},
    {"id": "t", "begins": "2027-07-01", "ends": "2027-12-31"},
)


def row(code: str, state: str, owner: str = "H1") -> RegisterRow:
    what: dict[str, Any] = {"costs": COSTS, "schedule": STAGES, "kind": "investment", "total": 70}
    return RegisterRow(code=code, title={}, summary={}, owner=owner, state=state, changed=None, pk=1, **what)


ROWS = (row("a", rules.APPROVED), row("b", rules.APPRAISING, "H2"), row("c", rules.REFUSED), row("d", rules.BUILDING))


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_each_way_of_counting_comes_to_the_same(dimension: Any) -> None:
    found = sums_by(ROWS, dimension)
    assert sum(each.approved for each in found) == 200 and sum(each.asked for each in found) == 100


def test_every_public_state_has_money_of_one_standing() -> None:
    assert {standing_of(each) for each in rules.DECIDED} == {"approved"}
    assert standing_of(rules.REFUSED) == standing_of(rules.WITHDRAWN) == standing_of(rules.PREPARING) == "refused"


def test_a_stage_is_late_the_day_after_its_last_and_only_while_it_is_built() -> None:
    last = date(2027, 6, 30)
    building = row("d", rules.BUILDING)
    assert not building.late_stages(last) and len(building.late_stages(last + timedelta(days=1))) == 1
    assert not row("a", rules.COMPLETED).late_stages(date(2030, 1, 1))
    assert [each.code for each in chosen(ROWS, late_on=date(2030, 1, 1))] == ["d"]


def test_a_filter_by_year_counts_only_the_money_of_that_year() -> None:
    assert [each.key for each in sums_by(cost_lines(ROWS, year="2028"), "source")] == ["b"]
    assert not chosen(ROWS, year="2027", source="b")  # both of one and the same cost


def test_what_was_approved_is_held_against_what_is_said_now() -> None:
    now = {"total": 90, "schedule": [{"ends": "2028-01-10"}]}
    found = slipped({"total": 70, "schedule": list(STAGES)}, now)
    assert found == {"total": (70, 90), "ends": (date(2027, 12, 31), date(2028, 1, 10)), "days": 10}
    assert slipped(None, now) is None
