"""The quality rules of the data set, run on its rows: every finding with sheet, row, field, rule and remedy.

Layer 4, governance. Pure. Which rules there are, and what they say to people, stands in the definition; here is how
each kind of check looks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from maidinh.governance.nas import checks_between, checks_of_fields
from maidinh.governance.nas.conditions import Situation
from maidinh.governance.nas.definition import Check, CheckKind, DataSetStructure, Phase, QualityRule
from maidinh.governance.nas.found import Found
from maidinh.governance.nas.records import DataSet, Finding, begins_with_placeholder, filled
from maidinh.infrastructure.definitions.definition import Text

CHECKS: Mapping[CheckKind, Callable[[Situation, Check], Iterator[Found]]] = {
    "required": checks_of_fields.required,
    "values": checks_of_fields.values,
    "references": checks_of_fields.references,
    "explained": checks_of_fields.explained,
    "secrets": checks_of_fields.secrets,
    "period": checks_of_fields.period,
    "filled": checks_of_fields.filled_for,
    "parts": checks_of_fields.parts,
    "not-issuer": checks_of_fields.not_issuer,
    "unconfirmed": checks_of_fields.unconfirmed,
    "prefix": checks_of_fields.prefix,
    "unique": checks_between.unique,
    "consistent": checks_between.consistent,
    "paired": checks_between.paired,
    "similar": checks_between.similar,
    "continues": checks_between.continues,
    "same-ends": checks_between.same_ends,
}


@dataclass(frozen=True)
class Verdict:
    """What the check of a data set found, and how much there is, counted by distinct codes."""

    findings: list[Finding]
    hints: list[Finding]
    counts: dict[str, int]
    for_people: list[QualityRule]


def checked(
    structure: DataSetStructure,
    data: DataSet,
    phase: Phase = "issue",
    issuer: str | None = None,
    commune_codes: frozenset[str] = frozenset(),
) -> Verdict:
    """Run every rule. What was found wrong with the form of the file comes first."""
    situation = Situation(structure, data, phase, issuer, commune_codes)
    found = list(data.findings)
    for rule in structure.rules:
        for check in rule.checks:
            found.extend(_told(situation, rule, check, each) for each in CHECKS[check.kind](situation, check))
    order = {sheet.key: n for n, sheet in enumerate(structure.sheets)}
    found.sort(key=lambda each: (each.rule != "FORM", order.get(each.sheet, 99), each.row or 0, each.rule))
    return Verdict(
        [each for each in found if not each.hint],
        [each for each in found if each.hint],
        counts(structure, data),
        [rule for rule in structure.rules if rule.by != "machine"],
    )


def counts(structure: DataSetStructure, data: DataSet) -> dict[str, int]:
    """Objects, relations, mappings, gaps, tasks by distinct code, and how many places are still unknown."""
    of = {sheet.role: data.records.get(sheet.key, []) for sheet in structure.sheets}
    code = structure.field("objects", "code").key
    gap, task = structure.field("tasks", "gap").key, structure.field("tasks", "task").key
    unknown = Counter(
        begins_with_placeholder(structure, record.values.get(each.key, ""))
        for sheet in structure.sheets
        for each in sheet.fields
        for record in data.records.get(sheet.key, [])
        if each.role not in ("note", "result")
    )
    return {
        "objects": len({each.says(code) for each in filled(of["objects"], code)}),
        "relations": len(of["relations"]),
        "mappings": len(of["mappings"]),
        "gaps": len({each.says(gap) for each in filled(of["tasks"], gap)}),
        "tasks": len({each.says(task) for each in filled(of["tasks"], task)}),
        "unknown": unknown["unknown"],
    }


def _told(situation: Situation, rule: QualityRule, check: Check, found: Found) -> Finding:
    data_field = next((each for each in found.sheet.fields if each.key == found.key), None)
    texts = {}
    for language in ("vi", "en"):
        facts = {
            "field": data_field.vi if data_field else found.sheet.key,
            "found": found.found,
            "expected": found.expected.in_language(language) if found.expected else "",
            "other": found.other,
        }
        texts[language] = tuple(
            _filled_in(each.in_language(language), facts) if each else "" for each in (rule.message, rule.remedy)
        )
    return Finding(
        rule.id,
        found.sheet.key,
        Text(vi=texts["vi"][0], en=texts["en"][0]),
        Text(vi=texts["vi"][1], en=texts["en"][1]),
        found.record.row,
        data_field.vi if data_field else None,
        situation.data.letters(found.sheet.key, found.key) if found.key else None,
        check.hint,
    )


def _filled_in(template: str, facts: Mapping[str, str]) -> str:
    for name, value in facts.items():
        template = template.replace(f"{{{name}}}", value)
    return template
