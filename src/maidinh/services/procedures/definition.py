"""An administrative procedure (thủ tục hành chính) as its definition states it: `procedure.yaml`.

Layer 4. The constituent parts are those of Decree 63/2010/NĐ-CP article 8 (amended by 92/2017); the process is
the agency's internal process (quy trình nội bộ), approved by a decision of the province.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field, model_validator

from maidinh.infrastructure.calendars.definition import Budget
from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Provenance, Text

Channel = Literal["online", "in_person", "post"]
Identifier = r"^[a-z][a-z0-9_-]*$"


class TimeLimit(Provenance):
    """How long the agency may take, from the start day (see the calendar's conventions)."""

    budget: Budget
    cutoff: bool = True
    reference: LegalBasis | None = None


class Fee(Provenance):
    """What the applicant pays, in whole dong, and when."""

    amount: int = Field(ge=0)
    currency: Literal["VND"] = "VND"
    when: Literal["intake", "supplement", "result"]
    name: Text
    basis: LegalBasis | None = None


class Case(Form):
    """A case (trường hợp) of the procedure with its own time limit and fee; apart from the channel."""

    id: str = Field(pattern=Identifier)
    name: Text
    time_limit: TimeLimit
    fee: Fee | None = None


class Paper(Provenance):
    """A paper (thành phần hồ sơ) that belongs to the dossier."""

    id: str = Field(pattern=Identifier)
    name: Text
    required: bool = True
    copies: int = Field(default=1, ge=1)
    formats: list[Literal["pdf", "jpeg", "png"]] = ["pdf", "jpeg", "png"]


class Outcome(Form):
    """One way a step can end: where the dossier goes, and whether a reason must be given."""

    id: str = Field(pattern=Identifier)
    name: Text
    to: str
    reason: bool = False


class Step(Form):
    """A step of the process: who does what, within which part of the time limit, and what may come of it.

    `agency` is a code, `receiving` (where the dossier was handed in) or `responsible` (the procedure's owner).
    """

    id: str = Field(pattern=Identifier)
    name: Text
    kind: Literal["intake", "appraisal", "field_check", "consultation", "signature", "handover"]
    role: str
    agency: str
    budget: Budget | None = None
    requires_fee: bool = False
    findings: Text | None = None
    outcomes: list[Outcome] = Field(min_length=1)


class Result(Provenance):
    """What the applicant receives (kết quả)."""

    code: str
    name: Text
    title: Text
    body: Text


class RegisterSource(Form):
    """Where the answer to a field comes from instead of the applicant: a register, through the exchange.

    `service` is the service code of a declared interface; `{person}` in the path is the applicant's personal number.
    With `choose` the register answers a list under `items` and the applicant picks one, shown by `show`; a field
    that `follows` another takes its value from the item picked there.
    """

    service: str
    path: str = Field(pattern=r"^/")
    field: str
    choose: bool = False
    show: list[str] = []
    follows: str | None = None


class FormField(Form):
    """How a property of the form's JSON Schema is shown and, where a register holds it, filled."""

    id: str = Field(pattern=Identifier)
    label: Text
    hint: Text | None = None
    widget: Literal["text", "textarea", "number", "date", "radios", "select"] = "text"
    options: dict[str, Text] = {}
    from_register: RegisterSource | None = None
    personal: bool = False


class Page(Form):
    """One page of questions: one subject at a time."""

    id: str = Field(pattern=Identifier)
    title: Text
    fields: list[FormField] = Field(min_length=1)


class Procedure(Provenance):
    """A procedure version: what the applicant brings and receives, how it is processed, and by which law."""

    code: str = Field(pattern=r"^\d\.\d{6}$")
    version: str
    name: Text
    short_name: Text
    field: Text
    kind: Literal["same-day", "licence", "joint"]
    effective_from: date
    effective_to: date | None = None
    published_by: str
    process_approved_by: str | None = None
    legal_basis: list[LegalBasis] = Field(min_length=1)
    responsible: str
    receiving: list[str] = Field(min_length=1)
    applicants: list[Text] = Field(min_length=1)
    channels: list[Channel] = Field(min_length=1)
    online_level: Literal["full", "partial"] = "full"
    online_reason: Text | None = None
    cases: list[Case] = Field(min_length=1)
    papers: list[Paper] = []
    pages: list[Page] = Field(min_length=1)
    answers: dict[str, Any]
    steps: list[Step] = Field(min_length=2)
    result: Result

    @model_validator(mode="after")
    def _parts_fit(self) -> Procedure:
        steps = [step.id for step in self.steps]
        if len(set(steps)) != len(steps):
            raise ValueError("two steps have the same id")
        for step in self.steps:
            for outcome in step.outcomes:
                if outcome.to not in (*steps, "refused", "stopped", "returned", "supplement"):
                    raise ValueError(
                        f"step {step.id}: outcome {outcome.id} leads to {outcome.to}, which is no step or end"
                    )
        if self.steps[0].kind != "intake":
            raise ValueError("the first step must be of kind intake")
        shown = [field.id for page in self.pages for field in page.fields]
        declared = set(self.answers.get("properties", {}))
        if set(shown) != declared or len(set(shown)) != len(shown):
            differing = sorted(declared.symmetric_difference(shown))
            raise ValueError(
                f"pages and answers.properties must name the same fields once each; differing: {', '.join(differing)}"
            )
        if self.online_level == "partial" and self.online_reason is None:
            raise ValueError("a partial online service must state its reason (NĐ 224/2026 article 14)")
        return self
