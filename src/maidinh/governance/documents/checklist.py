"""The checklist before issue: what can be computed is computed, with its evidence; the rest is for a person.

Layer 4, governance. Pure. After the twelve items of the draft guidance to Decision 1425/QĐ-TTg.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from maidinh.governance.documents.definition import CheckName, CheckPlan, DossierPlan
from maidinh.governance.documents.figures import drawn
from maidinh.governance.documents.material import Material
from maidinh.governance.modelling.integrity import defects
from maidinh.governance.modelling.metamodel import LAYERED_KINDS
from maidinh.governance.nas.definition import Role, SheetRole
from maidinh.governance.nas.records import Record, begins_with_placeholder
from maidinh.governance.nas.rules import checked as checked_data_set

Status = Literal["met", "not-met", "person"]
NAMED = 5  # names that evidence shows


@dataclass(frozen=True)
class Checked:
    """One item: how it stands and on what that rests; what to do where it isn't met."""

    plan: CheckPlan
    status: Status
    evidence: tuple[str, ...]


def checked(material: Material, dossier: DossierPlan) -> list[Checked]:
    """Every item of the checklist, in its order."""
    return [_item(material, dossier, each) for each in dossier.checklist]


def unknown_places(material: Material) -> list[tuple[str, str, int]]:
    """Where the data set only says that something isn't known: sheet, field, in how many rows."""
    data, structure = material.data[0], material.correspondence.structure
    found = []
    for sheet in structure.sheets:
        for field in sheet.fields:
            count = sum(_is_unknown(material, each, field.key) for each in data.records[sheet.key])
            if count:
                found.append((sheet.vi, field.vi, count))
    return found


def _item(material: Material, dossier: DossierPlan, plan: CheckPlan) -> Checked:
    try:
        status, evidence = _CHECKS[plan.check](material, dossier)
    except ValueError as error:  # two objects with the same code: there is no data set
        status, evidence = "not-met", [str(error)]
    return Checked(plan, status, tuple(evidence))


Found = tuple[Status, list[str]]


def _verdict(faults: Iterable[str], good: str) -> Found:
    told = [each for each in faults if each]
    return ("not-met", told) if told else ("met", [good])


def _framework(material: Material, dossier: DossierPlan) -> Found:
    words, version = material.words, material.version
    if version is None:
        return "not-met", [words["ev-no-version"]]
    if version.framework != dossier.framework:
        return "not-met", [words["ev-other-framework"].format(found=version.framework, wanted=dossier.framework)]
    return "met", [f"{material.said(version.title)} ({version.framework})"]


def _diagrams(material: Material, dossier: DossierPlan) -> Found:
    wanted = [each for each in dossier.diagrams if each.mandatory]
    lacking = [each for each in wanted if drawn(material, each.figure, each.code) is None]
    told = ", ".join(each.code for each in wanted)
    fault = material.words["ev-diagrams-lacking"].format(codes=", ".join(each.code for each in lacking))
    return _verdict([fault] if lacking else [], told)


def _layers(material: Material, _dossier: DossierPlan) -> Found:
    report = material.data[1]
    words = material.words
    fault = _counted(material, words["ev-unplaced"], report.unplaced)
    return _verdict([fault], words["ev-placed"].format(count=len(report.placed)))


def _owners(material: Material, _dossier: DossierPlan) -> Found:
    return _unknown(material, "objects", ("owner",), "ev-no-owner", "ev-owned")


def _objects(material: Material, _dossier: DossierPlan) -> Found:
    data, report = material.data
    structure = material.correspondence.structure
    drawn_ones = (each for each in report.left_out if material.elements[each].kind in LAYERED_KINDS)
    left = [each for each in drawn_ones if material.part(material.elements[each])[0]]
    count = len(data.records[structure.sheet("objects").key])
    return _verdict([_counted(material, material.words["ev-no-record"], left)], _many(material, "ev-records", count))


def _relations(material: Material, _dossier: DossierPlan) -> Found:
    return _unknown(material, "relations", ("from", "to", "kind", "content"), "ev-relation-unknown", "ev-relations")


