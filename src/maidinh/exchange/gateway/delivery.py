"""What goes back to the caller: the service's answer byte for byte, or the protocol's error.

Layer 6, no Django. By then the log holds it, so nothing here may change what was hashed: no header is added that says
something about the service's answer, and a caller that stops reading is let go.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from aiohttp import hdrs, web
from multidict import CIMultiDict

from maidinh.exchange.gateway.forwarding import Answer
from maidinh.exchange.gateway.protocol import INTERNAL, INVALID_REQUEST, ErrorForm, ProtocolError

SERVER = "maidinh"
AT_ONCE = struct.pack("ii", 1, 0)


class Relayed(web.Response):
    """A response that gets no Content-Type where the service gave none; aiohttp would guess one."""

    async def _write_headers(self) -> None:
        if self._untyped:
            self.headers.pop(hdrs.CONTENT_TYPE, None)
        await super()._write_headers()

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._untyped = hdrs.CONTENT_TYPE not in self.headers


async def deliver(request: web.BaseRequest, answer: Answer, *, patience_seconds: float) -> web.StreamResponse:
    """Send an answer on; a large one piece by piece, each of which the caller must take within its patience."""
    headers = CIMultiDict((name.decode("latin-1"), value.decode("utf-8")) for name, value in answer.headers)
    headers.setdefault(hdrs.SERVER, SERVER)
    if answer.body.file is None:
        return Relayed(status=answer.status, reason=answer.reason, headers=headers, body=answer.body.data)
    headers[hdrs.CONTENT_LENGTH] = str(answer.body.size)
    response = Relayed(status=answer.status, reason=answer.reason, headers=headers)
    await response.prepare(request)
    try:
        async for piece in answer.body.pieces():
            async with asyncio.timeout(patience_seconds):
                await response.write(piece)
    except TimeoutError as error:
        _cut(request)
        raise ConnectionResetError("the caller does not read its answer") from error
    await response.write_eof()
    return response


def _cut(request: web.BaseRequest) -> None:
    """Close at once; an ordinary end would keep what was not read, here and in the kernel, for who does not read it."""
    if request.transport is not None:
        request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        request.transport.abort()


def outside(status: int, form: ErrorForm) -> web.Response:
    """The answer to what never became a call. It has no id, and it repeats nothing of what came."""
    if status < 500:
        error = ProtocolError(INVALID_REQUEST, "malformed_http", "this is not a request as HTTP/1.1 writes it")
    else:
        error = ProtocolError(INTERNAL, "internal_error")
    kind, body = error.body("", "", form)
    own = {"X-Road-Error": error.spelled(form), "Content-Type": kind, "Server": SERVER}
    response = web.Response(status=error.status, headers=own, body=body)
    response.force_close()
    return response
