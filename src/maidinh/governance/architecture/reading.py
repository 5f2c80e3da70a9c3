"""Reading the architecture versions of a province, and what a version says once its inheritance is applied.

Layer 4, governance. A version inherits the principles of the national framework that it names, then what the versions
before it state; one that names another framework than the version before it has that one's principles instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.frameworks import FOLDER as FRAMEWORKS
from maidinh.governance.architecture.frameworks import Framework, framework_named, read_frameworks
from maidinh.governance.modelling.definition import Folder
from maidinh.infrastructure.definitions.document import Document
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.definitions.reading import DefinitionError, Problem, read_all, read_mapping, read_text

FOLDER = "architecture"
FILE = "version.yaml"
NATIONAL = "national"
INTERFACES = "interfaces"  # beside the architecture: published descriptions that interfaces name
WSDL_ENDINGS = (".wsdl", ".xml")
INHERITED = ("elements", "relations", "principles", "views", "property_definitions")


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=_Identified)


def version_files(province_root: Path) -> list[Path]:
    """The files of all architecture versions of a province."""
    return sorted((province_root / FOLDER).glob(f"*/{FILE}"))


def interface_documents(*roots: Path) -> dict[str, dict[str, Any] | str]:
    """The published descriptions of interfaces under these folders by file name, the first folder's own first.

    An OpenAPI document is read, a WSDL is its text. Raises DefinitionError.
    """
    found: dict[str, dict[str, Any] | str] = {}
    for root in roots:
        for path in sorted((root / INTERFACES).glob("*")):
            if path.suffix in WSDL_ENDINGS:
                found.setdefault(path.name, read_text(path))
            elif path.suffix in (".yaml", ".yml", ".json") and path.name not in found:
                found[path.name] = read_mapping(path)
    return found


def frameworks_around(folder: Path) -> dict[str, Framework]:
    """The national frameworks that a version in this folder can follow: those it lies among, else the installation's.

    Raises DefinitionError.
    """
    among = (each / NATIONAL for each in folder.resolve().parents)
    found = next((each for each in among if (each / FRAMEWORKS).is_dir()), None)
    return read_frameworks(found if found is not None else definitions_root() / NATIONAL)


def read_versions(
    province_root: Path, frameworks: Mapping[str, Framework] | None = None
) -> dict[str, ArchitectureVersion]:
    """All architecture versions of a province, as their own files state them. Raises DefinitionError.

    Where the frameworks are given, each version must follow one of them.
    """
    content = read_all(version_files(province_root), ArchitectureVersion)
    problems = [
        Problem(path, 1, "version", f"expected {path.parent.name}, the folder's name (found {found.version!r})")
        for path, found in content.items()
        if path.parent.name != found.version
    ]
    problems += [
        unknown_framework(path, found.framework, frameworks)
        for path, found in content.items()
        if frameworks is not None and found.framework not in frameworks
    ]
    if problems:
        raise DefinitionError(problems)
    return {found.version: found for found in content.values()}


def unknown_framework(path: Path, found: str, frameworks: Mapping[str, Framework]) -> Problem:
    """That a version's file names a framework which isn't there, with the line."""
    return Document(path).problem(("framework",), f"expected one of {', '.join(sorted(frameworks))} (found {found!r})")


def resolve(
    versions: Mapping[str, ArchitectureVersion], version: str, frameworks: Mapping[str, Framework]
) -> ArchitectureVersion:
    """The version with everything it inherits: from its national framework, then from each version before it.

    Raises ValueError when a version or framework is missing, a version inherits itself, or removes what isn't there.
    """
    first, *later = _line_of(versions, version)
    found = inheriting(None, first, frameworks)
    for step in later:
        found = inheriting(found, step, frameworks)
    return found


def inheriting(
    base: ArchitectureVersion | None, own: ArchitectureVersion, frameworks: Mapping[str, Framework]
) -> ArchitectureVersion:
    """What a version states itself, on the whole of the one before it; on its framework alone where there is none.

    What it states replaces what it inherits under the same id. Folders are inherited as a whole where a version states
    none; what describes a version itself never is. Raises ValueError as `resolve` does.
    """
    held: dict[str, dict[str, Any]] = {section: {} for section in INHERITED}
    folders: list[Folder] = []
    if base is None:
        given = framework_named(own.version, own.framework, frameworks).inherited_principles()
        held["principles"] = {each.id: each for each in given}
    else:
        base, folders = following(base, own.framework, frameworks), base.folders
        held = {section: {each.id: each for each in getattr(base, section)} for section in INHERITED}
    known = {name for things in held.values() for name in things}
    unknown = [item for item in own.removes if item not in known]
    if unknown:
        raise ValueError(f"version {own.version} removes what it doesn't inherit: {', '.join(unknown)}")
    if base is None:  # a file that lists all of them keeps its order
        for each in own.principles:
            held["principles"].pop(each.id, None)
    sections = {name: list(_merged(held[name], getattr(own, name), own.removes).values()) for name in INHERITED}
    folders = own.folders or [without(folder, frozenset(own.removes)) for folder in folders]
    return own.model_copy(update=sections | {"folders": folders, "removes": []})


def following(model: ArchitectureVersion, framework: str, frameworks: Mapping[str, Framework]) -> ArchitectureVersion:
    """The whole version under another framework: that one's principles in place of the old one's, restated ones stay.

    Raises ValueError where there is no such framework.
    """
    if model.framework == framework:
        return model
    old = frameworks[model.framework].inherited_principles() if model.framework in frameworks else []
    new = framework_named(model.version, framework, frameworks).inherited_principles()
    kept = [each for each in model.principles if each not in old]
    principles = {each.id: each for each in new} | {each.id: each for each in kept}
    return model.model_copy(update={"framework": framework, "principles": list(principles.values())})


def standing_alone(model: ArchitectureVersion, frameworks: Mapping[str, Framework]) -> ArchitectureVersion:
    """The whole version as a file that inherits no other: it says which of its framework's principles it leaves out."""
    held = {each.id for each in model.principles}
    given = frameworks[model.framework].inherited_principles() if model.framework in frameworks else []
    left_out = [each.id for each in given if each.id not in held]
    return model.model_copy(update={"inherits": None, "removes": left_out})


def without(folder: Folder, removed: frozenset[str]) -> Folder:
    """The folder, and the folders in it, without what isn't there any more."""
    inner = (each if isinstance(each, str) else without(each, removed) for each in folder.holds)
    left = [each for each in inner if not isinstance(each, str) or each not in removed]
    return folder.model_copy(update={"holds": left})


def version_in_force(versions: dict[str, ArchitectureVersion]) -> str:
    """The version that took effect last. ValueError when there is none."""
    if not versions:
        raise ValueError("there is no architecture version")
    return max(versions.values(), key=lambda found: (found.effective_from, found.version)).version


def _line_of(versions: Mapping[str, ArchitectureVersion], version: str) -> list[ArchitectureVersion]:
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
