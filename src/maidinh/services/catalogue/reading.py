"""Reading the national catalogue of procedures from `national/procedures/catalogue.yaml`.

Layer 4. Definitions don't change while a process runs, so they are read once.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from maidinh.infrastructure.definitions.reading import read_form
from maidinh.services.catalogue.definition import ProcedureCatalogue

FILE = "procedures/catalogue.yaml"


@lru_cache(maxsize=4)
def read_procedure_catalogue(national_root: Path) -> ProcedureCatalogue:
    """The catalogue; `national_root` is the folder `national` of the definitions. Raises DefinitionError."""
    return read_form(national_root / FILE, ProcedureCatalogue)
