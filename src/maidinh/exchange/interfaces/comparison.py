"""Whether a newer interface breaks those who use the older one: what was removed, narrowed, or may now be answered.

Layer 6, pure. What is sent may only be asked less of, what is answered may only become more exact; a field that is
added to an answer breaks nobody. What can't be judged counts as breaking and says so.
Legal ground: Nghị định 47/2020/NĐ-CP on connecting and sharing (services that others build on stay usable).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from maidinh.exchange.interfaces.document import DocumentUnreadable, OpenApi, pointer
from maidinh.exchange.interfaces.openapi import Interface, Operation

Side = Literal["request", "answer"]
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
EXACT = ("pattern", "format", "multipleOf", "const", "uniqueItems")
ALTERNATIVES = ("oneOf", "anyOf")
UNJUDGED = (
    "not", "if", "then", "else", "patternProperties", "propertyNames", "dependentSchemas", "dependentRequired",
    "unevaluatedProperties", "unevaluatedItems", "prefixItems", "contains", "$dynamicRef",
)  # fmt: skip
ANY = frozenset({"array", "boolean", "integer", "null", "number", "object", "string", "any"})
Place = tuple[str, ...]


def N_(text: str) -> str:  # noqa: N802 - the name by which texts are collected for translation
    """Mark a text for translation; whoever shows it translates it."""
    return text


BREAKING = {
    "operation_removed": N_("The operation is gone."),
    "parameter_removed": N_("The parameter is not taken any more."),
    "parameter_required": N_("The parameter must be given now."),
    "body_required": N_("A body must be sent now."),
    "body_removed": N_("No body is taken any more."),
    "media_type_removed": N_("The media type is gone."),
    "answer_removed": N_("The answer with this status is gone."),
    "field_removed": N_("The field is gone."),
    "field_required": N_("The field must be given now."),
    "field_optional": N_("The field may be missing now."),
    "closed": N_("Fields that are not described are refused now."),
    "type_changed": N_("The type has changed."),
    "values_removed": N_("Values that could be sent are refused now."),
    "values_added": N_("Values may be answered that could not before."),
    "narrowed": N_("What may be sent is limited more than before."),
    "widened": N_("What is answered is limited less than before."),
    "unclear": N_("The change can't be judged. Take it as breaking."),
}
COMPATIBLE = {
    "operation_added": N_("The operation is new."),
    "parameter_added": N_("The parameter is new and need not be given."),
    "media_type_added": N_("The media type is new."),
    "answer_added": N_("The answer with this status is new."),
    "field_added": N_("The field is new."),
}


@dataclass(frozen=True, order=True)
class Change:
    """One difference: where it stands in the interface, and the word for it."""

    place: str
    word: str

    @property
    def breaking(self) -> bool:
        """Whether it breaks those who use the older interface."""
        return self.word in BREAKING

    @property
    def says(self) -> str:
        """The same in a sentence, to be translated."""
        return BREAKING.get(self.word) or COMPATIBLE[self.word]


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Every difference that matters to those who use the older interface. Raises DocumentUnreadable."""
    return sorted(set(_Comparison(Interface(old), Interface(new)).changes()))


def announced(old: str, new: str) -> bool:
    """Whether the newer version number says that it breaks: its first number is higher."""
    first, second = (re.match(r"\D*(\d{1,9})(?!\d)", each) for each in (old, new))
    return first is not None and second is not None and int(second[1]) > int(first[1])