def _gaps(material: Material, _dossier: DossierPlan) -> Found:
    report = material.data[1]
    unpaired = _counted(material, material.words["ev-unpaired"], report.unpaired)
    roles: tuple[Role, ...] = (
        "current",
        "target",
        "task-result",
        "lead",
        "priority",
        "deadline",
        "resources",
        "criterion",
    )
    status, told = _unknown(material, "tasks", roles, "ev-task-unknown", "ev-tasks")
    return _verdict([unpaired, *(told if status == "not-met" else [])], told[0])


def _sharing(material: Material, _dossier: DossierPlan) -> Found:
    return _unknown(material, "objects", ("sharing", "scope"), "ev-sharing-unknown", "ev-sharing")


def _versions(material: Material, _dossier: DossierPlan) -> Found:
    words = material.words
    broken = [f"{each.place}: {each.text}" for each in defects(material.model)]
    faults = [words["ev-broken"].format(count=len(broken), names="; ".join(broken[:NAMED]))] if broken else []
    commune = material.basis.commune
    issuer = material.organisations.name.vi if material.organisations else None
    verdict = checked_data_set(
        material.correspondence.structure,
        material.data[0],
        "issue",
        issuer,
        commune.codes() if commune else frozenset(),
    )
    rules: dict[str, int] = {}
    for each in verdict.findings:
        rules[each.rule] = rules.get(each.rule, 0) + 1
    if rules:
        names = "; ".join(f"{rule} ({count})" for rule, count in sorted(rules.items()))
        faults.append(words["ev-data-set"].format(count=len(verdict.findings), names=names))
    version = material.version.version if material.version else "-"
    return _verdict(faults, words["ev-one-source"].format(version=version, day=material.day(material.closing)))


def _codes(material: Material, _dossier: DossierPlan) -> Found:
    apart = [
        each.id
        for each in material.model.elements
        if each.codes and each.codes.local and each.codes.local == each.codes.national
    ]
    count = len(material.data[0].records[material.correspondence.structure.sheet("objects").key])
    fault = _counted(material, material.words["ev-code-mixed"], apart)
    return _verdict([fault], _many(material, "ev-codes", count))


def _for_a_person(material: Material, _dossier: DossierPlan) -> Found:
    return "person", [material.words["ev-person"]]


def _unknown(material: Material, sheet: SheetRole, roles: tuple[Role, ...], bad: str, good: str) -> Found:
    """The rows of a sheet in which one of these fields isn't known."""
    structure, data = material.correspondence.structure, material.data[0]
    fields = [structure.field(sheet, role) for role in roles]
    records = data.records[structure.sheet(sheet).key]
    faults = []
    for field in fields:
        count = sum(_is_unknown(material, each, field.key) for each in records)
        if count:
            faults.append(material.words[bad].format(field=field.vi, count=count, of=len(records)))
    return _verdict(faults, _many(material, good, len(records)))


def _is_unknown(material: Material, record: Record, key: str) -> bool:
    return begins_with_placeholder(material.correspondence.structure, record.says(key)) == "unknown"


def _many(material: Material, label: str, count: int) -> str:
    return material.words[label].format(count=count)


def _counted(material: Material, sentence: str, identifiers: list[str]) -> str:
    """The sentence with how many and the first names; nothing where there are none."""
    if not identifiers:
        return ""
    names = "; ".join(material.named(each) for each in identifiers[:NAMED])
    return sentence.format(count=len(identifiers), names=f"{names}; …" if len(identifiers) > NAMED else names)


_CHECKS: Mapping[CheckName, Callable[[Material, DossierPlan], Found]] = {
    "framework": _framework,
    "diagrams": _diagrams,
    "layers": _layers,
    "owners": _owners,
    "objects": _objects,
    "relations": _relations,
    "gaps": _gaps,
    "sharing": _sharing,
    "versions": _versions,
    "levels": _for_a_person,
    "codes": _codes,
    "classified": _for_a_person,
}
