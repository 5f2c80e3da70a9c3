"""Which changes of an interface break those who use it, each with its place."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from maidinh.exchange.interfaces.comparison import BREAKING, COMPATIBLE, announced, compare
from tests.exchange.interfaces.documents import DOCUMENT

GET, POST = "/persons/{number}/get", "/searches/post"
PERSON = "GET /persons/{number} 200"


def changed(place: str, value: Any = None, base: dict[str, Any] = DOCUMENT) -> dict[str, Any]:
    """The document with one thing replaced, or taken away; steps are parted by `>`."""
    made = deepcopy(base)
    *steps, last = place.split(">")
    held: Any = made
    for step in steps:
        held = held[int(step)] if isinstance(held, list) else held[step]
    if value is None:
        del held[int(last) if isinstance(held, list) else last]
    else:
        held[last] = value
    return made


P = "components>schemas>Person>"
PARAMETERS = "paths>/persons/{number}>get>parameters>"
BODY = "paths>/searches>post>requestBody>"
SCHEMA = f"{BODY}content>application/json>schema>"
ANSWERS = "paths>/persons/{number}>get>responses>"


@pytest.mark.parametrize(("new", "place", "word"), [
    (changed("paths>/persons/own"), "GET /persons/own", "operation_removed"),
    (changed(f"{PARAMETERS}0"), "GET /persons/{number} query day", "parameter_removed"),
    (changed(f"{PARAMETERS}0>required", True), "GET /persons/{number} query day", "parameter_required"),
    (changed(f"{PARAMETERS}1>schema>maximum", 10), "GET /persons/{number} query limit", "narrowed"),
    (changed(f"{PARAMETERS}2>schema>items>enum", ["a"]), "GET /persons/{number} query kind/items", "values_removed"),
    (changed("paths>/persons/{number}>parameters>0>schema>type", "integer"),
     "GET /persons/{number} path number", "type_changed"),
    (changed(f"{BODY}content>text/csv"), "POST /searches text/csv", "media_type_removed"),
    (changed("paths>/searches>post>requestBody"), "POST /searches", "body_removed"),
    (changed(f"{SCHEMA}required", ["name", "born"]) | {}, "POST /searches", ""),
    (changed(f"{SCHEMA}properties>name>minLength", 3), "POST /searches/name", "narrowed"),
    (changed(f"{ANSWERS}204"), "GET /persons/{number} 204", "answer_removed"),
    (changed(f"{P}properties>born"), f"{PERSON}/born", "field_removed"),
    (changed(f"{P}properties>home>properties>street"), f"{PERSON}/home/street", "field_removed"),
    (changed(f"{P}required", ["number"]), f"{PERSON}/name", "field_optional"),
    (changed(f"{P}properties>name>type", ["string", "null"]), f"{PERSON}/name", "type_changed"),
    (changed(f"{P}properties>name>maxLength"), f"{PERSON}/name", "widened"),
    (changed(f"{P}properties>number>pattern"), f"{PERSON}/number", "widened"),
    (changed(f"{P}not", {"required": ["x"]}), PERSON, "unclear"),
])  # fmt: skip
def test_what_breaks(new: dict[str, Any], place: str, word: str) -> None:
    found = [(each.place, each.word) for each in compare(DOCUMENT, new) if each.breaking]
    assert ((place, word) in found) if word else found == []


@pytest.mark.parametrize(("new", "place", "word"), [
    (changed("paths>/new", DOCUMENT["paths"]["/persons/own"]), "GET /new", "operation_added"),
    (changed(f"{P}properties>sex", {"type": "string"}), f"{PERSON}/sex", "field_added"),
    (changed(f"{PARAMETERS}1>schema>maximum", 99), "", ""),
    (changed(f"{P}required", ["number", "name", "born"]), "", ""),
    (changed(f"{P}properties>name>maxLength", 40), "", ""),
    (changed(f"{SCHEMA}properties>name>minLength"), "", ""),
    (changed(f"{SCHEMA}properties>born", {"type": "string"}), "POST /searches/born", "field_added"),
    (changed(f"{ANSWERS}410", {"description": "Gone."}), "GET /persons/{number} 410", "answer_added"),
    (changed(f"{BODY}content>text/plain", {}), "POST /searches text/plain", "media_type_added"),
    (deepcopy(DOCUMENT), "", ""),
])  # fmt: skip
def test_what_breaks_nobody(new: dict[str, Any], place: str, word: str) -> None:
    found = [(each.place, each.word) for each in compare(DOCUMENT, new)]
    assert ((place, word) in found) if word else found == []
    assert not any(each.breaking for each in compare(DOCUMENT, new))


def test_a_step_of_the_path_may_be_named_otherwise() -> None:
    made = deepcopy(DOCUMENT)
    item = made["paths"].pop("/persons/{number}")
    item["parameters"][0]["name"] = "person"
    made["paths"]["/persons/{person}"] = item
    assert compare(DOCUMENT, made) == []


def schema_of(schema: dict[str, Any], side: str) -> dict[str, Any]:
    content = {"content": {"application/json": {"schema": schema}}}
    operation: dict[str, Any] = {"responses": {"200": {"description": "", **content} if side == "answer" else {}}}
    if side == "request":
        operation["requestBody"] = content
    return {"openapi": "3.1.0", "info": {}, "paths": {"/": {"post": operation}}}


A, B = {"type": "string", "maxLength": 5}, {"type": "integer"}
ENUM = {"enum": ["a", "b"]}


@pytest.mark.parametrize(("side", "old", "new", "words"), [
    ("request", A, {"type": ["string", "integer"]}, set()),
    ("answer", A, {"type": ["string", "integer"]}, {"type_changed", "widened"}),
    ("request", {"type": "number"}, {"type": "integer"}, {"type_changed"}),
    ("answer", {"type": "number"}, {"type": "integer"}, set()),
    ("request", {}, A, {"type_changed", "narrowed"}),
    ("answer", {}, A, set()),
    ("request", ENUM, {"enum": ["a", "b", "c"]}, set()),
    ("answer", ENUM, {"enum": ["a", "b", "c"]}, {"values_added"}),
    ("answer", ENUM, {}, {"values_added"}),
    ("request", {"oneOf": [A, B]}, {"oneOf": [B, A]}, set()),
    ("request", {"oneOf": [A, B]}, {"oneOf": [A]}, {"type_changed"}),
    ("answer", {"oneOf": [A]}, {"oneOf": [A, B]}, {"type_changed"}),
    ("answer", {"oneOf": [A, B]}, {"oneOf": [A]}, set()),
    ("request", {"allOf": [A, {"minLength": 1}]}, {"allOf": [A], "minLength": 1}, set()),
    ("request", {"allOf": [{"properties": {"a": A}}]}, {"properties": {"a": A}, "required": ["a"]}, {"field_required"}),
    ("request", {"type": "object"}, {"type": "object", "additionalProperties": False}, {"closed"}),
    ("request", {"type": "array"}, {"type": "array", "items": A}, {"narrowed"}),
    ("answer", {"type": "array", "items": A}, {"type": "array"}, {"widened"}),
    ("request", {"type": "array", "items": A}, {"type": "array", "items": B}, {"type_changed"}),
])  # fmt: skip
def test_values(side: str, old: dict[str, Any], new: dict[str, Any], words: set[str]) -> None:
    found = compare(schema_of(old, side), schema_of(new, side))
    assert {each.word for each in found if each.breaking} == words


def test_a_schema_inside_itself_ends() -> None:
    assert any(each.place.endswith("/children/items/sex") or each.word for each in compare(
        DOCUMENT, changed(f"{P}properties>sex", {"type": "string"})
    ))  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), [
    ("1.4.0", "2.0.0", True), ("v1", "v2", True), ("1.0", "1.1", False), ("2", "1", False), ("", "1", False),
])  # fmt: skip
def test_a_new_first_number_announces_a_break(old: str, new: str, said: bool) -> None:
    assert announced(old, new) is said


def test_every_word_has_a_sentence() -> None:
    assert not BREAKING.keys() & COMPATIBLE.keys()
