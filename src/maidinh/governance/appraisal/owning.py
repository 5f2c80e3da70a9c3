"""What of other agencies a project changes, retires or widens: whose say it needs.

Layer 4, governance. Pure. An agency speaks for itself and for the units below it. Its say is needed for an element that
it owns or would own, for an interface on a system of its, for a contract that its system serves, and for a relation
between things of which none is the project's own. A subsystem of the exchange is its owner's by its element. No
article asks for this by itself: a design of this project (see the pack).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.modelling.definition import Element, Relation
from maidinh.governance.projects.definition import Action, Project
from maidinh.infrastructure.organisations.definition import Organisations


@dataclass(frozen=True)
class Consent:
    """One thing that an agency must agree to: which agency, what is done to what."""

    agency: str
    action: Action
    item: str
    contract: bool = False


def consents(
    project: Project,
    before: ArchitectureVersion,
    after: ArchitectureVersion,
    organisations: Organisations | None = None,
) -> Iterator[Consent]:
    """Whose say the project needs, for each of its changes, in the order of its file."""
    agencies = _Agencies(organisations)
    own = agencies.code(project.owner)
    elements = [{each.id: each for each in model.elements} for model in (before, after)]
    touched = {each.item for each in project.changes if each.section == "relations"}
    relations = [{each.id: each for each in model.relations if each.id in touched} for model in (before, after)]
    for change in project.changes:
        owners: dict[str, bool] = {}
        for things, links in zip(elements, relations, strict=True):
            if change.section == "elements":
                found = things.get(change.item)
                owners |= dict.fromkeys(_owners_of(found, things), False) if found is not None else {}
            elif (relation := links.get(change.item)) is not None:
                owners |= _owners_at(relation, things, own, agencies)
        for owner, contract in owners.items():
            if not agencies.speaks(own, owner):
                yield Consent(agencies.code(owner), change.action, change.item, contract)


class _Agencies:
    """The tree of agencies: by code, whatever name the files give them."""

    def __init__(self, organisations: Organisations | None) -> None:
        found = organisations.agencies if organisations is not None else []
        self.codes: Mapping[str, str] = {name: each.code for each in found for name in (each.code, each.id)}
        self.parents: Mapping[str, str | None] = {each.code: each.parent for each in found}

    def code(self, name: str) -> str:
        return self.codes.get(name, name)

    def speaks(self, agency: str, owner: str) -> bool:
        """Whether the agency is the owner or stands above it; the root of all speaks for nobody else."""
        at: str | None = self.code(owner)
        seen: set[str] = set()
        while at is not None and at not in seen:
            if at == agency:
                return agency == self.code(owner) or self.parents.get(agency) is not None
            seen.add(at)
            at = self.parents.get(at)
        return False


def _owners_of(element: Element, things: Mapping[str, Element]) -> Iterator[str]:
    """Whose an element is; an interface is also its system's owner's."""
    if element.owner:
        yield element.owner
    system = things.get(element.interface.system) if element.interface is not None else None
    if system is not None and system.owner:
        yield system.owner


def _owners_at(relation: Relation, things: Mapping[str, Element], own: str, agencies: _Agencies) -> dict[str, bool]:
    """Whose say a relation needs, and whether for its contract: the serving side's; else both, where none is own."""
    ends = [things.get(relation.from_), things.get(relation.to)]
    if relation.contract is not None:
        return dict.fromkeys(_owners_of(ends[1], things) if ends[1] is not None else (), True)
    owners = [owner for each in ends if each is not None for owner in _owners_of(each, things)]
    if any(agencies.speaks(own, each) for each in owners):
        return {}
    return dict.fromkeys(owners, False)
