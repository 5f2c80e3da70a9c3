"""Rule packs: what the law set for a time, as dated parameters with their legal ground.

Layer 7. Read from `national/rule-packs/<id>.yaml`. A dossier or a project keeps the pack in force when it began
(Decree 224/2026 article 91 for projects). A parameter that isn't known is left out, not guessed.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Provenance, Text
from maidinh.infrastructure.definitions.reading import read_all

FOLDER = "rule-packs"

Unit = Literal[
    "working_hour", "working_day", "calendar_day", "month", "time_of_day", "count", "rule", "percent", "VND", "yes_no"
]


class Parameter(Provenance):
    """One value that the law (or, where it says so, this project) sets."""

    id: str = Field(pattern=r"^[a-z]+\.[a-z-]+$")
    name: Text
    value: int | bool | str
    unit: Unit
    basis: LegalBasis | None = None


class RulePack(Form):
    """The parameters in force from one day to another."""

    id: str
    name: Text
    valid_from: date
    valid_to: date | None = None
    legal: list[LegalBasis] = Field(min_length=1)
    note: Text | None = None
    parameters: list[Parameter] = Field(min_length=1)

    def value(self, parameter_id: str) -> int | bool | str:
        """The value of a parameter. KeyError when this pack doesn't set it."""
        return self.parameter(parameter_id).value

    def parameter(self, parameter_id: str) -> Parameter:
        """The parameter with its unit and ground. KeyError when this pack doesn't set it."""
        for parameter in self.parameters:
            if parameter.id == parameter_id:
                return parameter
        raise KeyError(f"rule pack {self.id} doesn't set {parameter_id}")


def read_rule_packs(national_root: Path) -> list[RulePack]:
    """All rule packs, the oldest first. Raises DefinitionError."""
    found = read_all(sorted((national_root / FOLDER).glob("*.yaml")), RulePack)
    return sorted(found.values(), key=lambda pack: pack.valid_from)


def rule_pack_at(packs: list[RulePack], day: date) -> RulePack:
    """The pack in force on a day. LookupError when none was."""
    for pack in packs:
        if pack.valid_from <= day and (pack.valid_to is None or day <= pack.valid_to):
            return pack
    raise LookupError(f"no rule pack was in force on {day}")
