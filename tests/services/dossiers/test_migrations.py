"""Dossiers of the releases before: what they awaited, they still await."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.database.standing import as_role
from maidinh.services.dossiers.actions.steps import complete_task
from maidinh.services.dossiers.actions.submission import supplement_dossier
from maidinh.services.dossiers.models import Dossier, Status, Task
from tests.services.results.stages import official_of, open_step, submitted


@pytest.mark.slow
def test_a_supplement_asked_for_before_branches_opens_its_step_again(
    own_database: str, citizen: Any, signer: Any, province: Any, at: Any
) -> None:
    dossier = submitted(citizen, signer, at)
    task, _ = open_step(dossier)
    actor = official_of(dossier, task, province)
    with acting(agencies=actor.agencies):
        complete_task(actor=actor, task_id=task.pk, outcome="accept", at=at)
    asking = submitted(citizen, signer, at, key="asking")
    task, _ = open_step(asking)
    actor = official_of(asking, task, province)
    with acting(agencies=actor.agencies):
        complete_task(actor=actor, task_id=task.pk, outcome="supplement", reason="missing", at=at)
    with as_role(settings.CONNECTIONS, "owner"):
        call_command("migrate", "dossiers", "0001", verbosity=0, skip_checks=True)
        call_command("migrate", verbosity=0, skip_checks=True)
    with acting(agencies=asking.agencies):
        assert list(Task.objects.filter(asked=True).values_list("pk", flat=True)) == [task.pk]
    with acting(person=citizen.person):
        after = supplement_dossier(actor=citizen, code=asking.code, papers=[], explanation="here", at=at)
    assert after.status == Status.NEW
    with acting(agencies=dossier.agencies):
        assert Dossier.objects.get(pk=dossier.pk).status == Status.ACCEPTED
