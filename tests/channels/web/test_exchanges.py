"""The exchange's pages: a call found by its id, what did not go through and why, the state, files, services."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from maidinh.exchange.directory.queries import current_directory
from maidinh.infrastructure.actor import Actor
from tests.governance.observation.traffic import called

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_database")]


@pytest.fixture
def integrator(official: Callable[..., Actor]) -> Actor:
    return official("connection.withdraw")


@pytest.fixture
def browser(
    own_database: str, sign_in_as: Callable[[Any, Any], None], integrator: Actor, at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> Client:  # fmt: skip
    """The integrator's, after calls of the integrator's agency and of others."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    before = at - timedelta(minutes=1)
    mine = {"consumer_agency": sorted(integrator.agencies)[0], "provider_agency": "H38.5.1"}
    called("one-stop", "population-interface", before, path="/persons/*", x_road_id="mine-1", **mine)
    called("tourism", "land-interface", before, outcome="refused", reason="no_contract", x_road_id="mine-2", **mine)
    other = {"consumer_agency": "H38.6", "provider_agency": "H38.5.1"}
    called(
        "tourism", "land-interface", before, outcome="failed", reason="service_timeout", x_road_id="other-1", **other
    )
    client = Client()
    sign_in_as(client, integrator)
    client.cookies["django_language"] = "en"
    return client


def page(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()


def test_a_call_is_found_with_its_steps_and_what_to_do(browser: Client) -> None:
    found = page(browser, "/exchange?id=mine-2")
    assert "No contract of the version in force lets this system call this service." in found
    assert "Declare the connection in a project" in found and "It was sent on to the service" in found
    assert found.count("<h1") == 1
    assert "Answer of the service" in page(browser, "/exchange?id=mine-1")


def test_calls_of_other_agencies_are_not_there(browser: Client) -> None:
    latest = page(browser, "/exchange")
    assert "id=mine-2" in latest and "other-1" not in latest and "id=mine-1" not in latest
    assert "No call with this id" in page(browser, "/exchange?id=other-1")
    assert "No call with this id" in page(browser, "/exchange?id=%3Cscript%3E")


def test_the_state_has_numbers_for_all_and_no_call(browser: Client) -> None:
    told = page(browser, "/exchange/state")
    assert "The service did not answer in time. (1)" in told
    assert "holds until" in told and "Every call that was sent on is recorded as ended." in told
    assert "mine-2" not in told


def test_monitoring_data_are_ones_own(browser: Client) -> None:
    assert "<strong>2 records</strong>" in page(browser, "/exchange/monitoring")
    answer = browser.get("/exchange/monitoring.json?span=week")
    assert {each["messageId"] for each in json.loads(answer.content)["records"]} == {"mine-1", "mine-2"}
    assert answer["Content-Disposition"].startswith("attachment")
    assert browser.get("/exchange/monitoring.csv").content.decode("utf-8-sig").startswith("monitoringDataTs,")
    page(browser, "/exchange/monitoring.xml", 404)


def test_every_service_is_told_with_how_to_try_it(browser: Client) -> None:
    directory = current_directory()
    assert directory is not None
    every = page(browser, "/exchange/services")
    for each in directory.services:
        assert f'href="/exchange/services/{each.id}"' in every
        told = page(browser, f"/exchange/services/{each.id}")
        assert "curl -X GET" in told and f"/r1/{each.id}" in told
    page(browser, "/exchange/services/no/such/service", 404)
