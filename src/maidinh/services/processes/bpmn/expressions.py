"""Conditions of routes for other programs and for people: as a Python expression over `facts`, and in words. Pure.

Layer 4. BPMN leaves the language of conditions open. The expression holds exactly where the condition does
(services/decisions/conditions.py): a fact that isn't known passes nothing, and values of different kinds never match.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from maidinh.infrastructure.calendars.definition import Budget
from maidinh.services.decisions.conditions import Among, AnyOf, Anything, Cell, Interval, Literal, Not, Test, parse_cell

ISO_DURATION = {"working_hour": "PT{}H", "working_day": "P{}D", "calendar_day": "P{}D", "month": "P{}M"}
LANGUAGE = "https://docs.python.org/3/reference/expressions.html"


def outcome_expression(outcome: str) -> str:
    """That the task before was closed with this outcome."""
    return f'outcome == "{outcome}"'


def route_expression(when: Mapping[str, Cell], before: list[Mapping[str, Cell]]) -> str:
    """That this condition holds and none of those before it: the first route that holds leads on."""
    return " and ".join(
        [*(f"not ({condition_expression(each)})" for each in before), f"({condition_expression(when)})"]
    )


def condition_expression(condition: Mapping[str, Cell]) -> str:
    """The condition as Python."""
    return " and ".join(f"({_expression(f'facts.get({fact!r})', parse_cell(cell))})"
                        for fact, cell in condition.items()) or "True"  # fmt: skip


def shortest(budget: Budget) -> str:
    """The shortest that a time can be, by ISO 8601, which has no working days; the exact one stands with the step."""
    return ISO_DURATION[budget.unit].format(budget.amount)


def in_words(condition: Mapping[str, Cell], labels: Mapping[str, str]) -> str:
    """The condition as people read it: each fact by its label, then the cell as it is written."""
    return "; ".join(f"{labels.get(fact, fact)}: {_cell_in_words(cell)}" for fact, cell in condition.items())


def _cell_in_words(cell: Cell) -> str:
    if isinstance(cell, list):
        return ", ".join(_cell_in_words(each) for each in cell)
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _expression(value: str, test: Test) -> str:
    if isinstance(test, Anything):
        return "True"
    if isinstance(test, Not):
        return f"{value} is not None and not ({_expression(value, test.test)})"
    if isinstance(test, AnyOf):
        return " or ".join(f"({_expression(value, each)})" for each in test.tests)
    if isinstance(test, Among):
        return " or ".join(f"({_equal(value, each)})" for each in sorted(test.values, key=repr))
    return _within(value, test)


def _equal(value: str, known: Literal) -> str:
    if isinstance(known, bool):
        return f"{value} is {known}"
    if isinstance(known, Decimal):
        return f"{_number(value)} and {value} == {known:f}"
    if isinstance(known, date):
        return f"str({value}) == {known.isoformat()!r}"
    return f"{value} == {known!r}"


def _within(value: str, test: Interval) -> str:
    some = test.low if test.low is not None else test.high
    if isinstance(some, Decimal):
        parts, shown = [_number(value)], value
    else:
        # ISO dates are in the order of their letters.
        parts, shown = [f"str({value})[4:5] == '-'"], f"str({value})"
    for end, sign, inside in ((test.low, ">", test.with_low), (test.high, "<", test.with_high)):
        if end is not None:
            written = f"{end:f}" if isinstance(end, Decimal) else repr(end.isoformat())
            parts.append(f"{shown} {sign}{'=' if inside else ''} {written}")
    return " and ".join(parts)


def _number(value: str) -> str:
    return f"type({value}) in (int, float)"
