"""What a new version of a procedure changes in an installation, gathered in one plan; and a plan kept in a file.

Layer 0, config. Reads the database and writes nothing. Legal ground: Decree 63/2010/NĐ-CP article 8 (the parts of a
procedure); whether a version takes open dossiers over is its own `change`, with the legal basis stated there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maidinh.infrastructure.definitions.hashing import content_hash

if TYPE_CHECKING:
    from maidinh.services.dossiers.actions.republishing import DossierFate
    from maidinh.services.procedures.definition import Procedure
    from maidinh.services.procedures.differences import Difference

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
        from maidinh.services.procedures.differences import weight_of

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


def plan_of(procedure: Procedure) -> Plan:
    """The plan for one version; call it as a role that sees every dossier (worker)."""
    from maidinh.portal.forms.queries import drafts_under
    from maidinh.services.dossiers.actions.republishing import fates_under
    from maidinh.services.procedures.actions import ValidityOverlaps, VersionChanged, check_version
    from maidinh.services.procedures.differences import differences
    from maidinh.services.procedures.queries import version_before, versions_of

    refused, known = "", None
    try:
        known = check_version(procedure)
    except (VersionChanged, ValidityOverlaps) as error:
        refused = str(error)
    older = [each.pk for each in versions_of(procedure.code) if each.version != procedure.version]
    before = version_before(procedure.code, procedure.effective_from)
    return Plan(
        procedure=procedure,
        before=before.version if before else None,
        loaded=known is not None,
        differences=differences(before.procedure, procedure) if before else [],
        fates=list(fates_under(procedure)),
        drafts=drafts_under(older),
        refused=refused,
    )


def plan_hash(version_hash: str, dossiers: Sequence[Mapping[str, Any]]) -> str:
    """The identity of a plan; the order in which dossiers were found doesn't count."""
    return content_hash({"version": version_hash, "dossiers": sorted(dossiers, key=lambda each: str(each["code"]))})


class PlanUnreadable(ValueError):
    """The file holds no plan, or one that somebody changed by hand."""


@dataclass(frozen=True)
class SavedPlan:
    """A plan as a file keeps it."""

    version_hash: str
    hash: str
    dossiers: Mapping[str, Mapping[str, Any]]


def read_plan(path: Path) -> SavedPlan:
    """The plan in a file. Raises PlanUnreadable, FileNotFoundError."""
    try:
        content = json.loads(path.read_text("utf-8"))
        saved = SavedPlan(
            content["version_hash"], content["hash"], {each["code"]: each for each in content["dossiers"]}
        )
        whole = plan_hash(saved.version_hash, list(saved.dossiers.values()))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PlanUnreadable(str(path)) from None
    if whole != saved.hash:
        raise PlanUnreadable(str(path))
    return saved


def strayed_from(saved: SavedPlan, plan: Plan, moved: set[str]) -> list[str]:
    """The dossiers that don't stand as the saved plan says; what was moved since by that plan stands as it says."""
    now = {each.code: each.as_json() for each in plan.fates}
    strayed = {code for code, each in now.items() if saved.dossiers.get(code) != each}
    gone = set(saved.dossiers) - set(now)
    done = {code for code in gone if saved.dossiers[code]["fate"] == "moves" and code in moved}
    return sorted(strayed | (gone - done))
