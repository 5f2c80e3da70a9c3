"""Which values a fact of a dossier can have: a field by its schema, what officials find by its kind, case and channel.

Layer 4. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any

from maidinh.services.decisions.conditions import Among, AnyOf, Anything, Interval, Literal, Not, Test, literal
from maidinh.services.decisions.definition import Input
from maidinh.services.procedures.definition import Fact, Procedure, validator_of


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
        return isinstance(value, str) and _matches(self.pattern, value)

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
        low, with_low = _inner(interval.low, interval.with_low, self.minimum, max)
        high, with_high = _inner(interval.high, interval.with_high, self.maximum, min)
        if low is None or high is None:
            return True
        if self.whole:
            first = ceil(low) if with_low or low != ceil(low) else ceil(low) + 1
            return first < high or (first == high and with_high)
        return low < high or (low == high and with_low and with_high)

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
    for name, schema in properties_of(procedure).items():
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


def properties_of(procedure: Procedure) -> dict[str, Mapping[str, Any]]:
    """The schema of each field; an empty one where what stands there is none."""
    properties = procedure.answers.get("properties", {})
    if not isinstance(properties, Mapping):
        return {}
    return {str(name): schema if isinstance(schema, Mapping) else {} for name, schema in properties.items()}


def required_of(procedure: Procedure) -> list[str]:
    """The fields that must be answered."""
    required = procedure.answers.get("required", [])
    return [str(name) for name in required] if isinstance(required, list) else []


def left_open(procedure: Procedure) -> frozenset[str]:
    """The fields that an applicant who is asked may leave empty, and the facts that an official may."""
    needed = set(required_of(procedure))
    facts = {fact.id for step in procedure.steps for fact in step.facts if not fact.required}
    return frozenset({name for name in properties_of(procedure) if name not in needed} | facts)


def _of_schema(schema: Mapping[str, Any]) -> Values:
    if isinstance(schema.get("enum"), list):
        return Values("choice", tuple(literal(value) for value in schema["enum"]))
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), None)
    if kind == "boolean":
        return Values("yes_no")
    if kind in ("integer", "number"):
        low, high = (_number(schema.get(end)) for end in ("minimum", "maximum"))
        return Values("number", whole=kind == "integer", minimum=low, maximum=high)
    if schema.get("format") == "date":
        return Values("date")
    return Values("text", pattern=str(schema.get("pattern", "")))


def _number(bound: Any) -> Decimal | None:
    return Decimal(str(bound)) if isinstance(bound, int | float) and not isinstance(bound, bool) else None


def _matches(pattern: str, value: str) -> bool:
    try:
        return not pattern or validator_of({"type": "string", "pattern": pattern}).is_valid(value)
    except ValueError:
        return True  # the form itself is refused for it


def _inner(
    end: Decimal | date | None, inside: bool, bound: Decimal | None, inner: Callable[[Decimal, Decimal], Decimal]
) -> tuple[Decimal | None, bool]:
    """The inner one of an interval's end and a bound, and whether it belongs to both."""
    if not isinstance(end, Decimal) or bound is None:
        return (end, inside) if isinstance(end, Decimal) else (bound, True)
    return inner(end, bound), inside or end != inner(end, bound)


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
