"""Dossiers of the releases before: what they awaited, they still await."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.database.standing import as_role
from maidinh.services.dossiers.actions.extending import extend_dossier
from maidinh.services.dossiers.actions.steps import complete_task
from maidinh.services.dossiers.actions.submission import supplement_dossier
from maidinh.services.dossiers.models import ClockEntry, Dossier, Status, Task
from tests.services.results.stages import charge_paid, official_of, open_step, submitted


def migrated(*where: str) -> None:
    with as_role(settings.CONNECTIONS, "owner"):
        call_command("migrate", *where, verbosity=0, skip_checks=True)


@pytest.mark.slow
def test_what_stopped_and_moved_a_clock_is_carried_into_its_lines(
    own_database: str, citizen: Any, signer: Any, province: Any, at: Any
) -> None:
    dossier, moment = submitted(citizen, signer, at, "licence"), at

    def do(outcome: str, **more: Any) -> None:
        nonlocal moment
        task, _ = open_step(dossier)
        actor, moment = official_of(dossier, task, province), moment + timedelta(hours=1)
        with acting(agencies=actor.agencies):
            complete_task(actor=actor, task_id=task.pk, outcome=outcome, at=moment, **more)

    def look() -> tuple[Any, list[tuple[Any, ...]]]:
        with acting(agencies=dossier.agencies):
            lines = ClockEntry.objects.filter(dossier=dossier).order_by("serial")
            found = list(lines.values_list("serial", "kind", "at", "amount", "unit", "old_due", "new_due"))
            return Dossier.objects.get(pk=dossier.pk).due_at, found

    do("accept")
    charge_paid(dossier, province, moment)
    officer = official_of(dossier, open_step(dossier)[0], province)
    for turn in range(2):
        do("supplement", reason="the drawing lacks the section", again="one more thing")
        moment += timedelta(days=3)
        with acting(person=citizen.person):
            supplement_dossier(actor=citizen, code=dossier.code, papers=[], explanation="here", at=moment)
        if turn == 0:
            with acting(agencies=officer.agencies, official=officer.id):
                extend_dossier(actor=officer, code=dossier.code, amount=2, reason="flood", at=moment)
    do("supplement", reason="the drawing lacks the section", again="and another")
    before = look()
    assert [line[1] for line in before[1]] == [
        "supplement_asked", "supplement_received", "extended", "supplement_asked", "supplement_received",
        "supplement_asked",
    ]  # fmt: skip
    migrated("dossiers", "0003")
    with acting(agencies=dossier.agencies), connection.cursor() as cursor:
        cursor.execute("SELECT suspensions::text FROM dossiers_dossier WHERE id = %s", [dossier.pk])
        kept = json.loads(cursor.fetchone()[0])
    assert [bool(row["until"]) for row in kept] == [True, True, False]
    migrated()
    assert look() == before
    with acting(person=citizen.person):
        supplement_dossier(actor=citizen, code=dossier.code, papers=[], explanation="here", at=moment)
    assert look()[1][-1][1] == "supplement_received", "and the clock goes on from there"


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
    migrated("dossiers", "0001")
    migrated()
    with acting(agencies=asking.agencies):
        assert list(Task.objects.filter(asked=True).values_list("pk", flat=True)) == [task.pk]
    with acting(person=citizen.person):
        after = supplement_dossier(actor=citizen, code=asking.code, papers=[], explanation="here", at=at)
    assert after.status == Status.NEW
    with acting(agencies=dossier.agencies):
        assert Dossier.objects.get(pk=dossier.pk).status == Status.ACCEPTED
