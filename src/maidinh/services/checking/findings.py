"""What a check of a procedure found: which check, where in the file, and the values that its text names.

Layer 4. Pure. Texts are English msgids with %(name)s places, translated where they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as part
from typing import Literal

from maidinh.infrastructure.definitions.definition import Text

At = tuple[str | int, ...]
Severity = Literal["error", "warning"]
Translate = Callable[[str], str]


@dataclass(frozen=True)
class Named:
    """A thing outside the procedure: the code by which definitions know it, and what people call it."""

    code: str
    name: Text | None = None

    def in_language(self, language: str) -> str:
        """The name, the code behind it; the code alone where it has no name."""
        return f"{self.name.in_language(language)} [{self.code}]" if self.name else self.code


@dataclass(frozen=True)
class Check:
    """One kind of fault: its code, how much it weighs, what is said of it, and the remedy."""

    code: str
    severity: Severity
    says: str
    remedy: str


@dataclass(frozen=True)
class Finding:
    """A fault at one place of a procedure's file; `values` fill the places of the texts."""

    check: Check
    at: At
    values: Mapping[str, str | Named] = part(default_factory=dict)

    def message(self, translate: Translate = str, language: str = "en") -> str:
        """What is wrong; `translate` gives the text in the language."""
        return translate(self.check.says) % self.values_in(language)

    def remedy(self, translate: Translate = str, language: str = "en") -> str:
        """What to do about it."""
        return translate(self.check.remedy) % self.values_in(language)

    def values_in(self, language: str) -> dict[str, str]:
        """The values with things called by their names in a language."""
        return {
            name: each.in_language(language) if isinstance(each, Named) else each for name, each in self.values.items()
        }
