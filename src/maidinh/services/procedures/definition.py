"""An administrative procedure (thủ tục hành chính) as its definition states it: `procedure.yaml`.

Layer 4. The constituent parts are those of Decree 63/2010/NĐ-CP article 8 (amended by 92/2017); the process is
the agency's internal process (quy trình nội bộ), approved by a decision of the province.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal

import jsonschema_rs
from pydantic import AfterValidator, Field, model_validator

from maidinh.infrastructure.calendars.definition import LONGEST, Budget
from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Provenance, Text
from maidinh.services.decisions.definition import Condition, DecisionTable

Channel = Literal["online", "in_person", "post"]
StepKind = Literal[
    "intake",
    "appraisal",
    "field_check",
    "consultation",
    "posting",
    "council",
    "approval",
    "signature",
    "handover",
    "call",
    "join",
]
Identifier = r"^[a-z][a-z0-9_-]*$"
ENDS = ("refused", "stopped", "returned")
SUPPLEMENT = "supplement"
LONGEST_RETENTION = 500  # years; more is a slip of the pen, and leaves the calendar
AUTOMATIC: tuple[StepKind, ...] = ("join", "call")


def _no_slip(budget: Budget) -> Budget:
    if budget.amount > LONGEST:
        raise ValueError(f"a term of {budget.amount}: at most {LONGEST} of any unit")
    return budget


Written = Annotated[Budget, AfterValidator(_no_slip)]


def validator_of(schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """What holds answers against a schema that an official wrote. Raises ValueError where it is none.

    It fetches nothing, wherever a reference leads, and its patterns take time in proportion to the answer.
    """
    return jsonschema_rs.Draft202012Validator(
        dict(schema), validate_formats=True, offline=True, pattern_options=jsonschema_rs.RegexOptions()
    )


class TimeLimit(Provenance):
    """How long the agency may take, from the start day (see the calendar's conventions).

    `budget` holds where no row of `table` does; the table decides `amount`, in the budget's unit.
    """

    budget: Written
    table: str | None = None
    cutoff: bool = True
    reference: LegalBasis | None = None


class Fee(Provenance):
    """What the applicant pays, in whole dong, and when: one amount, or what `table` decides as its `amount`.

    `per` names the answer or fact whose number it is paid for (copies, days); without it, it is paid once.
    """

    amount: int | None = Field(default=None, ge=0)
    table: str | None = None
    per: str | None = None
    currency: Literal["VND"] = "VND"
    when: Literal["intake", "supplement", "result"]
    name: Text
    basis: LegalBasis | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Fee:
        if (self.amount is None) == (self.table is None):
            raise ValueError("a fee has an amount or a table that decides it, one of the two")
        return self


class Case(Form):
    """A case (trường hợp) of the procedure with its own time limit and fee; apart from the channel."""

    id: str = Field(pattern=Identifier)
    name: Text
    time_limit: TimeLimit
    fee: Fee | None = None


class Paper(Provenance):
    """A paper (thành phần hồ sơ) that belongs to the dossier, asked for `when` its condition holds.

    `kind` names what it is in the store of digitised papers, so that one that is there already is used again; the code
    of a result of our own offers that one. Of several, any will do; what is handed in is kept under the first.
    """

    id: str = Field(pattern=Identifier)
    name: Text
    required: bool = True
    when: Condition | None = None
    kind: str | Annotated[list[str], Field(min_length=1)] | None = None
    copies: int = Field(default=1, ge=1)
    formats: list[Literal["pdf", "jpeg", "png"]] = ["pdf", "jpeg", "png"]

    @property
    def kinds(self) -> tuple[str, ...]:
        """All that it may be in the store; none where it isn't used again."""
        return (self.kind,) if isinstance(self.kind, str) else tuple(self.kind or ())


class Route(Form):
    """Where an outcome leads `when` its condition on the dossier's facts holds."""

    when: Condition
    to: str | list[str]


class Outcome(Form):
    """One way a step can end: where the dossier goes, and whether a reason must be given.

    The first of `routes` whose condition holds leads on, `to` where none does. Several targets are steps that run
    beside each other from then on; a step of kind `join` waits for all that lead to it.
    """

    id: str = Field(pattern=Identifier)
    name: Text
    to: str | list[str]
    routes: list[Route] = []
    reason: bool = False

    def targets(self) -> Iterator[tuple[str, ...]]:
        """Every set of places that this outcome can lead to."""
        for to in (*(route.to for route in self.routes), self.to):
            yield (to,) if isinstance(to, str) else tuple(to)


class Fact(Form):
    """Something an official finds and writes down at a step, that conditions and tables may look at."""

    id: str = Field(pattern=Identifier)
    label: Text
    kind: Literal["number", "choice", "yes_no", "date", "text"]
    options: dict[str, Text] = {}
    required: bool = True


class Call(Form):
    """Another agency's procedure that a step sets going (liên thông); the step ends when that one does."""

    procedure: str = Field(pattern=r"^\d\.\d{6}$")
    case: str
    answers: dict[str, str] = {}


class Step(Form):
    """A step of the process: who does what, within which part of the time limit, and what may come of it.

    `agency` is a code, `receiving` (where the dossier was handed in) or `responsible` (the procedure's owner). A step
    that `suspends_clock` is not counted into the time limit. `minimum` is how long a step must last before it can end
    (public posting). Joins are reached by several branches and have one outcome; joins and calls end by themselves.
    """

    id: str = Field(pattern=Identifier)
    name: Text
    kind: StepKind
    role: str = ""
    agency: str = ""
    budget: Written | None = None
    minimum: Written | None = None
    suspends_clock: bool = False
    requires_fee: bool = False
    findings: Text | None = None
    facts: list[Fact] = []
    call: Call | None = None
    basis: LegalBasis | None = None
    outcomes: list[Outcome] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_its_parts(self) -> Step:
        if (self.kind == "call") != (self.call is not None):
            raise ValueError(f"step {self.id}: a step of kind call, and only it, says which procedure it calls")
        if self.kind == "join" and len(self.outcomes) != 1:
            raise ValueError(f"step {self.id}: a join has one outcome")
        if self.kind not in AUTOMATIC and not (self.role and self.agency):
            raise ValueError(f"step {self.id}: who does it? It needs a role and an agency")
        return self


class Retention(Provenance):
    """How long a finished dossier is kept (thời hạn bảo quản): whole years, or for ever."""

    years: Annotated[int, Field(ge=1, le=LONGEST_RETENTION)] | Literal["permanent"]
    basis: LegalBasis | None = None


class Change(Form):
    """What becomes of dossiers under older versions when this one comes into force; pinned unless this says so."""

    dossiers: Literal["pin", "migrate"] = "pin"
    from_versions: list[str] = []
    steps: dict[str, str] = {}
    fields: dict[str, str] = {}
    basis: LegalBasis | None = None

    @model_validator(mode="after")
    def _moving_has_a_ground(self) -> Change:
        if self.dossiers == "migrate" and (self.basis is None or not self.from_versions):
            raise ValueError("dossiers move to a new version only on a legal basis and from named versions")
        return self


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
    """How a property of the form's JSON Schema is shown and, where a register holds it, filled.

    A field with a condition is asked only `when` the answers before it make it hold.
    """

    id: str = Field(pattern=Identifier)
    label: Text
    hint: Text | None = None
    widget: Literal["text", "textarea", "number", "date", "radios", "select"] = "text"
    options: dict[str, Text] = {}
    from_register: RegisterSource | None = None
    personal: bool = False
    when: Condition | None = None


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
    tables: list[DecisionTable] = []
    steps: list[Step] = Field(min_length=2)
    result: Result
    retention: Retention | None = None
    change: Change = Change()

    def table(self, table_id: str) -> DecisionTable:
        """The decision table of this id; KeyError when there is none."""
        return {table.id: table for table in self.tables}[table_id]

    @model_validator(mode="after")
    def _tables_fit(self) -> Procedure:
        ids = [table.id for table in self.tables]
        if len(set(ids)) != len(ids):
            raise ValueError("two tables have the same id")
        for case in self.cases:
            for use, table in (("fee", case.fee.table if case.fee else None), ("time limit", case.time_limit.table)):
                if table is None:
                    continue
                if table not in ids:
                    raise ValueError(f"case {case.id}: the {use} is decided by table {table}, which there is not")
                if "amount" not in {output.id for output in self.table(table).outputs}:
                    raise ValueError(f"case {case.id}: table {table} must decide an amount, the {use}")
        return self

    @model_validator(mode="after")
    def _parts_fit(self) -> Procedure:
        steps = [step.id for step in self.steps]
        if len(set(steps)) != len(steps):
            raise ValueError("two steps have the same id")
        for step in self.steps:
            for outcome in step.outcomes:
                _leads_somewhere(step, outcome, steps)
        _no_ring_of_joins([step for step in self.steps if step.kind == "join"])
        if self.steps[0].kind != "intake":
            raise ValueError("the first step must be of kind intake")
        shown = [field.id for page in self.pages for field in page.fields]
        declared = set(self.answers.get("properties", {}))
        if set(shown) != declared or len(set(shown)) != len(shown):
            differing = sorted(declared.symmetric_difference(shown))
            raise ValueError(
                f"pages and answers.properties must name the same fields once each; differing: {', '.join(differing)}"
            )
        try:
            validator_of(self.answers)
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            raise ValueError(f"answers: no JSON Schema that stands by itself: {str(error).splitlines()[0]}") from None
        if self.online_level == "partial" and self.online_reason is None:
            raise ValueError("a partial online service must state its reason (NĐ 224/2026 article 14)")
        return self


def _no_ring_of_joins(joins: list[Step]) -> None:
    """Joins end by themselves: one that leads to itself through nothing but joins would never come to an end."""
    after = {join.id: {place for places in join.outcomes[0].targets() for place in places} for join in joins}
    for join in joins:
        seen: set[str] = set()
        ahead = after[join.id] & set(after)
        while ahead - seen:
            seen |= ahead
            ahead = {place for each in ahead for place in after[each]} & set(after)
        if join.id in seen:
            raise ValueError(f"step {join.id}: the join leads back to itself with no step between that somebody does")


def _leads_somewhere(step: Step, outcome: Outcome, steps: list[str]) -> None:
    for places in outcome.targets():
        for place in places:
            if place not in (*steps, *ENDS, SUPPLEMENT):
                raise ValueError(f"step {step.id}: outcome {outcome.id} leads to {place}, which is no step or end")
        if len(places) > 1 and any(place in (*ENDS, SUPPLEMENT) for place in places):
            raise ValueError(f"step {step.id}: outcome {outcome.id} can't lead to an end and elsewhere at once")
        if not places or max(Counter(places).values()) > 1:
            raise ValueError(f"step {step.id}: outcome {outcome.id} must lead to different places, at least one")
