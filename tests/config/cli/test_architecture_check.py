"""`maidinh architecture check|rules`: verdicts from files alone, readable for people, the same bytes for machines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from maidinh.config.cli.architecture import app
from maidinh.infrastructure.definitions.locating import definitions_root
from tests.governance.conformity.rules import SHAPES, rule
from tests.governance.querying.building import model

pytestmark = pytest.mark.slow

PROVINCES = definitions_root() / "provinces"
DAY = ("--as-of", "2026-10-01")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A model that breaks a few rules, twelve times one of them."""
    from maidinh.governance.modelling.writing import to_yaml

    file = tmp_path / "model.yaml"
    elements: list[dict[str, Any]] = [{"id": f"s{number}"} for number in range(12)]
    elements += [{"id": "owned", "owner": "H62", "technology": ["no-such"]}]
    file.write_text(to_yaml(model(elements)), "utf-8")
    return file


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return written(tmp_path / "book.yaml", SHAPES[0], SHAPES[1], SHAPES[6])


def written(file: Path, *rules: Any) -> Path:
    content = {"id": "book", "name": {"vi": "Sách"}, "rules": [each.model_dump(mode="json") for each in rules]}
    file.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return file


def test_what_does_not_conform_is_grouped_the_worst_first_and_counted(broken: Path, book: Path) -> None:
    answer = run("check", broken, "--rules", book, *DAY)
    assert answer.exit_code == 1
    lines = answer.output.splitlines()
    assert any("13 errors, 0 warnings, 12 advice" in line for line in lines)
    first, second = (next(n for n, line in enumerate(lines) if each in line) for each in ("unowned", "model.island"))
    assert first < second
    assert "7 more" in answer.output
    assert sum("- s" in line for line in lines) == 10
    assert (
        sum("- s" in line for line in run("check", broken, "--rules", book, "--limit", "0", *DAY).output.split("\n"))
        == 24
    )


def test_for_machines_the_bytes_are_the_same_whatever_the_order_in_the_file(broken: Path, book: Path) -> None:
    content = yaml.safe_load(broken.read_text("utf-8"))
    first = run("check", broken, "--rules", book, "--json", *DAY).stdout
    content["elements"].reverse()
    broken.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    assert run("check", broken, "--rules", book, "--json", *DAY).stdout == first
    facts = json.loads(first)
    assert (facts["verdict"], facts["elements"], facts["problems"]) == ("does-not-conform", 13, [])
    found = facts["findings"][0]
    assert (found["rule"], found["subject"], found["remedy"]["vi"]) == ("ownership.unowned", "s0", "sửa")


def test_only_an_owner_s_or_one_severity_is_told_and_the_verdict_stays(broken: Path, book: Path) -> None:
    answer = json.loads(run("check", broken, "--rules", book, "--json", "--owner", "H62", *DAY).output)
    assert [each["subject"] for each in answer["findings"]] == ["owned"]
    assert answer["counts"]["error"] == 13
    answer = json.loads(run("check", broken, "--rules", book, "--json", "--severity", "advice", *DAY).output)
    assert {each["severity"] for each in answer["findings"]} == {"advice"}


def test_warnings_fail_only_when_asked_to(tmp_path: Path, broken: Path) -> None:
    warns = written(tmp_path / "w.yaml", rule("ownership.unowned", SHAPES[0].select, severity="warning"))
    assert run("check", broken, "--rules", warns, *DAY).exit_code == 0
    assert run("check", broken, "--rules", warns, "--strict", *DAY).exit_code == 1


def test_a_rule_that_loops_is_told_and_the_model_does_not_pass(tmp_path: Path, broken: Path) -> None:
    loops = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS subject FROM n WHERE i < 0"
    answer = run("check", broken, "--rules", written(tmp_path / "l.yaml", rule("model.loops", loops)), *DAY)
    assert answer.exit_code == 1
    assert "model.loops" in answer.output
    assert "loops or joins" in answer.output


def test_a_model_of_another_tool_is_held_against_the_framework_asked_for(
    tmp_path: Path, book: Path, broken: Path
) -> None:
    exchange, table = tmp_path / "a.xml", tmp_path / "a.xlsx"
    assert run("export", broken, "-o", exchange).exit_code == 0
    assert run("export", broken, "-o", table, "--format", "xlsx").exit_code == 0
    for file in (exchange, table):
        answer = json.loads(run("check", file, "--rules", book, "--framework", "national-2.0", "--json", *DAY).output)
        assert (answer["framework"], answer["counts"]["error"]) == ("2.0", 13)
    answer = json.loads(run("check", exchange, "--rules", book, "--json", *DAY).output)
    assert answer["framework"] == "2026-1425"
    old = json.loads(run("check", exchange, "--rules", book, "--json", "--as-of", "2021-01-01").output)
    assert old["framework"] == "2.0"


def test_rules_are_listed_and_their_examples_run(tmp_path: Path) -> None:
    good = written(tmp_path / "good.yaml", SHAPES[0])
    answer = run("rules", "--try", good, "--json")
    assert answer.exit_code == 0, answer.output
    assert [each["verdict"] for each in json.loads(answer.output)["examples"]] == ["as-said", "as-said"]
    bad = written(tmp_path / "bad.yaml", rule("ownership.unowned", "SELECT id AS subject FROM procedure"))
    answer = run("rules", "--try", bad)
    assert answer.exit_code == 1
    assert "did not find 'a'" in answer.output
    listed = json.loads(run("rules", "--rules", good, "--json").output)["rules"]
    assert [each["id"] for each in listed] == ["ownership.unowned"]


def test_a_rule_file_that_is_not_in_order_is_told_with_its_line(tmp_path: Path) -> None:
    file = written(tmp_path / "book.yaml", SHAPES[0])
    file.write_text(file.read_text("utf-8").replace("severity: error", "severity: grave"), "utf-8")
    line = next(n for n, text in enumerate(file.read_text("utf-8").splitlines(), 1) if "grave" in text)
    answer = run("rules", "--try", file)
    assert answer.exit_code == 1
    assert f"book.yaml:{line}:" in answer.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "there/is/none"],
        ["check", "--province", "vinh-phuc", "--framework", "national-7"],
        ["check", "--province", "vinh-phuc", "--rules", "nowhere"],
        ["check", "--province", "vinh-phuc", "--as-of", "yesterday"],
        ["rules", "--try", "nowhere.yaml"],
    ],
)
def test_wrong_use(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2
