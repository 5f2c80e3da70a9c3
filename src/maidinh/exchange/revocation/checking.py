"""Whether a certificate that a caller shows was taken back by who issued it, known before it is asked.

Layer 6, no Django. Lists and answers are fetched beside the calls, never for one; each call is judged by what is known.
A copy of each list carries the gateway through a start without the authority. What can't be had for longer than the
operator says refuses the authority's certificates.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import aiohttp
from cryptography import x509
from cryptography.x509 import Certificate

from maidinh.exchange.jws import timestamp
from maidinh.exchange.revocation.lists import (
    Answer,
    RevocationError,
    RevocationList,
    issuer_of,
    question_about,
    read_answer,
    read_list,
)

REVOKED, UNKNOWN = "certificate_revoked", "revocation_unknown"  # the words of a refusal
FOLDER, STATE = "revocation", "state.json"
LIST_LIMIT, ANSWER_LIMIT = 32 * 1024 * 1024, 64 * 1024  # bytes
MOST_CERTIFICATES = 4096  # that a responder is asked about
PATIENCE = aiohttp.ClientTimeout(total=15)
QUERY = "application/ocsp-request"
Fetch = Callable[[str, bytes | None], Awaitable[bytes]]
log = logging.getLogger("maidinh.gateway.revocation")


@dataclass(frozen=True)
class RevocationSettings:
    """Whom to ask, how often, and from when on silence is a refusal (None: never)."""

    authorities: tuple[Path, ...] = ()
    lists: tuple[str, ...] = ()
    responder: str | None = None
    interval: float = 30
    refused_after: timedelta | None = timedelta(hours=24)

    @property
    def asks(self) -> bool:
        """Whether anybody is asked at all."""
        return bool(self.lists or self.responder)


@dataclass
class _Source:
    """What is known from one address."""

    address: str
    held: RevocationList | None = None
    fetched_at: datetime | None = None
    fault: str = ""


@dataclass
class _Seen:
    """A certificate that a responder is asked about."""

    certificate: Certificate
    issuer: Certificate
    since: datetime
    answer: Answer | None = None
    fault: str = ""


@dataclass
class Revocations:
    """What one gateway process knows of certificates that were taken back."""

    settings: RevocationSettings
    folder: Path
    clock: Callable[[], datetime]
    fetch: Fetch | None = None
    _began: datetime | None = None
    _sources: list[_Source] = field(default_factory=list)
    _seen: dict[bytes, _Seen] = field(default_factory=dict)
    _authorities: list[Certificate] = field(default_factory=list)
    _issuers: dict[bytes, Certificate | None] = field(default_factory=dict)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Take up what was known when a gateway last ran here."""
        if not self.settings.asks:
            return
        self._began = self.clock()
        self._sources = [_Source(each) for each in self.settings.lists]
        self._read_authorities()
        for source in self._sources:
            path = self._copy(source)
            if path.is_file():
                self._take(source, path.read_bytes())

    def judge(self, der: bytes) -> str:
        """Why a certificate is refused; empty where it is not. Nobody is asked meanwhile."""
        if not self.settings.asks:
            return ""
        certificate = _loaded(der)
        issuer = self._issuer(der, certificate)
        if issuer is None:
            return ""  # of an authority that these lists are not about, such as the sample's own
        at = self.clock()
        held = [each.held for each in self._sources if each.held is not None and each.held.issuer == issuer.subject]
        if any(certificate.serial_number in each.revoked for each in held):
            return REVOKED
        fresh = max((each.next_update for each in held), default=self._began or at)
        if self.settings.responder:
            seen = self._asked_about(der, certificate, issuer, at)
            if seen.answer is not None and seen.answer.revoked:
                return REVOKED
            fresh = max(fresh if held else seen.since, seen.answer.next_update if seen.answer else seen.since)
        waits = self.settings.refused_after
        return "" if waits is None or at < fresh + waits else UNKNOWN

    async def follow(self) -> None:
        """Keep up with the authorities, through every failure of theirs, until cancelled."""
        while True:
            await self.refresh()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.settings.interval):
                    while True:  # a certificate that is seen for the first time need not wait so long
                        await self._woken.wait()
                        self._woken.clear()
                        await self._ask(
                            [each for each in self._seen.values() if each.answer is None and not each.fault]
                        )

    async def refresh(self) -> None:
        """Fetch every list anew, and ask about every certificate that was seen."""
        self._read_authorities()
        for source in self._sources:
            try:
                content = await self._fetched(source.address, None)
            except RevocationError as error:
                source.fault = str(error)
                log.warning("revocation: %s: %s", source.address, error)
                continue
            if await asyncio.to_thread(self._take, source, content):
                await asyncio.to_thread(_written, self._copy(source), content)
        await self._ask(list(self._seen.values()))
        await asyncio.to_thread(_written, self.folder / STATE, json.dumps(self.document()).encode())

    def document(self) -> dict[str, Any]:
        """What is known, for who looks after the exchange."""
        answered = [each for each in self._seen.values() if each.answer is not None]
        return {
            "at": timestamp(self.clock()),
            "lists": [_told(each) for each in self._sources],
            "responder": None
            if self.settings.responder is None
            else {
                "address": self.settings.responder,
                "certificates": len(self._seen),
                "answered": len(answered),
                "revoked": sum(1 for each in answered if each.answer and each.answer.revoked),
                "fault": next((each.fault for each in self._seen.values() if each.fault), ""),
            },
        }

    def _issuer(self, der: bytes, certificate: Certificate) -> Certificate | None:
        if der not in self._issuers:
            if len(self._issuers) >= MOST_CERTIFICATES:
                self._issuers.clear()
            self._issuers[der] = issuer_of(certificate, self._authorities)
        return self._issuers[der]

    def _asked_about(self, der: bytes, certificate: Certificate, issuer: Certificate, at: datetime) -> _Seen:
        name = hashlib.sha256(der).digest()
        seen = self._seen.pop(name, None)
        if seen is None:
            seen = _Seen(certificate, issuer, at)
            self._woken.set()
        self._seen[name] = seen  # the one that was used last stands last
        while len(self._seen) > MOST_CERTIFICATES:
            del self._seen[next(iter(self._seen))]
        return seen

    async def _ask(self, about: Sequence[_Seen]) -> None:
        if self.settings.responder is None:
            return
        for seen in about:
            try:
                question = question_about(seen.certificate, seen.issuer)
                content = await self._fetched(self.settings.responder, question)
                answer = read_answer(content, seen.certificate, seen.issuer, self.clock())
            except RevocationError as error:
                seen.fault = str(error)
                log.warning("revocation: %s: %s", self.settings.responder, error)
                continue
            if seen.answer is None or answer.this_update >= seen.answer.this_update:
                seen.answer, seen.fault = answer, ""

    def _take(self, source: _Source, content: bytes) -> bool:
        """Hold a list from now on; an older one than the one that is held is no news, but may be a trick."""
        try:
            found = read_list(content, self._authorities)
            if source.held is not None and found.this_update < source.held.this_update:
                raise RevocationError("it is older than the one before")
        except RevocationError as error:
            source.fault = str(error)
            log.warning("revocation: %s: %s", source.address, error)
            return False
        changed = source.held is None or found.this_update > source.held.this_update
        source.held, source.fault, source.fetched_at = found, "", self.clock()
        return changed

    def _read_authorities(self) -> None:
        found: list[Certificate] = []
        for path in self.settings.authorities:
            try:
                found += x509.load_pem_x509_certificates(path.read_bytes())
            except (OSError, ValueError) as error:
                log.warning("revocation: %s: %s", path, error)
        if found and found != self._authorities:
            self._authorities = found
            self._issuers.clear()

    def _copy(self, source: _Source) -> Path:
        return self.folder / f"{hashlib.sha256(source.address.encode()).hexdigest()[:16]}.crl"

    async def _fetched(self, address: str, question: bytes | None) -> bytes:
        try:
            return await (self.fetch or fetched)(address, question)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise RevocationError(f"nothing came: {type(error).__name__}") from error


