"""Rules of conformity as definitions state them: whom they are about, the question, the law, the examples; waivers.

Layer 4, governance. Legal ground of checking at all: Nghị định 224/2026/NĐ-CP article 23; Nghị định 47/2020/NĐ-CP.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import Field, model_validator

from maidinh.governance.modelling.catalogues import Catalogue
from maidinh.governance.querying.schema import TABLES
from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Provenance, Text

Severity = Literal["error", "warning", "advice"]
GROUPS = (
    "framework", "principle", "data", "connection", "security", "zone", "technology", "life-cycle", "ownership",
    "classification", "model", "reuse", "roadmap", "cost", "interface", "service", "house",
)  # fmt: skip
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "advice")


class Article(LegalBasis):
    """An article that a rule rests on, and where it was read."""

    source: str | None = None


class Example(Form):
    """A small model, and what the rule must say of it: that it passes, or which subjects fail."""

    title: Text | str
    passes: bool = False
    fails: list[str] = []
    as_of: date | None = None
    framework: str | None = None
    agencies: list[str] = []
    catalogues: list[Catalogue] = []
    model: dict[str, Any]

    @model_validator(mode="after")
    def _says_one_thing(self) -> Example:
        if self.passes == bool(self.fails):
            raise ValueError(
                "an example either passes, or names the subjects that fail (write '' for the model itself)"
            )
        return self

    def named(self, language: str) -> str:
        """Its title."""
        return self.title if isinstance(self.title, str) else self.title.in_language(language)


class Rule(Provenance):
    """A rule of conformity: a question about the model, each row of whose answer is a finding."""

    id: str = Field(pattern=r"^[a-z-]+\.[a-z0-9]+(-[a-z0-9]+)*$")
    title: Text
    explanation: Text
    legal_basis: list[Article] = []
    severity: Severity
    frameworks: list[str] = []
    valid_from: date | None = None
    valid_to: date | None = None
    applies_to: str
    select: str | None = None
    program: str | None = None
    message: Text
    remedy: Text
    waivable_by: str | None = None
    examples: list[Example] = Field(min_length=2)

    @property
    def group(self) -> str:
        """What it is about, by its id."""
        return self.id.partition(".")[0]

    def holds(self, framework: str | None, day: date) -> bool:
        """Whether it is in force for this framework on this day."""
        of_framework = not self.frameworks or framework in self.frameworks
        begun = self.valid_from is None or self.valid_from <= day
        return of_framework and begun and (self.valid_to is None or day <= self.valid_to)

    @model_validator(mode="after")
    def _can_be_asked(self) -> Rule:
        if (self.select is None) == (self.program is None):
            raise ValueError("a rule has either select (SQL) or program (the name of a registered program)")
        if self.group not in GROUPS:
            raise ValueError(f"expected an id that begins with one of {', '.join(GROUPS)} (found {self.group})")
        if self.applies_to not in TABLES:
            raise ValueError(f"applies_to: expected a table of the model (found {self.applies_to!r})")
        if not (any(each.passes for each in self.examples) and any(each.fails for each in self.examples)):
            raise ValueError("a rule needs an example that passes and one that fails")
        return self


class RuleBook(Provenance):
    """A file of rules."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name: Text
    rules: list[Rule] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> RuleBook:
        ids = [rule.id for rule in self.rules]
        twice = sorted({each for each in ids if ids.count(each) > 1})
        if twice:
            raise ValueError(f"these rules stand more than once: {', '.join(twice)}")
        return self


@dataclass(frozen=True)
class Waiver:
    """Somebody with the right to it lets a rule rest for one subject, or for all (`''`), for a time."""

    rule: str
    subject: str
    valid_from: date
    valid_to: date
    justification: str = ""
    legal_ground: str = ""
    approved_by: str = ""
    number: str = ""

    def covers(self, rule: str, subject: str, day: date) -> bool:
        """Whether it holds for this finding on this day."""
        return self.rule == rule and self.subject in ("", subject) and self.valid_from <= day <= self.valid_to
