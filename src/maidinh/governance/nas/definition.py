"""The data set of the national architecture management system (NAS) as a dated definition: sheets, fields, rules.

Layer 4, governance. The guidance is a draft: names, values, conditions and rules are data, so that the final text is
another file. Code knows a field by its `role` and a rule by the kind of its checks, never by a name or key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from maidinh.infrastructure.definitions.definition import Form, Provenance, Text

Phase = Literal["issue", "upkeep"]
LevelName = Literal["mandatory", "when-present", "when-needed", "recommended", "optional"]
SheetRole = Literal["objects", "relations", "mappings", "tasks"]
FieldType = Literal["code", "enum", "text", "organisation", "period", "block", "commune-code", "diagram"]
ChangeClass = Literal["minor", "major", "undetermined"]
Role = Literal[
    "code", "record-kind", "source-code", "name", "kind", "layer", "part", "model-state", "scope", "sharing", "owner",
    "operator", "technical-contact", "data-owner", "state", "use", "option", "evidence", "confirmer", "note",
    "from", "to", "content", "channel", "frequency", "basis", "protection", "coordinator",
    "object", "overview", "component", "commune", "document", "issuer", "document-version", "document-code", "mapping",
    "form-1", "diagram", "result",
    "gap", "objects", "current", "target", "difference", "reach", "task", "task-name", "task-result", "lead",
    "partners", "priority", "deadline", "resources", "planned", "programmes", "progress", "criterion", "readiness",
    "task-state",
]  # fmt: skip
CheckKind = Literal[
    "unique", "required", "values", "references", "consistent", "paired", "parts", "explained", "not-issuer",
    "unconfirmed", "filled", "period", "secrets", "similar", "continues", "same-ends", "prefix",
]  # fmt: skip


class Level(Form):
    """How binding a field is."""

    id: LevelName
    vi: str
    meaning: Text


class Placeholder(Form):
    """A text that stands where a value doesn't; `explained`: only with reason, contact and date."""

    id: Literal["not-applicable", "unknown", "no-basis"]
    vi: str
    meaning: Text
    explained: bool = False
    in_fields: bool = True


class Condition(Form):
    """When something holds, of the row at hand. Exactly one kind of statement, closed; no expressions."""

    field: str | None = None
    is_: list[str] | None = Field(default=None, alias="is")
    has: list[str] | None = None
    filled: bool | None = None
    phase: Phase | None = None
    issuer: str | None = None
    via: str | None = None
    where: Condition | None = None
    differ: list[str] | None = None
    by: str | None = None
    all: list[Condition] | None = None
    any: list[Condition] | None = None
    not_: Condition | None = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _one_statement(self) -> Condition:
        kinds = [self.field, self.phase, self.issuer, self.via, self.differ, self.all, self.any, self.not_]
        if sum(each is not None for each in kinds) != 1:
            raise ValueError("a condition says exactly one of field, phase, issuer, via, differ, all, any, not")
        tests = sum(each is not None for each in (self.is_, self.has, self.filled))
        if tests != (self.field is not None):
            raise ValueError("a condition on a field says exactly one of is, has, filled")
        if (self.via is None) != (self.where is None):
            raise ValueError("via goes with where")
        if (self.differ is None) != (self.by is None) or (self.differ is not None and len(self.differ) != 2):
            raise ValueError("differ names two fields and goes with by")
        return self

    def parts(self) -> Iterator[Condition]:
        """This condition and all inside it that speak of the same row."""
        yield self
        for inner in (*(self.all or ()), *(self.any or ()), *([self.not_] if self.not_ else [])):
            yield from inner.parts()


class DataField(Provenance):
    """A field: its column's heading to the letter, how binding it is, what may stand in it."""

    key: str = Field(pattern=r"^[a-z0-9_]+$")
    vi: str
    role: Role
    meaning: Text
    type: FieldType
    level: LevelName
    condition: Text | None = None
    required_when: Condition | None = None
    values: list[str] = []
    open: bool = False
    multiple: bool = False
    not_applicable: bool = False
    references: str | None = Field(default=None, pattern=r"^[A-Z_]+\.[a-z0-9_]+$")
    example: str | None = None
    page: int | None = None
    change: ChangeClass = "undetermined"

    @model_validator(mode="after")
    def _fits_together(self) -> DataField:
        if bool(self.values) != (self.type == "enum"):
            raise ValueError("an enum field, and no other, lists its values")
        if self.required_when is not None and self.level != "mandatory":
            raise ValueError("only a mandatory field can have required_when")
        return self


