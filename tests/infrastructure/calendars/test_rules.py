"""The counting of terms, against dates worked out by hand from the notices of 2026 and the conventions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maidinh.infrastructure.calendars.definition import Budget
from maidinh.infrastructure.calendars.queries import calendar_at
from maidinh.infrastructure.calendars.rules import (
    Pause,
    add_working_days,
    due,
    due_with_pauses,
    explain_due,
    is_working_day,
    left_after,
    start_day,
)

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
CALENDAR = calendar_at(date(2026, 6, 1))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


def term(amount: int, unit: str) -> Budget:
    return Budget.model_validate({"amount": amount, "unit": unit})


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-01-01", False),  # New Year
        ("2026-01-02", False),  # swapped with 10 January
        ("2026-01-03", False),  # an ordinary Saturday
        ("2026-01-10", True),  # worked Saturday
        ("2026-02-13", True),  # the Friday before Tết
        ("2026-02-16", False),  # Tết
        ("2026-02-20", False),
        ("2026-02-23", True),
        ("2026-04-27", False),  # the Hùng Kings' day fell on a Sunday
        ("2026-04-30", False),
        ("2026-05-01", False),
        ("2026-08-22", True),  # worked Saturday
        ("2026-08-31", False),
        ("2026-09-01", False),
        ("2026-09-02", False),
        ("2026-11-24", False),  # Day of Vietnamese Culture, new in 2026
        ("2025-11-24", True),
        ("2027-05-03", False),  # 1 May 2027 is a Saturday
    ],
)
def test_days_off_and_worked_days(day: str, worked: bool) -> None:
    assert is_working_day(date.fromisoformat(day), CALENDAR) is worked


@pytest.mark.parametrize(
    ("received", "first"),
    [
        ("2026-11-20T15:00:00", "2026-11-20"),
        ("2026-11-20T15:00:00.000001", "2026-11-23"),
        ("2026-11-20T15:00:01", "2026-11-23"),
        ("2026-11-21T09:00:00", "2026-11-23"),  # a Saturday
        ("2026-11-23T15:30:00", "2026-11-25"),  # the day after is the Day of Culture
        ("2026-02-13T16:00:00", "2026-02-23"),  # Tết in between
    ],
)
def test_the_start_day_follows_the_cutoff(received: str, first: str) -> None:
    assert start_day(at(received), CALENDAR, cutoff=True) == date.fromisoformat(first)
    assert start_day(at(received), CALENDAR, cutoff=False) == at(received).date()


def test_the_start_day_is_counted_in_the_time_zone_of_the_calendar() -> None:
    utc = datetime.fromisoformat("2026-11-19T23:30:00+00:00")  # 06:30 on the 20th
    assert start_day(utc, CALENDAR, cutoff=True) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("received", "amount", "unit", "end"),
    [
        ("2026-11-20T10:00:00", 0, "working_day", "2026-11-20T17:00:00"),
        ("2026-11-20T15:00:01", 0, "working_day", "2026-11-23T17:00:00"),
        ("2026-11-20T10:00:00", 1, "working_day", "2026-11-23T17:00:00"),
        ("2026-11-20T10:00:00", 12, "working_day", "2026-12-09T17:00:00"),
        ("2026-02-12T09:00:00", 3, "working_day", "2026-02-24T17:00:00"),
        ("2026-01-08T09:00:00", 2, "working_day", "2026-01-10T17:00:00"),
        ("2026-11-09T09:00:00", 15, "calendar_day", "2026-11-25T17:00:00"),  # the 24th is off
        ("2026-11-06T09:00:00", 15, "calendar_day", "2026-11-23T17:00:00"),  # the 21st is a Saturday
        ("2026-11-20T15:30:00", 20, "calendar_day", "2026-12-14T17:00:00"),  # 13 December is a Sunday
        ("2026-01-30T09:00:00", 1, "month", "2026-03-02T17:00:00"),  # 28 February is a Saturday
        ("2026-05-29T09:00:00", 1, "month", "2026-06-29T17:00:00"),
        ("2026-07-31T09:00:00", 2, "month", "2026-09-30T17:00:00"),
        ("2025-12-15T09:00:00", 13, "month", "2027-01-15T17:00:00"),
        ("2026-11-20T16:00:00", 2, "working_hour", "2026-11-23T08:30:00"),
        ("2026-11-20T09:30:00", 2, "working_hour", "2026-11-20T11:30:00"),  # reached exactly at closing
        ("2026-11-20T09:30:00", 3, "working_hour", "2026-11-20T14:30:00"),
        ("2026-11-20T12:00:00", 1, "working_hour", "2026-11-20T14:30:00"),
        ("2026-11-23T16:30:00", 8, "working_hour", "2026-11-25T17:00:00"),  # the Day of Culture is skipped
        ("2026-11-20T10:00:00", 0, "working_hour", "2026-11-20T10:00:00"),
    ],
)
def test_ends_of_terms(received: str, amount: int, unit: str, end: str) -> None:
    assert due(at(received), term(amount, unit), CALENDAR) == at(end)


def test_a_term_without_cutoff_counts_from_the_calendar_date() -> None:
    assert due(at("2026-11-20T16:30:00"), term(1, "working_day"), CALENDAR, cutoff=False) == at("2026-11-23T17:00:00")
    assert due(at("2026-11-21T10:00:00"), term(1, "calendar_day"), CALENDAR, cutoff=False) == at("2026-11-23T17:00:00")


def test_a_term_never_ends_before_it_starts() -> None:
    late = at("2026-11-20T18:00:00")
    assert due(late, term(0, "working_day"), CALENDAR, cutoff=False) == at("2026-11-23T17:00:00")


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due(datetime.fromisoformat("2026-11-20T10:00:00"), term(1, "working_day"), CALENDAR)


def test_adding_no_working_day_to_a_day_off_moves_to_the_next_working_day() -> None:
    assert add_working_days(date(2026, 2, 16), 0, CALENDAR) == date(2026, 2, 23)


def test_under_pause_the_rest_of_the_term_goes_on() -> None:
    start, asked, received = at("2026-11-09T09:00:00"), at("2026-11-11T14:00:00"), at("2026-11-20T15:30:00")
    budget = term(12, "working_day")
    assert left_after(start, asked, budget, CALENDAR) == term(10, "working_day")
    # start day of the supplement: Monday 23; the 24th is off; ten working days from there
    assert due_with_pauses(start, budget, [Pause(asked, received)], "pause", CALENDAR) == at("2026-12-08T17:00:00")


def test_under_restart_the_whole_term_starts_again() -> None:
    start, asked, received = at("2026-11-09T09:00:00"), at("2026-11-11T14:00:00"), at("2026-11-20T15:30:00")
    budget = term(12, "working_day")
    assert due_with_pauses(start, budget, [Pause(asked, received)], "restart", CALENDAR) == at("2026-12-10T17:00:00")


def test_while_a_supplement_is_awaited_there_is_no_end() -> None:
    pauses = [Pause(at("2026-11-11T14:00:00"))]
    assert due_with_pauses(at("2026-11-09T09:00:00"), term(5, "working_day"), pauses, "pause", CALENDAR) is None


def test_what_is_left_in_calendar_days_months_and_hours() -> None:
    start, asked = at("2026-11-09T09:00:00"), at("2026-11-11T09:30:00")
    assert left_after(start, asked, term(15, "calendar_day"), CALENDAR) == term(13, "calendar_day")
    assert left_after(start, asked, term(1, "month"), CALENDAR) == term(28, "calendar_day")
    assert left_after(start, asked, term(20, "working_hour"), CALENDAR) == term(5, "working_hour")  # 15 h 30 min used
    assert left_after(start, asked, term(1, "working_day"), CALENDAR) == term(0, "working_day")


def test_a_request_before_the_start_day_uses_nothing() -> None:
    start = at("2026-11-20T16:00:00")
    assert left_after(start, at("2026-11-20T16:30:00"), term(3, "working_day"), CALENDAR) == term(3, "working_day")


def test_the_explanation_names_every_day() -> None:
    steps = explain_due(at("2026-11-20T15:30:00"), term(2, "working_day"), CALENDAR)
    told = [(step.kind, step.day.day, step.count, step.reason) for step in steps]
    assert told == [
        ("not_counted", 20, None, "after_cutoff"),
        ("not_counted", 21, None, "weekend"),
        ("not_counted", 22, None, "weekend"),
        ("start", 23, 0, "first_day"),
        ("not_counted", 24, None, "holiday"),
        ("counted", 25, 1, None),
        ("counted", 26, 2, None),
        ("due", 26, 2, None),
    ]
    name = steps[4].name
    assert name is not None and (name.vi, name.en) == ("Ngày Văn hóa Việt Nam", "Vietnam Cultural Day")


def test_the_explanation_shows_the_move_to_a_working_day() -> None:
    steps = explain_due(at("2026-11-06T09:00:00"), term(15, "calendar_day"), CALENDAR)
    assert [(s.day.day, s.reason) for s in steps if s.kind == "moved"] == [(22, "weekend"), (23, "day_off")]
    assert steps[-1].at == at("2026-11-23T17:00:00")


MOMENTS = st.datetimes(min_value=datetime(2025, 6, 1), max_value=datetime(2027, 6, 1), timezones=st.just(HANOI))
TERMS = st.builds(
    Budget, amount=st.integers(0, 40), unit=st.sampled_from(["working_hour", "working_day", "calendar_day"])
) | st.builds(Budget, amount=st.integers(0, 6), unit=st.just("month"))


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=20)), TERMS, st.booleans())
def test_who_files_later_never_ends_earlier(first: datetime, later: timedelta, budget: Budget, cut: bool) -> None:
    assert due(first, budget, CALENDAR, cut) <= due(first + later, budget, CALENDAR, cut)


@given(MOMENTS, TERMS, st.booleans())
def test_every_term_ends_in_office_time_and_not_before_it_starts(first: datetime, budget: Budget, cut: bool) -> None:
    end = due(first, budget, CALENDAR, cut)
    assert end >= first
    assert is_working_day(end.date(), CALENDAR) or budget == term(0, "working_hour")


@given(MOMENTS, TERMS)
def test_the_explanation_ends_where_the_term_ends(first: datetime, budget: Budget) -> None:
    steps = explain_due(first, budget, CALENDAR)
    assert steps[-1].at == due(first, budget, CALENDAR)
    assert sum(step.kind == "start" for step in steps) == 1


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=30)), TERMS)
def test_an_empty_pause_never_shortens_a_term(first: datetime, wait: timedelta, budget: Budget) -> None:
    moment = first + wait
    ended = due_with_pauses(first, budget, [Pause(moment, moment)], "restart", CALENDAR)
    assert ended is not None and ended >= due(first, budget, CALENDAR)
