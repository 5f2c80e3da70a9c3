"""The leader's queue: read, confirm, sign; or send back with a reason. Then the result is handed over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.services.results.models import Result
from maidinh.services.results.queries import validate_pdf
from tests.channels.counter.test_desk import at_desk, decide, words
from tests.services.results.stages import advanced_to, official_of, open_step

Browser = Callable[[Actor], Client]


@pytest.fixture
def task(dossier: Any, province: Any, at: datetime) -> Any:
    return advanced_to(dossier, "signature", province, at)


@pytest.fixture
def leader(dossier: Any, task: Any, province: Any) -> Actor:
    return official_of(dossier, task, province)


def sign(client: Client, dossier: Any, task: Any, **typed: str) -> Any:
    return client.post(at_desk(dossier, "desk-sign"), {"task": task.pk, **typed})


def test_the_queue_leads_to_the_draft(dossier: Any, task: Any, leader: Actor, browser: Browser) -> None:
    client = browser(leader)
    assert at_desk(dossier, "desk-sign") in client.get(reverse("signing")).content.decode()
    page = words(client.get(at_desk(dossier, "desk-sign")))
    assert dossier.applicant_name in page
    draft = client.get(at_desk(dossier, "desk-draft"))
    assert "CHƯA KÝ" in PdfReader(BytesIO(draft.content)).pages[0].extract_text()


def test_signing_asks_first_and_signs_once(dossier: Any, task: Any, leader: Actor, browser: Browser) -> None:
    client = browser(leader)
    unread = sign(client, dossier, task, outcome="sign")
    assert unread.status_code == 422
    assert "tick the box" in words(unread)
    with acting(agencies=leader.agencies):
        assert not Result.objects.exists()
    first = sign(client, dossier, task, outcome="sign", read="yes")
    again = sign(client, dossier, task, outcome="sign", read="yes")
    assert first.status_code == again.status_code == 302
    assert "Anyone can verify the result now" in words(client.get(first["Location"]))
    with acting(agencies=leader.agencies):
        assert Result.objects.filter(dossier=dossier).count() == 1
    content = client.get(at_desk(dossier, "desk-result")).content
    with acting(agencies=leader.agencies):
        signed_at = Result.objects.get(dossier=dossier).signed_at
    assert validate_pdf(content, at=signed_at).good


def test_sending_back_needs_a_reason(dossier: Any, task: Any, leader: Actor, browser: Browser) -> None:
    client = browser(leader)
    step = open_step(dossier)[1]
    back = next(outcome.id for outcome in step.outcomes if outcome.reason)
    assert sign(client, dossier, task, outcome=back).status_code == 422
    assert sign(client, dossier, task, outcome=back, reason="Sai số nhà").status_code == 302
    assert open_step(dossier)[1].kind != "signature"
    assert "Sai số nhà" in words(client.get(at_desk(dossier)))


def test_only_a_leader_opens_the_queue(dossier: Any, task: Any, official: Any, browser: Browser) -> None:
    clerk = official("dossier.accept", dossier.receiving)
    client = browser(clerk)
    assert client.get(reverse("signing")).status_code == 403
    assert sign(client, dossier, task, outcome="sign", read="yes").status_code == 403
    # Nor by the other road: the desk's form closes a signature step only with a signed result.
    assert decide(client, dossier, "sign").status_code == 409


def test_the_leader_cannot_pass_the_step_without_a_result(
    dossier: Any, task: Any, leader: Actor, browser: Browser
) -> None:
    assert decide(browser(leader), dossier, "sign").status_code == 409
    assert open_step(dossier)[0].pk == task.pk


def test_the_result_is_handed_over(dossier: Any, task: Any, leader: Actor, province: Any, browser: Browser) -> None:
    sign(browser(leader), dossier, task, outcome="sign", read="yes")
    handover, step = open_step(dossier)
    clerk = official_of(dossier, handover, province)
    client = browser(clerk)
    assert client.get(at_desk(dossier, "desk-result")).status_code == 200
    assert decide(client, dossier, step.outcomes[0].id).status_code == 302
    with acting(agencies=dossier.agencies):
        dossier.refresh_from_db()
    assert dossier.status == 10
    assert "Result handed over" in words(client.get(at_desk(dossier)))
