"""What a condition can never be is told exactly: held against every value there is."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from maidinh.services.checking.values import Values, impossible
from maidinh.services.decisions.conditions import Interval, holds, parse_cell

STOREYS = Values("number", whole=True, minimum=Decimal(1), maximum=Decimal(9))


def test_an_interval_is_possible_where_one_whole_number_lies_in_it() -> None:
    chance = random.Random(8)
    for _ in range(500):
        low, high = sorted(chance.choices([n / 2 for n in range(-2, 24)], k=2))
        cell = chance.choice((f"[{low}..{high}]", f"({low}..{high})", f"({low}..{high}]", f"< {low}", f">= {high}"))
        test = parse_cell(cell)
        assert isinstance(test, Interval)
        there = any(holds(test, n) for n in range(1, 10))
        assert (list(impossible(test, (STOREYS,))) == []) is there, cell


def test_parts_that_are_not_whole_count_where_they_may() -> None:
    metres = Values("number", minimum=Decimal(0))
    assert list(impossible(parse_cell("(2..3)"), (metres,))) == []
    assert list(impossible(parse_cell("(2..3)"), (STOREYS,))) == ["(2..3)"]
    assert list(impossible(parse_cell("< 0"), (metres,))) == ["< 0"]


@pytest.mark.parametrize(
    ("values", "cell", "wrong"),
    [
        (Values("choice", ("a", "b")), ["a", "c"], ["c"]),
        (Values("choice", ("a", "b")), "not(c)", ["c"]),
        (Values("choice", ("a", "b")), True, ["true"]),
        (Values("yes_no"), "true", ["true"]),
        (Values("yes_no"), False, []),
        (Values("date"), ">= 2026-07-01", []),
        (Values("date"), ">= 7", [">= 7"]),
        (Values("text", pattern="^[0-9]+$"), "x", ["x"]),
        (Values("text", pattern="^\\p{L}$"), "x", []),
        (STOREYS, [3, 12], ["12"]),
        (STOREYS, 2.5, ["2.5"]),
        (STOREYS, "-", []),
    ],
)
def test_what_can_never_be_is_named(values: Values, cell: object, wrong: list[str]) -> None:
    assert list(impossible(parse_cell(cell), (values,))) == wrong  # type: ignore[arg-type]


def test_what_either_of_two_can_be_is_possible() -> None:
    assert list(impossible(parse_cell(["a", 3]), (Values("choice", ("a",)), STOREYS))) == []
