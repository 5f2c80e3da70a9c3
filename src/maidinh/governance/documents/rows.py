"""The rows of tables and lists: what a selection finds in the model, cell by cell.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping

from maidinh.governance.documents.cells import ELEMENT, RELATION, amount, listed
from maidinh.governance.documents.definition import Column, Condition, Selection
from maidinh.governance.documents.material import CHANGING, Material
from maidinh.governance.modelling.definition import Element, Relation
from maidinh.governance.modelling.metamodel import LAYERED_KINDS
from maidinh.governance.nas.mapping.exporting import pairs_of

Row = Mapping[str, str]
DATABASES, PLATFORMS = ("database",), ("platform", "shared-platform", "shared-service")
REFERRING = ("from", "to", "object")  # fields of the data set that hold another object's code
SYSTEMS = ("information-system", "portal-service")


def selected(material: Material, selection: Selection) -> list[Element]:
    """The elements that a selection finds, by layer and then as they are declared."""
    kinds, layers, states = frozenset(selection.kinds), frozenset(selection.layers), frozenset(selection.states)
    found = [
        each
        for each in material.model.elements
        if (not kinds or each.kind in kinds)
        and (not layers or each.layer in layers)
        and (not states or material.state(each) in states)
        and (not selection.parts or _in_part(material, each, selection.parts))
        and all(_CONDITIONS[condition](material, each) for condition in selection.only)
    ]
    return sorted(found, key=lambda each: each.layer or 9)


def related(material: Material, selection: Selection) -> list[Relation]:
    """The relations that a selection finds; `ends` are kinds that both ends must have."""
    kinds, ends = frozenset(selection.kinds), frozenset(selection.ends)
    return [
        each
        for each in material.model.relations
        if (not kinds or each.kind in kinds)
        and (not ends or all(_kind(material, end) in ends for end in (each.from_, each.to)))
        and ("contract" not in selection.only or each.contract is not None)
    ]


def headings(material: Material, selection: Selection, columns: list[Column]) -> list[str]:
    """The headings of a table."""
    if selection.of == "data-set" and selection.sheet:
        structure = material.correspondence.structure
        return [structure.field(selection.sheet, role).vi for role in selection.fields]
    return [material.words.column(each) for each in columns]


def rows(material: Material, selection: Selection, columns: list[Column]) -> list[tuple[str, ...]]:
    """The rows of a table, as many cells each as it has columns."""
    if selection.of == "data-set":
        return list(_data_rows(material, selection))
    found = list(_SOURCES[selection.of](material, selection, columns))
    return [
        tuple(str(number) if column == "number" else row.get(column, "") for column in columns)
        for number, row in enumerate(found, 1)
    ]


def _kind(material: Material, identifier: str) -> str:
    found = material.elements.get(identifier)
    return found.kind if found else ""


def _in_part(material: Material, element: Element, parts: list[str]) -> bool:
    layer, part = material.part(element)
    return part in parts or layer in parts


_CONDITIONS: Mapping[Condition, Callable[[Material, Element], bool]] = {
    "owned": lambda _, each: each.owner is not None,
    "unowned": lambda _, each: each.owner is None,
    "personal-data": lambda _, each: each.personal_data,
    "secured": lambda _, each: each.security_level is not None,
    "retiring": lambda material, each: material.state(each) == "retiring",
    "own": lambda material, each: material.is_own(each),
    "foreign": lambda material, each: not material.is_own(each),
    "costed": lambda _, each: each.cost is not None,
    "contract": lambda _, each: False,
}


def _element_rows(material: Material, selection: Selection, columns: list[Column]) -> Iterator[Row]:
    for each in selected(material, selection):
        yield {column: ELEMENT[column](material, each) for column in columns if column in ELEMENT}


def _relation_rows(material: Material, selection: Selection, columns: list[Column]) -> Iterator[Row]:
    for each in related(material, selection):
        yield {column: RELATION[column](material, each) for column in columns if column in RELATION}


def _gap_rows(material: Material, _selection: Selection, _columns: list[Column]) -> Iterator[Row]:
    tasks: dict[str, list[Element]] = defaultdict(list)
    for gap, task, _relation in pairs_of(material.model):
        tasks[gap.id].append(task)
    for gap in (each for each in material.model.elements if each.kind == "gap"):
        touching = [*material.leaving[gap.id], *material.arriving[gap.id]]
        ends = {other: None for each in touching for other in (each.from_, each.to) if other != gap.id}
        others = [material.elements[each] for each in ends if each in material.elements]
        plateaus = [each for each in others if each.kind == "plateau"]
        objects = [each for each in others if each.kind in LAYERED_KINDS or each.kind == "technology-product"]
        yield {
            "gap": material.name(gap),
            "objects": listed(material, [material.name(each) for each in objects]),
            "task": listed(material, [material.name(each) for each in tasks[gap.id]]),
            "plateau": listed(material, [material.name(each) for each in plateaus]),
        }


def _cost_rows(material: Material, selection: Selection, _columns: list[Column]) -> Iterator[Row]:
    build: Counter[int] = Counter()
    run: Counter[int] = Counter()
    for each in selected(material, selection):
        if each.cost:
            for amounts, found in ((each.cost.build, build), (each.cost.run, run)):
                for one in amounts:
                    found[one.year] += one.amount
    for year in sorted(build.keys() | run.keys()):
        total = amount(build[year] + run[year])
        yield {"year": str(year), "build": amount(build[year]), "run": amount(run[year]), "total": total}
    if build or run:
        sums = build.total(), run.total()
        yield {
            "year": material.words["sum"],
            "build": amount(sums[0]),
            "run": amount(sums[1]),
            "total": amount(sum(sums)),
        }


def _owner_rows(material: Material, _selection: Selection, _columns: list[Column]) -> Iterator[Row]:
    owned: dict[str, Counter[str]] = defaultdict(Counter)
    for each in material.model.elements:
        if each.owner and each.kind in LAYERED_KINDS:
            owned[each.owner][each.kind] += 1
    order = list(material.agencies)
    for code in sorted(owned, key=lambda each: (order.index(each) if each in material.agencies else len(order), each)):
        counts = owned[code]
        grouped = {
            "systems": sum(counts[kind] for kind in SYSTEMS),
            "databases": sum(counts[kind] for kind in DATABASES),
            "platforms": sum(counts[kind] for kind in PLATFORMS),
        }
        rest = counts.total() - sum(grouped.values())
        yield {"agency": material.agency(code)} | {key: str(n) for key, n in {**grouped, "others": rest}.items()}


def _class_rows(material: Material, selection: Selection, _columns: list[Column]) -> Iterator[Row]:
    model = selection.model
    if model is None:
        return
    found: dict[str, list[str]] = defaultdict(list)
    for each in material.model.elements:
        for key in each.classification.get(model, []):
            found[key].append(material.name(each))
    for key in sorted(found):
        shown = listed(material, found[key], 12)
        yield {
            "code": material.official(model, key),
            "entry": material.entry(model, key),
            "elements": shown,
            "total": str(len(found[key])),
        }


def _history_rows(material: Material, _selection: Selection, _columns: list[Column]) -> Iterator[Row]:
    for each in material.history:
        yield {
            "version": each.version,
            "day": material.day(each.effective_from),
            "basis": each.decision or material.words["unknown-decision"],
            "changes": material.said(each.title),
        }


def _commune_rows(material: Material, _selection: Selection, _columns: list[Column]) -> Iterator[Row]:
    commune = material.basis.commune
    for block in commune.blocks if commune else []:
        for each in block.components:
            tier = commune.tiers.get(each.tier, each.tier) if commune else ""
            yield {"code": each.code, "name": each.vi, "part": block.vi, "tier": tier}


def _part_rows(material: Material, _selection: Selection, _columns: list[Column]) -> Iterator[Row]:
    """How many elements stand in each part of the structure in force."""
    counts: dict[tuple[str, str], Counter[bool]] = defaultdict(Counter)
    for each in material.model.elements:
        spot = material.part(each)
        if spot[0] and each.kind in LAYERED_KINDS:
            counts[spot][material.state(each) in CHANGING] += 1
    structure = material.correspondence.structure
    layers = structure.field("objects", "layer").values
    for layer, part in sorted(counts, key=lambda each: (layers.index(each[0]) if each[0] in layers else 99, each[1])):
        found = counts[layer, part]
        yield {"layer": layer, "part": part, "total": str(found.total()), "state": str(found[False])}


def _data_rows(material: Material, selection: Selection) -> Iterator[tuple[str, ...]]:
    """Records of the data set. Where one names another object by its code, readers get the object's name too."""
    data, structure = material.data[0], material.correspondence.structure
    assert selection.sheet is not None  # the form asks for it  # noqa: S101
    keys = {role: structure.field(selection.sheet, role).key for role in (*selection.fields, *selection.where)}
    code, name = (structure.field("objects", role).key for role in ("code", "name"))
    called = {each.says(code): each.says(name) for each in data.records[structure.sheet("objects").key]}
    unknown = next((each.vi for each in structure.placeholders if each.id == "unknown"), "")

    def told(role: str, text: str) -> str:
        if role in REFERRING and text in called:
            return f"{called[text]} ({text})" if role == "object" else called[text]
        # why it is unknown is the same everywhere: the list of open points says it
        return unknown if unknown and text.startswith(f"{unknown}:") else text

    for record in data.records[structure.sheet(selection.sheet).key]:
        if all(record.says(keys[role]) in values for role, values in selection.where.items()):
            yield tuple(told(role, record.says(keys[role])) for role in selection.fields)


_SOURCES: Mapping[str, Callable[[Material, Selection, list[Column]], Iterator[Row]]] = {
    "elements": _element_rows,
    "relations": _relation_rows,
    "gaps": _gap_rows,
    "costs": _cost_rows,
    "owners": _owner_rows,
    "classification": _class_rows,
    "history": _history_rows,
    "commune-model": _commune_rows,
    "framework-parts": _part_rows,
}
