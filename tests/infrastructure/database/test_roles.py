from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from maidinh.infrastructure.database.account import database_account
from maidinh.infrastructure.database.connections import Connections, prepare
from maidinh.infrastructure.database.embedded import EmbeddedPostgres
from maidinh.infrastructure.database.faults import DatabaseServerError
from maidinh.infrastructure.database.roles import ROLES, check_version, create_database, create_roles, drop_database
from maidinh.infrastructure.home import Home
from tests.infrastructure.database.conftest import reachable_folder

pytestmark = pytest.mark.slow

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")


def test_roles_have_no_rights_that_pass_over_row_level_security(
    server: EmbeddedPostgres, prepared: Connections
) -> None:
    with psycopg.connect(server.admin_dsn) as admin:
        rights = admin.execute(
            "SELECT rolname, rolcanlogin, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication"
            " FROM pg_roles WHERE rolname LIKE 'maidinh\\_%' ORDER BY 1"
        ).fetchall()
        members = admin.execute(
            "SELECT m.member::regrole::text FROM pg_auth_members m WHERE m.member::regrole::text LIKE 'maidinh%'"
        ).fetchall()
    assert rights == [(f"maidinh_{role}", True, False) for role in sorted(ROLES)]
    assert members == []


def test_every_role_enters_with_its_own_password_only(prepared: Connections) -> None:
    for role in ROLES:
        with psycopg.connect(prepared.dsn(role)) as connection:
            assert connection.execute("SELECT current_user, session_user").fetchone() == (f"maidinh_{role}",) * 2
    assert len(set(prepared.passwords.values())) == len(ROLES)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(prepared.dsn("web"), password=prepared.passwords["owner"])


def test_only_the_owner_makes_tables_and_the_rest_can_do_nothing_yet(prepared: Connections) -> None:
    with psycopg.connect(prepared.dsn("owner")) as owner:
        owner.execute("CREATE TABLE shut (id int)")
    for role in ROLES[1:]:
        for statement in ("CREATE TABLE mine (id int)", "CREATE TEMP TABLE mine (id int)", "SELECT * FROM shut"):
            with (
                psycopg.connect(prepared.dsn(role)) as connection,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                connection.execute(statement)
        with psycopg.connect(prepared.dsn(role)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET ROLE maidinh_owner")


def test_a_stranger_may_not_enter(server: EmbeddedPostgres, prepared: Connections) -> None:
    with psycopg.connect(server.admin_dsn, autocommit=True) as admin:
        admin.execute("CREATE ROLE stranger LOGIN PASSWORD 'p'")
    try:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(prepared.dsn("web"), user="stranger", password="p")
    finally:
        with psycopg.connect(server.admin_dsn, autocommit=True) as admin:
            admin.execute("DROP ROLE stranger")


def test_repeating_changes_nothing_but_the_password(server: EmbeddedPostgres, prepared: Connections) -> None:
    with psycopg.connect(prepared.dsn("owner")) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 1 AS id")
    other = prepared.passwords | {"web": "another"}
    create_roles(server.admin_dsn, other, prepared.database)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(prepared.dsn("web"))
    prepare(prepared)
    psycopg.connect(prepared.dsn("web")).close()
    with psycopg.connect(prepared.dsn("owner")) as owner:
        assert owner.execute("SELECT id FROM kept").fetchone() == (1,)


def test_a_role_that_could_pass_over_the_policies_is_refused(server: EmbeddedPostgres, prepared: Connections) -> None:
    with psycopg.connect(server.admin_dsn, autocommit=True) as admin:
        admin.execute("ALTER ROLE maidinh_web BYPASSRLS")
        try:
            with pytest.raises(DatabaseServerError, match=r"maidinh_web has rights .* NOBYPASSRLS"):
                prepare(prepared)
        finally:
            admin.execute("ALTER ROLE maidinh_web NOBYPASSRLS")


def test_databases_are_cloned_and_dropped(server: EmbeddedPostgres, prepared: Connections) -> None:
    create_database(server.admin_dsn, "mould")
    with psycopg.connect(prepared.dsn("owner"), dbname="mould") as owner:
        owner.execute("CREATE TABLE kept AS SELECT 1 AS id")
    create_database(server.admin_dsn, "clone", template="mould")
    with psycopg.connect(prepared.dsn("owner"), dbname="clone") as owner:
        assert owner.execute("SELECT id FROM kept").fetchone() == (1,)
    for name in ("clone", "mould"):
        drop_database(server.admin_dsn, name)
        drop_database(server.admin_dsn, name)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(prepared.dsn("owner"), dbname="mould")


def test_an_older_server_is_refused(server: EmbeddedPostgres) -> None:
    class Old:
        class info:
            server_version = 140012

    with pytest.raises(DatabaseServerError, match=r"PostgreSQL 14\.12.*15 or later"):
        check_version(Old())  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=["embedded", "debian-15"])
def other_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The superuser's address of a server with no roles of ours: the embedded one, and Debian's PostgreSQL 15."""
    folder = reachable_folder()
    if request.param == "embedded":
        postgres = EmbeddedPostgres(Home(folder / "home"))
        postgres.start()
        yield postgres.admin_dsn
        postgres.stop()
    else:
        if not DEBIAN_15.is_dir():
            pytest.skip("no PostgreSQL 15 here")
        yield from debian_15(folder)
    shutil.rmtree(folder)


def debian_15(folder: Path) -> Iterator[str]:
    account = database_account()
    (folder / "data").mkdir(mode=0o700)
    (folder / "password").write_text("root's own")
    for name in ("data", "password", ""):
        account.own(folder / name)
    options = {"cwd": "/", "stdout": subprocess.DEVNULL, **account.popen_options()}
    access = ["-A", "scram-sha-256", f"--pwfile={folder / 'password'}", "--locale=C", "-E", "UTF8", "-U", "postgres"]
    subprocess.check_call([DEBIAN_15 / "initdb", "-N", "-D", folder / "data", *access], **options)
    settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    control = [DEBIAN_15 / "pg_ctl", "-D", folder / "data", "-l", folder / "data" / "log", "-w"]
    subprocess.check_call([*control, "-o", settings, "start"], **options)
    yield make_conninfo(host=str(folder), user="postgres", password="root's own", dbname="postgres")
    subprocess.check_call([*control, "-m", "immediate", "stop"], **options)


def test_a_managed_servers_administrator_is_enough(other_server: str, place: Path) -> None:
    with psycopg.connect(other_server, autocommit=True) as superuser:
        superuser.execute("CREATE ROLE managed LOGIN CREATEROLE CREATEDB PASSWORD 'p@ss/w:rd %'")
        superuser.execute("CREATE ROLE powerless LOGIN PASSWORD 'p'")
        host = superuser.info.host
    url = f"postgresql://managed:p%40ss%2Fw%3Ard%20%25@/postgres?host={host.replace('/', '%2F')}"
    connections = Connections(Home(place / "home"), url, database="hồ sơ")
    prepare(connections)
    prepare(connections)
    with psycopg.connect(connections.dsn("owner")) as owner:
        owner.execute("CREATE TABLE thing (id int)")
        assert owner.execute("SELECT lower('ĐƯỜNG'), 'b' < 'Z'").fetchone() == ("đường", False)
    with psycopg.connect(connections.dsn("web")) as web, pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute("SELECT * FROM thing")
    powerless = Connections(Home(place / "home"), f"postgresql://powerless:p@/postgres?host={host}")
    with pytest.raises(DatabaseServerError, match="CREATEROLE"):
        prepare(powerless)
