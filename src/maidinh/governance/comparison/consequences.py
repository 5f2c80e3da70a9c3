"""What a difference means: for the exchange's contracts, for running systems, for projects under way.

Layer 4, governance. Pure. Structured, without sentences: whoever shows it finds the words. Worst first.
Legal ground: Nghị định 47/2020/NĐ-CP on connecting and sharing, which a contract of the exchange rests on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from maidinh.governance.architecture.rules import RUNNING, service_ids, subsystem_ids
from maidinh.governance.comparison.difference import Change, Difference
from maidinh.governance.modelling.definition import Contract, Element, MethodPath, Model, Relation

Area = Literal["exchange", "systems", "projects"]
Weight = Literal["stops", "limits", "changes", "allows"]
WEIGHTS: Final = ("stops", "limits", "changes", "allows")

DEPENDS: Mapping[str, tuple[str, ...]] = {  # of a relation's kind: which of its ends depends on the other
    "serving": ("to",), "realization": ("to",), "assignment": ("to",), "access": ("from",),
    "flow": ("from", "to"), "composition": ("from",), "aggregation": ("from",),
}  # fmt: skip
WATCHED: Mapping[str, str] = {
    "zone": "zone-changed", "owner": "owner-changed", "operator": "operator-changed",
    "security_level": "security-level-changed", "personal_data": "personal-data-changed",
    "subsystem": "address-changed",
    "interface.system": "address-changed", "interface.service": "address-changed",
    "interface.endpoint": "address-changed", "interface.methods": "interface-changed", "kind": "kind-changed",
}  # fmt: skip
PROJECT: Final = "work-package"
OF_A_PROJECT = frozenset({PROJECT, "deliverable", "implementation-event"})


@dataclass(frozen=True)
class Consequence:
    """One thing that the difference brings about; `concerns` are the ids of those who must know."""

    area: Area
    kind: str
    weight: Weight
    subject: str
    name: str
    concerns: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    consumer: str | None = None
    provider: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        ends = {} if self.consumer is None else {"consumer": self.consumer, "provider": self.provider}
        return {
            "area": self.area, "kind": self.kind, "weight": self.weight, "subject": self.subject, "name": self.name,
            "concerns": list(self.concerns), "changes": [each.as_json() for each in self.changes], **ends,
        }  # fmt: skip


def consequences(
    old: Model, new: Model, found: Difference, *, instance: str, expiring_by: date | None = None
) -> list[Consequence]:
    """What the difference brings about, worst first. Contracts that end by `expiring_by` are told too."""
    told = [
        *_of_contracts(old, new, instance, expiring_by),
        *_of_systems(old, new, found),
        *_dangling(old, new),
        *_of_projects(old, new, found),
    ]
    return sorted(told, key=lambda each: (WEIGHTS.index(each.weight), each.area, each.kind, each.subject))


@dataclass(frozen=True)
class _Allowed:
    """A contract that the exchange would enforce, with both ends as it knows them."""

    relation: Relation
    contract: Contract
    consumer: str
    provider: str


def _allowed(model: Model, instance: str) -> dict[str, _Allowed]:
    systems, services = subsystem_ids(model, instance), service_ids(model, instance)
    return {
        each.contract.id: _Allowed(each, each.contract, systems[each.from_], services[each.to])
        for each in model.relations
        if each.contract is not None and each.from_ in systems and each.to in services
    }


def _of_contracts(old: Model, new: Model, instance: str, expiring_by: date | None) -> Iterator[Consequence]:
    before, after = _allowed(old, instance), _allowed(new, instance)
    for name, was in before.items():
        now = after.get(name)
        if now is None:
            yield _contract("contract-lost", "stops", was, _why_lost(was, new))
        else:
            yield from _changed_contract(was, now)
    for name, now in after.items():
        if name not in before:
            yield _contract("contract-gained", "allows", now)
        if expiring_by is not None and now.contract.valid_to <= expiring_by:
            end = Change("valid_to", None, now.contract.valid_to.isoformat())
            yield _contract("contract-expiring", "limits", now, (end,))


def _contract(kind: str, weight: Weight, it: _Allowed, changes: tuple[Change, ...] = ()) -> Consequence:
    relation = it.relation
    name = relation.name.in_language("vi") if relation.name else it.contract.purpose.in_language("vi")
    concerns = (relation.from_, relation.to)
    return Consequence("exchange", kind, weight, relation.id, name, concerns, changes, it.consumer, it.provider)


def _why_lost(was: _Allowed, new: Model) -> tuple[Change, ...]:
    """What took the contract away: the relation, the contract itself, or an end that doesn't run any more."""
    relation = next((each for each in new.relations if each.id == was.relation.id), None)
    if relation is None:
        return (Change("relation", was.relation.id, None),)
    if relation.contract is None or relation.contract.id != was.contract.id:
        return (Change("contract", was.contract.id, relation.contract.id if relation.contract else None),)
    elements = {each.id: each for each in new.elements}
    ends = [end for end in (was.relation.from_, was.relation.to) if not _runs(elements.get(end))]
    return tuple(Change("state", end, elements[end].state if end in elements else None) for end in ends)


