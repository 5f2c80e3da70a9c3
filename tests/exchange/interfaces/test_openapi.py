"""What fits a published interface and what does not, with the place that is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maidinh.exchange.interfaces.document import DocumentUnreadable
from maidinh.exchange.interfaces.openapi import Interface, Sent
from tests.exchange.interfaces.documents import DOCUMENT, document

JSON = "application/json; charset=utf-8"
NUMBER = "000123456789"
PERSON = {"number": NUMBER, "name": "Người Mẫu"}
NOTHING = Sent("", b"")
INTERFACE = Interface(DOCUMENT)


def body(value: Any, media: str = JSON) -> Sent:
    return Sent(media, json.dumps(value).encode())


def asked(query: str | None = None, number: str = NUMBER, sent: Sent = NOTHING) -> tuple[str, str]:
    steps = ["persons", number]
    operation = INTERFACE.operation("GET", steps)
    assert operation is not None
    verdict, _ = operation.check_request(steps, query, {}, sent)
    return verdict.word, verdict.place


@pytest.mark.parametrize(("query", "verdict"), [
    (None, ("valid", "")),
    ("day=2026-11-27&limit=50&kind=a,b", ("valid", "")),
    ("kind=a&kind=b", ("valid", "")),
    ("kind=c", ("parameter_invalid", "kind")),
    ("day=yesterday", ("parameter_invalid", "day")),
    ("limit=51", ("parameter_invalid", "limit")),
    ("limit=1e9999", ("parameter_invalid", "limit")),
    ("limit=1_0", ("parameter_invalid", "limit")),
    ("limit=1&limit=2", ("parameter_invalid", "limit")),
    ("all=1", ("parameter_not_described", "")),
    ("limit", ("query_unreadable", "")),
])  # fmt: skip
def test_parameters(query: str | None, verdict: tuple[str, str]) -> None:
    assert asked(query) == verdict


def test_a_step_of_the_path_and_a_body_that_nobody_described() -> None:
    assert asked(number="12") == ("parameter_invalid", "number")
    assert asked(sent=body({})) == ("body_not_described", "")
    assert asked(sent=Sent(JSON, None)) == ("body_not_described", "")


def test_the_more_exact_path_is_meant_and_head_is_a_get() -> None:
    own = INTERFACE.operation("GET", ["persons", "own"])
    assert own is not None and own.path == "/persons/own"
    head = INTERFACE.operation("HEAD", ["persons", NUMBER])
    assert head is not None and head.check_response(200, NOTHING, head=True)[0].valid
    assert INTERFACE.operation("PUT", ["persons", NUMBER]) is None
    assert INTERFACE.operation("GET", ["persons"]) is None


@pytest.mark.parametrize(("sent", "word", "place"), [
    (body({"name": "An"}), "valid", ""),
    (body({"name": "A"}), "body_invalid", "name/minLength"),
    (body({"name": "An", "secret": 1}), "body_invalid", "additionalProperties"),
    (NOTHING, "body_missing", ""),
    (Sent("text/csv", b"anything"), "valid", ""),
    (Sent("text/xml", b"<a/>"), "media_type_not_described", ""),
    (Sent(JSON, None), "too_large_to_check", ""),
    (Sent("text/csv", None), "valid", ""),
    (Sent(JSON, b'{"name":"An","name":"Bo"}'), "not_json", ""),
    (Sent(JSON, b'{"name":NaN}'), "not_json", ""),
    (Sent(JSON, b'{"name":1e999}'), "not_json", ""),
    (Sent(JSON, b"[" * 100_000), "not_json", ""),
    (Sent(JSON, b"\xff"), "not_json", ""),
    (Sent(JSON, b'{"name":"An","x":' + b"[" * 65 + b"]" * 65 + b"}"), "not_json", ""),
    (Sent(JSON, b'{"name":"[[[[{{' + b"[" * 30 + b'"}'), "valid", ""),
    (Sent(JSON, b'{"name":"\\ud800aa"}'), "not_json", ""),
    (Sent(JSON, b'{"\\udfff":1}'), "not_json", ""),
    (Sent(JSON, b'{"name":"\\ud83d\\ude00!"}'), "valid", ""),
    (Sent(JSON, '{"name":"An"}'.encode("utf-16")), "not_json", ""),
    (Sent(JSON, b'{"name":"An","n":' + b"9" * 5000 + b"}"), "not_json", ""),
])  # fmt: skip
def test_bodies(sent: Sent, word: str, place: str) -> None:
    operation = INTERFACE.operation("POST", ["searches"])
    assert operation is not None
    verdict, _ = operation.check_request(["searches"], None, {}, sent)
    assert verdict.word == word
    assert verdict.place.endswith(place)


@pytest.mark.parametrize(("status", "sent", "word"), [
    (200, body(PERSON), "valid"),
    (200, body(PERSON | {"born": "27/11/2026"}), "body_invalid"),
    (200, body({"number": NUMBER}), "body_invalid"),
    (200, body(PERSON | {"children": [{"number": "1"}]}), "body_invalid"),
    (200, NOTHING, "body_missing"),
    (200, Sent("text/html", b"<h1>"), "media_type_not_described"),
    (204, NOTHING, "valid"),
    (204, body(PERSON), "body_not_described"),
    (404, body({"error": "not_found"}), "valid"),
    (404, body({}), "body_invalid"),
    (500, body({}), "status_not_described"),
])  # fmt: skip
def test_answers(status: int, sent: Sent, word: str) -> None:
    operation = INTERFACE.operation("GET", ["persons", NUMBER])
    assert operation is not None
    assert operation.check_response(status, sent, head=False)[0].word == word


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["number", "name", "born", "home", "children", "items", "x"]) | st.text(max_size=3), inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.binary(max_size=60) | JSONS.map(lambda value: json.dumps(value).encode()), st.sampled_from([200, 404, 204]))
def test_whatever_is_answered_there_is_a_verdict(sent: bytes, status: int) -> None:
    operation = INTERFACE.operation("GET", ["persons", NUMBER])
    assert operation is not None
    verdict, _ = operation.check_response(status, Sent(JSON, sent), head=False)
    assert verdict.word


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=40))
def test_whatever_is_asked_there_is_a_verdict(query: str) -> None:
    assert asked(query)[0]


def test_a_class_of_answers_and_the_rest() -> None:
    operation = INTERFACE.operation("POST", ["searches"])
    assert operation is not None
    assert operation.check_response(201, body({"items": []}), head=False)[0].valid
    assert operation.check_response(503, body({}, "application/problem+json"), head=False)[0].valid


def test_the_place_holds_nothing_that_was_sent() -> None:
    operation = INTERFACE.operation("GET", ["persons", NUMBER])
    assert operation is not None
    verdict, _ = operation.check_response(200, body(PERSON | {"born": "secret-79"}), head=False)
    assert (verdict.word, verdict.place) == ("body_invalid", "Person/properties/born/format")


def test_the_person_whom_a_marked_parameter_names() -> None:
    operation = INTERFACE.operation("GET", ["persons", NUMBER])
    assert operation is not None
    assert operation.person(["persons", NUMBER], "limit=1") == NUMBER


def test_an_older_document_says_the_same_with_its_own_words() -> None:
    schema = {"type": "object", "properties": {
        "age": {"type": "integer", "nullable": True, "minimum": 0, "exclusiveMinimum": True},
    }}  # fmt: skip
    older = Interface({"openapi": "3.0.3", "info": {}, "paths": {"/": {"get": {"responses": {
        "200": {"description": "", "content": {"application/json": {"schema": schema}}},
    }}}}})  # fmt: skip
    operation = older.operation("GET", [])
    assert operation is not None
    said = [operation.check_response(200, body({"age": age}), head=False)[0].valid for age in (None, 1, 0, "1")]
    assert said == [True, True, False, False]


@pytest.mark.parametrize(("made", "place"), [
    (document(openapi="2.0"), "openapi"),
    (document(paths={}), "paths"),
    (document(components={}), "does not exist"),
    (document(paths={"/a/{b}": {"get": {"responses": {"200": {}}}}}), "{b} is not described"),
    (document(paths={"/a": {"get": {"responses": {}}}}), "no answer"),
    (document(paths={"/a": {"get": {"responses": {200: {"content": "text"}}}}}), "content: it must name media types"),
    (document(paths={"/a": {"get": {"parameters": 3, "responses": {200: {}}}}}), "parameters: expected a list"),
    (document(paths={"/a": {"get": {"parameters": [{"in": [], "name": "n"}]}}}), "needs a name and a place"),
    (document(paths={"/a": {"$ref": "#/paths/~1a"}}), "circle"),
    (document(paths={"/a": {"$ref": "https://example.org/a"}}), "only references inside"),
    (document(components={"schemas": {"Person": {"$ref": "https://example.org/p"}}, "responses": {"Missing": {}}}),
     "not present in a registry"),
    (document(components={"schemas": {"Person": {"pattern": "(a)(?=b)"}}, "responses": {"Missing": {}}}), "regex"),
])  # fmt: skip
def test_a_document_that_cannot_be_used_is_refused_with_its_place(made: dict[str, Any], place: str) -> None:
    with pytest.raises(DocumentUnreadable, match=place):
        Interface(made)
