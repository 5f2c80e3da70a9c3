"""Reading the procedures of a province from `procedures/<code>/<version>/procedure.yaml`.

Layer 4, services. The folders' names are part of the definition: they must be the code and the version.
"""

from __future__ import annotations

from pathlib import Path

from maidinh.infrastructure.definitions.reading import DefinitionError, Problem, read_all
from maidinh.services.procedures.definition import Procedure

FOLDER = "procedures"
FILE = "procedure.yaml"


def procedure_files(province_root: Path) -> list[Path]:
    """The files of all procedure versions of a province, in the order of code and version."""
    return sorted((province_root / FOLDER).glob(f"*/*/{FILE}"))


def read_procedures(province_root: Path) -> list[Procedure]:
    """All procedure versions of a province. Raises one DefinitionError with the problems of all files."""
    content = read_all(procedure_files(province_root), Procedure)
    problems = [
        Problem(
            path, 1, "code", f"the folders say {path.parts[-3]}/{path.parts[-2]}, the file {found.code}/{found.version}"
        )
        for path, found in content.items()
        if path.parts[-3:-1] != (found.code, found.version)
    ]
    if problems:
        raise DefinitionError(problems)
    return list(content.values())
