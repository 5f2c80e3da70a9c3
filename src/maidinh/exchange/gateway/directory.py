"""The directory that is in force here: the newest one that the architecture's key has signed.

Layer 6, no Django. It is fetched when the database announces it and once a poll besides; a copy in the installation's
directory carries the gateway through a start without a database. A lower serial is never accepted, not even from a
database that was restored to an older state; after its expiry nothing is allowed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from datetime import datetime
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import ValidationError

from maidinh.exchange import jws
from maidinh.exchange.directory.definition import KIND, Directory, architecture_key
from maidinh.exchange.directory.rules import Register
from maidinh.exchange.gateway.checks import terms_of
from maidinh.exchange.gateway.settings import GatewaySettings

CHANNEL = "directory_published"
NEWER = "SELECT serial, jws FROM directory_publisheddirectory WHERE serial > %s ORDER BY serial DESC LIMIT 5"
ANSWER_SECONDS = 6.0  # in which the database answers, or counts as away; a statement itself may take five
log = logging.getLogger("maidinh.gateway.directory")


class DirectoryRefusedError(Exception):
    """A directory that may not come into force; `reason` is a stable word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Snapshot:
    """A directory in force, with its keys ready for use."""

    def __init__(self, directory: Directory, token: str) -> None:
        self.directory = directory
        self.token = token
        self.register = Register(directory)
        self.terms = terms_of(directory)
        self.serial = directory.serial
        self.hash = directory.hash()
        self._keys = {
            (subsystem.id, key.kid): (key, jws.public_key(key.public_key_pem))
            for subsystem in directory.subsystems
            for key in subsystem.keys
        }
        self._names = {
            (subsystem, public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)): kid
            for (subsystem, kid), (_, public) in self._keys.items()
        }

    def key(self, subsystem: str, kid: str, at: datetime) -> ec.EllipticCurvePublicKey | None:
        """The subsystem's key of this name if it may be used at this moment."""
        declared, key = self._keys.get((subsystem, kid), (None, None))
        return key if declared is not None and declared.valid(at) else None

    def kid_of(self, subsystem: str, key: bytes) -> str | None:
        """The name that the subsystem's key with this public half (DER) has here."""
        return self._names.get((subsystem, key))

    def recognises(self, subsystem: str, kid: str, at: datetime) -> bool:
        """Whether a key that another directory named is named by this one too."""
        return self.key(subsystem, kid, at) is not None

    def custody(self, subsystem: str, kid: str) -> str:
        """Who holds the private half of a key of this directory."""
        return self._keys[subsystem, kid][0].custody


class DirectoryKeeper:
    """Holds the directory in force and replaces it when a newer one is published."""

    def __init__(self, settings: GatewaySettings) -> None:
        self.settings = settings
        self.snapshot: Snapshot | None = None
        self.connected = False
        self._refused: set[str] = set()

    def accept(self, token: str) -> Snapshot:
        """Bring a signed directory into force, or raise."""
        settings = self.settings
        try:
            parsed = jws.parse(token, KIND)
            if parsed.header["kid"] != architecture_key(settings.province):
                raise DirectoryRefusedError("wrong_key")
            jws.verify(parsed, jws.public_key(settings.directory_key.read_bytes()))
            directory = Directory.model_validate_json(parsed.payload)
            snapshot = Snapshot(directory, token)
        except jws.InvalidToken as error:
            raise DirectoryRefusedError(error.reason) from error
        except (ValidationError, ValueError, OSError) as error:
            raise DirectoryRefusedError("unreadable") from error
        if (directory.instance, directory.province) != (settings.instance, settings.province):
            raise DirectoryRefusedError("wrong_instance")
        if self.snapshot is not None and directory.serial < self.snapshot.serial:
            raise DirectoryRefusedError("lower_serial")
        if self.snapshot is not None and directory.serial == self.snapshot.serial:
            if snapshot.hash != self.snapshot.hash:
                raise DirectoryRefusedError("serial_used_twice")
            return self.snapshot
        self.snapshot = snapshot
        return snapshot

    def load_copy(self) -> None:
        """Take up the directory that was in force when a gateway last ran here."""
        self._sweep()
        try:
            token = self.settings.directory_copy.read_text("ascii")
        except (OSError, UnicodeDecodeError):
            return
        self._consider(token)

    async def follow(self) -> None:
        """Keep up with what is published, through every failure of the database, until cancelled."""
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError, TimeoutError) as error:
                log.warning("directory: the database is away: %s", type(error).__name__)
            finally:
                self.connected = False
            await asyncio.sleep(self.settings.poll_seconds)

    async def _listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(
            self.settings.dsn, autocommit=True, connect_timeout=5, options="-c statement_timeout=5000"
        ) as connection:
            while True:
                # A network that was cut says nothing; whoever waits for it would obey an old directory for as long.
                async with asyncio.timeout(ANSWER_SECONDS):
                    if not self.connected:
                        await connection.execute(f"LISTEN {CHANNEL}")
                    await self._fetch(connection)
                self.connected = True
                async for _ in connection.notifies(timeout=self.settings.poll_seconds, stop_after=1):
                    pass

    async def _fetch(self, connection: psycopg.AsyncConnection[tuple[int, str]]) -> None:
        serial = self.snapshot.serial if self.snapshot else 0
        for _, token in await (await connection.execute(NEWER, [serial])).fetchall():
            if self._consider(token):
                self._keep(token)
                return

    def _consider(self, token: str) -> bool:
        try:
            snapshot = self.accept(token)
        except DirectoryRefusedError as error:
            if token not in self._refused:
                log.error("directory: refused one: %s", error.reason)
            self._refused = {token}
            return False
        log.info("directory: serial %s of version %s", snapshot.serial, snapshot.directory.architecture_version)
        return True

    def _sweep(self) -> None:
        """Remove what gateways that are no more had half-written when they were killed."""
        target = self.settings.directory_copy
        for left in target.parent.glob(f"{target.name}.*"):
            number = left.suffix.removeprefix(".")
            if number.isdigit() and not Path(f"/proc/{number}").exists():
                with contextlib.suppress(OSError):
                    left.unlink()

    def _keep(self, token: str) -> None:
        target = self.settings.directory_copy
        fresh = target.with_name(f"{target.name}.{os.getpid()}")
        try:
            with fresh.open("w", encoding="ascii") as file:
                file.write(token)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(target)
        except OSError as error:  # in force all the same; only a start without the database would miss it
            log.warning("directory: the copy could not be kept: %s", error)
