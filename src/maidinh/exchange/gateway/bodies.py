"""A body on its way through: hashed while it arrives, held in memory while it is small, on disk when it is not.

Layer 6, no Django. An answer may not leave before the log holds its hash, so every body stops here once; the file has
no name and is gone with the call.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PIECE = 256 * 1024


class BodyTooLargeError(Exception):
    """More came than is accepted."""


class BodyNotKeptError(Exception):
    """The body did not find room on this machine's disk; that is no fault of whoever sent it."""


@dataclass
class Body:
    """A whole body. `sha512` is None where there is none, as the protocol's hash wants it."""

    size: int
    sha256: bytes
    sha512: bytes | None
    data: bytes
    file: IO[bytes] | None = None

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body in pieces, from the start."""
        if self.file is None:
            yield self.data
            return
        self.file.seek(0)
        while piece := await asyncio.to_thread(self.file.read, PIECE):
            yield piece

    def close(self) -> None:
        """Let go of the file."""
        if self.file is not None:
            with contextlib.suppress(OSError):
                self.file.close()


async def receive(chunks: AsyncIterator[bytes], *, limit: int, memory: int, folder: Path) -> Body:
    """Take a body in to its end; what has arrived of one that is too large is thrown away."""
    sha256, sha512 = hashlib.sha256(), hashlib.sha512()
    size, held, file = 0, bytearray(), None
    try:
        async for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise BodyTooLargeError
            sha256.update(chunk)
            sha512.update(chunk)
            held += chunk
            if size > memory:
                file = file or _file(folder)
                await _keep(file, bytes(held))
                held.clear()
    except BaseException:
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()
        raise
    return Body(size, sha256.digest(), sha512.digest() if size else None, bytes(held), file)


def held(data: bytes) -> Body:
    """A body that was made here."""
    return Body(len(data), hashlib.sha256(data).digest(), hashlib.sha512(data).digest() if data else None, data)


async def paced(chunks: AsyncIterator[bytes], deadline: asyncio.Timeout, least_per_second: int) -> AsyncIterator[bytes]:
    """The same pieces, with more time for whoever goes on sending: a large body may take long, a stalled one not."""
    start, size = deadline.when(), 0
    async for chunk in chunks:
        size += len(chunk)
        if start is not None:
            deadline.reschedule(start + size / least_per_second)
        yield chunk


def _file(folder: Path) -> IO[bytes]:
    try:
        return tempfile.TemporaryFile(dir=folder)
    except OSError as error:
        raise BodyNotKeptError from error


async def _keep(file: IO[bytes], data: bytes) -> None:
    try:
        await asyncio.to_thread(_write, file, data)
    except OSError as error:
        raise BodyNotKeptError from error


def _write(file: IO[bytes], data: bytes) -> None:
    file.write(data)
    file.flush()  # a full disk shows here, and not when the body is read again
