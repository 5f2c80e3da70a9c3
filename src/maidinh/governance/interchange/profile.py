"""The Vietnamese profile in the terms of plain ArchiMate, and back: what a foreign tool keeps without knowing it.

Layer 4, governance. Pure. `lower` turns what this project states in fields of its own (owner, layer, contract, costs,
the version's header) into properties whose keys begin with `maidinh.`; `lift` reads them again. A tool that shows and
keeps properties therefore shows and keeps all of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.modelling.definition import (
    Element,
    Model,
    Phrase,
    Principle,
    Property,
    PropertyDefinition,
    Relation,
    Words,
)
from maidinh.governance.modelling.metamodel import PROFILE, kebab

PREFIX = "maidinh."
KIND, SECTION, DESCRIBED, TITLED = "kind", "section", "described", "titled"
PLAIN = frozenset({"id", "kind", "name", "documentation", "properties", "carried", "from_", "to"})
RELATION_PLAIN = PLAIN | {"access", "strength", "directed"}
MODEL_PARTS = frozenset(Model.model_fields)
ENCODED = ("{", "[", '"')

AThing = TypeVar("AThing", Element, Relation)


@dataclass(frozen=True)
class Unliftable:
    """A property that says something which the field behind it cannot hold."""

    item: str
    field: str
    expected: str

    def __str__(self) -> str:
        return f"{self.item}: {PREFIX}{self.field}: {self.expected}" if self.field else f"{self.item}: {self.expected}"


class ProfileError(ValueError):
    """Properties of the profile that can't be read; `problems` names all of them."""

    def __init__(self, problems: list[Unliftable]) -> None:
        self.problems = problems
        super().__init__("; ".join(str(each) for each in problems))


def lower(model: Model) -> Model:
    """The same model in plain ArchiMate; the profile's own statements stand in properties."""
    elements = [_lower_element(each) for each in model.elements] + [_lower_principle(each) for each in model.principles]
    relations = [_lowered(each, RELATION_PLAIN, _stated(each, RELATION_PLAIN)) for each in model.relations]
    name, header = model.name, _header(model)
    if isinstance(model, ArchitectureVersion) and model.name == Words():
        name = Words(vi=model.title.vi, en=model.title.en)
        header = {TITLED: "true"} | {key: value for key, value in header.items() if key != "title"}
    properties = [*model.properties, *_properties(header)]
    plain = Model(
        identifier=model.identifier,
        name=name,
        documentation=model.documentation,
        properties=properties,
        elements=elements,
        relations=relations,
        views=model.views,
        folders=model.folders,
        property_definitions=model.property_definitions,
        carried=model.carried,
    )
    return plain.model_copy(update={"property_definitions": [*model.property_definitions, *_definitions(plain)]})


def lift(model: Model) -> Model:
    """The model with its `maidinh.` properties read into fields again; an ArchitectureVersion where it says so.

    Raises ProfileError naming each property whose value doesn't fit.
    """
    names = _names(model)
    if not names:
        return model
    problems: list[Unliftable] = []
    elements: list[Element] = []
    principles: list[Principle] = []
    for element in model.elements:
        found = _lift_element(element, names, problems)
        if isinstance(found, Principle):
            principles.append(found)
        elif found is not None:
            elements.append(found)
    relations = [each for each in (_lift_thing(found, names, {}, problems) for found in model.relations) if each]
    kept, stated = _split(model.properties, names, problems, "model")
    whole = {
        "identifier": model.identifier,
        "name": model.name,
        "documentation": model.documentation,
        "properties": kept,
        "elements": elements,
        "relations": relations,
        "principles": principles,
        "views": model.views,
        "folders": model.folders,
        "property_definitions": [each for each in model.property_definitions if each != _definition(each.id)],
        "carried": model.carried,
    }
    if stated.pop(TITLED, None):
        whole["name"], stated["title"] = Words(), {"vi": model.name.vi, "en": model.name.en}
    lifted = _validated(ArchitectureVersion if "province" in stated else Model, whole | stated, "model", problems)
    if problems or lifted is None:
        raise ProfileError(problems)
    return lifted


def _lower_element(element: Element) -> Element:
    stated = _stated(element, PLAIN)
    more: dict[str, Any] = {}
    if element.kind in PROFILE:
        stated[KIND] = element.kind
        more["kind"] = kebab(PROFILE[element.kind])
    if element.description is not None and element.documentation is None:
        stated.pop("description")
        stated[DESCRIBED] = "true"
        more["documentation"] = element.description
    return _lowered(element, PLAIN, stated, more)


def _lower_principle(principle: Principle) -> Element:
    stated = _stated(principle, frozenset({"id", "kind", "statement"}))
    stated |= {SECTION: "principles", KIND: principle.kind}
    kind = kebab(PROFILE.get(principle.kind, "Principle"))
    return Element(id=principle.id, kind=kind, name=principle.statement, properties=_properties(stated))


def _lowered(
    thing: AThing, plain: frozenset[str], stated: dict[str, Any], more: dict[str, Any] | None = None
) -> AThing:
    if not stated and not more:
        return thing
    kept = {name: getattr(thing, name) for name in plain if name in type(thing).model_fields}
    if "from_" in kept:
        kept["from"] = kept.pop("from_")
    kept |= {"properties": [*thing.properties, *_properties(stated)]} | (more or {})
    return type(thing).model_validate(kept)


