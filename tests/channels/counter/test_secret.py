"""The secret with which an applicant follows a dossier is theirs alone: no official's page asks the database for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.services.dossiers.queries import dossier_for
from tests.services.results.stages import advanced_to, official_of, open_step, submitted

Browser = Callable[[Actor], Client]


def secrets_in(asked: CaptureQueriesContext) -> list[str]:
    statements = [query["sql"] for query in asked.captured_queries]
    assert any("dossiers_dossier" in sql for sql in statements)
    return [sql for sql in statements if "tracking_secret" in sql]


def test_worklist_desk_and_decision(dossier: Any, province: Any, browser: Browser) -> None:
    task, step = open_step(dossier)
    client = browser(official_of(dossier, task, province))
    desk = reverse("desk-dossier", kwargs={"code": dossier.code})
    outcome = reverse("desk-outcome", kwargs={"code": dossier.code})
    with CaptureQueriesContext(connection) as asked:
        assert dossier.code in client.get(reverse("worklist")).content.decode()
        assert client.get(desk).status_code == 200
        assert client.post(outcome, {"task": task.pk, "outcome": step.outcomes[0].id}).status_code == 302
        client.get(desk)
    assert secrets_in(asked) == []


def test_signing(dossier: Any, province: Any, at: datetime, browser: Browser) -> None:
    task = advanced_to(dossier, "signature", province, at)
    client = browser(official_of(dossier, task, province))
    with CaptureQueriesContext(connection) as asked:
        assert dossier.code in client.get(reverse("signing")).content.decode()
        for page in ("desk-dossier", "desk-sign", "desk-draft"):
            assert client.get(reverse(page, kwargs={"code": dossier.code})).status_code == 200
    assert secrets_in(asked) == []


def test_what_is_read_for_officials_and_for_the_applicant(
    db: None, citizen: Actor, official: Any, signer: Any, at: datetime
) -> None:
    dossier = submitted(citizen, signer, at, kind="licence")
    cashier = official("fee.record", dossier.receiving)
    with CaptureQueriesContext(connection) as asked, acting(agencies=cashier.agencies):
        assert "tracking_secret" in dossier_for(cashier, dossier.code).get_deferred_fields()
    assert secrets_in(asked) == []
    with acting(person=citizen.person):
        assert dossier_for(citizen, dossier.code).tracking_secret == dossier.tracking_secret
