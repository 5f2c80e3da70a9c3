"""Two models become one: what both hold alike is taken once, what collides is decided by people, nothing is lost.

Layer 4, governance. Pure. Ids stay as they were; one of `b` that `a` uses for something else gets a prefix. Every
element says in a property where it comes from, and what was set aside in a merge stands in properties too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import Field, model_validator

from maidinh.governance.modelling.collisions import (
    PROVENANCE,
    Collision,
    element_collisions,
    principle_collisions,
    relation_collisions,
)
from maidinh.governance.modelling.definition import (
    Element,
    Folder,
    Model,
    Node,
    Property,
    PropertyDefinition,
    Relation,
    View,
    Words,
)
from maidinh.governance.modelling.settlement import Decision, Fate, Ref, Settlement, Side, Survivor
from maidinh.infrastructure.definitions.definition import Form, Text

FROM, GAVE_WAY, SET_ASIDE = "union-from", "union-in-place-of", "union-set-aside"
JOINED = ("reference", "masters", "technology")  # lists that a merged element has from both
ADDED = {
    FROM: Words(vi="Có từ", en="Comes from"),
    GAVE_WAY: Words(vi="Thay cho", en="In place of"),
    SET_ASIDE: Words(vi="Giá trị không lấy khi hợp nhất", en="Set aside in the merge"),
}


class Origin(Form):
    """One of the two models, and what it is called where something comes from it."""

    province: str
    version: str

    @property
    def label(self) -> str:
        """What stands before an id that comes from it."""
        return f"{self.province} {self.version}"


class Outcome(Form):
    """What the united architecture is called, and from when it holds."""

    province: str
    version: str
    title: Text
    framework: str
    effective_from: date
    decision: str | None = None
    decided_on: date | None = None
    note: Text | None = None


class Decisions(Form):
    """`decisions.yaml`: which models are united, whose agencies become whose, and every decision taken."""

    a: Origin
    b: Origin
    prefix: str = Field(default="b-", pattern=r"^[^\s/?#]+$")
    owners: dict[str, str] = Field(default_factory=dict)
    result: Outcome | None = None
    sample: bool = False
    decided: list[Decision] = Field(default_factory=list)

    @model_validator(mode="after")
    def _each_once(self) -> Decisions:
        keys = [each.collision for each in self.decided]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"these are decided more than once: {', '.join(twice)}")
        return self


@dataclass(frozen=True)
class Union:
    """The united model, every collision with what was decided of it, and what became of everything."""

    model: Model
    collisions: list[Collision]
    undecided: list[Collision]
    fates: list[Fate]
    unknown: list[str] = field(default_factory=list)  # decisions that name no collision


def unite(a: Model, b: Model, decisions: Decisions) -> Union:
    """Unite two models. What nobody decided is kept from both sides and listed as undecided.

    Raises ValueError where decisions contradict each other.
    """
    b = _with_owners(b, decisions.owners)
    decided = {each.collision: each for each in decisions.decided}
    parts = (a.elements, a.relations, a.principles, a.views)
    taken = {item.id for part in parts for item in part}
    elements = Settlement(
        "elements", a.elements, b.elements, element_collisions(a.elements, b.elements), decided, taken, decisions.prefix
    )
    left, right = _relinked(a.relations, "a", elements.ids), _relinked(b.relations, "b", elements.ids)
    folded = [*_folded("a", a.relations, left), *_folded("b", b.relations, right)]
    relations = Settlement("relations", left, right, relation_collisions(left, right), decided, taken, decisions.prefix)
    stated = principle_collisions(a.principles, b.principles)
    principles = Settlement("principles", a.principles, b.principles, stated, decided, taken, decisions.prefix)
    settlements: tuple[Settlement[Any], ...] = (elements, relations, principles)
    collisions = [each for one in settlements for each in one.collisions]
    ids = elements.ids | relations.ids | _view_ids(a, b, taken, decisions.prefix)
    held: set[str] = set()
    model = a.model_copy(
        update={
            "elements": _elements(elements, {"a": decisions.a.label, "b": decisions.b.label}, decisions.prefix),
            "relations": _relations(relations, decisions.prefix),
            "principles": [each.thing.model_copy(update={"id": each.id}) for each in principles.survivors()],
            "views": [*_views(a, "a", ids), *_views(b, "b", ids)],
            "folders": [*_folders(a.folders, "a", ids, held), *_folders(b.folders, "b", ids, held)],
            "property_definitions": _definitions(a, b),
        }
    )
    fates = [*elements.fates(), *relations.fates(), *folded, *principles.fates()]
    undecided = [each for one in settlements for each in one.undecided]
    unknown = sorted(decided.keys() - {each.key for each in collisions})
    return Union(model, collisions, undecided, fates, unknown)


def _with_owners(model: Model, owners: Mapping[str, str]) -> Model:
    """The model with its agencies under the codes of those that take over from them."""
    elements = [
        each.model_copy(
            update={name: owners.get(code, code) for name in ("owner", "operator") if (code := getattr(each, name))}
        )
        for each in model.elements
    ]
    return model.model_copy(update={"elements": elements})


def _relinked(relations: list[Relation], side: Side, ids: Mapping[Ref, str]) -> list[Relation]:
    """The relations between what their ends became; one whose two ends became one thing falls away."""
    found = []
    for each in relations:
        ends = {name: ids.get((side, end), end) for name, end in (("from_", each.from_), ("to", each.to))}
        if ends["from_"] != ends["to"] or each.from_ == each.to:
            found.append(each.model_copy(update=ends))
    return found


def _folded(side: Side, before: list[Relation], after: list[Relation]) -> list[Fate]:
    kept = {each.id for each in after}
    return [Fate(side, "relations", each.id, "dropped", None) for each in before if each.id not in kept]


def _elements(settled: Settlement[Element], labels: Mapping[Side, str], prefix: str) -> list[Element]:
    """The elements as they are in the united model, each saying where it comes from."""
    found: list[Element] = []
    systems: set[tuple[str | None, str]] = set()
    for survivor in settled.survivors():
        element = _one(survivor, labels)
        side = survivor.side
        update: dict[str, Any] = {
            "technology": [settled.ids.get((side, each), each) for each in element.technology],
            "zone": settled.ids.get((side, element.zone), element.zone) if element.zone else None,
        }
        if element.interface:
            system = settled.ids.get((side, element.interface.system), element.interface.system)
            update["interface"] = element.interface.model_copy(update={"system": system})
        if element.subsystem:
            name = element.subsystem
            while (element.owner, name) in systems:
                name = f"{prefix}{name}"
            systems.add((element.owner, name))
            update["subsystem"] = name
        found.append(element.model_copy(update=update))
    return found


def _one(survivor: Survivor[Element], labels: Mapping[Side, str]) -> Element:
    element = survivor.thing.model_copy(update={"id": survivor.id})
    origins = [f"{labels[survivor.side]}: {survivor.thing.id}"]
    added: list[Property] = []
    for other, decision in survivor.merged:
        element, set_aside = _merged(element, other, decision.with_)
        origins.append(f"{labels['b']}: {other.id}")
        added += [Property(key=SET_ASIDE, value=f"{labels['b']}: {other.id}: {each}") for each in set_aside]
    added = [Property(key=FROM, value=each) for each in origins] + added
    added += [Property(key=GAVE_WAY, value=f"{labels[side]}: {id_}") for side, id_ in survivor.gave_way]
    return element.model_copy(update={"properties": [*element.properties, *added]})


def _merged(one: Element, other: Element, given: Mapping[str, Any]) -> tuple[Element, list[str]]:
    """One element of two: lists joined, what only the other says taken from it; and what of the other was set aside."""
    bare = Element.model_validate({"id": "x", "kind": one.kind})
    before, after, unset = (each.model_dump(by_alias=True, mode="json") for each in (one, other, bare))
    result, set_aside = dict(before), list[str]()
    for name, value in after.items():
        if name == "id" or name in PROVENANCE or value == before[name]:
            continue
        if name in JOINED or name == "properties":
            result[name] = [*before[name], *(each for each in value if each not in before[name])]
        elif name == "classification":
            result[name] = {
                model: list(dict.fromkeys([*before[name].get(model, []), *value.get(model, [])]))
                for model in dict.fromkeys([*before[name], *value])
            }
        elif before[name] == unset[name]:
            result[name] = value
        elif value != unset[name]:
            set_aside.append(f"{name}: {json.dumps(value, ensure_ascii=False)}")
    sources = "; ".join(dict.fromkeys(each for each in (one.source, other.source) if each))
    result |= {
        "source": sources or None,
        "checked": one.checked and other.checked,
        "sample": one.sample or other.sample,
    }
    return Element.model_validate({**result, **given}), set_aside


def _relations(settled: Settlement[Relation], prefix: str) -> list[Relation]:
    """The relations under their new ids; a contract whose id is taken gets the prefix too."""
    found: list[Relation] = []
    contracts: set[str] = set()
    for survivor in settled.survivors():
        each = survivor.thing
        ends = {
            name: settled.ids.get((survivor.side, end), end) for name, end in (("from_", each.from_), ("to", each.to))
        }
        update: dict[str, Any] = {"id": survivor.id, **ends}
        if each.contract:
            name = each.contract.id
            while name in contracts:
                name = f"{prefix}{name}"
            contracts.add(name)
            update["contract"] = each.contract.model_copy(update={"id": name})
        found.append(each.model_copy(update=update))
    return found


def _view_ids(a: Model, b: Model, taken: set[str], prefix: str) -> dict[Ref, str]:
    """What each view is called in the united model."""
    ids: dict[Ref, str] = {("a", view.id): view.id for view in a.views}
    for view in b.views:
        name = view.id
        while name in taken:
            name = f"{prefix}{name}"
        taken.add(name)
        ids["b", view.id] = name
    return ids


def _views(model: Model, side: Side, ids: Mapping[Ref, str]) -> list[View]:
    """The views of one side, showing what their elements became."""

    def become(id_: str | None) -> str | None:
        return None if id_ is None else ids.get((side, id_), id_)

    return [
        view.model_copy(
            update={
                "id": ids[side, view.id],
                "nodes": [_node(each, become) for each in view.nodes],
                "connections": [
                    each.model_copy(update={"relation": become(each.relation)}) for each in view.connections
                ],
            }
        )
        for view in model.views
    ]


def _folders(folders: list[Folder], side: Side, ids: Mapping[Ref, str], held: set[str]) -> list[Folder]:
    """The folders of one side, holding what its things became; what a folder of the other side holds is left there."""
    found = []
    for folder in folders:
        holds: list[str | Folder] = []
        for each in folder.holds:
            if isinstance(each, Folder):
                holds += _folders([each], side, ids, held)
            elif (name := ids.get((side, each))) is not None and name not in held:
                held.add(name)
                holds.append(name)
        found.append(folder.model_copy(update={"holds": holds}))
    return found


def _node(node: Node, become: Callable[[str | None], str | None]) -> Node:
    nodes = [_node(each, become) for each in node.nodes]
    return node.model_copy(update={"element": become(node.element), "view": become(node.view), "nodes": nodes})


def _definitions(a: Model, b: Model) -> list[PropertyDefinition]:
    """The property definitions of both, and those of what the union adds."""
    known = {each.id: each for each in (*b.property_definitions, *a.property_definitions)}
    for key, name in ADDED.items():
        known.setdefault(key, PropertyDefinition(id=key, name=name))
    return list(known.values())
