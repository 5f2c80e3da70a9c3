"""Load for the benches of the exchange: as much as fits, or at a fixed rate timed from its schedule.

One process, keep-alive connections, requests made before the clock runs. The load shares its processors with what it
measures, so it is cheap: no task and no timer for a request, only what a connection does when bytes arrive. At a fixed
rate each answer is timed from the moment at which its request was due, so that a server that stalls can't hide the
requests that had to wait.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

STALLED_SECONDS = 30.0


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


class _Run:
    """Requests that wait, connections that are free, answers that came."""

    def __init__(self, count: int) -> None:
        self.result = Result()
        self.left = count
        self.waiting: deque[bytes] = deque()
        self.due: deque[float] = deque()  # of those that wait, where they have a schedule
        self.free: list[_Connection] = []
        self.over = asyncio.get_running_loop().create_future()

    def offer(self, request: bytes, due: float) -> None:
        """A request that is due now."""
        if self.free:
            self.free.pop().send(request, due)
        else:
            self.waiting.append(request)
            self.due.append(due)

    def ended(self, connection: _Connection | None) -> None:
        """A request was answered or failed; its connection, if it goes on, takes the next."""
        self.left -= 1
        if connection is not None:
            if self.waiting:
                connection.send(self.waiting.popleft(), self.due.popleft() if self.due else time.perf_counter())
            else:
                self.free.append(connection)
        if self.left == 0 and not self.over.done():
            self.over.set_result(None)

    async def wait(self, patience: float = STALLED_SECONDS) -> None:
        """Until all have ended; where none has for so long, those that are left have failed."""
        before = -1
        while not self.over.done() and before != self.left:
            before = self.left
            await asyncio.wait([self.over], timeout=patience)
        self.result.failed.extend(["no answer"] * self.left)


class _Connection(asyncio.Protocol):
    """One keep-alive connection with one request under way."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._held = b""
        self._due: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._due is not None:
            self._due = None
            self._run.result.failed.append("closed")
            self._run.ended(None)

    def send(self, request: bytes, due: float) -> None:
        """Send one request."""
        self._due = due
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._held = held = self._held + data if self._held else data
        head, mark, rest = held.partition(b"\r\n\r\n")
        if not mark:
            return
        lower = head.lower()
        at = lower.find(b"content-length:")
        if at >= 0:
            if len(rest) < int(lower[at + 15 :].split(b"\r\n", 1)[0]):
                return
        elif b"transfer-encoding: chunked" in lower and not rest.endswith(b"0\r\n\r\n"):
            return
        self._held, due, self._due = b"", self._due, None
        if due is None:
            return
        if head[9:12] == b"200":
            self._run.result.waits.append(time.perf_counter() - due)
        else:
            self._run.result.failed.append(head.decode("latin-1")[:400])
        self._run.ended(self)


async def _opened(port: int, run: _Run, count: int, secured: ssl.SSLContext | None) -> None:
    loop = asyncio.get_running_loop()
    for _ in range(count):
        _, connection = await loop.create_connection(
            lambda: _Connection(run), "127.0.0.1", port, ssl=secured, server_hostname="localhost" if secured else None
        )
        run.free.append(connection)


def _closed(run: _Run) -> Result:
    for each in run.free:
        each.transport.close()
    return run.result


async def _saturate(
    port: int,
    requests: Sequence[bytes],
    connections: int,
    secured: ssl.SSLContext | None,
    begins: Callable[[], None],
    patience: float,
) -> Result:
    run = _Run(len(requests))
    await _opened(port, run, connections, secured)
    run.waiting.extend(requests)
    begins()
    began = time.perf_counter()
    for _ in range(min(connections, len(requests))):
        run.free.pop().send(run.waiting.popleft(), time.perf_counter())
    await run.wait(patience)
    run.result.seconds = time.perf_counter() - began
    return _closed(run)


async def _paced(port: int, requests: Sequence[bytes], rate: float, connections: int) -> Result:
    run = _Run(len(requests))
    await _opened(port, run, connections, None)
    began = time.perf_counter()
    for number, request in enumerate(requests):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        run.offer(request, due)
    await run.wait()
    run.result.seconds = time.perf_counter() - began
    return _closed(run)


def saturate(
    port: int,
    requests: Sequence[bytes],
    *,
    connections: int = 32,
    secured: ssl.SSLContext | None = None,
    begins: Callable[[], None] = lambda: None,
    patience: float = STALLED_SECONDS,
) -> Result:
    """All requests, as fast as they are answered; `begins` is called when all connections stand."""
    return asyncio.run(_saturate(port, requests, connections, secured, begins, patience))


def paced(port: int, requests: Sequence[bytes], *, rate: float, connections: int = 64) -> Result:
    """All requests, so many a second whatever happens."""
    return asyncio.run(_paced(port, requests, rate, connections))
