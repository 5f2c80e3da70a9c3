"""The worklist: one's own work, the most urgent first, found by code, name, step and urgency, in few queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maidinh.channels.timing import time_left
from maidinh.infrastructure.actor import Actor
from tests.channels.counter.test_desk import words
from tests.services.results.stages import official_of, open_step, submitted

Browser = Callable[[Actor], Client]


@pytest.fixture
def clerk(dossier: Any, province: Any) -> Actor:
    return official_of(dossier, open_step(dossier)[0], province)


def test_a_dossier_is_found_by_code_name_and_step(dossier: Any, clerk: Actor, browser: Browser) -> None:
    client, address = browser(clerk), reverse("worklist")
    for query in ("", f"?q={dossier.code[-7:]}", f"?q={dossier.applicant_name[:3]}", "?step=intake", "?page=99"):
        assert dossier.code in words(client.get(address + query)), query
    for query in ("?q=nobody-of-this-name", "?step=signature"):
        page = words(client.get(address + query))
        assert dossier.code not in page
        assert "Nothing found" in page


def test_one_state_of_urgency_holds_each_dossier(dossier: Any, clerk: Actor, browser: Browser) -> None:
    client = browser(clerk)
    shown = [
        state
        for state in ("late", "today", "rest")
        if dossier.code in words(client.get(f"/desk/dossiers?state={state}"))
    ]
    assert len(shown) == 1


def test_the_most_urgent_stands_first_though_its_step_has_no_time_of_its_own(
    dossier: Any, clerk: Actor, citizen: Actor, signer: Any, at: datetime, browser: Browser
) -> None:
    later = submitted(citizen, signer, at, kind="licence", key="later")
    page = words(browser(clerk).get(reverse("worklist")))
    assert page.index(dossier.code) < page.index(later.code)


def test_more_rows_take_no_more_queries(
    dossier: Any, clerk: Actor, citizen: Actor, signer: Any, at: datetime, browser: Browser
) -> None:
    client = browser(clerk)
    client.get(reverse("worklist"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("worklist"))
    for number in range(4):
        submitted(citizen, signer, at, key=f"further-{number}")
    with CaptureQueriesContext(connection) as five:
        page = client.get(reverse("worklist"))
    assert page.content.count(b'scope="row"') >= 5
    assert len(five) == len(one)
    assert len(five) < 12  # with the savepoint of the test


@pytest.mark.parametrize(("hours", "state"), [(-30, "late"), (-1, "late"), (1, "soon"), (24, "ok"), (240, "ok")])
def test_time_left_has_a_state_and_words(at: datetime, hours: int, state: str) -> None:
    left = time_left(at + timedelta(hours=hours), at)
    assert left is not None
    assert left.state == state
    assert left.text


def test_no_limit_and_a_stopped_clock(at: datetime) -> None:
    assert time_left(None, at) is None
    paused = time_left(at, at, paused=True)
    assert paused is not None
    assert paused.state == "paused"
