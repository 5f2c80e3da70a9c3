"""`maidinh procedure check`: what it tells people and machines, and how it ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from typer.testing import CliRunner

from maidinh.config.cli.procedure import app
from maidinh.infrastructure.definitions.locating import CHECKOUT

PERMIT = CHECKOUT / "provinces/lao-cai/procedures/1.013225/1.0/procedure.yaml"
FAULT = ("to: field-check}", "to: signature}")


def faulty(folder: Path) -> tuple[Path, int]:
    """A copy outside of every province in which a step is never reached, and the line of that step."""
    text = PERMIT.read_text("utf-8").replace(*FAULT)
    path = folder / "procedure.yaml"
    path.write_text(text, "utf-8")
    return path, text[: text.index("- id: field-check")].count("\n") + 1


def test_a_finding_is_told_with_file_line_and_remedy(tmp_path: Path) -> None:
    path, line = faulty(tmp_path)
    told = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert told.exit_code == 1
    assert f"{path}:{line}: error step.unreachable: no outcome leads to step field-check. → Lead an" in told.output
    assert f"{path}: Belongs to no province" in told.output


def test_machines_get_both_languages_and_the_province(tmp_path: Path) -> None:
    path, line = faulty(tmp_path)
    told = CliRunner().invoke(app, ["check", str(path), "--province", "lao-cai", "--json"])
    answer = json.loads(told.stdout)
    assert told.exit_code == 1
    assert (answer["procedures"], answer["provinces"], answer["alone"]) == (1, ["lao-cai"], [])
    (finding,) = answer["findings"]
    assert (finding["code"], finding["line"], finding["place"]) == ("step.unreachable", line, "steps.2")
    assert set(finding["message"]) == set(finding["remedy"]) == {"vi", "en"}


def test_a_procedure_among_its_provinces_definitions_is_held_against_them() -> None:
    told = CliRunner().invoke(app, ["check", str(PERMIT), "--json"])
    assert told.exit_code == 0
    assert json.loads(told.stdout)["provinces"] == ["lao-cai"]


def test_a_warning_alone_does_not_fail(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    text = PERMIT.read_text("utf-8")
    for old, new in (("- {id: designer, label", "- {id: land_use, label"), ("designer: {type", "land_use: {type")):
        text = text.replace(old, new)
    path.write_text(text.replace("    - designer\n", "    - land_use\n"), "utf-8")
    told = CliRunner().invoke(app, ["check", str(path), "--province", "lao-cai"])
    assert "warning field.maybe-held: the form asks land_use" in told.output
    assert told.exit_code == 0


def test_a_file_that_is_no_procedure_is_a_finding_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    shutil.copy(PERMIT, path)
    path.write_text(path.read_text("utf-8").replace("kind: licence", "kind: wish"), "utf-8")
    told = CliRunner().invoke(app, ["check", str(path)])
    assert told.exit_code == 1
    assert "error file.unreadable: Input should be" in told.output


def test_wrong_use_is_told_apart(tmp_path: Path) -> None:
    run = CliRunner()
    assert run.invoke(app, ["check"]).exit_code == 2
    assert run.invoke(app, ["check", str(tmp_path / "nothing.yaml")]).exit_code == 2
    assert run.invoke(app, ["check", str(tmp_path)]).exit_code == 2
    assert run.invoke(app, ["check", "--province", "atlantis"]).exit_code == 2
