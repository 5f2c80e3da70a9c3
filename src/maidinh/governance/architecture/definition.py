"""A version of a province's architecture as its definition files state it: elements, relations, contracts.

Layer 4, governance. Seven layers after Ninh Thuận's framework; what an interface's flows allow becomes the exchange's
directory. Decree 224/2026/NĐ-CP articles 23 and 24 ask that position, links and interfaces be shown.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Provenance, Text

ElementKind = Literal[
    "user-group",
    "channel",
    "portal-service",
    "public-service",
    "information-system",
    "database",
    "shared-platform",
    "interface",
    "network",
    "data-centre",
    "infrastructure-service",
]
RelationKind = Literal["flow", "serving", "access", "assignment", "composition", "realization"]
LifeCycle = Literal["planned", "live", "retiring", "retired"]


class MethodPath(Form):
    """An HTTP method and a path pattern; `*` stands for one part of the path."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str = Field(pattern=r"^/")


class Contract(Form):
    """A connection agreement (thỏa thuận kết nối): what may flow, why, and until when."""

    id: str
    methods: list[MethodPath] = Field(min_length=1)
    fields: list[str] = []
    purpose: Text
    legal_basis: list[LegalBasis] = []
    valid_from: date
    valid_to: date


class Interface(Form):
    """How an interface is reached on the exchange: the provider's subsystem, the service code, where it listens."""

    system: str
    service: str = Field(pattern=r"^[A-Za-z0-9'()+,.=?-]+$")
    endpoint: str
    methods: list[MethodPath] = Field(min_length=1)


class Element(Provenance):
    """A component of the architecture. `subsystem` makes an information system a member's subsystem of the exchange."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    kind: ElementKind
    layer: int = Field(ge=1, le=7)
    name: Text
    description: Text | None = None
    owner: str | None = None
    state: LifeCycle = "live"
    since: str | None = None
    subsystem: str | None = Field(default=None, pattern=r"^[A-Za-z0-9'()+,.=?-]+$")
    zone: str | None = None
    security_level: int | None = Field(default=None, ge=1, le=5)
    personal_data: bool = False
    masters: list[str] = []
    interface: Interface | None = None
    reference: list[str] = []


class Relation(Provenance):
    """A relation between two elements; a flow may carry the contract that the exchange enforces."""

    id: str
    kind: RelationKind
    from_: str = Field(alias="from")
    to: str
    name: Text | None = None
    contract: Contract | None = None


class Principle(Provenance):
    """A principle, a vision or a target that rules and projects refer to."""

    id: str
    kind: Literal["principle", "vision", "target"]
    statement: Text


class ArchitectureVersion(Form):
    """`version.yaml`: one version of one province's architecture, with what it inherits and who decided it."""

    province: str
    version: str
    title: Text
    inherits: str | None = None
    framework: str
    decision: str | None = None
    decided_on: date | None = None
    effective_from: date
    sample: bool = False
    checked: bool = True
    note: Text | None = None
    elements: list[Element] = []
    relations: list[Relation] = []
    principles: list[Principle] = []
    removes: list[str] = []

    @model_validator(mode="after")
    def _ids_are_unique(self) -> ArchitectureVersion:
        ids = [item.id for item in (*self.elements, *self.relations, *self.principles)]
        twice = sorted({i for i in ids if ids.count(i) > 1})
        if twice:
            raise ValueError(f"these ids stand more than once: {', '.join(twice)}")
        return self
