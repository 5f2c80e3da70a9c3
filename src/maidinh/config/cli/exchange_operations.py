"""`maidinh exchange status`, `log` and `monitoring`: how the exchange stands, what became of calls.

Layer 0, config. They read the installation's database and write nothing. `status` reads numbers that give no row away;
the others read as the machine's operator, or with --agency as that agency, to whom the database shows its own alone.
Exit codes: 0 in order or found, 1 findings or nothing found, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from maidinh.config.cli.doctor import environment_meant
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    import psycopg

    from maidinh.config.environment import Environment
    from maidinh.exchange.client.calls import ExchangeUnavailable
    from maidinh.exchange.operations.history import Happened, Unended

FINDINGS, WRONG_USE, FAILED = 1, 2, 3
IN_FLIGHT = 6  # times as long as a service has to answer: a call older than that has ended
SCOPE = "SELECT set_config('maidinh.agencies', %s, false)"

MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"]

Json = Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))]
Data = Annotated[Path | None, typer.Option(help=say("The data directory. Unset: as the settings say."))]
Port = Annotated[int | None, typer.Option(help=say("The port of its pages; the gateway has the next one."))]
Agency = Annotated[
    str | None, typer.Option(help=say("See what this agency may see, by its code. Unset: all, as the operator."))
]


def add_to(group: typer.Typer) -> None:
    """Register the commands."""
    group.command("status", help=say("Say how the exchange stands: gateway, directory, last hour, keys, log."))(status)
    group.command("log", help=say("Tell what became of a call: every exchange of an X-Road-Id, step by step."))(log)
    group.command("monitoring", help=say("Write operational monitoring data under X-Road's names."))(monitoring)


@told_plainly
def status(as_json: Json = False, data: Data = None, port: Port = None) -> None:
    """Say how the exchange stands."""
    from maidinh.config.exchange_standing import standing

    environment = environment_meant(data, port)
    with connected(environment, "web") as connection, connection.cursor() as cursor:
        found = standing(cursor, environment, at=now())
    if as_json:
        print(json.dumps(found.document(), ensure_ascii=False, indent=2))
    else:
        print("\n".join(found.told(say)))
    sys.exit(FINDINGS if found.findings() else 0)


@told_plainly
def log(
    asked: Annotated[str, typer.Argument(metavar="ID", help=say("The X-Road-Id of the call, or its request id."))],
    agency: Agency = None,
    as_json: Json = False,
    data: Data = None,
    port: Port = None,
) -> None:
    """Tell what became of a call."""
    from maidinh.exchange.operations.history import happened_under, unended_under

    environment = environment_meant(data, port)
    before = now() - IN_FLIGHT * timedelta(seconds=environment.gateway_timeout)
    with reading(environment, agency) as cursor:
        found = happened_under(cursor, asked)
        lost = unended_under(cursor, asked, before=before)
    if not found and not lost:
        leave(FINDINGS, say("The exchange has written down no call {id}.").format(id=asked))
    if as_json:
        exchanges = [_document(each) for each in found]
        unended = [each.document() for each in lost]
        print(json.dumps({"asked": asked, "exchanges": exchanges, "unended": unended}, ensure_ascii=False, indent=2))
        return
    for each in found:
        _tell(each)
    for other in lost:
        _tell_lost(other)


@told_plainly
def monitoring(
    since: Annotated[
        datetime | None, typer.Option(formats=MOMENTS, help=say("From this moment on. Unset: the last 24 hours."))
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=MOMENTS, help=say("Before this moment. Unset: now."))
    ] = None,
    agency: Agency = None,
    as_csv: Annotated[bool, typer.Option("--csv", help=say("Answer as CSV, for spreadsheets."))] = False,
    as_json: Json = False,
    data: Data = None,
    port: Port = None,
) -> None:
    """Write operational monitoring data."""
    from maidinh.exchange.operations.history import between
    from maidinh.exchange.operations.monitoring import LIMIT, answer, records, table
    from maidinh.infrastructure.workbooks.separated import csv_bytes

    if as_csv and as_json:
        leave(WRONG_USE, say("Choose JSON or CSV."))
    environment = environment_meant(data, port)
    ends = now() if until is None else until.astimezone()
    begins = ends - timedelta(hours=24) if since is None else since.astimezone()
    with reading(environment, agency) as cursor:
        found = between(cursor, since=begins, until=ends, limit=LIMIT + 1)
    whole, found = len(found) <= LIMIT, found[:LIMIT]
    agencies = None if agency is None else [agency]
    if as_csv:
        sys.stdout.write(csv_bytes(table(records(found, agencies))).decode("utf-8-sig"))
    else:
        content = answer(found, agencies, whole=whole)
        print(json.dumps(content, ensure_ascii=False, indent=None if as_json else 2))
    if not whole:
        told = say("There are more than {limit} exchanges; ask for the rest with --since {moment}")
        moment = found[-1].finished_at.isoformat()
        print(told.format(limit=LIMIT, moment=moment), file=sys.stderr)


def now() -> datetime:
    """The time; a test says another."""
    return datetime.now(UTC)


@contextmanager
def reading(environment: Environment, agency: str | None) -> Iterator[psycopg.Cursor[Any]]:
    """The evidence as the operator of the machine sees it, or as one agency does."""
    with connected(environment, "owner" if agency is None else "web") as connection, connection.cursor() as cursor:
        if agency is not None:
            cursor.execute(SCOPE, [agency])
        yield cursor


@contextmanager
def connected(environment: Environment, role: str) -> Iterator[psycopg.Connection[Any]]:
    """The installation's database as one of our roles; a demonstration's has a name of its own."""
    import psycopg

    from maidinh.config.environment import demonstration_database
    from maidinh.infrastructure.database.connections import Connections

    home, address = environment.home, environment.database_url
    if not Connections(home, address).prepared:
        leave(WRONG_USE, say("There is no installation in {place}. Name its --data.").format(place=environment.data))
    names = (environment.database_name, demonstration_database(environment.province))
    try:
        connection = _first(*(Connections(home, address, name).dsn(role) for name in names))
        with connection:
            yield connection
    except psycopg.OperationalError as error:
        leave(FAILED, f"{str(error).strip()}\n{say('Is the installation running there? Name its --port and --data.')}")


def _first(*addresses: str) -> psycopg.Connection[Any]:
    import psycopg

    for number, address in enumerate(addresses, 1):
        try:
            return psycopg.connect(address, connect_timeout=5, autocommit=True)
        except psycopg.OperationalError as error:
            if number == len(addresses) or "does not exist" not in str(error):
                raise
    raise AssertionError("no address was given")


def _document(exchange: Happened) -> dict[str, Any]:
    from maidinh.exchange.operations.reasons import reason_for

    told = reason_for(exchange.reason) if exchange.reason else None
    words = {"says": say(told.says), "remedy": say(told.remedy)} if told else {"says": "", "remedy": ""}
    return exchange.document() | words


def _tell(exchange: Happened) -> None:
    from maidinh.exchange.operations.reasons import reason_for

    outcomes = {"allowed": say("Allowed"), "refused": say("Refused"), "failed": say("Failed")}
    unsure = "" if exchange.authenticated else f" ({say('not recognised')})"
    print(f"{outcomes[exchange.outcome]}: {exchange.client or '?'}{unsure} -> {exchange.service}")
    print(f"  {exchange.method} {exchange.path or say('(an address that no contract has is not kept)')}  {exchange.id}")
    if exchange.reason:
        told = reason_for(exchange.reason)
        print(f"  {say(told.says)} ({exchange.reason})\n  -> {say(told.remedy)}")
    if exchange.contract:
        print(f"  {say('Contract')}: {exchange.contract}, {say('directory')} {exchange.serial}")
    verdicts = (exchange.request_verdict, exchange.response_verdict)
    if any(verdicts):
        told_verdicts = ", ".join(each or say("not checked") for each in verdicts)
        print(f"  {say('Checks of request and answer')}: {told_verdicts}")
    for name, moment in exchange.steps():
        print(
            f"  {_step(name):<12} {'-' if moment is None else moment.astimezone().isoformat(timespec='milliseconds')}"
        )
    answered = "" if exchange.status is None else f"{say('Answer')}: {exchange.status}, "
    print(f"  {answered}{say('{number} ms the whole way').format(number=exchange.milliseconds)}")


def _tell_lost(call: Unended) -> None:
    print(f"{say('Without an end')}: {call.client} -> {call.service}")
    print(f"  {call.id}  {call.received_at.astimezone().isoformat(timespec='milliseconds')}")
    print(f"  {say('A gateway ended in mid-call. Ask the provider whether the call took effect.')}")


def _step(name: str) -> str:
    return {
        "received": say("received"),
        "forwarded": say("sent on"),
        "answered": say("answered"),
        "logged": say("logged"),
    }[name]


def unanswered(error: ExchangeUnavailable) -> str:
    """Why a call of ours failed, what mends it, and where to ask about it."""
    from maidinh.exchange.operations.reasons import reason_for

    if not error.reason:
        return f"{error}\n{say('Is the installation running there? Name its --port and --data.')}"
    told = reason_for(error.reason)
    lines = [f"{say(told.says)} ({error.type}: {error.reason})", f"-> {say(told.remedy)}"]
    if error.x_road_id:
        lines.append(f"{say('The exchange wrote it down as')} {error.x_road_id}")
    return "\n".join(lines)


def leave(code: int, message: str) -> NoReturn:
    """Say why, and end."""
    print(message, file=sys.stderr)
    sys.exit(code)
