"""Reading a project from either form, and the projects of a province."""

from __future__ import annotations

from pathlib import Path

import pytest

from maidinh.governance.modelling.writing import to_yaml
from maidinh.governance.projects.faults import ProjectUnreadable
from maidinh.governance.projects.reading import read_project, read_projects
from maidinh.governance.projects.tables import write_project
from maidinh.infrastructure.definitions.reading import DefinitionError
from tests.governance.projects.written import content, project


def test_both_forms_say_the_same(tmp_path: Path) -> None:
    plain, table = tmp_path / "a.yaml", tmp_path / "a.xlsx"
    plain.write_text(to_yaml(project()), "utf-8")
    table.write_bytes(write_project(project()))
    assert read_project(plain) == read_project(table) == project()


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("total: 1500000000", "total: -1", "total"),
        ("begins: 2026-07-01", "begins: 2026-02-31", "schedule.0.begins"),
        ("kind: investment", "kind: gift", "kind"),
        ("action: retire", "action: remove", "changes.3.action"),
        ("decision: own", "decison: own", "reuse.0.decison"),
    ],
)
def test_a_fault_of_the_form_has_its_line(tmp_path: Path, old: str, new: str, place: str) -> None:
    text = to_yaml(project())
    path = tmp_path / "a.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DefinitionError) as error:
        read_project(path)
    line = text[: text.index(old)].count("\n") + 1
    assert (place, line) in [(each.place, each.line) for each in error.value.problems]


def test_what_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(ProjectUnreadable, match="PDF"):
        read_project(path)


def test_the_example_of_the_reference_holds_every_part(tmp_path: Path) -> None:
    page = Path(__file__).resolve().parents[3] / "docs/reference/projects.md"
    path = tmp_path / "a.yaml"
    path.write_text(page.read_text("utf-8").split("```yaml\n")[1].split("```")[0], "utf-8")
    read = read_project(path)
    provenance = {"source", "confidence", "checked", "note", "emergency"}
    assert set(type(read).model_fields) - read.model_fields_set == provenance
    listed = page.read_text("utf-8").split("## Fields")[1].split("## Changes")[0]
    assert not [name for name in type(read).model_fields if f"`{name}`" not in listed]


def test_projects_of_a_province(tmp_path: Path) -> None:
    folder = tmp_path / "projects"
    folder.mkdir()
    assert read_projects(tmp_path) == {}
    (folder / "petitions-2027.yaml").write_text(to_yaml(project()), "utf-8")
    assert read_projects(tmp_path) == {"petitions-2027": project()}
    (folder / "other.yaml").write_text(to_yaml(project(**content())), "utf-8")
    with pytest.raises(DefinitionError, match=r"other\.yaml:1: id: expected other, the file's name"):
        read_projects(tmp_path)
