"""What runs otherwise than a version declares it: each thing once, with who must act.

Layer 4, governance. Pure. Which connection is declared or seen is `conformity.rules.compare`'s answer; here stand the
owners, zones, methods, registers, procedures and platforms on top of it.
Legal ground: Nghị định 47/2020/NĐ-CP; Nghị định 224/2026/NĐ-CP articles 23 and 24.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from maidinh.governance.conformity.rules import OUTSIDE, Connection, Flow, Observation, compare, declared_flows
from maidinh.governance.observation.declared import Declared
from maidinh.governance.observation.definition import ObservationTerm
from maidinh.governance.observation.rules import (
    METHOD_DIFFERS,
    NO_CONSUMER,
    NOT_MASTER,
    NOT_SERVED,
    OWNER_DIFFERS,
    UNDECLARED,
    UNUSED,
    ZONE_DIFFERS,
)

REFUSED, ALLOWED = "refused", "allowed"
NOT_IN_CONTRACT = "operation_not_in_contract"
WRITES = ("DELETE", "PATCH", "POST", "PUT")
TOLD = 20  # so many examples stand in a finding's details


class Operation(Protocol):
    """One kind of call that was seen, and how often."""

    @property
    def client(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def zone(self) -> str: ...
    @property
    def authenticated(self) -> bool: ...
    @property
    def count(self) -> int: ...
    @property
    def first_at(self) -> datetime: ...
    @property
    def last_at(self) -> datetime: ...


@dataclass(frozen=True)
class Difference:
    """One thing that differs. `subject` identifies it within its kind; `owner` is the agency that must act."""

    kind: str
    subject: str
    owner: str
    source: str = ""
    target: str = ""
    element: str = ""
    contract: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    count: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True)
class Placed:
    """A call between elements; OUTSIDE stands for whoever could not prove who it is, or isn't known."""

    operation: Operation
    source: str
    target: str
    source_owner: str = ""  # the agencies named where others own the elements
    target_owner: str = ""

    @property
    def moved(self) -> bool:
        """Whether it names another owner than the declared one."""
        return bool(self.source_owner or self.target_owner)


@dataclass(frozen=True)
class Moment:
    """When it is looked: the local moment, the terms of the day, since when the version and each contract stand."""

    at: datetime
    term: ObservationTerm
    published_at: datetime
    since: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def window(self) -> datetime:
        """Who has not been seen since then is not in use."""
        return self.at - timedelta(days=self.term.unused_after_days)

    def stands_since(self, contract: str, valid_from: date) -> datetime:
        """Since when a contract could have been used."""
        begins = datetime.combine(valid_from, time(), self.at.tzinfo)
        return max(begins, self.since.get(contract, self.published_at))


def differing(
    known: Declared, operations: Iterable[Operation], moment: Moment, served_procedures: Iterable[str]
) -> list[Difference]:
    """Everything that differs between what is declared and what was seen, each thing once, in a settled order."""
    placed = [_placed(known, each) for each in operations]
    between = [each for each in placed if not each.moved]
    found = [
        *_connections(known, between, moment),
        *_owners(known, placed),
        *_zones(known, between),
        *_methods(known, between, moment),
        *_writers(known, between),
        *_procedures(known, served_procedures),
        *_platforms(known, between),
    ]
    return sorted(found, key=lambda each: (each.kind, each.subject))


def _placed(known: Declared, operation: Operation) -> Placed:
    source, target = known.source_of(operation.client), known.target_of(operation.service)
    other = source.other_owner if source else ""
    proven = source.element if source and (operation.authenticated or other) else OUTSIDE
    return Placed(
        operation,
        proven,
        target.element if target else OUTSIDE,
        other,
        target.other_owner if target else "",
    )


def _connections(known: Declared, placed: list[Placed], moment: Moment) -> Iterator[Difference]:
    flows = declared_flows(known.model, known.instance, moment.at)
    seen = [
        Observation(
            each.source,
            each.target,
            each.operation.outcome != REFUSED,
            each.operation.count,
            each.operation.last_at,
            each.operation.first_at,
        )
        for each in placed
    ]
    calls: dict[Flow, list[Operation]] = defaultdict(list)
    for each in placed:
        calls[Flow(each.source, each.target)].append(each.operation)
    for connection in compare(flows, seen):
        flow = Flow(connection.source, connection.target)
        if not connection.declared:
            yield _undeclared(known, connection, calls[flow])
        elif connection.allowed_at is None or connection.allowed_at < moment.window:
            relations = known.contracts[connection.source, connection.target]
            contracts = [each.contract for each in relations if each.contract]
            since = min(moment.stands_since(each.id, each.valid_from) for each in contracts)
            if since < moment.window:
                yield _unused(known, connection, contracts[0].id, since)


def _undeclared(known: Declared, connection: Connection, calls: list[Operation]) -> Difference:
    """The caller's owner must act; where nobody knows the caller, the owner of what was called."""
    old = known.contracts.get((connection.source, connection.target), ())
    owner = known.owner_of(connection.source) or known.owner_of(connection.target)
    return Difference(
        UNDECLARED,
        f"{connection.source}>{connection.target}",
        owner,
        source=connection.source,
        target=connection.target,
        element=connection.target if connection.source == OUTSIDE else connection.source,
        contract=next((each.contract.id for each in old if each.contract), ""),
        details={
            "allowed": connection.allowed,
            "refused": connection.refused,
            "methods": _some(each.method for each in calls),
            "reasons": _some(each.reason for each in calls if each.reason),
            "services": _some(each.service for each in calls if connection.target == OUTSIDE),
        },
        count=connection.allowed + connection.refused,
        first_at=connection.first_at,
        last_at=connection.last_at,
    )


