"""What a service offers, for those who want to try it: its operations from the published interface, else as declared.

Layer 6, pure. An interface is somebody's document: what is not as OpenAPI 3 has it is left out, nothing of it is
followed to another place, and only texts are taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from maidinh.exchange.directory.definition import METHODS, Service

LONGEST = 1000  # of a text of the document
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
class Operation:
    """One operation; `path` has its parameters in braces, or the declared `*`."""

    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    answers: tuple[tuple[str, str], ...]
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
            Operation(each.method, each.path, "", (), (), each.method in BODIED) for each in service.methods
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
            answers = tuple(
                (str(status), _text(_mapping(answer).get("description")))
                for status, answer in _mapping(found.get("responses")).items()
            )
            summary = _text(found.get("summary")) or _text(found.get("description"))
            yield Operation(method, path, summary, tuple(unique.values()), answers, "requestBody" in found)


def _parameters(document: Mapping[str, Any], holder: Mapping[str, Any]) -> Iterator[Parameter]:
    listed = holder.get("parameters")
    for each in listed if isinstance(listed, list) else []:
        found = _resolved(document, _mapping(each))
        name, place = _text(found.get("name")), _text(found.get("in"))
        if name and place in ("path", "query", "header"):
            schema = _mapping(found.get("schema"))
            example = _text(found.get("example", schema.get("example", schema.get("default", ""))))
            yield Parameter(name, place, found.get("required") is True, _text(found.get("description")), example)


def _resolved(document: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A parameter that the document keeps elsewhere in itself."""
    reference = given.get("$ref")
    if not isinstance(reference, str):
        return given
    kept = _mapping(_mapping(document.get("components")).get("parameters"))
    return _mapping(kept.get(reference.removeprefix("#/components/parameters/")))


def _asked_by(parameter: Parameter) -> bool:
    return parameter.place == "query" and parameter.required and bool(parameter.example)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return str(value).strip()[:LONGEST] if isinstance(value, str | int | float) else ""
