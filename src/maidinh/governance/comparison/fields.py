"""One part of a model as facts, each single value under its path, and the part made again of them.

Layer 4, governance. Pure. `name.vi`, `properties.KEY`, `box.x`, `cost.run.2027`, `contract.valid_to`: whoever compares
or merges does so field by field. A value is what JSON can hold. `WHERE:order` holds the order of a list whose items
have a key of their own, as far as there is one (two items or more). `{}` is a part that is there and says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from maidinh.governance.modelling.definition import Phrase, Property, YearAmount

Facts = dict[str, Any]
Role = Literal["value", "part", "phrases", "properties", "years", "parts", "keyed", "list"]

ORDER = ":order"
NOTHING: dict[str, Any] = {}


@dataclass(frozen=True)
class Field:
    """A field of a part: its name, its word in a file, and how it becomes facts."""

    name: str
    word: str
    role: Role
    form: type[BaseModel] | None
    optional: bool
    required: bool
    nonempty: bool


@cache
def shape(form: type[BaseModel]) -> tuple[Field, ...]:
    """The fields of a form."""
    return tuple(_field(name, info) for name, info in form.model_fields.items())


@cache
def required_words(form: type[BaseModel]) -> tuple[str, ...]:
    """The paths without which a part of this form can't be."""
    found: list[str] = []
    for field in shape(form):
        if field.required and field.role == "part" and field.form is not None:
            found += [f"{field.word}.{inner}" for inner in required_words(field.form)]
        elif field.required:
            found.append(field.word)
    return tuple(found)


@cache
def groups(form: type[BaseModel]) -> tuple[tuple[str, type[BaseModel]], ...]:
    """The parts that may be missing, but where they are there, not by halves: their path and form."""
    return tuple(
        (field.word, field.form)
        for field in shape(form)
        if field.role == "part" and field.optional and field.form is not None and required_words(field.form)
    )


@cache
def nonempty_lists(form: type[BaseModel]) -> frozenset[str]:
    """The paths of lists that need at least one item."""
    found = {field.word for field in shape(form) if field.nonempty}
    for field in shape(form):
        if field.role == "part" and field.form is not None:
            found |= {f"{field.word}.{inner}" for inner in nonempty_lists(field.form)}
    return frozenset(found)


def facts_of_part(part: BaseModel, omit: frozenset[str] = frozenset()) -> Facts:
    """The facts of a part, without the fields named in `omit`."""
    found: Facts = {}
    _flatten(part, "", found, omit)
    return found


