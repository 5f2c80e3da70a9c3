"""What an investment or a standing system is about, in a form in which any two can be compared.

Layer 4, governance. Legal ground: Nghị định 224/2026/NĐ-CP article 23 clause 1 (nothing is invested in twice).
Amounts are whole dong.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from maidinh.infrastructure.definitions.definition import Form, Provenance, Text

ProfileKind = Literal["project", "system", "platform", "service", "national-platform"]


class Profile(Provenance):
    """One side of a comparison. Codes may be wrong or missing; texts are as their owner wrote them.

    `masters` and `reads` name data (codes of entities, or words); `functions`, `users` and `territory` likewise.
    `phase_of` and `instance_of` name what this continues, or of which shared platform it is a place's instance.
    """

    id: str
    kind: ProfileKind = "project"
    title: Text
    summary: Text | None = None
    owner: str | None = None
    masters: list[str] = []
    reads: list[str] = []
    functions: list[str] = []
    users: list[str] = []
    territory: list[str] = []
    classification: dict[Literal["brm", "drm", "arm"], list[str]] = {}
    begins: int | None = Field(default=None, ge=1990, le=2100)
    ends: int | None = Field(default=None, ge=1990, le=2100)
    build_cost: int = Field(default=0, ge=0)
    run_cost: int = Field(default=0, ge=0)
    reuses: list[str] = []
    phase_of: str | None = None
    instance_of: str | None = None


class Inventory(Form):
    """A file of profiles: what a proposal is held against."""

    profiles: list[Profile] = Field(min_length=1)
