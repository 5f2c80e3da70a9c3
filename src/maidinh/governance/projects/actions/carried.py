"""Whether a model really holds what a project proposed: by field, told as `section/item/field` where it does not.

Layer 4, governance. Pure. How a thing is worded may be bettered while the agencies are asked; what it is may not.
"""

from __future__ import annotations

from typing import Any

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.drafting.content import changes, dotted
from maidinh.governance.projects.content import thing_content
from maidinh.governance.projects.definition import Project
from maidinh.governance.projects.proposal import proposed

WORDING = ("name", "description", "documentation", "properties", "source", "note", "confidence", "checked", "carried")
Path = tuple[str, ...]


def left_out(project: Project, base: ArchitectureVersion, model: ArchitectureVersion) -> list[str]:
    """What a project changes of its base that a model holds otherwise, or not at all."""
    after = proposed(base, project)
    return [
        address
        for change in project.changes
        for address in _of_thing(
            f"{change.section}/{change.item}",
            *(_thing(each, change.section, change.item) for each in (base, after, model)),
        )
    ]


def _of_thing(address: str, before: Any, wanted: Any, found: Any) -> list[str]:
    if wanted is None or found is None:
        return [] if wanted is None and found is None else [address]
    asked = [each.path for each in changes(before or {}, wanted)]
    off = [each.path for each in changes(wanted, found)]
    return [
        f"{address}/{dotted(path)}"
        for path in off
        if path[0] not in WORDING and any(_meet(path, each) for each in asked)
    ]


def _meet(one: Path, other: Path) -> bool:
    """Whether one field lies in the other."""
    return all(a == b for a, b in zip(one, other, strict=False))


def _thing(model: ArchitectureVersion, section: str, item: str) -> dict[str, Any] | None:
    found = next((each for each in getattr(model, section) if each.id == item), None)
    return None if found is None else thing_content(found)
