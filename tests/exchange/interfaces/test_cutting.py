"""An answer holds what the contract names, at the level of its records, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maidinh.exchange.interfaces.cutting import cut, kept_of, unknown_fields
from maidinh.exchange.interfaces.document import OpenApi
from tests.exchange.interfaces.documents import DOCUMENT
from tests.exchange.interfaces.test_openapi import JSONS

OPENAPI = OpenApi(DOCUMENT)
PERSON = ("components", "schemas", "Person")
LIST = ("paths", "/searches", "post", "responses", "2XX", "content", "application/json", "schema")
WHOLE: dict[str, Any] = {
    "number": "1", "name": "A", "born": "2000-01-01", "extra": 1, "home": {"street": "s", "commune": "c", "x": 1},
    "children": [{"number": "2", "name": "B"}],
}  # fmt: skip


@pytest.mark.parametrize(("at", "value", "fields", "left", "taken"), [
    (PERSON, WHOLE, ("number", "name"), {"number": "1", "name": "A"}, 4),
    (PERSON, WHOLE, ("home",), {"home": WHOLE["home"]}, 5),
    (PERSON, WHOLE, ("home.commune", "name"), {"name": "A", "home": {"commune": "c"}}, 6),
    (PERSON, WHOLE, ("children.name",), {"children": [{"name": "B"}]}, 6),
    (PERSON, {"born": "x"}, ("name",), {}, 1),
    (PERSON, [WHOLE], ("name",), [{"name": "A"}], 5),
    (PERSON, "text", ("name",), None, 1),
    (LIST, {"total": 1, "items": [WHOLE, {"name": "C"}]}, ("name",), {"items": [{"name": "A"}, {"name": "C"}]}, 6),
    (LIST, {"items": []}, ("name",), {"items": []}, 0),
    (LIST, {"items": [WHOLE]}, ("total",), {}, 1),
    (LIST, {"items": {"name": "A", "x": 1}}, ("name",), {"items": {"name": "A"}}, 1),
    (None, {"name": "A", "items": [{"name": "B"}]}, ("name",), {"name": "A"}, 1),
    (None, {"items": [{"name": "B", "x": 1}]}, ("items.name",), {"items": [{"name": "B"}]}, 1),
])  # fmt: skip
def test_cutting(at: Any, value: Any, fields: tuple[str, ...], left: Any, taken: int) -> None:
    document = OPENAPI if at else None
    assert cut(value, kept_of(document, at, fields)) == (left, taken)


def test_fields_that_no_answer_has() -> None:
    assert unknown_fields(OPENAPI, [PERSON, LIST], ("name", "home.commune", "nmae", "home.x")) == ["nmae", "home.x"]
    assert unknown_fields(OPENAPI, [LIST], ("name", "total")) == ["name"]


@given(JSONS, st.sets(st.sampled_from(["number", "name", "home.commune", "children.name", "items"])))
def test_nothing_passes_that_was_not_named(value: Any, fields: set[str]) -> None:
    left, _ = cut(value, kept_of(OPENAPI, PERSON, fields))
    steps = {step for each in fields for step in each.split(".")}
    named_whole = {each for each in fields if "." not in each}

    def look(found: Any) -> None:
        for each in found if isinstance(found, list) else ():
            look(each)
        for name, each in found.items() if isinstance(found, dict) else ():
            assert name in steps
            if name not in named_whole:
                look(each)
        assert isinstance(found, dict | list) or found is None

    look(left)
    assert cut(left, kept_of(OPENAPI, PERSON, fields)) == (left, 0)
