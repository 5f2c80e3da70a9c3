"""`maidinh national status` and `retry`: what they tell, and their exit codes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from maidinh.config.cli.national import app
from maidinh.config.environment import Environment
from maidinh.services.nationalportal.models import Link, Message
from tests.services.nationalportal.conftest import post  # noqa: F401 - a fixture
from tests.services.nationalportal.hostile import REFUSAL
from tests.services.nationalportal.post import Post

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("national")]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")
    monkeypatch.setattr(Environment, "variables", lambda _: {})

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    return invoke


def test_what_waits_is_refused_and_goes_again(run: Any, post: Post) -> None:  # noqa: F811 - the fixture
    assert run("status").exit_code == 0
    dossier = post.dossier_like(1)
    post.told(dossier)
    late = json.loads(run("status", "--json").stdout)
    assert (late["waiting"], late["dossiers"], late["parked"]) == (5, 1, [])
    second = post.as_worker(lambda: Message.objects.get(serial=2).message)
    post.double.refused.add(second)
    post.settle()
    found = run("status", "--json")
    (parked,) = json.loads(found.stdout)["parked"]
    assert (found.exit_code, parked["code"], parked["kind"], parked["behind"]) == (1, "post-1", "file", 3)
    told = run("status").stdout
    assert f"post-1: message 2 (file) was refused: 422: {REFUSAL}. Waiting behind it: 3." in told
    assert (run("retry").exit_code, run("retry", "post-1", "--all").exit_code) == (2, 2)
    assert run("retry", "post-9").exit_code == 1
    assert json.loads(run("retry", "--all", "--json").stdout) == {"dossiers": 1}
    post.double.relent()
    post.at += timedelta(days=36500)  # the command looks at the real clock
    post.settle()
    assert [row["kind"] for row in post.double.told("post-1")] == [
        "codes", "files", "dossiers", "progress", "statuses",
    ]  # fmt: skip
    assert post.as_worker(lambda: Link.objects.get().state) == "idle"
