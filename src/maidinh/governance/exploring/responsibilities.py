"""Who answers for what: what each agency owns, runs, provides, uses and owes, and the matrix of it.

Layer 4, governance. Pure. Every agency must know its responsibility and position (Decree 224/2026/NĐ-CP article 24:
owners keep their components up to date). What is owed is computed of the model on a day; nothing is assigned here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from maidinh.governance.exploring.dependencies import INTERFACES, PROJECTS
from maidinh.governance.exploring.impact import Graph
from maidinh.governance.exploring.life_cycle import SYSTEMS, known_dates, state_at
from maidinh.governance.exploring.technology import Watched
from maidinh.governance.modelling.definition import Contract, Element, Model, Relation

AGENCIES = frozenset({"agency", "business-actor"})
SHARED = frozenset({"shared-service", "shared-platform", "application-service"})
TASKS = frozenset({"gap", "work-package", "requirement"})
NOT_OWNED = AGENCIES | TASKS | {"assessment", "plateau", "document"}
Debt = Literal[
    "contract-expired", "technology-past", "overdue", "past-retirement", "contract-ending", "technology-soon",
    "technology", "retiring", "gap", "work-package", "requirement",
]  # fmt: skip
DEBTS: tuple[Debt, ...] = (
    "contract-expired", "technology-past", "overdue", "past-retirement", "contract-ending", "technology-soon",
    "technology", "retiring", "gap", "work-package", "requirement",
)  # fmt: skip


@dataclass(frozen=True)
class Agreement:
    """A connection agreement: which system calls which interface, and whose the two are."""

    relation: str
    contract: Contract
    consumer: str
    interface: str
    consumer_agency: str | None
    provider_agency: str | None


@dataclass(frozen=True)
class Use:
    """Something of somebody else that an agency's own elements need."""

    element: str
    by: tuple[str, ...]


@dataclass(frozen=True)
class Owed:
    """Something that an agency still has to do: about an element, by a day, because of a product or agreement."""

    debt: Debt
    element: str
    day: date | None = None
    about: str | None = None


@dataclass
class Duties:
    """One agency: ids of elements, agreements, and what it owes, worst first."""

    code: str
    element: str | None = None
    owns: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    interfaces: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    provides: list[Agreement] = field(default_factory=list)
    consumes: list[Agreement] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    owes: list[Owed] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How much of each, in the order of the matrix."""
        return {
            "owns": len(self.owns),
            "runs": len(self.runs),
            "provides": len(self.interfaces) + len(self.shared) + len(self.provides),
            "uses": len(self.uses) + len(self.consumes),
            "owes": len(self.owes),
        }


def agency_of(element: Element) -> str:
    """The code of the agency that an agency's element stands for."""
    national = element.codes.national if element.codes is not None else None
    return element.owner or national or element.id


def responsibilities(
    model: Model,
    graph: Graph,
    watched: Iterable[Watched],
    *,
    day: date,
    contract_notice: timedelta,
    known: Iterable[str] = (),
) -> list[Duties]:
    """Every agency that owns, runs or uses something, and those that are `known` besides, by code."""
    found: dict[str, Duties] = {code: Duties(code) for code in known}
    elements = {each.id: each for each in model.elements}
    agencies = {each.id: agency_of(each) for each in model.elements if each.kind in AGENCIES}
    for element_id, code in agencies.items():
        _of(found, code).element = element_id
    _own_things(model, day, found)
    _relations(model, elements, agencies, found)
    for each in agreements(model):
        if each.provider_agency:
            _of(found, each.provider_agency).provides.append(each)
        if each.consumer_agency:
            _of(found, each.consumer_agency).consumes.append(each)
    _uses(graph, elements, agencies, found)
    for code, owed in (
        *_of_agreements(model, day, contract_notice),
        *_of_states(model, day),
        *_of_technology(watched, elements),
        *_tasks(model, elements, day),
    ):
        _of(found, code).owes.append(owed)
    for duties in found.values():
        duties.owes.sort(key=lambda each: (DEBTS.index(each.debt), each.day or date.max, each.element))
    return [found[code] for code in sorted(found, key=_code_order)]


def agreements(model: Model) -> Iterator[Agreement]:
    """Every connection agreement of the model."""
    elements = {each.id: each for each in model.elements}
    for relation in model.relations:
        if relation.contract is not None:
            consumer, target = elements.get(relation.from_), elements.get(relation.to)
            yield Agreement(
                relation.id,
                relation.contract,
                relation.from_,
                relation.to,
                consumer.owner if consumer else None,
                _provider(target, elements),
            )


def _provider(target: Element | None, elements: Mapping[str, Element]) -> str | None:
    if target is None:
        return None
    system = elements.get(target.interface.system) if target.interface is not None else None
    return (system.owner if system is not None else None) or target.owner


def _of(found: dict[str, Duties], code: str) -> Duties:
    return found.setdefault(code, Duties(code))


