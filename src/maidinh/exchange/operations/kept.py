"""Requests of calls that failed, kept so that they can be made again: sealed, small, few, and only for some hours.

Layer 6, no Django. A request may name a person, so nothing of it lies in clear: one file for each call, sealed with
AES-256-GCM under a key of the installation's secrets and bound to the call's request id. Only calls that may be made
twice are kept (safe and idempotent methods), without the caller's signature, and of their headers those that the
service needs. Legal ground: Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15 (no more is kept than the purpose needs).
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from maidinh.infrastructure.home import Home

REPEATABLE = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE")
HEADERS = (
    "accept", "accept-language", "content-type", "idempotency-key", "if-match", "if-none-match", "x-road-issue",
    "x-road-represented-party", "x-road-userid",
)  # fmt: skip
NONCE_BYTES = 12
AT_MOST = 1000  # kept requests; the oldest goes first
TAKEN = ".taken"


@dataclass(frozen=True)
class KeptRequest:
    """All that is needed to make a call again."""

    client: str
    x_road_id: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def written(self) -> bytes:
        """As it is sealed."""
        content = vars(self) | {"body": base64.b64encode(self.body).decode("ascii")}
        return json.dumps(content).encode()

    @classmethod
    def read(cls, data: bytes) -> KeptRequest:
        """What `written` wrote."""
        content = json.loads(data)
        headers = tuple((str(name), str(value)) for name, value in content.pop("headers"))
        return cls(body=base64.b64decode(content.pop("body")), headers=headers, **content)


class KeptRequests:
    """The folder of them. A gateway keeps and sweeps; whoever makes a call again takes."""

    def __init__(self, home: Home, *, lifetime: timedelta, size_limit: int) -> None:
        self._folder = home.gateway / "failed"
        self._key = home.secrets / "exchange-kept.key"
        self._lifetime = lifetime
        self._size_limit = size_limit

    @property
    def wanted(self) -> bool:
        """Whether anything is kept at all."""
        return self._lifetime > timedelta(0) and self._size_limit > 0

    def keep(self, number: uuid.UUID, request: KeptRequest, at: datetime) -> bool:
        """Seal and keep a request, unless it may not be made twice or is too large; says whether it is kept."""
        if not self.wanted or request.method not in REPEATABLE or len(request.body) > self._size_limit:
            return False
        self._folder.mkdir(mode=0o700, exist_ok=True)
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + AESGCM(self._secret()).encrypt(nonce, request.written(), number.bytes)
        expires = int((at + self._lifetime).timestamp())
        target = self._folder / f"{number}.{expires}"
        part = target.with_name(f".{target.name}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(sealed)
        part.replace(target)
        return True

    def sweep(self, at: datetime) -> int:
        """Delete what has had its time, and the oldest of too many; says how many."""
        gone = 0
        files = sorted(self._files(), key=_expires)
        for number, file in enumerate(files):
            if _expires(file) <= at.timestamp() or len(files) - number > AT_MOST:
                file.unlink(missing_ok=True)
                gone += 1
        return gone

    def holds(self, number: uuid.UUID, at: datetime) -> bool:
        """Whether this call can still be made again."""
        return any(_expires(file) > at.timestamp() for file in self._of(number))

    @contextlib.contextmanager
    def taken(self, number: uuid.UUID, at: datetime) -> Iterator[KeptRequest | None]:
        """The request, for one who makes it again; nobody else gets it meanwhile, and it is deleted afterwards.

        None where it is not kept, or another has it. Whoever leaves by an error puts it back.
        """
        for file in self._of(number):
            held = file.with_name(f".{file.name}{TAKEN}")
            try:
                file.rename(held)
            except FileNotFoundError:
                continue  # somebody else was quicker
            try:
                sealed = held.read_bytes()
                opened = AESGCM(self._secret()).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], number.bytes)
                request = KeptRequest.read(opened) if _expires(file) > at.timestamp() else None
            except (InvalidTag, ValueError):
                request = None
            try:
                yield request
            except BaseException:
                held.rename(file)
                raise
            held.unlink(missing_ok=True)
            return
        yield None

    def _of(self, number: uuid.UUID) -> Sequence[Path]:
        return [file for file in self._files() if file.stem == str(number)]

    def _files(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return [file for file in self._folder.iterdir() if not file.name.startswith(".") and file.suffix[1:].isdigit()]

    def _secret(self) -> bytes:
        with contextlib.suppress(FileExistsError):
            part = self._key.with_name(f".{self._key.name}.{os.getpid()}.{secrets.token_hex(4)}")
            if not self._key.exists():
                with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(AESGCM.generate_key(256))
                try:
                    os.link(part, self._key)  # the first process makes it, every other reads it
                finally:
                    part.unlink()
        return self._key.read_bytes()


def kept_headers(headers: Sequence[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    """Of a request's headers those that the service needs when the call is made again."""
    told = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
    return tuple((name, value) for name, value in told if name.lower() in HEADERS)


def _expires(file: Path) -> int:
    return int(file.suffix[1:])