class _Comparison:
    def __init__(self, old: Interface, new: Interface) -> None:
        self._old, self._new = old, new
        self._judged: dict[tuple[Place, Place, Side], tuple[Change, ...]] = {}

    def changes(self) -> Iterator[Change]:
        held = {_shape(each): each for each in self._new.operations}
        known = {_shape(each) for each in self._old.operations}
        for operation in self._old.operations:
            place, now = f"{operation.method} {operation.path}", held.get(_shape(operation))
            if now is None:
                yield Change(place, "operation_removed")
                continue
            yield from self._parameters(place, operation, now)
            yield from self._request(place, operation, now)
            yield from self._answers(place, operation, now)
        for operation in self._new.operations:
            if _shape(operation) not in known:
                yield Change(f"{operation.method} {operation.path}", "operation_added")

    def _parameters(self, place: str, old: Operation, new: Operation) -> Iterator[Change]:
        # of the path they are told apart by their step: its name is nobody's affair
        before, after = (_parameters(document, each) for document, each in (
            (self._old.document, old), (self._new.document, new)
        ))  # fmt: skip
        for key, given in before.items():
            here, now = f"{place} {given['in']} {given['name']}", after.get(key)
            if now is None:
                yield Change(here, "parameter_removed")
                continue
            if now.get("required") and not given.get("required"):
                yield Change(here, "parameter_required")
            if "schema" in given and "schema" in now:
                yield from self._schemas(here, given["schema_at"], now["schema_at"], "request")
        for key, now in after.items():
            if key not in before:
                word = "parameter_required" if now.get("required") else "parameter_added"
                yield Change(f"{place} {now['in']} {now['name']}", word)

    def _request(self, place: str, old: Operation, new: Operation) -> Iterator[Change]:
        before, after = old.request, new.request
        if after is not None and after.required and (before is None or not before.required):
            yield Change(place, "body_required")
        if before is None:
            return
        if after is None:
            yield Change(place, "body_removed")
            return
        yield from self._media(place, before.media, after.media, "request")

    def _answers(self, place: str, old: Operation, new: Operation) -> Iterator[Change]:
        for status, before in old.responses.items():
            after = new.responses.get(status)
            if after is None:
                yield Change(f"{place} {status}", "answer_removed")
            else:
                yield from self._media(f"{place} {status}", before.media, after.media, "answer")
        for status in new.responses.keys() - old.responses.keys():
            yield Change(f"{place} {status}", "answer_added")

    def _media(self, place: str, old: Sequence[Any], new: Sequence[Any], side: Side) -> Iterator[Change]:
        after = {each.name: each for each in new}
        for before in old:
            now = after.pop(before.name, None)
            if now is None:
                yield Change(f"{place} {before.name}", "media_type_removed")
            elif before.at is not None and now.at is not None:
                yield from self._schemas(place, before.at, now.at, side)
            elif before.at is not None or now.at is not None:
                yield Change(f"{place} {before.name}", "unclear")
        for name in after:
            yield Change(f"{place} {name}", "media_type_added")

    def _schemas(self, place: str, old: Place, new: Place, side: Side) -> Iterator[Change]:
        """The changes between two schemas; a pair is judged once, and one inside itself is not entered again."""
        (old, before), (new, after) = _merged(self._old.document, old), _merged(self._new.document, new)
        if (old, new, side) not in self._judged:
            self._judged[old, new, side] = ()  # while it is judged
            held: list[Change] = []
            held += _values(before, after, side)
            held += self._alternatives((old, before), (new, after), side)
            held += self._fields(before, after, side)
            items = before.get("items"), after.get("items")
            if all(isinstance(each, Mapping) for each in items):
                held += self._schemas("/items", (*old, "items"), (*new, "items"), side)
            elif (items[0] is None) != (items[1] is None) and (items[1] is not None) == (side == "request"):
                held.append(Change("", "narrowed" if side == "request" else "widened"))
            self._judged[old, new, side] = tuple(held)
        for each in self._judged[old, new, side]:
            yield Change(place + each.place, each.word)

    def _fields(self, before: Mapping[str, Any], after: Mapping[str, Any], side: Side) -> Iterator[Change]:
        held, now = before["properties at"], after["properties at"]
        needed, needed_now = set(before.get("required", ())), set(after.get("required", ()))
        for name, at in held.items():
            if name not in now:
                yield Change(f"/{name}", "field_removed")
                continue
            if side == "answer" and name in needed - needed_now:
                yield Change(f"/{name}", "field_optional")
            yield from self._schemas(f"/{name}", at, now[name], side)
        for name in now.keys() - held.keys():
            required = side == "request" and name in needed_now
            yield Change(f"/{name}", "field_required" if required else "field_added")
        if side == "request":
            for name in (needed_now - needed) & held.keys():
                yield Change(f"/{name}", "field_required")
            if before.get("additionalProperties") is not False and after.get("additionalProperties") is False:
                yield Change("", "closed")

    def _alternatives(
        self, old: tuple[Place, Mapping[str, Any]], new: tuple[Place, Mapping[str, Any]], side: Side
    ) -> Iterator[Change]:
        for word in ALTERNATIVES:
            before = [(*old[0], word, str(n)) for n in range(len(old[1].get(word, ())))]
            after = [(*new[0], word, str(n)) for n in range(len(new[1].get(word, ())))]
            if bool(before) != bool(after):
                yield Change("", "unclear")
            elif side == "request" and not all(any(self._holds(a, b, side) for b in after) for a in before):
                yield Change("", "type_changed")  # what was one of several must still be one of them
            elif side == "answer" and not all(any(self._holds(a, b, side) for a in before) for b in after):
                yield Change("", "type_changed")  # what may come now must have been one before

    def _holds(self, old: Place, new: Place, side: Side) -> bool:
        return not any(each.breaking for each in self._schemas("", old, new, side))


