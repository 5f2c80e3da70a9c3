"""What a new version of a procedure changes in an installation, gathered in one plan; and a plan kept in a file.

Layer 0, config. Reads the database and writes nothing. Legal ground: Decree 63/2010/NĐ-CP article 8 (the parts of a
procedure); whether a version takes open dossiers over is its own `change`, with the legal basis stated there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from maidinh.services.authoring.planning import Plan
    from maidinh.services.procedures.definition import Procedure


def plan_of(procedure: Procedure) -> Plan:
    """The plan for one version; call it as a role that sees every dossier (worker)."""
    from maidinh.portal.forms.queries import drafts_under
    from maidinh.services.authoring.planning import plan_under
    from maidinh.services.procedures.queries import versions_of

    older = [each.pk for each in versions_of(procedure.code) if each.version != procedure.version]
    return plan_under(procedure, drafts_under(older))


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
    from maidinh.services.authoring.planning import plan_hash

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
