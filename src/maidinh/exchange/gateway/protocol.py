"""The X-Road message protocol for REST, version 1, as text: identifiers, headers, hashes, errors.

Layer 6, pure. Written from the protocol's description (X-Road: Message Protocol for REST, PR-REST) and from what its
reference implementation does where the description leaves it open; docs/reference/exchange-protocol.md says where.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
XML_ACCEPTED = ("text/xml", "application/xml", "text/*")

INVALID_REQUEST = "Client.InvalidRequest"
MISSING_HEADER = "Client.MissingHeaderField"
INVALID_CLIENT = "Client.InvalidClientIdentifier"
INVALID_METHOD = "Client.InvalidHttpMethod"
TOO_LARGE = "Client.RequestTooLarge"
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
        """500 for what lies with the servers, 400 for what the caller can mend, their own for what may be repeated."""
        if self.retry_after is not None and self.type in WAIT:
            return WAIT[self.type]
        return 500 if self.type.lower().startswith("server.") else 400

    def body(self, accept: str, detail: str) -> tuple[str, bytes]:
        """Content type and body in the form that the caller accepts; `detail` is the id to ask about."""
        fields = {"type": self.type, "message": self.message, "detail": detail}
        if any(kind in accept.lower() for kind in XML_ACCEPTED):
            inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
            return "text/xml; charset=utf-8", f'<?xml version="1.0" encoding="utf-8"?><error>{inner}</error>'.encode()
        return "application/json; charset=utf-8", json.dumps(fields, ensure_ascii=False).encode()


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


def decode_part(part: str) -> str:
    """One part of an identifier, decoded by itself; nothing may come out of it that means something in a path."""
    try:
        text = unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    forbidden = any(character in "/\\%:;" or ord(character) < 32 or ord(character) == 127 for character in text)
    if not text or len(text) > 100 or text in (".", "..") or forbidden:
        raise ProtocolError(INVALID_REQUEST, "invalid_identifier", "a part of the identifier is empty or not allowed")
    return text


def encode_identifier(identifier: str) -> str:
    """An identifier for a header: each part percent-encoded by itself."""
    return "/".join(quote(part, safe="!$&'()*+,-.:;=@_~") for part in identifier.split("/"))


def read_client(value: str) -> str:
    """The identifier in X-Road-Client: a subsystem, since only systems call."""
    parts = value.split("/")
    if len(parts) != 4:
        raise ProtocolError(INVALID_CLIENT, "invalid_client", "expected X-Road-Client: instance/class/member/subsystem")
    try:
        return "/".join(decode_part(part) for part in parts)
    except ProtocolError as error:
        raise ProtocolError(INVALID_CLIENT, "invalid_client", error.message) from error


def read_headers(raw: Iterable[Header]) -> RequestHeaders:
    """What the protocol needs from the headers; a header that may stand there once may not stand there twice."""
    raw = tuple(raw)
    client = single(raw, b"x-road-client")
    if client is None:
        raise ProtocolError(MISSING_HEADER, "missing_client", "the header X-Road-Client is missing")
    for name in (b"x-road-userid", b"x-road-issue", b"x-road-security-server"):
        single(raw, name)
    represented = single(raw, b"x-road-represented-party") or ""
    kept = tuple(header for header in raw if header[0].lower() not in REQUEST_DROPPED)
    return RequestHeaders(read_client(client), single(raw, b"x-road-id"), represented, kept)


def single(raw: Iterable[Header], name: bytes) -> str | None:
    """The only value of a header, or None; visible ASCII and not too long."""
    values = [value for key, value in raw if key.lower() == name]
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
    kept = tuple(header for header in provider if header[0].lower() not in RESPONSE_DROPPED)
    own = (
        ("x-road-id", x_road_id),
        ("x-road-client", encode_identifier(client)),
        ("x-road-service", encode_identifier(service)),
        ("x-road-request-id", request_id),
        ("x-road-request-hash", request_hash),
    )
    return kept + tuple((name.encode(), value.encode()) for name, value in own)


def _lines(headers: Sequence[Header]) -> bytes:
    return b"".join(b"%s:%s\r\n" % header for header in headers)
