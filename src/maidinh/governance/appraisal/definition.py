"""An appraisal pack: what the law of a time asks of an IT project - papers, requirements, terms, results, exceptions.

Layer 4, governance. Read from `national/appraisal/<id>.yaml`. Legal ground: Nghị định 224/2026/NĐ-CP articles 36, 37,
50, 65 to 68; before it Nghị định 73/2019/NĐ-CP and 82/2024/NĐ-CP. Every number of the law stands in a pack, none here;
what a text was not read for is left out there, or says `checked: false`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from maidinh.governance.projects.definition import Group, Project, ProjectKind
from maidinh.infrastructure.calendars.definition import Budget
from maidinh.infrastructure.calendars.rules import SupplementRule
from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Provenance, Text

Grade = Literal["met", "not-met", "undetermined", "not-applicable"]
GRADES: tuple[Grade, ...] = ("met", "not-met", "undetermined", "not-applicable")
Answer = Literal["check", "statement", "appraiser"]
Holder = Literal["focal", "design", "appraiser", "decider", "owner"]
Part = Literal["dossier", "policy", "content", "design", "cost"]
CHECKS = (
    "size", "figures", "papers", "components", "conformity", "reuse", "decisions", "technology", "connections",
    "security", "masters", "owners", "procedures",
)  # fmt: skip
KEY = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class When(Form):
    """Of which projects something holds; an empty list means all of them, amounts are whole dong to build."""

    kinds: list[ProjectKind] = []
    groups: list[Group] = []
    sources: list[str] = []
    steps: list[int] = []
    over: int | None = None
    up_to: int | None = None
    emergency: bool | None = None

    def holds(self, project: Project, group: Group | None, steps: int | None) -> bool:
        """Whether it holds of a project of this group and this number of design steps."""
        sources = {line.source for line in project.costs if line.kind == "build"}
        return (
            (not self.kinds or project.kind in self.kinds)
            and (not self.groups or group in self.groups)
            and (not self.steps or steps in self.steps)
            and (not self.sources or bool(sources & set(self.sources)))
            and (self.over is None or project.total > self.over)
            and (self.up_to is None or project.total <= self.up_to)
            and (self.emergency is None or project.emergency == self.emergency)
        )


class GroupLimit(Provenance):
    """A group of projects: up to below which amount it goes; none for the largest."""

    id: Group
    name: Text
    below: int | None = None


class DesignSteps(Provenance):
    """Up to which amount a project may be designed in one step."""

    one_step_up_to: int
    basis: list[LegalBasis] = []


class BudgetShare(Provenance):
    """From which share of the state's money on the pack applies, in percent; also where that share is the largest."""

    percent: int = Field(ge=0, le=100)
    basis: list[LegalBasis] = []


class PaperKind(Provenance):
    """A paper of the dossier, of which projects it is asked, and why of these."""

    id: str = Field(pattern=KEY)
    title: Text
    why: Text
    basis: list[LegalBasis] = []
    when: When = When()


class Requirement(Provenance):
    """One thing that is appraised: by whom or what it is answered, on which articles it rests, at which points.

    `rules` are the groups of conformity rules whose findings count here; `exemptible` ones fall away with an exemption.
    """

    id: str = Field(pattern=KEY)
    title: Text
    part: Part
    basis: list[LegalBasis] = []
    control_points: list[str] = []
    answered_by: Answer
    check: str | None = None
    rules: list[str] = []
    when: When = When()
    exemptible: bool = False
    binds: bool = True

    @model_validator(mode="after")
    def _can_be_answered(self) -> Requirement:
        if (self.answered_by == "check") != (self.check is not None):
            raise ValueError("`check` stands with answered_by: check, and only there")
        if self.check is not None and self.check not in CHECKS:
            raise ValueError(f"check: expected one of {', '.join(CHECKS)} (found {self.check!r})")
        if self.rules and self.check is None:
            raise ValueError("`rules` stand with a check only")
        if self.binds and self.answered_by == "appraiser":
            raise ValueError("what only the appraiser can judge can't bind the automatic result: write binds: false")
        return self


class Term(Provenance):
    """A time that the law gives: for the whole appraisal, or for one body's share of it (`part_of` the whole)."""

    id: str = Field(pattern=KEY, max_length=40)
    title: Text
    holder: Holder
    part_of: str | None = None
    amount: int | None = Field(default=None, ge=0)
    by_group: dict[Group, int] = {}
    unit: Literal["working_hour", "working_day", "calendar_day", "month"]
    basis: list[LegalBasis] = []
    when: When = When()

    @model_validator(mode="after")
    def _has_an_amount(self) -> Term:
        if (self.amount is None) != bool(self.by_group):
            raise ValueError("a term has either an amount, or one for each group")
        return self

    def budget(self, group: Group | None) -> Budget:
        """How long it is; where the group isn't known the shortest, so that nobody is told too late."""
        amounts = self.by_group or {}
        known = amounts.get(group) if group is not None else None
        shortest = min(amounts.values(), default=self.amount or 0)
        return Budget(amount=shortest if known is None else known, unit=self.unit)


