"""Reading profiles: from an inventory, a project, an architecture of any format, a province's folder, or any folder.

Layer 4, governance. A file says by its keys what it is. What can't be read is told with file, line and field;
nothing is left out in silence.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from maidinh.governance.architecture.frameworks import read_frameworks
from maidinh.governance.architecture.reading import NATIONAL, read_versions, resolve, version_files, version_in_force
from maidinh.governance.duplication.definition import Inventory, Profile
from maidinh.governance.duplication.profiles import national_platforms, profile_of_project, profiles_of_version
from maidinh.governance.duplication.reasons import Names
from maidinh.governance.interchange.files import read_model
from maidinh.governance.modelling.catalogues import read_catalogues, shelf_of
from maidinh.governance.projects.reading import project_files, read_project
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.definitions.reading import DefinitionError, Problem, read_form, read_yaml

YAML = (".yaml", ".yml", ".json")
VERSION = "version.yaml"
PROJECT = {"began_on", "changes", "total"}
INVENTORY_LIMIT = 32 * 1024 * 1024  # bytes; three thousand profiles are a tenth of it


def catalogue_names(national_root: Path, province_root: Path | None = None) -> Names:
    """What the classifications of the reference models are called, by `brm:<code>`. Raises DefinitionError."""
    catalogues = [each for framework in read_frameworks(national_root).values() for each in framework.catalogues()]
    for folder in (national_root, province_root):
        catalogues += read_catalogues(folder).values() if folder is not None else ()
    return {
        f"{model}:{key}": (item.name.vi, item.name.en or item.name.vi)
        for model, items in shelf_of(catalogues, {}).items.items()
        for key, item in items.items()
        if item.name is not None
    }


def read_profiles(path: Path, definitions: Path | None = None) -> list[Profile]:
    """All profiles of a file or folder. Raises DefinitionError, what the format's reader raises, FileNotFoundError."""
    if not path.exists():
        raise FileNotFoundError(path)
    if path.is_file():
        return _of_file(path)
    if (path / NATIONAL).is_dir():
        return _once(path, [*_of_root(path), *national_platforms(path / NATIONAL)])
    if version_files(path):
        return _once(path, _of_province(path, definitions))
    if (path / VERSION).is_file():
        return profiles_of_version(read_model(path))
    found = [each for file in sorted(path.rglob("*")) if file.suffix.lower() in YAML for each in _of_file(file)]
    if not found:
        raise DefinitionError([Problem(path, 0, "", "expected a file of profiles, a project or an architecture in it")])
    return _once(path, found)


def _of_root(root: Path) -> list[Profile]:
    folders = sorted(each for each in (root / "provinces").glob("*/") if version_files(each) or project_files(each))
    return [each for folder in folders for each in _of_province(folder, root, apart=True)]


def _of_province(folder: Path, definitions: Path | None, *, apart: bool = False) -> list[Profile]:
    """The newest version's systems and the projects; `apart` puts the province before each id."""
    root = folder.resolve().parents[1]
    national = root / NATIONAL
    if not national.is_dir():
        national = definitions_root(definitions) / NATIONAL
    frameworks = read_frameworks(national)
    versions = read_versions(folder, frameworks)
    try:
        version = resolve(versions, version_in_force(versions), frameworks)
    except ValueError as error:
        raise DefinitionError([Problem(folder, 0, "", str(error))]) from None
    found = profiles_of_version(version)
    found += [profile_of_project(read_project(file), version) for file in project_files(folder)]
    return [each.model_copy(update={"id": f"{folder.name}:{each.id}"}) for each in found] if apart else found


def _of_file(path: Path) -> list[Profile]:
    if path.suffix.lower() == ".xlsx":
        return [profile_of_project(read_project(path))]
    if path.suffix.lower() not in YAML:
        return profiles_of_version(read_model(path))
    content, _ = read_yaml(path, limit=INVENTORY_LIMIT)
    if isinstance(content, dict) and "profiles" in content:
        return list(read_form(path, Inventory, limit=INVENTORY_LIMIT).profiles)
    if isinstance(content, dict) and PROJECT & content.keys():
        return [profile_of_project(read_project(path))]
    if isinstance(content, dict) and {"elements", "framework"} & content.keys():
        return profiles_of_version(read_model(path))
    if isinstance(content, dict) and {"title", "id"} <= content.keys():
        return [read_form(path, Profile)]
    expected = "expected `profiles:` (an inventory), a project, an architecture, or one profile with `id` and `title`"
    raise DefinitionError([Problem(path, 1, "", expected)])


def _once(path: Path, profiles: Iterable[Profile]) -> list[Profile]:
    found: dict[str, Profile] = {}
    for each in profiles:
        if each.id in found:
            raise DefinitionError([Problem(path, 0, "profiles", f"the id {each.id!r} stands in more than one file")])
        found[each.id] = each
    return list(found.values())
