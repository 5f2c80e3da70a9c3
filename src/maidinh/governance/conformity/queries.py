"""Holding what was seen on the exchange against the architecture in force. Layer 4, governance; counts only, public."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localtime

from maidinh.exchange.evidence.queries import observed_connections
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.conformity.rules import Connection, compare, declared_flows, observations


def connections(model: ArchitectureVersion, *, instance: str, since: datetime, at: datetime) -> list[Connection]:
    """Every connection that the model declares at this moment or that was seen since then, with its verdict."""
    seen = observations(model, instance, observed_connections(since))
    return compare(declared_flows(model, instance, localtime(at)), seen)
