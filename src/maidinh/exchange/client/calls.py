"""Calling a service through the exchange: how every system of the house reaches a register.

Layer 6, no Django. The caller signs each call with its own key, over the method, the address and the body, so that
nobody between it and the gateway can change or repeat the call.
"""

from __future__ import annotations

import hashlib
import json as json_text
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlencode

import requests

from maidinh.exchange import jws, tracing
from maidinh.exchange.client import soap

KIND = "maidinh-call+jwt"
LIFETIME = timedelta(minutes=5)


class Signer(Protocol):
    """Whoever can sign with a named key."""

    def sign(self, key: str, message: bytes) -> bytes: ...


class ExchangeRefused(Exception):
    """The exchange said no; `type` is the protocol's error type, `reason` the word that is in the record."""

    def __init__(self, type: str, message: str, x_road_id: str = "") -> None:
        super().__init__(f"{type}: {message}")
        self.type = type
        self.message = message
        self.reason = message.partition(":")[0]
        self.x_road_id = x_road_id


class ExchangeUnavailable(Exception):
    """Nobody can say whether the call was carried out: the gateway, the log or the provider could not be reached.

    `reason` is the word that is in the record; empty where the gateway itself did not answer.
    """

    def __init__(self, message: str, type: str = "", x_road_id: str = "", reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.type = type
        self.x_road_id = x_road_id


@dataclass(frozen=True)
class ExchangeAnswer:
    """The provider's answer, which is in the log already; a provider's own error has its own status here."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    x_road_id: str
    request_id: str
    request_hash: str

    def json(self) -> Any:
        """The body read as JSON."""
        return json_text.loads(self.body)


class ExchangeClient:
    """One subsystem's way into the exchange."""

    def __init__(
        self, gateway_url: str, subsystem: str, signer: Signer, key_id: str, *, timeout_seconds: float = 30
    ) -> None:
        self.gateway_url = gateway_url.rstrip("/")
        self.subsystem = subsystem
        self.signer = signer
        self.key_id = key_id
        self.timeout_seconds = timeout_seconds
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy or .netrc of the machine must not see or change a call

    def call(
        self,
        service: str,
        *,
        at: datetime,
        method: str = "GET",
        path: str = "",
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        user: str | None = None,
        issue: str | None = None,
        x_road_id: str | None = None,
    ) -> ExchangeAnswer:
        """Make one call; `path` is raw (quote the parts that come from people with `quoted`)."""
        url = f"{self.gateway_url}/r1/{encoded(service)}{path}" + (f"?{urlencode(query)}" if query else "")
        body = b"" if json is None else jws.canonical_json(json)
        headers = {"X-Road-Client": encoded(self.subsystem), "Accept": "application/json"}
        optional = (("X-Road-UserId", user), ("X-Road-Issue", issue), ("X-Road-Id", x_road_id))
        headers.update({name: value for name, value in optional if value is not None})
        if json is not None:
            headers["Content-Type"] = "application/json"
        prepared = self._session.prepare_request(requests.Request(method, url, data=body or None, headers=headers))
        return self._send(prepared, service, body, at)

    def call_soap(self, service: str, body: bytes, *, at: datetime) -> ExchangeAnswer:
        """Call a SOAP operation with the one element of its body; `service` ends in the operation. Raises NotXml."""
        message = soap.request(self.subsystem, service, body, f"{service.partition('/')[0]}-{uuid.uuid4()}")
        headers = {"Content-Type": soap.KIND, "SOAPAction": '""'}
        prepared = self._session.prepare_request(
            requests.Request("POST", f"{self.gateway_url}/", data=message, headers=headers)
        )
        return self._send(prepared, service, message, at)

    def again(
        self, *, method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes, x_road_id: str, at: datetime
    ) -> ExchangeAnswer:
        """Make a call again as it was made: the same raw address, headers and body, under the same X-Road-Id."""
        own = dict(headers) | {"X-Road-Client": encoded(self.subsystem), "X-Road-Id": x_road_id}
        request = requests.Request(method, self.gateway_url, data=body or None, headers=own)
        prepared = self._session.prepare_request(request)
        prepared.url = self.gateway_url + target  # not a character of it rewritten
        service = "/".join(unquote(part) for part in target.partition("?")[0].split("/")[2:7])
        return self._send(prepared, service, body, at)

    def _send(self, prepared: requests.PreparedRequest, service: str, body: bytes, at: datetime) -> ExchangeAnswer:
        # signed as it will be sent: preparing may have rewritten the address
        method = str(prepared.method)
        token = self._token(service.partition("/")[0], method, prepared.path_url, body, at)
        prepared.headers["Authorization"] = f"Bearer {token}"
        with tracing.span("exchange call", kind="client", **{"maidinh.service": service}):
            prepared.headers.update(tracing.carried())
            try:
                answer = self._session.send(prepared, timeout=self.timeout_seconds, allow_redirects=False)
            except requests.RequestException as error:
                raise ExchangeUnavailable(f"the gateway did not answer: {type(error).__name__}") from error
            return _answer(answer)

    def _token(self, instance: str, method: str, target: str, body: bytes, at: datetime) -> str:
        moment = int(at.timestamp())
        claims = {
            "iss": self.subsystem,
            "aud": instance,
            "iat": moment,
            "exp": moment + int(LIFETIME.total_seconds()),
            "jti": str(uuid.uuid4()),
            "htm": method,
            "htu": target,
            "bsh": jws.base64url(hashlib.sha256(body).digest()),
        }
        signed = jws.signing_input(jws.header(self.key_id, KIND), jws.canonical_json(claims))
        return jws.compact(signed, self.signer.sign(self.key_id, signed))


def encoded(identifier: str) -> str:
    """An identifier as the protocol writes it: each part percent-encoded by itself."""
    return "/".join(quoted(part) for part in identifier.split("/"))


def quoted(part: str) -> str:
    """One step of a path, percent-encoded."""
    return quote(part, safe="")


def _answer(answer: requests.Response) -> ExchangeAnswer:
    x_road_id = answer.headers.get("X-Road-Id", "")
    error = answer.headers.get("X-Road-Error")
    if error is None and "X-Road-Request-Hash" in answer.headers:
        return ExchangeAnswer(
            status=answer.status_code,
            headers=answer.headers,
            body=answer.content,
            x_road_id=x_road_id,
            request_id=answer.headers.get("X-Road-Request-Id", ""),
            request_hash=answer.headers["X-Road-Request-Hash"],
        )
    if error is None:
        raise ExchangeUnavailable(f"an answer that is not the exchange's: {answer.status_code}")
    try:
        message = str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        message = soap.said_in(answer.content)
    kind = error.replace("_", "").lower()
    if kind.startswith("client.") or kind.endswith((".accessdenied", ".unknownservice", ".unknownmember")):
        raise ExchangeRefused(error, message, x_road_id)
    raise ExchangeUnavailable(f"{error}: {message}", error, x_road_id, message.partition(":")[0])
