"""What is wrong with an installation's database and with what only the database knows: schema, directory, log.

Layer 0, config. Plain SQL as our own roles, each seeing what it may see; nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

import maidinh
from maidinh.config.environment import Environment
from maidinh.config.finding import READ_WHY, START, Finding, State
from maidinh.infrastructure.database.account import database_account
from maidinh.infrastructure.database.binaries import packaged_binaries
from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.database.embedded import EmbeddedPostgres
from maidinh.infrastructure.database.faults import DatabaseFault
from maidinh.infrastructure.database.place import check_cluster
from maidinh.infrastructure.database.roles import ROLES, check_version, role_name
from maidinh.infrastructure.translog.note import NoteError, unchecked_tree
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.verification import N_

TIMEOUT = 5  # seconds for a server to answer
IN_FLIGHT = 6  # times as long as a service has to answer: a call older than that has ended
RENEW_BEFORE = 4  # a directory is renewed in the last quarter of its life
POWERS = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND (rolsuper OR rolbypassrls) ORDER BY 1"
WAITING = "SELECT count(*), min(created_at) FROM translog_entry WHERE index IS NULL"
UNSTAMPED = """
SELECT (SELECT max(at) FROM translog_timestamp), min(at) FROM translog_checkpoint
WHERE size > coalesce((SELECT max(size) FROM translog_timestamp), 0)
"""
STAMPS_MISSED = 5  # as often as an authority may be asked in vain before somebody should look
UNTOLD = """
SELECT (SELECT count(*) FROM nationalportal_message WHERE state <> 'delivered'),
       (SELECT min(at) FROM nationalportal_message WHERE state <> 'delivered'),
       (SELECT count(*) FROM nationalportal_link WHERE state = 'parked')
"""
OPEN_INTENTS = "SELECT count, oldest_at FROM evidence_open_intents(%s)"
NEWEST = (
    "SELECT serial, architecture_version, issued_at, expires_at FROM directory_publisheddirectory"
    " ORDER BY serial DESC LIMIT 1"
)

Connect = Callable[[str], "psycopg.Connection[Any]"]


def examine_database(environment: Environment, *, at: datetime, running: bool) -> Iterator[Finding]:
    """The server, its roles and tables, and what stands in them."""
    home = environment.home
    if environment.database_url is None:
        fault = _embedded_fault(EmbeddedPostgres(home))
        if fault is not None:
            yield fault
            return
        if not EmbeddedPostgres(home).running():
            state: State = "wrong" if running else "warning"
            output = {"output": home.output / "postgres.log"}
            yield Finding(
                "database", state, N_("The embedded PostgreSQL does not run."), READ_WHY if running else START, output
            )
            return
    if not (home.secrets / "database.json").exists():
        mend = N_("Make them again: maidinh up, with DATABASE_URL as an administrator.")
        yield Finding("database", "wrong", N_("The passwords of the database's roles are lost."), mend)
        return
    connections = Connections(home, environment.database_url, environment.database_name)

    def connect(role: str) -> psycopg.Connection[Any]:
        return psycopg.connect(connections.dsn(role), connect_timeout=TIMEOUT, autocommit=True)

    yield from examine_tables(connect, environment, at)


def examine_tables(connect: Connect, environment: Environment, at: datetime) -> Iterator[Finding]:
    """Each role is let in, the tables are this release's, and directory, evidence and log are as they should be."""
    try:
        yield _roles(connect)
        missing = _schema(connect)
        yield missing
        if missing.state != "wrong":
            yield _directory(connect, environment, at)
            yield _evidence(connect, environment, at)
            yield _national(connect, environment, at)
            yield from _log(connect, environment, at)
            if environment.timestamping is not None:
                yield _stamps(connect, environment, environment.timestamping, at)
    except DatabaseFault as fault:
        yield Finding("database", "wrong", fault.message, fault.remedy, dict(fault.facts))
    except psycopg.Error as error:
        yield Finding(
            "database", "wrong", N_("The database does not let us in: {reason}"),
            N_("Check that it runs, the address in DATABASE_URL, and that maidinh up has prepared it."),
            {"reason": str(error).strip()},
        )  # fmt: skip


