"""The gateway process: an HTTP server whose one purpose is to take calls through the exchange.

Layer 6, no Django. It listens for HTTP, follows the directory and writes the evidence; it ends on SIGTERM after the
calls under way have ended, and at once when one of its own tasks does.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import logging
import signal
import ssl
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import HttpVersion10, HttpVersion11, web

from maidinh.exchange import tracing
from maidinh.exchange.gateway import protocol, soap_calls
from maidinh.exchange.gateway.bodies import PIECE, Body, BodyNotKeptError, BodyTooLargeError, held, paced, receive
from maidinh.exchange.gateway.call import Call
from maidinh.exchange.gateway.delivery import SERVER, deliver, outside
from maidinh.exchange.gateway.directory import DirectoryKeeper
from maidinh.exchange.gateway.forwarding import Forwarder
from maidinh.exchange.gateway.listening import Listener
from maidinh.exchange.gateway.mediation import Mediator
from maidinh.exchange.gateway.openly import told_openly
from maidinh.exchange.gateway.protocol import ProtocolError
from maidinh.exchange.gateway.settings import GatewaySettings
from maidinh.exchange.gateway.soap_calls import SoapCalls
from maidinh.exchange.gateway.tls import TlsPort, certificate_shown
from maidinh.exchange.gateway.watching import CALL, ERROR, Watch
from maidinh.exchange.gateway.writer import EvidenceWriter
from maidinh.exchange.revocation.checking import FOLDER as REVOCATION_FOLDER
from maidinh.exchange.revocation.checking import Revocations

REFRESH_SECONDS = 10.0
COLLECTED = (20_000, 20, 50)  # a call makes some hundred objects and few circles of them
SPOKEN = (HttpVersion10, HttpVersion11)
log = logging.getLogger("maidinh.gateway")


class Gateway:
    """One gateway: start it inside a running loop, stop it when done."""

    def __init__(self, settings: GatewaySettings) -> None:
        self.settings = settings
        self.keeper = DirectoryKeeper(settings)
        self.writer = EvidenceWriter(settings.dsn, patience_seconds=settings.log_patience_seconds)
        self.watch = Watch(settings, self.keeper)
        self.revocations = Revocations(settings.revocation, settings.home.gateway / REVOCATION_FOLDER, settings.clock)
        self.port = self.tls_port = 0
        self._at_once = min(settings.body_limit, settings.memory_limit)
        self._tasks: list[asyncio.Task[None]] = []
        self._runner: web.ServerRunner | None = None
        self._forwarder: Forwarder | None = None

    async def start(self) -> None:
        """Begin to follow the directory and to answer."""
        self.keeper.load_copy()
        self._forwarder = Forwarder(self.settings)
        self._mediator = Mediator(self.settings, self.keeper, self.writer, self._forwarder, self.revocations)
        self.watch.resting = self._mediator.resting
        self._soap = SoapCalls(self.settings, self.keeper, self._mediator)
        self._tasks = [asyncio.create_task(self.keeper.follow()), asyncio.create_task(self.writer.run())]
        if self.settings.revocation.asks:
            self._tasks.append(asyncio.create_task(self.revocations.follow()))
        self._runner = web.ServerRunner(Listener(self.watch.watched(self._handle), self.settings), shutdown_timeout=10)
        await self._runner.setup()
        await self.watch.start()
        site = web.TCPSite(
            self._runner, self.settings.host, self.settings.port, reuse_port=self.settings.reuse_port or None
        )
        await site.start()
        self.port = self._runner.addresses[0][1]
        if self.settings.tls is not None:
            await self._listen_with_tls(self._runner, TlsPort(self.settings.tls))
        log.info("gateway: listening on %s:%s", self.settings.host, self.port)

    async def _listen_with_tls(self, runner: web.ServerRunner, port: TlsPort) -> None:
        """Open the second port, and keep its certificates up to date."""
        settings = self.settings
        number = settings.tls.port if settings.tls else 0
        site = web.TCPSite(
            runner, settings.host, number, ssl_context=port.context, reuse_port=settings.reuse_port or None
        )
        await site.start()
        self.tls_port = runner.addresses[1][1]
        self._tasks.append(asyncio.create_task(_keep_fresh(port)))
        log.info("gateway: listening for TLS on %s:%s", settings.host, self.tls_port)

    async def stop(self) -> None:
        """End the calls under way, then everything else."""
        if self._runner is not None:
            await self._runner.cleanup()
        await self.watch.stop()
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._forwarder is not None:
            await self._forwarder.close()
            await self._mediator.close()

    async def run_until(self, stop: asyncio.Event) -> None:
        """Serve until told to stop; a task of ours that ends before is a fault, and the supervisor starts us anew."""
        await self.start()
        waiting = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait([waiting, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {waiting}:
                task.result()
        finally:
            waiting.cancel()
            await self.stop()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.version not in SPOKEN:  # one without a version, of 1991, is read as a request but ends nowhere
            return outside(400, self.settings.error_form)
        raw = protocol.origin_form(request.raw_path)
        if raw == "/health":
            return self._health()
        document = self._soap.document(request.method, raw)
        if document is not None:
            return web.Response(status=document.status, body=document.content, headers={"Content-Type": document.kind})
        shown = certificate_shown(request.transport)
        call = self._mediator.open(request.method, raw, request.remote, request.raw_headers, shown)
        request[CALL] = call
        call.protocol = "soap" if soap_calls.spoken(request.method, raw, request.raw_headers) else "rest"
        bodies: list[Body] = []
        try:
            openly = told_openly(call, self.keeper.snapshot, self.settings.home)
            return await self._mediate(request, call, bodies) if openly is None else openly
        except ProtocolError as error:
            request[ERROR] = error.reason
            await self.watch.keep(call, error)
            return _refusal(call, error, self.settings.error_form)
        finally:
            for body in (*bodies, *([call.answer.body] if call.answer else [])):
                body.close()

    async def _mediate(self, request: web.BaseRequest, call: Call, bodies: list[Body]) -> web.StreamResponse:
        try:
            if call.protocol == "soap":
                bodies.append(await self._receive(request, self._soap.admitting(call, request)))
                answer = await self._soap.answer(call, bodies[0], soap_calls.base_of(request))
            else:
                admitted = self._mediator.admit(call)
                bodies.append(await self._receive(request))
                answer = await self._mediator.carry(call, admitted, bodies[0])
        except ProtocolError as error:
            await self._mediator.fail(call, error)
            raise
        except Exception as error:
            log.exception("gateway: a call failed in an unforeseen way")
            unforeseen = ProtocolError(protocol.INTERNAL, "internal_error")
            await self._mediator.fail(call, unforeseen)
            raise unforeseen from error
        return await deliver(request, answer, patience_seconds=self.settings.receive_seconds)

    @tracing.traced("receive")
    async def _receive(self, request: web.BaseRequest, chunks: AsyncIterator[bytes] | None = None) -> Body:
        settings, content = self.settings, request.content
        if (request.content_length or 0) > settings.body_limit:
            raise ProtocolError(protocol.TOO_LARGE, "request_too_large")
        if chunks is None:
            if content.is_eof() and content.exception() is None and content.total_bytes <= self._at_once:
                return held(content.read_nowait())  # all of it came with the head
            chunks = content.iter_chunked(PIECE)
        if request.headers.get("Expect", "").lower() == "100-continue" and request.transport is not None:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        try:
            async with asyncio.timeout(settings.receive_seconds) as deadline:
                return await receive(
                    paced(chunks, deadline, settings.least_per_second),
                    limit=settings.body_limit,
                    memory=settings.memory_limit,
                    folder=settings.home.gateway,
                )
        except BodyTooLargeError as error:
            raise ProtocolError(protocol.TOO_LARGE, "request_too_large") from error
        except BodyNotKeptError as error:
            raise ProtocolError(protocol.INTERNAL, "no_room", "the body could not be kept here") from error
        except (TimeoutError, OSError, aiohttp.ClientError, web.RequestPayloadError) as error:
            raise ProtocolError(protocol.INVALID_REQUEST, "body_incomplete") from error

    def _health(self) -> web.Response:
        snapshot = self.keeper.snapshot
        now = self.settings.clock()
        current = snapshot is not None and snapshot.directory.issued_at <= now < snapshot.directory.expires_at
        state = {
            "status": "ok" if current and self.keeper.connected else "degraded",
            "directory": snapshot.serial if snapshot else None,
            "directory_in_force": current,
            "database": self.keeper.connected,
        }
        status = 200 if state["status"] == "ok" else 503
        return web.Response(status=status, body=json.dumps(state).encode(), content_type="application/json")


async def _keep_fresh(port: TlsPort) -> None:
    while True:
        await asyncio.sleep(REFRESH_SECONDS)
        try:
            port.refresh()
        except (OSError, ssl.SSLError) as error:  # the ones before go on; half-written files are whole next time
            log.warning("gateway: a certificate could not be loaded: %s", error)


def _refusal(call: Call, error: ProtocolError, form: protocol.ErrorForm) -> web.Response:
    status, (kind, body) = error.status, error.body(call.accept, str(call.id), form)
    if call.protocol == "soap":
        status, kind, body = soap_calls.refusal(error, str(call.id), form)
    own = {
        "X-Road-Error": error.spelled(form),
        "X-Road-Id": call.x_road_id,
        "X-Road-Request-Id": str(call.id),
        "Content-Type": kind,
        "Server": SERVER,
    }
    if error.retry_after is not None:
        own["Retry-After"] = str(error.retry_after)
    response = web.Response(status=status, headers=own, body=body)
    if call.method == "CONNECT":  # what follows it has no length that everybody reads alike
        response.force_close()
    return response


async def _serve(settings: GatewaySettings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await Gateway(settings).run_until(stop)


def serve_gateway(settings: GatewaySettings) -> None:
    """Serve until SIGTERM or SIGINT."""
    gc.freeze()  # what was loaded stays to the end, so nobody need look through it for what can go
    gc.set_threshold(*COLLECTED)
    asyncio.run(_serve(settings))
