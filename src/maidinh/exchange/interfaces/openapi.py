"""Whether a call and its answer are what the service's published OpenAPI document describes.

Layer 6, no Django. Schemas are compiled once; patterns are matched in linear time and nothing is fetched, so that a
document can't slow or lead the gateway astray. A verdict names the place in the document, never what a person sent.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from jsonschema_rs import ReferencingError, RegexOptions, ValidationError, Validator, validator_for

from maidinh.exchange.interfaces.document import DocumentUnreadable, OpenApi, pointer

SUBJECT = "x-maidinh-subject"  # marks the parameter or field that names the person concerned
OWN_HEADERS = ("accept", "authorization", "content-type")  # OpenAPI leaves these out of the parameters
PLACE_LENGTH = 120
NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,30})(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?")
ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")  # what may be half of a character
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
BRACKET = re.compile(r"[\[\]{}]")
DEEPEST = 64  # levels of JSON; honest messages have ten
VALID = "valid"


@dataclass(frozen=True)
class Verdict:
    """What a check says: a stable word, and the place in the interface that does not fit."""

    word: str = VALID
    place: str = ""

    @property
    def valid(self) -> bool:
        """Whether it fits."""
        return self.word == VALID


FITS = Verdict()


class NotJson(ValueError):
    """The bytes are no JSON that everyone reads alike."""


@dataclass(frozen=True)
class Sent:
    """A request or an answer as it is checked; the body is empty where there is none, None where it was not read."""

    media_type: str
    body: bytes | None


@dataclass(frozen=True)
class Parameter:
    """One parameter with its compiled schema."""

    place: str
    name: str
    required: bool
    check: Validator | None
    kind: str
    item_kind: str
    subject: bool


@dataclass(frozen=True)
class Media:
    """One described body: its media type, its schema's place and compiled form, the ways to the person it is about."""

    name: str
    at: tuple[str, ...] | None
    check: Validator | None
    subjects: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Bodies:
    """The bodies that may stand in one place."""

    media: tuple[Media, ...] = ()
    required: bool = False

    def of(self, media_type: str) -> Media | None:
        """The description for a media type, the most exact first."""
        for each in self.media:
            if each.name == media_type:
                return each
        kind = media_type.partition(";")[0].strip().lower()
        for wanted in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
            found = next((each for each in self.media if each.name == wanted), None)
            if found is not None:
                return found
        return None


@dataclass(frozen=True)
class Operation:
    """One method on one path of the interface."""

    method: str
    path: str
    steps: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    request: Bodies | None
    responses: Mapping[str, Bodies] = field(default_factory=dict)

    def check_request(
        self, steps: Sequence[str], query: str | None, headers: Mapping[str, str], sent: Sent
    ) -> tuple[Verdict, Any]:
        """The verdict on a request, and its body as it was read."""
        verdict = self._parameters(steps, query, headers)
        if not verdict.valid:
            return verdict, None
        if self.request is None:
            return (FITS if sent.body == b"" else Verdict("body_not_described")), None
        if sent.body == b"":
            return (Verdict("body_missing") if self.request.required else FITS), None
        return _check_body(self.request, sent)

    def response(self, status: int) -> Bodies | None:
        """The described answer with this status."""
        return next(
            (self.responses[each] for each in (str(status), f"{status // 100}XX", "default") if each in self.responses),
            None,
        )

    def check_response(self, status: int, sent: Sent, *, head: bool) -> tuple[Verdict, Any]:
        """The verdict on an answer, and its body as it was read."""
        described = self.response(status)
        if described is None:
            return Verdict("status_not_described", str(status)), None
        if sent.body == b"":
            bare = head or status in (204, 304) or not described.media
            return (FITS if bare else Verdict("body_missing")), None
        if not described.media:
            return Verdict("body_not_described"), None
        return _check_body(described, sent)

    def person(self, steps: Sequence[str], query: str | None) -> str:
        """The person whom the call's path or query names by a marked parameter; empty where there is none."""
        for each in self.parameters:
            if not each.subject:
                continue
            if each.place == "path":
                return steps[self.steps.index("{" + each.name + "}")]
            if each.place == "query":
                return dict(parse_qsl(query or "")).get(each.name, "")
        return ""

    def people_asked(self, media_type: str, value: Any) -> frozenset[str]:
        """The people whom the call's body names in marked fields."""
        return _people(self.request, media_type, value)

    def people_told(self, status: int, media_type: str, value: Any) -> frozenset[str]:
        """The people whom the answer is about."""
        return _people(self.response(status), media_type, value)

    def _parameters(self, steps: Sequence[str], query: str | None, headers: Mapping[str, str]) -> Verdict:
        try:
            given = parse_qsl(
                query or "", keep_blank_values=True, strict_parsing=bool(query), max_num_fields=200, errors="strict"
            )
        except ValueError:
            return Verdict("query_unreadable")
        known = {each.name for each in self.parameters if each.place == "query"}
        if any(name not in known for name, _ in given):
            return Verdict("parameter_not_described")
        for each in self.parameters:
            values = self._values(each, steps, given, headers)
            if not values:
                if each.required:
                    return Verdict("parameter_missing", each.name)
            elif not _fits_schema(each, values):
                return Verdict("parameter_invalid", each.name)
        return FITS

    def _values(
        self, each: Parameter, steps: Sequence[str], given: Sequence[tuple[str, str]], headers: Mapping[str, str]
    ) -> list[str]:
        if each.place == "path":
            return [steps[self.steps.index("{" + each.name + "}")]]
        if each.place == "query":
            return [value for name, value in given if name == each.name]
        return [headers[each.name.lower()]] if each.name.lower() in headers else []


