"""The architecture that a command is given: a file of any format, a version's folder, or a province; with its agencies.

Layer 0, config. Files alone. What isn't in order is told with its place, and the command ends.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from maidinh.config.cli.architecture_exchange import refusals, refused
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.governance.modelling.definition import Model
    from maidinh.infrastructure.organisations.definition import Organisations

WRONG_USE = 2
AROUND = 3  # folders above a version's file in which its province's agencies may stand


@dataclass(frozen=True)
class Given:
    """A model, owners by their codes; the agencies of its province and its folder, where these are known."""

    model: Model
    organisations: Organisations | None = None
    root: Path | None = None

    def agency_names(self, language: str) -> dict[str, str]:
        """What each agency is called, by code."""
        agencies = self.organisations.agencies if self.organisations else []
        return {each.code: each.name.in_language(language) for each in agencies}


def given_architecture(
    file: Path | None,
    province: str | None = None,
    version: str | None = None,
    *,
    definitions: Path | None = None,
    day: date | None = None,
    keep_cycles: bool = True,
    keep_defects: bool = False,
    as_json: bool = False,
) -> Given:
    """What a command is about. Of a province: the version named, else that of the day, else the newest."""
    if (file is None) == (province is None):
        leave(say("Name either a file or the folder of a version, or a province."))
    try:
        if file is None:
            return _of_province(str(province), version, day, definitions)
        return _of_file(file, definitions, keep_cycles, keep_defects)
    except refusals() as error:
        refused(file or Path(str(province)), error, as_json)


def leave(message: str) -> NoReturn:
    """End with what was used wrongly."""
    print(message, file=sys.stderr)
    sys.exit(WRONG_USE)


def _of_province(province: str, version: str | None, day: date | None, definitions: Path | None) -> Given:
    from maidinh.governance.architecture.frameworks import read_frameworks
    from maidinh.governance.architecture.reading import NATIONAL, read_versions, resolve, version_in_force
    from maidinh.governance.architecture.rules import with_agency_codes
    from maidinh.infrastructure.definitions.locating import definitions_root, province_root
    from maidinh.infrastructure.organisations.reading import read_organisations

    root = province_root(province, definitions)
    frameworks = read_frameworks(definitions_root(definitions) / NATIONAL)
    versions, organisations = read_versions(root, frameworks), read_organisations(root)
    begun = versions
    if version is None and day is not None:
        begun = {each: own for each, own in versions.items() if own.effective_from <= day}
        if not begun:
            leave(f"{province}: {say('no version was in effect on that day')} ({day.isoformat()})")
    try:
        model = resolve(versions, version or version_in_force(begun), frameworks)
    except ValueError as error:
        leave(str(error))
    return Given(with_agency_codes(model, organisations), organisations, root)


def _of_file(file: Path, definitions: Path | None, keep_cycles: bool, keep_defects: bool) -> Given:
    from maidinh.config.cli.architecture_tables import read_table_file
    from maidinh.governance.architecture.definition import ArchitectureVersion
    from maidinh.governance.architecture.reading import FILE
    from maidinh.governance.architecture.rules import with_agency_codes
    from maidinh.governance.interchange.detection import detect
    from maidinh.governance.interchange.files import read_model
    from maidinh.infrastructure.organisations.reading import read_organisations

    if not file.exists():
        leave(f"{file}: {say('there is no such file')}")
    if file.is_dir() and not (file / FILE).is_file():
        leave(f"{file}: {say('there is no version.yaml')}")
    if not file.is_dir() and detect(file) in ("xlsx", "csv"):
        return Given(read_table_file(file, None, None, None, None, quiet=True).model)
    model = read_model(file, keep_cycles=keep_cycles, keep_defects=keep_defects)
    if not isinstance(model, ArchitectureVersion):
        return Given(model)
    root = _root_around(file, model.province, definitions)
    if root is None:
        return Given(model)
    organisations = read_organisations(root)
    return Given(with_agency_codes(model, organisations), organisations, root)


def _root_around(file: Path, province: str, definitions: Path | None) -> Path | None:
    """The folder of the province that the file lies in, else the definitions' one of that name."""
    from maidinh.infrastructure.definitions.locating import province_root
    from maidinh.infrastructure.organisations.reading import FILE

    beside = (file if file.is_dir() else file.parent).resolve().parents[:AROUND]
    found = next((each for each in beside if (each / FILE).is_file()), None)
    if found is not None:
        return found
    try:
        return province_root(province, definitions)
    except FileNotFoundError:
        return None
