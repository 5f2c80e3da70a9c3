"""The registers' own service, as other systems reach it: only through the exchange, only with the gateway's word.

Layer 5, aiohttp and psycopg, no Django. A call without a valid assertion of the gateway for exactly this request is
refused, so that nobody can walk around the exchange. Legal ground: Nghị định 47/2020/NĐ-CP.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from aiohttp import web
from psycopg.rows import dict_row

from maidinh.exchange import tracing
from maidinh.exchange.assertions import HEADER, KIND, verify_assertion
from maidinh.exchange.directory.definition import Member
from maidinh.exchange.jws import InvalidToken, parse
from maidinh.infrastructure.keys.identifiers import KeyNameError, file_stem

PERSON_SQL = """
SELECT person AS personal_number, full_name, date_of_birth::text AS date_of_birth, sex, residence, commune
FROM registers_person WHERE person = %s
"""
PARCEL_SQL = """
SELECT parcel, owner_id AS owner, commune, address, map_sheet, number, area, land_use_vi, land_use_en, certificate
FROM registers_parcel
"""
PATIENCE_SECONDS = 5.0

Handler = Callable[[web.Request], Any]


def wall_clock() -> datetime:
    """The time now; a service is a process, and somebody must look at the clock."""
    return datetime.now(UTC)


class Rows:
    """One kept connection to the database, opened again when it was lost."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: psycopg.AsyncConnection[dict[str, Any]] | None = None
        self._turn = asyncio.Lock()

    async def fetch(self, statement: str, value: str) -> list[dict[str, Any]]:
        """The rows of one statement; a connection that died since its last use is replaced once."""
        async with self._turn, asyncio.timeout(PATIENCE_SECONDS):
            kept = self._connection is not None
            try:
                return await self._run(statement, value)
            except psycopg.OperationalError:
                await self._drop()
                if not kept:
                    raise
                return await self._run(statement, value)
            except asyncio.CancelledError:
                await self._drop()
                raise

    async def close(self) -> None:
        """Close the connection."""
        async with self._turn:
            await self._drop()

    async def _run(self, statement: str, value: str) -> list[dict[str, Any]]:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(self._dsn, autocommit=True, row_factory=dict_row)
        cursor = await self._connection.execute(statement, [value])
        return await cursor.fetchall()

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


def register_application(
    dsn: str, *, services: Mapping[str, str], public_keys: Path, clock: Callable[[], datetime] = wall_clock
) -> web.Application:
    """The registers at /registers/...

    `services` gives the exchange's id of the service behind each service code (`population`, `land`); `public_keys`
    is the folder with the members' keys, by which the gateway signs its assertions.
    """
    rows = Rows(dsn)
    application = web.Application()

    def guarded(code: str, handler: Handler) -> Handler:
        async def guard(request: web.Request) -> web.Response:
            about = {"maidinh.service": services.get(code, code)}
            with tracing.span("register", kind="server", carrier=tracing.came(request.raw_headers), **about):
                return await answered(request)

        async def answered(request: web.Request) -> web.Response:
            reason = await refusal_of(request, services.get(code), public_keys, clock())
            if reason is not None:
                return _problem(403, reason)
            try:
                return _answer(await handler(request))
            except (psycopg.Error, TimeoutError):
                return _problem(503, "register_unavailable")

        return guard

    async def person(request: web.Request) -> Any:
        return next(iter(await rows.fetch(PERSON_SQL, request.match_info["person"])), None)

    async def parcels(request: web.Request) -> Any:
        found = await rows.fetch(PARCEL_SQL + "WHERE owner_id = %s ORDER BY parcel", request.match_info["person"])
        return {"items": [_parcel(row) for row in found]}

    async def parcel(request: web.Request) -> Any:
        found = await rows.fetch(PARCEL_SQL + "WHERE parcel = %s", request.match_info["parcel"])
        return _parcel(found[0]) if found else None

    async def close(_: web.Application) -> None:
        await rows.close()

    application.router.add_get("/registers/population/persons/{person}", guarded("population", person))
    application.router.add_get("/registers/land/owners/{person}/parcels", guarded("land", parcels))
    application.router.add_get("/registers/land/parcels/{parcel}", guarded("land", parcel))
    application.on_cleanup.append(close)
    return application


async def refusal_of(request: web.Request, service: str | None, public_keys: Path, at: datetime) -> str | None:
    """Why the call isn't believed; None when it is."""
    token = request.headers.get(HEADER)
    if service is None:
        return "service_not_declared"
    if not token:
        return "assertion_missing"
    try:
        pem = (public_keys / f"{_signing_key(service, token, public_keys)}.pem").read_text("ascii")
        verify_assertion(
            token,
            public_key_pem=pem,
            service=service,
            method=request.method,
            target=request.raw_path,
            body=await request.read(),
            at=at,
        )
    except InvalidToken as error:
        return error.reason
    except (OSError, KeyNameError):
        return "key_unknown"
    except (KeyError, TypeError, ValueError):
        return "malformed_token"
    return None


def _signing_key(service: str, token: str, public_keys: Path) -> str:
    """The file of the service's own member's key that the token names: its first or a later one, none revoked."""
    _, member_class, code, *_ = service.split("/")
    first = Member(member_class=member_class, code=code, name=code, agency=code).key_id
    named = parse(token, KIND).header["kid"]
    stem = file_stem(named if named.startswith(f"{first}/") else first)
    if (public_keys / f"{stem}.revoked").exists():
        raise InvalidToken("revoked_key")
    return stem


def _parcel(row: dict[str, Any]) -> dict[str, Any]:
    use = {"vi": row["land_use_vi"], "en": row["land_use_en"] or row["land_use_vi"]}
    return {name: value for name, value in row.items() if not name.startswith("land_use")} | {"land_use": use}


def _answer(content: Any) -> web.Response:
    if content is None:
        return _problem(404, "not_found")
    return web.json_response(content, headers={"Cache-Control": "no-store"})


def _problem(status: int, reason: str) -> web.Response:
    return web.json_response({"error": reason}, status=status, headers={"Cache-Control": "no-store"})
