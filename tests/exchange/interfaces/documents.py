"""A small interface for the tests: persons by number, searches with a body, a list in an envelope."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

PERSON: dict[str, Any] = {
    "type": "object",
    "required": ["number", "name"],
    "properties": {
        "number": {"type": "string", "pattern": "^[0-9]{12}$", "x-maidinh-subject": True},
        "name": {"type": "string", "maxLength": 80},
        "born": {"type": "string", "format": "date"},
        "home": {"type": "object", "properties": {"street": {"type": "string"}, "commune": {"type": "string"}}},
        "children": {"type": "array", "items": {"$ref": "#/components/schemas/Person"}},
    },
}
NUMBER = {
    "name": "number", "in": "path", "required": True, "x-maidinh-subject": True,
    "schema": {"type": "string", "pattern": "^[0-9]{12}$"},
}  # fmt: skip


def answer(schema: dict[str, Any], media: str = "application/json") -> dict[str, Any]:
    return {"description": "An answer.", "content": {media: {"schema": schema}}}


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Persons", "version": "1.0.0"},
    "paths": {
        "/persons/{number}": {
            "parameters": [NUMBER],
            "get": {
                "parameters": [
                    {"name": "day", "in": "query", "schema": {"type": "string", "format": "date"}},
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 50}},
                    {"name": "kind", "in": "query", "schema": {"type": "array", "items": {"enum": ["a", "b"]}}},
                ],
                "responses": {
                    "200": answer({"$ref": "#/components/schemas/Person"}),
                    "404": {"$ref": "#/components/responses/Missing"},
                    "204": {"description": "Nothing."},
                },
            },
        },
        "/persons/own": {"get": {"responses": {"200": answer({"$ref": "#/components/schemas/Person"})}}},
        "/searches": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["name"],
                                "additionalProperties": False,
                                "properties": {"name": {"type": "string", "minLength": 2}},
                            }
                        },
                        "text/csv": {},
                    },
                },
                "responses": {
                    "2XX": answer({
                        "type": "object",
                        "required": ["items"],
                        "properties": {
                            "total": {"type": "integer"},
                            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Person"}},
                        },
                    }),
                    "default": answer({"type": "object"}, "application/problem+json"),
                },
            }
        },
    },
    "components": {
        "schemas": {"Person": PERSON},
        "responses": {"Missing": answer({"type": "object", "required": ["error"]})},
    },
}  # fmt: skip


def document(**changes: Any) -> dict[str, Any]:
    """The interface, with parts replaced at the top."""
    return deepcopy(DOCUMENT) | changes