def content_of(form: type[BaseModel], facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the form is to be validated from, given the facts of a part."""
    grouped: dict[str, dict[str | None, Any]] = {}
    for path, value in facts.items():
        word, dot, rest = path.partition(".")
        grouped.setdefault(word, {})[rest if dot else None] = value
    content: dict[str, Any] = {}
    for field in shape(form):
        own = grouped.get(field.word)
        if own is not None:
            order = grouped.get(field.word + ORDER, {}).get(None, [])
            content[field.word] = _content(field, own, order)
        elif field.required and field.role == "part":
            content[field.word] = {}
    return content


def inside(facts: Mapping[str, Any], group: str) -> Facts:
    """The facts at or below a path; all of them for the empty path."""
    if not group:
        return dict(facts)
    return {
        path: value for path, value in facts.items() if path == group or path.startswith((f"{group}.", f"{group}:"))
    }


@cache
def order_paths(form: type[BaseModel]) -> frozenset[str]:
    """The paths that hold the order of keyed items."""
    found: set[str] = set()
    for field in shape(form):
        if field.role in ("phrases", "properties", "years"):
            found.add(field.word + ORDER)
        elif field.role == "part" and field.form is not None:
            found |= {f"{field.word}.{inner}" for inner in order_paths(field.form)}
    return frozenset(found)


def _field(name: str, info: Any) -> Field:
    annotation, optional = info.annotation, False
    if get_origin(annotation) in (Union, UnionType):
        rest = [each for each in get_args(annotation) if each is not type(None)]
        optional = len(rest) < len(get_args(annotation))
        annotation = rest[0] if len(rest) == 1 else annotation
    role, form = _role(annotation)
    nonempty = any(getattr(each, "min_length", None) for each in info.metadata) and role == "list"
    return Field(name, info.alias or name, role, form, optional, info.is_required(), nonempty)


def _role(annotation: Any) -> tuple[Role, type[BaseModel] | None]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "part", annotation
    arguments = get_args(annotation)
    if get_origin(annotation) is list:
        by_item: dict[Any, Role] = {Phrase: "phrases", Property: "properties", YearAmount: "years"}
        return by_item.get(arguments[0], "list"), None
    if get_origin(annotation) is dict:
        inner = arguments[1]
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return "parts", inner
        return "keyed", None
    return "value", None


def _flatten(part: BaseModel, prefix: str, found: Facts, omit: frozenset[str]) -> None:
    values = part.__dict__
    for field in shape(type(part)):
        value = values[field.name]
        if value is None or field.name in omit:
            continue
        path = prefix + field.word
        match field.role:
            case "value":
                found[path] = value.isoformat() if isinstance(value, date) else value
            case "part":
                _flatten_part(value, path, found, field.optional)
            case "parts":
                for key, each in value.items():
                    _flatten_part(each, f"{path}.{key}", found, True)
            case "keyed":
                for key, each in value.items():
                    found[f"{path}.{key}"] = each
            case "list":
                if value:
                    found[path] = [plain(each) for each in value]
            case _:
                _flatten_items(value, path, found)


def _flatten_part(part: BaseModel, path: str, found: Facts, optional: bool) -> None:
    before = len(found)
    _flatten(part, f"{path}.", found, frozenset())
    if optional and len(found) == before:
        found[path] = NOTHING


def _flatten_items(items: list[Any], path: str, found: Facts) -> None:
    """Items with a key of their own: the values of each key in order, and the order of the keys."""
    pairs = list(_pairs(items))
    for key, value in pairs:
        found.setdefault(path if key is None else f"{path}.{key}", []).append(value)
    if len(pairs) > 1:
        found[path + ORDER] = [key for key, _ in pairs]


def _pairs(items: list[Any]) -> Iterator[tuple[str | None, Any]]:
    for item in items:
        if isinstance(item, Property):
            yield item.key, item.value if item.value is not None else [plain(each) for each in item.values]
        elif isinstance(item, Phrase):
            yield item.language, item.text
        else:
            yield str(item.year), item.amount


def plain(value: Any) -> Any:
    """A value as JSON would have it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return value.isoformat() if isinstance(value, date) else value


def _content(field: Field, own: dict[str | None, Any], order: list[str | None]) -> Any:
    below = {path: value for path, value in own.items() if path is not None}
    match field.role:
        case "part" | "parts":
            return _inner_content(field, below)
        case "keyed":
            return below
        case "phrases" | "properties" | "years":
            return [_item(field.role, key, value) for key, value in in_order(own, order) if value != NOTHING]
        case _:
            return own.get(None)


def _inner_content(field: Field, below: Facts) -> Any:
    form = field.form or BaseModel
    if field.role == "part":
        return content_of(form, below)
    return {key: content_of(form, inner) for key, inner in _by_key(below).items()}


def _item(role: Role, key: str | None, value: Any) -> dict[str, Any]:
    if role == "phrases":
        return {"text": value, "language": key}
    if role == "years":
        return {"year": int(key or 0), "amount": value}
    return {"key": key, ("values" if isinstance(value, list) else "value"): value}


def _by_key(below: Facts) -> dict[str, Facts]:
    found: dict[str, Facts] = {}
    for path, value in below.items():
        key, dot, rest = path.partition(".")
        found.setdefault(key, {})
        if dot:
            found[key][rest] = value
    return found


def in_order(groups: Mapping[Any, Any], order: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """The values of each key in the order of keys; what the order doesn't know comes after."""
    waiting = {key: list(values) if isinstance(values, list) else [values] for key, values in groups.items()}
    for key in order:
        if waiting.get(key):
            yield key, waiting[key].pop(0)
    for key, values in waiting.items():
        for value in values:
            yield key, value
