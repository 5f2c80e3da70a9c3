"""The procedures that a command is given, and what surrounds them: the definitions of the province that they belong to.

Layer 0, config. Files alone. A procedure that belongs to no province is held against nothing but itself and the others
that were given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from maidinh.config.procedures_check import Located, agencies_of, check_procedure, register_fields, unreadable
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.frameworks import read_frameworks
from maidinh.governance.architecture.reading import interface_documents, read_versions, resolve, version_in_force
from maidinh.infrastructure.calendars.definition import WorkingCalendar
from maidinh.infrastructure.calendars.queries import read_calendars
from maidinh.infrastructure.definitions.code_lists import read_code_list
from maidinh.infrastructure.definitions.document import Document
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.definitions.reading import DefinitionError, read_form
from maidinh.infrastructure.identity.reading import read_roles
from maidinh.infrastructure.organisations.reading import FILE as ORGANISATIONS
from maidinh.infrastructure.organisations.reading import read_organisations
from maidinh.services.checking.surroundings import Surroundings
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.reading import FILE, procedure_files

NATIONAL = "national"
ABOVE = 4  # folders from a procedure's file up to its province: version, code, procedures, province


@dataclass
class Checked:
    """How many procedures were read, against which provinces, and what was found in them."""

    procedures: int = 0
    provinces: set[str] = field(default_factory=set)
    alone: list[Path] = field(default_factory=list)
    findings: list[Located] = field(default_factory=list)


@dataclass(frozen=True)
class _Province:
    around: Surroundings
    calendars: tuple[WorkingCalendar, ...]
    architecture: ArchitectureVersion | None


def files_under(paths: Iterable[Path]) -> list[Path]:
    """The files of procedures: those named, and every `procedure.yaml` in the folders. Raises FileNotFoundError."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob(FILE)) if path.is_dir() else [path] if path.is_file() else []
        if not inside:
            raise FileNotFoundError(path)
        found += inside
    return list(dict.fromkeys(found))


def check_files(
    files: list[Path], province: Path | None, definitions: Path | None, kept: tuple[Procedure, ...] = ()
) -> Checked:
    """Check the procedures in these files, against the province that each lies in, else against `province`.

    `kept` are versions that an installation has besides the files; one that is given stands above a kept one.
    """
    checked = Checked()
    read: dict[Path, Procedure] = {}
    for path in files:
        try:
            read[path] = read_form(path, Procedure)
        except DefinitionError as error:
            checked.findings += map(unreadable, error.problems)
    codes = {(each.code, each.version) for each in read.values()}
    given = (*(each for each in kept if (each.code, each.version) not in codes), *read.values())
    for path, procedure in read.items():
        home = _home_of(path) or province
        if home is None:
            checked.alone.append(path)
            around, architecture = Surroundings(procedures=given), None
        else:
            checked.provinces.add(home.name)
            held = _province(home.resolve(), definitions)
            around, architecture = _at(held, procedure, given), held.architecture
        checked.findings += check_procedure(procedure, Document(path), around, architecture)
    checked.procedures = len(read)
    return checked


def _home_of(path: Path) -> Path | None:
    folders = path.resolve().parents
    return folders[ABOVE - 1] if len(folders) >= ABOVE and (folders[ABOVE - 1] / ORGANISATIONS).is_file() else None


def _at(held: _Province, procedure: Procedure, given: tuple[Procedure, ...]) -> Surroundings:
    """What surrounds a procedure on its first day; a procedure that was given stands above the province's own."""
    codes = {(each.code, each.version) for each in given}
    others = tuple(each for each in held.around.procedures or () if (each.code, each.version) not in codes)
    day = procedure.effective_from
    calendars = [c for c in held.calendars if c.valid_from <= day and (c.valid_to is None or day <= c.valid_to)]
    newest = max(calendars, key=lambda each: each.valid_from, default=None)
    return replace(held.around, procedures=(*others, *given), calendar=newest)


@cache
def _province(folder: Path, definitions: Path | None) -> _Province:
    """What surrounds the procedures of a province. Raises DefinitionError where it can't be read."""
    root = folder.parents[1] if (folder.parents[1] / NATIONAL).is_dir() else definitions_root(definitions)
    national = root / NATIONAL
    around = Surroundings(
        agencies=agencies_of(read_organisations(folder)),
        roles=read_roles(national),
        calendars_known=True,
        ministries=frozenset(code.code for code in read_code_list(national, "ministries").codes),
        registers=register_fields(interface_documents(folder, national)),
        procedures=tuple(_readable(procedure_files(folder))),
    )
    return _Province(around, read_calendars(national), _architecture(folder, national))


def _readable(files: Iterable[Path]) -> Iterator[Procedure]:
    """The other procedures of the province; one that can't be read is told of where it is checked itself."""
    for path in files:
        try:
            yield read_form(path, Procedure)
        except DefinitionError:
            continue


def _architecture(folder: Path, national: Path) -> ArchitectureVersion | None:
    versions = read_versions(folder)
    try:
        return resolve(versions, version_in_force(versions), read_frameworks(national)) if versions else None
    except ValueError:
        return None  # told of by definitions check
