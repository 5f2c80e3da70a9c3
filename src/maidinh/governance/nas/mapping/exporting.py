"""From an architecture version to the national data set, with a report of what maps, splits and is still missing.

Layer 4, governance. Pure. Nothing is made up: what the model doesn't say stands there as the placeholder, with reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from maidinh.governance.modelling.definition import Element, Model, Relation
from maidinh.governance.nas.checks_of_fields import is_required
from maidinh.governance.nas.conditions import Situation
from maidinh.governance.nas.definition import DataSheet, Phase
from maidinh.governance.nas.mapping.correspondence import PREFIX, Correspondence, code_of
from maidinh.governance.nas.mapping.rows import (
    Values,
    bare_gap_row,
    bare_task_row,
    mapping_rows,
    object_row,
    relation_row,
    split_extra,
    with_properties,
)
from maidinh.governance.nas.records import DataSet, Record
from maidinh.infrastructure.definitions.definition import Text

GAP, TASK = "gap", "work-package"
HISTORY = f"{PREFIX}history"


@dataclass(frozen=True)
class Split:
    """Something that becomes several components of the structure in force."""

    subject: str
    targets: tuple[str, ...]
    why: Text | None


@dataclass
class Report:
    """What became of a model: placed (by what), split, without a record and why, and components nobody fills yet."""

    placed: dict[str, str] = field(default_factory=dict)
    split: list[Split] = field(default_factory=list)
    unplaced: list[str] = field(default_factory=list)
    left_out: dict[str, Text | None] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    unpaired: list[str] = field(default_factory=list)
    unknown: int = 0


def to_data_set(
    given: Correspondence, model: Model, phase: Phase = "issue", explain: bool = True
) -> tuple[DataSet, Report]:
    """The data set that a model says, and the report. ValueError when two objects have the same code.

    With `explain` the placeholder stands, with its reason, where something mandatory isn't known.
    """
    report = Report()
    elements = {each.id: each for each in model.elements}
    recorded = _recorded(given, model, report)
    relations = [each for each in model.relations if _is_recorded(given, each, recorded)]
    rows: dict[str, list[Values]] = {
        given.structure.sheet("objects").key: [object_row(given, each) for each in recorded.values()],
        given.structure.sheet("relations").key: [relation_row(given, each, elements) for each in relations],
        given.structure.sheet("mappings").key: [row for each in recorded.values() for row in mapping_rows(given, each)],
        given.structure.sheet("tasks").key: _task_rows(given, model, recorded, report),
    }
    data = DataSet(given.structure.id, {sheet: _numbered(found) for sheet, found in rows.items()})
    data.history = [json.loads(each.phrases()[0].text) for each in model.properties if each.key == HISTORY]
    if explain:
        report.unknown = _explain_unknown(given, data, phase)
    _note_structure(given, recorded, report)
    return data, report


def pairs_of(model: Model) -> list[tuple[Element, Element, Relation]]:
    """Every gap and task with the relation that pairs them, whichever way it goes and of whatever kind it is."""
    elements = {each.id: each for each in model.elements}
    found = []
    for relation in model.relations:
        ends = elements.get(relation.from_), elements.get(relation.to)
        by_kind = {end.kind: end for end in ends if end is not None}
        if by_kind.keys() == {GAP, TASK}:
            found.append((by_kind[GAP], by_kind[TASK], relation))
    return found


def objects_of(relations: Iterable[Relation], gap: Element, recorded: Mapping[str, Element]) -> list[str]:
    """The codes of the objects that a gap is related to, in the order of the relations."""
    found: dict[str, None] = {}
    for relation in relations:
        if gap.id in (relation.from_, relation.to):
            other = relation.to if relation.from_ == gap.id else relation.from_
            if other in recorded:
                found[code_of(recorded[other])] = None
    return list(found)


def _recorded(given: Correspondence, model: Model, report: Report) -> dict[str, Element]:
    found: dict[str, Element] = {}
    codes: dict[str, str] = {}
    for element in model.elements:
        if element.kind in (GAP, TASK):
            continue
        refusal = given.refusal(element)
        if refusal is not None:
            report.left_out[element.id] = refusal
            continue
        code = code_of(element)
        if code in codes:
            raise ValueError(f"elements {codes[code]} and {element.id} have the same local code {code}")
        codes[code] = element.id
        found[element.id] = element
    return found


def _is_recorded(given: Correspondence, relation: Relation, recorded: Mapping[str, Element]) -> bool:
    if relation.from_ not in recorded or relation.to not in recorded:
        return False
    return relation.kind in given.mapping.relation or any(each.key.startswith(PREFIX) for each in relation.properties)


def _task_rows(given: Correspondence, model: Model, recorded: Mapping[str, Element], report: Report) -> list[Values]:
    rows = []
    paired: set[str] = set()
    touching: dict[str, list[Relation]] = {each.id: [] for each in model.elements if each.kind == GAP}
    for relation in model.relations:
        for end in {relation.from_, relation.to} & touching.keys():
            touching[end].append(relation)

    def gap_values(gap: Element) -> Values:
        return with_properties(
            given, bare_gap_row(given, gap, objects_of(touching[gap.id], gap, recorded)), gap.properties
        )

    for gap, task, relation in pairs_of(model):
        paired |= {gap.id, task.id}
        row = gap_values(gap)
        row |= with_properties(given, bare_task_row(given, task), task.properties)
        rows.append(with_properties(given, row, relation.properties))
    for element in model.elements:
        if element.kind in (GAP, TASK) and element.id not in paired:
            report.unpaired.append(element.id)
            if element.kind == GAP:
                rows.append(gap_values(element))
            else:
                rows.append(with_properties(given, bare_task_row(given, element), element.properties))
    return rows


def _numbered(rows: list[Values]) -> list[Record]:
    return [Record(number, *split_extra(row)) for number, row in enumerate(rows, 2)]


def _explain_unknown(given: Correspondence, data: DataSet, phase: Phase) -> int:
    """Put the placeholder where something mandatory isn't known; how often that was."""
    situation = Situation(given.structure, data, phase)
    changed: dict[str, list[Record]] = {}
    count = 0
    for sheet in given.structure.sheets:
        changed[sheet.key] = records = []
        for record in data.records[sheet.key]:
            missing = [
                each
                for each in sheet.fields
                if each.type != "code" and not record.says(each.key) and is_required(situation, sheet, each, record)
            ]
            count += len(missing)
            values = _explained(given, sheet, record, {each.key for each in missing}) if missing else record.values
            records.append(Record(record.row, values, record.extra))
    data.records.update(changed)
    return count


