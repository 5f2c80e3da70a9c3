"""A province whose traffic differs from its architecture in known places: what is declared, called, and wrong.

Every kind of finding is put in equally often, by a seed, among traffic that only looks wrong: a master that writes its
own register, a refused call on a declared connection, a contract too young to be unused, a platform that serves.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import cycle, islice
from typing import Any

from maidinh.exchange.evidence.rules import Operation
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.observation.rules import (
    KINDS,
    METHOD_DIFFERS,
    NO_CONSUMER,
    NOT_MASTER,
    NOT_SERVED,
    OWNER_DIFFERS,
    UNDECLARED,
    UNUSED,
    ZONE_DIFFERS,
)

SEED = 20261127
READ, WRITE, HIDDEN = {"method": "GET", "path": "/records/*"}, {"method": "POST", "path": "/records"}, "/hidden/*"
OLD, UNTIL = date(2024, 1, 1), date(2099, 12, 31)
SYSTEMS, REGISTERS = 60, 40
Subject = tuple[str, str]  # kind and subject of a finding


@dataclass(frozen=True)
class Call:
    """One exchange to be recorded; `of` is the finding that it was put in for."""

    client: str
    service: str
    method: str = "GET"
    path: str = READ["path"]
    outcome: str = "allowed"
    reason: str = ""
    zone: str = "tslcd"
    authenticated: bool = True
    contract: str = ""
    of: Subject | None = None


@dataclass
class Scene:
    """What is declared, what is called, what is served, and every finding that must come of it."""

    model: ArchitectureVersion
    calls: list[Call]
    served: list[str]
    expected: set[Subject]


@dataclass
class _Making:
    random: random.Random
    instance: str
    agencies: Sequence[str]
    young: date
    elements: dict[str, dict[str, Any]] = field(default_factory=dict)
    relations: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    usual: list[Call] = field(default_factory=list)
    wrong: list[Call] = field(default_factory=list)
    expected: set[Subject] = field(default_factory=set)
    served: list[str] = field(default_factory=list)

    def element(self, id: str, kind: str, layer: int, owner: str, **more: Any) -> str:
        name = {"vi": f"Thành phần {id}"}
        self.elements[id] = {"id": id, "kind": kind, "layer": layer, "name": name, "owner": owner} | more
        return id

    def system(self, id: str, owner: str, **more: Any) -> str:
        return self.element(id, "information-system", 5, owner, subsystem=id, zone="tslcd", **more)

    def client(self, system: str, owner: str = "") -> str:
        return f"{self.instance}/GOV/{owner or self.elements[system]['owner']}/{system}"

    def service(self, interface: str) -> str:
        return f"{self.client(self.elements[interface]['interface']['system'])}/{interface}"

    def flow(self, source: str, target: str, methods: Sequence[dict[str, str]] = (READ,), since: date = OLD) -> None:
        contract = {
            "id": f"c-{source}-{target}", "methods": list(methods), "purpose": {"vi": "Đối chiếu"},
            "valid_from": since, "valid_to": UNTIL,
        }  # fmt: skip
        self.relations[source, target] = {
            "id": f"f-{source}-{target}", "kind": "flow", "from": source, "to": target, "contract": contract
        }  # fmt: skip

    def call(self, source: str, target: str, **more: Any) -> Call:
        return Call(self.client(source), self.service(target), contract=f"c-{source}-{target}", **more)

    def put(self, kind: str, subject: str, *calls: Call) -> None:
        self.expected.add((kind, subject))
        self.wrong.extend(Call(**{**each.__dict__, "of": (kind, subject)}) for each in calls)

    def free(self) -> tuple[str, str]:
        """A system and a register of another owner between which nothing is declared yet."""
        while True:
            source = f"s{self.random.randrange(SYSTEMS)}"
            target = f"i{self.random.randrange(REGISTERS)}"
            interface = self.elements[target]["interface"]
            foreign = self.elements[interface["system"]]["owner"] != self.elements[source]["owner"]
            taken = (source, target) in self.relations or (UNDECLARED, f"{source}>{target}") in self.expected
            if foreign and not taken:
                return source, target


def scene(
    *, edges: int, exchanges: int, instance: str, agencies: Sequence[str], today: date, seed: int = SEED,
    version: str = "9.0", province: str = "lao-cai", framework: str = "2026-1425",
) -> Scene:  # fmt: skip
    """A province with so many findings among so many exchanges."""
    making = _Making(random.Random(seed), instance, agencies, today - timedelta(days=5))  # noqa: S311 - no secret
    _declare(making)
    for number, kind in zip(range(edges), cycle(KINDS), strict=False):
        _PUT[kind](making, number)
    model = ArchitectureVersion.model_validate({
        "province": province, "version": version, "title": {"vi": "Kiến trúc để đo"}, "framework": framework,
        "effective_from": today - timedelta(days=101), "elements": list(making.elements.values()),
        "relations": list(making.relations.values()),
    })  # fmt: skip
    calls = [*making.wrong, *islice(cycle(making.usual), max(0, exchanges - len(making.wrong)))]
    making.random.shuffle(calls)
    return Scene(model, calls, making.served, making.expected)


def operations(calls: Sequence[Call], at: datetime) -> list[Operation]:
    """The calls as the exchange tells of them, operation by operation, all of one moment."""
    found: dict[tuple[Any, ...], int] = {}
    for each in calls:
        key = (each.client, each.service, each.method, each.path, each.outcome, each.reason, each.zone,
               each.authenticated, each.contract)  # fmt: skip
        found[key] = found.get(key, 0) + 1
    return [Operation(*key, count, at, at) for key, count in found.items()]


def _declare(making: _Making) -> None:
    """Systems, registers that master data, connections in use, and what only looks wrong."""
    owners = cycle(making.agencies)
    for number in range(SYSTEMS):
        making.system(f"s{number}", next(owners))
    for number in range(REGISTERS):
        owner = next(owners)
        register = making.system(f"r{number}", owner, masters=[f"data-{number}"])
        interface = {"system": register, "service": f"i{number}", "endpoint": f"measured/{number}",
                     "methods": [READ, WRITE, {"method": "GET", "path": HIDDEN}]}  # fmt: skip
        making.element(f"i{number}", "interface", 6, owner, interface=interface)
        keeper = making.system(f"k{number}", owner)  # of the master's own agency: it may write
        making.flow(keeper, f"i{number}", (READ, WRITE))
        making.usual += [making.call(keeper, f"i{number}"),
                         making.call(keeper, f"i{number}", method="POST", path=WRITE["path"])]  # fmt: skip
    for number in range(SYSTEMS):
        target = f"i{number % REGISTERS}"
        making.flow(f"s{number}", target)
        used = making.call(f"s{number}", target)
        making.usual += [used, Call(**{**used.__dict__, "zone": ""}), Call(**{**used.__dict__, "outcome": "failed"}),
                         Call(**{**used.__dict__, "outcome": "refused", "reason": "directory_expired"})]  # fmt: skip
    for number in range(5):
        making.system(f"young{number}", making.agencies[0])
        making.flow(f"young{number}", f"i{number}", since=making.young)
        making.element(f"platform{number}", "shared-platform", 6, making.agencies[0])
        making.relations[f"platform{number}", "s0"] = {
            "id": f"serves-{number}", "kind": "serving", "from": f"platform{number}", "to": "s0"
        }  # fmt: skip
        code = f"1.10000{number}"
        making.element(f"service-{code}", "public-service", 4, making.agencies[0])
        making.served.append(code)


def _undeclared(making: _Making, number: int) -> None:
    source, target = making.free()
    how: dict[str, Any] = {"outcome": "refused", "reason": "no_contract", "path": ""} if number % 3 else {}
    making.put(UNDECLARED, f"{source}>{target}", making.call(source, target, **how))


def _unused(making: _Making, number: int) -> None:
    source, target = making.free()
    making.flow(source, target)
    making.put(UNUSED, f"{source}>{target}")


def _owner(making: _Making, number: int) -> None:
    own, other = islice(making.random.sample(list(making.agencies), 2), 2)
    system = making.system(f"moved{number}", own)
    target = making.service(f"i{number % REGISTERS}")
    making.put(OWNER_DIFFERS, system, Call(making.client(system, other), target, outcome="refused", path="",
                                           reason="unknown_consumer", authenticated=bool(number % 2)))  # fmt: skip


def _zone(making: _Making, number: int) -> None:
    target = f"i{number % REGISTERS}"
    system = making.system(f"zoned{number}", making.agencies[number % len(making.agencies)])
    making.flow(system, target)
    making.usual.append(making.call(system, target))
    making.put(ZONE_DIFFERS, system, making.call(system, target, zone="internet"))


def _method(making: _Making, number: int) -> None:
    target = f"i{number % REGISTERS}"
    system = making.system(f"other{number}", making.agencies[number % len(making.agencies)])
    making.flow(system, target)
    making.usual.append(making.call(system, target))
    how: dict[str, Any] = {"outcome": "refused", "reason": "operation_not_in_contract"} if number % 3 else {}
    making.put(METHOD_DIFFERS, f"{system}>{target}", making.call(system, target, path=HIDDEN, **how))


def _writer(making: _Making, number: int) -> None:
    source, target = making.free()
    making.flow(source, target, (READ, WRITE))
    making.put(NOT_MASTER, f"{source}>{target}", making.call(source, target, method="POST", path=WRITE["path"]))


def _procedure(making: _Making, number: int) -> None:
    element = making.element(f"service-2.{number:06}", "public-service", 4, making.agencies[0])
    making.put(NOT_SERVED, element)


def _platform(making: _Making, number: int) -> None:
    making.put(NO_CONSUMER, making.element(f"lonely{number}", "shared-platform", 6, making.agencies[0]))


_PUT = {
    UNDECLARED: _undeclared,
    UNUSED: _unused,
    OWNER_DIFFERS: _owner,
    ZONE_DIFFERS: _zone,
    METHOD_DIFFERS: _method,
    NOT_MASTER: _writer,
    NOT_SERVED: _procedure,
    NO_CONSUMER: _platform,
}


def traps(calls: Sequence[Call]) -> Iterator[Call]:
    """The calls that only look wrong."""
    yield from (each for each in calls if each.of is None and (each.outcome != "allowed" or each.method == "POST"))
