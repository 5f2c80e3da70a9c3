"""The HTTP server underneath: its limits, and what it says to those who do not speak HTTP.

Layer 6, no Django. The parser is aiohttp's; it refuses what two servers could read differently (a length that stands
there twice, a length beside chunks, folded lines, bare line feeds). Here its refusals get the protocol's form, and none
of what came is repeated or logged, for a credential may stand in it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from maidinh.exchange.gateway.delivery import outside
from maidinh.exchange.gateway.protocol import ErrorForm
from maidinh.exchange.gateway.settings import GatewaySettings

HEADER_LIMIT = 16 * 1024
HEADERS = 100
log = logging.getLogger("maidinh.gateway")


class _Connection(RequestHandler):
    """One connection."""

    error_form: ErrorForm = "camel"

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if status >= 500 and not isinstance(exc, ConnectionError):
            log.error("gateway: a request failed outside of any call: %s", type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("an answer is on its way already")
        return outside(status, self.error_form)


class Listener(web.Server):
    """Makes a connection for everyone who comes."""

    def __init__(
        self, handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], settings: GatewaySettings
    ) -> None:
        self._limits: dict[str, Any] = {
            "access_log": None,
            "auto_decompress": False,
            "max_field_size": HEADER_LIMIT,
            "max_line_size": HEADER_LIMIT,
            "max_headers": HEADERS,
            # counts from the first byte too: whoever opens a connection and does not ask is let go
            "keepalive_timeout": settings.idle_seconds,
            "lingering_time": settings.linger_seconds,
        }
        self._error_form = settings.error_form
        super().__init__(handler)

    def __call__(self) -> RequestHandler:
        connection = _Connection(self, loop=asyncio.get_running_loop(), **self._limits)
        connection.error_form = self._error_form
        return connection
