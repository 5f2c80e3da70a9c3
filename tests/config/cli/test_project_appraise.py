"""`maidinh project appraise`: from files alone, the same bytes each time, with the exit codes that scripts rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from maidinh.config.cli.project import app
from maidinh.infrastructure.definitions.locating import definitions_root
from tests.governance.appraisal.written import FRAMEWORK, architecture, changed, content

pytestmark = pytest.mark.slow

PETITIONS = definitions_root() / "provinces/vinh-phuc/projects/tiep-dan-2027.yaml"
DAY = ("--as-of", "2026-11-27")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["appraise", *(str(each) for each in arguments)])


def written(folder: Path, said: dict[str, Any]) -> tuple[Path, Path]:
    """The project and the architecture of the tests as plain files, outside any definitions."""
    project, version = folder / "project.yaml", folder / "version.yaml"
    project.write_text(json.dumps(said, ensure_ascii=False, default=str), "utf-8")
    version.write_text(json.dumps(architecture(), ensure_ascii=False, default=str), "utf-8")
    return project, version


@pytest.mark.parametrize(("code", "verdict", "not_met"), [
    ("tra-cuu-thua-dat-2027", "undetermined", set()),
    ("kho-thua-dat-2027", "not-met", {"dossier", "connection", "data-master", "service-quality"}),
])  # fmt: skip
def test_the_examples_come_out_as_the_tutorial_tells(code: str, verdict: str, not_met: set[str]) -> None:
    example = definitions_root() / f"examples/project-appraisal/{code}.yaml"
    architecture = definitions_root() / "provinces/vinh-phuc/architecture/2.0"
    answer = run(example, "--architecture", architecture, *DAY, "--json")
    found = json.loads(answer.output)
    assert (found["verdict"], answer.exit_code) == (verdict, 0 if verdict == "met" else 1)
    assert {each["requirement"] for each in found["results"] if each["result"] == "not-met"} == not_met
    if verdict == "undetermined":  # the agency whose register it asks has not agreed
        # One of the masters without an interface has one now: of those counted, others are named.
        assert [each["rule"] for each in found["mended"]] == ["security.no-level"]
        assert found["introduced"] == []
        assert found["must_agree"] == ["H62.5.1"]


def test_a_good_project_on_plain_files_is_met(tmp_path: Path) -> None:
    said = content() | {"procedures": []}  # outside any province no procedure is known
    project, version = written(tmp_path, said)
    answer = run(project, "--architecture", version, *DAY, "--json")
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.output)
    assert (found["verdict"], found["pack"], found["framework"]) == ("met", "2026-nd224", FRAMEWORK)
    assert run(project, "--architecture", version, *DAY, "--json").output == answer.output


def test_what_is_not_met_is_told_with_basis_proof_and_remedy(tmp_path: Path) -> None:
    said = content() | {"procedures": []}
    changed(said, "permits")["security_basis"] = None
    project, version = written(tmp_path, said)
    answer = run(project, "--architecture", version, *DAY)
    assert answer.exit_code == 1
    lines = answer.output.splitlines()
    assert lines[1].startswith("[Not met] Safety, and the security level of information systems (Nghị định 224/2026")
    assert "  - Permits has level 3 and names no basis." in lines
    assert "  → Name level and basis of each system." in lines
    assert lines[-1] == "Result: Not met."


def test_a_project_among_the_definitions_is_held_against_its_province() -> None:
    answer = run(PETITIONS, *DAY, "--json")
    found = json.loads(answer.output)
    assert (answer.exit_code, found["version"]) == (int(found["verdict"] != "met"), "2.0")
    lgsp = next(each for each in found["reuse"] if each["platform"] == "lgsp")
    assert (lgsp["decision"], lgsp["connected"], lgsp["owner"]) == ("use", True, "H62.2")
    assert len(lgsp["consumers"]) > 10


def test_no_law_is_made_up_for_a_day_without_one(tmp_path: Path) -> None:
    project, version = written(tmp_path, content() | {"began_on": "2019-05-01"})
    answer = run(project, "--architecture", version, *DAY)
    assert answer.exit_code == 2
    assert "2019-05-01" in answer.output


def test_a_file_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    assert run(tmp_path / "nothing.yaml").exit_code == 2
