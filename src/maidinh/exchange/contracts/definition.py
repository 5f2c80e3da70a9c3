"""A contract as people write it: in a form on a page, or in a file of several.

Layer 6. Systems and services by their codes or whole identifiers, days as days; what is signed is made of it
(rules.py). Legal ground: Nghị định 47/2020/NĐ-CP (what agencies agree on when they connect and share).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from maidinh.exchange.directory.definition import Breaker, Endpoint, Method, Quota

Line = Annotated[str, Field(min_length=1, max_length=2000)]


class Operation(BaseModel):
    """A method and a path of a service; `*` stands for one step of the path, a last `**` for all that follow."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Method
    path: str = Field(pattern=r"^/\S*$", max_length=500)

    @property
    def endpoint(self) -> Endpoint:
        """The same as the directory writes it."""
        return Endpoint(method=self.method, path=self.path)


class Statement(BaseModel):
    """What one contract shall say. `consumer` is the system that calls, `service` what it may call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    consumer: str = Field(min_length=1, max_length=410)
    service: str = Field(min_length=1, max_length=511)
    methods: tuple[Operation, ...] = Field(min_length=1)
    fields: tuple[Annotated[str, Field(pattern=r"^\S+$", max_length=200)], ...] = ()
    purpose: Line
    legal_basis: tuple[Line, ...] = Field(min_length=1)
    valid_from: date
    valid_to: date
    quota: Quota | None = None
    breaker: Breaker | None = None
    timeout_seconds: int | None = Field(default=None, gt=0)
    checks: Literal["refuse", "record"] = "refuse"
    on_behalf_of: str | None = Field(default=None, max_length=100)
    disclose_after_days: int | None = Field(default=None, gt=0)
    sample: bool = False


class ContractFile(BaseModel):
    """Several contracts in one file, for `maidinh exchange contracts plan|apply`."""

    model_config = ConfigDict(extra="forbid")

    contracts: list[Statement] = Field(min_length=1)
