"""Rules made for tests: one of each shape that the rule book has."""

from __future__ import annotations

from typing import Any

from maidinh.governance.conformity.definition import Rule

EXAMPLES = [
    {"title": "passes", "passes": True, "model": {}},
    {"title": "fails", "fails": ["a"], "model": {"elements": [{"id": "a", "kind": "information-system"}]}},
]


def rule(identifier: str, sql: str | None, **more: Any) -> Rule:
    """A rule with this question."""
    content = {
        "id": identifier, "title": {"vi": identifier, "en": identifier}, "explanation": {"vi": "vì", "en": "why"},
        "severity": "error", "applies_to": "element", "select": sql, "message": {"vi": "{name}", "en": "{name}"},
        "remedy": {"vi": "sửa", "en": "mend"}, "examples": EXAMPLES,
    }  # fmt: skip
    return Rule.model_validate(content | more)


SHAPES = [
    rule("ownership.unowned", "SELECT id AS subject FROM system WHERE owner IS NULL"),
    rule("model.island", "SELECT id AS subject, kind FROM element WHERE island <> 0", severity="advice"),
    rule("model.empty", "SELECT '' AS subject, count(*) AS count FROM element", message={"vi": "có {count}"}),
    rule(
        "service.procedure-unserved",
        "SELECT p.id AS subject FROM procedure p WHERE NOT EXISTS (SELECT 1 FROM serving v JOIN system s "
        "ON s.id = v.source WHERE v.target = p.id AND s.state = 'live')",
    ),
    rule(
        "data.one-master",
        "SELECT m.entity AS subject, count(*) AS count, group_concat(m.element) AS others FROM master m "
        "GROUP BY m.entity HAVING count(*) > 1",
        message={"vi": "{name}: {count}: {others}", "en": "{name}: {others}"}, waivable_by="architecture-approver",
    ),
    rule(
        "data.direct-access",
        "SELECT s.id AS subject, a.id AS relation, d.id AS other FROM access a JOIN system s ON s.id = a.source "
        "JOIN database d ON d.id = a.target WHERE a.direct = 1 AND s.owner IS NOT d.owner",
        message={"vi": "{name} đọc thẳng {other}"},
    ),
    rule("technology.unknown", "SELECT element AS subject, product AS other FROM technology WHERE known = 0"),
    rule(
        "life-cycle.live-needs-retired",
        "SELECT e.id AS subject, d.needs AS cause FROM depends d JOIN element e ON e.id = d.element "
        "JOIN element n ON n.id = d.needs WHERE e.state = 'live' AND n.state = 'retired'", severity="warning",
    ),
    rule(
        "zone.far",
        "WITH RECURSIVE far(element, needs) AS (SELECT element, needs FROM depends WHERE element = 'e1' UNION SELECT "
        "far.element, d.needs FROM far JOIN depends d ON d.element = far.needs) SELECT element AS subject, needs AS "
        "cause FROM far JOIN zone z ON z.id = far.needs",
    ),
    rule("connection.expired", "SELECT c.relation AS subject, c.valid_to FROM contract c, model m "
         "WHERE c.valid_to < m.as_of", message={"vi": "hết hạn {valid_to}"}),
    rule("model.part-of-itself", None, program="part-rings"),
    rule("model.duplicate-name", "SELECT min(id) AS subject, group_concat(id) AS others FROM element "
         "WHERE folded <> '' GROUP BY folded, kind HAVING count(*) > 1"),
]  # fmt: skip
