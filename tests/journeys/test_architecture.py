"""Architect, approver and anyone: the picture, a component, the versions, and the connection that nobody declared."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from maidinh.exchange.client.calls import ExchangeClient, ExchangeRefused
from maidinh.governance.architecture.rules import instance_of, service_ids, subsystem_ids, with_agency_codes
from maidinh.infrastructure.keys.client import SignerClient

from .officials import Desks
from .running import RunningProvince
from .visits import DESK, Visit

WITHIN = 60.0  # seconds in which an undeclared connection must be shown


def test_undeclared_connection(lao_cai: RunningProvince, visit: Callable[..., Visit]) -> None:
    stranger = call_without_contract(lao_cai)
    anyone = visit(lao_cai, size=DESK)
    deadline = time.monotonic() + WITHIN
    while stranger not in undeclared(anyone):
        assert time.monotonic() < deadline, f"{stranger} is not shown"
        anyone.page.wait_for_timeout(500)
    anyone.open("/architecture")
    row = anyone.main.locator(f"tr[data-source='{stranger}']", has_text=anyone.words("undeclared"))
    expect(row).to_have_count(1)
    expect(anyone.main.locator("svg .md-connection--undeclared").first).to_be_attached()
    anyone.follow(anyone.main.locator(f"a[href*='/architecture/elements/{stranger}']").last)
    expect(anyone.main.locator(f"tr[data-source='{stranger}']").first).to_be_visible()


def test_picture_on_a_phone_without_scripts(lao_cai: RunningProvince, visit: Callable[..., Visit]) -> None:
    anyone = visit(lao_cai, language="en", javascript=False)
    anyone.open("/architecture")
    for layer in range(1, 8):
        expect(anyone.main.get_by_role("table", name=f"{layer}. ")).to_be_attached()
    anyone.follow("All versions, their decisions and signatures")
    anyone.heading("Versions of the architecture")
    anyone.open("/architecture/diagrams")
    anyone.follow("Network zones")
    anyone.heading("Network zones")
    box = anyone.main.locator("svg a").first
    expect(box).to_have_attribute("aria-label", re.compile(".+, .+"))
    expect(anyone.main.get_by_role("table", name="Components")).to_be_attached()


def test_drafted_by_one_published_by_another(
    run_province: Callable[[str], RunningProvince], visit: Callable[..., Visit], sessions: dict[Any, Any]
) -> None:
    running = run_province("vinh-phuc")
    officials = running.province.organisations.officials
    desks = Desks(visit, running, sessions)
    architect = desks.seat(next(each for each in officials if "architect" in each.roles))
    approver = desks.seat(next(each for each in officials if "architecture-approver" in each.roles))
    for seat in (architect, approver):
        seat.open("/architecture")
        seat.open("/architecture/versions")
    for _version in running.province.versions:
        architect.open("/architecture/versions")
        if architect.button("Load as a draft").count():
            architect.press("Load as a draft")
            expect(architect.main.locator("form[action$='/publish']")).to_have_count(0)
    approver.open("/architecture/versions")
    publish = approver.main.locator("form[action$='/publish'] button")
    if publish.count():
        approver.press(publish.first)
        approver.says(approver.words("The version is in force. The exchange follows it from now on."))


def call_without_contract(running: RunningProvince) -> str:
    """A system that the architecture gives no contract calls the land register; which component it is."""
    province = running.province
    model = with_agency_codes(province.newest, province.organisations)
    instance = instance_of(province.organisations.code)
    declared = {relation.from_ for relation in model.relations if relation.contract}
    providers = {element.interface.system for element in model.elements if element.interface}
    element, name = next(each for each in subsystem_ids(model, instance).items() if each[0] not in declared | providers)
    service = next(path for path in service_ids(model, instance).values() if path.endswith("/land"))
    environment = running.environment
    client = ExchangeClient(
        environment.gateway_url, name, SignerClient.for_caller(environment.home, "operator"), f"caller:{name}"
    )
    with pytest.raises(ExchangeRefused):
        client.call(service, at=datetime.now(UTC), path="/parcels/000.00001.1.1")
    return element


def undeclared(visit: Visit) -> list[str]:
    """The components from which undeclared calls were seen, as the page for machines tells."""
    facts = visit.context.request.get(f"{visit.running.address}/architecture.json").json()
    return [each["source"] for each in facts["connections"] if each["verdict"] == "undeclared"]
