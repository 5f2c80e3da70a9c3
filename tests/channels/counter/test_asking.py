"""Asking for everything at once, stopping, and how a result was handed over, in the browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.services.dossiers.actions.submission import supplement_dossier
from maidinh.services.dossiers.models import Defect, Dossier, Status
from tests.channels.counter.test_desk import words
from tests.services.results.stages import advanced_to, official_of, open_step, submitted

Browser = Callable[[Actor], Client]
DIGEST = "0" * 64


@pytest.fixture
def clerk(dossier: Any, province: Any) -> Actor:
    return official_of(dossier, open_step(dossier)[0], province)


def status_of(dossier: Any) -> int:
    with acting(agencies=dossier.agencies):
        return int(Dossier.objects.get(pk=dossier.pk).status)


def test_everything_is_asked_for_at_once_each_at_its_place(
    dossier: Any, clerk: Actor, citizen: Actor, browser: Browser
) -> None:
    client, address = browser(clerk), reverse("desk-supplement", args=[dossier.code])
    assert address in client.get(reverse("desk-dossier", args=[dossier.code])).content.decode()
    task = open_step(dossier)[0].pk
    empty = client.post(address, {"task": task})
    assert empty.status_code == 422
    assert 'href="#whole' in empty.content.decode()
    long = client.post(address, {"task": task, "paper-relationship": "y" * 4001, "field-phone": "Thiếu một số"})
    assert 'href="#paper-relationship' in long.content.decode()
    assert "Thiếu một số" in words(long)
    named = {"task": task, "paper-relationship": "Mờ, không đọc được", "field-phone": "Thiếu một số"}
    assert client.post(address, named).status_code == 302
    assert status_of(dossier) == Status.SUPPLEMENT
    with acting(person=citizen.person):
        assert {each.target for each in Defect.objects.all()} == {"relationship", "phone"}
    assert client.get(address).status_code == 302, "nothing to ask while an answer is awaited"


def test_asking_again_says_why(dossier: Any, clerk: Actor, citizen: Actor, at: datetime, browser: Browser) -> None:
    client, address = browser(clerk), reverse("desk-supplement", args=[dossier.code])
    assert "Why you ask again" not in words(client.get(address))
    client.post(address, {"task": open_step(dossier)[0].pk, "whole": "Thiếu"})
    with acting(person=citizen.person):
        supplement_dossier(actor=citizen, code=dossier.code, papers=[], explanation="đây", at=timezone.now())
    task = open_step(dossier)[0].pk
    refused = client.post(address, {"task": task, "whole": "Còn thiếu"})
    assert refused.status_code == 422
    assert 'href="#again' in refused.content.decode()
    assert client.post(address, {"task": task, "whole": "Còn thiếu", "again": "Bản mới khác"}).status_code == 302


def test_a_dossier_is_stopped_with_a_reason(dossier: Any, clerk: Actor, browser: Browser) -> None:
    client, address = browser(clerk), reverse("desk-ending", args=[dossier.code])
    missing = client.post(address, {"reason": " "})
    assert missing.status_code == 422
    assert 'href="#reason' in missing.content.decode()
    assert client.post(address, {"reason": "Theo quyết định của tòa án"}).status_code == 302
    assert status_of(dossier) == Status.STOPPED
    again = client.post(address, {"reason": "Theo quyết định của tòa án"})
    assert again.status_code == 409
    assert "has ended" in words(again)


def test_a_supplement_is_awaited_for_its_term(
    db: None, citizen: Actor, signer: Any, province: Any, browser: Browser
) -> None:
    from maidinh.services.dossiers.actions.steps import complete_task

    for days, status in ((1, 409), (60, 302)):
        then = timezone.now() - timedelta(days=days)
        dossier = submitted(citizen, signer, then, key=f"waits-{days}")
        task = open_step(dossier)[0]
        clerk = official_of(dossier, task, province)
        with acting(agencies=clerk.agencies):
            complete_task(actor=clerk, task_id=task.pk, outcome="supplement", reason="missing", at=then)
        answer = browser(clerk).post(reverse("desk-ending", args=[dossier.code]), {"reason": "Không bổ sung"})
        assert answer.status_code == status, days


def test_a_result_sent_by_post_has_its_number(
    db: None, citizen: Actor, signer: Any, province: Any, at: datetime, browser: Browser
) -> None:
    from maidinh.services.dossiers.actions.steps import complete_task

    dossier = submitted(citizen, signer, at)
    task = advanced_to(dossier, "signature", province, at)
    leader = official_of(dossier, task, province)
    with acting(agencies=leader.agencies):
        when = at + timedelta(hours=1)
        complete_task(actor=leader, task_id=task.pk, outcome="sign", result_digest=DIGEST, at=when)
    task = open_step(dossier)[0]
    client, address = browser(official_of(dossier, task, province)), reverse("desk-outcome", args=[dossier.code])
    posted = {"task": task.pk, "outcome": "return", "way": "post"}
    missing = client.post(address, posted)
    assert missing.status_code == 422
    assert 'href="#way_number' in missing.content.decode()
    assert client.post(address, posted | {"way_number": "EV123"}).status_code == 302
    assert "EV123" in words(client.get(reverse("desk-dossier", args=[dossier.code])))
    assert "EV123" in words(browser(citizen).get(reverse("dossier", args=[dossier.code])))