class Interface:
    """A published OpenAPI document, compiled. Raises DocumentUnreadable where it can't be used."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.document = OpenApi(content)
        self.operations = [_operation(self.document, *each) for each in self.document.operations()]

    def operation(self, method: str, steps: Sequence[str]) -> Operation | None:
        """The operation that a call means; of two paths that fit the one with fewer open steps. HEAD is a GET."""
        for wanted in (method, "GET") if method == "HEAD" else (method,):
            fitting = [each for each in self.operations if each.method == wanted and _fits(each.steps, steps)]
            if fitting:
                return min(fitting, key=lambda each: sum(step.startswith("{") for step in each.steps))
        return None


def read_json(data: bytes) -> Any:
    """The value, strictly: UTF-8, one name once, no number beyond what everyone holds, not nested without end."""
    try:
        text = data.decode("utf-8")
        if _too_deep(text):
            raise NotJson
        value = _READING(text)
        if ESCAPED.search(text):
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # half of a character is none
    except (ValueError, RecursionError) as error:
        raise NotJson from error
    return value


def is_json(media_type: str) -> bool:
    """Whether a media type is JSON's or one of its kinds."""
    if media_type == "application/json":
        return True
    kind = media_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _check_body(described: Bodies, sent: Sent) -> tuple[Verdict, Any]:
    media = described.of(sent.media_type)
    if media is None:
        return Verdict("media_type_not_described"), None
    if media.check is None or not is_json(sent.media_type):
        return FITS, None
    if sent.body is None:
        return Verdict("too_large_to_check"), None
    try:
        value = read_json(sent.body)
    except NotJson:
        return Verdict("not_json"), None
    if media.check.is_valid(value):  # errors are made only where there are any
        return FITS, value
    error = next(iter(media.check.iter_errors(value)), None)
    return (FITS if error is None else Verdict("body_invalid", _place_of(error))), value


def _place_of(error: ValidationError) -> str:
    """The place in the interface: names of its own schema and its keyword, never a name or value that was sent."""
    path = "/".join(str(each) for each in error.schema_path)
    return path.removeprefix("components/schemas/")[-PLACE_LENGTH:]


def _people(described: Bodies | None, media_type: str, value: Any) -> frozenset[str]:
    media = described.of(media_type) if described is not None and value is not None else None
    return frozenset(each for way in media.subjects for each in _held(value, way)) if media is not None else frozenset()


def _held(value: Any, way: Sequence[str]) -> list[str]:
    """The texts at a way; lists are looked through."""
    if isinstance(value, list):
        return [each for item in value for each in _held(item, way)]
    if not way:
        return [value] if isinstance(value, str) else []
    return _held(value[way[0]], way[1:]) if isinstance(value, dict) and way[0] in value else []


