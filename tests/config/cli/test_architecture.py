"""`maidinh architecture`: from files alone, with the exit codes that scripts rely on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from maidinh.config.cli.architecture import app
from maidinh.governance.architecture.reading import read_versions, resolve
from maidinh.infrastructure.definitions.locating import definitions_root

pytestmark = pytest.mark.slow

PROVINCES = definitions_root() / "provinces"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.mark.parametrize("folder", sorted(PROVINCES.glob("*/architecture/*")), ids=lambda path: path.parts[-3])
def test_every_version_fits_together_and_can_be_drawn(folder: Path, tmp_path: Path) -> None:
    answer = run("check", folder, "--json", "--as-of", "2026-10-01")
    facts = json.loads(answer.output)
    assert answer.exit_code == (1 if facts["verdict"] == "does-not-conform" else 0)
    assert facts["rules"]["refused"] == []
    assert (facts["version"], facts["problems"]) == (folder.name, [])
    target = tmp_path / "picture.svg"
    assert run("draw", folder, "-o", target).exit_code == 0
    drawn = ElementTree.parse(target).getroot()
    model = resolve(read_versions(folder.parents[1]), folder.name)
    layered = {element.id for element in model.elements if element.layer is not None}
    assert {group.get("data-element") for group in drawn.iter()} - {None} == layered
    assert len(model.elements) == facts["elements"]


def test_the_version_in_force_is_taken_unless_one_is_named() -> None:
    assert json.loads(run("check", "--province", "vinh-phuc", "--json").output)["version"] == "2.0"
    named = run("check", "--province", "vinh-phuc", "--version", "1.0", "--json")
    assert json.loads(named.output)["version"] == "1.0"


def test_what_does_not_fit_is_a_finding(tmp_path: Path) -> None:
    shutil.copytree(PROVINCES / "lao-cai", tmp_path / "lao-cai")
    folder = tmp_path / "lao-cai/architecture/1.0"
    file = folder / "version.yaml"
    file.write_text(file.read_text("utf-8").replace("system: land-register", "system: nowhere"), "utf-8")
    answer = run("check", folder)
    assert answer.exit_code == 1
    assert "its system nowhere is no element" in answer.output


def test_broken_file_is_told_with_its_line(tmp_path: Path) -> None:
    shutil.copytree(PROVINCES / "lao-cai", tmp_path / "lao-cai")
    folder = tmp_path / "lao-cai/architecture/1.0"
    file = folder / "version.yaml"
    file.write_text(file.read_text("utf-8").replace("layer: 7", "layer: 8", 1), "utf-8")
    line = next(number for number, text in enumerate(file.read_text("utf-8").splitlines(), 1) if "layer: 8" in text)
    answer = run("check", folder)
    assert answer.exit_code == 1
    assert f"version.yaml:{line}:" in answer.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "there/is/none"],
        ["check", "--province", "nowhere"],
        ["check", "--province", "lao-cai", "--version", "77"],
        ["draw", "--province", "lao-cai"],
    ],
)
def test_wrong_use(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_model_of_another_tool_is_counted_and_written_in_other_formats(tmp_path: Path) -> None:
    folder = PROVINCES / "vinh-phuc/architecture/2.0"
    exchange, archi = tmp_path / "a.xml", tmp_path / "a.archimate"
    assert run("export", folder, "-o", exchange).exit_code == 0
    assert run("export", exchange, "-o", archi, "--format", "archimate").exit_code == 0
    counted = [json.loads(run("import", file, "--json").output) for file in (folder, exchange, archi)]
    assert [each.pop("format") for each in counted] == ["yaml", "oef", "archimate"]
    for each in counted:
        del each["file"]
    assert counted[0]["elements"] >= 150
    assert counted[0] | {"property_definitions": 0} == counted[1] == counted[2]
    told = run("import", exchange)
    assert told.exit_code == 0
    assert str(counted[0]["relations"]) in told.output


def test_nothing_is_taken_in_of_a_model_with_a_fault(tmp_path: Path) -> None:
    exchange, target = tmp_path / "a.xml", tmp_path / "b.yaml"
    run("export", PROVINCES / "vinh-phuc/architecture/2.0", "-o", exchange)
    text = exchange.read_text("utf-8")
    exchange.write_text(text.replace('source="one-stop"', 'source="nowhere"'), "utf-8")
    answer = run("import", exchange, "--json")
    assert answer.exit_code == 1
    problems = json.loads(answer.output)["problems"]
    assert problems
    assert all("nowhere" in each["expected"] and each["line"] > 1 for each in problems)
    assert run("export", exchange, "-o", target).exit_code == 1
    assert not target.exists()


def test_a_version_goes_into_a_spreadsheet_and_csv_and_comes_back(tmp_path: Path) -> None:
    folder, book, back = PROVINCES / "vinh-phuc/architecture/2.0", tmp_path / "a.xlsx", tmp_path / "b.yaml"
    assert run("export", folder, "-o", book, "--format", "xlsx").exit_code == 0
    answer = json.loads(run("import", book, "--base", folder, "-o", back, "--json").output)
    assert (answer["format"], answer["changes"]) == ("xlsx", {"added": 0, "changed": 0, "removed": 0})
    assert run("diff", folder, back).exit_code == 0
    tables = tmp_path / "tables"
    assert run("export", folder, "-o", tables, "--format", "csv").exit_code == 0
    elements = tables / "elements.csv"
    elements.write_text(elements.read_text("utf-8").replace("one-stop", "no such thing, of course", 1), "utf-8")
    refused = run("import", elements, "--base", folder, "-o", back, "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.output)["problems"][0]["line"] > 1


def test_a_version_goes_into_the_national_data_set(tmp_path: Path) -> None:
    folder, book, again = PROVINCES / "vinh-phuc/architecture/2.0", tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    answer = run("export", folder, "-o", book, "--format", "nas", "--json")
    assert answer.exit_code == 0
    assert json.loads(answer.output)["report"]
    read = json.loads(run("import", book, "--base", folder, "-o", tmp_path / "c.xml", "--json").output)
    assert read["format"] == "nas"
    assert read["elements"] >= 150
    assert run("export", tmp_path / "c.xml", "-o", again, "--format", "nas", "--template", book).exit_code == 0
    assert run("export", folder, "-o", again, "--format", "oef", "--template", book).exit_code == 2
    assert run("import", book, "-o", tmp_path / "c.docx").exit_code == 2


@pytest.mark.parametrize(
    ("way", "target", "said"),
    [("import", "folder.yaml", "this is a folder"), ("export", "nowhere/model.xml", "there is no such folder"),
     ("export", "file", "this is a file")],
)  # fmt: skip
def test_a_place_that_can_not_be_written_is_told_in_words(tmp_path: Path, way: str, target: str, said: str) -> None:
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "file").write_text("kept")
    more = ["--format", "csv"] if target == "file" else []
    answer = run(way, PROVINCES / "lao-cai/architecture/1.0", "-o", tmp_path / target, *more)
    assert answer.exit_code == 2
    assert f"{tmp_path / target}: {said}" in answer.output
    assert (tmp_path / "file").read_text() == "kept"
    assert not list((tmp_path / "folder.yaml").iterdir())


def test_a_spreadsheet_is_told_by_what_it_holds_and_not_by_its_name(tmp_path: Path) -> None:
    folder = PROVINCES / "vinh-phuc/architecture/2.0"
    assert run("export", folder, "-o", tmp_path / "all.dat", "--format", "xlsx").exit_code == 0
    assert run("export", folder, "-o", tmp_path / "csv", "--format", "csv").exit_code == 0
    (tmp_path / "csv/elements.csv").rename(tmp_path / "elements.dat")
    for name, kind in (("all.dat", "xlsx"), ("elements.dat", "csv")):
        answer = json.loads(run("import", tmp_path / name, "--base", folder, "--json").output)
        assert (answer["format"], answer["changes"]) == (kind, {"added": 0, "changed": 0, "removed": 0})
