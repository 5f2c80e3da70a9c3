"""Rule packs: the parameters of the law as they stood from one day to another.

Layer 7. A dossier or a project keeps the pack in force when it began; the old law stays runnable.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from maidinh.infrastructure.definitions.definition import Form, LegalBasis, Provenance, Text


class Parameter(Provenance):
    """One dated value of the law: a number with its unit, a choice, or a yes or no."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_.-]*$")
    name: Text
    value: bool | int | str
    unit: str | None = None
    basis: LegalBasis | None = None


class RulePack(Form):
    """The parameters in force together, each with its article."""

    id: str
    name: Text
    valid_from: date
    valid_to: date | None = None
    parameters: list[Parameter] = Field(min_length=1)

    def value(self, parameter: str) -> bool | int | str:
        """The value of a parameter; KeyError when the pack does not set it."""
        for candidate in self.parameters:
            if candidate.id == parameter:
                return candidate.value
        raise KeyError(f"rule pack {self.id} sets no {parameter}")

    @property
    def supplement_rule(self) -> Literal["pause", "restart"]:
        """What a supplement does to the clock."""
        return "restart" if self.value("dossier.supplement") == "restart" else "pause"

    @property
    def supplements_allowed(self) -> int:
        """How often an agency may ask for a supplement."""
        return int(self.value("dossier.supplements_allowed"))
