"""The national catalogue of procedures (danh mục thủ tục hành chính): what is known of each, and who runs it.

Layer 4. Decree 63/2010/NĐ-CP article 8 says what is published of a procedure; under Decree 224/2026/NĐ-CP article 15 a
province serves only those that no national system runs, and leads people to the others. What nobody has confirmed is
named in `unchecked`.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Provenance, Text
from maidinh.services.procedures.definition import Channel, Identifier

PORTAL = "national-portal"
Level = Literal["ministry", "province", "commune", "other"]
Part = Literal["identity", "time", "fee", "papers", "run_by"]


class System(Provenance):
    """A system of the nation through which procedures are done, and where one begins."""

    id: str = Field(pattern=Identifier)
    name: Text
    address: str = Field(pattern=r"^https://[^\s]+$")
    basis: LegalBasis | None = None


class Offer(Form):
    """What a record says for some channels: the time and the fee; what it doesn't give is left out.

    Without a fee, `fee_set_by` says who sets it. An amount without a unit is a number whose unit the record lost.
    """

    channels: list[Channel] = Field(min_length=1)
    amount: int | None = Field(default=None, ge=0)
    unit: Literal["working_hour", "working_day", "calendar_day", "month"] | None = None
    fee: int | None = Field(default=None, ge=0)
    currency: Literal["VND", "USD"] = "VND"
    fee_set_by: Literal["province", "law", "note", "unknown"] | None = None


class IssuedPaper(Form):
    """What a procedure results in, by its national code."""

    code: str = Field(pattern=r"^KQ\.[A-Z]\d{2}\.\d{6}$")
    name: Text


class Listed(Form):
    """One procedure of the catalogue; `run_by` names the national system that runs it, where one does."""

    code: str = Field(pattern=r"^\d\.\d{6}$")
    name: Text
    field: Text
    levels: list[Level] = Field(min_length=1)
    executing_body: Text
    published_by: str
    applicants: list[Text] = Field(min_length=1)
    run_by: str | None = None
    offers: list[Offer] = Field(min_length=1)
    same_day: bool = False
    papers: list[Text] = []
    results: list[IssuedPaper] = Field(min_length=1)
    unchecked: list[Part] = []
    note: Text | None = None
    source: str


class ProcedureCatalogue(Form):
    """All procedures that are known of, and the systems of the nation that run some of them."""

    as_of: date
    source: str
    note: Text
    systems: list[System] = Field(min_length=1)
    procedures: list[Listed] = Field(min_length=1)

    def system_of(self, listed: Listed) -> System:
        """Where one begins this procedure: the system that runs it, otherwise the national portal."""
        return {system.id: system for system in self.systems}[listed.run_by or PORTAL]

    @model_validator(mode="after")
    def _fits_together(self) -> ProcedureCatalogue:
        codes, systems = [each.code for each in self.procedures], [each.id for each in self.systems]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"{', '.join(twice)} stands here twice: keep one entry of each procedure")
        if PORTAL not in systems:
            raise ValueError(f"systems must name {PORTAL}, where people begin what no other system runs")
        for each in self.procedures:
            if each.run_by is not None and each.run_by not in systems:
                raise ValueError(f"{each.code} is run by {each.run_by}, which is none of {', '.join(systems)}")
        return self
