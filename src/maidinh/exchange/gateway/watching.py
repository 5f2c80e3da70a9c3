"""What the gateway lets be seen of its work: numbers for Prometheus, the span of each call, failed calls kept sealed.

Layer 6, no Django. The numbers are served on a loopback port of their own, and only where a port is set; labels hold
services of the directory, outcomes and the records' words, never a caller's text and nothing of a person.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import lru_cache
from typing import Any

import psycopg
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from maidinh.exchange import tracing
from maidinh.exchange.gateway.call import Call
from maidinh.exchange.gateway.directory import DirectoryKeeper
from maidinh.exchange.gateway.protocol import LOGGING_FAILED, ProtocolError
from maidinh.exchange.gateway.settings import GatewaySettings
from maidinh.exchange.operations.kept import KeptRequest, KeptRequests, kept_headers
from maidinh.exchange.operations.reasons import REASONS
from maidinh.exchange.operations.standing import WAITING

CALL = web.RequestKey("maidinh.call", Call)  # under which a request carries its call, and the word of its error
ERROR = web.RequestKey("maidinh.error", str)
LOOPBACK = "127.0.0.1"
PORTS = 8  # gateway processes on one machine, each with the next port
LAG_SECONDS = 5.0
SWEEP_SECONDS = 60.0
UNKNOWN, OTHER = "unknown", "other"
SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
BYTES = tuple(4**power for power in range(4, 14))  # 256 bytes to 64 MiB
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
log = logging.getLogger("maidinh.gateway.metrics")


class Watch:
    """Watches one gateway process."""

    def __init__(self, settings: GatewaySettings, keeper: DirectoryKeeper) -> None:
        self._settings = settings
        self._keeper = keeper
        self.port = 0
        # A label's number, looked up once: labels hold words of the directory alone, so there are few.
        self._labelled = lru_cache(maxsize=None)(lambda number, *labels: number.labels(*labels))
        self._runner: web.ServerRunner | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.kept = KeptRequests(settings.home, lifetime=settings.kept_for, size_limit=settings.kept_limit)
        self.registry = registry = CollectorRegistry()
        self._calls = Counter(
            "maidinh_exchanges", "Calls by service and what came of them.", ("service", "outcome", "reason"),
            registry=registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "maidinh_exchange_seconds", "Seconds of a call, the whole way.", ("service",), buckets=SECONDS,
            registry=registry,
        )  # fmt: skip
        self._service_seconds = Histogram(
            "maidinh_service_seconds", "Seconds that the service took of it.", ("service",), buckets=SECONDS,
            registry=registry,
        )  # fmt: skip
        self._bytes = Histogram(
            "maidinh_exchange_bytes", "Bytes of the bodies.", ("service", "direction"), buckets=BYTES, registry=registry
        )
        self.resting: Callable[[], list[str]] = list  # the contracts whose circuit breaker is open
        self._breakers = Gauge(
            "maidinh_breaker_open", "1 for a contract whose service is left alone.", ("contract",), registry=registry
        )
        self._under_way = Gauge("maidinh_exchanges_under_way", "Calls under way.", registry=registry)
        self._lag = Gauge(
            "maidinh_log_lag_seconds",
            "Seconds that the oldest entry waits for its place in the log.",
            registry=registry,
        )
        self._waiting = Gauge("maidinh_log_waiting", "Entries that wait for their place in the log.", registry=registry)
        serial = Gauge("maidinh_directory_serial", "Serial of the directory in force; 0 for none.", registry=registry)
        serial.set_function(lambda: keeper.snapshot.serial if keeper.snapshot else 0)
        expires = Gauge(
            "maidinh_directory_expires_seconds", "When the directory expires, in Unix time.", registry=registry
        )
        expires.set_function(lambda: keeper.snapshot.directory.expires_at.timestamp() if keeper.snapshot else 0)
        connected = Gauge("maidinh_database_connected", "1 while the database answers.", registry=registry)
        connected.set_function(lambda: int(keeper.connected))

    def watched(self, handle: Handler) -> Handler:
        """The handler of requests, watched; where nothing is to be seen, itself."""

        async def watching(request: web.BaseRequest) -> web.StreamResponse:
            if not tracing.on():
                return await counting(request, None)
            with tracing.span("exchange", kind="server", carrier=tracing.came(request.raw_headers)) as span:
                return await counting(request, span)

        async def counting(request: web.BaseRequest, span: Any) -> web.StreamResponse:
            begun = time.perf_counter()
            self._under_way.inc()
            try:
                return await handle(request)
            finally:
                self._under_way.dec()
                call = request.get(CALL)
                if call is not None:
                    self._ended(call, request.get(ERROR, ""), time.perf_counter() - begun, span)

        return watching

    async def start(self) -> None:
        """Serve the numbers, if a port is set; delete what was kept of failed calls when it has had its time."""
        self._tasks.append(asyncio.create_task(self._sweep()))
        first = self._settings.metrics_port
        if first is None:
            return
        self._runner = web.ServerRunner(web.Server(self._metrics, access_log=None))
        await self._runner.setup()
        for port in _candidates(first):
            try:
                await web.TCPSite(self._runner, LOOPBACK, port).start()
                break
            except OSError as error:
                log.warning("metrics: port %s is taken: %s", port, error.strerror)
        else:
            return
        self.port = self._runner.addresses[0][1]
        self._tasks.append(asyncio.create_task(self._follow_log()))
        log.info("metrics: at http://%s:%s/metrics", LOOPBACK, self.port)

    async def stop(self) -> None:
        """Serve them no longer."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()

    async def keep(self, call: Call, error: ProtocolError) -> None:
        """Keep the sealed request of a call that failed after it was sent on, so that it can be made again."""
        body = call.request
        if not call.intended or call.protocol != "rest" or body is None or body.file is not None:
            return
        if error.type == LOGGING_FAILED or not self.kept.wanted:
            return  # nobody could see that it failed
        request = KeptRequest(call.client, call.x_road_id, call.method, call.raw, kept_headers(call.headers), body.data)
        try:
            await asyncio.to_thread(self.kept.keep, call.id, request, self._settings.clock())
        except OSError as fault:
            log.warning("kept: a failed call could not be kept: %s", fault.strerror)

    async def _sweep(self) -> None:
        while True:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(self.kept.sweep, self._settings.clock())
            await asyncio.sleep(SWEEP_SECONDS)

    def _ended(self, call: Call, error: str, seconds: float, span: Any) -> None:
        service = call.service if call.snapshot and call.service in call.snapshot.register.services else UNKNOWN
        outcome = ("failed" if call.intended else "refused") if error else "allowed"
        reason = error if not error or error in REASONS else OTHER
        labelled = self._labelled
        labelled(self._calls, service, outcome, reason).inc()
        labelled(self._seconds, service).observe(seconds)
        if call.forwarded_at and call.answered_at:
            labelled(self._service_seconds, service).observe((call.answered_at - call.forwarded_at).total_seconds())
        if call.request is not None:
            labelled(self._bytes, service, "request").observe(call.request.size)
        if call.answer is not None:
            labelled(self._bytes, service, "response").observe(call.answer.body.size)
        if span is not None:
            span.set_attributes({
                "maidinh.service": service, "maidinh.outcome": outcome, "maidinh.reason": reason,
                "maidinh.contract": call.contract, "maidinh.request_id": str(call.id),
            })  # fmt: skip

    async def _metrics(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.raw_path != "/metrics" or request.method not in ("GET", "HEAD"):
            return web.Response(status=404)
        self._breakers.clear()
        for contract in self.resting():
            self._breakers.labels(contract).set(1)
        return web.Response(body=generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _follow_log(self) -> None:
        while True:
            try:
                await self._ask_log()
            except (psycopg.Error, OSError, TimeoutError) as error:
                log.warning("metrics: the log's state is not known: %s", type(error).__name__)
            await asyncio.sleep(LAG_SECONDS)

    async def _ask_log(self) -> None:
        async with await psycopg.AsyncConnection.connect(
            self._settings.dsn, autocommit=True, connect_timeout=5, options="-c statement_timeout=5000"
        ) as connection:
            while True:
                async with asyncio.timeout(2 * LAG_SECONDS):
                    count, oldest = (await (await connection.execute(WAITING)).fetchone()) or (0, None)
                self._waiting.set(count)
                now = self._settings.clock()
                self._lag.set(0 if oldest is None else max(0.0, (now - oldest).total_seconds()))
                await asyncio.sleep(LAG_SECONDS)


def _candidates(first: int) -> Iterator[int]:
    yield from [0] if first == 0 else range(first, first + PORTS)
