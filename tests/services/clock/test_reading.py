"""A term in a file: what it says, which calendar and rules it follows, and each fault at its line with a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from maidinh.infrastructure.definitions.reading import DefinitionError
from maidinh.services.clock.explanation import explain
from maidinh.services.clock.reading import TermUnreadable, read_term
from maidinh.services.clock.reckoning import provisional, reckon
from maidinh.services.clock.telling import rows
from tests.services.clock.judging import at

EXAMPLES = Path(__file__).resolve().parents[3] / "definitions/examples/dossiers"
HEAD = "start: 2026-03-02T09:00:00\namount: 10\nunit: working_day\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "term.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_plain_term_follows_calendar_and_rules_of_its_start(tmp_path: Path) -> None:
    given = read_term(written(tmp_path, HEAD))
    assert (given.ledger.calendar.id, given.pack.id, given.ledger.rule) == ("vn-2026", "2025", "restart")
    assert reckon(given.ledger).due == at("2026-03-16T17:00:00")
    assert read_term(written(tmp_path, HEAD + "as_of: 2026-07-02\n")).pack.id == "2026-07"
    assert read_term(written(tmp_path, HEAD + "pack: '2018'\nsupplement: pause\n")).ledger.rule == "pause"


def test_json_is_read_too_and_a_moment_may_name_its_zone(tmp_path: Path) -> None:
    path = tmp_path / "term.json"
    path.write_text('{"start": "2026-03-02T02:00:00+00:00", "amount": 10, "unit": "working_day"}', "utf-8")
    assert reckon(read_term(path).ledger).due == at("2026-03-16T17:00:00")


def test_each_reason_names_its_article(tmp_path: Path) -> None:
    text = HEAD.replace("2026-03-02T09", "2026-02-12T16") + (
        "events:\n"
        "  - {at: 2026-02-25T10:00:00, kind: supplement_asked, note: bản vẽ}\n"
        "  - {at: 2026-03-03T10:00:00, kind: supplement_received}\n"
        "  - {at: 2026-03-04T10:00:00, kind: suspended, article: 'Luật Đất đai, niêm yết'}\n"
        "  - {at: 2026-03-06T10:00:00, kind: resumed}\n"
    )
    lines = explain(read_term(written(tmp_path, text)).ledger)
    articles = {(line.kind, line.reason): line.article.text for line in lines if line.article}
    assert articles["not_counted", "after_cutoff"] == "Nghị định 118/2025/NĐ-CP"
    assert articles["not_counted", "holiday"] == "Bộ luật Lao động 2019, điều 112"
    assert articles["start", "first_day"] == "Bộ luật Dân sự 2015, điều 147-148"
    assert articles["starts_again", None] == "Nghị định 118/2025/NĐ-CP"
    assert "Luật Đất đai, niêm yết" in {line.article.text for line in lines if line.article and line.kind == "stopped"}
    assert all(line.article for line in lines if line.reason), "no reason without its article"


def test_a_calendar_beside_the_file_and_one_that_changes(tmp_path: Path) -> None:
    text = HEAD + (
        "events:\n"
        "  - at: 2026-03-04T10:00:00\n"
        "    kind: calendar_changed\n"
        "    overrides:\n"
        "      - {day: 2026-03-09, working: false, source: Thông báo hoán đổi}\n"
        "      - {day: 2026-03-07, working: true, source: Thông báo hoán đổi}\n"
        "      - {day: 2026-03-10, working: false, source: Thông báo hoán đổi}\n"
    )
    given = read_term(written(tmp_path, text))
    assert reckon(given.ledger).due == at("2026-03-17T17:00:00")
    changed = next(line for line in explain(given.ledger) if line.kind == "calendar_changed")
    assert changed.end == at("2026-03-16T17:00:00")
    own = (
        "id: xa\nvalid_from: 2025-01-01\ncountry: VN\ncutoff: '10:00:00'\ndue_time: '16:00:00'\n"
        "office_hours: [{opens: '08:00:00', closes: '16:00:00'}]\n"
    )
    (tmp_path / "xa.yaml").write_text(own, "utf-8")
    assert reckon(read_term(written(tmp_path, HEAD + "calendar: xa.yaml\n")).ledger).due == at("2026-03-16T16:00:00")


@pytest.mark.parametrize(
    ("more", "line", "said", "remedy"),
    [
        ("calendar: moon\n", 4, "working calendar", "vn-2026"),
        ("pack: '1999'\n", 4, "rule pack", "2026-07"),
        ("as_of: 1999-01-01\n", 4, "No rule pack", "pack"),
        ("events:\n  - {at: 2026-03-01T09:00:00, kind: suspended}\n", 5, "earlier", "order of time"),
        ("events:\n  - {at: 2026-03-03T09:00:00, kind: resumed}\n", 5, "Nothing stands", "suspended"),
        ("events:\n  - at: 2026-03-03T09:00:00\n    kind: suspended\n    until: 2026-04-01\n", 7, "extended",
         "change the kind"),
        ("events:\n  - {at: 2026-03-03T09:00:00, kind: extended, amount: 3}\n", 5, "unit", "working_day"),
        ("events:\n  - {at: 2026-03-03T09:00:00, kind: extended, until: 2026-03-10}\n", 5, "2026-03-16", "after that"),
        ("events:\n  - {at: 2026-03-03T09:00:00, kind: calendar_changed}\n", 5, "no calendar", "overrides"),
    ],
)  # fmt: skip
def test_what_can_not_be_is_told_at_its_line(tmp_path: Path, more: str, line: int, said: str, remedy: str) -> None:
    with pytest.raises(TermUnreadable) as refused:
        read_term(written(tmp_path, HEAD + more))
    told = refused.value.told[0]
    assert told.line == line
    assert said in told.fault.says % told.fault.values
    assert remedy in told.fault.remedy % told.fault.values


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD.replace("2026-03-02T09:00:00", "2026-03-02"), 1),
        (HEAD.replace("amount: 10", "amount: -1"), 2),
        (HEAD.replace("working_day", "week"), 3),
        (HEAD + "events:\n  - {at: 2026-03-03T09:00:00, kind: paused}\n", 5),
        (HEAD + "deadline: 2026-03-02\n", 4),
    ],
)
def test_a_wrong_form_is_told_at_its_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(DefinitionError) as refused:
        read_term(written(tmp_path, text))
    assert refused.value.problems[0].line == line


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*")), ids=lambda path: path.name)
def test_the_examples_hold(path: Path) -> None:
    assert explain(read_term(path).ledger)[-1].kind in ("due", "stands")


def test_there_are_examples() -> None:
    assert len(list(EXAMPLES.glob("*"))) >= 4


def test_a_term_beyond_the_published_days_off_is_told_as_provisional(tmp_path: Path) -> None:
    near, far = (
        read_term(written(tmp_path, HEAD.replace("2026-03", month))).ledger for month in ("2026-03", "2026-12")
    )
    assert [provisional(each, reckon(each)) for each in (near, far)] == [False, False]
    over = read_term(written(tmp_path, HEAD.replace("2026-03-02", "2026-12-28"))).ledger
    assert provisional(over, reckon(over))
    assert rows(over, str, "en")[-1].text.endswith("The days off after 31/12/2026 are not published yet, "
                                                   "so the date may still change.")  # fmt: skip


def test_years_whose_days_off_nobody_knows_are_refused(tmp_path: Path) -> None:
    for text in (HEAD.replace("2026-03-02", "1890-03-03"), HEAD.replace("amount: 10", "amount: 1900").replace(
            "working_day", "month")):  # fmt: skip
        with pytest.raises(TermUnreadable) as refused:
            read_term(written(tmp_path, text + "calendar: vn-2026\npack: '2025'\n"))
        assert "leaves these years" in refused.value.told[0].fault.says
