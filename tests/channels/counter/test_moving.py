"""The date of a dossier is moved in the browser, and what is wrong stands at its field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.services.dossiers.models import Extension
from tests.channels.counter.test_desk import words
from tests.services.results.stages import advanced_to, submitted

Browser = Callable[[Actor], Client]


def test_the_date_is_moved_once_with_an_apology(
    db: None, citizen: Actor, signer: Any, province: Any, official: Callable[..., Actor], browser: Browser
) -> None:
    today = timezone.now() - timedelta(days=1)
    dossier = submitted(citizen, signer, today, kind="licence")
    advanced_to(dossier, "appraisal", province, today)
    client, address = browser(official("dossier.process", "H38.101")), reverse("desk-extension", args=[dossier.code])
    assert address in client.get(reverse("desk-dossier", args=[dossier.code])).content.decode()
    page = client.post(address, {"amount": "soon", "reason": "Mưa lũ"})
    assert page.status_code == 422
    assert 'href="#amount' in page.content.decode()
    assert "Mưa lũ" in words(page)
    assert client.post(address, {"amount": "3", "reason": "Mưa lũ"}).status_code == 302
    with acting(agencies=dossier.agencies):
        assert Extension.objects.get().amount == 3
    assert client.post(address, {"amount": "3", "reason": "Mưa lũ"}).status_code == 409
    told = words(client.get(address))
    assert "as often as the law allows" in told
    assert "Mưa lũ" in told
    assert "The date was moved, with an apology" in words(client.get(reverse("desk-dossier", args=[dossier.code])))
