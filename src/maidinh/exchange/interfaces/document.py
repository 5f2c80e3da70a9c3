"""An OpenAPI document made ready: its references followed, its schemas in one dialect, nothing fetched from anywhere.

Layer 6, pure. Versions 3.0 and 3.1 are read; what 3.0 writes otherwise than JSON Schema is rewritten once.
Legal ground: Nghị định 47/2020/NĐ-CP on connecting and sharing (a service publishes how it is used).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

DIALECT = "https://json-schema.org/draft/2020-12/schema"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
ALTERNATIVES = ("allOf", "oneOf", "anyOf")
DEEPEST = 12  # levels of a schema that are looked into
LONGEST_CHAIN = 20  # references that point to references; more is a circle


class DocumentUnreadable(ValueError):
    """The document can't be used as an interface; the text says where and why."""


class OpenApi:
    """A document with its references; `content` is in the dialect of 3.1."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        version = str(content.get("openapi", ""))
        if not version.startswith(("3.0.", "3.1.")):
            raise DocumentUnreadable("openapi: expected a version 3.0.x or 3.1.x")
        if not isinstance(content.get("paths"), Mapping) or not content["paths"]:
            raise DocumentUnreadable("paths: expected at least one path")
        named = _named(content)
        self.content: dict[str, Any] = _as_31(named) if version.startswith("3.0.") else named

    @property
    def version(self) -> str:
        """The interface's own version, as its provider counts it."""
        info = self.content.get("info")
        return str(info.get("version", "")) if isinstance(info, Mapping) else ""

    def operations(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Method, path template and place of every operation; its parameters are those of the path, then its own."""
        for path, given in self.content["paths"].items():
            if not str(path).startswith("/"):
                raise DocumentUnreadable(f"paths: {path!r} does not begin with a slash")
            _, item = self.followed(("paths", path), given)
            for method in METHODS:
                if isinstance(item.get(method), Mapping):
                    yield method.upper(), path, item

    def parameters(self, path: str, item: Mapping[str, Any], method: str) -> dict[tuple[str, str], Mapping[str, Any]]:
        """The parameters of an operation by where they stand and their name; `schema_at` is where their schema is."""
        found: dict[tuple[str, str], Mapping[str, Any]] = {}
        for place, given in ((("paths", path), item), (("paths", path, method), item[method])):
            listed = given.get("parameters", [])
            if not isinstance(listed, list):
                raise DocumentUnreadable(f"{pointer((*place, 'parameters'))}: expected a list")
            for number, each in enumerate(listed):
                at, parameter = self.followed((*place, "parameters", str(number)), each)
                if not isinstance(parameter.get("in"), str) or not isinstance(parameter.get("name"), str):
                    raise DocumentUnreadable(f"{pointer(at)}: a parameter needs a name and a place")
                found[parameter["in"], parameter["name"]] = {**parameter, "schema_at": (*at, "schema")}
        return found

    def followed(self, at: tuple[str, ...], value: Any) -> tuple[tuple[str, ...], Mapping[str, Any]]:
        """What stands at a place once its references are followed, and where that is."""
        for _ in range(LONGEST_CHAIN):
            if not isinstance(value, Mapping):
                raise DocumentUnreadable(f"{pointer(at)}: expected an object")
            if "$ref" not in value:
                return at, value
            at, value = self.at(str(value["$ref"]))
        raise DocumentUnreadable(f"{pointer(at)}: its references go in a circle")

    def at(self, reference: str) -> tuple[tuple[str, ...], Any]:
        """What a reference of this document points to. One to another document is refused."""
        if not reference.startswith("#/"):
            raise DocumentUnreadable(f"{reference}: only references inside the document are read")
        steps = tuple(unquote(step).replace("~1", "/").replace("~0", "~") for step in reference[2:].split("/"))
        value: Any = self.content
        for step in steps:
            try:
                value = value[int(step)] if isinstance(value, list) else value[step]
            except (KeyError, ValueError, IndexError, TypeError) as error:
                raise DocumentUnreadable(f"{reference}: there is nothing at this place") from error
        return steps, value

    def rooted(self, at: tuple[str, ...]) -> dict[str, Any]:
        """A schema of its own for what stands at a place, able to follow every reference of the document."""
        parts = {name: self.content[name] for name in ("paths", "components") if name in self.content}
        return {"$schema": DIALECT, "$ref": pointer(at)} | parts

    def schema(self, at: tuple[str, ...]) -> Mapping[str, Any]:
        """The schema at a place, its reference followed; an empty one where it is `true`."""
        _, value = self.at(pointer(at))
        if not isinstance(value, Mapping):
            return {}
        return self.followed(at, value)[1]

    def properties(self, at: tuple[str, ...], depth: int = 0) -> dict[str, tuple[str, ...]]:
        """The fields that a schema describes, each with the place of its own schema; lists are looked through."""
        if depth > DEEPEST:
            return {}
        try:
            place, value = self.at(pointer(at))
            if not isinstance(value, Mapping):
                return {}
            place, schema = self.followed(place, value)
        except DocumentUnreadable:
            return {}
        found: dict[str, tuple[str, ...]] = {}
        for word in ALTERNATIVES:
            listed = schema.get(word, [])
            for number in range(len(listed) if isinstance(listed, list) else 0):
                found |= self.properties((*place, word, str(number)), depth + 1)
        if isinstance(schema.get("items"), Mapping):
            found |= self.properties((*place, "items"), depth + 1)
        named = schema.get("properties", {})
        for name in named if isinstance(named, Mapping) else ():
            found[name] = (*place, "properties", name)
        return found

    def marked(self, at: tuple[str, ...], mark: str, above: tuple[tuple[str, ...], ...] = ()) -> list[list[str]]:
        """The ways to the fields that carry a mark; a schema inside itself is not entered again."""
        found = []
        held = self.properties(at)
        for name, place in held.items():
            value = self.at(pointer(place))[1]
            if isinstance(value, Mapping) and value.get(mark) is True:
                found.append([name])
            elif place not in above and len(above) <= DEEPEST * DEEPEST:
                below = (*above, *held.values())
                found += [[name, *way] for way in self.marked(place, mark, below)]
        return found


def pointer(at: tuple[str, ...]) -> str:
    """A place as a reference."""
    return "#/" + "/".join(quote(step.replace("~", "~0").replace("/", "~1"), safe="~") for step in at)


def _named(value: Any) -> Any:
    """The same with every name a text: YAML reads an unquoted 200 as a number."""
    if isinstance(value, list):
        return [_named(each) for each in value]
    return {str(name): _named(each) for name, each in value.items()} if isinstance(value, Mapping) else value


def _as_31(value: Any) -> Any:
    """The same with 3.0's own words rewritten: `nullable` and the limits that are switches."""
    if isinstance(value, list):
        return [_as_31(each) for each in value]
    if not isinstance(value, dict):
        return value
    made = {name: _as_31(each) for name, each in value.items()}
    if made.get("nullable") is True:
        del made["nullable"]
        if isinstance(made.get("type"), str):
            made["type"] = [made["type"], "null"]
            if isinstance(made.get("enum"), list) and None not in made["enum"]:
                made["enum"] = [*made["enum"], None]
    for limit, switch in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(made.get(switch), bool):
            exclusive = made.pop(switch)
            if exclusive and limit in made:
                made[switch] = made.pop(limit)
    return made
