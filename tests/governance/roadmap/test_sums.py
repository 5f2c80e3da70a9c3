"""A roadmap's money by year and phase: each year stands in one phase, nothing is lost or counted twice."""

from __future__ import annotations

from maidinh.governance.roadmap.definition import Portfolio
from maidinh.governance.roadmap.solving import solve
from maidinh.governance.roadmap.sums import OUTSIDE, by_phase, by_year, phase_of
from tests.governance.roadmap.planning import portfolio


def phased(*spans: tuple[str, str, str]) -> Portfolio:
    phases = [{"id": name, "title": {"vi": name}, "begins": begins, "ends": ends} for name, begins, ends in spans]
    return portfolio(phases=phases)


def test_a_year_stands_in_the_phase_that_holds_most_of_it() -> None:
    form = phased(("one", "2026-01-01", "2027-03-31"), ("two", "2027-04-01", "2027-12-31"))
    assert [phase_of(year, form.phases) for year in (2026, 2027, 2028)] == ["one", "two", OUTSIDE]


def test_years_and_phases_come_to_the_same() -> None:
    form = phased(("one", "2026-01-01", "2027-12-31"), ("none-of-it", "2031-01-01", "2032-12-31"))
    found = solve(form)
    years, phases = by_year(form, found), by_phase(form, found)
    assert [each.key for each in phases] == ["one", OUTSIDE]
    for name in ("budget", "build", "run", "starts"):
        assert sum(getattr(each, name) for each in years) == sum(getattr(each, name) for each in phases)
    assert sum(each.build for each in years) == 5 * 10**9 and sum(each.starts for each in years) == 2
    assert not by_phase(portfolio(), found)
