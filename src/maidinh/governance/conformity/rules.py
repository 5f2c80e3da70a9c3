"""Declared against observed: which connections are used, which are not, and which nobody declared.

Layer 4, governance. Pure, and about any architecture: a province's systems on the exchange, or this program's own
packages and their imports. Legal ground: Nghị định 47/2020/NĐ-CP; Nghị định 224/2026/NĐ-CP articles 23 and 24.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.rules import service_ids, subsystem_ids

Verdict = Literal["used", "unused", "undeclared"]
OUTSIDE = "outside"  # stands for whoever or whatever the architecture does not know


@dataclass(frozen=True, order=True)
class Flow:
    """A declared connection from one element to another."""

    source: str
    target: str


@dataclass(frozen=True)
class Observation:
    """What was seen of one connection: how often it was allowed or not, when last and, where that is known, first."""

    source: str
    target: str
    allowed: bool
    count: int = 1
    last_at: datetime | None = None
    first_at: datetime | None = None


@dataclass(frozen=True)
class Connection:
    """A connection that is declared, or was seen, or both."""

    source: str
    target: str
    declared: bool
    allowed: int
    refused: int
    last_at: datetime | None
    verdict: Verdict
    first_at: datetime | None = field(default=None, compare=False)
    allowed_at: datetime | None = field(default=None, compare=False)  # when it was last allowed


class Exchanged(Protocol):
    """What the exchange says it saw of one system calling one service."""

    @property
    def client(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def authenticated(self) -> bool: ...
    @property
    def count(self) -> int: ...
    @property
    def last_at(self) -> datetime: ...


def compare(declared: Iterable[Flow], observed: Iterable[Observation]) -> list[Connection]:
    """Every connection that is declared or was seen, with its verdict; undeclared ones first."""
    flows = set(declared)
    seen: dict[Flow, list[Observation]] = {flow: [] for flow in flows}
    for observation in observed:
        seen.setdefault(Flow(observation.source, observation.target), []).append(observation)
    found = [_connection(flow, flow in flows, observations) for flow, observations in seen.items()]
    return sorted(found, key=lambda each: (each.declared, each.source, each.target))


def declared_flows(model: ArchitectureVersion, instance: str, at: datetime) -> list[Flow]:
    """The connections that a contract allows at this moment (`at` in the province's time zone)."""
    systems, services = subsystem_ids(model, instance), service_ids(model, instance)
    return [
        Flow(relation.from_, relation.to)
        for relation in model.relations
        if relation.contract
        and relation.from_ in systems
        and relation.to in services
        and relation.contract.valid_from <= at.date() <= relation.contract.valid_to
    ]


def observations(model: ArchitectureVersion, instance: str, exchanged: Iterable[Exchanged]) -> list[Observation]:
    """What the exchange saw, between elements. A caller that could not prove who it is stays outside."""
    sources = _by_identifier(subsystem_ids(model, instance))
    targets = _by_identifier(service_ids(model, instance))
    return [
        Observation(
            source=sources.get(each.client, OUTSIDE) if each.authenticated else OUTSIDE,
            target=targets.get(each.service, OUTSIDE),
            allowed=each.outcome != "refused",
            count=each.count,
            last_at=each.last_at,
        )
        for each in exchanged
    ]


def _by_identifier(identifiers: Mapping[str, str]) -> dict[str, str]:
    return {identifier: element for element, identifier in identifiers.items()}


def _connection(flow: Flow, declared: bool, observed: list[Observation]) -> Connection:
    allowed = sum(each.count for each in observed if each.allowed)
    refused = sum(each.count for each in observed if not each.allowed)
    verdict: Verdict = "undeclared" if not declared else "used" if allowed else "unused"
    last_at = max((each.last_at for each in observed if each.last_at is not None), default=None)
    first_at = min((each.first_at for each in observed if each.first_at is not None), default=None)
    allowed_at = max((each.last_at for each in observed if each.allowed and each.last_at is not None), default=None)
    return Connection(flow.source, flow.target, declared, allowed, refused, last_at, verdict, first_at, allowed_at)
