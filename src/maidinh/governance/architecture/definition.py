"""A version of a province's architecture as its definition files state it: elements, relations, contracts.

Layer 4, governance. Seven layers after Ninh Thuận's framework; what an interface's flows allow becomes the exchange's
directory. Decree 224/2026/NĐ-CP articles 23 and 24 ask that position, links and interfaces be shown.
"""

from __future__ import annotations

from datetime import date

from pydantic import ValidationInfo, model_validator

from maidinh.governance.modelling.definition import (
    Contract,
    Element,
    Interface,
    LifeCycle,
    MethodPath,
    Model,
    Principle,
    Relation,
    View,
)
from maidinh.governance.modelling.integrity import repeated_ids
from maidinh.governance.modelling.metamodel import LAYERED_KINDS
from maidinh.infrastructure.definitions.definition import Text

__all__ = [
    "ArchitectureVersion",
    "Contract",
    "Element",
    "Interface",
    "LifeCycle",
    "MethodPath",
    "Model",
    "Principle",
    "Relation",
    "View",
]


INCOMPLETE = "incomplete"  # in the context of validation: what is repeated, nameless or without layer is read too


class ArchitectureVersion(Model):
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
    removes: list[str] = []

    @model_validator(mode="after")
    def _fits_together(self, info: ValidationInfo) -> ArchitectureVersion:
        if info.context and info.context.get(INCOMPLETE):
            return self
        twice = repeated_ids(self)
        if twice:
            raise ValueError(f"these ids stand more than once: {', '.join(twice)}")
        bare = [each.id for each in self.elements if each.kind in LAYERED_KINDS and each.layer is None]
        if bare:
            raise ValueError(f"these elements need a layer: {', '.join(bare)}")
        nameless = [each.id for each in self.elements if each.kind in LAYERED_KINDS and not each.name.in_language("vi")]
        if nameless:
            raise ValueError(f"these elements need a name: {', '.join(nameless)}")
        return self
