"""The project that would mend a finding: begun with the change that declares what runs, for its owner to complete.

Layer 4, governance. Pure. What only people know is left empty: purpose, legal basis, last day, money, benefits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from maidinh.governance.architecture.definition import ArchitectureVersion, Element
from maidinh.governance.conformity.rules import OUTSIDE
from maidinh.governance.observation.rules import METHOD_DIFFERS, OWNER_DIFFERS, UNDECLARED, UNUSED, ZONE_DIFFERS
from maidinh.governance.projects.definition import Project, ProposedChange
from maidinh.infrastructure.definitions.definition import Text


@dataclass(frozen=True)
class Found:
    """What a finding says of itself."""

    kind: str
    owner: str
    source: str
    target: str
    element: str
    contract: str
    details: Mapping[str, Any]


def remedy(found: Found, model: ArchitectureVersion, *, code: str, title: Text, summary: Text, today: date) -> Project:
    """A project of the agency that must act, which a person completes before it is handed in."""
    return Project(
        id=code,
        title=title,
        summary=summary,
        owner=found.owner,
        kind="purchase",
        began_on=today,
        architecture=model.version,
        total=0,
        changes=changes(found, model, code=code, today=today),
    )


def changes(found: Found, model: ArchitectureVersion, *, code: str, today: date) -> list[ProposedChange]:
    """What would make the declaration say what runs; nothing where that is for people to choose."""
    elements = {each.id: each for each in model.elements}
    flows = [
        each for each in model.relations if each.contract and (each.from_, each.to) == (found.source, found.target)
    ]
    if found.kind == UNDECLARED and OUTSIDE not in (found.source, found.target) and not flows:
        value = {
            "id": code,
            "kind": "flow",
            "from": found.source,
            "to": found.target,
            "contract": {
                "id": f"{code}-contract",
                "methods": _methods(found, elements.get(found.target)),
                "purpose": {"vi": ""},
                "valid_from": today.isoformat(),
            },
        }
        return [ProposedChange(action="add", section="relations", item=code, value=value)]
    if found.kind == UNUSED:
        return [ProposedChange(action="retire", section="relations", item=each.id, on=today) for each in flows]
    seen = found.details.get("seen", [])
    if found.kind == ZONE_DIFFERS and len(seen) == 1:
        return [ProposedChange(action="change", section="elements", item=found.element, set={"zone": seen[0]})]
    if found.kind == OWNER_DIFFERS and len(seen) == 1:
        return [ProposedChange(action="change", section="elements", item=found.element, set={"owner": seen[0]})]
    if found.kind == METHOD_DIFFERS and flows and flows[0].contract:
        declared = [each.model_dump() for each in flows[0].contract.methods]
        called = [dict(zip(("method", "path"), each.split(" ", 1), strict=True)) for each in seen if " " in each]
        added = [each for each in called if each not in declared]
        methods = {"contract.methods": [*declared, *added]}
        return [ProposedChange(action="change", section="relations", item=flows[0].id, set=methods)] if added else []
    return []


def _methods(found: Found, interface: Element | None) -> list[dict[str, str]]:
    """What the interface offers of the methods that were called, else all that it offers: the owner strikes out."""
    offered = [each.model_dump() for each in interface.interface.methods] if interface and interface.interface else []
    called = set(found.details.get("methods", []))
    return [each for each in offered if each["method"] in called] or offered
