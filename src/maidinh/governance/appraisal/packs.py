"""Reading the appraisal packs, and which one a project keeps: that of the day on which its preparing began.

Layer 4, governance. Legal ground: Nghị định 224/2026/NĐ-CP article 91 (what began under the law before keeps it).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path

from maidinh.governance.appraisal.definition import CHECKS, AppraisalPack, Checks
from maidinh.infrastructure.definitions.reading import DefinitionError, Problem, read_all, read_form

FOLDER = "appraisal"
WORDING = "wording/checks.yaml"
SOURCES = "budget-sources"  # the list of codes that names where money comes from


def read_packs(national_root: Path) -> dict[str, AppraisalPack]:
    """All packs by id, the oldest first, each with what the checks say. Raises DefinitionError."""
    folder = national_root / FOLDER
    found = read_all(sorted(folder.glob("*.yaml")), AppraisalPack)
    packs = sorted(found.values(), key=lambda pack: pack.valid_from)
    problems = [
        Problem(path, 1, "id", f"expected {path.stem}, the file's name (found {pack.id!r})")
        for path, pack in found.items()
        if path.stem != pack.id
    ]
    problems += [
        Problem(folder / f"{after.id}.yaml", 1, "valid_from", f"pack {before.id} is in force on that day already")
        for before, after in pairwise(packs)
        if before.valid_to is None or before.valid_to >= after.valid_from
    ]
    checks = read_form(folder / WORDING, Checks).checks
    missing = sorted(set(CHECKS) - checks.keys())
    if missing:
        problems.append(Problem(folder / WORDING, 1, "checks", f"nothing is said for: {', '.join(missing)}"))
    if problems:
        raise DefinitionError(problems)
    return {pack.id: pack.model_copy(update={"checks": checks}) for pack in packs}


def pack_on(packs: Mapping[str, AppraisalPack], day: date) -> AppraisalPack:
    """The pack in force on a day. LookupError where none was."""
    for pack in packs.values():
        if pack.in_force(day):
            return pack
    known = ", ".join(f"{each.id} ({each.valid_from}–{each.valid_to or '…'})" for each in packs.values())
    raise LookupError(f"no appraisal pack was in force on {day} (known: {known or 'none'})")
