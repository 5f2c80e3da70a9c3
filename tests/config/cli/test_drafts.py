"""`maidinh architecture draft-pull|draft-push`: a draft goes into git and comes back, merged with what others did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from maidinh.config.cli.architecture import app
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.drafting.actions.editing import edit_draft, open_draft
from maidinh.governance.drafting.models import Draft
from maidinh.governance.drafting.rules import Edit
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting

pytestmark = pytest.mark.slow


@pytest.fixture
def architect(official: Any) -> Actor:
    actor: Actor = official("architecture.draft")
    return actor


@pytest.fixture
def draft(own_database: str, architect: Actor, at: Any) -> Draft:
    with acting(agencies=architect.agencies):
        base = current_version().pk
        opened: Draft = open_draft(actor=architect, version="1.1", title={"vi": "Phiên bản 1.1"}, base=base, at=at)
    return opened


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments], env={"MAIDINH_LANGUAGE": "en"})


def test_a_draft_is_pulled_edited_and_pushed(draft: Draft, architect: Actor, at: Any, tmp_path: Path) -> None:
    file = tmp_path / "version.yaml"
    pulled = run("draft-pull", "1.1", "-o", file, "--as", architect.id)
    assert pulled.exit_code == 0, pulled.output
    text = file.read_text("utf-8")
    assert text.startswith(f"# draft {draft.pk} revision 0") and "elements:" not in text
    assert "framework-1.0" not in text, "nor what comes from the national framework"
    assert [each.name for each in tmp_path.iterdir()] == ["version.yaml"]
    first, second = draft.content["principles"][0], draft.content["elements"][1]
    assert first["id"] == "framework-1.0.P-CON-1"
    with acting(agencies=architect.agencies):
        edit_draft(actor=architect, draft_id=draft.pk, edits=[Edit("elements", second["id"], "note", "trên trang")],
                   seen_revision=0, via="form", at=at)  # fmt: skip
    new = "- {id: moi, kind: database, layer: 5, name: {vi: Cơ sở dữ liệu mới}, owner: ubnd}"
    file.write_text(f"{text}elements:\n{new}\nremoves: [{first['id']}]\n", "utf-8")
    pushed = run("draft-push", file, "--as", architect.id, "--json")
    assert pushed.exit_code == 0, pushed.output
    assert json.loads(pushed.output) == {
        "revision": 2, "conflicts": [], "changed": [["elements", "moi", ""], ["principles", first["id"], ""]],
        "unused_decisions": [],
    }  # fmt: skip
    with acting(agencies=architect.agencies):
        content = Draft.objects.get(pk=draft.pk).content
    now = {each["id"]: each for part in ("elements", "principles") for each in content[part]}
    assert first["id"] not in now and now["moi"]["owner"] == "H38" and now[second["id"]]["note"] == "trên trang"
    again = run("draft-push", file, "--as", architect.id)
    assert again.exit_code == 0 and "Fields changed: 0; revision 0 -> 2." in again.output


def test_a_file_that_would_break_the_draft_is_refused(draft: Draft, architect: Actor, tmp_path: Path) -> None:
    file = tmp_path / "version.yaml"
    run("draft-pull", "1.1", "-o", file, "--as", architect.id)
    text, gone = file.read_text("utf-8"), draft.content["relations"][0]["to"]
    file.write_text(f"{text}removes: [{gone}]\n", "utf-8")
    pushed = run("draft-push", file, "--as", architect.id)
    assert pushed.exit_code == 1 and f"{gone} is no element and no relation" in pushed.output
    file.write_text(text.replace("framework: ", "framework: 9"), "utf-8")
    pushed = run("draft-push", file, "--as", architect.id)
    assert pushed.exit_code == 1 and "framework: expected one of 1.0, 2.0, 2026-1425" in pushed.output


def test_a_conflict_is_listed_and_decided(draft: Draft, architect: Actor, at: Any, tmp_path: Path) -> None:
    file = tmp_path / "version.yaml"
    run("draft-pull", "1.1", "-o", file, "--as", architect.id)
    with acting(agencies=architect.agencies):
        edit_draft(actor=architect, draft_id=draft.pk, edits=[Edit("header", "", "title.vi", "Trên trang")],
                   seen_revision=0, via="form", at=at)  # fmt: skip
    file.write_text(file.read_text("utf-8").replace("Phiên bản 1.1", "Trong git"), "utf-8")
    pushed = run("draft-push", file, "--as", architect.id)
    assert pushed.exit_code == 1
    assert 'Conflict: header//title.vi: "Trên trang" | version.yaml: "Trong git"' in pushed.output
    decisions = tmp_path / "decisions.json"
    decisions.write_text('{"header//title.vi": "ours"}', "utf-8")
    assert run("draft-push", file, "--as", architect.id, "--decisions", decisions).exit_code == 0
    with acting(agencies=architect.agencies):
        assert Draft.objects.get(pk=draft.pk).title == {"vi": "Trong git"}


def test_what_cannot_be_done_is_told(draft: Draft, architect: Actor, official: Any, tmp_path: Path) -> None:
    file = tmp_path / "version.yaml"
    for arguments, told, code in (
        (("draft-pull", "9.9", "-o", file, "--as", architect.id), "no draft of version 9.9", 2),
        (("draft-pull", "1.1", "-o", file, "--as", "nobody"), "no official nobody", 2),
        (("draft-pull", "1.1", "-o", file, "--as", official("architecture.opine").id), "that you may read", 2),
        (("draft-push", file, "--as", architect.id), "version.yaml", 1),
    ):
        answer = run(*arguments)
        assert answer.exit_code == code and told in answer.output, answer.output
    run("draft-pull", "1.1", "-o", file, "--as", architect.id)
    text = file.read_text("utf-8")
    approver = run("draft-push", file, "--as", official("architecture.publish").id)
    assert approver.exit_code == 2 and "architecture.draft" in approver.output
    for change, told in (
        (text.replace("revision 0", "revision 8"), "no revision 8"),
        (text.replace('version: "1.1"', 'version: "1.9"'), "is 1.1 in this draft, not 1.9"),
        (f"{text}decision: 1/QĐ\n", "header  decision: is - in this draft, not 1/QĐ"),
        (f"{text}removes: [nobody]\n", "removes what it doesn't inherit: nobody"),
    ):
        file.write_text(change, "utf-8")
        answer = run("draft-push", file, "--as", architect.id)
        assert answer.exit_code == 1 and told in answer.output, answer.output
    decisions = tmp_path / "decisions.json"
    decisions.write_text("[]", "utf-8")
    assert run("draft-push", file, "--as", architect.id, "--decisions", decisions).exit_code == 2
