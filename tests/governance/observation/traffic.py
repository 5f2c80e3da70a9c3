"""Exchanges as the gateway writes them down, and the watch as the worker calls it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings

from maidinh.exchange.evidence.models import Exchange
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.architecture.rules import service_ids, subsystem_ids
from maidinh.governance.observation.actions.watching import watch_traffic
from maidinh.governance.observation.models import Finding
from maidinh.infrastructure.database.standing import as_role
from maidinh.services.procedures.queries import offered


def row(at: datetime, client: str, service: str, **more: Any) -> Exchange:
    """One exchange."""
    said = {"authenticated": True, "method": "GET", "path": "", "outcome": "allowed", "reason": "", "zone": "",
            "x_road_id": "1"} | more  # fmt: skip
    return Exchange(
        id=uuid.uuid4(), client=client, service=service, serial=1, request_size=0, response_size=0,
        started_at=at, finished_at=at, record="{}", signatures=[], salt=b"", cut=0,
        protocol="rest", **said,
    )  # fmt: skip


def write(rows: Iterable[Exchange]) -> None:
    """Commit exchanges, as the gateway's role does."""
    with as_role(settings.CONNECTIONS, "gateway"):
        Exchange.objects.bulk_create(rows, batch_size=1000)


def called(source: str, target: str, at: datetime, *, times: int = 1, **more: Any) -> None:
    """A system of the version in force calls an interface of it."""
    version = current_version()
    systems, services = subsystem_ids(version.model, version.instance), service_ids(version.model, version.instance)
    write([row(at, systems[source], services[target], **more) for _ in range(times)])


def watched(at: datetime, served: Iterable[str] | None = None) -> list[Finding]:
    """What the worker finds at this moment, as its role."""
    with as_role(settings.CONNECTIONS, "worker"):
        codes = [each.code for each in offered()] if served is None else list(served)
        return watch_traffic(at=at, served_procedures=codes)


def findings(**filters: Any) -> dict[tuple[str, str], Finding]:
    """The findings that are seen now, by kind and subject."""
    with as_role(settings.CONNECTIONS, "worker"):
        return {(each.kind, each.subject): each for each in Finding.objects.filter(gone_at=None, **filters)}
