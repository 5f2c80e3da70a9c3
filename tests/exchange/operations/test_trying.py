"""What a service offers is read from its interface, whatever somebody wrote into it; each operation can be tried."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from maidinh.exchange.directory.definition import Service
from maidinh.exchange.operations.trying import curl, offer_of
from tests.exchange.world import ANYTHING, SERVICE

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Dân cư", "version": "2.1", "description": "Tra cứu."},
    "components": {"parameters": {"lang": {"name": "lang", "in": "query", "required": True, "example": "vi"}}},
    "paths": {
        "/persons/{person}": {
            "parameters": [{"name": "person", "in": "path", "required": True, "schema": {"example": "000018000001"}}],
            "get": {
                "summary": "Một người",
                "parameters": [{"$ref": "#/components/parameters/lang"}, {"name": "c", "in": "cookie"}],
                "responses": {"200": {"description": "Có"}, "404": {}},
            },
            "put": {"requestBody": {}, "responses": {}},
        }
    },
}


def service(**changes: Any) -> Service:
    return Service.model_validate(
        {"id": SERVICE, "url": "http://127.0.0.1:9", "methods": ANYTHING, "timeout_seconds": 1} | changes
    )


def test_operations_parameters_and_answers_of_the_interface() -> None:
    offer = offer_of(service(openapi=DOCUMENT))
    assert (offer.title, offer.version, offer.says, offer.published) == ("Dân cư", "2.1", "Tra cứu.", True)
    one = next(each for each in offer.operations if each.method == "GET")
    assert (one.path, one.summary) == ("/persons/{person}", "Một người")
    assert [(each.name, each.place, each.required) for each in one.parameters] == [
        ("person", "path", True), ("lang", "query", True),
    ]  # fmt: skip
    assert one.answers == (("200", "Có"), ("404", ""))
    assert one.example() == "/persons/000018000001?lang=vi"
    assert [each.takes_body for each in offer.operations] == [False, True]


def test_what_the_document_keeps_elsewhere_is_followed() -> None:
    named = {"vi": "Họ và tên", "en": "Full name"}
    row = {"properties": {"name": {"x-maidinh-name": named}, "code": {"$ref": "#/components/schemas/Code"}}}
    page = {"properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}, "more": {}}}
    answer = {"description": "Có", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}}
    code = {"type": "string", "examples": ["000123456789"], "description": "Mã"}
    asked = {"name": "code", "in": "path", "required": True, "schema": {"$ref": "#/components/schemas/Code"}}
    get = {"parameters": [asked], "responses": {"200": {"$ref": "#/components/responses/Good"}}}
    kept = {"schemas": {"Row": row, "Page": page, "Code": code}, "responses": {"Good": answer}}
    (one,) = offer_of(service(openapi={"paths": {"/rows/{code}": {"get": get}}, "components": kept})).operations
    assert one.answers == (("200", "Có"),)
    assert [(each.code, each.name("en")) for each in one.fields] == [
        ("name", "Full name"), ("code", ""), ("more", ""),
    ]  # fmt: skip
    assert one.fields[0].name("vi") == "Họ và tên"
    assert (one.parameters[0].says, one.example()) == ("Mã", "/rows/000123456789")


def test_a_document_that_turns_in_circles_ends() -> None:
    kept = {"schemas": {"A": {"$ref": "#/components/schemas/A"}, "L": {"items": {"$ref": "#/components/schemas/L"}}}}
    for name in kept["schemas"]:
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
        paths = {"/a": {"get": {"responses": {"200": {"content": content}}}}}
        (one,) = offer_of(service(openapi={"paths": paths, "components": kept})).operations
        assert one.fields == ()


def test_without_an_interface_what_is_declared() -> None:
    offer = offer_of(service())
    assert not offer.published and offer.title == "persons"
    assert {(each.method, each.path) for each in offer.operations} == {
        (each["method"], each["path"]) for each in ANYTHING
    }


def test_the_command_to_copy() -> None:
    get, put = sorted(offer_of(service(openapi=DOCUMENT)).operations, key=lambda each: each.method)
    told = curl(get, gateway="http://127.0.0.1:8001", service=SERVICE, client="A/GOV/B/C")
    assert told.startswith("curl -X GET \\\n") and "X-Road-Client: A/GOV/B/C" in told
    assert told.endswith(f"'http://127.0.0.1:8001/r1/{SERVICE}/persons/000018000001?lang=vi'")
    assert "--data @body.json" in curl(put, gateway="", service=SERVICE, client="")


def test_a_document_cannot_break_out_of_the_command() -> None:
    wicked = {"paths": {"/a'; rm -rf ~ #": {"get": {"summary": "x"}}}}
    (one,) = offer_of(service(openapi=wicked)).operations
    assert curl(one, gateway="", service=SERVICE, client="").count("'") == 4


KEYS = st.sampled_from(
    ["info", "paths", "/a", "get", "parameters", "responses", "schema", "name", "in", "$ref", "components"]
)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(document=st.dictionaries(KEYS, ANY, max_size=4))
def test_whatever_is_written_is_read(document: dict[str, Any]) -> None:
    for each in offer_of(service(openapi=document)).operations:
        assert curl(each, gateway="", service=SERVICE, client="").startswith("curl")
