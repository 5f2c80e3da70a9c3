"""Reading the scenarios that stand beside procedures, and running them all.

Layer 4. `procedures/<code>/<version>/scenarios/<name>.yaml`; every problem is told at its line in the scenario's file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

from maidinh.infrastructure.definitions.document import Document
from maidinh.infrastructure.definitions.reading import Problem, read_form
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.reading import FOLDER as PROCEDURES
from maidinh.services.scenarios.definition import Scenario
from maidinh.services.scenarios.rules import Terms, misfits

FOLDER = "scenarios"


def scenario_files(province_root: Path) -> list[Path]:
    """The files of all scenarios of a province's procedures, in order."""
    return sorted((province_root / PROCEDURES).glob(f"*/*/{FOLDER}/*.yaml"))


def scenario_problems(
    path: Path, procedures: Mapping[tuple[str, str], Procedure], terms_on: Callable[[date], Terms]
) -> Iterator[Problem]:
    """What is wrong with the scenario, or comes about otherwise than it expects. Raises DefinitionError."""
    scenario = read_form(path, Scenario)
    code, version = path.parts[-4:-2]
    document = Document(path)
    if (code, version) not in procedures:
        yield document.problem((), f"there is no procedure {code} version {version} to try")
        return
    try:
        terms = terms_on(scenario.filed.date())
    except LookupError as error:
        yield document.problem(("filed",), str(error))
        return
    for place, told in misfits(scenario, procedures[code, version], terms):
        yield document.problem(place, told)
