"""The roadmap in the browser: a planner's scenario, what is told at the field, the page that waits, the adoption."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from maidinh.channels.sessions import ACCOUNT
from maidinh.channels.web.roadmap_parts import _number
from maidinh.governance.roadmap.models import ScenarioRevision
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.identity.actions import sign_in
from tests.governance.roadmap.planning import Planning, portfolio, stand_in


def browser(actor: Actor | None, at: datetime) -> Client:
    """Somebody's browser, in English."""
    client = Client()
    client.cookies["django_language"] = "en"
    if actor is not None:
        account = sign_in(issuer="tests", subject=actor.id, claims={"name": actor.name, "official_id": actor.id}, at=at)
        session = client.session
        session[ACCOUNT] = account.pk
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    return client


@pytest.mark.slow
def test_a_planner_computes_what_another_adopts(
    own_database: str, official: Callable[..., Actor], signer: Any, at: datetime
) -> None:
    stand_in()
    planning = Planning(official, signer, at)
    row = planning.open(portfolio(budgets=[]))
    desk, here = browser(planning.planner, at), f"/roadmap/scenarios/{row.pk}"
    sent = {"seen": "1", "form": "table", "amount-2027-local-budget": "3.x", "amount-2028-local-budget": "5.000"}
    wrong = desk.post(f"{here}/money", sent)
    assert wrong.status_code == 422
    assert 'href="#amount-2027-local-budget"' in wrong.content.decode()
    assert 'value="5.000"' in wrong.content.decode()
    money = {f"amount-{year}-local-budget": "3.000.000.000" for year in (2027, 2028)}
    assert desk.post(f"{here}/money", {"seen": "1", "form": "table", **money}).status_code == 302
    stale = desk.post(f"{here}/money", {"seen": "1", "form": "table", "amount-2027-local-budget": "4.000.000.000"})
    assert "Somebody changed the scenario" in stale.content.decode()
    assert desk.post(f"{here}/compute").status_code == 302
    waiting = desk.get(here)
    assert waiting["Refresh"]
    assert "being computed" in waiting.content.decode()
    assert planning.compute() == 1
    computed = desk.get(here)
    assert "Refresh" not in computed
    assert "This is the best roadmap" in computed.content.decode()
    assert "Adopt this roadmap" not in computed.content.decode()
    with acting(agencies=planning.planner.agencies):
        revision = ScenarioRevision.objects.get(scenario=row, number=2)
    other = browser(planning.approver, at)
    assert "Adopt this roadmap" in other.get(here).content.decode()
    decided = {"revision": "2", "hash": revision.roadmap_hash, "decision": "12/QĐ-UBND"}
    assert "Say why you adopt it" in other.post(f"{here}/adopt", decided).content.decode()
    assert other.post(f"{here}/adopt", decided | {"text": "Phù hợp"}).status_code == 302
    public = browser(None, at).get("/roadmap").content.decode()
    assert "12/QĐ-UBND" in public
    assert "Beta" in public
    assert "What got no place" not in public
    assert (
        desk.post("/roadmap/scenarios/new", {"name": "B", "start": "copy", "original": str(row.pk)}).status_code == 302
    )


@pytest.mark.parametrize(
    ("typed", "number"),
    [("10", 10), ("10,5", 10.5), ("10.5", 10.5), ("1.000", 1000), ("-1", None), ("x", None), ("", None)]
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(typed: str, number: float | None) -> None:
    assert _number(typed) == number
