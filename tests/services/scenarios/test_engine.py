"""What a scenario says comes about with real dossiers too: the same steps, the same status, the same due moment."""

from __future__ import annotations

import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.definitions.locating import CHECKOUT
from maidinh.infrastructure.definitions.reading import read_form
from maidinh.infrastructure.files.actions import store_document
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.services.dossiers.actions.steps import complete_task
from maidinh.services.dossiers.actions.submission import SubmittedPaper, submit_dossier
from maidinh.services.dossiers.models import Task
from maidinh.services.dossiers.queries import standing_for
from maidinh.services.procedures.queries import current_version
from maidinh.services.scenarios.definition import Scenario
from tests.services.results.stages import PDF, official_of

HERE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.parametrize(
    ("code", "name", "events"), [("1.012786", "notice", 4), ("1.012812", "settled", 5), ("1.008128", "poultry", 1)]
)
def test_a_real_dossier_does_what_the_scenario_says(
    db: None, citizen: Any, signer: Any, province: Any, code: str, name: str, events: int
) -> None:
    path = CHECKOUT / "provinces/lao-cai/procedures" / code / "1.0/scenarios" / f"{name}.yaml"
    story, version, log = read_form(path, Scenario), current_version(code), LogKeeper(signer, "lao-cai", 60)
    filed = story.filed.replace(tzinfo=HERE)
    everyone = [agency.code for agency in province.organisations.agencies]
    with acting(person=citizen.person):
        papers = [SubmittedPaper(p, store_document(content=io.BytesIO(PDF), at=filed).digest, p) for p in story.papers]
        dossier = submit_dossier(
            actor=citizen, version=version, case=story.case, receiving=version.procedure.receiving[0],
            answers=story.answers, papers=papers, channel=2, key=name, at=filed, log=log,
        ).dossier  # fmt: skip
    for event in [each for each in story.events if each.expect.refused is None and each.outcome][:events]:
        with acting(agencies=everyone):
            task = Task.objects.get(dossier=dossier, step=event.step, closed_at__isnull=True)
        actor, at = official_of(dossier, task, province), event.at.replace(tzinfo=HERE)
        with acting(agencies=actor.agencies):
            complete_task(
                actor=actor, task_id=task.pk, outcome=event.outcome or "", reason=event.reason, findings="-",
                facts=event.facts, at=at, log=log,
            )  # fmt: skip
        with acting(agencies=everyone):
            dossier.refresh_from_db()
            stands = bool(standing_for(dossier))
            still = list(Task.objects.filter(dossier=dossier, closed_at__isnull=True).values_list("step", flat=True))
        wanted = event.expect
        assert wanted.open is None or sorted(still) == sorted(wanted.open), event.step
        assert wanted.status is None or dossier.status == wanted.status, event.step
        assert wanted.due is None or dossier.due_at == wanted.due.replace(tzinfo=HERE), event.step
        assert wanted.standing is None or stands == wanted.standing, event.step
