"""`maidinh calendar plan|apply`: which dates a changed calendar moves, and that they are moved once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from maidinh.config.cli.calendar import app
from maidinh.config.environment import Environment
from maidinh.infrastructure.calendars.definition import Override
from maidinh.infrastructure.calendars.queries import calendar_at
from maidinh.services.dossiers.models import ClockEntry, Dossier
from tests.faults.republication import crowd

pytestmark = pytest.mark.slow
Run = Callable[..., Result]
WAYS = ((), ("accept", "pay", "pass"), ("refuse",))
NOTICE = "Thông báo số 12/TB-UBND"


@pytest.fixture
def run(own_database: str, province: Any, citizen: Any, signer: Any, at: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command on a database in which one dossier isn't accepted, one is at work and one has ended."""
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")
    monkeypatch.setattr(Environment, "variables", lambda _: {})
    crowd(dossiers=0, province=province, citizen=citizen, signer=signer, at=at, ways=WAYS)
    return lambda *arguments: CliRunner().invoke(app, [*map(str, arguments)])


def closed(monkeypatch: pytest.MonkeyPatch, *days: date) -> None:
    def changed(on: date, root: Path | None = None) -> Any:
        known = calendar_at(on, root)
        return known.model_copy(
            update={"overrides": [*known.overrides, *(Override(day=d, working=False) for d in days)]}
        )

    monkeypatch.setattr("maidinh.services.dossiers.queries.calendar_at", changed)


def test_what_a_plan_lists_is_moved_once(run: Run, role: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    none = run("plan", "--json")
    assert none.exit_code == 0, none.output
    assert json.loads(none.output) == {"dossiers": [], "count": 0}
    with role("worker"):
        before = {each.code: each.due_at for each in Dossier.objects.all()}
        (code,) = [each.code for each in Dossier.objects.filter(accepted_at__isnull=False, finished_at=None)]
    closed(monkeypatch, (before[code] - timedelta(days=1)).date(), before[code].date())
    found = json.loads(run("plan", "--json").output)
    (line,) = found["dossiers"]
    assert (line["code"], datetime.fromisoformat(line["old_due"])) == (code, before[code])
    new = datetime.fromisoformat(line["new_due"])
    assert new > before[code]
    told = run("plan").output
    assert code in told and f"→ {new:%d/%m/%Y %H:%M}" in told and "counted otherwise: 1" in told
    with role("worker"):
        assert {each.code: each.due_at for each in Dossier.objects.all()} == before, "a plan writes nothing"
    assert run("apply").exit_code == 2, "the notice that changed the calendar is named"
    assert run("apply", "--reason", " ").exit_code == 2
    done = json.loads(run("apply", "--reason", NOTICE, "--json").output)
    assert (done["recounted"], done["changed"], done["dossiers"]) == (1, [], found["dossiers"])
    with role("worker"):
        assert {each.code: each.due_at for each in Dossier.objects.all()} == before | {code: new}
        assert ClockEntry.objects.get(kind="calendar_changed").new_due == new
    again = run("apply", "--reason", NOTICE)
    assert again.exit_code == 0 and "Counted anew: 0" in again.output
    with role("worker"):
        assert ClockEntry.objects.filter(kind="calendar_changed").count() == 1
