"""`maidinh roadmap …`: from files alone, with the exit codes that scripts rely on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from maidinh.config.cli.roadmap import app
from maidinh.governance.roadmap import solving
from maidinh.governance.roadmap.reading import read_portfolio
from maidinh.infrastructure.definitions.locating import definitions_root

EXAMPLES = definitions_root() / "examples/roadmap"
FEASIBLE, INFEASIBLE = EXAMPLES / "feasible.yaml", EXAMPLES / "infeasible.yaml"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def changed(folder: Path, old: str, new: str) -> Path:
    """The sample portfolio with one thing changed."""
    text = FEASIBLE.read_text("utf-8")
    assert old in text
    path = folder / "changed.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def test_the_sample_portfolio_is_solved() -> None:
    answer = run("solve", FEASIBLE, "--json")
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.output)
    assert (told["status"], told["conflicts"], "faults" in told) == ("optimal", [], False)
    assert told["gap"] <= 0.001
    assert len(told["starts"]) + len(told["left_out"]) == len(read_portfolio(FEASIBLE).demands)
    assert all(each["why"] and "%(" not in each["why"] for each in told["left_out"])
    assert {each["project"]: each["reason"] for each in told["left_out"]}["phong-hop"] == "pinned"
    assert set(told["spend"]) == {"central-investment", "local-investment", "local-regular"}
    assert {each["year"] for each in told["marginal"]} == {2027, 2028, 2029, 2030, 2031}


def test_the_other_one_is_answered_with_what_conflicts() -> None:
    answer = run("solve", INFEASIBLE, "--json")
    assert answer.exit_code == 1, answer.output
    told = json.loads(answer.output)
    assert (told["status"], told["smallest"], told["starts"]) == ("infeasible", True, {})
    assert all(each["says"] and "%(" not in each["says"] for each in told["conflicts"])
    assert "budget" in {each["kind"] for each in told["conflicts"]}
    words = run("solve", INFEASIBLE)
    assert words.exit_code == 1
    assert "Shared data store of the province (kho-du-lieu) must end in 2029" in words.output


def test_a_person_reads_titles(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = run("solve", FEASIBLE, "--no-marginal")
    assert answer.exit_code == 0
    assert "Upgrade of the exchange for data (truc-ket-noi)" in answer.output
    assert "Land data: hired as a service (dat-dai-thue): Only one of these is funded" in answer.output
    monkeypatch.setenv("MAIDINH_LANGUAGE", "vi")
    assert "Nâng cấp trục kết nối, chia sẻ dữ liệu (truc-ket-noi)" in run("solve", FEASIBLE, "--no-marginal").output


def test_faults_are_told_at_their_line(tmp_path: Path) -> None:
    path = changed(tmp_path, "needs: [truc-ket-noi]", "needs: [truc]")
    line = path.read_text("utf-8").split("needs: [truc]")[0].count("\n") + 1
    for command in ("check", "solve"):
        answer = run(command, path, "--json")
        assert answer.exit_code == 1
        (fault,) = json.loads(answer.output)["faults"]
        assert (fault["field"], fault["line"]) == ("demands.1.needs.0", line)
    assert f"changed.yaml:{line}: demands.1.needs.0: is truc" in run("check", path).output
    assert run("check", FEASIBLE).exit_code == 0


def test_what_must_be_done_and_costs_too_much_has_fault_and_conflict(tmp_path: Path) -> None:
    path = changed(tmp_path, "    value: 50\n", "    value: 50\n    deadline: 2031\n")
    text = path.read_text("utf-8")
    for line in text.splitlines():
        if "source: central-investment" in line and "year:" in line:
            text = text.replace(line, line.replace(line.split("amount: ")[1].split(",")[0], "1000000000"))
    path.write_text(text, "utf-8")
    answer = run("solve", path, "--json")
    assert answer.exit_code == 1, answer.output
    told = json.loads(answer.output)
    assert told["status"] == "infeasible"
    assert "dat-dai-tu-lam (90,000,000,000)" in told["faults"][0]["says"]
    assert ("deadline", "dat-dai-tu-lam") in {(each["kind"], each["subject"]) for each in told["conflicts"]}


def test_wrong_use_and_files_that_are_no_portfolio(tmp_path: Path) -> None:
    assert run("solve", tmp_path / "none.yaml").exit_code == 2
    assert run("solve").exit_code == 2
    assert run("solve", FEASIBLE, "--gap", "7").exit_code == 2
    assert run("compare", FEASIBLE).exit_code == 2
    assert run("template", "-o", tmp_path / "one.doc").exit_code == 2
    (tmp_path / "bad.yaml").write_text("id: one\n", "utf-8")
    answer = run("check", tmp_path / "bad.yaml", "--json")
    assert answer.exit_code == 1
    assert {each["field"] for each in json.loads(answer.output)["faults"]} == {"title", "years"}
    (tmp_path / "bad.xlsx").write_bytes(b"PK")
    assert run("check", tmp_path / "bad.xlsx").exit_code == 1


def test_where_time_runs_out_with_nothing_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object, **__: object) -> None:
        raise solving.NothingFound("none")

    monkeypatch.setattr(solving, "solve", nothing)
    answer = run("solve", FEASIBLE, "--seconds", "1")
    assert answer.exit_code == 3
    assert "--seconds" in answer.output


def test_a_template_is_in_order_in_both_forms(tmp_path: Path) -> None:
    for name in ("one.yaml", "one.xlsx"):
        assert run("template", "-o", tmp_path / name).exit_code == 0
        assert run("check", tmp_path / name).exit_code == 0, run("check", tmp_path / name).output
        assert run("solve", tmp_path / name).exit_code == 0
    assert run("template", "--from", FEASIBLE, "-o", tmp_path / "two.xlsx").exit_code == 0
    assert read_portfolio(tmp_path / "two.xlsx") == read_portfolio(FEASIBLE)


def test_roadmaps_side_by_side(tmp_path: Path) -> None:
    path = changed(tmp_path, "pinned: out", "pinned: 2028")
    answer = run("compare", FEASIBLE, path, "--json")
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.output)
    assert [each["name"] for each in told["roadmaps"]] == [str(FEASIBLE), str(path)]
    assert told["starts"]["phong-hop"] == [None, 2028]
    assert "phong-hop" in told["differs"]
    assert told["roadmaps"][0]["value"] >= told["roadmaps"][1]["value"] - 6
    assert "Better rooms for online meetings (phong-hop): [1] –, [2] 2028" in run("compare", FEASIBLE, path).output
    assert run("compare", FEASIBLE, INFEASIBLE).exit_code == 1
