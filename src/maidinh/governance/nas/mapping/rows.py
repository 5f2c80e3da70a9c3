"""What a model says of each row of the national data set; fields that it has no place for ride in properties `nas:…`.

Layer 4, governance. Pure. A property gives way once the model says
something else than when the property was written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from maidinh.governance.modelling.definition import Element, LifeCycle, Property, Relation
from maidinh.governance.nas.definition import Role
from maidinh.governance.nas.mapping.correspondence import PREFIX, Correspondence, code_of, nas_values
from maidinh.governance.nas.records import begins_with_placeholder

EXTRA, WAS = "+", "was:"
MAPPING_ROW = f"{PREFIX}row"
Values = dict[str, str]


def bare_object_row(given: Correspondence, element: Element) -> Values:
    """The row of an object as the model's own attributes tell it."""
    mapping = given.mapping
    kind = mapping.kind.get(element.kind)
    spot = given.placing(element).spot
    own = given.is_own(element.owner)
    state = mapping.state[element.state]
    national = element.codes.national if element.codes else None
    told: dict[Role, str] = {
        "code": code_of(element),
        "record-kind": mapping.records.original if own else mapping.records.reference,
        "source-code": (element.codes.source if element.codes else None) or "",
        "name": element.name.vi or "",
        "kind": (kind.object if kind else None) or "",
        "layer": spot.layer if spot else "",
        "part": spot.part if spot else "",
        "model-state": state.model,
        "scope": (kind.scope if kind else None) or "",
        "sharing": (kind.sharing if kind else None) or "",
        "owner": _name(given, element.owner),
        "operator": _name(given, element.operator),
        "state": state.object if own else "",
        "evidence": element.source or given.evidence,
    }
    row = {given.key("objects", role): text for role, text in told.items() if text}
    return row | ({f"{EXTRA}{mapping.national_heading}": national} if national else {})


def object_row(given: Correspondence, element: Element) -> Values:
    """The row of an object, with what its properties add."""
    return with_properties(given, bare_object_row(given, element), element.properties)


def bare_relation_row(given: Correspondence, relation: Relation, elements: Mapping[str, Element]) -> Values:
    """The row of a relation as the model's own attributes tell it."""
    source, target = elements[relation.from_], elements[relation.to]
    mapping = given.mapping.relation.get(relation.kind)
    value = mapping.value if mapping else ""
    backward = mapping.reversed if mapping else False
    if mapping and relation.contract and mapping.with_contract:
        value, backward = mapping.with_contract, False
    contract = relation.contract
    basis = "; ".join(each.text for each in contract.legal_basis) if contract else ""
    name = relation.name.vi if relation.name else None
    own_end = source if given.is_own(source.owner) else target
    told: dict[Role, str] = {
        "from": code_of(target if backward else source),
        "kind": value,
        "to": code_of(source if backward else target),
        "content": name or (contract.purpose.vi if contract else None) or "",
        "state": given.mapping.state[_state_between(source.state, target.state)].connection,
        "basis": basis or relation.source or given.evidence,
        "coordinator": _name(given, own_end.owner),
    }
    return {given.key("relations", role): text for role, text in told.items() if text}


def relation_row(given: Correspondence, relation: Relation, elements: Mapping[str, Element]) -> Values:
    """The row of a relation, with what its properties add."""
    return with_properties(given, bare_relation_row(given, relation, elements), relation.properties)


def bare_mapping_rows(given: Correspondence, element: Element) -> list[Values]:
    """The rows that map an object to the framework in force, as its references tell them."""
    source = given.mapping.source_document
    rows = []
    for component in given.placing(element).targets:
        name = given.components[component].vi or component
        told: dict[Role, str] = {
            "object": code_of(element),
            "overview": name,
            "component": name if given.is_own(element.owner) else "",
            "document": source.document,
            "issuer": source.issuer,
            "document-version": source.version,
            "document-code": name,
            "mapping": source.mapping,
        }
        rows.append({given.key("mappings", role): text for role, text in told.items() if text})
    return rows


def mapping_rows(given: Correspondence, element: Element) -> list[Values]:
    """The rows that map an object: those it was given with, else those its references tell."""
    kept = [json.loads(each.phrases()[0].text) for each in element.properties if each.key == MAPPING_ROW]
    if not kept:
        return bare_mapping_rows(given, element)
    return [row | {given.key("mappings", "object"): code_of(element)} for row in kept if row]


def bare_gap_row(given: Correspondence, gap: Element, objects: list[str]) -> Values:
    """The part of a row that tells of a gap."""
    separator = f"{given.structure.separators[0]} "
    told: dict[Role, str] = {
        "gap": code_of(gap),
        "objects": separator.join(objects),
        "difference": (gap.description.vi if gap.description else None) or gap.name.vi or "",
    }
    return {given.key("tasks", role): text for role, text in told.items() if text}


def bare_task_row(given: Correspondence, task: Element) -> Values:
    """The part of a row that tells of a task."""
    end = task.dates.retired if task.dates else None
    build = task.cost.build if task.cost else []
    told: dict[Role, str] = {
        "task": code_of(task),
        "task-name": task.name.vi or "",
        "task-result": (task.description.vi if task.description else None) or "",
        "lead": _name(given, task.owner),
        "deadline": f"{end:%d/%m/%Y}" if end else "",
        "resources": "; ".join(f"{each.year}: {each.amount:,} đồng".replace(",", ".") for each in build),
        "task-state": given.mapping.state[task.state].task,
    }
    return {given.key("tasks", role): text for role, text in told.items() if text}


def with_properties(given: Correspondence, bare: Values, properties: list[Property]) -> Values:
    """A row as the model tells it, with what properties add; a property gives way to what the model says later."""
    told = nas_values(properties)
    row = dict(bare)
    for key, text in told.items():
        if key not in given.structure.field_keys and not key.startswith(EXTRA):
            continue
        was, now = told.get(f"{WAS}{key}"), bare.get(key, "")
        unknown = begins_with_placeholder(given.structure, text) == "unknown"
        if now == was or (was is None and not (now and unknown)):
            row[key] = text
    return {key: text for key, text in row.items() if text}


def residue(wanted: Mapping[str, str], bare: Mapping[str, str]) -> Values:
    """What a row says other than the model (changed, added or emptied fields), and what the model said instead."""
    keys = [*wanted, *(key for key in bare if key not in wanted)]
    different = {key: wanted.get(key, "") for key in keys if wanted.get(key, "") != bare.get(key, "")}
    return different | {f"{WAS}{key}": bare[key] for key in different if bare.get(key)}


def split_extra(row: Mapping[str, str]) -> tuple[Values, Values]:
    """The fields of a row, and its further columns by heading."""
    fields = {key: text for key, text in row.items() if not key.startswith(EXTRA) and text}
    return fields, {key.removeprefix(EXTRA): text for key, text in row.items() if key.startswith(EXTRA) and text}


def properties_for(values: Mapping[str, str]) -> list[Property]:
    """Fields as properties of an element or relation, always in the same order."""
    return [Property(key=f"{PREFIX}{key}", value=text) for key, text in sorted(values.items())]


def _name(given: Correspondence, code: str | None) -> str:
    return given.names.get(code, code) if code else ""


def _state_between(one: LifeCycle, other: LifeCycle) -> LifeCycle:
    states: Iterator[LifeCycle] = (state for state in ("planned", "retired") if state in (one, other))
    return next(states, "live")