def migrations_of_this_release() -> set[tuple[str, str]]:
    """Every step of the schema that this release brings, as (app, name)."""
    files = Path(maidinh.__path__[0]).glob("*/*/migrations/[0-9]*.py")
    return {(file.parents[1].name, file.stem) for file in files}


def _embedded_fault(postgres: EmbeddedPostgres) -> Finding | None:
    try:
        check_cluster(postgres.data, database_account(), packaged_binaries())
    except DatabaseFault as fault:
        return Finding("database", "wrong", fault.message, fault.remedy, dict(fault.facts))
    return None


def _roles(connect: Connect) -> Finding:
    for role in ROLES:
        with connect(role) as connection:
            check_version(connection)
            version = connection.info.server_version
            powerful = connection.execute(POWERS, [[role_name(each) for each in ROLES]]).fetchall()
    if powerful:
        names = ", ".join(row[0] for row in powerful)
        mend = N_("Take it away: ALTER ROLE ... NOSUPERUSER NOBYPASSRLS")
        return Finding("database", "wrong", N_("{roles} may pass over row-level security."), mend, {"roles": names})
    facts = {"version": f"{version // 10000}.{version % 10000}", "roles": len(ROLES)}
    return Finding("database", "ok", N_("PostgreSQL {version} answers each of the {roles} roles."), facts=facts)


def _schema(connect: Connect) -> Finding:
    wanted = migrations_of_this_release()
    with connect("owner") as connection:
        there = connection.execute("SELECT to_regclass('django_migrations') IS NOT NULL").fetchone()
        rows = connection.execute("SELECT app, name FROM django_migrations").fetchall() if there and there[0] else []
    applied = {(app, name) for app, name in rows}
    ours = {app for app, _ in wanted}
    missing = sorted(f"{app} {name}" for app, name in wanted - applied)
    newer = sorted(f"{app} {name}" for app, name in applied - wanted if app in ours)
    if missing:
        found, steps = N_("The tables are not this release's; missing: {steps}."), {"steps": ", ".join(missing)}
        return Finding("schema", "wrong", found, N_("maidinh up brings them up to this release."), steps)
    if newer:
        found, steps = N_("The tables are of a later release: {steps}."), {"steps": ", ".join(newer)}
        return Finding("schema", "wrong", found, N_("Run the release that made them, or a later one."), steps)
    return Finding("schema", "ok", N_("All {count} steps of the schema are applied."), facts={"count": len(wanted)})


def _directory(connect: Connect, environment: Environment, at: datetime) -> Finding:
    with connect("gateway") as connection:
        row = connection.execute(NEWEST).fetchone()
    mend = N_("maidinh up publishes it at the start.")
    if row is None:
        return Finding("directory", "wrong", N_("No directory is published: the exchange refuses every call."), mend)
    serial, version, issued, expires = row
    facts = {"serial": serial, "version": version, "expires": f"{expires:%Y-%m-%d %H:%M %Z}"}
    if at >= expires:
        found = N_("The directory {serial} expired at {expires}: the exchange refuses every call.")
        return Finding("directory", "wrong", found, mend, facts)
    if expires - at < (expires - issued) / RENEW_BEFORE:
        found = N_("The directory {serial} of version {version} expires at {expires}.")
        return Finding("directory", "warning", found, N_("It is renewed at the next start: maidinh up."), facts)
    found = N_("The directory {serial} of version {version} is in force until {expires}.")
    return Finding("directory", "ok", found, facts=facts)


def _evidence(connect: Connect, environment: Environment, at: datetime) -> Finding:
    before = at - IN_FLIGHT * timedelta(seconds=environment.gateway_timeout)
    with connect("web") as connection:
        count, oldest = connection.execute(OPEN_INTENTS, [before]).fetchone() or (0, None)
    if not count:
        return Finding("evidence", "ok", N_("Every call that was forwarded is recorded as ended."))
    return Finding(
        "evidence", "warning",
        N_("{count} calls were forwarded and never recorded as ended, the first at {oldest}."),
        N_("A gateway was killed in mid-call. Ask the providers whether these calls took effect: evidence_intent."),
        {"count": count, "oldest": f"{oldest:%Y-%m-%d %H:%M:%S %Z}"},
    )  # fmt: skip


