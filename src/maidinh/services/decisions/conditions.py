"""Cells of conditions: read, and held against a value. Pure.

Layer 4. The language is that of unary tests in DMN's S-FEEL. Dates are written as `2026-07-01`. A fact that is not
known passes nothing but `-`, so that nobody is charged or sent somewhere on an answer that was never given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from math import inf, isfinite
from typing import Any

Scalar = bool | int | float | str
Cell = Scalar | list[Scalar]
Literal = bool | Decimal | date | str

_COMPARISON = re.compile(r"(<=|>=|<|>)\s*(\S+)")
_INTERVAL = re.compile(r"([\[(\]])\s*(\S+?)\s*\.\.\s*(\S+?)\s*([\])\[])")
_NEGATION = re.compile(r"not\s*\((.*)\)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
LONGEST_CELL = 500  # characters
DIGITS = 30  # before or after the point; nothing that is counted or paid comes near it


@dataclass(frozen=True)
class Anything:
    """`-`: every value, and no value at all."""


@dataclass(frozen=True)
class Among:
    """One of these values."""

    values: frozenset[Literal]


@dataclass(frozen=True)
class Interval:
    """Between two ends; an end that is None is open."""

    low: Decimal | date | None
    high: Decimal | date | None
    with_low: bool = True
    with_high: bool = True


@dataclass(frozen=True)
class Not:
    """A value that the test doesn't hold for."""

    test: Test


@dataclass(frozen=True)
class AnyOf:
    """A value that one of the tests holds for."""

    tests: tuple[Test, ...]


Test = Anything | Among | Interval | Not | AnyOf


def parse_cell(cell: Cell) -> Test:
    """The test a cell states. ValueError where it is not one, with what was expected."""
    return _parse_many(tuple(cell)) if isinstance(cell, list) else _parse_one(cell)


def literal(value: Any) -> Literal:
    """A value in the form in which values are compared: numbers exact, dates as dates."""
    if isinstance(value, bool | date | Decimal):
        return value
    if isinstance(value, int | float):
        return Decimal(str(value))
    text = str(value)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text


def holds(test: Test, value: Any) -> bool:
    """Whether the value passes the test; a value of another kind than the test's passes none but its negation."""
    if isinstance(test, Anything):
        return True
    if value is None:
        return False
    if isinstance(test, AnyOf):
        return any(holds(each, value) for each in test.tests)
    if isinstance(test, Not):
        return not holds(test.test, value)
    known = literal(value)
    if isinstance(test, Among):
        return any(type(each) is type(known) and each == known for each in test.values)
    return _within(test, known)


def condition_holds(condition: Mapping[str, Cell], facts: Mapping[str, Any]) -> bool:
    """Whether every cell of the condition holds for its fact."""
    return all(holds(parse_cell(cell), facts.get(fact)) for fact, cell in condition.items())


def _within(test: Interval, value: Literal) -> bool:
    for end, inside in ((test.low, test.with_low), (test.high, test.with_high)):
        if end is None:
            continue
        if type(end) is not type(value):
            return False
        if value == end and not inside:
            return False
    low = test.low is None or test.low <= value  # type: ignore[operator]
    return low and (test.high is None or value <= test.high)  # type: ignore[operator]


@lru_cache(maxsize=4096)
def _parse_many(cells: tuple[Scalar, ...]) -> Test:
    if not cells:
        raise ValueError("an empty list lets nothing pass; write - for anything")
    tests = tuple(_parse_one(each) for each in cells)
    if all(isinstance(each, Among) for each in tests):
        return Among(frozenset().union(*(each.values for each in tests if isinstance(each, Among))))
    return AnyOf(tests)


@lru_cache(maxsize=4096, typed=True)
def _parse_one(cell: Scalar) -> Test:
    if isinstance(cell, float) and not (isfinite(cell) and abs(Decimal(cell).adjusted()) <= DIGITS):
        raise ValueError(f"{cell}: expected a number that something can be")
    if not isinstance(cell, str):
        return Among(frozenset({literal(cell)}))
    text = cell.strip()
    if len(text) > LONGEST_CELL:
        raise ValueError(f"{text[:40]}…: longer than {LONGEST_CELL} characters")
    if text == "-":
        return Anything()
    if found := _NEGATION.fullmatch(text):
        parts = [part.strip() for part in found[1].split(",")]
        return Not(_parse_many(tuple(_written(part) for part in parts)))
    if found := _COMPARISON.fullmatch(text):
        end = _end(found[2])
        above = found[1].startswith(">")
        closed = found[1].endswith("=")
        return Interval(end, None, closed, False) if above else Interval(None, end, False, closed)
    if found := _INTERVAL.fullmatch(text):
        low, high = _end(found[2]), _end(found[3])
        if type(low) is not type(high):
            raise ValueError(f"{text}: both ends must be numbers, or both dates")
        if low > high:  # type: ignore[operator]
            raise ValueError(f"{text}: the first end is above the second")
        return Interval(low, high, found[1] == "[", found[4] == "]")
    if text[:1] in "<>[](":
        raise ValueError(f"{text}: expected a comparison such as '>= 7' or an interval such as '[3..5)'")
    return Among(frozenset({literal(text)}))


def _written(part: str) -> Scalar:
    """A value inside not(...), where numbers and yes or no are written as text."""
    if part in ("true", "false"):
        return part == "true"
    try:
        number = float(part)
    except ValueError:
        number = inf
    return number if isfinite(number) else part.strip("\"'")


def _end(text: str) -> Decimal | date:
    value = literal(text)
    if isinstance(value, date):
        return value
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > DIGITS:
        raise ValueError(f"{text}: expected a number or a date such as 2026-07-01")
    return number