def _stated(thing: BaseModel, plain: frozenset[str]) -> dict[str, Any]:
    return thing.model_dump(mode="json", exclude_defaults=True, exclude=set(plain))


def _header(model: Model) -> dict[str, Any]:
    return model.model_dump(mode="json", exclude_defaults=True, exclude=set(MODEL_PARTS))


def _properties(stated: dict[str, Any]) -> list[Property]:
    return [Property(key=f"{PREFIX}{path}", value=value) for path, value in _flattened(stated, "")]


def _flattened(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flattened(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for item in value:
            yield path, _written(item)
    else:
        yield path, _written(value)


def _written(value: Any) -> str:
    if isinstance(value, str) and not value.startswith(ENCODED):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _definition(key: str) -> PropertyDefinition | None:
    if not key.startswith(PREFIX):
        return None
    return PropertyDefinition(id=key, name=Words(other=[Phrase(text=key)]))


def _definitions(plain: Model) -> Iterator[PropertyDefinition]:
    """A definition for each of our keys that is used and has none yet."""
    known = {each.id for each in plain.property_definitions}
    things: Iterable[Any] = (plain, *plain.elements, *plain.relations)
    for key in sorted({each.key for thing in things for each in thing.properties} - known):
        definition = _definition(key)
        if definition is not None:
            yield definition


def _names(model: Model) -> dict[str, str]:
    """The field that each property key stands for, by key or by its definition's name."""
    named = {
        each.id: text
        for each in model.property_definitions
        for text in (each.id, *(phrase.text for phrase in each.name.phrases()))
        if text.startswith(PREFIX)
    }
    things: Iterable[Any] = (model, *model.elements, *model.relations)
    used = {each.key for thing in things for each in thing.properties}
    return {key: named.get(key, key).removeprefix(PREFIX) for key in used if named.get(key, key).startswith(PREFIX)}


def _lift_element(element: Element, names: dict[str, str], problems: list[Unliftable]) -> Element | Principle | None:
    kept, stated = _split(element.properties, names, problems, element.id)
    if not stated:
        return element
    if stated.pop(SECTION, None) == "principles":
        whole = {"id": element.id, "kind": element.kind, "statement": element.name} | stated
        return _validated(Principle, whole, element.id, problems)
    if stated.pop(DESCRIBED, None):
        stated |= {"description": element.documentation, "documentation": None}
    return _lift_thing(element.model_copy(update={"properties": kept}), names, stated, problems)


def _lift_thing(
    thing: AThing, names: dict[str, str], stated: dict[str, Any], problems: list[Unliftable]
) -> AThing | None:
    kept, own = _split(thing.properties, names, problems, thing.id)
    stated = own | stated
    if not stated:
        return thing
    whole = {name: getattr(thing, name) for name in type(thing).model_fields} | {"properties": kept} | stated
    if "from_" in whole:
        whole["from"] = whole.pop("from_")
    return _validated(type(thing), whole, thing.id, problems)


def _split(
    properties: Iterable[Property], names: dict[str, str], problems: list[Unliftable], item: str
) -> tuple[list[Property], dict[str, Any]]:
    """The properties that are none of ours, and what ours state, nested as it was."""
    kept: list[Property] = []
    stated: dict[str, Any] = {}
    for each in properties:
        path = names.get(each.key)
        if path is None:
            kept.append(each)
            continue
        for phrase in each.phrases():
            try:
                _put(stated, path, _read(phrase.text))
            except ValueError as error:
                problems.append(Unliftable(item, path, str(error)))
    return kept, stated


def _read(text: str) -> Any:
    if not text.startswith(ENCODED):
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError(f"what begins with {text[0]} must be JSON (found {text[:60]!r})") from None


def _put(stated: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    place = stated
    for part in way:
        place = place.setdefault(part, {})
        if not isinstance(place, dict):
            raise ValueError("stands both for a value and for a group of values")
    if path in _lists() or (way and f"{'.'.join(way)}.*" in _lists()):
        place.setdefault(last, []).append(value)
    elif last in place:
        raise ValueError("stands twice, and there is room for one value")
    else:
        place[last] = value


def _validated(form: type[Any], whole: dict[str, Any], item: str, problems: list[Unliftable]) -> Any:
    try:
        return form.model_validate(whole)
    except ValidationError as error:
        for detail in error.errors():
            place = ".".join(str(part) for part in detail["loc"])
            problems.append(Unliftable(item, place, detail["msg"]))
        return None


@cache
def _lists() -> frozenset[str]:
    """The paths at which a list stands, `group.*` for every member of a group."""
    forms = (Element, Relation, Principle, ArchitectureVersion)
    return frozenset(path for form in forms for path in _list_paths(form, ""))


def _list_paths(form: type[BaseModel], before: str) -> Iterator[str]:
    for name, field in form.model_fields.items():
        if before or name not in MODEL_PARTS | PLAIN:
            yield from _list_paths_of(field.annotation, f"{before}{name}")


def _list_paths_of(annotation: Any, path: str) -> Iterator[str]:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        for each in get_args(annotation):
            yield from _list_paths_of(each, path)
    elif origin is list:
        yield path
    elif origin is dict:
        yield from _list_paths_of(get_args(annotation)[1], f"{path}.*")
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _list_paths(annotation, f"{path}.")
