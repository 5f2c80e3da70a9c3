"""Reading the dated definitions of the data set: structures, the commune model, mappings.

Layer 4, governance.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from maidinh.governance.nas.definition import CommuneModel, DataSetStructure
from maidinh.governance.nas.mapping.definition import NasMapping
from maidinh.infrastructure.definitions.reading import read_form

FOLDER = "nas"
COMMUNE, MAPPING = "commune-model-", "mapping-"


def structure_files(national_root: Path) -> list[Path]:
    """The files of all structures of the data set."""
    files = sorted((national_root / FOLDER).glob("*.yaml"))
    return [path for path in files if not path.name.startswith((COMMUNE, MAPPING))]


def read_structures(national_root: Path) -> list[DataSetStructure]:
    """All structures, the oldest first. Raises DefinitionError."""
    found = [read_form(path, DataSetStructure) for path in structure_files(national_root)]
    return sorted(found, key=lambda each: (each.valid_from or each.dated, each.dated))


def structure_at(structures: list[DataSetStructure], day: date) -> DataSetStructure:
    """The structure to be used on a day: the last one in force, else the last draft. LookupError when there is none."""
    there = [each for each in structures if (each.valid_from or each.dated) <= day]
    in_force = [each for each in there if not each.draft]
    if not there:
        raise LookupError(f"no structure of the data set is known for {day}")
    return (in_force or there)[-1]


def structure_named(structures: list[DataSetStructure], name: str | None) -> DataSetStructure:
    """The structure with this id; without one the newest in force, else the newest draft. LookupError."""
    if name is None:
        return structure_at(structures, date.max)
    found = next((each for each in structures if each.id == name), None)
    if found is None:
        known = ", ".join(each.id for each in structures) or "none"
        raise LookupError(f"there is no structure {name!r} of the data set (known: {known})")
    return found


def read_commune_model(national_root: Path) -> CommuneModel | None:
    """The newest commune model, if there is one. Raises DefinitionError."""
    files = sorted((national_root / FOLDER).glob(f"{COMMUNE}*.yaml"))
    models = [read_form(path, CommuneModel) for path in files]
    return max(models, key=lambda each: each.valid_from, default=None)


def read_mappings(national_root: Path) -> list[NasMapping]:
    """All mappings of models to the data set, the oldest first. Raises DefinitionError."""
    files = sorted((national_root / FOLDER).glob(f"{MAPPING}*.yaml"))
    return sorted((read_form(path, NasMapping) for path in files), key=lambda each: each.dated)


def mapping_for(mappings: list[NasMapping], structure: DataSetStructure) -> NasMapping:
    """The newest mapping to a structure. LookupError when there is none."""
    found = [each for each in mappings if each.structure == structure.id]
    if not found:
        raise LookupError(f"there is no mapping to the structure {structure.id} of the data set")
    return found[-1]
