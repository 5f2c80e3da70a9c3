"""Reading projects: one from a file of either form, and those of a province's definitions from `projects/<code>.yaml`.

Layer 4, governance.
"""

from __future__ import annotations

from pathlib import Path

from maidinh.governance.projects.definition import Project
from maidinh.governance.projects.tables import read_table
from maidinh.infrastructure.definitions.reading import DefinitionError, Problem, read_all, read_form

FOLDER = "projects"


def project_files(province_root: Path) -> list[Path]:
    """The files of all projects of a province."""
    return sorted((province_root / FOLDER).glob("*.yaml"))


def read_project(path: Path) -> Project:
    """The project in a YAML file or a workbook. Raises DefinitionError, ProjectUnreadable, FileNotFoundError."""
    return read_table(path.read_bytes()) if path.suffix.lower() == ".xlsx" else read_form(path, Project)


def read_projects(province_root: Path) -> dict[str, Project]:
    """All projects of a province by their code, which is the file's name. Raises one DefinitionError for all files."""
    content = read_all(project_files(province_root), Project)
    problems = [
        Problem(path, 1, "id", f"expected {path.stem}, the file's name (found {found.id!r})")
        for path, found in content.items()
        if path.stem != found.id
    ]
    if problems:
        raise DefinitionError(problems)
    return {found.id: found for found in content.values()}
