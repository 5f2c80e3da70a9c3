"""A small province for the tests of the exchange: two agencies, a register, a provider that does what a test says."""

from __future__ import annotations

import asyncio
import hashlib
import threading
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from maidinh.exchange import jws
from maidinh.exchange.client.calls import KIND
from maidinh.exchange.directory.definition import Directory
from tests.exchange.agreements import signed_content
from tests.exchange.soap_world import BODY, CIVIL, DETAILS, soap_services

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
INSTANCE, PROVINCE = "MAU", "mau"
PORTAL = f"{INSTANCE}/GOV/AG1/PORTAL"
STRANGER = f"{INSTANCE}/GOV/AG1/STRANGER"
REGISTER = f"{INSTANCE}/GOV/AG2/POPULATION"
SERVICE = f"{REGISTER}/persons"
SLOW = f"{REGISTER}/slow"
DEAD = f"{REGISTER}/dead"
KEYS = ("architecture:mau", "member:AG1", "member:AG2", f"caller:{PORTAL}", f"caller:{STRANGER}")
ANYTHING = [{"method": method, "path": "/**"} for method in ("GET", "POST", "HEAD", "PUT")]
CONTRACTED = [
    {"method": "GET", "path": "/"},
    {"method": "GET", "path": "/persons/*"},
    {"method": "HEAD", "path": "/persons/*"},
    {"method": "POST", "path": "/searches"},
]


def directory_for(public: Callable[[str], str], provider_port: int = 9, serial: int = 1, **changes: Any) -> Directory:
    """A directory in which the portal may use the register, and the stranger may not."""
    base = f"http://127.0.0.1:{provider_port}/base"
    keys = [
        {"kid": f"caller:{each}", "public_key_pem": public(f"caller:{each}"), "valid_from": NOW - timedelta(days=1)}
        for each in (PORTAL, STRANGER)
    ]
    services = [
        {"id": SERVICE, "url": base, "methods": ANYTHING, "timeout_seconds": 5},
        {"id": SLOW, "url": base, "methods": ANYTHING, "timeout_seconds": 1},
        {"id": DEAD, "url": "http://127.0.0.1:9/", "methods": ANYTHING, "timeout_seconds": 2},
    ]
    spoken = [
        contract_for(DETAILS, methods=[{"method": "POST", "path": "/"}], checks="record"),
        contract_for(CIVIL, methods=[{"method": "POST", "path": "/birthDetails"}], checks="record"),
    ]
    content: dict[str, Any] = {
        "instance": INSTANCE,
        "province": PROVINCE,
        "serial": serial,
        "architecture_version": "1.0",
        "architecture_hash": "0" * 64,
        "issued_at": NOW - timedelta(days=1),
        "expires_at": NOW + timedelta(days=30),
        "members": [
            {"member_class": "GOV", "code": "AG1", "name": "Sở Mẫu", "agency": "AG1"},
            {"member_class": "GOV", "code": "AG2", "name": "Công an Mẫu", "agency": "AG2"},
        ],
        "subsystems": [
            {"id": PORTAL, "name": "Cổng", "keys": keys[:1]},
            {"id": STRANGER, "name": "Người lạ", "keys": keys[1:]},
            {"id": REGISTER, "name": "Dân cư"},
        ],
        "services": services + soap_services(base),
        "contracts": [contract_for(each["id"]) for each in services] + spoken,
    }
    content |= changes
    # the provider of these tests lies on this machine, and declares it
    content["services"] = [{"networks": ["127.0.0.0/8"]} | dict(each) for each in content["services"]]
    return Directory.model_validate(signed_content(content, NOW - timedelta(days=1)))


def contract_for(service: str, **changes: Any) -> dict[str, Any]:
    """A contract of the portal with a service."""
    return {
        "id": f"contract-{service.rpartition('/')[2]}",
        "consumer": PORTAL,
        "provider_service": service,
        "methods": CONTRACTED,
        "purpose": "to fill in a form",
        "legal_basis": "sample",
        "valid_from": NOW - timedelta(days=1),
        "valid_to": NOW + timedelta(days=20),
        "sample": True,
    } | changes


@dataclass(frozen=True)
class Seen:
    """A request as the provider got it."""

    method: str
    raw_path: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """One header's value."""
        values = [value.decode() for key, value in self.headers if key.decode().lower() == name.lower()]
        assert len(values) <= 1
        return values[0] if values else None


class Loop:
    """An event loop in a thread of its own, so that blocking test code can talk to servers in it."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run to the end and return what it returned."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def close(self) -> None:
        """Stop the loop."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


Behaviour = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


async def person(request: web.BaseRequest) -> web.StreamResponse:
    """The usual answer."""
    return web.json_response({"name": "Người Mẫu"}, headers={"X-Provider": "yes"})


@dataclass
class Provider:
    """A service behind the gateway."""

    behaviour: Behaviour = person
    seen: list[Seen] = field(default_factory=list)
    port: int = 0
    streaming: Behaviour | None = None

    @contextmanager
    def reading(self, behaviour: Behaviour) -> Iterator[None]:
        """Meanwhile this one reads each request's body itself, and nothing is kept of it."""
        self.streaming = behaviour
        try:
            yield
        finally:
            self.streaming = None

    async def start(self) -> None:
        """Listen on a loopback port."""
        self.runner = web.ServerRunner(web.Server(self._handle, auto_decompress=False))
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.port = self.runner.addresses[0][1]

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if self.streaming is not None:
            return await self.streaming(request)
        body = b"".join([piece async for piece in request.content.iter_chunked(65536)])
        self.seen.append(Seen(request.method, request.raw_path, tuple(request.raw_headers), body))
        request[BODY] = body
        return await self.behaviour(request)


def token_for(
    signer: Any, target: str, *, method: str = "GET", body: bytes = b"", at: datetime = NOW, client: str = PORTAL,
    header: dict[str, Any] | None = None, **changes: Any,
) -> str:  # fmt: skip
    """A caller's token, changed as a test wants it."""
    moment = int(at.timestamp())
    claims = {
        "iss": client, "aud": INSTANCE, "iat": moment, "exp": moment + 60, "jti": str(uuid.uuid4()),
        "htm": method, "htu": target, "bsh": jws.base64url(hashlib.sha256(body).digest()),
    } | changes  # fmt: skip
    claims = {name: value for name, value in claims.items() if value is not None}
    kid = f"caller:{client}"
    signed = jws.signing_input(jws.header(kid, KIND) | (header or {}), jws.canonical_json(claims))
    return jws.compact(signed, signer.sign(kid, signed))
