"""How each process reaches the database as its own role, be the server the embedded one or anyone's.

Layer 7, infrastructure. No Django.
"""

from __future__ import annotations

import time
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from maidinh.infrastructure.database.embedded import EmbeddedPostgres
from maidinh.infrastructure.database.faults import DatabaseServerError
from maidinh.infrastructure.database.passwords import passwords_in
from maidinh.infrastructure.database.roles import ROLES, check_version, create_roles, role_name
from maidinh.infrastructure.home import Home

KEEP_SECONDS = 600  # a connection is kept between requests, and checked before it is used again
ANSWER_TIMEOUT = 60.0
# A network that was cut says nothing: without these the kernel waits a quarter of an hour. In seconds, the last in
# milliseconds. Whoever names others in DATABASE_URL has them.
SILENCE = {
    "keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "3", "tcp_user_timeout": "10000",
}  # fmt: skip
DJANGO_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
HOPELESS = ("authentication failed", "no password supplied", "does not exist", "pg_hba.conf", "not permitted to log in")

# What is asked often is planned once a connection and not each time: with row-level security, planning cost the server
# more than the answer did.
PREPARED = {"server_side_binding": True, "prepare_threshold": 5}


class Connections:
    """The addresses and passwords of one installation's database."""

    def __init__(self, home: Home, database_url: str | None, database: str = "maidinh") -> None:
        self.home = home
        self.database_url = database_url or None
        self.database = database

    @property
    def admin_dsn(self) -> str:
        """As the administrator, who makes roles and databases and does nothing else."""
        if self.database_url is None:
            return EmbeddedPostgres(self.home).admin_dsn
        try:
            return make_conninfo(self.database_url)
        except psycopg.ProgrammingError:
            # Why is not repeated, because libpq quotes the part it stumbles over, which may be the password.
            raise DatabaseServerError(
                "DATABASE_URL cannot be read.",
                "Write it as postgresql://user:password@host:port/database, special characters percent-encoded.",
            ) from None

    @property
    def prepared(self) -> bool:
        """Whether the passwords were made: reading them where they were not would make them."""
        return self._passwords_file.exists()

    @property
    def _passwords_file(self) -> Path:
        return self.home.secrets / "database.json"

    @cached_property
    def passwords(self) -> dict[str, str]:
        """One password a role, made the first time anyone asks."""
        return passwords_in(self._passwords_file, ROLES)

    def dsn(self, role: str) -> str:
        """How libpq and psycopg connect as a role: owner, web, gateway, worker or sequencer."""
        given: dict[str, Any] = conninfo_to_dict(self.admin_dsn)
        if not str(given.get("host", "/")).startswith("/"):  # a socket of this machine is never cut
            given = SILENCE | given
        given |= {"user": role_name(role), "password": self.passwords[role], "dbname": self.database}
        return make_conninfo("", **given)

    def django(self, role: str) -> dict[str, Any]:
        """The same as an entry of Django's DATABASES."""
        parameters = conninfo_to_dict(self.dsn(role))
        entry = {DJANGO_NAMES[key]: str(value) for key, value in parameters.items() if key in DJANGO_NAMES}
        return entry | {
            "ENGINE": "django.db.backends.postgresql",
            "CONN_MAX_AGE": KEEP_SECONDS,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {key: value for key, value in parameters.items() if key not in DJANGO_NAMES} | PREPARED,
        }


def prepare(connections: Connections, timeout: float = ANSWER_TIMEOUT) -> None:
    """Wait until the server answers, see that it will do, and make the roles and the database."""
    _await_answer(connections, timeout)
    create_roles(connections.admin_dsn, connections.passwords, connections.database)


def _await_answer(connections: Connections, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    dsn = make_conninfo(connections.admin_dsn, connect_timeout=5)
    while True:
        try:
            with psycopg.connect(dsn) as connection:
                check_version(connection)
                return
        except psycopg.OperationalError as error:
            if not _may_pass(error) or time.monotonic() > deadline:
                raise DatabaseServerError(
                    "The database server does not let us in: {reason}",
                    "Check that it runs, and the address and password in DATABASE_URL.",
                    reason=str(error).strip(),
                ) from None
            time.sleep(0.1)


def _may_pass(error: psycopg.OperationalError) -> bool:
    """Whether waiting can help: nobody listens yet, or the server is on its way; a wrong password stays wrong."""
    return not any(words in str(error) for words in HOPELESS)
