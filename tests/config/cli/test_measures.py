"""`maidinh measures`: the index with its formulas, for people and for machines; counting anew."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from maidinh.config.cli.measures import app


@pytest.fixture(autouse=True)
def _same_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command sets what a process of its own would read; here the settings are read already."""
    monkeypatch.setattr("os.environ.update", lambda variables: None)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def test_the_index_without_dossiers_fills_nothing_in() -> None:
    found = run("index", "--year", "2026", "--by", "month", "--json")
    assert found.exit_code == 0, found.output
    told = json.loads(found.output)
    shares = {one["id"]: one for group in told["index"]["groups"] for one in group["indicators"]}
    assert shares["on-time"] | {"title": 0, "formula": 0} == {
        "id": "on-time", "title": 0, "formula": 0, "part": 0, "whole": 0, "value": None, "unit": "percent",
        "target": 100, "points": None, "points_of": 20, "why": "nothing", "basis": "Quyết định 766/QĐ-TTg",
        "checked": False,
    }  # fmt: skip
    assert (shares["papers-reused"]["why"], shares["satisfied"]["why"]) == ("nothing", "unrecorded")
    online = shares["services-online"]
    assert 0 < online["part"] <= online["whole"]
    assert online["points"] == round(6 * min(1, online["part"] / online["whole"] / 0.8), 2)
    assert told["index"]["points_measured"] + told["index"]["points_not_measured"] == 100
    assert told["index"]["grade"] is None
    assert all(one["formula"]["vi"] and one["formula"]["en"] for one in shares.values())
    assert {part["key"][:5] for part in told["by_month"]} == {"2026-"}


def test_people_read_the_formula_beside_each_figure() -> None:
    found = run("index", "--year", "2026", "--agency", "H38.999", "--by", "agency")
    assert found.exit_code == 0, found.output
    assert "766" in found.output
    assert found.output.count("/100") == 0
    for words in ("Dossiers ended on time", "More than 1 request for a supplement", "100 % less the share of dossiers"):
        assert words in found.output


def test_where_no_version_holds_it_says_so() -> None:
    found = run("index", "--year", "2019")
    assert found.exit_code == 2
    assert "definitions/national/measures" in found.output


def test_counting_anew_tells_how_many() -> None:
    found = run("rebuild", "--json")
    assert (found.exit_code, json.loads(found.output)) == (0, {"dossiers": 0})
