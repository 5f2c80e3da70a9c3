"""Everything the definitions say of one province, read and held together.

Layer 0, config. Read from files alone; nothing is loaded when anything in them is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from maidinh.applications.registers.definition import LandRegister, PopulationRegister
from maidinh.applications.registers.reading import read_land, read_population
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.frameworks import Framework, read_frameworks
from maidinh.governance.architecture.reading import read_versions, resolve, version_in_force
from maidinh.infrastructure.definitions.locating import definitions_root, province_root
from maidinh.infrastructure.identity.definition import Roles
from maidinh.infrastructure.identity.reading import read_roles
from maidinh.infrastructure.organisations.definition import Official, Organisations
from maidinh.infrastructure.organisations.reading import read_organisations
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.reading import read_procedures


@dataclass(frozen=True)
class Province:
    """One province's definitions."""

    id: str
    organisations: Organisations
    roles: Roles
    procedures: list[Procedure]
    versions: dict[str, ArchitectureVersion]
    frameworks: dict[str, Framework]
    population: PopulationRegister
    land: LandRegister

    @property
    def newest(self) -> ArchitectureVersion:
        """The architecture version in force, with everything it inherits."""
        return resolve(self.versions, version_in_force(self.versions), self.frameworks)

    def official_with(self, permission: str, agency: str | None = None) -> Official:
        """The first official (of an agency) who has a permission; LookupError when nobody has."""
        for official in self.organisations.officials:
            if agency in (None, official.agency) and permission in self.roles.permissions_of(list(official.roles)):
                return official
        raise LookupError(f"nobody{f' of {agency}' if agency else ''} has the permission {permission}")


def read_province(province: str, definitions: Path | None = None) -> Province:
    """Read a province's definitions. Raises DefinitionError (file, line, what was expected) or FileNotFoundError."""
    root, national = province_root(province, definitions), definitions_root(definitions) / "national"
    frameworks = read_frameworks(national)
    return Province(
        id=province,
        organisations=read_organisations(root),
        roles=read_roles(national),
        procedures=read_procedures(root),
        versions=read_versions(root, frameworks),
        frameworks=frameworks,
        population=read_population(root),
        land=read_land(root),
    )
