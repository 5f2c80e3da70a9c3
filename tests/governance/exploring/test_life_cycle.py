"""The state of an element on a day, and its states over the years."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from maidinh.governance.exploring.life_cycle import Span, spans, state_at, years_of
from maidinh.governance.modelling.definition import Element

DAY = date(2026, 6, 1)


def element(**more: Any) -> Element:
    return Element.model_validate({"id": "e", "kind": "information-system", **more})


@pytest.mark.parametrize(
    ("state", "dates", "expected"),
    [
        ("live", None, "live"),
        ("retiring", {"live": "2018-01-01"}, "retiring"),  # nobody says since when it is being retired
        ("live", {"live": "2018-01-01", "retired": "2026-05-31"}, "retired"),
        ("live", {"live": "2026-06-02"}, "planned"),
        ("planned", {"live": "2026-06-01"}, "live"),
        ("retired", {"live": "2018-01-01", "retired": "2027-01-01"}, "live"),
        ("retiring", {"retired": "2027-01-01"}, "retiring"),
        ("retired", {"planned": "2027-01-01"}, "planned"),
    ],
)
def test_dates_say_more_than_what_is_declared(state: str, dates: dict[str, str] | None, expected: str) -> None:
    assert state_at(element(state=state, dates=dates), DAY) == expected


def test_states_follow_one_another() -> None:
    found = spans(element(dates={"planned": "2015-01-01", "live": "2018-01-01", "retired": "2026-01-01"}))
    assert found == [
        Span("planned", date(2015, 1, 1), date(2017, 12, 31)), Span("live", date(2018, 1, 1), date(2025, 12, 31)),
        Span("retired", date(2026, 1, 1)),
    ]  # fmt: skip
    assert years_of([found], DAY) == (2015, 2027)


@pytest.mark.parametrize(
    ("since", "expected"),
    [("2018", date(2018, 1, 1)), ("2018-11", date(2018, 11, 1)), ("2019-02-30", None), ("x", None)],
)
def test_since_stands_in_for_an_unknown_day(since: str, expected: date | None) -> None:
    assert spans(element(since=since)) == [Span("live", expected)]


def test_a_state_without_a_day_is_still_told() -> None:
    assert spans(element(state="retiring", since="2018")) == [
        Span("live", date(2018, 1, 1)), Span("retiring", None),
    ]  # fmt: skip
    assert spans(element(state="planned", since="2028")) == [Span("planned", None)]