def _runs(element: Element | None) -> bool:
    return element is not None and element.state in RUNNING


def _changed_contract(was: _Allowed, now: _Allowed) -> Iterator[Consequence]:
    old, new = was.contract, now.contract
    less: list[Change] = []
    more: list[Change] = []
    ends = [Change("consumer", was.consumer, now.consumer), Change("provider", was.provider, now.provider)]
    moved = tuple(each for each in ends if each.before != each.after)
    if moved:
        yield _contract("contract-readdressed", "stops", now, moved)
    methods = Change("methods", _written(old.methods), _written(new.methods))
    less += [methods] if not _covered(old.methods, new.methods) else []
    more += [methods] if not _covered(new.methods, old.methods) else []
    fields = Change("fields", list(old.fields), list(new.fields))
    less += [fields] if new.fields and not (old.fields and set(old.fields) <= set(new.fields)) else []
    more += [fields] if old.fields and not (new.fields and set(new.fields) <= set(old.fields)) else []
    for path, before, after, shrinks in (
        ("valid_from", old.valid_from, new.valid_from, new.valid_from > old.valid_from),
        ("valid_to", old.valid_to, new.valid_to, new.valid_to < old.valid_to),
    ):
        if before != after:
            (less if shrinks else more).append(Change(path, before.isoformat(), after.isoformat()))
    if less:
        yield _contract("contract-narrowed", "limits", now, tuple(less))
    if more:
        yield _contract("contract-widened", "allows", now, tuple(more))
    grounds = tuple(_grounds(old, new))
    if grounds:
        yield _contract("contract-grounds-changed", "changes", now, grounds)


def _grounds(old: Contract, new: Contract) -> Iterator[Change]:
    if old.purpose != new.purpose:
        yield Change("purpose", old.purpose.in_language("vi"), new.purpose.in_language("vi"))
    if old.legal_basis != new.legal_basis:
        yield Change("legal_basis", [each.text for each in old.legal_basis], [each.text for each in new.legal_basis])


def _written(methods: list[MethodPath]) -> list[str]:
    return [f"{each.method} {each.path}" for each in methods]


def _covered(wanted: list[MethodPath], allowed: list[MethodPath]) -> bool:
    """Whether each of the wanted is allowed; `*` stands for one part of a path."""
    return all(any(_covers(one, each) for one in allowed) for each in wanted)


def _covers(pattern: MethodPath, wanted: MethodPath) -> bool:
    parts, others = pattern.path.split("/"), wanted.path.split("/")
    fits = len(parts) == len(others) and all(one in ("*", two) for one, two in zip(parts, others, strict=True))
    return pattern.method == wanted.method and fits


def _of_systems(old: Model, new: Model, found: Difference) -> Iterator[Consequence]:
    before, after = {each.id: each for each in old.elements}, {each.id: each for each in new.elements}
    ran = {name for name, element in before.items() if element.state in RUNNING}
    users = _dependants(old)
    for thing in found["elements"].removed:
        if thing.id in ran:
            yield Consequence("systems", "element-removed", "stops", thing.id, thing.name, users.get(thing.id, ()))
    for changed in found["elements"].changed:
        name = changed.thing.id
        state = next((each for each in changed.fields if each.path == "state"), None)
        if state is not None:
            yield from _of_state(state, name, changed.thing.name, users.get(name, ()))
        if name not in ran or after[name].state not in RUNNING:
            continue
        by_kind: dict[str, list[Change]] = {}
        for change in changed.fields:
            if change.path in WATCHED:
                by_kind.setdefault(WATCHED[change.path], []).append(change)
        for kind, changes in by_kind.items():
            weight: Weight = "limits" if kind == "zone-changed" else "changes"
            concerns = users.get(name, ())
            yield Consequence("systems", kind, weight, name, changed.thing.name, concerns, tuple(changes))


