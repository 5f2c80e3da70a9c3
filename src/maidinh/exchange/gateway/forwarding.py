"""Sending a call on to the service, and taking its answer in.

Layer 6, no Django. The only address that is ever called is the one in the signed directory, resolved and judged before
(destinations.py); a redirect is an answer like any other and is not followed; cookies, proxies and credentials of the
machine take no part.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from maidinh.exchange.directory.definition import Service
from maidinh.exchange.gateway.bodies import PIECE, Body, BodyNotKeptError, BodyTooLargeError, held, paced, receive
from maidinh.exchange.gateway.connections import ConnectionRefused, Connections, Destination, request_head
from maidinh.exchange.gateway.destinations import Destinations, RefusedAddressError
from maidinh.exchange.gateway.protocol import INTERNAL, NETWORK_ERROR, SERVICE_FAILED, Header, ProtocolError
from maidinh.exchange.gateway.settings import GatewaySettings


@dataclass(frozen=True)
class Forwarded:
    """A request as the service will get it; `target` is the raw path and query that it sees."""

    method: str
    target: str
    headers: Sequence[Header]
    body: Body


@dataclass(frozen=True)
class Answer:
    """What the service said."""

    status: int
    reason: str
    headers: tuple[Header, ...]
    body: Body


@dataclass(frozen=True)
class Place:
    """A service's registered address, taken apart."""

    host: str
    named: bytes  # as the Host header says it
    port: int
    secured: bool
    path: str


class Forwarder:
    """The gateway's way to the services."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._destinations = Destinations(settings.own_services, settings.resolve)
        self._connections = Connections(settings.connect_seconds)

    async def forward(self, request: Forwarded, service: Service) -> Answer:
        """Call the service and take its whole answer, or raise the protocol's error."""
        seconds = service.timeout_seconds + request.body.size / self._settings.least_per_second
        try:
            async with asyncio.timeout(seconds) as deadline:
                pinned = await self._destinations.of(service)
                return await self._call(request, place_of(service.url), pinned, deadline)
        except RefusedAddressError as error:
            said = "the service's address lies in a network that its declaration does not name"
            raise ProtocolError(NETWORK_ERROR, "address_refused", said) from error
        except BodyTooLargeError as error:
            raise ProtocolError(SERVICE_FAILED, "response_too_large", "the service's answer is too large") from error
        except BodyNotKeptError as error:
            raise ProtocolError(INTERNAL, "no_room", "the service's answer could not be kept here") from error
        except TimeoutError as error:
            raise ProtocolError(SERVICE_FAILED, "service_timeout", "the service did not answer in time") from error
        except (aiohttp.ClientError, HttpProcessingError, OSError, ValueError) as error:
            raise ProtocolError(NETWORK_ERROR, "service_unreachable", "the service could not be reached") from error

    async def _call(self, request: Forwarded, place: Place, pinned: Sequence[str], deadline: asyncio.Timeout) -> Answer:
        """Call the first of these addresses that can be connected to, under the name that was declared."""
        named = ((b"Host", place.named), *request.headers)
        head = request_head(request.method, request.target, named, request.body.size)

        async def take(content: aiohttp.StreamReader) -> Body:
            settings = self._settings
            if content.is_eof() and content.total_bytes <= min(settings.memory_limit, settings.body_limit):
                return held(content.read_nowait())  # all of it is here
            return await receive(
                paced(content.iter_chunked(PIECE), deadline, settings.least_per_second),
                limit=settings.body_limit,
                memory=settings.memory_limit,
                folder=settings.home.gateway,
            )

        for address in pinned:
            where = Destination(address, place.port, place.host if place.secured else None)
            try:
                message, body = await self._connections.ask(where, request.method, head, request.body, take)
            except ConnectionRefused:
                if address == pinned[-1]:
                    raise
            else:
                return Answer(message.code, message.reason or "", message.raw_headers, body)
        raise AssertionError("a destination has at least one address")

    async def close(self) -> None:
        """Close all connections."""
        await self._connections.close()


@lru_cache(maxsize=4096)
def place_of(url: str) -> Place:
    """A registered address, taken apart."""
    read = URL(url, encoded=True)
    named = (read.host_port_subcomponent or "").encode("ascii")
    return Place(read.host or "", named, read.port or 0, read.scheme == "https", read.raw_path.rstrip("/"))


def target_for(service: Service, forwarded: str) -> str:
    """The registered address's path with the call's raw path and query, not a character of it rewritten."""
    path = place_of(service.url).path + forwarded
    return path if path.startswith("/") else f"/{path}"
