"""`maidinh procedure plan|apply`: told before, done as told, gone on with, and refused where it doesn't hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from maidinh.config.cli.procedure import app
from maidinh.config.environment import Environment
from maidinh.infrastructure.calendars.definition import Budget
from maidinh.infrastructure.calendars.queries import calendar_at
from maidinh.infrastructure.calendars.rules import due
from maidinh.infrastructure.database.scope import acting
from maidinh.services.clock.explanation import explain
from maidinh.services.clock.reckoning import reckon
from maidinh.services.dossiers.actions.extending import extend_dossier
from maidinh.services.dossiers.models import Dossier, DossierEvent, Status
from maidinh.services.dossiers.queries import clock_of
from maidinh.services.procedures.models import ProcedureVersion
from tests.faults.republication import BASIS, CODE, crowd
from tests.services.results.stages import official_of

pytestmark = pytest.mark.slow
Run = Callable[..., Result]
WAYS = ((), ("accept", "pay", "pass"), ("refuse",))
LATE = date.today() + timedelta(days=400)  # a day that has not come, whenever this runs


@pytest.fixture
def run(
    own_database: str, province: Any, citizen: Any, signer: Any, at: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:  # fmt: skip
    """The command on a database in which one dossier stands at each step."""
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")
    monkeypatch.setattr(Environment, "variables", lambda _: {})
    crowd(dossiers=0, province=province, citizen=citizen, signer=signer, at=at, ways=WAYS)
    return lambda *arguments: CliRunner().invoke(app, [*map(str, arguments)])


@pytest.fixture
def version(province: Any, tmp_path: Path) -> Callable[..., Path]:
    """A file of a version 2.0 that takes dossiers over, changed as asked."""
    old = next(each for each in province.procedures if (each.code, each.version) == (CODE, "1.0"))

    def write(change: Callable[[Any], Any] = lambda content: None, **maps: Any) -> Path:
        content = old.model_dump(mode="json", by_alias=True)
        content |= {"version": "2.0", "effective_from": "2026-09-01"}
        content["change"] = {"dossiers": "migrate", "from_versions": ["1.0"], "basis": BASIS, **maps}
        change(content)
        file = tmp_path / "procedure.yaml"
        file.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
        return file

    return write


def shorter(content: Any) -> None:
    content["cases"][0]["time_limit"]["budget"]["amount"] = 10


def renamed(content: Any) -> None:
    content["steps"][2]["id"] = "site-visit"
    content["steps"][1]["outcomes"][0]["to"] = "site-visit"


def test_a_version_is_planned_applied_and_applied_again(run: Run, version: Any, role: Any, tmp_path: Path) -> None:
    file, kept = version(shorter), tmp_path / "plan.json"
    told = run("plan", file, "--save", kept, "--json")
    assert told.exit_code == 0, told.output
    found = json.loads(told.output)
    assert (found["class"], found["loaded"], found["before"]) == ("breaking", False, "1.0")
    assert found["counts"] == {"stays": 0, "moves": 2, "held": 0}, "of three dossiers one has ended"
    with role("worker"):
        assert not ProcedureVersion.objects.filter(version="2.0").exists(), "a plan writes nothing"
        ended = list(Dossier.objects.filter(status__in=(Status.NOT_ACCEPTED, Status.STOPPED)).values())
    first = json.loads(run("apply", file, "--plan", kept, "--json").output)
    assert (first["loaded"], first["moved"], first["changed"]) == (True, 2, [])
    with role("worker"):
        dues = {each.code: each.due_at for each in Dossier.objects.filter(procedure__version="2.0")}
        lines = list(DossierEvent.objects.filter(kind="moved").values_list("reason", flat=True))
        assert list(Dossier.objects.filter(status__in=(Status.NOT_ACCEPTED, Status.STOPPED)).values()) == ended
    assert {code: due.isoformat() if due else None for code, due in dues.items()} == {
        each["code"]: _utc(each["due_after"]) for each in found["dossiers"]
    }
    assert any(each["delta_seconds"] < 0 for each in found["dossiers"])
    assert lines == [f"1.0 → 2.0. {BASIS['text']}"] * 2
    again = run("apply", file, "--plan", kept, "--json")
    assert (again.exit_code, json.loads(again.output)["moved"]) == (0, 0), "going on where all is done does nothing"
    plain = run("plan", file).output
    assert "loaded" in plain
    assert "stay 0, move 0, cannot be moved 0" in plain


def test_a_date_that_was_extended_stays_extended_under_another_limit(
    run: Run, version: Any, role: Any, province: Any
) -> None:
    with role("worker"):
        dossier = Dossier.objects.get(status=Status.IN_PROCESS)
        task = dossier.tasks.get(closed_at=None)
        accepted, old = dossier.accepted_at, dossier.due_at
    actor = official_of(dossier, task, province)
    with acting(agencies=actor.agencies, official=actor.id):
        extend_dossier(actor=actor, code=dossier.code, amount=4, reason="flood", at=task.opened_at)
    file = version(shorter)
    planned = json.loads(run("plan", file, "--json").output)
    (fate,) = [each for each in planned["dossiers"] if each["code"] == dossier.code]
    calendar = calendar_at(accepted.date())
    ten, four = (Budget(amount=amount, unit=dossier.limit["unit"]) for amount in (10, 4))
    wanted = due(due(accepted, ten, calendar), four, calendar, cutoff=False)
    assert datetime.fromisoformat(fate["due_after"]) == wanted < datetime.fromisoformat(fate["due_before"])
    assert json.loads(run("apply", file, "--json").output)["moved"] == 2
    with role("worker"):
        after = Dossier.objects.select_related("procedure").get(pk=dossier.pk)
        clock = clock_of(after)
        lines = explain(clock)
        line = after.clock.order_by("-serial")[0]
    assert after.due_at == wanted == reckon(clock).due
    assert (line.kind, line.amount, line.reason) == (
        "limit_changed",
        clock.entries[-1].budget.amount,
        f"1.0 → 2.0. {BASIS['text']}",
    )
    assert line.amount > 10, "the limit that held until then"
    assert [each.kind for each in lines if each.entry is not None] == ["extended", "limit_changed"]
    assert lines[-1].at == wanted and old != wanted


def _utc(text: str | None) -> str | None:
    from datetime import UTC, datetime

    return datetime.fromisoformat(text).astimezone(UTC).isoformat() if text else None


def test_what_cannot_be_moved_is_told_with_its_remedy_and_stays(run: Run, version: Any, role: Any) -> None:
    file = version(renamed)
    told = run("plan", file)
    assert told.exit_code == 1
    assert "step field-check is gone: say under `change.steps` which one takes its place" in told.output
    done = run("apply", file, "--json")
    assert done.exit_code == 1
    found = json.loads(done.output)
    assert (found["moved"], found["held"]) == (1, 1)
    with role("worker"):
        left = Dossier.objects.exclude(procedure__version="2.0").exclude(status__in=(3, 8))
        assert [each.tasks.get(closed_at=None).step for each in left] == ["field-check"]
    mapped = version(renamed, steps={"field-check": "site-visit"})
    assert run("plan", mapped).exit_code == 1, "a kept version can't be changed any more"


def test_a_plan_does_not_hold_when_a_dossier_went_on_or_somebody_changed_it(
    run: Run, version: Any, role: Any, tmp_path: Path, province: Any, citizen: Any, signer: Any, at: Any
) -> None:
    file, kept = version(shorter), tmp_path / "plan.json"
    run("plan", file, "--save", kept)
    text = kept.read_text("utf-8")
    kept.write_text(text.replace('"fate": "moves"', '"fate": "stays"', 1), "utf-8")
    assert run("apply", file, "--plan", kept).exit_code == 2
    kept.write_text(text, "utf-8")
    crowd(dossiers=0, province=province, citizen=citizen, signer=signer, at=at + timedelta(days=1), ways=WAYS[:1])
    refused = run("apply", file, "--plan", kept)
    assert refused.exit_code == 1
    with role("worker"):
        assert not ProcedureVersion.objects.filter(version="2.0").exists()


def test_before_its_first_day_a_version_is_loaded_and_nothing_moves(run: Run, version: Any, role: Any) -> None:
    file = version(lambda content: content.update(effective_from=LATE.isoformat()))
    done = run("apply", file, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert (found["loaded"], found["moved"], found["later"]) == (True, 0, 2)
    with role("worker"):
        assert not Dossier.objects.filter(procedure__version="2.0").exists()


def test_pinned_dossiers_stay_two_versions_on_one_day_are_refused_and_so_is_wrong_use(run: Run, version: Any) -> None:
    told = run("plan", version(lambda content: content.update(change={"dossiers": "pin"})), "--json")
    assert told.exit_code == 0
    assert json.loads(told.output)["counts"] == {"stays": 2, "moves": 0, "held": 0}
    overlapping = version(lambda content: content.update(effective_from="2026-07-01"))
    assert run("plan", overlapping).exit_code == 1
    assert "would both be in force on one day" in run("apply", overlapping).output
    assert run("plan").exit_code == 2
    assert run("plan", version(), "--province", "lao-cai").exit_code == 2
    assert run("plan", "--province", "lao-cai", "--save", "x.json").exit_code == 2
    told = run("plan", "--province", "lao-cai", "--json")
    assert told.exit_code == 0, told.output
    assert {each["loaded"] for each in json.loads(told.output)["plans"]} == {True}
