from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from maidinh.infrastructure.database.connections import Connections, prepare
from maidinh.infrastructure.database.embedded import EmbeddedPostgres
from maidinh.infrastructure.database.faults import DatabaseServerError
from maidinh.infrastructure.database.roles import ROLES
from maidinh.infrastructure.home import Home


def test_passwords_are_made_once_and_shut(place: Path) -> None:
    home = Home(place / "home")
    with ThreadPoolExecutor(8) as together:
        made = list(together.map(lambda _: Connections(home, None).dsn("web"), range(8)))
    assert len(set(made)) == 1
    file = home.secrets / "database.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(file.read_text())) == set(ROLES)
    assert [each.name for each in home.secrets.iterdir() if each.name.startswith(".")] == []


def test_the_embedded_server_is_reached_over_its_socket(place: Path) -> None:
    connections = Connections(Home(place / "home"), None, database="trial")
    assert connections.django("worker") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "trial",
        "USER": "maidinh_worker",
        "PASSWORD": connections.passwords["worker"],
        "HOST": str(place / "home" / "run" / "pg"),
        "PORT": "5432",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 5},
    }


def test_an_address_is_read_with_its_percent_encoding_and_options(place: Path) -> None:
    url = "postgresql://ad%40min:p%2Fq%3A%25@db.example:6543/postgres?sslmode=verify-full&application_name=m%20d"
    connections = Connections(Home(place / "home"), url)
    assert conninfo_to_dict(connections.admin_dsn)["password"] == "p/q:%"
    entry = connections.django("web")
    assert (entry["HOST"], entry["PORT"], entry["NAME"], entry["USER"]) == (
        "db.example", "6543", "maidinh", "maidinh_web",
    )  # fmt: skip
    assert entry["PASSWORD"] == connections.passwords["web"] != "p/q:%"
    assert entry["OPTIONS"].items() >= {"sslmode": "verify-full", "application_name": "m d"}.items()


def test_an_address_that_is_none_is_refused_without_showing_it(place: Path) -> None:
    for url in ("postgresql://u:secret@host:1/db?nonsense=1", "postgresql://u:secret%zz@host/db"):
        with pytest.raises(DatabaseServerError, match="percent-encoded") as refusal:
            Connections(Home(place / "home"), url).dsn("web")
        assert "secret" not in str(refusal.value)


def test_an_unknown_role_is_refused(place: Path) -> None:
    with pytest.raises(ValueError, match="admin"):
        Connections(Home(place / "home"), None).dsn("admin")


def test_prepare_says_that_nobody_answers(place: Path) -> None:
    connections = Connections(Home(place / "home"), f"postgresql://u:secret@/postgres?host={place}")
    with pytest.raises(DatabaseServerError, match="does not let us in") as refusal:
        prepare(connections, timeout=0)
    assert "secret" not in str(refusal.value)


def test_prepare_does_not_wait_for_a_wrong_password_to_become_right(server: EmbeddedPostgres, place: Path) -> None:
    url = f"postgresql://postgres:wrong@/postgres?host={server.sockets}"
    with pytest.raises(DatabaseServerError, match="password authentication failed"):
        prepare(Connections(Home(place / "home"), url), timeout=3600)


def test_prepare_makes_what_each_role_needs(prepared: Connections) -> None:
    for role in ROLES:
        with psycopg.connect(prepared.dsn(role)) as connection:
            assert connection.info.dbname == prepared.database
    with psycopg.connect(prepared.dsn("web")) as web:
        assert web.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("1min",)
    assert prepared.home.secrets.stat().st_mode & 0o077 == 0


def test_nobody_waits_long_for_a_network_that_says_nothing(place: Path) -> None:
    own = "postgresql://me:secret@db.example/postgres"
    given = conninfo_to_dict(Connections(Home(place / "home"), own).dsn("gateway"))
    assert (given["tcp_user_timeout"], given["keepalives_idle"], given["host"]) == ("10000", "5", "db.example")
    theirs = conninfo_to_dict(Connections(Home(place / "home"), f"{own}?tcp_user_timeout=99").dsn("gateway"))
    assert theirs["tcp_user_timeout"] == "99"
