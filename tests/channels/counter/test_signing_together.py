"""Several results signed at once: each has its note, and one that is refused leaves the others as they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.services.dossiers.models import Task
from tests.channels.counter.test_desk import words
from tests.services.results.stages import advanced_to, official_of, submitted

Browser = Callable[[Actor], Client]


def test_each_is_signed_with_its_note(
    db: None, citizen: Actor, signer: Any, province: Any, at: datetime, browser: Browser
) -> None:
    dossiers = [submitted(citizen, signer, at, key=f"sign-{n}") for n in range(2)]
    tasks = [advanced_to(each, "signature", province, at) for each in dossiers]
    client, address = browser(official_of(dossiers[0], tasks[0], province)), reverse("signing-together")
    queue = client.get(reverse("signing")).content.decode()
    assert all(f'value="{task.pk}"' in queue for task in tasks)
    chosen = [task.pk for task in tasks]
    assert all(each.code in words(client.get(address, {"task": chosen})) for each in dossiers)
    first, second = (f"note-{pk}" for pk in chosen)
    half = client.post(address, {"task": chosen, first: "Đối chiếu sổ gốc", "read": "yes"})
    assert half.status_code == 422
    assert f'href="#{second}' in half.content.decode()
    assert "Đối chiếu sổ gốc" in words(half)
    unread = client.post(address, {"task": chosen, first: "Đúng", second: "Đúng"})
    assert 'href="#read' in unread.content.decode()
    done = words(
        client.post(address, {"task": [*chosen, 99999999], first: "Đúng sổ", second: "Đúng tên", "read": "yes"})
    )
    assert "Done: 2 of 3" in done
    assert "not yours to sign" in done
    with acting(agencies=["H38.101"]):
        assert set(Task.objects.filter(pk__in=chosen).values_list("findings", flat=True)) == {"Đúng sổ", "Đúng tên"}
    assert client.get(address).status_code == 302
