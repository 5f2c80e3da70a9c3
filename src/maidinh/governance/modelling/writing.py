"""A model as YAML, made for people and for git: one value a line, a stable order, nothing that goes without saying.

Layer 4, governance. Written by hand, for a general writer needs minutes for what this writes in seconds. Reading it
back gives an equal model: what YAML might take for something else stands in quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from pydantic import BaseModel

LATER = ("elements", "relations", "principles", "views", "folders", "property_definitions", "carried")
FIRST = ("id", "kind", "layer", "from_", "to", "name", "description", "documentation")
LAST = ("source", "confidence", "checked", "sample", "note", "properties", "carried", "nodes", "connections", "holds")
FLOW_LIMIT = 100  # characters of a part that still stands on one line

_PLAIN = re.compile(r"[^\W\d_][\w./()+-]*(?: [\w./()+-]+)*", re.UNICODE)
_WORDS_OF_YAML = re.compile(r"yes|no|on|off|true|false|null|~", re.IGNORECASE)
_BLOCK = re.compile(  # begins with ink, so that its depth shows; nothing unprintable in it
    r"[^\s\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]"
    r"[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]*"
)
_UNPRINTABLE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def to_yaml(model: BaseModel) -> str:
    """A model, or whatever else has a form, as a YAML document."""
    content = _said(model)
    head = [key for key in content if key not in LATER]
    lines = [line for key in (*head, *LATER) if key in content for line in _entry(key, content[key], "")]
    return "\n".join(lines or ["{}"]) + "\n"


@cache
def _fields(form: type[BaseModel]) -> tuple[tuple[str, str, Any, bool], ...]:
    """Each field's name, word, default, and whether it must be said; in the order in which people look for them."""
    found = [
        (name, info.alias or name, info.get_default(call_default_factory=True), info.is_required())
        for name, info in form.model_fields.items()
    ]
    return tuple(sorted(found, key=lambda field: _place(field[0])))


def _place(name: str) -> int:
    if name in FIRST:
        return FIRST.index(name) - len(FIRST)
    return 1 + LAST.index(name) if name in LAST else 0


def _said(part: BaseModel) -> dict[str, Any]:
    """What a part says beyond what goes without saying."""
    values = part.__dict__
    said: dict[str, Any] = {}
    for name, word, default, required in _fields(type(part)):
        value = values[name]
        if required or value != default:
            said[word] = _plain(value)
    return said


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return _said(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value


def _mapping(content: dict[str, Any], indent: str) -> Iterator[str]:
    for key, value in content.items():
        yield from _entry(key, value, indent)


def _entry(key: str, value: Any, indent: str) -> Iterator[str]:
    name = f"{indent}{_key(key)}:"
    if isinstance(value, str) and "\n" in value and _BLOCK.fullmatch(value):
        yield f"{name} {_mark(value)}"
        yield from _block(value, indent + "  ")
    elif not isinstance(value, (dict, list)) or not value:
        yield f"{name} {_scalar(value)}"
    elif (flow := _flow(value, FLOW_LIMIT - len(name))) is not None:
        yield f"{name} {flow}"
    elif isinstance(value, dict):
        yield name
        yield from _mapping(value, indent + "  ")
    else:
        yield name
        for item in value:
            yield from _item(item, indent + "  ")


def _item(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict) and value and ("id" in value or _flow(value, FLOW_LIMIT - len(indent)) is None):
        lines = _mapping(value, indent + "  ")
        yield f"{indent}- {next(lines)[len(indent) + 2 :]}"
        yield from lines
    elif isinstance(value, str) and "\n" in value and _BLOCK.fullmatch(value):
        yield f"{indent}- {_mark(value)}"
        yield from _block(value, indent + "  ")
    else:
        yield f"{indent}- {_flow(value, None)}"


def _flow(value: Any, limit: int | None) -> str | None:
    """A part on one line; None where it is too long for that, or holds things with an id or texts of several lines."""
    if isinstance(value, dict):
        if limit is not None and "id" in value:
            return None
        pieces = []
        for key, each in value.items():
            piece = _flow(each, limit)
            if piece is None:
                return None
            pieces.append(f"{_key(key)}: {piece}")
        found = "{" + ", ".join(pieces) + "}"
    elif isinstance(value, list):
        inner = []
        for each in value:
            piece = _flow(each, limit)
            if piece is None:
                return None
            inner.append(piece)
        found = "[" + ", ".join(inner) + "]"
    else:
        if limit is not None and isinstance(value, str) and "\n" in value:
            return None
        found = _scalar(value)
    return found if limit is None or len(found) <= limit else None


def _mark(text: str) -> str:
    if not text.endswith("\n"):
        return "|-"
    return "|+" if text.endswith("\n\n") else "|"


def _block(text: str, indent: str) -> Iterator[str]:
    body = text[:-1] if text.endswith("\n") else text
    for line in body.split("\n"):
        yield indent + line if line else ""


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (dict, list)):
        return "{}" if isinstance(value, dict) else "[]"
    return _text(value) if isinstance(value, str) else str(value)


@cache
def _key(text: str) -> str:
    return _text(text)


def _text(text: str) -> str:
    """A text as it is where YAML can't take it for anything else, in quotes otherwise."""
    if _PLAIN.fullmatch(text) and not _WORDS_OF_YAML.fullmatch(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
