"""`maidinh procedure pull`: what was approved in the browser becomes files, byte for byte, and writes over nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from maidinh.config.cli.procedure import app
from maidinh.config.environment import Environment
from maidinh.infrastructure.definitions.hashing import content_hash
from maidinh.infrastructure.definitions.reading import read_form
from maidinh.services.authoring.definition import MAIN
from maidinh.services.procedures.definition import Procedure
from tests.services.authoring.conftest import CODE, Desk

pytestmark = pytest.mark.slow


@pytest.fixture
def run(own_database: str, province: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")
    monkeypatch.setattr(Environment, "variables", lambda _: {})
    return lambda *arguments: CliRunner().invoke(app, ["pull", *map(str, arguments)])


def test_what_was_approved_is_written_and_reads_as_what_is_kept(
    run: Callable[..., Result], official: Any, at: Any, tmp_path: Path
) -> None:
    desk = Desk(official, at)
    draft = desk.handed_in()
    version = desk.approve(draft)
    told = run(CODE, "-o", tmp_path, "--json")
    assert told.exit_code == 0, told.output
    folder = tmp_path / CODE / "2.0"
    assert json.loads(told.output)["written"] == sorted(draft.files)
    written = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.yaml")}
    assert written == {name: text.encode() for name, text in draft.files.items()}
    read = read_form(folder / MAIN, Procedure)
    assert content_hash(read.model_dump(mode="json", by_alias=True)) == version.hash

    again = run(CODE, "-o", tmp_path, "--version", "2.0")
    assert again.exit_code == 0 and "written now: 0" in again.output
    (folder / MAIN).write_text("a: 1\n")
    (folder / "scenarios/house.yaml").unlink()
    refused = run(CODE, "-o", tmp_path)
    assert refused.exit_code == 1 and MAIN in refused.output and (folder / MAIN).read_text() == "a: 1\n"
    assert not (folder / "scenarios/house.yaml").exists()

    assert run(CODE, "-o", tmp_path, "--version", "1.0").exit_code == 0, "one that was loaded from a file"
    unknown = run(CODE, "-o", tmp_path, "--version", "7.0")
    assert unknown.exit_code == 2 and "1.0, 2.0" in unknown.output
    assert run(CODE, "-o", tmp_path / "none").exit_code == 2
