"""Whether a proposed architecture still fits together: what its own rules say of it and didn't say before.

Layer 4, governance. Pure. Only what the change touches is looked at, with what stands around it, so that a large
architecture takes a moment; each misfit is told at the change that brought it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.rules import problems
from maidinh.governance.modelling.definition import Element, Model, Relation
from maidinh.governance.modelling.integrity import PARTS
from maidinh.governance.projects.definition import Project
from maidinh.governance.projects.sayings import N_, Fault


def misfits(
    old: ArchitectureVersion, new: ArchitectureVersion, project: Project, agencies: Collection[str]
) -> Iterator[Fault]:
    """What doesn't fit together in the new version by this project's changes; `agencies` are the codes that exist."""
    touched = {each.item for each in project.changes}
    rings = any(each.id in touched and each.kind in PARTS for model in (old, new) for each in model.relations)
    standing = set(problems(_around(old, touched, rings=rings), agencies))
    for line in problems(_around(new, touched, rings=rings), agencies):
        if line not in standing:
            yield _told(line, new, project)


def _around(model: ArchitectureVersion, touched: Collection[str], *, rings: bool) -> Model:
    """The part of a model that the rules need to judge what was touched: what is beside it, and all contracts."""
    held = {
        each.id: each
        for each in model.relations
        if each.contract is not None or each.id in touched or each.from_ in touched or each.to in touched
        or (rings and each.kind in PARTS)
    }  # fmt: skip
    relations = {each.id: each for each in model.relations}
    waiting = list(held.values())
    while waiting:  # what a relation leads to may be a relation
        each = waiting.pop()
        for end in (each.from_, each.to):
            if end in relations and end not in held:
                held[end] = relations[end]
                waiting.append(relations[end])
    needed = {*touched, *(end for each in held.values() for end in (each.from_, each.to))}
    needed |= {each.interface.system for each in model.elements if each.interface is not None}
    elements = [each for each in model.elements if each.id in needed or each.subsystem or each.interface]
    return Model.model_construct(elements=elements, relations=list(held.values()))


def _told(line: str, model: ArchitectureVersion, project: Project) -> Fault:
    """A line of the rules (`relation x: …`) at the change of that thing, else at the one that is nearest to it."""
    thing, _, reason = line.partition(": ")
    item = thing.partition(" ")[2]
    places = {each.item: n for n, each in enumerate(project.changes)}
    own = item in places
    near = item if own else next((each for each in _beside(item, model) if each in places), "")
    name = f"changes.{near}" if near else "changes"
    at = ("changes", places[near]) if near else ("changes",)
    return Fault(
        name, N_("%(reason)s"), {"reason": reason if own else line}, N_("Mend the change, or take it out."), at
    )


def _beside(item: str, model: ArchitectureVersion) -> Iterator[str]:
    """What a relation ends at, and the system of an interface."""
    things: tuple[Element | Relation, ...] = (*model.elements, *model.relations)
    for each in things:
        if each.id == item and isinstance(each, Relation):
            yield from (each.from_, each.to)
        elif each.id == item and isinstance(each, Element) and each.interface is not None:
            yield each.interface.system
