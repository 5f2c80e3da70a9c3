"""What a service offers, for those who want to try it: its operations from the published interface, else as declared.

Layer 6, pure. An interface is somebody's document: what is not as OpenAPI 3 has it is left out, nothing of it is
followed to another place, and only texts are taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from maidinh.exchange.directory.definition import METHODS, Service

NAME = "x-maidinh-name"  # a field's name in people's words, as published interfaces write it
LONGEST = 1000  # of a text of the document
MOST_FIELDS, DEEPEST = 100, 4  # of an answer that is told; of references and lists that are followed to them
BODIED = ("POST", "PUT", "PATCH")


@dataclass(frozen=True)
class Parameter:
    """What an operation is asked with."""

    name: str
    place: str  # path, query or header
    required: bool
    says: str
    example: str


@dataclass(frozen=True)
class Field:
    """One field of an answer, as contracts name it, and what people call it."""

    code: str
    names: Mapping[str, str]

    def name(self, language: str) -> str:
        """Its name in a language; nothing where the interface gives none."""
        return self.names.get(language) or self.names.get("vi", "")


@dataclass(frozen=True)
class Operation:
    """One operation; `path` has its parameters in braces, or the declared `*`."""

    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    answers: tuple[tuple[str, str], ...]
    fields: tuple[Field, ...]  # of the answer
    takes_body: bool

    def example(self) -> str:
        """A path that can be asked for, examples filled in where the interface has them; raw, as it is sent."""
        path = self.path
        for each in self.parameters:
            if each.place == "path" and each.example:
                path = path.replace("{" + each.name + "}", each.example)
        query = "&".join(f"{each.name}={each.example}" for each in self.parameters if _asked_by(each))
        return path + (f"?{query}" if query else "")


@dataclass(frozen=True)
class Offer:
    """A service as its interface describes it."""

    title: str
    version: str
    says: str
    operations: tuple[Operation, ...]
    published: bool  # whether there is an interface, or only what the architecture declares


def offer_of(service: Service) -> Offer:
    """What a service offers."""
    document = service.openapi
    if document is None:
        declared = tuple(
            Operation(each.method, each.path, "", (), (), (), each.method in BODIED) for each in service.methods
        )
        return Offer(service.code, "", "", declared, False)
    about = _mapping(document.get("info"))
    return Offer(
        _text(about.get("title")) or service.code,
        _text(about.get("version")),
        _text(about.get("description")),
        tuple(_operations(document)),
        True,
    )


def curl(operation: Operation, *, gateway: str, service: str, client: str) -> str:
    """The call as a command to copy; $TOKEN is what the calling system signs for exactly this call."""
    lines = [f"curl -X {operation.method}", f"  -H 'X-Road-Client: {client}'", '  -H "Authorization: Bearer $TOKEN"']
    if operation.takes_body:
        lines += ["  -H 'Content-Type: application/json'", "  --data @body.json"]
    address = f"{gateway}/r1/{service}{operation.example()}".replace("'", "%27")
    return " \\\n".join([*lines, f"  '{address}'"])


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in _mapping(document.get("paths")).items():
        shared = _mapping(item)
        for method in METHODS:
            found = _mapping(shared.get(method.lower()))
            if not found or not path.startswith("/"):
                continue
            parameters = [*_parameters(document, shared), *_parameters(document, found)]
            unique = {(each.place, each.name): each for each in parameters}
            given = {
                str(status): _resolved(document, _mapping(answer), "responses")
                for status, answer in _mapping(found.get("responses")).items()
            }
            answers = tuple((status, _text(answer.get("description"))) for status, answer in given.items())
            good = next((answer for status, answer in given.items() if status.startswith("2")), {})
            fields = tuple(_fields(document, _schema_of(good)))[:MOST_FIELDS]
            summary = _text(found.get("summary")) or _text(found.get("description"))
            yield Operation(method, path, summary, tuple(unique.values()), answers, fields, "requestBody" in found)


def _parameters(document: Mapping[str, Any], holder: Mapping[str, Any]) -> Iterator[Parameter]:
    listed = holder.get("parameters")
    for each in listed if isinstance(listed, list) else []:
        found = _resolved(document, _mapping(each), "parameters")
        name, place = _text(found.get("name")), _text(found.get("in"))
        if name and place in ("path", "query", "header"):
            schema = _resolved(document, _mapping(found.get("schema")), "schemas")
            says = _text(found.get("description")) or _text(schema.get("description"))
            yield Parameter(name, place, found.get("required") is True, says, _example(found) or _example(schema))


def _example(described: Mapping[str, Any]) -> str:
    several = described.get("examples")
    listed = several[0] if isinstance(several, list) and several else ""
    return _text(described.get("example", listed if listed != "" else described.get("default", "")))


def _schema_of(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(_mapping(_mapping(answer.get("content")).get("application/json")).get("schema"))


def _fields(document: Mapping[str, Any], schema: Mapping[str, Any], deep: int = 0) -> Iterator[Field]:
    """The fields of an answer; those of the rows where it is a list of them, named plainly as contracts do."""
    found = _resolved(document, schema, "schemas")
    if deep > DEEPEST:
        return
    if "items" in found:
        yield from _fields(document, _mapping(found["items"]), deep + 1)
    for code, described in _mapping(found.get("properties")).items():
        within, named = _resolved(document, _mapping(described), "schemas"), _mapping(described)
        if "items" in within:
            yield from _fields(document, within, deep + 1)
            continue
        names = _mapping(named.get(NAME) or within.get(NAME))
        yield Field(code, {language: _text(names.get(language)) for language in ("vi", "en")})


def _resolved(document: Mapping[str, Any], given: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """What the document keeps elsewhere in itself: a parameter, an answer, a schema."""
    for _ in range(DEEPEST):
        reference = given.get("$ref")
        if not isinstance(reference, str):
            break
        kept = _mapping(_mapping(document.get("components")).get(kind))
        given = _mapping(kept.get(reference.removeprefix(f"#/components/{kind}/")))
    return given


def _asked_by(parameter: Parameter) -> bool:
    return parameter.place == "query" and parameter.required and bool(parameter.example)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return str(value).strip()[:LONGEST] if isinstance(value, str | int | float) else ""
