"""A fee is paid while its dossier runs, and goes back where nobody did more than look whether to accept it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.services.dossiers.actions.ending import stop_dossier
from maidinh.services.dossiers.actions.paying import NothingToPay, pay_online, refundable
from maidinh.services.dossiers.actions.steps import complete_task
from maidinh.services.dossiers.actions.submission import request_withdrawal
from tests.services.results.stages import advanced_to, official_of, open_step, submitted

HOUR = timedelta(hours=1)


def paid(dossier: Any, citizen: Actor, at: datetime) -> Any:
    with acting(person=citizen.person):
        return pay_online(actor=citizen, code=dossier.code, provider="gateway", at=at)


@pytest.fixture
def dossier(db: None, citizen: Actor, signer: Any, at: datetime) -> Any:
    """A dossier whose fee is taken at intake, begun to be paid."""
    made = submitted(citizen, signer, at, kind="licence", key="paying")
    assert paid(made, citizen, at).state == "created"
    return made


def test_what_has_ended_or_is_asked_back_is_not_paid(dossier: Any, citizen: Actor, province: Any, at: datetime) -> None:
    with acting(person=citizen.person):
        request_withdrawal(actor=citizen, code=dossier.code, reason="x", at=at + HOUR)
    with pytest.raises(NothingToPay):
        paid(dossier, citizen, at + HOUR)
    task, _ = open_step(dossier)
    clerk = official_of(dossier, task, province)
    with acting(agencies=clerk.agencies):
        complete_task(actor=clerk, task_id=task.pk, outcome="refuse", reason="x", at=at + HOUR)
        dossier.refresh_from_db()
        assert refundable(dossier), "nobody did more than look at it"
    with pytest.raises(NothingToPay):
        paid(dossier, citizen, at + 2 * HOUR)


def test_what_was_processed_before_it_was_stopped_does_not_go_back(
    dossier: Any, official: Any, province: Any, at: datetime
) -> None:
    lead = official("dossier.assign", dossier.responsible)
    assert not refundable(dossier)
    advanced_to(dossier, "signature", province, at)
    with acting(agencies=lead.agencies):
        stopped = stop_dossier(actor=lead, code=dossier.code, reason="x", at=at + 100 * HOUR)
        assert not refundable(stopped)
