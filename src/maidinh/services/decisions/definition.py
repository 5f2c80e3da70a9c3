"""Decision tables (bảng quyết định) and the conditions that tables, forms and processes share.

Layer 4. A condition is written as in the simple expression language of DMN (S-FEEL unary tests), one cell for each
fact: a value, a list of values, a comparison (`'>= 7'`), an interval (`'[3..5)'`), `not(...)` or `-` for anything. Each
row of a table cites its legal ground; money is whole dong.
"""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Provenance, Text
from maidinh.services.decisions.conditions import Cell, parse_cell

Identifier = r"^[a-z][a-z0-9_-]*$"
HitPolicy = Literal[
    "unique",
    "any",
    "first",
    "priority",
    "rule_order",
    "output_order",
    "collect",
    "collect_sum",
    "collect_min",
    "collect_max",
    "collect_count",
]
Value = bool | int | float | str


def _readable(condition: dict[str, Cell]) -> dict[str, Cell]:
    for fact, cell in condition.items():
        try:
            parse_cell(cell)
        except ValueError as error:
            raise ValueError(f"{fact}: {error}") from error
    return condition


Condition = Annotated[dict[str, Cell], AfterValidator(_readable)]
"""What must hold: every named fact passes its cell. A fact that isn't known passes only `-`."""


class Input(Form):
    """A column that a table looks at: a fact of the dossier, and which values it can have; `whole` numbers only."""

    id: str = Field(pattern=Identifier)
    name: Text
    kind: Literal["number", "choice", "yes_no", "date", "text"]
    options: list[str] = []
    whole: bool = False
    minimum: int | None = None
    maximum: int | None = None

    @model_validator(mode="after")
    def _options_of_a_choice(self) -> Input:
        if (self.kind == "choice") != bool(self.options):
            raise ValueError("options belong to an input of kind choice, and it needs them")
        return self


class Output(Form):
    """A column that a table decides. `options`, the most important first, order the policies by priority."""

    id: str = Field(pattern=Identifier)
    name: Text
    kind: Literal["money", "number", "choice", "text", "yes_no"]
    options: list[str] = []


class Row(Provenance):
    """One row (quy tắc): when it applies, what it decides, and the article it rests on."""

    when: Condition = {}
    then: dict[str, Value] = Field(min_length=1)
    basis: LegalBasis


class DecisionTable(Provenance):
    """A decision table with DMN's meaning of its hit policy."""

    id: str = Field(pattern=Identifier)
    name: Text
    hit_policy: HitPolicy = "unique"
    inputs: list[Input] = Field(min_length=1)
    outputs: list[Output] = Field(min_length=1)
    rows: list[Row] = Field(min_length=1)

    @model_validator(mode="after")
    def _rows_fit_columns(self) -> DecisionTable:
        inputs, outputs = {i.id for i in self.inputs}, {o.id: o for o in self.outputs}
        if len(inputs) != len(self.inputs) or len(outputs) != len(self.outputs):
            raise ValueError("two columns have the same id")
        for number, row in enumerate(self.rows, 1):
            if unknown := sorted(set(row.when) - inputs):
                raise ValueError(f"row {number}: {', '.join(unknown)} is no input of this table")
            if set(row.then) != set(outputs):
                raise ValueError(f"row {number}: must decide {', '.join(sorted(outputs))}, and nothing else")
            for name, value in row.then.items():
                _fits(number, outputs[name], value)
        if self.hit_policy.startswith("collect_") and len(self.outputs) != 1:
            raise ValueError(f"{self.hit_policy} adds up one output, not {len(self.outputs)}")
        if self.hit_policy in ("priority", "output_order") and not self.outputs[0].options:
            raise ValueError(f"{self.hit_policy} needs the options of its first output, the most important first")
        return self


def _fits(number: int, output: Output, value: Value) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    wrong = {
        "money": not whole or int(value) < 0,
        "number": isinstance(value, bool | str) or not isfinite(value),
        "choice": value not in output.options,
        "yes_no": not isinstance(value, bool),
        "text": not isinstance(value, str),
    }[output.kind]
    if wrong:
        told = "a whole amount of dong that isn't negative" if output.kind == "money" else f"of kind {output.kind}"
        raise ValueError(f"row {number}: {output.id} must be {told}, not {value!r}")
