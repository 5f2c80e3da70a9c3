"""The X-Road message protocol for REST, version 1, as text: identifiers, headers, hashes, errors.

Layer 6, pure. Written from the protocol's description (X-Road: Message Protocol for REST, PR-REST) and from what its
reference implementation does where the description leaves it open; docs/reference/exchange-protocol.md says where.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import quote, unquote_to_bytes
from xml.sax.saxutils import escape

from maidinh.exchange.directory.definition import METHODS

Header = tuple[bytes, bytes]
TARGET = re.compile(r"[\x21-\x7e]{1,8000}")
VISIBLE = re.compile(r"[\x20-\x7e]{1,255}")
HOP = frozenset(
    b"transfer-encoding keep-alive proxy-authenticate proxy-authorization te trailer upgrade connection user-agent host"
    b" content-length server expect".split()
)
# Besides the protocol's own list: what only this gateway may say, and the credential that is meant for it alone.
REQUEST_DROPPED = HOP | frozenset(
    b"x-road-request-id x-road-request-hash x-road-service x-road-error authorization x-maidinh-assertion".split()
)
RESPONSE_DROPPED = HOP | frozenset(
    b"x-road-id x-road-client x-road-service x-road-request-id x-road-request-hash x-road-error".split()
)
# What a caller may name to get errors as XML, and as what they are then sent.
XML_ACCEPTED = {"text/xml": "text/xml", "application/xml": "application/xml", "text/*": "text/xml"}
NOT_OF_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
FIELD_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
ABSOLUTE = re.compile(r"(?i:https?)://[^/?#]+(.*)", re.DOTALL)
ErrorForm = Literal["camel", "snake"]

INVALID_REQUEST = "Client.InvalidRequest"
MISSING_HEADER = "Client.MissingHeaderField"
INVALID_CLIENT = "Client.InvalidClientIdentifier"
INVALID_METHOD = "Client.InvalidHttpMethod"
TOO_LARGE = "Client.RequestTooLarge"
BAD_REQUEST = "Client.BadRequest"
NOT_FOUND = "Client.NotFound"
NOT_AUTHENTIC = "Client.AuthenticationFailed"
QUOTA_EXCEEDED = "Client.QuotaExceeded"
UNKNOWN_MEMBER = "Server.ClientProxy.UnknownMember"
UNKNOWN_SERVICE = "Server.ServerProxy.UnknownService"
ACCESS_DENIED = "Server.ServerProxy.AccessDenied"
OUTDATED = "Server.ClientProxy.OutdatedGlobalConf"
LOGGING_FAILED = "Server.ServerProxy.LoggingFailed"
SIGNING_FAILED = "Server.ServerProxy.CannotCreateSignature"
NETWORK_ERROR = "Server.ServerProxy.NetworkError"
SERVICE_FAILED = "Server.ServerProxy.ServiceFailed"
UNAVAILABLE = "Server.ServerProxy.ServiceUnavailable"
INTERNAL = "Server.ServerProxy.InternalError"
WAIT = {QUOTA_EXCEEDED: 429, UNAVAILABLE: 503}  # with Retry-After, which clients know from these two


class ProtocolError(Exception):
    """A call that ends in the protocol's error; `reason` is the stable word that also stands in the record."""

    retry_after: int | None = None  # seconds after which the same call may be tried again

    def __init__(self, type: str, reason: str, message: str = "") -> None:
        super().__init__(f"{type} {reason}")
        self.type = type
        self.reason = reason
        self.message = f"{reason}: {message}" if message else reason

    @property
    def status(self) -> int:
        """500 for what lies with the servers, 400 for what the caller can mend, their own for what may be repeated.

        404 where nothing is to be had.
        """
        if self.type == NOT_FOUND:
            return 404
        if self.retry_after is not None and self.type in WAIT:
            return WAIT[self.type]
        return 500 if self.type.lower().startswith("server.") else 400

    def spelled(self, form: ErrorForm) -> str:
        """The type as the caller's world writes it: X-Road 7's documents say AccessDenied, its newest code does not."""
        if form == "camel":
            return self.type
        *places, kind = self.type.split(".")
        return ".".join([*(each.lower() for each in places), re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind).lower()])

    def body(self, accept: str, detail: str, form: ErrorForm = "camel") -> tuple[str, bytes]:
        """Content type and body in the form that the caller accepts; `detail` is the id to ask about."""
        fields = {"type": self.spelled(form), "message": self.message, "detail": detail}
        xml = next((XML_ACCEPTED[kind] for kind in accepted(accept) if kind in XML_ACCEPTED), None)
        if xml is not None:
            inner = "".join(f"<{name}>{escape(NOT_OF_XML.sub('?', value))}</{name}>" for name, value in fields.items())
            return f"{xml}; charset=utf-8", f'<?xml version="1.0" encoding="utf-8"?><error>{inner}</error>'.encode()
        return "application/json; charset=utf-8", json.dumps(fields).encode()


