"""Sending a call on to the service, and taking its answer in.

Layer 6, no Django. The only address that is ever called is the one in the signed directory, resolved and judged before
(destinations.py); a redirect is an answer like any other and is not followed; cookies, proxies and credentials of the
machine take no part.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from maidinh.exchange.directory.definition import Service
from maidinh.exchange.gateway.bodies import PIECE, Body, BodyNotKeptError, BodyTooLargeError, paced, receive
from maidinh.exchange.gateway.destinations import Destinations, RefusedAddressError
from maidinh.exchange.gateway.protocol import INTERNAL, NETWORK_ERROR, SERVICE_FAILED, Header, ProtocolError
from maidinh.exchange.gateway.settings import GatewaySettings

SKIPPED = frozenset({"User-Agent", "Accept", "Accept-Encoding", "Content-Type"})


@dataclass(frozen=True)
class Forwarded:
    """A request as the service will get it."""

    method: str
    url: URL
    headers: Sequence[Header]
    body: Body

    @property
    def target(self) -> str:
        """The raw path and query that the service sees."""
        return self.url.raw_path_qs


@dataclass(frozen=True)
class Answer:
    """What the service said."""

    status: int
    reason: str
    headers: tuple[Header, ...]
    body: Body


class Forwarder:
    """The gateway's connections to the services."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._destinations = Destinations(settings.own_services, settings.resolve)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=SKIPPED,
        )

    async def forward(self, request: Forwarded, service: Service) -> Answer:
        """Call the service and take its whole answer, or raise the protocol's error."""
        headers = CIMultiDict((name.decode("latin-1"), value.decode("utf-8")) for name, value in request.headers)
        body = request.body
        data: object = None
        if body.file is not None:
            headers["Content-Length"] = str(body.size)
            data = body.pieces()
        elif body.size:
            data = body.data
        try:
            async with asyncio.timeout(
                service.timeout_seconds + body.size / self._settings.least_per_second
            ) as deadline:
                pinned = await self._destinations.of(service)
                return await self._call(request, headers, data, pinned, deadline)
        except RefusedAddressError as error:
            said = "the service's address lies in a network that its declaration does not name"
            raise ProtocolError(NETWORK_ERROR, "address_refused", said) from error
        except BodyTooLargeError as error:
            raise ProtocolError(SERVICE_FAILED, "response_too_large", "the service's answer is too large") from error
        except BodyNotKeptError as error:
            raise ProtocolError(INTERNAL, "no_room", "the service's answer could not be kept here") from error
        except TimeoutError as error:
            raise ProtocolError(SERVICE_FAILED, "service_timeout", "the service did not answer in time") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise ProtocolError(NETWORK_ERROR, "service_unreachable", "the service could not be reached") from error

    async def _call(
        self,
        request: Forwarded,
        headers: CIMultiDict[str],
        data: object,
        pinned: Sequence[str],
        deadline: asyncio.Timeout,
    ) -> Answer:
        """Call the first of these addresses that can be connected to, under the name that was declared."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._settings.connect_seconds)
        headers["Host"] = request.url.host_port_subcomponent or ""
        for address in pinned:
            try:
                async with self._session.request(
                    request.method,
                    request.url.with_host(address),
                    headers=headers,
                    data=data,
                    allow_redirects=False,
                    timeout=timeout,
                    server_hostname=request.url.host,
                ) as response:
                    taken = await receive(
                        paced(response.content.iter_chunked(PIECE), deadline, self._settings.least_per_second),
                        limit=self._settings.body_limit,
                        memory=self._settings.memory_limit,
                        folder=self._folder,
                    )
                    return Answer(response.status, response.reason or "", response.raw_headers, taken)
            except aiohttp.ClientConnectorError:  # nothing was sent yet
                if address == pinned[-1]:
                    raise
        raise AssertionError("a destination has at least one address")

    @property
    def _folder(self) -> Path:
        return self._settings.home.gateway

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()


def url_for(service: Service, forwarded: str) -> URL:
    """The service's registered address with the call's raw path and query, not a character of it rewritten."""
    return URL(service.url + forwarded, encoded=True)
