"""The sample projects: each adds no error to the architecture that it changes, and between them they show every way."""

from __future__ import annotations

from datetime import date

import pytest

from maidinh.config.cli.architecture_given import given_architecture
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.rules import problems
from maidinh.governance.conformity.checking import check
from maidinh.governance.conformity.reading import read_rules, read_surroundings
from maidinh.governance.projects.proposal import agency_codes, proposed
from maidinh.governance.projects.reading import read_projects
from maidinh.infrastructure.definitions.locating import definitions_root

pytestmark = pytest.mark.slow

ROOT = definitions_root()
PROVINCES = sorted(path.name for path in (ROOT / "provinces").iterdir())
DAY = date(2026, 11, 27)


@pytest.mark.parametrize("province", PROVINCES)
def test_projects_add_no_error(province: str) -> None:
    given = given_architecture(None, province)
    model, organisations, root = given.model, given.organisations, given.root
    assert isinstance(model, ArchitectureVersion)
    assert organisations is not None
    assert root is not None
    rules, around = read_rules(ROOT / "national", root), read_surroundings(ROOT / "national", root)

    def errors(version: ArchitectureVersion) -> set[tuple[str, str]]:
        framework = around.frameworks[version.framework]
        report = check(version, rules, as_of=DAY, framework=framework, shelf=around.shelf, organisations=organisations)
        return {(each.rule, each.subject) for each in report.findings if report.rules[each.rule].severity == "error"}

    standing = errors(model)
    for project in read_projects(root).values():
        version = proposed(model, project, agency_codes(organisations))
        assert not set(problems(version)) - set(problems(model)), project.id
        assert not errors(version) - standing, project.id


def test_they_show_every_way_of_changing() -> None:
    for province in PROVINCES:
        projects = read_projects(ROOT / "provinces" / province).values()
        assert all(project.sample for project in projects)
        changes = [change for project in projects for change in project.changes]
        assert any(change.action == "retire" and change.section == "elements" for change in changes), province
        added = [change.value or {} for change in changes if change.action == "add"]
        assert any("interface" in value for value in added), province
        assert any("contract" in value for value in added), province