def _of_state(state: Change, name: str, shown: str, users: tuple[str, ...]) -> Iterator[Consequence]:
    known: dict[str, tuple[str, Weight]] = {
        "retired": ("element-retired", "stops"), "retiring": ("element-retiring", "limits"),
        "live": ("element-live", "allows"), "planned": ("element-put-off", "stops"),
    }  # fmt: skip
    kind, weight = known[str(state.after)]
    if state.after == "planned" and state.before not in RUNNING:
        weight = "changes"
    yield Consequence("systems", kind, weight, name, shown, users, (state,))


def _dependants(model: Model) -> dict[str, tuple[str, ...]]:
    """Of each element, those that depend on it, each once, in the order of the relations."""
    found: dict[str, dict[str, None]] = {}
    for relation in model.relations:
        for end in DEPENDS.get(relation.kind, ()):
            on, who = (relation.to, relation.from_) if end == "from" else (relation.from_, relation.to)
            found.setdefault(on, {})[who] = None
    for element in model.elements:
        if element.interface:
            found.setdefault(element.interface.system, {})[element.id] = None
        if element.zone:
            found.setdefault(element.zone, {})[element.id] = None
    return {name: tuple(each) for name, each in found.items()}


def _dangling(old: Model, new: Model) -> Iterator[Consequence]:
    """What refers to a thing that the new model lacks and the old one had."""
    known = {each.id for each in (*new.elements, *new.relations)}
    gone = {each.id for each in (*old.elements, *old.relations)} - known
    for relation in new.relations:
        missing = tuple(end for end in (relation.from_, relation.to) if end in gone)
        if missing:
            shown = relation.name.in_language("vi") if relation.name else ""
            yield Consequence("systems", "relation-dangles", "stops", relation.id, shown, missing)
    for element in new.elements:
        if element.interface and element.interface.system in gone:
            shown, missing = element.name.in_language("vi"), (element.interface.system,)
            yield Consequence("systems", "interface-without-system", "stops", element.id, shown, missing)
        if element.zone in gone:
            shown, missing = element.name.in_language("vi"), (element.zone or "",)
            yield Consequence("systems", "zone-missing", "limits", element.id, shown, missing)
    for view in new.views:
        lost = {node.element for node in view.all_nodes()} | {line.relation for line in view.connections}
        absent = tuple(sorted(each for each in lost if each in gone))
        if absent:
            yield Consequence(
                "systems", "view-shows-what-is-gone", "changes", view.id, view.name.in_language("vi"), absent
            )


def _of_projects(old: Model, new: Model, found: Difference) -> Iterator[Consequence]:
    """The projects not yet finished that have to do with what changed."""
    before, after = {each.id: each for each in old.elements}, {each.id: each for each in new.elements}
    everything = after | {name: each for name, each in before.items() if name not in after}
    projects = {name: each for name, each in everything.items() if each.kind == PROJECT and each.state != "retired"}
    section = found["elements"]
    fields = {each.thing.id: each.fields for each in section.changed}
    weights: dict[str, Weight] = {each.id: "stops" for each in section.removed}
    weights |= {name: _weight_for_project(changes) for name, changes in fields.items()}
    touches = _touched_by_projects((old, new), projects)
    for name, project in projects.items():
        shown = project.name.in_language("vi")
        if name in weights and name not in after:
            yield Consequence("projects", "project-removed", "stops", name, shown, tuple(touches.get(name, ())))
        elif name not in before:
            yield Consequence("projects", "project-added", "allows", name, shown, tuple(touches.get(name, ())))
        elif name in fields:
            yield Consequence("projects", "project-changed", "changes", name, shown, (), fields[name])
        for element in touches.get(name, ()) if name in before and name in after else ():
            if element in weights:
                changes = fields.get(element, ())
                yield Consequence("projects", "project-touched", weights[element], name, shown, (element,), changes)


def _weight_for_project(changes: tuple[Change, ...]) -> Weight:
    state = next((each.after for each in changes if each.path == "state"), None)
    return "stops" if state == "retired" else "limits" if state == "retiring" else "changes"


def _touched_by_projects(models: tuple[Model, Model], projects: Mapping[str, Element]) -> dict[str, dict[str, None]]:
    """Of each project, the elements it has a relation to, also by way of its deliverables and events."""
    kinds = {each.id: each.kind for model in models for each in model.elements}
    beside: dict[str, dict[str, None]] = {}
    for model in models:
        for relation in model.relations:
            beside.setdefault(relation.from_, {})[relation.to] = None
            beside.setdefault(relation.to, {})[relation.from_] = None
    found: dict[str, dict[str, None]] = {}
    for project in projects:
        reached = dict(beside.get(project, {}))
        for each in list(reached):
            if kinds.get(each) in OF_A_PROJECT - {PROJECT}:
                reached |= {other: None for other in beside.get(each, {}) if other != project}
        found[project] = reached
    return found
