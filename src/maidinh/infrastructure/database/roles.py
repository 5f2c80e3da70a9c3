"""The five roles of the database, the database itself, and who may enter it.

Layer 7, infrastructure. No Django. Works for a superuser and for a role that may create roles and databases, as managed
servers give one. No role here can pass over row-level security. Safe to repeat.
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from maidinh.infrastructure.database.faults import DatabaseServerError

ROLES = ("owner", "web", "gateway", "worker", "sequencer")
MINIMUM_VERSION = 150000
BUILTIN_COLLATION_VERSION = 170000
GRACE = {  # a process that hangs must not keep rows locked for everyone
    "web": {"statement_timeout": "30s", "idle_in_transaction_session_timeout": "60s"},
    "gateway": {"statement_timeout": "30s", "idle_in_transaction_session_timeout": "30s"},
    "worker": {"idle_in_transaction_session_timeout": "300s"},
}


def role_name(role: str) -> str:
    """The name in the database of one of our roles."""
    if role not in ROLES:
        raise ValueError(f"{role!r} is none of {', '.join(ROLES)}")
    return f"maidinh_{role}"


def create_roles(admin_dsn: str, passwords: Mapping[str, str], database: str = "maidinh") -> None:
    """Make the roles, or give those there are their passwords; then make the database and shut it to everyone else."""
    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        check_version(admin)
        with admin.transaction():
            # Two installations on one server may prepare at once, and roles belong to the server.
            admin.execute("SELECT pg_advisory_xact_lock(hashtext('maidinh roles'))")
            for role in ROLES:
                _set_role(admin, role_name(role), passwords[role])
            admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role_name("owner"))))
    create_database(admin_dsn, database)


def create_database(admin_dsn: str, database: str, template: str = "template0") -> None:
    """Make a database owned by the owner role, where there is none of that name, and set who may enter it."""
    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if known is None:
            _create(admin, database, template)
        name = sql.Identifier(database)
        admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        for role in ROLES:
            identifier = sql.Identifier(role_name(role))
            admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, identifier))
            for setting, value in GRACE.get(role, {}).items():
                statement = sql.SQL("ALTER ROLE {} IN DATABASE {} SET {} = {}")
                admin.execute(statement.format(identifier, name, sql.Identifier(setting), sql.Literal(value)))
    _close_schema(admin_dsn, database)


def drop_database(admin_dsn: str, database: str) -> None:
    """Remove a database and end the sessions in it."""
    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def check_version(connection: psycopg.Connection) -> None:
    """Refuse a server older than what our SQL is written for."""
    version = connection.info.server_version
    if version < MINIMUM_VERSION:
        raise DatabaseServerError(
            "The server is PostgreSQL {version}.",
            "Mái Đình needs PostgreSQL {minimum} or later.",
            version=f"{version // 10000}.{version % 10000}",
            minimum=MINIMUM_VERSION // 10000,
        )


def _set_role(admin: psycopg.Connection, name: str, password: str) -> None:
    # Hashed here, so that the password itself is in no statement a server might log.
    verifier = admin.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    found = admin.execute(
        "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication"
        " FROM pg_roles WHERE rolname = %s",
        [name],
    ).fetchone()
    if found and found[0]:
        raise DatabaseServerError(
            "The role {role} has rights on this server that would let it pass over row-level security.",
            "Take them away: ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION",
            role=name,
        )
    verb = sql.SQL("ALTER" if found else "CREATE")
    statement = sql.SQL("{} ROLE {} WITH LOGIN PASSWORD {}")
    try:
        admin.execute(statement.format(verb, sql.Identifier(name), sql.Literal(verifier)))
    except psycopg.errors.InsufficientPrivilege as refusal:
        raise DatabaseServerError(
            "The administrator in DATABASE_URL may not manage the role {role}: {reason}",
            "Use a role with CREATEROLE and CREATEDB; where another one made the role, use that one.",
            role=name, reason=str(refusal).strip(),
        ) from refusal  # fmt: skip


def _create(admin: psycopg.Connection, database: str, template: str) -> None:
    statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
        sql.Identifier(database), sql.Identifier(role_name("owner")), sql.Identifier(template)
    )
    if template == "template0":
        statement += sql.SQL(" ENCODING 'UTF8' ") + _collation(admin)
    try:
        admin.execute(statement)
    except psycopg.errors.InsufficientPrivilege as refusal:
        raise DatabaseServerError(
            "The administrator in DATABASE_URL may not make the database {database}: {reason}",
            "Use a role with CREATEROLE and CREATEDB.",
            database=database, reason=str(refusal).strip(),
        ) from refusal  # fmt: skip


def _collation(admin: psycopg.Connection) -> sql.SQL:
    """Code point order and Unicode letters, the same on every server; Vietnamese order has a column of its own."""
    if admin.info.server_version >= BUILTIN_COLLATION_VERSION:
        return sql.SQL("LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'")
    known = admin.execute("SELECT 1 FROM pg_collation WHERE collname IN ('C.UTF-8', 'C.utf8')").fetchone()
    return sql.SQL("LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'" if known else "")


def _close_schema(admin_dsn: str, database: str) -> None:
    with psycopg.connect(make_conninfo(admin_dsn, dbname=database)) as inside:
        inside.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role_name("owner"))))
        inside.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for role in ROLES:
            inside.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(role_name(role))))
