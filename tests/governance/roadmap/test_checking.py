"""What is wrong in a portfolio is told at its field, with the remedy."""

from __future__ import annotations

from typing import Any

import pytest

from maidinh.governance.roadmap.checking import faults, shortfalls
from maidinh.governance.roadmap.definition import Portfolio
from tests.governance.roadmap.brute import BILLION, EXACT, cost, made, money

ONE = {"id": "one", "spend": [cost(1)]}


def found(*demands: dict[str, Any], budgets: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, str]:
    """The faults by their field."""
    portfolio = made(list(demands) or [ONE], money(9, 9, 9) if budgets is None else budgets, **more)
    told = faults(portfolio)
    assert all(each.remedy for each in told)
    return {each.field: str(each) for each in told}


def test_a_portfolio_in_order_has_none() -> None:
    assert found({**ONE, "needs": ["hub"], "platform": "hub"}, standing=["hub"]) == {}


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"spend": [{"after": 0, "source": "s", "amount": -5}]}, "spend.0.amount", "-5 dong"),
        ({"spend": [{"after": 0, "source": "s", "amount": 10**16}]}, "spend.0.amount", "which can't be"),
        ({"spend": [{"after": 0, "source": "s", "amount": 900}]}, "spend.0.amount", "not thousands or millions"),
        ({"spend": [cost(1, -1)]}, "spend.0.after", "is -1"),
        ({"spend": [cost(1, 99)]}, "spend.0.after", "is 99"),
        ({"spend": [cost(1, 0, "x")]}, "spend.0.source", "no budget says"),
        ({"value": -1}, "value", "is -1"),
        ({"value": float("nan")}, "value", "no number"),
        ({"duration": 0}, "duration", "0 years"),
        ({"duration": 4}, "duration", "roadmap has 3"),
        ({"needs": ["two"]}, "needs.0", "neither in the portfolio nor there"),
        ({"platform": "hub"}, "platform", "neither in the portfolio nor there"),
        ({"earliest": 2030}, "earliest", "after the last year"),
        ({"earliest": 2029, "deadline": 2028}, "deadline", "begun in 2029"),
        ({"duration": 2, "deadline": 2027}, "deadline", "ends in 2028"),
        ({"pinned": 2030}, "pinned", "from 2027 to 2029"),
        ({"pinned": 2029, "duration": 2}, "pinned", "from 2027 to 2028"),
        ({"committed": 2030}, "committed", "after the last year"),
        ({"committed": 2026, "pinned": "out"}, "pinned", "begun in 2026"),
        ({"work": [{"agency": "a", "amount": -1}]}, "work.0.amount", "is -1"),
        ({"tier": -1}, "tier", "is -1"),
        ({"trains": -1}, "trains", "less than 0"),
    ],
)  # fmt: skip
def test_a_demand(change: dict[str, Any], field: str, says: str) -> None:
    told = found(ONE | {"id": "fine"}, ONE | change)
    assert list(told) == [f"demands.1.{field}"]
    assert says in told[f"demands.1.{field}"]


def test_needs_that_lead_round_are_named() -> None:
    told = found(*({"id": each, "needs": [need]} for each, need in (("a", "b"), ("b", "c"), ("c", "a"))))
    assert len(told) == 1
    ((field, says),) = told.items()
    assert field.startswith("demands.")
    assert "a → b → c → a" in says
    assert "x → x" in found({"id": "x", "needs": ["x"]})["demands.0.needs.0"]


def test_the_same_twice() -> None:
    assert "again (one)" in found(ONE, ONE)["demands.1.id"]
    assert "line 0" in found(budgets=[*money(9), *money(9)])["budgets.1"]
    twice = [{"agency": "a", "year": 2027, "amount": 1}] * 2
    assert "capacities.1" in found(capacities=twice)


@pytest.mark.parametrize("years", [[], [2027, 2029], [2028, 2027], [2027, 2027], [1890], list(range(2000, 2080))])
def test_the_years(years: list[int]) -> None:
    assert list(found(years=years)) == ["years"]


def test_other_parts() -> None:
    late = [{"year": 2035, "source": "s", "amount": BILLION}]
    assert "2027 to 2029" in found(budgets=[*money(9), *late])["budgets.1.year"]
    assert "is -9" in found(budgets=[{"year": 2027, "source": "s", "amount": -9}])["budgets.0.amount"]
    assert "is -2" in found(capacities=[{"agency": "a", "year": 2027, "amount": -2}])["capacities.0.amount"]
    assert "no demand" in found(previous={"two": 2027})["previous.two"]
    phase = {"id": "p", "title": {"vi": "P"}, "begins": "2028-01-01", "ends": "2027-01-01"}
    assert "before it begins" in found(phases=[phase])["phases.0.ends"]
    targets = [
        {"id": "t", "title": {"vi": "T"}, "measure": each, "target": 1} for each in ("happiness", "exchanges/hub")
    ]
    told = found(phases=[phase | {"ends": "2029-01-01", "targets": targets}])
    assert list(told) == ["phases.0.targets.0.measure"] and "cost-per-dossier" in told["phases.0.targets.0.measure"]
    assert "weights.concession" in found(weights={**EXACT, "concession": 0.5})
    assert "weights.discount" in found(weights={**EXACT, "discount": 2})


def test_agencies_and_sources_that_nobody_knows() -> None:
    assert "Known are: b" in found(ONE, agencies=["b"])["demands.0.agency"]
    portfolio = made([ONE], money(9))
    assert [each.field for each in faults(portfolio, agencies=["b"], sources=["t"])] == [
        "budgets.0.source", "demands.0.agency", "demands.0.spend.0.source",
    ]  # fmt: skip
    assert faults(portfolio, agencies=["a"], sources=["s"]) == []


def test_what_must_be_done_costs_more_than_there_is() -> None:
    demands = [
        {"id": "law", "deadline": 2029, "needs": ["base"], "spend": [cost(4)]},
        {"id": "base", "spend": [cost(3)]}, {"id": "begun", "committed": 2026, "spend": [cost(9), cost(2, 1)]},
        {"id": "wish", "spend": [cost(99)]},
    ]  # fmt: skip
    portfolio: Portfolio = made(demands, money(3, 3, 2))
    (fault,) = shortfalls(portfolio)
    assert fault.field == "budgets.0.amount"
    assert faults(portfolio) == [fault]
    assert str(fault) == (
        "budgets.0.amount: All years of s give 8,000,000,000 dong, but what must be done takes 9,000,000,000: "
        "law (4,000,000,000), base (3,000,000,000), begun (2,000,000,000). "
        "1,000,000,000 dong are missing: give more, or take one of them out."
    )
    assert shortfalls(made(demands, money(3, 3, 3))) == []
