"""How many queries the pages that are asked for most ask themselves: ten at most, however many rows there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.services.dossiers.actions.steps import claim_task
from maidinh.services.dossiers.models import Dossier, Task
from tests.services.results.stages import official_of, open_step, submitted

MOST = 10
BOOKKEEPING = ("SAVEPOINT", "RELEASE", "SELECT coalesce(current_setting", "SELECT set_config")  # told, not asked


def asked(call: Callable[[], Any]) -> list[str]:
    """The queries of a page, once what is read once is read."""
    assert call().status_code == 200
    with CaptureQueriesContext(connection) as seen:
        assert call().status_code == 200
    return [each["sql"] for each in seen.captured_queries if not each["sql"].startswith(BOOKKEEPING)]


@pytest.fixture
def clerk(dossier: Any, province: Any) -> Actor:
    return official_of(dossier, open_step(dossier)[0], province)


@pytest.mark.parametrize("query", ["", "?state=late", "?step=intake", "?page=2", "?q=a"])
def test_the_inbox_asks_ten_at_most(
    dossier: Any, clerk: Actor, citizen: Actor, signer: Any, at: datetime, browser: Any, query: str
) -> None:
    task, _ = open_step(dossier)
    with acting(agencies=clerk.agencies, official=clerk.id):
        claim_task(actor=clerk, task_id=task.pk, at=at)
    submitted(citizen, signer, at, key="second")
    client = browser(clerk)
    assert len(asked(lambda: client.get(f"/desk/dossiers{query}"))) <= MOST


def test_the_register_and_the_catalogue_ask_ten_at_most(dossier: Any, clerk: Actor, browser: Any) -> None:
    client = browser(clerk)
    assert len(asked(lambda: client.get("/desk/register?from=01/11/2026&until=30/11/2026"))) <= MOST
    for words in ("", "khai sinh"):
        assert len(asked(lambda words=words: client.get("/procedures", {"q": words}))) <= MOST


def test_tracking_asks_ten_at_most(dossier: Any, citizen: Actor) -> None:
    with acting(person=citizen.person):
        secret = Dossier.objects.get(pk=dossier.pk).tracking_secret
    visitor = Client()
    assert len(asked(lambda: visitor.post("/track", {"code": dossier.code, "secret": secret}))) <= MOST


def test_an_agency_sees_the_steps_of_its_own_dossiers_and_no_others(dossier: Any, clerk: Actor) -> None:
    with acting(agencies=clerk.agencies):
        assert Task.objects.filter(dossier_id=dossier.pk).exists()
    with acting(agencies=["H38.999"]):
        assert not Task.objects.exists()
    with acting():
        assert not Task.objects.exists()
