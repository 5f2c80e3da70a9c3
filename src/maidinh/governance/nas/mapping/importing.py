"""From a national data set to the model: what it says is put into the model's own attributes, the rest into properties.

Layer 4, governance. Pure. What the model says beyond the data set stays; nothing is taken out because it isn't in the
file. A data set whose rows can't be told apart or refer to nothing is refused as a whole.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from maidinh.governance.modelling.definition import (
    Codes,
    Element,
    LifeCycle,
    Model,
    Property,
    PropertyDefinition,
    Relation,
    Words,
)
from maidinh.governance.modelling.metamodel import LAYERED_KINDS
from maidinh.governance.nas.definition import Role, SheetRole
from maidinh.governance.nas.mapping.correspondence import PREFIX, RECORDED, Correspondence, code_of
from maidinh.governance.nas.mapping.exporting import GAP, HISTORY, TASK, objects_of
from maidinh.governance.nas.mapping.rows import (
    EXTRA,
    MAPPING_ROW,
    Values,
    bare_gap_row,
    bare_mapping_rows,
    bare_object_row,
    bare_relation_row,
    bare_task_row,
    properties_for,
    relation_row,
    residue,
    with_properties,
)
from maidinh.governance.nas.records import DataSet, Finding, Record, begins_with_placeholder, parts_of, said
from maidinh.governance.nas.rules import checked
from maidinh.infrastructure.definitions.definition import Text

HOLDING = {"unique", "references"}  # checks without which rows have no identity
NEEDED: dict[SheetRole, tuple[Role, ...]] = {
    "objects": ("code", "name"),
    "relations": ("from", "to"),
    "mappings": ("object",),
}
FORM = "FORM"
_STRANGE = re.compile(r"[\s/?#]+")
Thing = TypeVar("Thing", Element, Relation)


class DataSetRefused(Exception):
    """A data set can't become a model; `findings` says which rows and why."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("\n".join(str(each) for each in findings))


@dataclass
class Imported:
    """The model, and the objects, gaps and tasks of the model that the data set doesn't name (they were kept)."""

    model: Model
    kept: list[str] = field(default_factory=list)


def to_model(given: Correspondence, data: DataSet, base: Model) -> Imported:
    """The base with what the data set says. Raises DataSetRefused."""
    findings = _without_identity(given, data)
    if findings:
        raise DataSetRefused(findings)
    return _Import(given, data, base).run()


def _without_identity(given: Correspondence, data: DataSet) -> list[Finding]:
    """Findings without whose mending a row can't be told from another, or leads nowhere."""
    structure = given.structure
    kinds = {rule.id: {check.kind for check in rule.checks if not check.hint} for rule in structure.rules}
    needed = {
        structure.sheet(sheet).key: {structure.field(sheet, role).vi for role in roles}
        for sheet, roles in NEEDED.items()
    }
    found = []
    for each in checked(structure, data).findings:
        missing = "required" in kinds.get(each.rule, ()) and each.field in needed.get(each.sheet, ())
        if missing or kinds.get(each.rule, set()) & HOLDING:
            found.append(each)
    return found + list(_ambiguous(given, data))


def _ambiguous(given: Correspondence, data: DataSet) -> Iterator[Finding]:
    """Rows that lack one of the two codes and whose other code has further rows; rows that lack both."""
    sheet = given.structure.sheet("tasks")
    gap, task = given.structure.field("tasks", "gap"), given.structure.field("tasks", "task")
    records = data.records.get(sheet.key, [])
    counted = {each.key: Counter(record.says(each.key) for record in records) for each in (gap, task)}
    for missing, there in ((gap, task), (task, gap)):
        for record in records:
            told = record.says(there.key)
            if not record.says(missing.key) and (not told or counted[there.key][told] > 1):
                message = Text(vi=f"{missing.vi} còn thiếu", en=f"{missing.vi} is missing")
                remedy = Text(vi="Điền mã hoặc xóa dòng", en="Fill in the code, or delete the row")
                column = data.letters(sheet.key, missing.key)
                yield Finding(FORM, sheet.key, message, remedy, record.row, missing.vi, column)


