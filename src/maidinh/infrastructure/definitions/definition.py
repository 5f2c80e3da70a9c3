"""What every definition shares: text in two languages, and where a fact comes from.

Layer 7. A fact that nobody checked says `checked: false`; content made up to show something says `sample: true`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Confidence = Literal["high", "medium", "low", "memory", "own"]


class Form(BaseModel):
    """A part of a definition: unknown keys are refused, values don't change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Text(Form):
    """A text for people, Vietnamese first; English may be missing where the source has none."""

    vi: str = Field(min_length=1)
    en: str | None = None

    def in_language(self, language: str) -> str:
        """The text in the language asked for, Vietnamese when there is none."""
        return (self.en or self.vi) if language == "en" else self.vi


class Provenance(Form):
    """Where a fact comes from and how far it can be trusted."""

    source: str | None = None
    confidence: Confidence | None = None
    checked: bool = True
    sample: bool = False
    note: str | None = None

    @property
    def official(self) -> bool:
        """Whether this may be shown as official: checked, and not sample content."""
        return self.checked and not self.sample


class LegalBasis(Form):
    """An article that a fact rests on."""

    text: str = Field(min_length=1)
    checked: bool = True