def _explained(given: Correspondence, sheet: DataSheet, record: Record, missing: set[str]) -> Values:
    placeholder = given.structure.placeholder("unknown")
    why = given.mapping.unknown_because
    if given.contact:
        why += f"; đầu mối bổ sung: {given.contact}"
    if given.due:
        why += f"; hạn: {given.due:%d/%m/%Y}"
    values = dict(record.values)
    listed = []
    for each in sheet.fields:
        if each.key in missing and each.values and not each.open:
            values[each.key] = placeholder
            listed.append(each.vi)
        elif each.key in missing:
            values[each.key] = f"{placeholder}: {why}"
    note = next((each.key for each in sheet.fields if each.role in ("note", "result")), None)
    if listed and note is not None:
        told = f"{placeholder} ({', '.join(listed)}): {why}"
        values[note] = f"{values[note]}; {told}" if values.get(note) else told
    return values


def _note_structure(given: Correspondence, recorded: Mapping[str, Element], report: Report) -> None:
    filled: set[str] = set()
    for element in recorded.values():
        placing = given.placing(element)
        filled |= set(placing.targets)
        if placing.spot is None:
            report.unplaced.append(element.id)
        else:
            report.placed[element.id] = placing.by
        if len(placing.targets) > 1:
            report.split.append(Split(element.id, placing.targets, placing.why))
    layers = {each.layer for each in recorded.values()}
    for layer in given.mapping.layers:
        parts = tuple(dict.fromkeys(spot.part for spot in layer.spots.values()))
        if layer.layer in layers and len(parts) > 1:
            report.split.append(Split(f"{layer.layer}. {layer.vi}", parts, layer.why))
    used = {model for each in recorded.values() for model in each.classification}
    for model in given.mapping.models:
        if model.model in used and len(model.spots) > 1:
            report.split.append(Split(model.model.upper(), tuple(spot.part for spot in model.spots), model.why))
    report.missing = [
        component
        for component, entry in given.components.items()
        if component not in filled and not entry.optional and given.spot_of(component)
    ]