class DataSheet(Form):
    """A sheet of the data set: its name to the letter, and its fields in the order in which they are written."""

    key: str = Field(pattern=r"^[A-Z_]+$")
    role: SheetRole
    vi: str
    meaning: Text
    fields: list[DataField] = Field(min_length=1)


class HelpSheet(Form):
    """A sheet that holds no data of the body: instructions, value lists, field dictionary."""

    key: str = Field(pattern=r"^[A-Z_]+$")
    role: Literal["instructions", "values", "dictionary", "history"]
    vi: str
    optional: bool = False
    fields: list[str] = []


class LocalCode(Form):
    """A prefix of the body's own codes. It illustrates; it is no national rule."""

    prefix: str
    of: Literal["own", "national", "foreign", "commune", "relation", "gap", "task", "indicator", "goal"]
    meaning: Text


class Pattern(Form):
    """What a text looks like, as a regular expression, and what that is called."""

    what: Text
    pattern: str

    @model_validator(mode="after")
    def _can_be_read(self) -> Pattern:
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"{self.pattern!r} is no pattern: {error}") from None
        return self


class Check(Form):
    """One mechanical check of a rule; what it looks at are keys of fields. A `hint` is for people to judge."""

    kind: CheckKind
    sheet: str | None = None
    fields: list[str] = []
    by: str | None = None
    when: Condition | None = None
    hint: bool = False
    parts: dict[str, list[str]] = {}
    values: list[str] = []
    patterns: list[Pattern] = []


class QualityRule(Provenance):
    """A quality rule: what it asks for, who can check it, and what people are told."""

    id: str
    asks: Text
    by: Literal["machine", "machine and people", "people"]
    message: Text | None = None
    remedy: Text | None = None
    checks: list[Check] = []

    @model_validator(mode="after")
    def _says_what_to_do(self) -> QualityRule:
        if self.checks and not (self.message and self.remedy):
            raise ValueError("a rule with checks has a message and a remedy")
        if not self.checks and self.by != "people" and not self.note:
            raise ValueError("a rule that machines can check has checks, or a note that says why not")
        return self


class ChangeKind(Form):
    """A class of change to an issued version, and how it is handled."""

    id: ChangeClass
    vi: str
    covers: Text
    handling: Text
    new_version: bool


