"""A service that costs next to nothing: 1 KiB of JSON for whatever is asked. The same one behind us and every peer."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import cast

BODY = json.dumps({"items": [{"name": "Người Mẫu", "number": "0" * 12}] * 14}, ensure_ascii=False).encode()
BODY += b" " * (1024 - len(BODY))
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


class Answering(asyncio.Protocol):
    """Waits for a whole request, answers, waits for the next."""

    def __init__(self) -> None:
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._held += data
        while b"\r\n\r\n" in self._held:
            head, _, rest = self._held.partition(b"\r\n\r\n")
            lower = head.lower()
            at = lower.find(b"content-length:")
            if at < 0 and b"transfer-encoding: chunked" in lower:
                end = rest.find(b"0\r\n\r\n")
                if end < 0:
                    return
                size = end + 5
            else:
                size = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(rest) < size:
                return
            self._held = rest[size:]
            self._transport.write(ANSWER)


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
