"""The gateway's own connections to services: HTTP/1.1, kept alive, one request at a time on each.

Layer 6, no Django. Answers are read by aiohttp's strict parser in C; everything else of its client (sessions, cookies,
redirects, proxies, addresses taken apart and put together) has no part in an exchange, where the address was judged
before and nothing but the declared service may be called. A connection is used again only when its answer has ended
and nothing came after it: what a service says unasked is never taken for the answer to the next call.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import ClientConnectionError, StreamReader
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import RawResponseMessage

from maidinh.exchange.gateway.bodies import Body

KEPT_SECONDS = 15.0  # how long a connection waits for its next call; services that close earlier are more rare
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})  # RFC 9110, 9.2.2
BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})  # where no body is nothing that has to be said
SWITCHING = 101


@dataclass(frozen=True)
class Destination:
    """Where to connect: the address that was judged, and for TLS the name that its certificate must have."""

    address: str
    port: int
    server_name: str | None


class ConnectionRefused(OSError):
    """No connection came about, so nothing was sent."""


class Connections:
    """All connections to services of one gateway process."""

    def __init__(self, connect_seconds: float) -> None:
        self._connect_seconds = connect_seconds
        self._idle: dict[Destination, list[tuple[ResponseHandler, float]]] = {}
        self._tls: ssl.SSLContext | None = None
        self._sweeping: asyncio.TimerHandle | None = None

    async def ask(
        self,
        destination: Destination,
        method: str,
        head: bytes,
        body: Body,
        take: Callable[[StreamReader], Awaitable[Body]],
    ) -> tuple[RawResponseMessage, Body]:
        """Send a request and give its answer's head, and its body as `take` took it in.

        A connection that was kept may have ended just now; then a call that may be repeated is sent once more. Raises
        ConnectionRefused where nothing was sent, OSError, TimeoutError or aiohttp's errors.
        """
        connection, fresh = await self._connection(destination)
        writing: asyncio.Task[None] | None = None
        try:
            try:
                writing = self._send(connection, method, head, body)
                message, content = await _answer(connection)
            except (ClientConnectionError, ConnectionError):
                if fresh or method not in REPEATABLE or body.file is not None:
                    raise
                connection.abort()
                connection = await self._opened(destination)
                self._send(connection, method, head, body)
                message, content = await _answer(connection)
            taken = await take(content)
        except BaseException:
            connection.abort()
            if writing is not None:
                writing.cancel()
            raise
        if writing is not None and not writing.done():  # answered before all was sent, so half of it is on its way
            writing.cancel()
            connection.abort()
        elif connection.should_close or not connection.is_connected():
            connection.close()
        else:
            self._keep(destination, connection)
        return message, taken

    async def close(self) -> None:
        """Close those that wait."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        for kept in self._idle.values():
            for connection, _ in kept:
                connection.close()
        self._idle.clear()

    async def _connection(self, destination: Destination) -> tuple[ResponseHandler, bool]:
        """A connection, and whether it is a new one."""
        kept, now = self._idle.get(destination), asyncio.get_running_loop().time()
        while kept:
            connection, since = kept.pop()
            if now - since < KEPT_SECONDS and connection.is_connected() and not connection.should_close:
                return connection, False
            connection.close()
        return await self._opened(destination), True

    async def _opened(self, destination: Destination) -> ResponseHandler:
        loop = asyncio.get_running_loop()
        secured = None if destination.server_name is None else self._secured()
        try:
            async with asyncio.timeout(self._connect_seconds):
                _, connection = await loop.create_connection(
                    lambda: ResponseHandler(loop), destination.address, destination.port, ssl=secured,
                    server_hostname=destination.server_name,
                )  # fmt: skip
        except TimeoutError:
            raise
        except (OSError, ssl.CertificateError) as error:
            raise ConnectionRefused(str(error)) from error
        return connection

    def _secured(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])
        return self._tls

    def _send(self, connection: ResponseHandler, method: str, head: bytes, body: Body) -> asyncio.Task[None] | None:
        """Send a request; of one whose body lies in a file, the task that sends it piece by piece."""
        transport = connection.transport
        if transport is None:
            raise ConnectionResetError("the connection ended")
        connection.set_response_params(skip_payload=method == "HEAD", read_until_eof=True, auto_decompress=False)
        if body.file is None:
            transport.write(head + body.data)
            return None
        transport.write(head)
        return asyncio.create_task(_pieces(connection, body))

    def _keep(self, destination: Destination, connection: ResponseHandler) -> None:
        loop = asyncio.get_running_loop()
        self._idle.setdefault(destination, []).append((connection, loop.time()))
        if self._sweeping is None:
            self._sweeping = loop.call_later(KEPT_SECONDS, self._sweep)

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        now, left = loop.time(), {}
        for destination, kept in self._idle.items():
            still = [each for each in kept if now - each[1] < KEPT_SECONDS and each[0].is_connected()]
            for connection, _ in kept:
                if all(connection is not each for each, _ in still):
                    connection.close()
            if still:
                left[destination] = still
        self._idle = left
        self._sweeping = loop.call_later(KEPT_SECONDS, self._sweep) if left else None


async def _answer(connection: ResponseHandler) -> tuple[RawResponseMessage, StreamReader]:
    """The answer's head and its body; what a service says before it (100, 103) is passed over."""
    while True:
        message, content = await connection.read()
        if not 100 <= message.code < 200 or message.code == SWITCHING:
            return message, content


async def _pieces(connection: ResponseHandler, body: Body) -> None:
    try:
        async for piece in body.pieces():
            if connection.transport is None:
                return
            connection.transport.write(piece)
            await connection._drain_helper()
    except OSError:  # the file can't be read, or the connection ended; whoever waits for the answer is told
        connection.abort()


def request_head(method: str, target: str, headers: Sequence[tuple[bytes, bytes]], size: int) -> bytes:
    """A request's head in bytes. Raises ValueError where a header would be read as more than one."""
    lines = [f"{method} {target} HTTP/1.1".encode("ascii"), *(b"%s: %s" % each for each in headers)]
    if size or method not in BODILESS:
        lines.append(b"Content-Length: %d" % size)
    head = b"\r\n".join(lines) + b"\r\n\r\n"
    ends = len(lines) + 1
    if head.count(b"\n") != ends or head.count(b"\r") != ends or b"\0" in head:
        raise ValueError("a header holds the end of a line")
    return head
