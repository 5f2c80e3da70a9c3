"""Whether the directory allows a call: pure, so that the gateway, the pages and the tests ask the same question.

Layer 6. Who is not declared is refused, and so is what its agencies have not signed; so is a path that could mean one
thing here and another at the provider.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote_to_bytes

from maidinh.exchange.directory import agreements
from maidinh.exchange.directory.definition import (
    Contract,
    Directory,
    Endpoint,
    Member,
    Service,
    Subsystem,
)

ONE, REST = "*", "**"
PLAIN = re.compile(r"[A-Za-z0-9._~/-]+")  # characters that everybody reads as themselves


@dataclass(frozen=True)
class Allowed:
    """The call is declared; `path` is the contract's pattern, which holds no personal data."""

    contract: Contract
    service: Service
    path: str


@dataclass(frozen=True)
class Refused:
    """The call is not allowed; `reason` is a stable word, `path` the pattern under which the service offers it."""

    reason: str
    path: str = field(default="", compare=False)


class Register:
    """A directory made quick to ask; of its contracts, those count that every side has signed."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.subsystems: dict[str, Subsystem] = {each.id: each for each in directory.subsystems}
        self.services: dict[str, Service] = {each.id: each for each in directory.services}
        self.members: dict[tuple[str, str], Member] = {
            (each.member_class, each.code): each for each in directory.members
        }
        self._members: dict[str, Member] = {}
        self._members = {
            each: member for each in (*self.subsystems, *self.services) if (member := self.member_of(each)) is not None
        }
        self.contracts: dict[tuple[str, str], list[Contract]] = {}
        self._unsigned: set[tuple[str, str]] = set()
        for contract in directory.contracts:
            pair = (contract.consumer, contract.provider_service)
            if agreements.lacking(contract, directory.members):
                self._unsigned.add(pair)
            else:
                self.contracts.setdefault(pair, []).append(contract)

    def member_of(self, identifier: str) -> Member | None:
        """The member behind a subsystem's or a service's identifier."""
        known = self._members.get(identifier)
        if known is not None:
            return known
        subsystem = self.subsystems.get("/".join(identifier.split("/")[:4]))
        return self.members[subsystem.member] if subsystem else None

    def decide(self, consumer: str, service: str, method: str, path: str, at: datetime) -> Allowed | Refused:
        """Whether this consumer may make this call at this moment; `path` is raw, as it will be forwarded."""
        steps = steps_of(path)
        contracts = self.contracts.get((consumer, service), [])
        reason = self._standing(consumer, service, at)
        if reason is None and steps is not None:
            reason = _validity(contracts, at)
            if reason == "no_contract" and (consumer, service) in self._unsigned:
                reason = "contract_not_signed"
        offered = self.services.get(service)
        if steps is None or offered is None:
            return Refused(reason or "unsafe_path")
        operation = _first(offered.methods, method, steps)
        asked = operation.path if operation else ""
        if reason is not None:
            return Refused(reason, asked)
        for contract in contracts:
            endpoint = _first(contract.methods, method, steps) if _current(contract, at) else None
            if endpoint and operation:
                return Allowed(contract, offered, endpoint.path)
        return Refused("operation_not_in_contract", asked)

    def in_force(self, consumer: str, service: str, at: datetime) -> list[Contract]:
        """The contracts by which a consumer may use a service at this moment."""
        return [each for each in self.contracts.get((consumer, service), []) if _current(each, at)]

    def _standing(self, consumer: str, service: str, at: datetime) -> str | None:
        if at >= self.directory.expires_at:
            return "directory_expired"
        if at < self.directory.issued_at:
            return "directory_not_yet_valid"
        if consumer not in self.subsystems:
            return "unknown_consumer"
        return None if service in self.services else "unknown_service"


def decide(
    directory: Directory, consumer: str, service: str, method: str, path: str, at: datetime
) -> Allowed | Refused:
    """The same for one question; whoever asks often keeps a Register."""
    return Register(directory).decide(consumer, service, method, path, at)


def steps_of(path: str) -> list[str] | None:
    """The decoded steps of a raw path, or None where two servers could read it differently."""
    if not path.startswith("/"):
        return [] if path == "" else None
    steps = path[1:].split("/")
    if PLAIN.fullmatch(path) and "" not in steps and "." not in steps and ".." not in steps:
        return steps
    steps = []
    for raw in path[1:].split("/"):
        try:
            step = unquote_to_bytes(raw).decode("utf-8")
        except UnicodeError:
            return None
        if step in (".", "..") or any(character in "/\\%;" or ord(character) < 32 for character in step):
            return None
        steps.append(step)
    if "" in steps[:-1]:
        return None
    return [] if steps == [""] else steps


def matches(pattern: str, steps: list[str]) -> bool:
    """Whether a declared path covers these steps."""
    declared = [] if pattern == "/" else pattern[1:].split("/")
    if declared and declared[-1] == REST:
        declared = declared[:-1]
        if len(steps) < len(declared):
            return False
        steps = steps[: len(declared)]
    if len(declared) != len(steps):
        return False
    return declared == steps or all(
        (want == ONE and have != "") or want == have for want, have in zip(declared, steps, strict=True)
    )


def _first(endpoints: tuple[Endpoint, ...], method: str, steps: list[str]) -> Endpoint | None:
    return next((each for each in endpoints if each.method == method and matches(each.path, steps)), None)


def _validity(contracts: list[Contract], at: datetime) -> str | None:
    if not contracts:
        return "no_contract"
    if any(_current(each, at) for each in contracts):
        return None
    return "contract_expired" if any(_over(each, at) for each in contracts) else "contract_not_yet_valid"


def _current(contract: Contract, at: datetime) -> bool:
    return contract.valid_from <= at and not _over(contract, at)


def _over(contract: Contract, at: datetime) -> bool:
    return contract.valid_to is not None and contract.valid_to <= at
