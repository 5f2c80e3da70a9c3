"""The roadmap that is computed: the best there is, on portfolios small enough to try every one; what it keeps."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from maidinh.governance.roadmap.definition import Portfolio, Roadmap
from maidinh.governance.roadmap.ledger import broken
from maidinh.governance.roadmap.marginal import marginal
from maidinh.governance.roadmap.solving import solve
from tests.governance.roadmap.brute import BILLION, EXACT, cost, made, money, portfolios, roadmaps, worth


def solved(portfolio: Portfolio) -> Roadmap:
    found = solve(portfolio)
    assert found.status == "infeasible" or broken(portfolio, found.starts) == []
    return found


@pytest.mark.slow
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(portfolios())
def test_no_roadmap_is_better_than_the_one_found(portfolio: Portfolio) -> None:
    best = max((worth(portfolio, each) for each in roadmaps(portfolio)), default=None)
    found = solved(portfolio)
    if best is None:
        assert found.status == "infeasible"
        assert found.conflicts
        return
    assert found.status == "optimal"
    assert worth(portfolio, found.starts) == pytest.approx(best, abs=1e-4)
    assert {*found.starts, *(each.project for each in found.left_out)} == {each.id for each in portfolio.demands}
    again = solve(portfolio)
    assert again.model_dump(exclude={"seconds"}) == found.model_dump(exclude={"seconds"})


def test_a_higher_tier_is_not_traded_for_any_sum_of_lower_ones() -> None:
    demands = [
        {"id": "first", "value": 1, "tier": 1, "spend": [cost(4)]},
        {"id": "second", "value": 90, "tier": 2, "spend": [cost(4)]},
        {"id": "third", "value": 90, "tier": 2, "spend": [cost(1)]},
    ]
    found = solved(made(demands, money(5)))
    assert found.starts == {"first": 2027, "third": 2027}
    assert [each.tier for each in found.tiers] == [1, 2]
    assert [(each.project, each.reason) for each in found.left_out] == [("second", "budget")]


def test_what_is_worth_the_same_later_is_worth_less() -> None:
    found = solved(made([{"id": "one", "value": 10, "spend": [cost(3)]}], money(0, 3, 9)))
    assert found.starts == {"one": 2028}
    assert found.value == pytest.approx(9.0)


def test_money_is_carried_only_where_the_source_allows() -> None:
    demand = [{"id": "one", "spend": [cost(6)]}]
    assert solved(made(demand, money(3, 3, 0, carries=True))).starts == {"one": 2028}
    found = solved(made(demand, money(3, 3, 0)))
    assert found.starts == {}
    assert found.left_out[0].values == {"amount": 3000, "source": "s", "year": 2027}
    lost = solved(made([], money(3, 3, 0, carries=True))).spend["s"]
    assert [each.carried_out for each in lost] == [3 * BILLION, 6 * BILLION, 6 * BILLION]


def test_one_of_the_alternatives_is_funded() -> None:
    demands = [{"id": name, "value": value, "alternative": "way", "spend": [cost(1)]} for name, value in
               (("built", 5), ("hired", 7))]  # fmt: skip
    found = solved(made(demands, money(9)))
    assert found.starts == {"hired": 2027}
    assert (found.left_out[0].reason, found.left_out[0].values) == ("alternative", {"other": "hired"})


def test_an_agency_carries_no_more_than_it_can() -> None:
    demands = [{"id": name, "value": 5, "duration": 2, "work": [{"agency": "a", "amount": 2}], "spend": [cost(1)]}
               for name in ("one", "two")]  # fmt: skip
    three = [{"agency": "a", "year": year, "amount": 3} for year in (2027, 2028, 2029)]
    found = solved(made(demands, money(9, 9, 9), capacities=three))
    assert len(found.starts) == 1
    assert found.left_out[0].reason == "capacity"
    assert len(solved(made(demands, money(9, 9, 9))).starts) == 2


def test_what_uses_a_platform_waits_for_it_to_have_a_place() -> None:
    demands = [{"id": "user", "value": 9, "platform": "hub", "spend": [cost(1)]},
               {"id": "hub", "value": 0, "spend": [cost(3)]}]  # fmt: skip
    assert set(solved(made(demands, money(4))).starts) == {"user", "hub"}
    poor = solved(made(demands, money(3)))
    assert {each.project: each.reason for each in poor.left_out}["user"] == "platform"
    assert set(solved(made(demands[:1], money(3), standing=["hub"])).starts) == {"user"}


def test_a_need_has_ended_before() -> None:
    demands = [{"id": "base", "value": 0, "duration": 2, "spend": [cost(1)]},
               {"id": "top", "value": 9, "needs": ["base"], "spend": [cost(1)]}]  # fmt: skip
    assert solved(made(demands, money(9, 9, 9))).starts == {"base": 2027, "top": 2029}


def test_pins_and_what_was_begun_hold() -> None:
    demands = [
        {"id": "late", "value": 9, "pinned": 2029, "spend": [cost(1)]},
        {"id": "none", "value": 9, "pinned": "out", "spend": [cost(1)]},
        {"id": "begun", "value": 0, "committed": 2026, "duration": 2, "spend": [cost(5), cost(2, 1)]},
    ]
    found = solved(made(demands, money(2, 0, 1)))
    assert found.starts == {"late": 2029, "begun": 2026}
    assert found.spend["s"][0].build == 2 * BILLION
    assert [(each.project, each.reason) for each in found.left_out] == [("none", "pinned")]


def test_a_deadline_goes_before_any_value() -> None:
    demands = [{"id": "law", "value": 0, "tier": 3, "deadline": 2027, "spend": [cost(4)]},
               {"id": "wish", "value": 99, "tier": 1, "spend": [cost(4)]}]  # fmt: skip
    assert solved(made(demands, money(4))).starts == {"law": 2027}


def test_a_tier_gives_up_no_more_for_those_below_than_it_may() -> None:
    demands = [
        {"id": "dear", "value": 100, "tier": 1, "alternative": "a", "spend": [cost(4)]},
        {"id": "cheap", "value": 99.5, "tier": 1, "alternative": "a", "spend": [cost(1)]},
        {"id": "wish", "value": 50, "tier": 2, "spend": [cost(3)]},
    ]
    kept = solved(made(demands, money(4)))
    assert kept.starts == {"dear": 2027} and kept.status == "optimal"
    given = solved(made(demands, money(4), weights={**EXACT, "concession": 0.01}))
    assert given.starts == {"cheap": 2027, "wish": 2027} and given.status == "optimal"
    assert [(each.value, each.bound) for each in given.tiers] == [(99.5, 100), (50, 50)]
    little = solved(made(demands, money(4), weights={**EXACT, "concession": 0.004}))
    assert little.starts == kept.starts


def test_unless_told_otherwise_a_tier_yields_what_the_gap_leaves_and_still_counts_as_best() -> None:
    demands = [
        {"id": "dear", "value": 100, "tier": 1, "alternative": "a", "spend": [cost(4)]},
        {"id": "cheap", "value": 99.5, "tier": 1, "alternative": "a", "spend": [cost(1)]},
        {"id": "wish", "value": 50, "tier": 2, "spend": [cost(3)]},
    ]
    found = solved(made(demands, money(4), weights={**EXACT, "gap": 0.01}))
    assert found.starts == {"cheap": 2027, "wish": 2027} and found.status == "optimal"
    assert [round(each.gap, 4) for each in found.tiers] == [0.005, 0.0]
    for weights in ({"gap": 0.01, "concession": 0.0}, {"gap": 0.0}, {"gap": 0.004}):
        assert solved(made(demands, money(4), weights={**EXACT, **weights})).starts == {"dear": 2027}


def test_what_a_tier_concedes_is_shared_by_those_below() -> None:
    """With all of it to the second, the third would have nothing."""
    first = [
        {"id": f"first-{amount}", "value": 100 - (6 - amount) * 2.5, "tier": 1, "alternative": "a",
         "spend": [cost(amount)]} for amount in (2, 4, 6)
    ]  # fmt: skip
    second = [{"id": f"second-{n}", "value": 50, "tier": 2, "spend": [cost(2)]} for n in (1, 2)]
    third = {"id": "third", "value": 50, "tier": 3, "spend": [cost(2)]}
    found = solved(made([*first, *second, third], money(6), weights={**EXACT, "concession": 0.1}))
    assert {each.split("-")[0] for each in found.starts} == {"first", "second", "third"} and "first-2" in found.starts
    assert found.status == "optimal" and found.tiers[0].value == 90


def test_what_is_conceded_is_kept_near_an_earlier_roadmap() -> None:
    demands = [
        {"id": "dear", "value": 100, "tier": 1, "alternative": "a", "spend": [cost(4)]},
        {"id": "cheap", "value": 99.5, "tier": 1, "alternative": "a", "spend": [cost(1)]},
        {"id": "wish", "value": 50, "tier": 2, "spend": [cost(3)]},
    ]
    before = {"cheap": 2027, "wish": 2027}
    found = solved(made(demands, money(4), previous=before, weights={**EXACT, "concession": 0.01}))
    assert found.starts == before and not found.changed


def test_an_earlier_roadmap_is_kept_where_that_costs_little() -> None:
    demands = [{"id": name, "value": value, "spend": [cost(2)]} for name, value in (("one", 10.0), ("two", 10.1))]
    free = solved(made(demands, money(2, 2)))
    assert free.starts == {"one": 2028, "two": 2027}
    before = {"one": 2027, "two": 2028}
    near = solved(made(demands, money(2, 2), previous=before, weights={**EXACT, "stability": 0.05}))
    assert near.starts == before
    assert near.changed == {}
    far = solved(made(demands, money(2, 2), previous=before))
    assert far.changed == {"one": [2027, 2028], "two": [2028, 2027]}


def test_what_a_little_more_money_would_buy() -> None:
    demands = [{"id": "one", "value": 5, "spend": [cost(3)]}, {"id": "two", "value": 9, "spend": [cost(4)]}]
    portfolio = made(demands, money(3))
    found = solved(portfolio)
    more = marginal(portfolio, found, amount=BILLION)
    assert [(each.value, each.comes_in, each.goes_out) for each in more] == [(4.0, ["two"], ["one"])]
    assert marginal(portfolio, found, amount=BILLION // 2)[0].value == 0.0


def test_more_money_does_not_take_back_what_was_conceded() -> None:
    demands = [
        {"id": "dear", "value": 100, "tier": 1, "alternative": "a", "spend": [cost(4)]},
        {"id": "cheap", "value": 99.5, "tier": 1, "alternative": "a", "spend": [cost(1)]},
        {"id": "wish", "value": 50, "tier": 2, "spend": [cost(3)]},
        {"id": "more", "value": 10, "tier": 2, "spend": [cost(1)]},
    ]
    portfolio = made(demands, money(4), weights={**EXACT, "concession": 0.01})
    found = solved(portfolio)
    assert set(found.starts) == {"cheap", "wish"}
    (more,) = marginal(portfolio, found, amount=BILLION)
    assert (more.value, more.comes_in, more.goes_out) == (10.0, ["more"], [])
    (much,) = marginal(portfolio, found, amount=3 * BILLION)
    assert much.comes_in in (["more"], ["dear", "more"]) and much.value >= 10.0
