"""What the gateway is told when it starts.

Layer 6, no Django. The limits are technical ones; what may be exchanged stands in the directory alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from maidinh.exchange.directory.definition import architecture_key
from maidinh.exchange.gateway.destinations import Resolve, resolve
from maidinh.exchange.gateway.protocol import ErrorForm
from maidinh.exchange.gateway.tls import TlsSettings
from maidinh.exchange.gateway.zones import Zones
from maidinh.exchange.revocation.checking import RevocationSettings
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.identifiers import file_stem

MEBIBYTE = 1024 * 1024


class AsyncSigner(Protocol):
    """Whoever can sign with named keys."""

    async def sign(self, key: str, message: bytes) -> bytes: ...

    async def sign_each(self, asked: Sequence[tuple[str, bytes]]) -> list[bytes]: ...


def wall_clock() -> datetime:
    """The time now; the gateway is a process, and somebody must look at the clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class GatewaySettings:
    """One gateway process. Several may share a port with `reuse_port`."""

    instance: str
    province: str
    dsn: str
    home: Home
    signer: AsyncSigner
    host: str = "127.0.0.1"
    port: int = 0
    reuse_port: bool = False
    window: timedelta = timedelta(minutes=5)  # how far a caller's clock may be away from ours
    body_limit: int = 128 * MEBIBYTE  # the largest body that is accepted either way
    memory_limit: int = MEBIBYTE  # of one body; the rest of it waits in an unnamed file
    envelope_limit: int = 4 * MEBIBYTE  # of a SOAP message without its attachments
    receive_seconds: float = 60  # for a body to arrive, and for each piece of an answer to be taken
    least_per_second: int = 64 * 1024  # bytes; a body that comes at this rate or faster gets the time that it needs
    idle_seconds: float = 75  # how long a connection may stay open without a whole request
    linger_seconds: float = 5  # how long the rest of a refused body is thrown away before its connection is cut
    error_form: ErrorForm = "camel"  # how error types are spelled
    connect_seconds: float = 5
    log_patience_seconds: float = 5  # how long a call waits for the log before it is answered with an error
    poll_seconds: float = 1  # how often the directory is asked for when no notification came
    zones: Zones = field(default_factory=Zones)  # which network zone an address lies in
    subject_key: bytes | None = field(default=None, repr=False)  # without it the evidence names nobody, not even keyed
    own_services: frozenset[tuple[str, int]] = frozenset()  # host and port of what this installation itself runs
    resolve: Resolve = resolve  # how a service's name becomes addresses
    tls: TlsSettings | None = None  # the second port, for systems that show a certificate
    revocation: RevocationSettings = field(default_factory=RevocationSettings)  # who says which of them hold no more
    kept_for: timedelta = timedelta(0)  # how long the sealed request of a failed call can be made again
    kept_limit: int = 64 * 1024  # bytes of such a request
    metrics_port: int | None = None  # loopback port of the numbers; unset: they are not served
    clock: Callable[[], datetime] = field(default=wall_clock)

    @property
    def directory_key(self) -> Path:
        """The public key by which the gateway recognises the published architecture."""
        return self.home.public_keys / f"{file_stem(architecture_key(self.province))}.pem"

    @property
    def directory_copy(self) -> Path:
        """The last directory that was in force, for the time when the database is away."""
        return self.home.gateway / "directory.jws"