def _operation(document: OpenApi, method: str, path: str, item: Mapping[str, Any]) -> Operation:
    given = item[method.lower()]
    steps = tuple(path[1:].split("/")) if path != "/" else ()
    parameters = [
        _parameter(document, each)
        for (place, name), each in document.parameters(path, item, method.lower()).items()
        if place in ("path", "query", "header") and not (place == "header" and name.lower() in OWN_HEADERS)
    ]
    for each in parameters:
        if each.place == "path" and "{" + each.name + "}" not in steps:
            raise DocumentUnreadable(f"{method} {path}: the path has no step {{{each.name}}} of its own")
    named = {each.name for each in parameters if each.place == "path"}
    for step in steps:
        if step.startswith("{") and step.strip("{}") not in named:
            raise DocumentUnreadable(f"{method} {path}: the step {step} is not described")
    responses = given.get("responses")
    if not isinstance(responses, Mapping) or not responses:
        raise DocumentUnreadable(f"{method} {path}: no answer is described")
    here = ("paths", path, method.lower())
    return Operation(
        method=method,
        path=path,
        steps=steps,
        parameters=tuple(parameters),
        request=_bodies(document, (*here, "requestBody"), given["requestBody"]) if "requestBody" in given else None,
        responses={
            str(status): _bodies(document, (*here, "responses", str(status)), each)
            for status, each in responses.items()
        },
    )


def _parameter(document: OpenApi, given: Mapping[str, Any]) -> Parameter:
    schema = given.get("schema")
    kind = item_kind = ""
    if isinstance(schema, Mapping):
        described = document.schema(given["schema_at"])
        kind = _kind(described)
        item_kind = _kind(described["items"]) if isinstance(described.get("items"), Mapping) else ""
    return Parameter(
        place=given["in"],
        name=given["name"],
        required=bool(given.get("required")) or given["in"] == "path",
        check=_compiled(document, given["schema_at"]) if isinstance(schema, Mapping) else None,
        kind=kind,
        item_kind=item_kind,
        subject=given.get(SUBJECT) is True,
    )


def _bodies(document: OpenApi, at: tuple[str, ...], given: Any) -> Bodies:
    place, body = document.followed(at, given)
    described = body.get("content", {})
    if not isinstance(described, Mapping):
        raise DocumentUnreadable(f"{pointer((*place, 'content'))}: it must name media types, each with its schema")
    media = []
    for name, each in described.items():
        schema = (*place, "content", name, "schema") if isinstance(each, Mapping) and "schema" in each else None
        check = _compiled(document, schema) if schema is not None and is_json(name) else None
        marked = document.marked(schema, SUBJECT) if schema is not None and check is not None else []
        media.append(Media(name.partition(";")[0].strip().lower(), schema, check, tuple(map(tuple, marked))))
    return Bodies(tuple(media), bool(body.get("required")))


def _compiled(document: OpenApi, at: tuple[str, ...]) -> Validator:
    try:
        return validator_for(document.rooted(at), validate_formats=True, offline=True, pattern_options=RegexOptions())
    except (ValidationError, ReferencingError, ValueError) as error:
        raise DocumentUnreadable(f"{pointer(at)}: {str(error).splitlines()[0]}") from error


def _fits(declared: Sequence[str], steps: Sequence[str]) -> bool:
    if len(declared) != len(steps):
        return False
    for want, have in zip(declared, steps, strict=True):
        if not (want == have or (want.startswith("{") and have != "") or ("%" in want and unquote(want) == have)):
            return False
    return True


def _fits_schema(parameter: Parameter, values: Sequence[str]) -> bool:
    if len(values) > 1 and parameter.kind != "array":
        return False
    return parameter.check is None or parameter.check.is_valid(_typed(values, parameter))


def _kind(schema: Mapping[str, Any]) -> str:
    given = schema.get("type", "")
    kinds = given if isinstance(given, list) else [given]
    return next((str(each) for each in kinds if each != "null"), "")


def _typed(values: Sequence[str], parameter: Parameter) -> Any:
    """A parameter's text as the value that its schema speaks of."""
    if parameter.kind == "array":
        return [_value(each, parameter.item_kind) for value in values for each in value.split(",")]
    return _value(values[0], parameter.kind)


def _value(text: str, kind: str) -> Any:
    if kind in ("integer", "number") and NUMBER.fullmatch(text):
        return int(text) if text.lstrip("-").isdigit() else float(text)
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def _too_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    depth = 0
    for sign in BRACKET.findall(TEXT.sub("", text)):
        depth += 1 if sign in "[{" else -1
        if depth > DEEPEST:
            return True
    return False


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice")
    return value


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


_READING = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse, parse_float=_finite).decode