def _unused(known: Declared, connection: Connection, contract: str, since: datetime) -> Difference:
    return Difference(
        UNUSED,
        f"{connection.source}>{connection.target}",
        known.owner_of(connection.source),
        source=connection.source,
        target=connection.target,
        element=connection.source,
        contract=contract,
        details={"since": since.date().isoformat(), "refused": connection.refused},
        count=connection.refused,
        last_at=connection.allowed_at,
    )


def _owners(known: Declared, placed: list[Placed]) -> Iterator[Difference]:
    named: dict[str, list[tuple[str, Operation]]] = defaultdict(list)
    for each in placed:
        if each.source_owner:
            named[each.source].append((each.source_owner, each.operation))
        if each.target_owner:
            named[known.system_of(each.target)].append((each.target_owner, each.operation))
    for element, found in named.items():
        details: dict[str, Any] = {"declared": known.owner_of(element), "seen": _some(owner for owner, _ in found)}
        details["proven"] = any(operation.authenticated for _, operation in found)
        yield _seen(OWNER_DIFFERS, element, known.owner_of(element), [each for _, each in found], details, element)


def _zones(known: Declared, placed: list[Placed]) -> Iterator[Difference]:
    seen: dict[str, list[Operation]] = defaultdict(list)
    for each in placed:
        system, zone = known.elements.get(each.source), each.operation.zone
        if system is not None and system.zone and zone and zone != system.zone:
            seen[each.source].append(each.operation)
    for element, found in seen.items():
        details = {"declared": known.elements[element].zone, "seen": _some(each.zone for each in found)}
        yield _seen(ZONE_DIFFERS, element, known.owner_of(element), found, details, element)


def _methods(known: Declared, placed: list[Placed], moment: Moment) -> Iterator[Difference]:
    """Calls on a declared connection that its contract does not name.

    A refused call that neither contract nor service offers has no path in its record; it counts only if it came after
    the version was published, for an older one may have been refused by an older contract.
    """
    flows = set(declared_flows(known.model, known.instance, moment.at))
    seen: dict[Flow, list[Operation]] = defaultdict(list)
    for each in placed:
        flow, call = Flow(each.source, each.target), each.operation
        if flow not in flows or (call.method, call.path) in _allowed(known, flow):
            continue
        refused = call.outcome == REFUSED
        if not refused or (call.reason == NOT_IN_CONTRACT and (call.path or call.last_at >= moment.published_at)):
            seen[flow].append(call)
    for flow, found in seen.items():
        details = {
            "declared": sorted(f"{method} {path}" for method, path in _allowed(known, flow)),
            "seen": _some(f"{each.method} {each.path}".strip() for each in found),
            "allowed": sum(each.count for each in found if each.outcome != REFUSED),
        }
        contract = known.contracts[flow.source, flow.target][0].contract
        yield _seen(
            METHOD_DIFFERS, f"{flow.source}>{flow.target}", known.owner_of(flow.source), found, details, flow.source,
            source=flow.source, target=flow.target, contract=contract.id if contract else "",
        )  # fmt: skip


def _allowed(known: Declared, flow: Flow) -> set[tuple[str, str]]:
    contracts = (each.contract for each in known.contracts[flow.source, flow.target])
    return {(one.method, one.path) for contract in contracts if contract for one in contract.methods}


def _writers(known: Declared, placed: list[Placed]) -> Iterator[Difference]:
    seen: dict[Flow, list[Operation]] = defaultdict(list)
    for each in placed:
        call, master = each.operation, known.masters.get(each.target)
        written = call.outcome == ALLOWED and call.method in WRITES
        if written and master is not None and known.owner_of(each.source) != master:
            seen[Flow(each.source, each.target)].append(call)
    for flow, found in seen.items():
        relations = known.contracts.get((flow.source, flow.target), ())
        details = {"master": known.masters[flow.target], "methods": _some(each.method for each in found)}
        yield _seen(
            NOT_MASTER, f"{flow.source}>{flow.target}", known.owner_of(flow.source), found, details,
            known.system_of(flow.target), source=flow.source, target=flow.target,
            contract=next((each.contract.id for each in relations if each.contract), ""),
        )  # fmt: skip


def _procedures(known: Declared, served: Iterable[str]) -> Iterator[Difference]:
    offered = set(served)
    for code, element in known.procedures.items():
        if code not in offered:
            owner = known.owner_of(element)
            yield Difference(NOT_SERVED, element, owner, element=element, details={"code": code})


def _platforms(known: Declared, placed: list[Placed]) -> Iterator[Difference]:
    called = {each.target for each in placed if each.operation.outcome != REFUSED}
    for platform, interfaces in known.platforms.items():
        if not interfaces & called:
            yield Difference(NO_CONSUMER, platform, known.owner_of(platform), element=platform)


def _seen(
    kind: str, subject: str, owner: str, calls: list[Operation], details: dict[str, Any], element: str, **more: str
) -> Difference:
    return Difference(
        kind,
        subject,
        owner,
        element=element,
        details=details,
        count=sum(each.count for each in calls),
        first_at=min(each.first_at for each in calls),
        last_at=max(each.last_at for each in calls),
        **more,
    )


def _some(words: Iterable[str]) -> list[str]:
    return sorted(set(words))[:TOLD]
