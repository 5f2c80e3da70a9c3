"""What the fields of an interface are called in people's words: the names that its document gives them.

Layer 6, pure. `x-maidinh-name` on a field holds its name in Vietnamese and English; a field without keeps its code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from maidinh.exchange.interfaces.cutting import ways_to
from maidinh.exchange.interfaces.document import DocumentUnreadable, OpenApi, pointer

NAME = "x-maidinh-name"


def field_names(content: Mapping[str, Any] | None, fields: Sequence[str], language: str) -> list[str]:
    """The fields' names in a language, in their order, each once."""
    try:
        document = OpenApi(content) if content is not None else None
    except DocumentUnreadable:
        document = None
    known = _names(document, fields) if document is not None else {}
    return list(
        dict.fromkeys(known.get(each, {}).get(language) or known.get(each, {}).get("vi") or each for each in fields)
    )


def _names(document: OpenApi, fields: Sequence[str]) -> dict[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for method, path, item in document.operations():
        operation = item[method.lower()]
        for status, answer in operation.get("responses", {}).items():
            at, described = document.followed(("paths", path, method.lower(), "responses", str(status)), answer)
            for media, each in described.get("content", {}).items():
                if isinstance(each, Mapping) and "schema" in each:
                    for name, place in ways_to(document, (*at, "content", media, "schema"), fields).items():
                        value = document.at(pointer(place))[1]
                        if isinstance(value, Mapping) and isinstance(value.get(NAME), Mapping):
                            found.setdefault(name, value[NAME])
    return found