def _national(connect: Connect, environment: Environment, at: datetime) -> Finding:
    """What the national portal was not told yet."""
    with connect("worker") as connection:
        count, oldest, parked = connection.execute(UNTOLD).fetchone() or (0, None, 0)
    facts = {"count": count, "parked": parked, "oldest": f"{oldest:%Y-%m-%d %H:%M %Z}" if oldest else ""}
    if parked:
        mend = N_("See why: maidinh national status. Then send again: maidinh national retry CODE.")
        found = N_("Messages of {parked} dossiers were refused by the national portal and wait.")
        return Finding("national", "warning", found, mend, facts)
    if oldest is not None and at - oldest > timedelta(hours=environment.national_portal_late_hours):
        mend = N_("See what fails: maidinh national status.")
        found = N_("{count} messages wait for the national portal, the oldest since {oldest}.")
        return Finding("national", "warning", found, mend, facts)
    return Finding("national", "ok", N_("The national portal is told in time; messages waiting: {count}."), facts=facts)


def _log(connect: Connect, environment: Environment, at: datetime) -> Iterator[Finding]:
    with connect("sequencer") as connection:
        count, oldest = connection.execute(WAITING).fetchone() or (0, None)
        row = connection.execute("SELECT max(index) FROM translog_entry").fetchone()
    entered = 0 if row is None or row[0] is None else int(row[0]) + 1
    note = PublishedLog(environment.home.log).checkpoint()
    try:
        size = 0 if note is None else unchecked_tree(note).size
    except NoteError as error:
        mend = N_("Restore the folder log from a backup; nothing is signed meanwhile.")
        yield Finding("log", "wrong", N_("The published checkpoint cannot be read: {reason}"), mend, {"reason": error})
        return
    facts = {"size": size, "entered": entered, "count": count, "output": environment.home.output / "worker.log"}
    if size > entered:
        found = N_("{size} entries are published and the database has {entered}: it was set back.")
        mend = N_("Restore the later database, or run: maidinh log reopen --reason ...; nothing is signed meanwhile.")
        yield Finding("log", "wrong", found, mend, facts)
    elif oldest is not None and at - oldest > timedelta(seconds=environment.log_promise):
        found = N_("{count} entries wait for their place since {oldest}, longer than was promised.")
        facts |= {"oldest": f"{oldest:%Y-%m-%d %H:%M:%S %Z}"}
        yield Finding("log", "wrong", found, N_("See why the worker does not publish in {output}."), facts)
    else:
        found = N_("{size} entries are published, {count} wait for the next checkpoint.")
        yield Finding("log", "ok", found, facts=facts)


def _stamps(connect: Connect, environment: Environment, authority: str, at: datetime) -> Finding:
    """Exchanges never wait for a time stamp; somebody should know all the same that there are none."""
    with connect("worker") as connection:
        last, waiting = connection.execute(UNSTAMPED).fetchone() or (None, None)
    facts = {
        "authority": authority,
        "last": "-" if last is None else f"{last:%Y-%m-%d %H:%M:%S %Z}",
        "output": environment.home.output / "worker.log",
    }
    if waiting is not None and at - waiting > timedelta(seconds=STAMPS_MISSED * environment.timestamp_interval):
        found = N_("The log gets no time stamp from {authority}; the last is of {last}. Exchanges go on.")
        mend = N_("See why in {output}; the first stamp afterwards covers everything before it.")
        return Finding("time-stamps", "warning", found, mend, facts)
    if last is None:
        return Finding(
            "time-stamps", "ok", N_("The log is stamped by {authority}; the first stamp is due."), facts=facts
        )
    return Finding(
        "time-stamps", "ok", N_("The log is stamped by {authority}; the last stamp is of {last}."), facts=facts
    )
