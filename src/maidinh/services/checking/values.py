"""Which values a fact of a dossier can have: a field by its schema, what officials find by its kind, case and channel.

Layer 4. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from maidinh.services.decisions.conditions import Among, AnyOf, Anything, Interval, Literal, Not, Test, literal
from maidinh.services.decisions.definition import Input
from maidinh.services.procedures.definition import Fact, Procedure


@dataclass(frozen=True)
class Values:
    """The values that something can have: those listed, or all of a kind, within bounds."""

    kind: str
    options: tuple[Literal, ...] = ()
    whole: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    pattern: str = ""

    def can_be(self, value: Literal) -> bool:
        """Whether this value is one of them."""
        if self.options:
            return any(type(each) is type(value) and each == value for each in self.options)
        if self.kind == "yes_no":
            return isinstance(value, bool)
        if self.kind == "number":
            return isinstance(value, Decimal) and self._within(value)
        if self.kind == "date":
            return isinstance(value, date)
        return isinstance(value, str) and (not self.pattern or re.search(self.pattern, value) is not None)

    def _within(self, value: Decimal) -> bool:
        low = self.minimum is None or value >= self.minimum
        high = self.maximum is None or value <= self.maximum
        return low and high and (not self.whole or value == value.to_integral_value())

    def can_lie_in(self, interval: Interval) -> bool:
        """Whether one of them lies in the interval."""
        ends = [end for end in (interval.low, interval.high) if end is not None]
        if self.options:
            return any(_lies_in(each, interval) for each in self.options)
        if self.kind == "date":
            return all(isinstance(end, date) for end in ends)
        if self.kind != "number" or any(isinstance(end, date) for end in ends):
            return False
        low, high = interval.low, interval.high
        below = self.maximum is not None and isinstance(low, Decimal)
        above = self.minimum is not None and isinstance(high, Decimal)
        if below and (low > self.maximum or (low == self.maximum and not interval.with_low)):  # type: ignore[operator]
            return False
        return not (above and (high < self.minimum or (high == self.minimum and not interval.with_high)))  # type: ignore[operator]

    def in_words(self) -> str:
        """The values as the file writes them."""
        if self.options:
            return ", ".join(shown(each) for each in self.options)
        if self.kind == "yes_no":
            return "true, false"
        if self.kind == "number":
            return f"{'' if self.minimum is None else self.minimum}..{'' if self.maximum is None else self.maximum}"
        return {"date": "YYYY-MM-DD"}.get(self.kind, self.pattern or self.kind)


Known = Mapping[str, tuple[Values, ...]]


def values_of(procedure: Procedure) -> dict[str, tuple[Values, ...]]:
    """What each fact of a dossier can be; a fact with the name of a field can be what either can."""
    known: dict[str, tuple[Values, ...]] = {
        "case": (Values("choice", tuple(case.id for case in procedure.cases)),),
        "channel": (Values("choice", tuple(procedure.channels)),),
    }
    for name, schema in procedure.answers.get("properties", {}).items():
        known[name] = (_of_schema(schema),)
    for fact in (fact for step in procedure.steps for fact in step.facts):
        known[fact.id] = (*known.get(fact.id, ()), _of_fact(fact))
    return known


def values_of_input(column: Input) -> Values:
    """What a table takes its input to be."""
    return Values(
        column.kind,
        tuple(literal(option) for option in column.options),
        column.whole,
        None if column.minimum is None else literal(column.minimum),  # type: ignore[arg-type]
        None if column.maximum is None else literal(column.maximum),  # type: ignore[arg-type]
    )


def impossible(test: Test, known: tuple[Values, ...]) -> Iterator[str]:
    """The parts of a test that none of these values can pass."""
    match test:
        case Among():
            for value in sorted(test.values, key=str):
                if not any(values.can_be(value) for values in known):
                    yield shown(value)
        case Interval():
            if not any(values.can_lie_in(test) for values in known):
                yield _interval(test)
        case Not():
            yield from impossible(test.test, known)
        case AnyOf():
            for each in test.tests:
                yield from impossible(each, known)
        case Anything():
            pass


def shown(value: Any) -> str:
    """A value as the file writes it."""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _of_schema(schema: Mapping[str, Any]) -> Values:
    if "enum" in schema:
        return Values("choice", tuple(literal(value) for value in schema["enum"]))
    kind = schema.get("type")
    if kind == "boolean":
        return Values("yes_no")
    if kind in ("integer", "number"):
        low, high = (None if schema.get(end) is None else Decimal(str(schema[end])) for end in ("minimum", "maximum"))
        return Values("number", whole=kind == "integer", minimum=low, maximum=high)
    if schema.get("format") == "date":
        return Values("date")
    return Values("text", pattern=str(schema.get("pattern", "")))


def _of_fact(fact: Fact) -> Values:
    return Values(fact.kind, tuple(literal(option) for option in fact.options) if fact.kind == "choice" else ())


def _lies_in(value: Literal, interval: Interval) -> bool:
    for end, inside, sign in ((interval.low, interval.with_low, 1), (interval.high, interval.with_high, -1)):
        if end is None:
            continue
        if type(end) is not type(value):
            return False
        if value == end:
            if not inside:
                return False
        elif (value > end) is (sign < 0):  # type: ignore[operator]
            return False
    return True


def _interval(test: Interval) -> str:
    if test.low is None:
        return f"<{'=' if test.with_high else ''} {test.high}"
    if test.high is None:
        return f">{'=' if test.with_low else ''} {test.low}"
    return f"{'[' if test.with_low else '('}{test.low}..{test.high}{']' if test.with_high else ')'}"
