"""`maidinh exchange interface-check` on files, for people and for machines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from maidinh.config.cli import exchange
from tests.exchange.interfaces.documents import document
from tests.exchange.interfaces.test_comparison import changed
from tests.exchange.interfaces.test_wsdl import WSDL

NARROWER = changed("components>schemas>Person>properties>born")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")


@pytest.fixture
def check(tmp_path: Path) -> Any:
    def run(old: Any, new: Any, *options: str, ending: str = "json") -> Result:
        paths = [tmp_path / f"old.{ending}", tmp_path / f"new.{ending}"]
        for path, content in zip(paths, (old, new), strict=True):
            path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return CliRunner().invoke(exchange.app, ["interface-check", *map(str, paths), *options])

    return run


@pytest.mark.parametrize(("new", "code", "verdict"), [
    (document(), 0, "compatible"),
    (NARROWER, 1, "breaking"),
    (changed("info>version", "2.0.0", NARROWER), 0, "breaking, announced"),
])  # fmt: skip
def test_the_verdict_for_machines(check: Any, new: dict[str, Any], code: int, verdict: str) -> None:
    answer = check(document(), new, "--json")
    assert (answer.exit_code, json.loads(answer.stdout)["verdict"]) == (code, verdict)


def test_people_are_told_place_and_remedy(check: Any) -> None:
    answer = check(document(), NARROWER)
    assert "breaks: GET /persons/own 200/born: The field is gone." in answer.stdout
    assert "raise the first number of its version" in answer.stdout


def test_two_wsdls(check: Any) -> None:
    narrower = WSDL.replace('<xs:element name="name" type="xs:string"/>', "")
    assert check(WSDL, narrower, ending="wsdl").exit_code == 1
    assert check(WSDL, WSDL, ending="wsdl").exit_code == 0


def test_wrong_use_is_told(check: Any, tmp_path: Path) -> None:
    unusable = check(document(), document(openapi="2.0"))
    assert (unusable.exit_code, "openapi: expected" in unusable.stderr) == (2, True)
    (tmp_path / "a.wsdl").write_text(WSDL)
    for other in ("a.wsdl", "none.json"):
        answer = CliRunner().invoke(
            exchange.app, ["interface-check", str(tmp_path / "old.json"), str(tmp_path / other)]
        )
        assert answer.exit_code == 2