class Exemption(Provenance):
    """What the law leaves out of the compliance with the framework; `claimed` ones are named in a statement."""

    id: str = Field(pattern=KEY)
    title: Text
    basis: list[LegalBasis] = []
    when: When = When()
    claimed: bool = True


class ControlPoint(Provenance):
    """A point of a project's life at which compliance is looked at."""

    id: str = Field(pattern=KEY)
    name: Text


class ResultValue(Provenance):
    """One of the four results, as it is called."""

    id: Grade
    name: Text


class ExceptionField(Provenance):
    """A field of the record of an exception."""

    id: str = Field(pattern=KEY)
    title: Text


class ExceptionTerms(Provenance):
    """What an exception must say, and how long it may last at most."""

    fields: list[ExceptionField] = []
    longest_days: int = Field(ge=1)
    remind_days: int = Field(ge=1)
    basis: list[LegalBasis] = []


class Check(Form):
    """What an automatic check says: when it passes and when not, the remedy, and each thing found with `{places}`."""

    met: Text
    not_met: Text
    undetermined: Text | None = None
    not_applicable: Text | None = None
    remedy: Text
    found: dict[str, Text] = {}


class Checks(Provenance):
    """`national/appraisal/wording/checks.yaml`: what each check says."""

    checks: dict[str, Check]


class AppraisalPack(Provenance):
    """`national/appraisal/<id>.yaml`: the law of a time, as far as it was read."""

    id: str = Field(pattern=KEY)
    name: Text
    valid_from: date
    valid_to: date | None = None
    legal: list[LegalBasis] = Field(min_length=1)
    groups: list[GroupLimit] = []
    design: DesignSteps | None = None
    budget_share: BudgetShare | None = None
    supplement_rule: SupplementRule = "pause"
    papers: list[PaperKind] = []
    requirements: list[Requirement] = Field(min_length=1)
    terms: list[Term] = []
    exemptions: list[Exemption] = []
    control_points: list[ControlPoint] = []
    results: list[ResultValue] = Field(min_length=len(GRADES))
    exceptions: ExceptionTerms
    generic_components: list[str] = []
    checks: dict[str, Check] = {}

    @model_validator(mode="after")
    def _fits_together(self) -> AppraisalPack:
        for name in ("groups", "papers", "requirements", "terms", "exemptions", "control_points", "results"):
            twice = _twice(each.id for each in getattr(self, name))
            if twice:
                raise ValueError(f"{name}: these stand more than once: {', '.join(twice)}")
        if {each.id for each in self.results} != set(GRADES):
            raise ValueError(f"results: expected each of {', '.join(GRADES)}")
        wholes, points = {each.id for each in self.terms}, {each.id for each in self.control_points}
        lost = sorted({each.part_of for each in self.terms if each.part_of is not None} - wholes)
        if lost:
            raise ValueError(f"terms: a share of a term that isn't there: {', '.join(lost)}")
        lost = sorted({point for each in self.requirements for point in each.control_points} - points)
        if lost:
            raise ValueError(f"requirements: unknown control points: {', '.join(lost)}")
        return self

    def in_force(self, day: date) -> bool:
        """Whether a project that began on this day is appraised by it."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def group_of(self, project: Project) -> Group | None:
        """The project's group: as stated, else by what it costs to build; None where the pack has no limits."""
        return project.group or self.group_by_size(project.total)

    def group_by_size(self, total: int) -> Group | None:
        """The group of an amount."""
        limits = sorted((each for each in self.groups if each.below is not None), key=lambda each: each.below or 0)
        found = next((each.id for each in limits if total < (each.below or 0)), None)
        return found or next((each.id for each in self.groups if each.below is None), None)

    def steps_of(self, project: Project) -> int | None:
        """In how many steps the project is designed: as stated, else by the limit."""
        if project.design_steps is not None or self.design is None:
            return project.design_steps
        return 1 if project.total <= self.design.one_step_up_to else 2

    def holds(self, when: When, project: Project) -> bool:
        """Whether a part of the pack holds of a project."""
        return when.holds(project, self.group_of(project), self.steps_of(project))

    def requirements_of(self, project: Project) -> list[Requirement]:
        """What the project must meet."""
        return [each for each in self.requirements if self.holds(each.when, project)]

    def terms_of(self, project: Project) -> list[Term]:
        """The terms that run for the project."""
        return [each for each in self.terms if self.holds(each.when, project)]

    def term(self, term_id: str) -> Term:
        """A term by its id. KeyError where the pack has none of this id."""
        found = next((each for each in self.terms if each.id == term_id), None)
        if found is None:
            raise KeyError(f"appraisal pack {self.id} has no term {term_id}")
        return found

    def exempting(self, project: Project) -> list[Exemption]:
        """The exemptions that the project falls under, or says that it does."""
        stated = {each.requirement for each in project.statements}
        held = [each for each in self.exemptions if self.holds(each.when, project)]
        return [each for each in held if not each.claimed or each.id in stated]


def _twice(ids: Iterable[str]) -> list[str]:
    return sorted(each for each, count in Counter(ids).items() if count > 1)
