"""`maidinh architecture draw`: any view of any format, in four forms, and what is said where something is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import Result
from typer.testing import CliRunner

from maidinh.config.main import application
from maidinh.governance.drawings.viewpoints import VIEWPOINTS
from maidinh.governance.interchange.files import content_of
from maidinh.governance.modelling.definition import Model
from maidinh.infrastructure.definitions.locating import definitions_root

pytestmark = pytest.mark.slow

PROVINCES = definitions_root() / "provinces"
SVG = "{http://www.w3.org/2000/svg}"


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(application(), ["architecture", "draw", *map(str, arguments)])


@pytest.fixture
def model() -> Model:
    return Model.model_validate(
        {
            "identifier": "m",
            "elements": [
                {"id": "a", "kind": "application-component", "name": {"vi": "Một cửa"},
                 "dates": {"live": "2020-01-01", "retired": "2025-01-01"}},
                {"id": "b", "kind": "data-object", "name": {"vi": "Đất đai"}},
            ],
            "relations": [{"id": "r", "kind": "access", "from": "a", "to": "b"}],
            "views": [{
                "id": "v", "name": {"vi": "Sơ đồ đất đai"},
                "nodes": [{"id": "n1", "element": "a", "box": {"x": 0, "y": 0, "width": 120, "height": 55}},
                          {"id": "n2", "element": "b", "box": {"x": 300, "y": 0, "width": 120, "height": 55}}],
                "connections": [{"id": "c", "relation": "r", "source": "n1", "target": "n2"}],
            }],
        }
    )  # fmt: skip


@pytest.fixture(params=["yaml", "oef", "archimate"])
def file(request: pytest.FixtureRequest, model: Model, tmp_path: Path) -> Path:
    path = tmp_path / f"model.{request.param}"
    path.write_bytes(content_of(model, request.param))
    return path


def test_what_can_be_drawn_is_listed(file: Path) -> None:
    answer = run(file, "--list", "--json")
    assert answer.exit_code == 0, answer.output
    listed = {each["sort"]: each for each in json.loads(answer.output)}
    assert listed["view"]["name"] == "Sơ đồ đất đai"
    assert listed["view"]["boxes"] == 2
    assert {each["id"] for each in json.loads(answer.output)} >= set(VIEWPOINTS)
    assert "Sơ đồ đất đai" in run(file, "--list").output


def test_a_view_of_any_format_is_drawn_by_its_name(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.svg"
    answer = run(file, "--view", "so do dat dai", "-o", target, "--json")
    assert answer.exit_code == 0, answer.output
    facts = json.loads(answer.stdout)
    assert (facts["components"], facts["relations"]) == (2, 1)
    root = ElementTree.parse(target).getroot()
    text = " ".join("".join(each.itertext()) for each in root.iter(f"{SVG}text"))
    assert "Một cửa" in text
    assert "Đất đai" in text
    assert len(list(root.iter(f"{SVG}a"))) == 2


@pytest.mark.parametrize(
    ("ending", "begins"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("html", b"<!doctype html>"), ("svg", b"<svg")]
)
def test_every_form_and_always_the_same(ending: str, begins: bytes, tmp_path: Path) -> None:
    made = []
    for number in range(2):
        target = tmp_path / f"{number}.{ending}"
        answer = run("--province", "lao-cai", "--view", "plateaus", "-o", target, "--language", "vi")
        assert answer.exit_code == 0, answer.output
        made.append(target.read_bytes())
    assert made[0].startswith(begins)
    assert made[0] == made[1]


def test_the_page_names_every_component_and_relation(tmp_path: Path) -> None:
    target = tmp_path / "out.html"
    answer = run("--province", "vinh-phuc", "-o", target, "--json")
    facts = json.loads(answer.stdout)
    page = target.read_text("utf-8")
    assert facts["components_only_in_the_table"] > 0
    assert page.count('<th scope="row">') == facts["components"] + facts["relations"]
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")


def test_a_day_decides_version_and_states(model: Model, tmp_path: Path) -> None:
    file, target = tmp_path / "model.yaml", tmp_path / "out.svg"
    file.write_bytes(content_of(model, "yaml"))
    said = []
    for day in ("2019-01-01", "2021-01-01", "2026-01-01"):
        assert run(file, "-o", target, "--as-of", day, "--language", "en").exit_code == 0
        said.append([word for word in ("planned", "retired") if f">{word}<" in target.read_text("utf-8")])
    assert said == [["planned"], [], ["retired"]]
    assert run("--province", "vinh-phuc", "-o", target, "--as-of", "2019-06-01").exit_code == 0
    assert "1.0" in target.read_text("utf-8").split("</title>")[0]
    before = run("--province", "vinh-phuc", "-o", target, "--as-of", "1999-01-01")
    assert before.exit_code == 2
    assert "1999-01-01" in before.output


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--province", "lao-cai"],
        ["--province", "lao-cai", "-o", "x.gif"],
        ["--province", "lao-cai", "-o", "x.svg", "--view", "nothing"],
        ["nowhere.xml", "-o", "x.svg"],
    ],
)
def test_wrong_use_says_what_to_do(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run(*arguments)
    assert answer.exit_code == 2
    assert answer.output.strip()
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_nearly_right_is_answered_with_what_may_be_meant(model: Model, tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    file.write_bytes(content_of(model, "yaml"))
    answer = run(file, "--view", "đất đai", "-o", tmp_path / "x.svg")
    assert answer.exit_code == 2
    assert "view:v" in answer.output


def test_a_file_that_is_no_model_is_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_text("<other/>")
    assert run(file, "-o", tmp_path / "x.svg").exit_code == 1
