"""An applicant is reminded once of each supplement, some days before it is awaited no longer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.actions import deliver_events
from maidinh.infrastructure.rulepacks.queries import rule_pack, supplement_reminder
from maidinh.portal.inbox.models import Notice
from maidinh.services.dossiers.actions.ending import awaited_until
from maidinh.services.dossiers.actions.reminding import remind_of_supplements
from maidinh.services.dossiers.actions.steps import complete_task
from maidinh.services.dossiers.actions.submission import supplement_dossier
from maidinh.services.dossiers.models import Dossier
from maidinh.services.dossiers.queries import calendar_of, history_of
from maidinh.services.dossiers.rules import last_day_to_extend
from tests.services.results.stages import official_of, open_step, submitted


class Asked:
    """A dossier of which a supplement is asked for, as the worker sees it."""

    def __init__(self, citizen: Any, signer: Any, province: Any, role: Any, at: datetime) -> None:
        self.citizen, self.province, self.role, self.at = citizen, province, role, at
        self.dossier = submitted(citizen, signer, at)
        self.ask()

    def ask(self) -> None:
        task, _ = open_step(self.dossier)
        actor = official_of(self.dossier, task, self.province)
        with acting(agencies=actor.agencies):
            complete_task(
                actor=actor, task_id=task.pk, outcome="supplement", reason="missing", again="more", at=self.at
            )

    def answer(self) -> None:
        with acting(person=self.citizen.person):
            supplement_dossier(actor=self.citizen, code=self.dossier.code, papers=[], explanation="here", at=self.at)

    def term(self) -> tuple[datetime, datetime]:
        """When the day of the reminder begins, and until when the supplement is awaited."""
        with self.role("worker"):
            dossier = Dossier.objects.select_related("procedure").get(pk=self.dossier.pk)
            until, ahead = awaited_until(dossier), supplement_reminder(rule_pack(dossier.rule_pack))
            assert until is not None and ahead is not None
            first = last_day_to_extend(until, ahead, calendar_of(dossier))
        return until.replace(year=first.year, month=first.month, day=first.day, hour=0), until

    def reminded(self, at: datetime) -> list[str]:
        with self.role("worker"):
            return remind_of_supplements(at=at)


@pytest.mark.slow
def test_each_request_is_told_of_once_and_not_before_its_day(
    own_database: str, citizen: Any, signer: Any, province: Any, role: Any, at: datetime
) -> None:
    asked = Asked(citizen, signer, province, role, at)
    code = asked.dossier.code
    first, until = asked.term()
    assert first < until - timedelta(days=5), "working days, and the weekend between"
    assert asked.reminded(first - timedelta(minutes=1)) == []
    assert asked.reminded(until + timedelta(minutes=1)) == [], "nor where it is awaited no longer"
    assert asked.reminded(first) == [code]
    assert asked.reminded(first + timedelta(days=1)) == [], "once for each request"
    with role("worker"):
        while deliver_events(at=first):
            continue
        assert Notice.objects.filter(dossier=code, kind="ending").count() == 1
        line = history_of(asked.dossier, public_only=True)[-1]
    assert (line.kind, line.reason) == ("reminded", f"{until:%d/%m/%Y}")
    asked.at = first + timedelta(hours=9)
    asked.answer()
    assert asked.reminded(asked.at) == [], "what came is not asked for any more"
    asked.ask()
    assert asked.reminded(asked.at) == []
    assert asked.reminded(asked.term()[0]) == [code], "the next request is another"
