"""Reading the rule packs from the definitions. Layer 7."""

from __future__ import annotations

from pathlib import Path

from maidinh.infrastructure.definitions.reading import read_form
from maidinh.infrastructure.rulepacks.definition import RulePack


def read_rule_packs(national_root: Path) -> list[RulePack]:
    """Every rule pack, the oldest first. Raises DefinitionError with file and line."""
    packs = [read_form(path, RulePack) for path in sorted((national_root / "rule-packs").glob("*.yaml"))]
    return sorted(packs, key=lambda pack: pack.valid_from)
