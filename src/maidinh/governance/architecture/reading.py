"""Reading the architecture versions of a province, and what a version says once its inheritance is applied.

Layer 4, governance.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, TypeVar

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.modelling.definition import Folder
from maidinh.infrastructure.definitions.reading import DefinitionError, Problem, read_all

FOLDER = "architecture"
FILE = "version.yaml"


INHERITED = ("elements", "relations", "principles", "views", "property_definitions")


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=_Identified)


def version_files(province_root: Path) -> list[Path]:
    """The files of all architecture versions of a province."""
    return sorted((province_root / FOLDER).glob(f"*/{FILE}"))


def read_versions(province_root: Path) -> dict[str, ArchitectureVersion]:
    """All architecture versions of a province, as their own files state them. Raises DefinitionError."""
    content = read_all(version_files(province_root), ArchitectureVersion)
    problems = [
        Problem(path, 1, "version", f"expected {path.parent.name}, the folder's name (found {found.version!r})")
        for path, found in content.items()
        if path.parent.name != found.version
    ]
    if problems:
        raise DefinitionError(problems)
    return {found.version: found for found in content.values()}


def resolve(versions: dict[str, ArchitectureVersion], version: str) -> ArchitectureVersion:
    """The version with everything it inherits: later statements replace earlier ones of the same id.

    Folders are inherited as a whole where a version states none; what describes a version itself never is.

    Raises ValueError when a version is missing, inherits itself, or removes what isn't there.
    """
    held: dict[str, dict[str, Any]] = {section: {} for section in INHERITED}
    folders: list[Folder] = []
    for step in _line_of(versions, version):
        known = {name for things in held.values() for name in things}
        unknown = [item for item in step.removes if item not in known]
        if unknown:
            raise ValueError(f"version {step.version} removes what it doesn't inherit: {', '.join(unknown)}")
        for section in INHERITED:
            held[section] = _merged(held[section], getattr(step, section), step.removes)
        folders = step.folders or [without(folder, frozenset(step.removes)) for folder in folders]
    sections: dict[str, Any] = {section: list(things.values()) for section, things in held.items()}
    return versions[version].model_copy(update=sections | {"folders": folders, "removes": []})


def without(folder: Folder, removed: frozenset[str]) -> Folder:
    """The folder, and the folders in it, without what isn't there any more."""
    left = [each if isinstance(each, str) else without(each, removed) for each in folder.holds if each not in removed]
    return folder.model_copy(update={"holds": left})


def version_in_force(versions: dict[str, ArchitectureVersion]) -> str:
    """The version that took effect last. ValueError when there is none."""
    if not versions:
        raise ValueError("there is no architecture version")
    return max(versions.values(), key=lambda found: (found.effective_from, found.version)).version


def _line_of(versions: dict[str, ArchitectureVersion], version: str) -> list[ArchitectureVersion]:
    line: list[ArchitectureVersion] = []
    at: str | None = version
    while at is not None:
        if at not in versions:
            raise ValueError(
                f"there is no architecture version {at!r} (known: {', '.join(sorted(versions)) or 'none'})"
            )
        if versions[at] in line:
            raise ValueError(f"version {version} inherits itself by way of {at}")
        line.append(versions[at])
        at = versions[at].inherits
    return line[::-1]


def _merged(inherited: dict[str, Item], own: list[Item], removed: list[str]) -> dict[str, Item]:
    kept = {key: item for key, item in inherited.items() if key not in removed}
    return kept | {item.id: item for item in own}
