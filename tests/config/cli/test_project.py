"""`maidinh project …`: from files alone, with the exit codes that scripts rely on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from maidinh.config.cli.project import app
from maidinh.governance.projects.reading import read_project
from maidinh.infrastructure.definitions.locating import definitions_root

pytestmark = pytest.mark.slow

PROVINCES = definitions_root() / "provinces"
VINH_PHUC = PROVINCES / "vinh-phuc"
PETITIONS = VINH_PHUC / "projects/tiep-dan-2027.yaml"
PERMITS = VINH_PHUC / "projects/cap-phep-xay-dung-2027.yaml"
SITE = VINH_PHUC / "projects/cong-dau-tu-2026.yaml"
OLD, NEW = (VINH_PHUC / "architecture" / each for each in ("1.0", "2.0"))
DAY = ("--as-of", "2026-11-27")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def altered(folder: Path, old: str, new: str, source: Path = PETITIONS) -> tuple[Path, int]:
    """A copy of a sample project with one thing changed, and the line on which that stands."""
    text = source.read_text("utf-8")
    assert old in text
    path = folder / source.name
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path, text[: text.index(old)].count("\n") + 1


def test_a_project_among_the_definitions_is_checked_against_its_province() -> None:
    answer = run("check", PETITIONS, *DAY, "--json")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.output) == {"project": "tiep-dan-2027", "architecture": "2.0", "faults": []}


@pytest.mark.parametrize(
    ("old", "new", "field", "says"),
    [
        ("total: 1850000000", "total: 1950000000", "total", "they differ by 100,000,000"),
        ("    ends: 2027-08-31", "    ends: 2027-02-28", "schedule.build.ends", "before it begins"),
        ("owner: tt\n", "owner: ttt\n", "owner", "no agency of the province"),
        ("platform: sso", "platform: sos", "reuse.sos.platform", "no shared platform"),
        ("to: population-interface\n", "to: people\n", "changes.complaints--flow--population-interface.value.to",
         "leads to people"),
        ("path: /persons/*", "path: /wages/*", "changes.complaints--flow--population-interface", "GET /wages/*"),
        ("    item: complaints\n", "    item: complaint\n", "changes.complaint", "not in the architecture"),
    ],
)  # fmt: skip
def test_a_fault_is_told_at_its_line(tmp_path: Path, old: str, new: str, field: str, says: str) -> None:
    path, line = altered(tmp_path, old, new)
    answer = run("check", path, "--province", "vinh-phuc", *DAY)
    assert answer.exit_code == 1
    found = next(each for each in answer.output.splitlines() if f": {field}: " in each)
    assert says in found
    if not field.endswith("-interface"):  # what doesn't fit together is told at the change that brought it
        assert found.startswith(f"{path}:{line}: ")
    told = json.loads(run("check", path, "--architecture", NEW, *DAY, "--json").output)["faults"]
    assert any(each["field"] == field and says in each["says"] for each in told)


def test_faults_are_told_in_vietnamese_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = altered(tmp_path, "total: 1850000000", "total: 1")
    monkeypatch.setenv("MAIDINH_LANGUAGE", "vi")
    assert run("check", path, "--province", "vinh-phuc", *DAY).exit_code == 1


def test_a_file_that_is_no_project(tmp_path: Path) -> None:
    path, line = altered(tmp_path, "kind: purchase", "kind: gift")
    answer = run("check", path, "--province", "vinh-phuc")
    assert answer.exit_code == 1
    assert f"{path}:{line}: kind" in answer.stderr
    told = json.loads(run("check", path, "--province", "vinh-phuc", "--json").output)
    assert [(each["field"], each["line"]) for each in told["faults"]] == [("kind", line)]


def test_wrong_use(tmp_path: Path) -> None:
    path, _ = altered(tmp_path, "total", "total")
    assert run("check", path).exit_code == 2  # it lies in no province
    assert run("check", tmp_path / "nowhere.yaml").exit_code == 2
    assert run("check", path, "--province", "nowhere").exit_code == 2
    assert run("table", path, "-o", tmp_path / "a.docx").exit_code == 2
    assert run("table", path, "-o", tmp_path / "nowhere/a.xlsx").exit_code == 2


def test_a_spreadsheet_and_back(tmp_path: Path) -> None:
    table, plain = tmp_path / "a.xlsx", tmp_path / "a.yaml"
    first = json.loads(run("table", PERMITS, "-o", table, "--json").output)
    second = json.loads(run("table", table, "-o", plain, "--json").output)
    assert first["hash"] == second["hash"]
    assert read_project(plain) == read_project(PERMITS)


def test_a_spreadsheet_is_told_by_its_cells(tmp_path: Path) -> None:
    path, _ = altered(tmp_path, "total: 1850000000", "total: 1")
    table = tmp_path / "a.xlsx"
    run("table", path, "-o", table)
    answer = run("check", table, "--province", "vinh-phuc", *DAY)
    assert answer.exit_code == 1
    assert f"{table}: General, B15: total: is 1 dong" in answer.output
    told = json.loads(run("check", table, "--province", "vinh-phuc", *DAY, "--json").output)["faults"]
    assert [(each["field"], each["cell"]) for each in told] == [("total", "General, B15")]


@pytest.mark.parametrize("kind", ["investment", "purchase", "service"])
@pytest.mark.parametrize("ending", ["yaml", "xlsx"])
def test_a_template_is_a_project_of_its_kind(tmp_path: Path, kind: str, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    assert run("template", "--kind", kind, "-o", path).exit_code == 0
    project = read_project(path)
    assert project.kind == kind
    assert {each.action for each in project.changes} == {"add", "change", "retire"}
    answer = run("check", path, "--province", "vinh-phuc")
    assert answer.exit_code == 1
    assert "owner: is ma-co-quan" in answer.output
    if ending == "yaml":
        assert "# Costs: year = Year" in path.read_text("utf-8")


def test_what_a_project_changes_and_what_that_means() -> None:
    answer = run("diff", PETITIONS, "--architecture", NEW, "--json")
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.output)
    assert [each["id"] for each in found["elements"]["added"]] == ["petition-data"]
    assert {each["id"] for each in found["relations"]["added"]} >= {"complaints--flow--population-interface"}
    assert [each["id"] for each in found["elements"]["changed"]] == ["complaints"]
    assert any(each["weight"] == "allows" for each in found["consequences"])
    assert "petition-data" in run("diff", PETITIONS).output


def test_what_cannot_be_changed_has_no_difference(tmp_path: Path) -> None:
    path, line = altered(tmp_path, "    item: complaints\n", "    item: complaint\n")
    answer = run("diff", path, "--architecture", NEW)
    assert answer.exit_code == 1
    assert f"{path}:{line}: changes.complaint" in answer.stderr


def test_moving_a_project_onto_another_version(tmp_path: Path) -> None:
    moved = tmp_path / "moved.yaml"
    base, current = _version(tmp_path, "1", "tslcd"), _version(tmp_path, "2", "dmz")
    mine = _project(tmp_path, {"zone": "data-centre", "security_level": 3})
    answer = run("rebase", mine, "--from", base, "--onto", current, "-o", moved, "--json")
    assert answer.exit_code == 1, answer.output
    told = json.loads(answer.output)
    assert [(each["key"], each["ours"], each["theirs"]) for each in told["conflicts"]] == [
        ("elements/a/zone", "data-centre", "dmz")
    ]
    assert read_project(moved).changes[0].set == {"security_level": 3}
    assert "elements/a/zone" in run("rebase", mine, "--from", base, "--onto", current, "-o", moved).output

    decisions = tmp_path / "decisions.yaml"
    decisions.write_text("elements/a/zone: ours\n", "utf-8")
    answer = run("rebase", mine, "--from", base, "--onto", current, "-o", moved, "--decisions", decisions)
    assert answer.exit_code == 0, answer.output
    assert read_project(moved).changes[0].set == {"zone": "data-centre", "security_level": 3}
    assert read_project(moved).architecture == "2"

    decisions.write_text("elements/a/zone: mine\n", "utf-8")
    answer = run("rebase", mine, "--from", base, "--onto", current, "-o", moved, "--decisions", decisions)
    assert answer.exit_code == 2


def _version(folder: Path, version: str, zone: str) -> Path:
    path = folder / f"version-{version}.yaml"
    content = {
        "province": "nowhere", "version": version, "title": {"vi": "Một"}, "framework": "2.0",
        "effective_from": "2026-01-01",
        "elements": [{"id": "a", "kind": "information-system", "layer": 5, "name": {"vi": "A"}, "zone": zone}],
    }  # fmt: skip
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return path


def _project(folder: Path, fields: dict[str, object]) -> Path:
    text = {"vi": "Một"}
    content = {
        "id": "one-1", "title": text, "summary": text, "owner": "x", "kind": "purchase", "began_on": "2026-01-01",
        "architecture": "1", "total": 0,
        "changes": [{"action": "change", "section": "elements", "item": "a", "set": fields}],
    }  # fmt: skip
    path = folder / "one-1.yaml"
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return path


@pytest.mark.parametrize("path", sorted(PROVINCES.glob("*/projects/*.yaml")), ids=lambda path: path.stem)
def test_every_sample_project_fits_the_newest_version(path: Path) -> None:
    assert read_project(path).sample
    answer = run("check", path, *DAY)
    assert answer.exit_code == 0, answer.output
