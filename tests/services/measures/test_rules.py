"""Every formula by cases worked out by hand; a share of nothing is no share, whatever else there is."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as some

from maidinh.infrastructure.calendars.queries import calendar_at
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.services.measures.definition import held_on
from maidinh.services.measures.reading import read_index
from maidinh.services.measures.rules import Stretch, Told, ending_of, grade_of, index_of, month_of

CASES = Path(__file__).parent / "cases"
OFFICE = ZoneInfo("Asia/Ho_Chi_Minh")
INDEX = read_index(definitions_root() / "national")[0]
RECORDED = sorted(
    {
        name
        for group in INDEX.groups
        for each in group.indicators
        for name in (each.part, each.whole)
    }
    | {name for each in INDEX.measures for name in (each.part, each.whole)}
)  # fmt: skip
NOT_RECORDED = {"feedback", "feedback_in_time", "satisfied", "rated_by_people"}


def cases(name: str) -> list[Any]:
    found = yaml.load((CASES / f"{name}.yaml").read_text("utf-8"), yaml.CBaseLoader)
    return [pytest.param(each, id=each["name"]) for each in found]


def moment(text: str) -> datetime | None:
    return None if text == "null" else datetime.fromisoformat(text).replace(tzinfo=OFFICE)


@pytest.mark.parametrize("case", cases("dossiers"))
def test_what_a_dossier_counts_for(case: dict[str, Any]) -> None:
    turns = tuple((moment(at), int(status)) for at, status in case["turns"])
    stood = tuple(Stretch(moment(a), moment(b), kind == "true") for a, b, kind in case.get("stood", ()))
    told = Told(
        int(case["status"]), turns[0][0], moment(case["accepted"]), moment(case["promised"]),
        int(case.get("rounds", 0)), turns, stood,
    )  # fmt: skip
    allowed = case.get("requests_allowed", "1")
    found = ending_of(told, calendar_at(date(2026, 9, 7)), None if allowed == "null" else int(allowed))
    expected = case["expected"]
    if expected == "null":
        assert found is None
        return
    known = {"true": True, "false": False, "null": None}
    minutes = expected["working_minutes"]
    assert found is not None
    assert (found.at, found.status) == (moment(expected["ended"]), int(expected["by"]))
    assert found.on_time is known[expected["on_time"]]
    assert found.working_minutes == (None if minutes == "null" else int(minutes))


@pytest.mark.parametrize("case", cases("index"))
def test_what_figures_come_to(case: dict[str, Any]) -> None:
    figures = {name: int(value) for name, value in case["figures"].items()}
    if "zeros" in case:
        figures = dict.fromkeys(set(RECORDED) - NOT_RECORDED, 0)
    index = index_of(INDEX, figures)
    found = {each.indicator.id: each.points for each in index.shares}
    for name, points in case["points"].items():
        assert found[name] == (None if points == "null" else Decimal(points)), name
    assert index.points == (None if case["total"] == "null" else Decimal(case["total"]))
    assert (index.measured, index.unmeasured) == (int(case["measured"]), 100 - int(case["measured"]))
    values = {each.measure.id: each.value for each in index.figures}
    for name, value in case.get("values", {}).items():
        assert values[name] == Fraction(value), name
    assert grade_of(index) == case.get("grade")


@given(some.dictionaries(some.sampled_from(RECORDED), some.integers(0, 5)))
def test_nothing_is_filled_in(figures: dict[str, int]) -> None:
    index = index_of(INDEX, figures)
    for each in index.shares:
        whole = figures.get(each.indicator.whole)
        if not whole or each.indicator.part not in figures:
            assert (each.percent, each.points) == (None, None)
            nothing = whole == 0 and each.indicator.part in figures
            assert each.why == ("nothing" if nothing else "unrecorded")
        else:
            assert each.points is not None
            assert 0 <= each.points <= each.indicator.points
    for figure in index.figures:
        assert (figure.value is None) == bool(figure.why)
    known = [each for each in index.shares if each.points is not None]
    assert index.measured == sum(each.indicator.points for each in known)
    assert index.points == (sum((each.points for each in known), Decimal(0)) if known else None)
    assert (grade_of(index) is None) == (index.unmeasured > 0)


@given(some.integers(1, 60), some.data())
def test_more_on_time_never_has_fewer_points(rated: int, data: Any) -> None:
    fewer = data.draw(some.integers(0, rated))
    more = data.draw(some.integers(fewer, rated))
    points = [index_of(INDEX, {"rated": rated, "on_time": each}).points for each in (fewer, more)]
    assert points[0] <= points[1]


def test_a_month_is_the_office_s() -> None:
    assert month_of(datetime.fromisoformat("2026-08-31T17:30:00+00:00"), "Asia/Ho_Chi_Minh") == date(2026, 9, 1)


def test_points_targets_and_formulas_say_where_they_come_from() -> None:
    assert [group.points for group in INDEX.groups] == [18, 20, 12, 10, 22, 18]
    assert held_on([INDEX], date(2020, 1, 1)) is None
    assert held_on([INDEX], date(2026, 1, 1)) is INDEX
    told = [text for group in INDEX.groups for each in group.indicators for text in (each.formula.vi, each.formula.en)]
    assert all(told)
    assert not any(each.checked and each.target != 100 for group in INDEX.groups for each in group.indicators)
