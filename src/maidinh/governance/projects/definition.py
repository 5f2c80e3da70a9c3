"""A project as its file states it: a proposed change to the architecture, with money, time, benefits and papers.

Layer 4, governance. Legal ground: Nghị định 224/2026/NĐ-CP articles 36, 37, 45 to 48, 65 to 68; before it Nghị định
73/2019/NĐ-CP as amended by 82/2024/NĐ-CP. Amounts are whole dong. What the law requires of a project stands in the
packs of `governance/appraisal`; this form only holds what a project says.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Provenance, Text

ProjectKind = Literal["investment", "purchase", "service"]  # đầu tư, mua sắm, thuê dịch vụ
Group = Literal["A", "B", "C"]
Action = Literal["add", "change", "retire"]
Section = Literal["elements", "relations"]
CostKind = Literal["build", "run"]
ACTIONS: tuple[Action, ...] = ("add", "change", "retire")
SECTIONS: tuple[Section, ...] = ("elements", "relations")
CODE = r"^[a-z0-9][a-z0-9-]{1,58}[a-z0-9]$"
DEPTH_LIMIT = 40  # of what a change says; the deepest honest one has 5
NAMING = (
    "id",
    "kind",
    "owner",
    "operator",
    "subsystem",
    "zone",
    "state",
    "from",
    "to",
)  # of a thing, all of them texts
TEXT_LIMIT = 20_000  # characters of one text; a long report is a paper, and a cell of a workbook holds 32,767
MOST = 10**18  # of anything; more than all money there is
KEY = r"^[a-z0-9][a-z0-9-]{0,58}$"


class ProposedChange(Form):
    """One thing of the architecture that the project adds, changes or retires.

    `value` is the whole new thing, in the form of a version's file (`add`). `set` are fields by their dotted path with
    their new value, None takes a field out (`change`). An element that is retired stays in the architecture as retired,
    from `on` at the latest; a relation that is retired is taken out of it.
    """

    action: Action
    section: Section
    item: str = Field(min_length=1)
    value: dict[str, Any] | None = None
    set: dict[str, Any] = {}
    on: date | None = None
    why: Text | None = None

    @field_validator("value", "set", mode="after")
    @classmethod
    def _as_json(cls, found: Any) -> Any:
        """Days as texts: whatever form the file has, it says the same."""
        return _plain(found)

    @model_validator(mode="after")
    def _one_way(self) -> ProposedChange:
        if (self.action == "add") != (self.value is not None):
            raise ValueError("`value` stands with `add`, and only there")
        if (self.action == "change") != bool(self.set):
            raise ValueError("`set` stands with `change`, and only there")
        if self.value is not None and self.value.get("id") != self.item:
            raise ValueError("the value has another id than the item")
        if self.on is not None and self.action != "retire":
            raise ValueError("`on` stands with `retire` only")
        if wrong := _misshapen(self.value or {}):
            raise ValueError(f"`value.{wrong}` has another form than in a version's file")
        return self


def _misshapen(value: dict[str, Any]) -> str | None:
    """What of a thing has not even the form in which it could be named; the rest is told when it is made."""
    contract = value.get("contract")
    texts = {name: value.get(name) for name in NAMING}
    texts |= {"contract.id": contract.get("id")} if isinstance(contract, dict) else {}
    wrong = [name for name, each in texts.items() if isinstance(each, dict | list)]
    wrong += [name for name in ("contract", "interface") if not isinstance(value.get(name), dict | None)]
    name = value.get("name")
    if name is not None and not (
        isinstance(name, dict) and all(isinstance(each, str | None) for each in name.values())
    ):
        wrong.append("name")
    return next(iter(wrong), None)


def _plain(found: Any) -> Any:
    if isinstance(found, dict):
        return {str(key): _plain(each) for key, each in found.items()}
    if isinstance(found, list):
        return [_plain(each) for each in found]
    return found.isoformat() if isinstance(found, date) else found


def _unkept(content: Any) -> str | None:
    """Where and why something can't be stored or shown: too deep, too long, too large, or no number."""
    waiting: list[tuple[Any, tuple[str, ...]]] = [(content, ())]
    while waiting:
        found, path = waiting.pop()
        place = ".".join(path)
        if len(path) > DEPTH_LIMIT:
            return f"{place[:80]}: nested more than {DEPTH_LIMIT} deep"
        if isinstance(found, float) and not math.isfinite(found):
            return f"{place}: is {found}, which is no number"
        if isinstance(found, int | float) and abs(found) > MOST:
            return f"{place}: is larger than any number that is kept"
        if isinstance(found, str) and len(found) > TEXT_LIMIT:
            return f"{place}: is longer than {TEXT_LIMIT} characters"
        if isinstance(found, dict):
            waiting += [(each, (*path, str(key))) for key, each in found.items()]
        elif isinstance(found, list):
            waiting += [(each, (*path, str(n))) for n, each in enumerate(found)]
    return None