def _shape(operation: Operation) -> tuple[str, tuple[str, ...]]:
    return operation.method, tuple("{}" if step.startswith("{") else step for step in operation.steps)


def _parameters(document: OpenApi, operation: Operation) -> dict[tuple[str, str], Mapping[str, Any]]:
    item = document.followed(("paths", operation.path), document.content["paths"][operation.path])[1]
    found = document.parameters(operation.path, item, operation.method.lower())
    steps = {step[1:-1]: str(n) for n, step in enumerate(operation.steps) if step.startswith("{")}
    return {(where, steps.get(name, name) if where == "path" else name): each for (where, name), each in found.items()}


def _merged(document: OpenApi, at: Place) -> tuple[Place, dict[str, Any]]:
    """A schema with what `allOf` adds to it, and where each of its fields is described."""
    try:
        at, value = document.at(pointer(at))
        if not isinstance(value, Mapping):
            return at, {"properties at": {}}
        at, value = document.followed(at, value)
    except DocumentUnreadable:
        return at, {"properties at": {}, "not": "unreadable"}
    made = {name: each for name, each in value.items() if name not in ("allOf", "properties")}
    made["properties at"] = {name: (*at, "properties", name) for name in value.get("properties", ())}
    for number in range(len(value.get("allOf", ()))):
        _, part = _merged(document, (*at, "allOf", str(number)))
        made["properties at"] = part.pop("properties at") | made["properties at"]
        made["required"] = [*made.get("required", ()), *part.pop("required", ())]
        made = part | made
    return at, made


def _values(before: Mapping[str, Any], after: Mapping[str, Any], side: Side) -> Iterator[Change]:
    """What changed in the values themselves."""
    if side == "request":
        narrower, wider = before, after  # everything that could be sent before must still be taken
    else:
        narrower, wider = after, before  # nothing may be answered that could not be before
    if not _types(narrower) <= _types(wider):
        yield Change("", "type_changed")
    if "enum" in wider and not ("enum" in narrower and all(each in wider["enum"] for each in narrower["enum"])):
        yield Change("", "values_removed" if side == "request" else "values_added")
    limits = [each in wider and (each not in narrower or narrower[each] < wider[each]) for each in LOWER]
    limits += [each in wider and (each not in narrower or narrower[each] > wider[each]) for each in UPPER]
    limits += [each in wider and narrower.get(each) != wider[each] for each in EXACT]
    if any(limits):
        yield Change("", "narrowed" if side == "request" else "widened")
    if any(before.get(each) != after.get(each) for each in UNJUDGED):
        yield Change("", "unclear")


def _types(schema: Mapping[str, Any]) -> frozenset[str]:
    given = schema.get("type")
    if given is None:
        return ANY
    found = frozenset(given) if isinstance(given, list) else frozenset({given})
    return found | {"integer"} if "number" in found else found
