"""What a project is held against among the definitions, and whether those of a province are in order.

Layer 0, config: the only place that may know procedures, agencies and the architecture at once. Each fault is told at
its file and line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from maidinh.governance.appraisal.packs import read_packs
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.projects.definition import Project
from maidinh.governance.projects.faults import Fault, Known, faults, shared_platforms
from maidinh.governance.projects.proposal import agency_codes
from maidinh.governance.projects.reading import FOLDER, read_projects
from maidinh.infrastructure.definitions.code_lists import FOLDER as CODES
from maidinh.infrastructure.definitions.code_lists import read_code_list
from maidinh.infrastructure.definitions.document import Document
from maidinh.infrastructure.definitions.reading import Problem
from maidinh.infrastructure.organisations.definition import Organisations
from maidinh.services.procedures.reading import read_procedures

SOURCES = "budget-sources"


def known_for(
    model: ArchitectureVersion,
    organisations: Organisations | None,
    national: Path,
    *,
    procedures: Collection[str] | None = None,
    projects: Mapping[str, Project] | None = None,
) -> Known:
    """What codes a project in this architecture may name. Raises DefinitionError where a definition can't be read."""
    packs = read_packs(national).values()
    return Known(
        version=model,
        agencies=agency_codes(organisations) if organisations is not None else _owners(model),
        sources=_sources(national),
        procedures=procedures,
        platforms=shared_platforms(model),
        others={code: tuple(each.needs) for code, each in (projects or {}).items()},
        requirements={each.id for pack in packs for each in pack.requirements},
        papers={each.id for pack in packs for each in pack.papers},
    )


def known_around(
    model: ArchitectureVersion, organisations: Organisations | None, province: Path | None, national: Path
) -> Known:
    """The same, with the procedures and projects of a province's definitions. Raises DefinitionError."""
    if province is None:
        return known_for(model, organisations, national)
    codes = {each.code for each in read_procedures(province)}
    return known_for(model, organisations, national, procedures=codes, projects=read_projects(province))


def project_problems(province: Path, projects: Mapping[str, Project], known: Known) -> Iterator[Problem]:
    """What is wrong in the projects of a province, at file and line; whatever day it is."""
    for code, project in projects.items():
        document = Document(province / FOLDER / f"{code}.yaml")
        for fault in faults(project, known, today=date.max):
            yield document.problem(fault.at, f"{fault.says} {fault.remedy}".strip() % fault.values)


def _sources(national: Path) -> frozenset[str] | None:
    if not (national / CODES / f"{SOURCES}.yaml").is_file():
        return None
    return frozenset(each.code for each in read_code_list(national, SOURCES).codes)


def _owners(model: ArchitectureVersion) -> dict[str, str]:
    """The agencies that an architecture names, where nothing else says which there are."""
    return {each.owner: each.owner for each in model.elements if each.owner}


def with_places(found: list[Fault], places: Mapping[tuple[str | int, ...], str]) -> list[Fault]:
    """The faults with the cells of the workbook that the project was read from."""
    from maidinh.governance.projects.tables import place_near

    return [replace(each, place=place_near(places, each.at)) for each in found]