class _Import:
    """One import under way: elements and relations as they stand, by id."""

    def __init__(self, given: Correspondence, data: DataSet, base: Model) -> None:
        self.given, self.data, self.base = given, data, base
        self.elements = {each.id: each for each in base.elements}
        self.relations = {each.id: each for each in base.relations}
        self.ids = self.elements.keys() | self.relations.keys()
        self.ids |= {each.id for each in base.principles} | {each.id for each in base.views}
        self.codes: dict[tuple[str, str], str] = {
            (self._group(each.kind), code_of(each)): each.id for each in reversed(base.elements)
        }
        self.named: set[str] = set()
        self.objects: dict[str, str] = {}
        self.touching: dict[str, list[str]] = {}
        for relation in base.relations:
            self._touch(relation)

    def run(self) -> Imported:
        """Sheet by sheet: objects first, for everything else refers to them."""
        records = {sheet.role: self.data.records.get(sheet.key, []) for sheet in self.given.structure.sheets}
        for record in records["objects"]:
            self._object(record)
        self._mappings(records["mappings"])
        self._relations(records["relations"])
        self._tasks(records["tasks"])
        self._mark_recorded()
        kept = [
            each.id
            for each in self.base.elements
            if each.id not in self.named and (each.kind in (GAP, TASK) or self.given.refusal(each) is None)
        ]
        model = self._model()
        return Imported(type(model).model_validate(model.model_dump(by_alias=True)), kept)

    def _object(self, record: Record) -> None:
        given, wanted = self.given, _all(record)
        code = record.says(given.key("objects", "code"))
        element = self._of_kind("grouping", code)
        bare = bare_object_row(given, element)
        changes: dict[str, Any] = {}

        def differs(role: Any) -> str | None:
            key = given.key("objects", role)
            text = wanted.get(key, "")
            plain = self._plain(text) or (role == "name" and bool(said(text)))
            return text if text != bare.get(key, "") and plain else None

        if (name := differs("name")) is not None:
            changes["name"] = element.name.model_copy(update={"vi": name})
        if (kind := differs("kind")) is not None and said(kind) in given.mapping.kinds_back:
            changes["kind"] = given.mapping.kinds_back[said(kind)]
        if (part := differs("part")) is not None and said(part) in given.mapping.layer_back:
            changes["layer"] = given.mapping.layer_back[said(part)]
        if (state := differs("state")) is not None and said(state) in given.mapping.states_back:
            changes["state"] = given.mapping.states_back[said(state)]
        for role in ("owner", "operator"):
            body = differs(role)
            if body is not None and (said(body) in given.codes or not element.subsystem):
                changes[role] = given.codes.get(said(body))
        if (evidence := differs("evidence")) is not None:
            changes["source"] = evidence.strip()
        codes = self._codes(element, code, differs("source-code"), record)
        if codes != element.codes:
            changes["codes"] = codes
        kind_now = changes.get("kind", element.kind)
        if kind_now in LAYERED_KINDS and changes.get("layer", element.layer) is None:
            changes["layer"] = next(each.layer for each in given.mapping.layers if kind_now in each.spots)
        element = _changed(element, changes)
        wanted_row = residue(wanted, bare_object_row(given, element))
        self.elements[element.id] = _with_fields(element, wanted_row)
        self.objects[code] = element.id
        self.named.add(element.id)

    def _codes(self, element: Element, code: str, source: str | None, record: Record) -> Codes | None:
        national = record.extra.get(self.given.mapping.national_heading)
        codes = element.codes or Codes()
        local = codes.local if code_of(element) == code else code
        found = Codes(local=local, source=source or codes.source, national=national or codes.national)
        return found if found != Codes() else element.codes

    def _mappings(self, records: Iterable[Record]) -> None:
        given = self.given
        key = given.key("mappings", "object")
        rows: dict[str, list[Values]] = {}
        for record in records:
            rows.setdefault(self.objects[record.says(key)], []).append(_all(record))
        for identifier in self.objects.values():
            element = self.elements[identifier]
            wanted = rows.get(identifier, [])
            bare = bare_mapping_rows(given, element)
            others = [each for each in element.properties if each.key != MAPPING_ROW]
            own = sorted(wanted, key=str) != sorted(bare, key=str)
            kept = [_json_property(MAPPING_ROW, row) for row in wanted or [{}]] if own else []
            if [*others, *kept] != element.properties:
                self.elements[identifier] = element.model_copy(update={"properties": [*others, *kept]})

    def _relations(self, records: Iterable[Record]) -> None:
        given = self.given
        keys = [given.key("relations", "from"), given.key("relations", "kind"), given.key("relations", "to")]
        there: dict[tuple[str, ...], list[str]] = {}
        for relation in self.relations.values():
            ends = [self.elements.get(each) for each in (relation.from_, relation.to)]
            if all(end is not None and not self._group(end.kind) for end in ends):
                row = relation_row(given, relation, self.elements)
                there.setdefault(tuple(said(row.get(key, "")) for key in keys), []).append(relation.id)
        for record in records:
            same = there.get(tuple(record.says(key) for key in keys), [])
            self._relation(record, self.relations[same.pop(0)] if same else None)

    def _relation(self, record: Record, relation: Relation | None) -> None:
        given, wanted = self.given, _all(record)
        if relation is None:
            back = given.mapping.relation_back.get(record.says(given.key("relations", "kind")))
            kind, backward = (back.kind, back.reversed) if back else ("association", False)
            source = self.objects[record.says(given.key("relations", "from"))]
            target = self.objects[record.says(given.key("relations", "to"))]
            relation = self._link(kind, target, source) if backward else self._link(kind, source, target)
        bare = bare_relation_row(given, relation, self.elements)
        content = given.key("relations", "content")
        told = wanted.get(content, "")
        if self._plain(told) and told != bare.get(content, "") and not relation.contract:
            relation = _changed(relation, {"name": (relation.name or Words()).model_copy(update={"vi": told})})
        basis = wanted.get(given.key("relations", "basis"), "")
        if self._plain(basis) and basis != bare.get(given.key("relations", "basis"), "") and not relation.contract:
            relation = _changed(relation, {"source": basis})
        bare = bare_relation_row(given, relation, self.elements)
        self.relations[relation.id] = _with_fields(relation, residue(wanted, bare))

    def _tasks(self, records: list[Record]) -> None:
        gaps: dict[str, str] = {}
        tasks: dict[str, str] = {}
        for record in records:
            gap_code = record.says(self.given.key("tasks", "gap"))
            task_code = record.says(self.given.key("tasks", "task"))
            if gap_code and gap_code not in gaps:
                gaps[gap_code] = self._gap(gap_code, record, alone=not task_code)
            if task_code and task_code not in tasks:
                tasks[task_code] = self._task(task_code, record, alone=not gap_code)
            if gap_code and task_code:
                self._pair(gaps[gap_code], tasks[task_code], record)

    def _gap(self, code: str, record: Record, alone: bool) -> str:
        given = self.given
        gap = self._of_kind(GAP, code)
        difference = record.values.get(given.key("tasks", "difference"), "")
        told = (gap.description.vi if gap.description else None) or gap.name.vi or ""
        if self._plain(difference) and difference != told:
            gap = _changed(gap, {"description": (gap.description or Words()).model_copy(update={"vi": difference})})
        self.elements[gap.id] = gap
        field_of = given.structure.field("tasks", "objects")
        linked = set(self._objects_of(gap))
        for each in parts_of(given.structure, field_of, record.values.get(field_of.key, "")):
            if each not in linked:
                self._link("association", gap.id, self.objects[each])
        bare = bare_gap_row(given, gap, self._objects_of(gap))
        roles = {"gap", "objects", "current", "target", "difference", "option", "reach"}
        wanted = self._part(record, roles) if not alone else _all(record)
        self.elements[gap.id] = _with_fields(gap, residue(wanted, bare))
        self.named.add(gap.id)
        return gap.id

    def _task(self, code: str, record: Record, alone: bool) -> str:
        given = self.given
        task = self._of_kind(TASK, code)
        bare = bare_task_row(given, task)
        changes: dict[str, Any] = {}

        def differs(role: Any) -> str:
            text = record.values.get(given.key("tasks", role), "")
            return text if self._plain(text) and text != bare.get(given.key("tasks", role), "") else ""

        if name := differs("task-name"):
            changes["name"] = task.name.model_copy(update={"vi": name})
        if result := differs("task-result"):
            changes["description"] = (task.description or Words()).model_copy(update={"vi": result})
        if said(lead := differs("lead")) in given.codes:
            changes["owner"] = given.codes[said(lead)]
        if said(state := differs("task-state")) in given.mapping.task_states_back:
            changes["state"] = given.mapping.task_states_back[said(state)]
        task = _changed(task, changes)
        of_gap = {"gap", "objects", "current", "target", "difference", "option", "reach", "note"}
        roles = {each.role for each in given.structure.sheet("tasks").fields} - of_gap
        wanted = _all(record) if alone else self._part(record, roles)
        self.elements[task.id] = _with_fields(task, residue(wanted, bare_task_row(given, task)))
        self.named.add(task.id)
        return task.id

    def _pair(self, gap: str, task: str, record: Record) -> None:
        given, elements = self.given, self.elements
        between = (self.relations[each] for each in self.touching.get(gap, ()))
        found = next((each for each in between if task in (each.from_, each.to)), None)
        relation = found or self._link("association", task, gap)
        row = self._said(bare_gap_row(given, elements[gap], self._objects_of(elements[gap])), elements[gap])
        row |= self._said(bare_task_row(given, elements[task]), elements[task])
        self.relations[relation.id] = _with_fields(relation, residue(_all(record), row))

    def _said(self, bare: Values, element: Element) -> Values:
        return with_properties(self.given, bare, element.properties)

    def _of_kind(self, kind: str, code: str) -> Element:
        """The element with this code among the objects, gaps or tasks; a new one when there is none."""
        identifier = self.codes.get((self._group(kind), code))
        if identifier is not None:
            return self.elements[identifier]
        state: LifeCycle = "planned" if kind in (GAP, TASK) else "live"
        return Element(id=self._new_id(code), kind=kind, state=state, codes=Codes(local=code))

    def _group(self, kind: str) -> str:
        return kind if kind in (GAP, TASK) else ""

    def _objects_of(self, gap: Element) -> list[str]:
        recorded = {each: self.elements[each] for each in self.objects.values()}
        return objects_of([self.relations[each] for each in self.touching.get(gap.id, ())], gap, recorded)

    def _link(self, kind: str, source: str, target: str) -> Relation:
        identifier = self._new_id(f"{source}--{kind}--{target}")
        relation = Relation.model_validate({"id": identifier, "kind": kind, "from": source, "to": target})
        self.relations[identifier] = relation
        self._touch(relation)
        return relation

    def _touch(self, relation: Relation) -> None:
        for end in {relation.from_, relation.to}:
            self.touching.setdefault(end, []).append(relation.id)

    def _part(self, record: Record, roles: set[Any]) -> Values:
        keys = {each.key for each in self.given.structure.sheet("tasks").fields if each.role in roles}
        return {key: text for key, text in record.values.items() if key in keys}

    def _new_id(self, wanted: str) -> str:
        stem = _STRANGE.sub("-", wanted).strip("-") or "row"
        identifier, number = stem, 1
        while identifier in self.ids:
            number += 1
            identifier = f"{stem}-{number}"
        self.ids.add(identifier)
        return identifier

    def _plain(self, text: str) -> bool:
        """Whether a text says something itself, and not only that something isn't known or doesn't apply."""
        return bool(said(text)) and begins_with_placeholder(self.given.structure, text) is None

    def _mark_recorded(self) -> None:
        """Whatever stands in the data set stays in it, also where the mapping alone would leave it out."""
        for identifier in self.objects.values():
            element = self.elements[identifier]
            if self.given.refusal(element) is not None:
                marked = [*element.properties, Property(key=RECORDED, value="true")]
                self.elements[identifier] = element.model_copy(update={"properties": marked})

    def _model(self) -> Model:
        properties = [each for each in self.base.properties if each.key != HISTORY]
        properties += [_json_property(HISTORY, each) for each in self.data.history]
        elements, relations = list(self.elements.values()), list(self.relations.values())
        used = {each.key for thing in (*elements, *relations) for each in thing.properties} | {
            p.key for p in properties
        }
        return self.base.model_copy(
            update={
                "elements": elements,
                "relations": relations,
                "properties": properties,
                "property_definitions": [*self.base.property_definitions, *self._definitions(used)],
            }
        )

    def _definitions(self, used: set[str]) -> list[PropertyDefinition]:
        there = {each.id for each in self.base.property_definitions}
        names = {each.key: each.vi for sheet in self.given.structure.sheets for each in sheet.fields}
        return [
            PropertyDefinition(id=key, name=Words(vi=names.get(key.removeprefix(PREFIX), key)))
            for key in sorted(used - there)
            if key.startswith(PREFIX)
        ]


def _all(record: Record) -> Values:
    return dict(record.values) | {f"{EXTRA}{heading}": text for heading, text in record.extra.items()}


def _changed(thing: Thing, changes: dict[str, Any]) -> Thing:
    return type(thing).model_validate(thing.model_dump(by_alias=True) | changes) if changes else thing


def _with_fields(thing: Thing, values: Values) -> Thing:
    """The thing with these fields in its properties, in place of those it had from an earlier data set."""
    kept: list[Property] = [
        each for each in thing.properties if not each.key.startswith(PREFIX) or each.key == MAPPING_ROW
    ]
    properties: list[Property] = [*kept, *properties_for(values)]
    return thing.model_copy(update={"properties": properties}) if properties != thing.properties else thing


def _json_property(key: str, content: Values) -> Property:
    return Property(key=key, value=json.dumps(content, ensure_ascii=False, sort_keys=True))
