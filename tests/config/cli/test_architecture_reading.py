"""`maidinh architecture search|impact|responsibilities|coverage|technology`: from files alone."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from maidinh.config.cli.architecture import app
from maidinh.infrastructure.definitions.locating import definitions_root

pytestmark = pytest.mark.slow

VERSION = definitions_root() / "provinces/vinh-phuc/architecture/2.0"
MODEL = """\
elements:
  - {id: shop, kind: information-system, name: {vi: Cửa hàng điện tử}, owner: H1, technology: [old-product],
     classification: {arm: [NONE-SUCH]}}
  - {id: store, kind: database, name: {vi: Kho hàng}, owner: H2, security_level: 5}
  - {id: old-product, kind: technology-product, name: {vi: Sản phẩm cũ}, dates: {retired: 2020-01-01}}
relations:
  - {id: r, kind: access, from: shop, to: store}
  - {id: back, kind: serving, from: shop, to: store}
"""


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.yaml"
    path.write_text(MODEL, "utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def asked(*arguments: str | Path, code: int = 0) -> Any:
    answer = run(*arguments, "--json")
    assert answer.exit_code == code, answer.output
    return json.loads(answer.output)


def test_search(file: Path) -> None:
    assert [each["id"] for each in asked("search", file, "cua hang")["found"]] == ["shop"]
    assert asked("search", file, "cua hang", "--kind", "database")["found"] == []
    assert "components found: 0" in run("search", file, "nothing").output


def test_impact_tells_the_way_in_a_ring(file: Path) -> None:
    found = asked("impact", file, "store")
    assert [(each["id"], each["depth"], each["way"]) for each in found["reached"]] == [
        ("shop", 1, "Cửa hàng điện tử – reads or writes – Kho hàng")
    ]
    assert found["by_owner"] == {"H1": 1}
    needs = asked("impact", file, "store", "--direction", "needs")
    assert [each["id"] for each in needs["reached"]] == ["shop", "old-product"]
    assert asked("impact", file, "store", "--direction", "needs", "--depth", "1")["count"] == 1


def test_impact_of_a_province(tmp_path: Path) -> None:
    found = asked("impact", VERSION, "lgsp", "-o", tmp_path / "impact.csv")
    assert {"one-stop", "public-portal"} <= {each["id"] for each in found["reached"]}
    with (tmp_path / "impact.csv").open(encoding="utf-8-sig", newline="") as written:
        rows = list(csv.reader(written))
    assert rows[0][:3] == ["Component", "Steps", "Because"] and len(rows) == found["count"] + 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("impact", "MODEL", "stor"), "Near it: store"),
        (("impact", "MODEL", "store", "--direction", "up"), "dependents, needs"),
        (("impact", "MODEL", "store", "-o", "x.pdf"), ".csv, .xlsx, .json"),
        (("responsibilities", "MODEL", "--agency", "H9"), "called 'H9'"),
        (("search", "nowhere.yaml", "a"), "nowhere.yaml"),
    ],
)
def test_wrong_use_is_told_with_the_remedy(file: Path, arguments: tuple[str, ...], told: str) -> None:
    answer = run(*(file if each == "MODEL" else each for each in arguments))
    assert answer.exit_code == 2 and told in answer.output


def test_a_file_that_is_not_in_order_is_told(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("elements: [{id: a, kind: castle}]", "utf-8")
    answer = run("search", path, "a", "--json")
    assert answer.exit_code == 1 and "castle" in json.loads(answer.output)["problems"][0]["expected"]


def test_responsibilities_as_a_workbook(tmp_path: Path) -> None:
    found = asked("responsibilities", VERSION, "--as-of", "2026-11-26", "-o", tmp_path / "duties.xlsx")
    counts = {each["code"]: each for each in found["agencies"]}
    assert counts["H62.3"]["owes"] == 3 and counts["H62.2"]["owns"] > 20
    book = load_workbook(tmp_path / "duties.xlsx")
    assert book.sheetnames == ["Responsibilities", "In detail"]
    assert book["In detail"].max_row == len(found["things"]) + 1
    own = asked("responsibilities", VERSION, "--agency", "H62.3", "--as-of", "2026-11-26")
    assert {each["id"] for each in own["things"] if each["what"] == "Owes"} == {"archive", "hr"}


def test_coverage_finds_codes_that_no_model_has(file: Path) -> None:
    models = {each["model"]: each for each in asked("coverage", file, code=1)["models"]}
    assert models["arm"]["unknown"] == {"NONE-SUCH": ["shop"]}
    assert models["drm"]["unclassified"] == ["store"]
    assert "4/5" in run("coverage", VERSION).output


def test_technology_tells_first_what_is_past_its_day(file: Path) -> None:
    found = asked("technology", file, "--as-of", "2026-01-01", code=1)
    assert [(each["id"], each["urgency"], each["direct"], each["indirect"]) for each in found["products"]] == [
        ("old-product", "past", ["shop"], ["store"])
    ]
    assert asked("technology", file, "--as-of", "2019-06-01")["products"][0]["urgency"] == "soon"


def test_the_public_sees_less(file: Path) -> None:
    assert asked("impact", file, "shop", "--public")["count"] == 0
    assert run("impact", file, "store", "--public").exit_code == 2
