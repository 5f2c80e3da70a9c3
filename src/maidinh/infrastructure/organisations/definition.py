"""The agencies of a province as its definitions name them: `organisations.yaml`.

Layer 7. Codes after Decision 20/2020/QĐ-TTg article 4 (level 1 leftmost); other schemes are aliases.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from maidinh.infrastructure.definitions.definition import Form, Provenance, Text

AgencyKind = Literal[
    "people-committee",
    "office",
    "department",
    "unit",
    "centre",
    "committee",
    "commune",
    "ministry-branch",
    "enterprise",
    "other",
]


class Alias(Form):
    """Another code of the same agency, in the scheme that uses it."""

    scheme: str
    code: str
    checked: bool = True


class Agency(Provenance):
    """An agency (cơ quan): who owns, runs, receives, decides."""

    code: str = Field(pattern=r"^[A-Z]\d{2}(\.\d{1,4}){0,6}$", max_length=35)
    id: str = Field(pattern=r"^[a-z0-9.-]+$")
    name: Text
    kind: AgencyKind
    tier: Literal["province", "commune", "national"]
    parent: str | None = None
    aliases: list[Alias] = []
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None


class Official(Form):
    """A person who works for an agency. In the definitions always synthetic."""

    id: str = Field(pattern=r"^[a-z0-9.-]+$")
    name: str
    agency: str
    title: Text
    roles: list[str] = Field(min_length=1)
    sample: Literal[True]


class Organisations(Form):
    """The province: its identity, agencies and (synthetic) officials."""

    province: str
    name: Text
    code: str
    gso_code: str | None = None
    status_note: Text | None = None
    agencies: list[Agency] = Field(min_length=1)
    officials: list[Official] = []

    @model_validator(mode="after")
    def _references_hold(self) -> Organisations:
        codes = [agency.code for agency in self.agencies]
        if len(set(codes)) != len(codes):
            raise ValueError("two agencies have the same code")
        known = set(codes)
        for agency in self.agencies:
            for other in (agency.parent, agency.successor):
                if other is not None and other not in known:
                    raise ValueError(f"agency {agency.code} names {other}, which is not among the agencies")
        for official in self.officials:
            if official.agency not in known:
                raise ValueError(f"official {official.id} works for {official.agency}, which is not among the agencies")
        return self
