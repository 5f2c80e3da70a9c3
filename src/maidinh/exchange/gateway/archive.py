"""The evidence that a calling system asks the gateway for: of exchanges in which it took part, as containers.

Layer 6, no Django. Made in a thread, so that other calls go on meanwhile; no time-stamping authority is waited for.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

import psycopg

from maidinh.exchange.evidence.container import container_for
from maidinh.exchange.evidence.gathering import Archive, sealing_for
from maidinh.exchange.gateway.settings import GatewaySettings
from maidinh.infrastructure.translog.rules import origin_of

SIGNING_SECONDS = 10.0


async def containers_for(settings: GatewaySettings, asker: str, asked: str, *, at: datetime) -> dict[str, bytes]:
    """The containers of the exchanges with this X-Road-Id, by X-Road-Request-Id, for a system that took part.

    `asker` is the system that was recognised. Raises EvidenceError, psycopg.Error or SignerError.
    """
    loop = asyncio.get_running_loop()

    def sign(key: str, message: bytes) -> bytes:
        return asyncio.run_coroutine_threadsafe(settings.signer.sign(key, message), loop).result(SIGNING_SECONDS)

    def make() -> dict[str, bytes]:
        with psycopg.connect(settings.dsn, autocommit=True, connect_timeout=5) as connection:
            archive = Archive(connection, settings.home, origin_of(settings.province))
            found = archive.found_for(asker, asked)
        if not found:
            return {}
        seal = sealing_for(settings.home, settings.province, sign)
        return {each.id: container_for(each, seal=seal, at=at) for each in found}

    return await asyncio.to_thread(make)
