"""An undeclared connection is told of once, from what the exchange recorded."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from maidinh.exchange.evidence.models import Exchange
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.architecture.rules import service_ids, subsystem_ids
from maidinh.governance.conformity.actions.watching import watch_connections
from maidinh.governance.conformity.queries import connections
from maidinh.infrastructure.database.standing import as_role
from maidinh.infrastructure.events.models import Event


def record(client: str, service: str, outcome: str, at: datetime, *, authenticated: bool = True) -> None:
    """One exchange, written as the gateway's role does."""
    with as_role(settings.CONNECTIONS, "gateway"):
        Exchange.objects.bulk_create(
            [
                Exchange(
                    id=uuid.uuid4(), x_road_id="1", client=client, authenticated=authenticated, service=service,
                    method="GET", outcome=outcome, reason="", serial=1, request_size=0, response_size=0, started_at=at,
                    finished_at=at, record="{}", signatures=[], salt=b"", cut=0, protocol="rest",
                )
            ]
        )  # fmt: skip


@pytest.mark.usefixtures("own_database")
def test_undeclared_connection_is_told_once(at: datetime, role: Any) -> None:
    version = current_version()
    systems, services = subsystem_ids(version.model, version.instance), service_ids(version.model, version.instance)
    moment = at + timedelta(seconds=5)
    record(systems["one-stop"], services["population-interface"], "allowed", moment)
    record(systems["tourism"], services["land-interface"], "refused", moment)
    record(systems["one-stop"], services["land-interface"], "refused", moment, authenticated=False)
    with role("worker"):
        told = watch_connections(at=moment)
        assert {(each.source, each.target) for each in told} == {
            ("tourism", "land-interface"), ("outside", "land-interface"),
        }  # fmt: skip
        assert watch_connections(at=moment + timedelta(seconds=5)) == []
        events = Event.objects.filter(name="connection.undeclared").order_by("id")
        assert {each.payload["client"] for each in events} == {"tourism", "outside"}
    seen = connections(version.model, instance=version.instance, since=at, at=moment)
    verdicts = {(each.source, each.target): each.verdict for each in seen}
    assert verdicts == {
        ("tourism", "land-interface"): "undeclared",
        ("outside", "land-interface"): "undeclared",
        ("one-stop", "population-interface"): "used",
        ("one-stop", "land-interface"): "unused",
        ("one-stop", "national-portal-interface"): "unused",
    }
