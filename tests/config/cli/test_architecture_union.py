"""`maidinh architecture unite`: the committed example, from its collisions to a version that fits together."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from maidinh.config.cli.architecture import app
from maidinh.governance.architecture.reading import read_versions, resolve
from maidinh.governance.modelling.catalogues import double_masters
from maidinh.infrastructure.definitions.locating import CHECKOUT
from tests.governance.small import FRAMEWORKS

pytestmark = pytest.mark.slow

PROVINCE = CHECKOUT / "provinces/lao-cai"
EXAMPLE = CHECKOUT / "examples/merger-2025"
FIRST, SECOND = PROVINCE / "architecture/1.0", EXAMPLE / "yen-bai/architecture/1.0"
DECISIONS = EXAMPLE / "decisions.yaml"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_without_decisions_every_collision_is_told() -> None:
    told = run("unite", FIRST, SECOND)
    assert told.exit_code == 1
    assert "elements:ioffice|documents: same-function, two-masters, two-owners" in told.output
    answer = json.loads(run("unite", FIRST, SECOND, "--json").output)
    assert all(each["undecided"] for each in answer["collisions"])
    kinds = {kind for each in answer["collisions"] for kind in each["kinds"]}
    assert kinds >= {"same-id", "same-name", "same-function", "same-code", "two-masters", "two-owners"}
    lgsp = next(each for each in answer["collisions"] if each["collision"] == "elements:lgsp|lgsp")
    assert lgsp["options"] == ["a", "b", "merge", "both"]
    assert lgsp["differs"]["name"]["b"].endswith("tỉnh Yên Bái (LGSP)")


def test_the_decisions_of_the_example_settle_all_and_the_result_fits_together(tmp_path: Path) -> None:
    folder = tmp_path / "lao-cai/architecture/2025-merger"
    folder.mkdir(parents=True)
    shutil.copy(PROVINCE / "organisations.yaml", tmp_path / "lao-cai")
    output = folder / "version.yaml"
    answer = run("unite", FIRST, SECOND, "--decisions", DECISIONS, "-o", output, "--json")
    assert answer.exit_code == 0, answer.output
    facts = json.loads(answer.output)
    assert facts["problems"] == facts["unknown"] == []
    assert not any(each["undecided"] for each in facts["collisions"])
    checked = json.loads(run("check", folder, "--json").output)
    assert (checked["elements"], checked["problems"]) == (facts["elements"], [])
    model = resolve(read_versions(tmp_path / "lao-cai"), "2025-merger", FRAMEWORKS)
    assert model.sample and not model.checked
    assert [each.id for each in model.elements if "SI-LGSP" in each.reference] == ["lgsp"]
    assert double_masters(model.elements) == double_masters(
        resolve(read_versions(PROVINCE), "1.0", FRAMEWORKS).elements
    )
    assert all(any(each.key == "union-from" for each in element.properties) for element in model.elements)
    became = {(each["side"], each["id"]): each for each in facts["became"] if each["section"] == "elements"}
    assert became["b", "data-centre"]["into"] == "yb-data-centre"
    assert became["b", "documents"] == {
        "side": "b", "section": "elements", "id": "documents", "how": "replaced", "into": "ioffice",
    }  # fmt: skip


def test_a_decision_that_is_missing_or_meets_nothing_is_told(tmp_path: Path) -> None:
    text = DECISIONS.read_text("utf-8")
    file = tmp_path / "decisions.yaml"
    file.write_text(text.replace("elements:lgsp|lgsp", "elements:lgsp|lgps"), "utf-8")
    told = run("unite", FIRST, SECOND, "--decisions", file)
    assert told.exit_code == 1
    assert "elements:lgsp|lgsp: same-id, same-function" in told.output
    assert "elements:lgsp|lgps: " in told.output


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("b: {province: yen-bai", "b: {province: ha-giang", "ha-giang 1.0"),
        (
            "choice: both\n    reason: Hai hiện trạng",
            "choice: both\n    reason: ''\n    # Hai hiện trạng",
            "needs a reason",
        ),
    ],
)
def test_wrong_decisions_are_refused(tmp_path: Path, old: str, new: str, expected: str) -> None:
    text = DECISIONS.read_text("utf-8")
    assert old in text
    file = tmp_path / "decisions.yaml"
    file.write_text(text.replace(old, new), "utf-8")
    told = run("unite", FIRST, SECOND, "--decisions", file)
    assert told.exit_code in (1, 2)
    assert expected in told.output + told.stderr


def test_wrong_use(tmp_path: Path) -> None:
    assert run("unite", FIRST, tmp_path).exit_code == 2
    assert run("unite", FIRST).exit_code == 2


def test_a_version_is_united_from_whatever_file_holds_it(tmp_path: Path) -> None:
    told = run("unite", FIRST, SECOND, "--json").output
    for name, format in (("a.xml", "oef"), ("a.archimate", "archimate"), ("a.yaml", "yaml")):
        assert run("export", FIRST, "-o", tmp_path / name, "--format", format).exit_code == 0
        assert run("unite", tmp_path / name, SECOND, "--json").output == told
    (tmp_path / "plain.yaml").write_text("elements: []\n")
    answer = run("unite", FIRST, tmp_path / "plain.yaml")
    assert answer.exit_code == 2
    assert "no version of a province" in answer.output
