"""Reading what was exchanged: everyone the counts, each person what was read of them.

Layer 6. The counts come from a function of the database that gives no row away. The rows are for the agencies that took
part, by row-level security, and for the person whom they are about, by the keyed digest of that person's number.
Legal ground: Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15 (a person is told who processed data about them).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from maidinh.exchange.directory.definition import RESERVED, Contract, Directory, Service
from maidinh.exchange.directory.queries import directories_of
from maidinh.exchange.evidence.models import Exchange
from maidinh.exchange.evidence.rules import Operation, disclosed, log_content
from maidinh.exchange.interfaces.naming import field_names
from maidinh.exchange.operations import history, standing
from maidinh.exchange.subjects import digest, key_in
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.translog.queries import leaf_of, proof_for, proved_entries
from maidinh.infrastructure.translog.receipt import Receipt


@dataclass(frozen=True)
class Observed:
    """How often one system was seen to call one service with one outcome.

    Where `authenticated` is false the client is only what the caller claimed to be.
    """

    client: str
    service: str
    outcome: str
    authenticated: bool
    count: int
    last_at: datetime


def observed_connections(since: datetime) -> list[Observed]:
    """What was seen since a moment, by client, service and outcome."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT client, service, outcome, authenticated, count, last_at FROM evidence_observed(%s)", [since]
        )
        return [each for row in cursor.fetchall() if _of_a_service(each := Observed(*row))]


def observed_operations(since: datetime) -> list[Operation]:
    """What was seen since a moment, operation by operation."""
    names = ", ".join(each.name for each in fields(Operation))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM evidence_operations(%s)", [since])  # noqa: S608 - names of our own fields
        return [each for row in cursor.fetchall() if _of_a_service(each := Operation(*row))]


def _of_a_service(seen: Observed | Operation) -> bool:
    """Not a question about a provider, which the exchange answers itself and no architecture declares."""
    return seen.service.rpartition("/")[2] not in RESERVED


OWN = "exchange.read-own"
SHOWN = 500  # of one person's readings, the newest


@dataclass(frozen=True)
class Reading:
    """One time at which a system read data about a person, as that person is told of it.

    The contract and the service are those of the directory that decided then. `given` is false where the service had
    nothing to tell; `proved` while the public log holds the proof, some seconds after the reading.
    """

    id: UUID
    at: datetime
    agency: str
    provider: str
    system: str
    contract: Contract
    service: Service
    given: bool
    proved: bool

    def fields_in(self, language: str) -> list[str]:
        """What the contract lets pass, in people's words; empty where it is all that the service answers."""
        return field_names(self.service.openapi, self.contract.fields, language)


def name_of_field(service: Service | None, field: str, language: str) -> str:
    """What people call one field of a service's answers; its code where nobody named it."""
    return field_names(service.openapi if service else None, [field], language)[0]


def readings_for(actor: Actor, at: datetime) -> list[Reading]:
    """Every time at which data about this person were read through the exchange, the newest first."""
    require(actor, OWN)
    return [made for row in _rows_about(actor, at) if (made := row[1]) is not None]


def proof_of_reading(actor: Actor, reading: UUID, at: datetime) -> dict[str, Any] | None:
    """The record of one reading, signed and proved, as `maidinh log verify` takes it; None where it is not theirs."""
    require(actor, OWN)
    row = next((row for row, made in _rows_about(actor, at) if made is not None and row.id == reading), None)
    if row is None or row.log_entry is None:
        return None
    content = log_content(json.loads(row.record), row.signatures)
    leaf, proof = leaf_of(row.log_entry), proof_for(row.log_entry)
    return Receipt(content, bytes(row.salt), leaf, None, proof).document()


def _rows_about(actor: Actor, at: datetime) -> list[tuple[Exchange, Reading | None]]:
    if not actor.person:
        return []
    person = digest(key_in(settings.MAIDINH.home.secrets), actor.person)
    rows = list(Exchange.objects.raw("SELECT * FROM evidence_read_of(%s, %s, %s)", [person, at, SHOWN]))
    directories = directories_of(row.serial for row in rows)
    entries = proved_entries(row.log_entry for row in rows if row.log_entry is not None)
    return [(row, _reading(row, directories.get(row.serial), at, row.log_entry in entries)) for row in rows]


def _reading(row: Exchange, directory: Directory | None, at: datetime, proved: bool) -> Reading | None:
    """The row as its person is told of it; None while that is not due."""
    if directory is None:
        return None
    contract = next((each for each in directory.contracts if each.id == row.contract), None)
    service = next((each for each in directory.services if each.id == row.service), None)
    system = next((each.name for each in directory.subsystems if each.id == row.client), row.client)
    if contract is None or service is None or not disclosed(row.finished_at, contract.disclose_after_days, at):
        return None
    return Reading(
        id=row.id,
        at=row.finished_at,
        agency=row.consumer_agency,
        provider=row.provider_agency,
        system=system,
        contract=contract,
        service=service,
        given=row.status is not None and row.status < 400,
        proved=proved,
    )


def calls_under(asked: str, *, before: datetime) -> tuple[list[history.Happened], list[history.Unended]]:
    """What became of the calls with this X-Road-Id or request id, among the rows of whoever acts.

    The second are those that began before a moment and have no end.
    """
    with connection.cursor() as cursor:
        return history.happened_under(cursor, asked), history.unended_under(cursor, asked, before=before)


def latest_calls(*, outcomes: Sequence[str], since: datetime, service: str = "") -> list[history.Happened]:
    """The latest calls with one of these outcomes, newest first, among the rows of whoever acts."""
    with connection.cursor() as cursor:
        return history.latest(cursor, outcomes=outcomes, since=since, service=service)


def calls_between(since: datetime, until: datetime, *, limit: int) -> list[history.Happened]:
    """All calls that ended in a time, oldest first, among the rows of whoever acts."""
    with connection.cursor() as cursor:
        return history.between(cursor, since=since, until=until, limit=limit)


def last_hour(at: datetime) -> list[standing.ServiceHour]:
    """What came of the calls of the last hour, by service: numbers, for everyone."""
    with connection.cursor() as cursor:
        return standing.last_hour(cursor, at)


def open_calls(before: datetime) -> tuple[int, datetime | None]:
    """How many calls were forwarded before a moment and have no end, and when the first came in; for everyone."""
    with connection.cursor() as cursor:
        return standing.open_calls(cursor, before)
