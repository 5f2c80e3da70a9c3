"""Reading the parameters of a province's synthetic registers.

Layer 5.
"""

from __future__ import annotations

from pathlib import Path

from maidinh.applications.registers.definition import LandRegister, PopulationRegister
from maidinh.infrastructure.definitions.reading import read_form

FOLDER = "registers"


def read_population(province_root: Path) -> PopulationRegister:
    """The parameters of the population register. Raises DefinitionError."""
    return read_form(province_root / FOLDER / "population.yaml", PopulationRegister)


def read_land(province_root: Path) -> LandRegister:
    """The parameters of the land register. Raises DefinitionError."""
    return read_form(province_root / FOLDER / "land.yaml", LandRegister)
