"""The bench tells what it measured, and fails where a bound is missed."""

from __future__ import annotations

import json

import pytest
from bench.__main__ import main, names
from bench.report import Report


def test_a_row_says_ours_the_peers_and_the_bound(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    report.bench = "sample"
    report.row("import", [2.0, 1.0, 4.0], peer=[6.0], peer_name="other", bound=5)
    report.row("facts lost", 3, unit="facts", bound=0, note="of 10")
    lines = capsys.readouterr().out.splitlines()
    assert "2.00 s (1.00-4.00)" in lines[1]
    assert "other 6.00 s, 3.0 times ours; bound 5 s: reached" in lines[1]
    assert "bound 0 facts: MISSED; of 10" in lines[2]
    assert not report.reached


def test_rows_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(as_json=True)
    report.row("import", [2.0], peer=[6.0], peer_name="other", bound=5)
    report.close()
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["ratio"], row["reached"], row["ours"]) == (3.0, True, [2.0])


def test_an_unknown_bench_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert "interchange" in names()
    with pytest.raises(SystemExit) as stop:
        main(["nothing"])
    assert stop.value.code == 2
    assert "no bench is called nothing" in capsys.readouterr().err
