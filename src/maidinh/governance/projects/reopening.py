"""Whether a project opens again what two people stopped, under the old contract or under one with a new id.

Layer 4, governance. Pure. A withdrawal names a contract; the exchange would let another contract between the same two
systems pass. So what counts is which system may call which.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.modelling.definition import Element, Relation

Joined = tuple[str, str]


@dataclass(frozen=True)
class Stopped:
    """A contract that is withdrawn: by which withdrawal, and which system called which by it."""

    withdrawal: int
    contract: str
    systems: Joined


@dataclass(frozen=True)
class Reopening:
    """A relation of a project that puts back what is stopped, by this contract."""

    item: str
    contract: str
    stopped: Stopped

    @property
    def renewed(self) -> bool:
        """Whether the contract is another one, which no withdrawal keeps out of the exchange."""
        return self.contract != self.stopped.contract


def systems_joined(relation: Relation, *known: Mapping[str, Element]) -> Joined:
    """The systems that a relation joins, of an interface its system; "" for an end that nothing known has."""
    ends = (next((each[end] for each in known if end in each), None) for end in (relation.from_, relation.to))
    first, second = (each.interface.system if each and each.interface else each.id if each else "" for each in ends)
    return first, second


def reopenings(after: ArchitectureVersion, items: Collection[str], stopped: Iterable[Stopped]) -> tuple[Reopening, ...]:
    """What of these relations puts back a stopped connection, in the architecture as it would be."""
    by_contract = {each.contract: each for each in stopped}
    by_systems = {each.systems: each for each in by_contract.values() if all(each.systems)}
    elements = {each.id: each for each in after.elements}
    found = []
    for each in after.relations:
        if each.id not in items or each.contract is None:
            continue
        held = by_contract.get(each.contract.id) or by_systems.get(systems_joined(each, elements))
        if held is not None:
            found.append(Reopening(each.id, each.contract.id, held))
    return tuple(found)
