"""What a new version of a procedure changes in an installation, gathered in one plan.

Layer 4. Reads the database and writes nothing. Legal ground: Decree 63/2010/NĐ-CP article 8 (the parts of a procedure);
whether a version takes open dossiers over is its own `change`, with the legal basis stated there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from maidinh.infrastructure.definitions.hashing import content_hash
from maidinh.services.dossiers.actions.republishing import DossierFate, fates_under, move_dossiers
from maidinh.services.procedures.actions import ValidityOverlaps, VersionChanged, check_version
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.differences import Difference, differences, weight_of
from maidinh.services.procedures.queries import ProcedureVersion, version_before

FATES = ("stays", "moves", "held")


@dataclass(frozen=True)
class Plan:
    """A version against what is kept: how it differs from the one before, and what becomes of each open dossier."""

    procedure: Procedure
    before: str | None
    loaded: bool
    differences: Sequence[Difference]
    fates: Sequence[DossierFate]
    drafts: Mapping[str, int]
    refused: str = ""

    @property
    def version_hash(self) -> str:
        """The identity of the version's content."""
        return content_hash(self.procedure.model_dump(mode="json", by_alias=True))

    @property
    def hash(self) -> str:
        """The identity of the plan: the version, and every open dossier as it stands."""
        return plan_hash(self.version_hash, [each.as_json() for each in self.fates])

    @property
    def counts(self) -> dict[str, int]:
        """How many open dossiers stay, move, and are held back."""
        counted = Counter(each.fate for each in self.fates)
        return {fate: counted[fate] for fate in FATES}

    @property
    def stands(self) -> bool:
        """Whether everything that should move can, and the version can be loaded."""
        return not self.refused and not self.counts["held"]

    def as_json(self) -> dict[str, Any]:
        """For machines, and for the file."""
        return {
            "procedure": self.procedure.code,
            "version": self.procedure.version,
            "effective_from": self.procedure.effective_from.isoformat(),
            "version_hash": self.version_hash,
            "before": self.before,
            "loaded": self.loaded,
            "refused": self.refused,
            "class": weight_of(list(self.differences)),
            "differences": [each.as_json() for each in self.differences],
            "counts": self.counts,
            "drafts": dict(self.drafts),
            "dossiers": [each.as_json() for each in self.fates],
            "hash": self.hash,
        }


def plan_under(procedure: Procedure, drafts: Mapping[str, int]) -> Plan:
    """The plan for one version; call it in a scope that sees every dossier. `drafts`: begun applications by version."""
    refused, known = "", None
    try:
        known = check_version(procedure)
    except (VersionChanged, ValidityOverlaps) as error:
        refused = str(error)
    before = version_before(procedure.code, procedure.effective_from)
    return Plan(
        procedure=procedure,
        before=before.version if before else None,
        loaded=known is not None,
        differences=differences(before.procedure, procedure) if before else [],
        fates=list(fates_under(procedure)),
        drafts=drafts,
        refused=refused,
    )


def plan_hash(version_hash: str, dossiers: Sequence[Mapping[str, Any]]) -> str:
    """The identity of a plan; the order in which dossiers were found doesn't count."""
    return content_hash({"version": version_hash, "dossiers": sorted(dossiers, key=lambda each: str(each["code"]))})


@dataclass(frozen=True)
class Moved:
    """What came of moving open dossiers: how many moved, which changed meanwhile, how many are left for next time."""

    moved: int
    changed: tuple[str, ...]
    left: int


def move_open(*, version: ProcedureVersion, at: datetime, most: int) -> Moved:
    """Move the open dossiers that the version takes over, at most so many; none before its first day.

    Call it in a scope that sees every dossier. Doing it again goes on where it ended.
    """
    if version.effective_from > localtime(at).date():
        return Moved(0, (), 0)
    moving = [each for each in fates_under(version.procedure) if each.fate == "moves"]
    done = move_dossiers(foreseen=moving[:most], version=version, at=at)
    return Moved(len(done.moved), done.changed, max(0, len(moving) - most))