class DataSetStructure(Provenance):
    """The structure of the data set as one text of the guidance gives it."""

    id: str
    name: Text
    form: str
    status: Literal["draft", "in-force"]
    draft: bool
    dated: date
    valid_from: date | None = None
    framework: str
    check_heading: str
    number_headings: list[str] = []
    separators: list[Annotated[str, Field(min_length=1)]]
    levels: list[Level]
    placeholders: list[Placeholder]
    sheets: list[DataSheet] = Field(min_length=1)
    help_sheets: list[HelpSheet] = []
    codes: list[LocalCode] = []
    changes: list[ChangeKind] = []
    rules: list[QualityRule]

    @model_validator(mode="after")
    def _refers_to_what_is_there(self) -> DataSetStructure:
        if self.draft != (self.status == "draft"):
            raise ValueError("draft and status must say the same")
        if sorted(sheet.role for sheet in self.sheets) != ["mappings", "objects", "relations", "tasks"]:
            raise ValueError("there is one sheet each of objects, relations, mappings and tasks")
        problems = list(self._misfits())
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _misfits(self) -> Iterator[str]:
        fields = {f"{sheet.key}.{each.key}": each for sheet in self.sheets for each in sheet.fields}
        if len(fields) != sum(len(sheet.fields) for sheet in self.sheets):
            yield "two fields of a sheet have the same key"
        for sheet in self.sheets:
            if len({each.role for each in sheet.fields}) != len(sheet.fields):
                yield f"two fields of {sheet.key} have the same role"
            if len({each.vi for each in sheet.fields}) != len(sheet.fields):
                yield f"two fields of {sheet.key} have the same heading"
            for each in sheet.fields:
                if each.references and each.references not in fields:
                    yield f"{sheet.key}.{each.key} refers to {each.references}, which isn't there"
                if each.required_when:
                    yield from self._unknown_fields(f"{sheet.key}.{each.key}", sheet, each.required_when)
        ids = [rule.id for rule in self.rules]
        yield from (f"rule {each} stands twice" for each in sorted({each for each in ids if ids.count(each) > 1}))
        for rule in self.rules:
            for check in rule.checks:
                yield from self._check_misfits(rule.id, check)

    def _check_misfits(self, rule: str, check: Check) -> Iterator[str]:
        sheet = next((each for each in self.sheets if each.key == check.sheet), None)
        if check.sheet and sheet is None:
            yield f"rule {rule} names a sheet {check.sheet}, which isn't there"
        elif sheet is None and (check.fields or check.by or check.when):
            yield f"rule {rule} names fields and no sheet"
        elif sheet is not None:
            known = {each.key for each in sheet.fields}
            for key in {*check.fields, *([check.by] if check.by else [])} - known:
                yield f"rule {rule} names a field {sheet.key}.{key}, which isn't there"
            if check.when:
                yield from self._unknown_fields(f"rule {rule}", sheet, check.when)

    def _unknown_fields(self, place: str, sheet: DataSheet, condition: Condition) -> Iterator[str]:
        fields = {each.key: each for each in sheet.fields}
        for part in condition.parts():
            named = [part.field, part.issuer, part.via, *(part.differ or ())]
            for key in (each for each in named if each and each not in fields):
                yield f"{place}: its condition names a field {sheet.key}.{key}, which isn't there"
            for value in (*(part.is_ or ()), *(part.has or ())):
                known = fields[part.field].values if part.field in fields else []
                if known and value not in known:
                    yield f"{place}: its condition names a value {value!r} that {part.field} can't have"
            via = fields.get(part.via or "")
            if part.where and via:
                target = next((each for each in self.sheets if f"{each.key}." in f"{via.references}."), None)
                if target is None:
                    yield f"{place}: its condition goes by way of {via.key}, which refers to nothing"
                else:
                    yield from self._unknown_fields(place, target, part.where)

    @cached_property
    def by_key(self) -> dict[str, DataSheet]:
        """The sheets by their key."""
        return {sheet.key: sheet for sheet in self.sheets}

    @cached_property
    def by_role(self) -> dict[tuple[SheetRole, Role], DataField]:
        """The fields by the role of their sheet and their own."""
        return {(sheet.role, each.role): each for sheet in self.sheets for each in sheet.fields}

    @cached_property
    def field_keys(self) -> frozenset[str]:
        """The keys of all fields."""
        return frozenset(each.key for sheet in self.sheets for each in sheet.fields)

    def sheet(self, role: SheetRole) -> DataSheet:
        """The sheet that has this role."""
        return next(sheet for sheet in self.sheets if sheet.role == role)

    def field(self, sheet: SheetRole, role: Role) -> DataField:
        """The field that has this role in the sheet that has that one. KeyError when no field has."""
        found = self.by_role.get((sheet, role))
        if found is None:
            raise KeyError(f"structure {self.id}: no field of {sheet} has the role {role}")
        return found

    def placeholder(self, name: str) -> str:
        """The text of a placeholder."""
        return next(each.vi for each in self.placeholders if each.id == name)


class CommuneComponent(Form):
    """A component of the commune model by its official code."""

    code: str
    vi: str
    tier: Literal["national", "provincial", "essential", "urban", "rural", "remote"]


class CommuneBlock(Form):
    """A block of the commune model: the prefix of its codes, the layer of the framework it belongs to."""

    prefix: str
    vi: str
    layer: str
    figure: str
    components: list[CommuneComponent] = Field(min_length=1)


class CommuneModel(Provenance):
    """The architecture of the commune's digital transformation model with its official codes."""

    id: str
    name: Text
    legal: str
    valid_from: date
    framework: str
    tiers: dict[str, str]
    users: list[str] = []
    cross_cutting: list[str] = []
    blocks: list[CommuneBlock]

    @model_validator(mode="after")
    def _codes_are_of_their_block(self) -> CommuneModel:
        codes = [each.code for block in self.blocks for each in block.components]
        if len(codes) != len(set(codes)):
            raise ValueError("a code stands twice")
        for block in self.blocks:
            strange = [each.code for each in block.components if not re.fullmatch(block.prefix + r"\d+", each.code)]
            if strange:
                raise ValueError(f"block {block.prefix} holds the codes {', '.join(strange)}")
        return self

    def codes(self) -> frozenset[str]:
        """Every official code of a component or block."""
        return frozenset(each.code for block in self.blocks for each in block.components) | {
            block.prefix for block in self.blocks
        }
