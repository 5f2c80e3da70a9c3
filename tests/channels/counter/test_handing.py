"""Steps handed on, several at once, the agency's work and delegations, in the browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.services.dossiers.models import Delegation, Task
from tests.channels.counter.test_desk import words
from tests.services.results.stages import advanced_to, official_of, open_step, submitted

Browser = Callable[[Actor], Client]


@pytest.fixture
def clerk(dossier: Any, province: Any) -> Actor:
    return official_of(dossier, open_step(dossier)[0], province)


@pytest.fixture
def specialist(dossier: Any, official: Callable[..., Actor]) -> Actor:
    return official("dossier.process", "H38.101")


@pytest.fixture
def lead(official: Callable[..., Actor]) -> Actor:
    return official("dossier.assign", "H38.101")


def held(task: Any) -> str:
    with acting(agencies=[task.agency]):
        return Task.objects.get(pk=task.pk).claimed_by


def test_several_are_taken_at_once_and_each_has_its_line(
    dossier: Any, clerk: Actor, citizen: Actor, signer: Any, at: datetime, browser: Browser
) -> None:
    other = submitted(citizen, signer, at, key="other")
    tasks = [open_step(each)[0] for each in (dossier, other)]
    page = browser(clerk).post(reverse("together"), {"deed": "claim", "task": [*(t.pk for t in tasks), 987654321]})
    said = words(page)
    assert "Done: 2 of 3" in said
    assert dossier.code in said
    assert "Unknown dossier" in said
    assert [held(task) for task in tasks] == [clerk.id, clerk.id]


@pytest.mark.parametrize(
    ("posted", "field"),
    [({"deed": "claim"}, "task"), ({"deed": "x", "task": "1"}, "deed"), ({"deed": "hand_over", "task": "1"}, "to")],
)
def test_what_is_not_chosen_is_asked_for(clerk: Actor, browser: Browser, posted: dict[str, str], field: str) -> None:
    page = browser(clerk).post(reverse("together"), posted)
    assert page.status_code == 422
    assert f'href="#{field}' in page.content.decode()


def test_a_step_is_put_back_on_the_desk_and_needs_a_colleague_to_be_handed_over(
    dossier: Any, clerk: Actor, browser: Browser
) -> None:
    client, task = browser(clerk), open_step(dossier)[0]
    address = reverse("desk-handing", kwargs={"code": dossier.code})
    client.post(reverse("desk-claim", kwargs={"code": dossier.code}), {"task": task.pk})
    assert client.post(address, {"task": task.pk, "deed": "hand_over"}).status_code == 422
    refused = client.post(address, {"task": task.pk, "deed": "hand_over", "to": "lc.son.tran"})
    assert refused.status_code == 409
    assert "does not do this kind of step" in words(refused)
    assert held(task) == clerk.id
    assert client.post(address, {"task": task.pk, "deed": "release"}).status_code == 302
    assert held(task) == ""


def test_the_lead_sees_the_agencys_work_and_assigns_it(
    dossier: Any, clerk: Actor, lead: Actor, specialist: Actor, browser: Browser, province: Any, at: datetime
) -> None:
    task = advanced_to(dossier, "appraisal", province, at)
    client = browser(lead)
    assert dossier.code in words(client.get(reverse("team")))
    said = words(client.post(reverse("together"), {"deed": "assign", "task": task.pk, "to": specialist.id}))
    assert "The official has this step now" in said
    assert held(task) == specialist.id
    assert dossier.code in words(client.get(reverse("team") + f"?holder={specialist.id}"))
    assert dossier.code not in words(client.get(reverse("team") + "?holder=nobody"))
    assert dossier.code not in words(client.get(reverse("team") + "?holder=left"))
    assert client.post(reverse("team")).status_code == 302
    assert held(task) == specialist.id, "nobody left"


def day(name: str, when: Any) -> dict[str, Any]:
    return {f"{name}-day": when.day, f"{name}-month": when.month, f"{name}-year": when.year}


def test_a_delegation_is_made_and_ended(dossier: Any, clerk: Actor, specialist: Actor, browser: Browser) -> None:
    client, today, address = browser(specialist), timezone.localdate(), reverse("delegations")
    whole = {"to": clerk.id, "reason": "Nghỉ phép", **day("from_day", today), **day("until_day", today)}
    for missing, field in (("to", "to"), ("reason", "reason"), ("from_day-day", "from_day")):
        page = client.post(address, {name: value for name, value in whole.items() if name != missing})
        assert page.status_code == 422, missing
        assert f'href="#{field}' in page.content.decode()
        assert missing == "reason" or "Nghỉ phép" in words(page)
    nothing = client.post(address, {}).content.decode()
    assert all(f'href="#{field}' in nothing for field in ("to", "from_day", "until_day", "reason"))
    assert client.post(address, whole).status_code == 302
    assert "In force" in words(client.get(address))
    assert "In force" in words(browser(clerk).get(address))
    with acting(agencies=["H38.101"]):
        made = Delegation.objects.get()
    assert client.post(address, {"end": made.pk}).status_code == 302
    assert "Over" in words(client.get(address))
