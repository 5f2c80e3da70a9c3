"""How the other processes ask the signer: one client that blocks, one for asyncio. Neither ever sees a private key.

Layer 7, no Django. One JSON object a line over a Unix socket; signing is repeatable, so a broken connection is retried.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import itertools
import json
import os
import socket
import threading
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from maidinh.infrastructure.home import Home

LINE_LIMIT = 4 * 1024 * 1024
BATCH = 500  # requests that go out together at most
PATIENCE_SECONDS = 5.0  # a signer that died is back within this time; longer is a fault of the installation


class SignerError(Exception):
    """The signer refused. `code` says why: forbidden, unknown_key, revoked, invalid, unauthenticated, ..."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class SignerUnavailableError(SignerError):
    """Nobody answers at the signer's socket."""

    def __init__(self, message: str) -> None:
        super().__init__("unavailable", message)


def token_path(home: Home, caller: str) -> Path:
    """Return where the token of a caller lies."""
    return home.secrets / f"signer-{caller}.token"


def encode(data: bytes) -> str:
    """Write bytes as text for a request or an answer."""
    return base64.b64encode(data).decode("ascii")


def decode(text: str) -> bytes:
    """Read bytes from the text of a request or an answer."""
    return base64.b64decode(text, validate=True)


def _sign_request(key: str, message: bytes) -> dict[str, Any]:
    return {"op": "sign", "key": key, "message": encode(message)}


def _sign_line(key: str, message: bytes) -> bytes:
    """The same as JSON; base64 needs no escaping, so that a batch is put together without looking at it again."""
    return b'{"op":"sign","key":%s,"message":"%s"}' % (json.dumps(key).encode(), binascii.b2a_base64(message)[:-1])


def _digest_request(key: str, digest: bytes, algorithm: str) -> dict[str, Any]:
    return {"op": "sign_digest", "key": key, "digest": encode(digest), "digest_algorithm": algorithm}


def _certify_request(
    key: str, common_name: str, organisation: str, valid_from: datetime, valid_to: datetime
) -> dict[str, Any]:
    return {
        "op": "certify",
        "key": key,
        "common_name": common_name,
        "organisation": organisation,
        "valid_from": valid_from.isoformat(),
        "valid_to": valid_to.isoformat(),
    }


def _unpack(answer: dict[str, Any]) -> dict[str, Any]:
    error = answer.get("error")
    if error is not None:
        raise SignerError(str(error["code"]), str(error["message"]))
    return answer


