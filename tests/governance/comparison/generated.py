"""Generated models for the tests: every field used, everything that refers, refers to something."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from maidinh.governance.modelling.definition import Model

TEXTS = (
    "",
    "Cổng dịch vụ công",
    "Hệ thống một cửa",
    "a: b",
    " spaced ",
    "- no",
    "line one\nline two\n",
    "nặng\u0323",
    "2026",
)
LANGUAGES = ("fr", "zh-Hant", None, "lo")
KINDS = ("platform", "information-system", "database", "agency", "business-object", "interface", "work-package")


def model(
    seed: int, *, elements: int = 8, relations: int = 10, views: int = 2, nodes: int = 5, alike: bool = True
) -> Model:
    """A model from a seed; with `alike`, folders without an id may have the same name beside each other."""
    return _Generation(random.Random(seed), alike).model(elements, relations, views, nodes)


def models() -> st.SearchStrategy[Model]:
    """Models for Hypothesis: sizes and contents vary with a seed it chooses and shrinks."""
    sizes = {"elements": st.integers(0, 6), "relations": st.integers(0, 6), "views": st.integers(0, 3)}
    return st.builds(model, st.integers(0, 2**32), nodes=st.integers(0, 6), **sizes)


class _Generation:
    def __init__(self, chance: random.Random, alike: bool) -> None:
        self.chance, self.alike = chance, alike

    def model(self, elements: int, relations: int, views: int, nodes: int) -> Model:
        element_ids = [f"e{n}" for n in range(elements)]
        content: dict[str, Any] = {
            "identifier": self.maybe("id-model"), "name": self.words(), "properties": self.properties(),
            "elements": [self.element(each) for each in element_ids], "carried": self.carried(),
            "principles": [
                {"id": f"p{n}", "kind": self.chance.choice(("principle", "target")), "statement": self.words()}
                for n in range(self.chance.randint(0, 2))
            ],
            "property_definitions": [
                {"id": f"k{n}", "name": self.words(), "type": self.chance.choice(("string", "number"))}
                for n in range(3)
            ],
        }  # fmt: skip
        relation_ids = [f"r{n}" for n in range(relations if elements else 0)]
        content["relations"] = [self.relation(each, element_ids) for each in relation_ids]
        content["views"] = [self.view(f"v{n}", element_ids, relation_ids, nodes) for n in range(views)]
        content["folders"] = self.folders([*element_ids, *relation_ids, *(f"v{n}" for n in range(views))])
        return Model.model_validate(content)

    def maybe(self, value: Any, odds: float = 0.5) -> Any:
        return value if self.chance.random() < odds else None

    def text(self) -> str:
        return self.chance.choice(TEXTS)

    def words(self) -> dict[str, Any]:
        other = [
            {"text": self.text(), "language": self.chance.choice(LANGUAGES)}
            for _ in range(self.chance.choice((0, 0, 0, 1, 3)))
        ]
        return {"vi": self.maybe(self.text()), "en": self.maybe(self.text()), "other": other}

    def properties(self) -> list[dict[str, Any]]:
        found = []
        for _ in range(self.chance.choice((0, 0, 1, 2, 4))):
            key = self.chance.choice(("k0", "k1", "k2", "", "x.y", "z:order"))
            if self.chance.random() < 0.3:
                found.append({"key": key, "values": [{"text": self.text(), "language": "fr"}, {"text": self.text()}]})
            else:
                found.append({"key": key, "value": self.text()})
        return found

    def carried(self) -> dict[str, Any]:
        each = {"attributes": {"a.b": self.text()}, "children": ["<a/>", self.text(), "<a/>"]}
        return self.chance.choice(({}, {}, {"oef": {}}, {"oef": each}, {"archi": each, "oef": {"children": ["<x/>"]}}))

    def thing(self, name: str) -> dict[str, Any]:
        return {
            "id": name, "documentation": self.maybe(self.words()), "properties": self.properties(),
            "carried": self.carried(), "source": self.maybe("Công báo"), "checked": self.chance.random() < 0.8,
            "confidence": self.maybe("high"),
        }  # fmt: skip

    def element(self, name: str) -> dict[str, Any]:
        years = [{"year": self.chance.randint(2025, 2028), "amount": self.chance.randint(0, 9)} for _ in range(3)]
        more = {
            "kind": self.chance.choice(KINDS), "name": self.words(), "description": self.maybe(self.words()),
            "owner": self.maybe("H99.1"), "state": self.chance.choice(("live", "planned", "retiring")),
            "dates": self.maybe({"live": "2026-01-01"}) or self.maybe({}), "zone": self.maybe("internet"),
            "security_level": self.maybe(3), "security_basis": self.maybe({"text": "NĐ 85/2016, điều 7"}),
            "personal_data": self.chance.random() < 0.5, "masters": self.some(("person", "land", "person")),
            "classification": self.chance.choice(({}, {"brm": []}, {"brm": ["B1", "B2"], "trm": ["T1"]})),
            "technology": self.some(("postgresql", "redis")), "codes": self.maybe({"local": "L1"}) or self.maybe({}),
            "cost": self.chance.choice((None, {}, {"build": years[:1]}, {"build": years, "run": years[:2]})),
            "interface": self.maybe({
                "system": "e0", "service": "persons", "endpoint": "registers",
                "methods": [{"method": "GET", "path": "/persons"}, {"method": "POST", "path": "/persons/*"}],
            }, 0.3),
        }  # fmt: skip
        return self.thing(name) | more

    def some(self, items: tuple[str, ...]) -> list[str]:
        return [each for each in items if self.chance.random() < 0.5]

    def relation(self, name: str, elements: list[str]) -> dict[str, Any]:
        contract = {
            "id": f"C-{name}", "methods": [{"method": "GET", "path": "/persons"}],
            "fields": self.some(("name", "birth")), "purpose": self.words(),
            "legal_basis": [{"text": "NĐ 47/2020", "checked": False}],
            "valid_from": "2026-01-01", "valid_to": "2030-12-31",
        }  # fmt: skip
        more = {
            "kind": self.chance.choice(("flow", "serving", "access", "composition")), "name": self.maybe(self.words()),
            "from": self.chance.choice(elements), "to": self.chance.choice(elements), "access": self.maybe("read"),
            "directed": self.maybe(False), "contract": self.maybe(contract),
        }  # fmt: skip
        return self.thing(name) | more

    def view(self, name: str, elements: list[str], relations: list[str], nodes: int) -> dict[str, Any]:
        held: list[dict[str, Any]] = []
        flat: list[dict[str, Any]] = []
        for number in range(nodes):
            node = self.node(f"n{number}", elements)
            inner = self.chance.choice([held, *(each["nodes"] for each in flat)])
            inner.append(node)
            flat.append(node)
        lines = [
            {
                "id": f"c{n}", "relation": self.maybe(self.chance.choice(relations)) if relations else None,
                "source": self.chance.choice(flat)["id"], "target": self.chance.choice(flat)["id"],
                "bends": [{"x": self.chance.randint(0, 9), "y": n} for _ in range(self.chance.randint(0, 3))],
                "starts": self.maybe({"x": 1, "y": 2}, 0.2), "label": self.maybe(self.words(), 0.2),
            }
            for n in range(self.chance.randint(0, 3) if flat else 0)
        ]  # fmt: skip
        more = {"name": self.words(), "viewpoint": self.maybe("Layered"), "nodes": held, "connections": lines}
        return self.thing(name) | more

    def node(self, name: str, elements: list[str]) -> dict[str, Any]:
        style = {"fill": "#ffffff", "font_style": ["bold"], "line_width": 2}
        return {
            "id": name, "kind": self.chance.choice(("element", "container", "label")), "nodes": [],
            "element": self.maybe(self.chance.choice(elements)) if elements else None,
            "label": self.maybe(self.words(), 0.3), "properties": self.properties(), "carried": self.carried(),
            "box": self.maybe({"x": self.chance.randint(-5, 50), "y": 2, "width": 120, "height": 55}, 0.8),
            "style": self.maybe(style) or self.maybe({}, 0.1),
        }  # fmt: skip

    def folders(self, things: list[str]) -> list[dict[str, Any]]:
        top: list[dict[str, Any]] = []
        flat: list[dict[str, Any]] = []
        for number in range(self.chance.choice((0, 2, 5))):
            name = self.chance.choice(({"vi": "Ứng dụng"}, {"en": "a/b"}, {})) if self.alike else {"vi": f"F{number}"}
            folder = {
                "id": self.maybe(f"f{number}"), "name": name,
                "kind": self.maybe("application"), "holds": [], "carried": self.carried(),
            }  # fmt: skip
            self.chance.choice([top, *(each["holds"] for each in flat)]).append(folder)
            flat.append(folder)
        for name in [*things, "nowhere", "nowhere"] if flat else []:
            for _ in range(self.chance.choice((0, 1, 1, 2))):
                holds = self.chance.choice(flat)["holds"]
                holds.insert(self.chance.randint(0, len(holds)), name)
        return top