@dataclass(frozen=True)
class Target:
    """Where a call is going: the service, and the raw path and query that the service will see."""

    service: str
    path: str
    query: str | None
    raw: str

    @property
    def instance(self) -> str:
        """The X-Road instance in the address."""
        return self.service.partition("/")[0]

    @property
    def forwarded(self) -> str:
        """Path and query as they are sent on."""
        return self.path if self.query is None else f"{self.path}?{self.query}"


@dataclass(frozen=True)
class RequestHeaders:
    """What the protocol reads from a request, and what is kept of it."""

    client: str
    x_road_id: str | None
    represented: str
    kept: tuple[Header, ...]


def accepted(accept: str) -> list[str]:
    """The media types that an Accept header names, without their parameters."""
    return [each.partition(";")[0].strip().lower() for each in accept.split(",")]


def origin_form(raw: str) -> str:
    """The address without the scheme and the host that a client puts before it which takes us for its proxy.

    All that follows (hash, token, contract) is about path and query; whose host it was asked of plays no part.
    """
    absolute = ABSOLUTE.fullmatch(raw)
    if absolute is None:
        return raw
    return absolute[1] if absolute[1].startswith("/") else f"/{absolute[1]}"


def read_target(raw: str) -> Target:
    """Take `/r1/instance/class/member/subsystem/service[/path][?query]` apart."""
    if not TARGET.fullmatch(raw) or "#" in raw:
        raise ProtocolError(INVALID_REQUEST, "invalid_address", "the address holds characters that must be encoded")
    path, mark, query = raw.partition("?")
    parts = path.split("/", 7)
    if len(parts) < 7 or parts[0] != "" or parts[1] != "r1":
        raise ProtocolError(
            INVALID_REQUEST, "invalid_address", "expected /r1/{instance}/{class}/{member}/{subsystem}/{service}"
        )
    service = "/".join(decode_part(part) for part in parts[2:7])
    return Target(service, "/" + parts[7] if len(parts) == 8 else "", query if mark else None, raw)


@lru_cache(maxsize=4096)
def decode_part(part: str) -> str:
    """One part of an identifier, decoded by itself; nothing may come out of it that means something in a path."""
    try:
        text = unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    forbidden = not text.isprintable() or any(character in "/\\%:;" for character in text)
    if not text or len(text) > 100 or text in (".", "..") or forbidden:
        raise ProtocolError(INVALID_REQUEST, "invalid_identifier", "a part of the identifier is empty or not allowed")
    return text


@lru_cache(maxsize=4096)
def encode_identifier(identifier: str) -> str:
    """An identifier for a header: each part percent-encoded by itself."""
    return "/".join(quote(part, safe="!$&'()*+,-.:;=@_~") for part in identifier.split("/"))


def read_client(value: str) -> str:
    """The identifier in X-Road-Client. A member may stand there without a subsystem, though only systems are known."""
    try:
        return read_identifier(value, 3, 4)
    except ProtocolError as error:
        form = "expected X-Road-Client: instance/class/member/subsystem"
        raise ProtocolError(INVALID_CLIENT, "invalid_client", form) from error


def read_identifier(value: str, fewest: int, most: int) -> str:
    """An identifier in a header, decoded part by part."""
    parts = value.split("/")
    if not fewest <= len(parts) <= most:
        raise ProtocolError(INVALID_REQUEST, "invalid_identifier", "the identifier has too few or too many parts")
    return "/".join(decode_part(part) for part in parts)