class SignerClient:
    """Asks the signer and waits. Threads may share one; after a fork it opens a connection of its own."""

    def __init__(self, socket_path: Path, token: str, *, patience: float = PATIENCE_SECONDS) -> None:
        self._socket_path = socket_path
        self._token = token
        self._patience = patience
        self._lock = threading.Lock()
        self._stream: Any = None
        self._owner = 0

    @classmethod
    def for_caller(cls, home: Home, caller: str, *, patience: float = PATIENCE_SECONDS) -> SignerClient:
        """Make the client of one process of this installation: web, worker, gateway or operator."""
        return cls(home.signer_socket, token_path(home, caller).read_text("ascii").strip(), patience=patience)

    def ready(self) -> bool:
        """Tell whether the signer answers now, without waiting for it."""
        try:
            with self._lock:
                self._exchange({"op": "ping"})
        except (OSError, SignerError):
            return False
        return True

    def create(self, key: str, algorithm: str | None = None) -> str:
        """Make the key unless it is there; return its public key (PEM)."""
        return str(self._ask({"op": "create", "key": key, "algorithm": algorithm})["public"])

    def create_many(self, keys: Iterable[str]) -> dict[str, str]:
        """Make several keys in one request; return their public keys by name."""
        names = list(keys)
        answers = self._batch([{"op": "create", "key": key, "algorithm": None} for key in names])
        return {key: str(answer["public"]) for key, answer in zip(names, answers, strict=True)}

    def public(self, key: str) -> str:
        """Return the public key (PEM)."""
        return str(self._ask({"op": "public", "key": key})["public"])

    def sign(self, key: str, message: bytes) -> bytes:
        """Sign a message: ES256 as the 64 bytes r||s, or Ed25519, by the key's algorithm."""
        return decode(self._ask(_sign_request(key, message))["signature"])

    def sign_many(self, key: str, messages: Sequence[bytes]) -> list[bytes]:
        """Sign several messages in one request."""
        answers = self._batch([_sign_request(key, message) for message in messages])
        return [decode(answer["signature"]) for answer in answers]

    def sign_digest(self, key: str, digest: bytes, *, algorithm: str = "sha256") -> bytes:
        """Sign a finished digest: DER ECDSA, as signatures in documents (PAdES, CMS) want it."""
        return decode(self._ask(_digest_request(key, digest, algorithm))["signature"])

    def certify(
        self, key: str, *, common_name: str, organisation: str, valid_from: datetime, valid_to: datetime
    ) -> str:
        """Have the sample authority issue a certificate unless a valid one is there; return the PEM chain."""
        return str(self._ask(_certify_request(key, common_name, organisation, valid_from, valid_to))["certificate"])

    def certify_key(
        self,
        key: str,
        public: str,
        *,
        common_name: str,
        organisation: str,
        valid_from: datetime,
        valid_to: datetime,
    ) -> str:
        """Have the sample authority certify a public key (PEM) whose private half is elsewhere; return the chain."""
        asked = _certify_request(key, common_name, organisation, valid_from, valid_to)
        return str(self._ask(asked | {"op": "certify_key", "public": public})["certificate"])

    def certificate(self, key: str) -> str:
        """Return the certificate of a key and its issuer's (PEM chain, the key's own first)."""
        return str(self._ask({"op": "certificate", "key": key})["certificate"])

    def revoke(self, key: str) -> None:
        """Let this key never sign again."""
        self._ask({"op": "revoke", "key": key})

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        with self._lock:
            self._drop()

    def _batch(self, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if not requests:
            return []
        answers = self._ask({"op": "batch", "requests": requests})["answers"]
        return [_unpack(answer) for answer in answers]

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        deadline = time.monotonic() + self._patience
        pause = 0.02
        with self._lock:
            while True:
                try:
                    return _unpack(self._exchange(request))
                except (OSError, SignerUnavailableError) as error:
                    self._drop()
                    if time.monotonic() + pause > deadline:
                        raise SignerUnavailableError(f"no answer at {self._socket_path}") from error
                time.sleep(pause)
                pause = min(pause * 2, 0.5)

    def _exchange(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._stream is not None and self._owner != os.getpid():
            self._stream = None  # the parent's connection; closing our copy would be harmless, sharing it would not
        if self._stream is None:
            self._connect()
        return self._round(request)

    def _connect(self) -> None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(max(self._patience, 1.0))
            connection.connect(str(self._socket_path))
            self._stream = connection.makefile("rwb")
        finally:
            connection.close()  # the stream keeps it open
        self._owner = os.getpid()
        _unpack(self._round({"op": "hello", "token": self._token}))

    def _round(self, request: dict[str, Any]) -> dict[str, Any]:
        self._stream.write(json.dumps(request).encode() + b"\n")
        self._stream.flush()
        line = self._stream.readline(LINE_LIMIT)
        if not line.endswith(b"\n"):
            self._drop()
            raise SignerUnavailableError("the signer closed the connection")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _drop(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None and self._owner == os.getpid():
            with contextlib.suppress(OSError):
                stream.close()


class AsyncSignerClient:
    """The gateway's client: whatever is asked while an answer is awaited goes out together, as one batch."""

    def __init__(self, socket_path: Path, token: str, *, patience: float = PATIENCE_SECONDS) -> None:
        self._socket_path = socket_path
        self._token = token
        self._patience = patience
        self._numbers = itertools.count(1)
        self._asked: list[tuple[bytes, asyncio.Future[dict[str, Any]]]] = []
        self._waiting: dict[int, list[asyncio.Future[dict[str, Any]]]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()

    @classmethod
    def for_caller(cls, home: Home, caller: str, *, patience: float = PATIENCE_SECONDS) -> AsyncSignerClient:
        """Make the client of one process of this installation."""
        return cls(home.signer_socket, token_path(home, caller).read_text("ascii").strip(), patience=patience)

    async def sign(self, key: str, message: bytes) -> bytes:
        """Sign a message: ES256 as the 64 bytes r||s, or Ed25519, by the key's algorithm."""
        return (await self.sign_each([(key, message)]))[0]

    async def sign_each(self, asked: Sequence[tuple[str, bytes]]) -> list[bytes]:
        """Sign several messages, each with its own key, in the same batch."""
        return [decode(each["signature"]) for each in await self._ask(*(_sign_line(*each) for each in asked))]

    async def sign_digest(self, key: str, digest: bytes, *, algorithm: str = "sha256") -> bytes:
        """Sign a finished digest: DER ECDSA."""
        return decode((await self._ask(_encoded(_digest_request(key, digest, algorithm))))[0]["signature"])

    async def public(self, key: str) -> str:
        """Return the public key (PEM)."""
        return str((await self._ask(_encoded({"op": "public", "key": key})))[0]["public"])

    async def close(self) -> None:
        """Close the connection; requests under way fail."""
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading
        self._lose()

    async def _ask(self, *requests: bytes) -> list[dict[str, Any]]:
        """The answers within our patience; a timer by itself costs less than a scope of time around each request."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._patience
        if self._writer is not None:
            futures = [self._put(each) for each in requests]
            timer = loop.call_at(until, _give_up, futures)
            try:
                answers = [await futures[0]] if len(futures) == 1 else await asyncio.gather(*futures)
                return [_unpack(each) for each in answers]
            except OSError as error:
                raise SignerUnavailableError(f"no answer at {self._socket_path}") from error
            except SignerUnavailableError:
                pass  # the connection was lost; there is time to try again
            finally:
                timer.cancel()
        try:
            async with asyncio.timeout_at(until):
                return [_unpack(await self._persist(each)) for each in requests]
        except TimeoutError as error:
            raise SignerUnavailableError(f"no answer at {self._socket_path}") from error

    async def _persist(self, request: bytes) -> dict[str, Any]:
        pause = 0.02
        while True:
            try:
                async with self._opening:
                    if self._writer is None:
                        await self._connect()
                return await self._round(request)
            except (OSError, SignerUnavailableError):
                await asyncio.sleep(pause)
                pause = min(pause * 2, 0.5)

    async def _connect(self) -> None:
        reader, writer = await asyncio.open_unix_connection(str(self._socket_path), limit=LINE_LIMIT)
        writer.write(json.dumps({"op": "hello", "token": self._token}).encode() + b"\n")
        line = await reader.readline()
        if not line:
            writer.close()
            raise SignerUnavailableError("the signer closed the connection")
        try:
            _unpack(json.loads(line))
        except SignerError:
            writer.close()
            raise
        self._writer = writer
        self._reading = asyncio.create_task(self._read(reader, writer))

    async def _round(self, request: bytes) -> dict[str, Any]:
        if self._writer is None:
            raise SignerUnavailableError("the connection was lost")
        return await self._put(request)

    def _put(self, request: bytes) -> asyncio.Future[dict[str, Any]]:
        """Have a request sent with the next batch: at the end of this round of the loop, or after the one under way."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[dict[str, Any]] = loop.create_future()
        self._asked.append((request, future))
        if not self._waiting and len(self._asked) == 1:
            loop.call_soon(self._send)
        return future

    def _send(self) -> None:
        """Send what waits and is still wanted as one batch; the signer answers a batch with one line."""
        if self._waiting or self._writer is None:
            return
        wanted = [(request, future) for request, future in self._asked if not future.done()]
        batch, self._asked = wanted[:BATCH], wanted[BATCH:]
        if not batch:
            return
        number = next(self._numbers)
        self._waiting[number] = [future for _, future in batch]
        requests = b",".join(request for request, _ in batch)
        self._writer.write(b'{"id":%d,"op":"batch","requests":[%s]}\n' % (number, requests))

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError):
            while line := await reader.readline():
                answer = json.loads(line)
                futures = self._waiting.pop(answer.get("id"), [])
                answers = answer.get("answers") or [answer] * len(futures)  # a refused batch refuses each of it
                for future, each in zip(futures, answers, strict=True):
                    if not future.done():
                        future.set_result(each)
                self._send()
        if self._writer is writer:
            self._lose()

    def _lose(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()
        lost = [*(future for _, future in self._asked), *(each for batch in self._waiting.values() for each in batch)]
        self._asked, self._waiting = [], {}
        for future in lost:
            if not future.done():
                future.set_exception(SignerUnavailableError("the connection was lost"))


def _encoded(request: dict[str, Any]) -> bytes:
    return json.dumps(request).encode()


def _give_up(futures: Iterable[asyncio.Future[dict[str, Any]]]) -> None:
    for future in futures:
        if not future.done():
            future.set_exception(TimeoutError())
