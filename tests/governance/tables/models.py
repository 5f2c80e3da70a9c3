"""Models for the tests of tables: one that has everything, and generated ones."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from maidinh.governance.modelling.definition import Model

TEXT = st.text(st.sampled_from("=+@- ậĐ\n\r\t;,'\"_x0041_") | st.characters(exclude_categories=["Cs"]), max_size=10)
WORDS = st.fixed_dictionaries(
    {},
    optional={
        "vi": TEXT | st.none(),
        "en": TEXT | st.none(),
        "other": st.lists(st.fixed_dictionaries({"text": TEXT, "language": st.sampled_from(["fr", None])}), max_size=1),
    },
)
PROPERTIES = st.lists(
    st.fixed_dictionaries({"key": TEXT, "value": TEXT})
    | st.fixed_dictionaries({"key": TEXT, "values": st.just([{"text": "a", "language": "vi"}, {"text": ""}])}),
    max_size=3,
)
SHARED: dict[str, Any] = {
    "documentation": WORDS, "properties": PROPERTIES, "source": TEXT | st.none(), "note": TEXT | st.none(),
    "checked": st.booleans(), "confidence": st.sampled_from(["high", "own", None]),
}  # fmt: skip


def elements() -> st.SearchStrategy[list[dict[str, Any]]]:
    lists = st.lists(TEXT, max_size=2)
    amounts = st.lists(st.fixed_dictionaries({"year": st.integers(1990, 2100), "amount": st.integers(0, 10**12)}))
    element = st.fixed_dictionaries(
        {"kind": st.sampled_from(["database", "gap", "application-component"])},
        optional=SHARED
        | {
            "layer": st.integers(1, 7), "name": WORDS, "description": WORDS, "owner": TEXT, "since": TEXT,
            "state": st.sampled_from(["planned", "live", "retired"]), "masters": lists, "reference": lists,
            "dates": st.fixed_dictionaries({}, optional={"live": st.dates()}), "security_level": st.integers(1, 5),
            "security_basis": st.fixed_dictionaries({"text": TEXT.map("a{}".format), "checked": st.booleans()}),
            "classification": st.dictionaries(st.sampled_from(["brm", "srm"]), lists),
            "cost": st.fixed_dictionaries({}, optional={"build": amounts, "run": amounts}),
            "codes": st.fixed_dictionaries({}, optional={"local": TEXT, "national": TEXT}),
        },
    )  # fmt: skip
    return st.lists(element, max_size=4).map(lambda found: [each | {"id": f"e{n}"} for n, each in enumerate(found)])


@st.composite
def models(draw: st.DrawFn) -> Model:
    found = draw(elements())
    ids = [each["id"] for each in found]
    end = st.sampled_from(ids or ["x"])
    relation = st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["flow", "access"]),
            "from": end,
            "to": end,
        },
        optional=SHARED | {"name": WORDS, "directed": st.booleans(), "access": st.sampled_from(["read", "write"])},
    )
    relations = draw(st.lists(relation, max_size=3)) if ids else []
    drawn = {"id": "v1", "nodes": [{"id": "n1", "element": each} for each in ids[:1]]}
    views = [drawn | draw(st.fixed_dictionaries({}, optional=SHARED))]
    principles = [{"id": "p1", "kind": "vision", "statement": draw(WORDS)}]
    content = {
        "elements": found,
        "relations": [each | {"id": f"r{n}"} for n, each in enumerate(relations)],
        "views": views,
        "principles": principles,
        "folders": [{"name": {"vi": "Thư mục"}, "holds": [*ids, {"holds": ["v1"]}]}],
        "carried": {"oef": {"attributes": {"a": "b"}}},
    }
    return Model.model_validate(content)


def small() -> Model:
    return Model.model_validate(
        {
            "elements": [
                {"id": "kho", "kind": "database", "layer": 5, "name": {"vi": "Kho", "en": "Store"}, "owner": "H99.1",
                 "dates": {"live": date(2026, 1, 1)}, "reference": ["DB-SHARED", "P-2-01"],
                 "cost": {"build": [{"year": 2026, "amount": 5_000_000}]},
                 "properties": [{"key": "màu", "value": "xanh"},
                                {"key": "nhãn", "values": [{"text": "a"}, {"text": "b"}]},
                                {"key": "màu", "value": ""}],
                 "carried": {"archi": {"attributes": {"x": "1"}}}},
                {"id": "cổng", "kind": "portal-service", "layer": 3, 
                 "name": {"vi": "Cổng", "other": [{"text": "Portail", "language": "fr"}]}},
                {"id": "lẻ", "kind": "channel", "layer": 2, "name": {"vi": "Lẻ"}},
            ],
            "relations": [{"id": "r1", "kind": "serving", "from": "kho", "to": "cổng"}],
            "views": [{"id": "v1", "name": {"vi": "Tổng thể"}, "nodes": [{"id": "n1", "element": "cổng"}]}],
            "principles": [{"id": "p1", "kind": "principle", "statement": {"vi": "Dùng chung"}}],
            "folders": [{"holds": ["kho", "lẻ", {"holds": ["cổng"]}]}],
        }
    )  # fmt: skip