def _own_things(model: Model, day: date, found: dict[str, Duties]) -> None:
    """What it owns, runs and offers; what runs and names nobody who runs it, its owner runs."""
    elements = {each.id: each for each in model.elements}
    for element in model.elements:
        if element.owner and element.kind not in NOT_OWNED:
            _of(found, element.owner).owns.append(element.id)
        runs = element.operator or (element.owner if _running(element, day) else None)
        if runs:
            _of(found, runs).runs.append(element.id)
        if element.kind in INTERFACES:
            provider = _provider(element, elements)
            if provider:
                _of(found, provider).interfaces.append(element.id)
        elif element.kind in SHARED and element.owner:
            _of(found, element.owner).shared.append(element.id)


def _running(element: Element, day: date) -> bool:
    return element.kind in SYSTEMS and state_at(element, day) in ("live", "retiring")


def _relations(
    model: Model, elements: Mapping[str, Element], agencies: Mapping[str, str], found: dict[str, Duties]
) -> None:
    """What an agency performs, by a relation of assignment."""
    for relation in model.relations:
        if relation.kind == "assignment" and relation.from_ in agencies and relation.to in elements:
            runs = _of(found, agencies[relation.from_]).runs
            if relation.to not in runs:
                runs.append(relation.to)


def _uses(graph: Graph, elements: Mapping[str, Element], agencies: Mapping[str, str], found: dict[str, Duties]) -> None:
    """What its own elements, and its people, directly need of others."""
    using: dict[str, dict[str, list[str]]] = {}
    for steps in graph.needs.values():
        for step in steps:
            user, needed = elements[step.element], elements[step.needs]
            code = agencies.get(user.id) or user.owner
            if code and needed.owner and needed.owner != code and needed.kind not in AGENCIES:
                using.setdefault(code, {}).setdefault(needed.id, []).append(user.id)
    for code, held in using.items():
        _of(found, code).uses = [Use(element, tuple(by)) for element, by in sorted(held.items())]


def _of_agreements(model: Model, day: date, notice: timedelta) -> Iterator[tuple[str, Owed]]:
    """Both sides owe the renewal of an agreement that has ended or soon will."""
    for each in agreements(model):
        ends = each.contract.valid_to
        if ends < day:
            debt: Debt = "contract-expired"
        elif ends <= day + notice:
            debt = "contract-ending"
        else:
            continue
        for code in dict.fromkeys(code for code in (each.provider_agency, each.consumer_agency) if code):
            yield code, Owed(debt, each.interface, ends, each.contract.id)


def _of_states(model: Model, day: date) -> Iterator[tuple[str, Owed]]:
    """Planned things past their day, things that should be gone, things that are to go."""
    for element in model.elements:
        if not element.owner or element.kind in NOT_OWNED:
            continue
        known = known_dates(element)
        live, retired = known.get("live"), known.get("retired")
        if element.state == "planned" and live is not None and live <= day:
            yield element.owner, Owed("overdue", element.id, live)
        elif element.state != "retired" and retired is not None and retired <= day:
            yield element.owner, Owed("past-retirement", element.id, retired)
        elif state_at(element, day) == "retiring":
            yield element.owner, Owed("retiring", element.id, retired)


def _of_technology(watched: Iterable[Watched], elements: Mapping[str, Element]) -> Iterator[tuple[str, Owed]]:
    debts: dict[str, Debt] = {"past": "technology-past", "soon": "technology-soon", "retire": "technology"}
    for each in watched:
        if each.urgency in debts:
            for user in each.direct:
                owner = elements[user].owner
                if owner:
                    yield owner, Owed(debts[each.urgency], user, each.must_go, each.id)


def _tasks(model: Model, elements: Mapping[str, Element], day: date) -> Iterator[tuple[str, Owed]]:
    """Gaps, work and unmet requirements: of their owner, else of the owners of what they are about."""
    tied: dict[str, list[tuple[Relation, Element]]] = {}
    for relation in model.relations:
        for here, there in ((relation.from_, relation.to), (relation.to, relation.from_)):
            if here in elements and there in elements and elements[here].kind in TASKS:
                tied.setdefault(here, []).append((relation, elements[there]))
    for task in model.elements:
        if task.kind not in TASKS or state_at(task, day) == "retired":
            continue
        about = [(relation, each) for relation, each in tied.get(task.id, []) if each.kind not in PROJECTS]
        if task.kind == "requirement" and any(
            relation.kind == "realization" and relation.to == task.id and state_at(each, day) in ("live", "retiring")
            for relation, each in about
        ):
            continue
        owners = [task.owner] if task.owner else [each.owner for _, each in about]
        for code in dict.fromkeys(owner for owner in owners if owner):
            debt: Debt = (
                "gap" if task.kind == "gap" else "work-package" if task.kind == "work-package" else "requirement"
            )
            yield code, Owed(debt, task.id, known_dates(task).get("live"))


def _code_order(code: str) -> tuple[tuple[int, int, str], ...]:
    """Codes in the order of their parts, numbers as numbers: H62.2 stands before H62.10."""
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in code.split("."))
