"""Load for the benches of the exchange: as much as fits, or at a fixed rate timed from its schedule.

One process, keep-alive connections, requests made before the clock runs. At a fixed rate each answer is timed from
the moment at which its request was due, so that a server that stalls can't hide the requests that had to wait.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast


@dataclass
class Result:
    """What a run of load found; seconds."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return len(self.waits) / self.seconds if self.seconds else 0.0

    def at(self, share: float) -> float:
        """The wait that this share of the answers kept to, in milliseconds."""
        ordered = sorted(self.waits)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000 if ordered else float("inf")


class _Connection(asyncio.Protocol):
    """One keep-alive connection with one request under way."""

    def __init__(self) -> None:
        self._held = b""
        self._answer: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("closed"))

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, mark, rest = self._held.partition(b"\r\n\r\n")
        if not mark:
            return
        lower = head.lower()
        at = lower.find(b"content-length:")
        if at >= 0:
            if len(rest) < int(lower[at + 15 :].split(b"\r\n", 1)[0]):
                return
        elif b"transfer-encoding: chunked" in lower and not rest.endswith(b"0\r\n\r\n"):
            return
        self._held = b""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(head)

    async def ask(self, request: bytes) -> bytes:
        """Send one request and return the head of its answer."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionError("closed")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await asyncio.wait_for(self._answer, 30)

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.close()


async def _open(port: int) -> _Connection:
    _, connection = await asyncio.get_running_loop().create_connection(_Connection, "127.0.0.1", port)
    return connection


async def _one(connection: _Connection, request: bytes, due: float, result: Result) -> None:
    try:
        head = await connection.ask(request)
    except (OSError, TimeoutError) as error:
        result.failed.append(type(error).__name__)
        return
    if head[9:12] == b"200":
        result.waits.append(time.perf_counter() - due)
    else:
        result.failed.append(head.decode("latin-1")[:400])


async def _saturate(port: int, requests: Sequence[bytes], connections: int) -> Result:
    result, pending = Result(), iter(requests)
    opened = [await _open(port) for _ in range(connections)]

    async def work(connection: _Connection) -> None:
        for request in pending:
            await _one(connection, request, time.perf_counter(), result)

    began = time.perf_counter()
    await asyncio.gather(*(work(each) for each in opened))
    result.seconds = time.perf_counter() - began
    for each in opened:
        each.close()
    return result


async def _paced(port: int, requests: Sequence[bytes], rate: float, connections: int) -> Result:
    result, free = Result(), asyncio.Queue[_Connection]()
    opened = [await _open(port) for _ in range(connections)]
    for each in opened:
        free.put_nowait(each)

    async def work(request: bytes, due: float) -> None:
        connection = await free.get()
        await _one(connection, request, due, result)
        free.put_nowait(connection)

    began, tasks = time.perf_counter(), []
    for number, request in enumerate(requests):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(work(request, due)))
    await asyncio.gather(*tasks)
    result.seconds = time.perf_counter() - began
    for each in opened:
        each.close()
    return result


def saturate(port: int, requests: Sequence[bytes], *, connections: int = 32) -> Result:
    """All requests, as fast as they are answered."""
    return asyncio.run(_saturate(port, requests, connections))


def paced(port: int, requests: Sequence[bytes], *, rate: float, connections: int = 64) -> Result:
    """All requests, so many a second whatever happens."""
    return asyncio.run(_paced(port, requests, rate, connections))