class CostLine(Form):
    """What one year costs of one source, to build or to run; `component` where it is of one element."""

    year: int = Field(ge=1990, le=2100)
    source: str
    kind: CostKind
    amount: int = Field(ge=0)
    component: str | None = None


class Milestone(Form):
    """A stretch of the schedule; it begins after those named in `after` have ended."""

    id: str = Field(pattern=KEY)
    title: Text
    begins: date
    ends: date
    after: list[str] = []


class Benefit(Form):
    """What gets better, measured: from `baseline` to `target` by a day; `how` says how it is measured.

    `measure` names a figure of the running system (`governance/supervision/measures`), of `system` or of `procedure`.
    """

    id: str = Field(pattern=KEY)
    title: Text
    unit: Text
    baseline: float = Field(allow_inf_nan=False)
    target: float = Field(allow_inf_nan=False)
    by: date
    how: Text | None = None
    measure: str | None = None
    system: str | None = None
    procedure: str | None = None


class Training(Form):
    """Who must learn what, and by when."""

    id: str = Field(pattern=KEY)
    agency: str
    subject: Text
    people: int = Field(gt=0)
    before: date


class Reuse(Form):
    """What the project does with a shared platform or service that could serve it; `own` needs a reason."""

    platform: str
    decision: Literal["use", "extend", "own"]
    reason: Text | None = None


class Paper(Form):
    """A paper of the dossier: which one the law asks for (`kind`, a code of the pack), its number, day and file."""

    kind: str
    title: Text | None = None
    number: str | None = None
    dated: date | None = None
    file: str | None = None
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class Statement(Form):
    """What the project says to one requirement of the pack, by its id; `says` tells why where it is not applicable."""

    requirement: str
    says: Text
    not_applicable: bool = False


class Project(Provenance):
    """`project.yaml`: one project. `owner` is an agency; `architecture` the version that it proposes to change.

    `began_on` decides by which law it is appraised; `total` is what it costs to build, as its papers state it.
    """

    id: str = Field(pattern=CODE)
    title: Text
    summary: Text
    owner: str
    kind: ProjectKind
    group: Group | None = None
    design_steps: Literal[1, 2] | None = None
    emergency: bool = False
    began_on: date
    architecture: str
    legal_basis: list[LegalBasis] = []
    total: int = Field(ge=0)
    changes: list[ProposedChange] = []
    costs: list[CostLine] = []
    schedule: list[Milestone] = []
    benefits: list[Benefit] = []
    procedures: list[str] = []
    training: list[Training] = []
    reuse: list[Reuse] = []
    needs: list[str] = []
    statements: list[Statement] = []
    papers: list[Paper] = []

    @model_validator(mode="before")
    @classmethod
    def _can_be_kept(cls, found: Any) -> Any:
        """All of it can be stored."""
        reason = _unkept(found)
        if reason is not None:
            raise ValueError(reason)
        return found
