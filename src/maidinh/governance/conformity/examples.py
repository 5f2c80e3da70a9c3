"""A rule's own examples, run: does it pass what must pass, and find in each other just the subjects that must fail.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from pydantic import ValidationError

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.frameworks import Framework
from maidinh.governance.conformity.checking import (
    CAUSE,
    OTHER,
    OTHERS,
    PATH,
    PLACE,
    SUBJECT,
    Asking,
    Checker,
    asked_here,
)  # fmt: skip
from maidinh.governance.conformity.definition import Example, Rule
from maidinh.governance.conformity.reading import Surroundings, read_surroundings
from maidinh.governance.modelling.definition import Model
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.organisations.definition import Organisations

LONG_AGO = date.min  # the day of an example that names none, of a rule that always held
HEADER = ("province", "version", "title", "framework", "effective_from", "inherits", "decision", "sample")
Verdict = Literal["as-said", "otherwise", "unreadable", "refused"]


@dataclass(frozen=True)
class ExampleResult:
    """What came of one example: as it said or not, and what the rule found."""

    rule: str
    example: Example
    verdict: Verdict
    expected: tuple[str, ...]
    found: tuple[str, ...]
    text: str = ""

    @property
    def ok(self) -> bool:
        """Whether the rule says what the example says that it must."""
        return self.verdict == "as-said"


def tried(rule: Rule, surroundings: Surroundings | None = None, *, asking: Asking = asked_here) -> list[ExampleResult]:
    """Run the rule's examples, against the frameworks and catalogues given, else the nation's.

    After an example in which the rule was stopped no other is run: it would only take as long again.
    """
    around = surroundings or _nation()
    found: list[ExampleResult] = []
    for each in rule.examples:
        found.append(_tried(rule, each, around, asking))
        if found[-1].verdict == "refused":
            break
    return found


def _tried(rule: Rule, example: Example, around: Surroundings, asking: Asking) -> ExampleResult:
    framework = _framework(rule, example, around.frameworks)
    day = example.as_of or rule.valid_from or (framework.valid_from if framework else LONG_AGO)
    expected = tuple(sorted(set(example.fails)))
    try:
        model = built(example, framework.id if framework else "own", day)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors())
        return ExampleResult(rule.id, example, "unreadable", expected, (), told)
    if not rule.holds(framework.id if framework else None, day):
        text = f"the rule does not hold on {day} for framework {framework.id if framework else '–'}"
        return ExampleResult(rule.id, example, "otherwise", expected, (), text)
    checker = Checker(
        model, [rule], as_of=day, framework=framework, shelf=around.shelf.extended(example.catalogues),
        organisations=_organisations(example), asking=asking,
    )  # fmt: skip
    report = checker.report
    if report.refused_rules:
        return ExampleResult(rule.id, example, "refused", expected, (), report.refused_rules[0].text)
    if missing := unknown_places(rule, checker.columns(rule.id)):
        text = f"the message uses {', '.join(missing)}, which the rule does not return"
        return ExampleResult(rule.id, example, "refused", expected, (), text)
    found = tuple(sorted({each.subject for each in report.findings}))
    if found == expected:
        return ExampleResult(rule.id, example, "as-said", expected, found)
    return ExampleResult(rule.id, example, "otherwise", expected, found, _difference(expected, found))


def built(example: Example, framework: str, day: date) -> Model:
    """The example's model; what it leaves out of a version's header is filled in. Raises ValidationError."""
    content = dict(example.model)
    if not any(each in content for each in HEADER):
        return Model.model_validate(content)
    given = {
        "province": "example", "version": "1", "title": {"vi": example.named("vi") or "Ví dụ"}, "framework": framework,
        "effective_from": day,
    }  # fmt: skip
    return ArchitectureVersion.model_validate(given | content)


def unknown_places(rule: Rule, columns: tuple[str, ...]) -> list[str]:
    """What the rule's message wants told and its answer does not have."""
    told = {place for text in (rule.message.vi, rule.message.en or "") for place in PLACE.findall(text)}
    return sorted(told - {*columns, "name", SUBJECT} | (told & {PATH, CAUSE, OTHER, OTHERS} - set(columns)))


def _framework(rule: Rule, example: Example, frameworks: Mapping[str, Framework]) -> Framework | None:
    if example.framework is not None:
        return frameworks.get(example.framework)
    if rule.frameworks:
        return frameworks.get(rule.frameworks[-1])
    return max(frameworks.values(), key=lambda each: each.valid_from, default=None)


def _difference(expected: tuple[str, ...], found: tuple[str, ...]) -> str:
    missed, more = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
    parts = [f"did not find {', '.join(map(repr, missed))}"] if missed else []
    parts += [f"found {', '.join(map(repr, more))}, which must pass"] if more else []
    return "; ".join(parts)


def _organisations(example: Example) -> Organisations | None:
    if not example.agencies:
        return None
    agencies = [
        {"code": each, "id": each.lower(), "name": {"vi": each}, "kind": "other", "tier": "province"}
        for each in example.agencies
    ]
    content = {"province": "example", "name": {"vi": "Ví dụ"}, "code": example.agencies[0], "agencies": agencies}
    return Organisations.model_validate(content)


@cache
def _nation() -> Surroundings:
    return read_surroundings(definitions_root() / "national")
