"""The watch over open dossiers: nothing where all is well, each lack with its dossier, exit 1 with findings."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from typer.testing import CliRunner

from maidinh.config.cli.dossier import app
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.database.standing import as_role
from maidinh.infrastructure.identity.models import Official
from maidinh.services.dossiers.actions.steps import complete_task
from maidinh.services.dossiers.models import Task
from maidinh.services.dossiers.queries import gaps_in_open_dossiers
from tests.services.results.stages import official_of, open_step, submitted


def lacks(role: Any) -> dict[str, list[str]]:
    with role("worker"):
        _count, gaps = gaps_in_open_dossiers()
    found: dict[str, list[str]] = {}
    for gap in gaps:
        found.setdefault(gap.code, []).append(gap.lacks)
    return found


@pytest.mark.slow
def test_what_an_open_dossier_lacks_is_found(
    own_database: str, citizen: Any, signer: Any, province: Any, at: Any, role: Any, monkeypatch: Any
) -> None:
    fine = submitted(citizen, signer, at, key="fine")
    asked = submitted(citizen, signer, at, key="asked")
    task = open_step(asked)[0]
    clerk = official_of(asked, task, province)
    with acting(agencies=clerk.agencies):
        complete_task(actor=clerk, task_id=task.pk, outcome="supplement", reason="x", at=at + timedelta(hours=1))
    assert lacks(role) == {}
    stuck = submitted(citizen, signer, at, key="stuck")
    with acting(agencies=stuck.agencies):
        Task.objects.filter(dossier=stuck).update(closed_at=at, closed_by="x", outcome="lost")
    assert lacks(role) == {stuck.code: ["step"]}
    monkeypatch.setattr("maidinh.services.dossiers.queries.supplement_wait", lambda pack: None)
    assert lacks(role) == {stuck.code: ["step"], asked.code: ["date"]}
    monkeypatch.undo()
    with as_role(settings.CONNECTIONS, "owner"):
        Official.objects.filter(pk=clerk.id).update(roles=[])
    assert lacks(role) == {stuck.code: ["step"], fine.code: ["owner"]}


def test_the_command_tells_findings_for_machines(monkeypatch: Any) -> None:
    from maidinh.services.dossiers.queries import Gap

    gaps = [Gap("H38.101-1", "owner", "H38.101", "intake")]
    for found, code in ((gaps, 1), ([], 0)):
        monkeypatch.setattr("maidinh.services.dossiers.queries.gaps_in_open_dossiers", lambda found=found: (3, found))
        monkeypatch.setenv("MAIDINH_PROCESS", "web")
        answer = CliRunner().invoke(app, ["watch", "--json"])
        assert answer.exit_code == code, answer.output
        told = json.loads(answer.output)
        assert told["open"] == 3
        assert [each["dossier"] for each in told["findings"]] == [gap.code for gap in found]
        assert all(each["mend"] for each in told["findings"])
        assert "H38.101-1" in CliRunner().invoke(app, ["watch"]).output or not found