async def fetched(address: str, question: bytes | None) -> bytes:
    """What an address gives, or what it answers to a question; a path is a file."""
    limit = LIST_LIMIT if question is None else ANSWER_LIMIT
    if "://" not in address:
        return await asyncio.to_thread(Path(address).read_bytes)
    async with aiohttp.ClientSession(
        timeout=PATIENCE, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
    ) as session, session.request(
        "GET" if question is None else "POST", address, data=question, allow_redirects=False,
        headers={} if question is None else {"Content-Type": QUERY},
    ) as answer:  # fmt: skip
        if answer.status != 200:
            raise RevocationError(f"answered with status {answer.status}")
        content = bytearray()
        async for piece in answer.content.iter_chunked(65_536):
            content += piece
            if len(content) > limit:
                raise RevocationError(f"answered with more than {limit} bytes")
        return bytes(content)


@lru_cache(maxsize=MOST_CERTIFICATES)
def _loaded(der: bytes) -> Certificate:
    return x509.load_der_x509_certificate(der)


def state_in(folder: Path) -> dict[str, Any] | None:
    """What the gateway that wrote last knew; None where none has."""
    try:
        read = json.loads((folder / STATE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return read if isinstance(read, dict) else None


def _told(source: _Source) -> dict[str, Any]:
    held = source.held
    return {
        "address": source.address,
        "issuer": None if held is None else held.issuer.rfc4514_string(),
        "this_update": None if held is None else timestamp(held.this_update),
        "next_update": None if held is None else timestamp(held.next_update),
        "revoked": 0 if held is None else len(held.revoked),
        "fetched_at": None if source.fetched_at is None else timestamp(source.fetched_at),
        "fault": source.fault,
    }


def _written(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:  # what is known is known without it
        log.warning("revocation: %s could not be written: %s", path.name, error.strerror)
