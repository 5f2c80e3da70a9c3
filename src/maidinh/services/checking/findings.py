"""What a check of a procedure found: which check, where in the file, and the values that its text names.

Layer 4. Pure. Texts are English msgids with %(name)s places, translated where they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as part
from typing import Literal

At = tuple[str | int, ...]
Severity = Literal["error", "warning"]
Translate = Callable[[str], str]


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
    values: Mapping[str, str] = part(default_factory=dict)

    def message(self, translate: Translate = str) -> str:
        """What is wrong, in the language that `translate` gives."""
        return translate(self.check.says) % self.values

    def remedy(self, translate: Translate = str) -> str:
        """What to do about it."""
        return translate(self.check.remedy) % self.values
