"""A project beside the architecture that it changes, looked up the way the checks ask: what is touched, who is near.

Layer 4, governance. Pure. Built once for an appraisal; large architectures are walked through once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from maidinh.governance.appraisal.definition import AppraisalPack
from maidinh.governance.appraisal.owning import Consent, consents
from maidinh.governance.appraisal.papers import Required
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.modelling.catalogues import Shelf
from maidinh.governance.modelling.definition import Element, Relation
from maidinh.governance.projects.definition import Project
from maidinh.governance.projects.faults import Fault
from maidinh.governance.projects.reopening import systems_joined
from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.organisations.definition import Organisations

SYSTEMS = ("information-system", "platform", "shared-platform", "application-component")
PLATFORMS = ("shared-platform", "shared-service")
INTERFACES = ("interface", "application-interface")
GONE = ("retiring", "retired")


@dataclass(frozen=True)
class Case:
    """What the checks look at; `model` is None where the project's changes can't be made.

    `agreed` are the agencies that have agreed to what the project says, `withdrawn` the contracts that are stopped.
    """

    project: Project
    version: ArchitectureVersion
    model: ArchitectureVersion | None
    pack: AppraisalPack
    shelf: Shelf
    day: date
    faults: tuple[Fault, ...]
    papers: tuple[Required, ...]
    procedures: Collection[str] | None
    organisations: Organisations | None = None
    agreed: Collection[str] = ()
    withdrawn: Collection[str] = ()

    @cached_property
    def before(self) -> Mapping[str, Element]:
        """The elements as they are."""
        return {each.id: each for each in self.version.elements}

    @cached_property
    def after(self) -> Mapping[str, Element]:
        """The elements as they would be."""
        return self.before if self.model is None else {each.id: each for each in self.model.elements}

    @cached_property
    def touched(self) -> tuple[Element, ...]:
        """What the project adds or changes and does not retire, in the order of its file."""
        ids = dict.fromkeys(
            each.item for each in self.project.changes if each.section == "elements" and each.action != "retire"
        )
        found = (self.after.get(each) for each in ids) if self.model is not None else ()
        return tuple(each for each in found if each is not None)

    @cached_property
    def added(self) -> frozenset[str]:
        """The ids of the elements that the project adds."""
        return frozenset(
            each.item for each in self.project.changes if each.section == "elements" and each.action == "add"
        )

    @property
    def systems(self) -> tuple[Element, ...]:
        """The systems among what is touched."""
        return tuple(each for each in self.touched if each.kind in SYSTEMS)

    @cached_property
    def relations(self) -> tuple[Relation, ...]:
        """The relations that the project adds or changes."""
        ids = {each.item for each in self.project.changes if each.section == "relations" and each.action != "retire"}
        return tuple(each for each in (self.model.relations if self.model else ()) if each.id in ids)

    @cached_property
    def _around(self) -> Mapping[str, list[Relation]]:
        found: dict[str, list[Relation]] = {}
        for each in self.model.relations if self.model else ():
            found.setdefault(each.from_, []).append(each)
            if each.to != each.from_:
                found.setdefault(each.to, []).append(each)
        return found

    @cached_property
    def _interfaces(self) -> Mapping[str, list[Element]]:
        found: dict[str, list[Element]] = {}
        for each in self.after.values():
            if each.interface is not None and each.state not in GONE:
                found.setdefault(each.interface.system, []).append(each)
        return found

    def relations_of(self, *ids: str) -> Iterator[Relation]:
        """Every relation at one of these elements, in the architecture as it would be."""
        seen: set[str] = set()
        for each in ids:
            for relation in self._around.get(each, ()):
                if relation.id not in seen:
                    seen.add(relation.id)
                    yield relation

    def interfaces_of(self, system: str) -> list[Element]:
        """The interfaces that a system offers."""
        return self._interfaces.get(system, [])

    def reached_by(self, system: str) -> tuple[str, ...]:
        """The ids under which a system is called: its own and its interfaces'."""
        return system, *(each.id for each in self.interfaces_of(system))

    @cached_property
    def consents(self) -> tuple[Consent, ...]:
        """What of other agencies the project changes, retires or widens, in the order of its file."""
        return tuple(consents(self.project, self.version, self.model, self.organisations)) if self.model else ()

    @cached_property
    def stopped(self) -> frozenset[tuple[str, str]]:
        """Which system may no more call which, because the contract between them is withdrawn."""
        found = (each for each in self.version.relations if each.contract and each.contract.id in self.withdrawn)
        return frozenset(self.systems_at(each) for each in found)

    def systems_at(self, relation: Relation) -> tuple[str, str]:
        """The systems that a relation joins: of an interface its system."""
        return systems_joined(relation, self.after, self.before)

    def faults_at(self, *fields: str) -> tuple[Fault, ...]:
        """The faults of these fields."""
        return tuple(each for each in self.faults if each.field.partition(".")[0] in fields)


def named(element: Element) -> Text:
    """What an element is called."""
    vietnamese = element.name.in_language("vi").strip()
    return Text(vi=vietnamese or element.id, en=(element.name.en or "").strip() or None)
