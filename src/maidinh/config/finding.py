"""What one check of an installation found.

Layer 0, config. The texts are English message ids with their facts apart; whoever shows them translates them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from maidinh.infrastructure.translog.verification import N_

State = Literal["ok", "warning", "wrong"]
START = N_("Start it: maidinh up, or maidinh demo for a sample province.")
READ_WHY = N_("See why in {output}, then start again.")


@dataclass(frozen=True)
class Finding:
    """A check by name, and where something is wrong, what to do."""

    name: str
    state: State
    found: str
    mend: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
