"""A small rule as a province writes one for itself."""

from __future__ import annotations

from typing import Any

from maidinh.governance.conformity.definition import Rule

SELECT = "SELECT id AS subject FROM system WHERE owner IS NULL"
NAMED = {"id": "a", "kind": "information-system", "layer": 3, "name": {"vi": "Hệ thống A"}}
EXAMPLES: list[dict[str, Any]] = [
    {"title": {"vi": "Có cơ quan"}, "passes": True, "model": {"elements": [NAMED | {"owner": "so-tttt"}]}},
    {"title": {"vi": "Thiếu cơ quan"}, "fails": ["a"], "model": {"elements": [NAMED]}},
]


def rule_named(id: str, **more: Any) -> Rule:
    """The rule that every system has an agency in charge."""
    content = {
        "id": id,
        "title": {"vi": "Hệ thống có cơ quan chủ quản", "en": "A system has an agency in charge"},
        "explanation": {"vi": "Không có cơ quan chủ quản thì không ai chịu trách nhiệm."},
        "severity": "error",
        "applies_to": "system",
        "select": SELECT,
        "message": {"vi": "{name} chưa có cơ quan chủ quản.", "en": "{name} has no agency in charge."},
        "remedy": {"vi": "Ghi cơ quan chủ quản.", "en": "Name the agency in charge."},
        "waivable_by": "architecture-approver",
        "examples": EXAMPLES,
    }
    return Rule.model_validate(content | more)


def rule_finding(id: str, element: str, **more: Any) -> Rule:
    """A rule that finds one component by its id, in force or renamed, and nothing else."""
    found = {"id": element, "kind": "document", "name": {"vi": "A"}}
    examples = [
        {"title": "a", "passes": True, "model": {"elements": []}},
        {"title": "b", "fails": [element], "model": {"elements": [found]}},
    ]
    select = f"SELECT id AS subject FROM element WHERE id = '{element}'"
    return rule_named(id, **{"select": select, "examples": examples, "applies_to": "element"} | more)