def read_headers(raw: Iterable[Header]) -> RequestHeaders:
    """What the protocol needs from the headers; a header that may stand there once may not stand there twice."""
    kept: list[Header] = []
    named: dict[bytes, list[bytes]] = {}
    readable = True
    for header in raw:
        name, value = header[0].lower(), header[1]
        named.setdefault(name, []).append(value)
        if name not in REQUEST_DROPPED:
            kept.append(header)
            readable = readable and (value.isascii() or _utf8(value))
    client = _single(named, b"x-road-client")
    if client is None:
        raise ProtocolError(MISSING_HEADER, "missing_client", "the header X-Road-Client is missing")
    for name in (b"x-road-userid", b"x-road-issue"):
        _single(named, name)
    security_server = _single(named, b"x-road-security-server")
    if security_server is not None:
        read_identifier(security_server, 4, 4)
    represented = _single(named, b"x-road-represented-party")
    if represented is not None:
        represented = read_identifier(represented, 1, 2)
    if not readable:
        raise ProtocolError(INVALID_REQUEST, "invalid_header", "a header holds bytes that are not UTF-8")
    return RequestHeaders(read_client(client), _single(named, b"x-road-id"), represented or "", tuple(kept))


def _single(named: Mapping[bytes, Sequence[bytes]], name: bytes) -> str | None:
    """The only value of a header, or None; visible ASCII and not too long."""
    values = named.get(name)
    if not values:
        return None
    text = values[0].decode("latin-1")
    if len(values) > 1 or not VISIBLE.fullmatch(text):
        raise ProtocolError(
            INVALID_REQUEST, "invalid_header", f"the header {name.decode()} is repeated or not readable"
        )
    return text


def check_method(method: str) -> None:
    """Refuse what is not a method of the protocol."""
    if method not in METHODS:
        raise ProtocolError(INVALID_METHOD, "invalid_method", "the protocol does not know this method")


def request_message(method: str, raw_target: str, kept: Sequence[Header]) -> bytes:
    """A request as the protocol serialises it for its hash."""
    return b"%s\r\n%s\r\n%s" % (method.encode(), raw_target.encode(), _lines(kept))


def response_message(status: int, reason: str, headers: Sequence[Header]) -> bytes:
    """A response in the same form."""
    return b"%d\r\n%s\r\n%s" % (status, reason.encode("utf-8"), _lines(headers))


def message_hash(message: bytes, body_sha512: bytes | None) -> str:
    """The protocol's hash: of the message, or of the message's and the body's digests together."""
    digest = hashlib.sha512(message).digest()
    if body_sha512 is not None:
        digest = hashlib.sha512(digest + body_sha512).digest()
    return base64.b64encode(digest).decode("ascii")


def response_headers(
    provider: Iterable[Header], *, x_road_id: str, client: str, service: str, request_id: str, request_hash: str
) -> tuple[Header, ...]:
    """The provider's headers without those that it may not set, and the exchange's own."""
    kept = tuple((name, _sendable(name, value)) for name, value in provider if name.lower() not in RESPONSE_DROPPED)
    own = (
        ("x-road-id", x_road_id),
        ("x-road-client", encode_identifier(client)),
        ("x-road-service", encode_identifier(service)),
        ("x-road-request-id", request_id),
        ("x-road-request-hash", request_hash),
    )
    return kept + tuple((name.encode(), value.encode()) for name, value in own)


def readable_reason(status: int, reason: str) -> str:
    """The reason phrase of an answer without what may not stand in a status line."""
    if status < 200 or status > 599:
        raise ProtocolError(SERVICE_FAILED, "invalid_answer", "the service's answer has no status of an answer")
    return "".join(each for each in reason if each.isprintable())[:200]


def _sendable(name: bytes, value: bytes) -> bytes:
    """A header's value as it may be sent on: in UTF-8, since what is hashed must be what leaves."""
    if not FIELD_NAME.fullmatch(name) or CONTROL.search(value):
        raise ProtocolError(SERVICE_FAILED, "invalid_answer", "the service's answer has a header that is not readable")
    return value if value.isascii() or _utf8(value) else value.decode("latin-1").encode("utf-8")


def _utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _lines(headers: Sequence[Header]) -> bytes:
    return b"".join(b"%s:%s\r\n" % header for header in headers)
