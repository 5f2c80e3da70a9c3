"""A character that no text can hold is refused with a page, whatever field or address it comes in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from maidinh.infrastructure.actor import Actor
from tests.services.results.stages import official_of, open_step

NOTHING = "a\0b"


@pytest.mark.parametrize("way", ["post", "get"])
def test_a_visitor_who_types_one(db: None, way: str) -> None:
    client = Client(raise_request_exception=False)
    answer = getattr(client, way)(reverse("track"), {"code": NOTHING, "secret": NOTHING})
    assert answer.status_code < 500
    assert getattr(client, way)(f"/verify/{NOTHING}").status_code < 500
    assert client.get(reverse("payment-return"), {"order": NOTHING}).status_code < 500


@pytest.mark.parametrize("field", ["outcome", "reason", "findings"])
def test_an_official_who_pastes_one(
    dossier: Any, province: Any, browser: Callable[[Actor], Client], field: str
) -> None:
    task, _ = open_step(dossier)
    client = browser(official_of(dossier, task, province))
    client.raise_request_exception = False
    typed = {"task": task.pk, "outcome": "refuse", "reason": "x", "findings": "x"} | {field: NOTHING}
    answer = client.post(reverse("desk-outcome", kwargs={"code": dossier.code}), typed)
    assert answer.status_code in (400, 409, 422)
    assert open_step(dossier)[0].pk == task.pk, "nothing was done"
    assert client.get(reverse("desk-dossier", kwargs={"code": NOTHING})).status_code in (400, 404)
