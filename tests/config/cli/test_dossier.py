"""`maidinh dossier due` from files alone: words, JSON, exit codes. (`explain`: services/dossiers/test_clock.)"""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from maidinh.config.cli.dossier import app
from maidinh.infrastructure.calendars.definition import Budget
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.services.clock.ledger import Entry, Ledger
from maidinh.services.clock.telling import document, paragraphs
from tests.services.clock.judging import CALENDAR, at

EXAMPLES = definitions_root() / "examples/dossiers"
FOUR = Budget(amount=4, unit="working_day")


def run(*arguments: str | Path, language: str = "en") -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments], env={"MAIDINH_LANGUAGE": language})


def test_a_term_is_told_in_words_day_by_day() -> None:
    answer = run("due", EXAMPLES / "supplement.yaml")
    assert answer.exit_code == 0, answer.output
    lines = answer.output.splitlines()
    assert lines[0] == "Due: 17:00 30/11/2026"
    assert "24/11/2026 Tuesday: not counted, holiday (Vietnam Cultural Day) [Bộ luật Lao động 2019, điều 112]" in lines
    assert any("05/11/2026" in line and "the clock stops" in line and "bản vẽ" in line for line in lines)
    assert any("12/11/2026" in line and "starts again: working days: 10" in line for line in lines)
    assert lines[-1] == "Rules: 2026-07. Calendar: vn-2026."


def test_the_same_for_machines() -> None:
    told = json.loads(run("due", EXAMPLES / "extension.yaml", "--json").output)
    assert told["due"] == "2026-03-19T17:00:00+07:00" == told["steps"][-1]["at"]
    assert [step["event"] for step in told["steps"] if "event" in step] == [
        "extended", "supplement_asked", "supplement_received",
    ]  # fmt: skip
    stopped = next(step for step in told["steps"] if step["kind"] == "stopped")
    assert stopped["left"] == {"amount": 3, "unit": "working_day"} and stopped["article"]["checked"] is False
    assert (told["supplement"], told["pack"], told["calendar"]) == ("pause", "2025", "vn-2026")


def test_a_clock_that_stands_has_no_end(tmp_path: Path) -> None:
    path = tmp_path / "term.json"
    events = [{"at": "2026-03-04T10:00:00", "kind": "supplement_asked"}]
    path.write_text(json.dumps({"start": "2026-03-02T09:00:00", "amount": 9, "unit": "calendar_day", "events": events}))
    told = json.loads(run("due", path, "--json").output)
    assert (told["due"], told["left"], told["steps"][-1]["kind"]) == (
        None, {"amount": 7, "unit": "calendar_day"}, "stands",
    )  # fmt: skip
    assert "There is no due date until it goes on." in run("due", path).output


def test_faults_are_told_at_their_line(tmp_path: Path) -> None:
    path = tmp_path / "term.yaml"
    path.write_text("start: 2026-03-02T09:00:00\namount: 9\nunit: working_day\npack: moon\n", "utf-8")
    answer = run("due", path)
    assert answer.exit_code == 1
    assert f"{path}:4: pack: There is no rule pack moon. Name one of these: 2018, 2020" in answer.output
    told = json.loads(run("due", path, "--json").output)
    assert told["faults"][0]["line"] == 4
    path.write_text("start: 2026-03-02\namount: 9\nunit: working_day\n", "utf-8")
    answer = run("due", path)
    assert answer.exit_code == 1 and f"{path}:1: start:" in answer.output and "without its hour" in answer.output
    assert run("due", tmp_path / "none.yaml").exit_code == 2


def test_every_kind_of_line_has_its_words() -> None:
    half = Ledger(
        at("2026-03-06T15:30:00"), FOUR, CALENDAR, "restart",
        entries=(
            Entry(at("2026-03-12T10:00:00"), "suspended"), Entry(at("2026-03-13T10:00:00"), "supplement_asked"),
            Entry(at("2026-03-16T10:00:00"), "resumed"), Entry(at("2026-03-17T10:00:00"), "supplement_received"),
            Entry(at("2026-03-18T10:00:00"), "extended", budget=FOUR),
            Entry(at("2026-03-19T10:00:00"), "calendar_changed", calendar=CALENDAR),
            Entry(at("2026-06-19T10:00:00"), "suspended"),
        ),
    )  # fmt: skip
    written = "\n".join(paragraphs(half, str, "en"))
    assert "%(" not in written and "None" not in written
    kinds = {step["kind"] for step in document(half, "2026-07", str, "en")["steps"]}
    assert kinds >= {
        "start", "not_counted", "counted", "stopped", "still_stopped", "still_waits", "starts_again", "extended",
        "granted", "calendar_changed", "ran_out", "stands",
    }  # fmt: skip
