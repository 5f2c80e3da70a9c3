from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from maidinh.infrastructure.database.account import Account, database_account
from maidinh.infrastructure.database.binaries import packaged_binaries, usable_binaries
from maidinh.infrastructure.database.embedded import EmbeddedPostgres
from maidinh.infrastructure.database.faults import DatabasePlaceError, DatabaseServerError
from maidinh.infrastructure.home import Home
from tests.infrastructure.database.conftest import reachable_folder

pytestmark = pytest.mark.slow

AS_ROOT = os.geteuid() == 0
ORDINARY = 65534


@pytest.fixture(scope="module")
def mould() -> Iterator[Path]:
    """A made and stopped database to copy, since making one takes a second."""
    folder = reachable_folder()
    postgres = EmbeddedPostgres(Home(folder / "home"))
    postgres.start()
    postgres.stop()
    yield folder / "home"
    shutil.rmtree(folder)


@pytest.fixture
def postgres(place: Path, mould: Path) -> Iterator[EmbeddedPostgres]:
    subprocess.run(["cp", "-a", mould, place / "home"], check=True)
    made = EmbeddedPostgres(Home(place / "home"))
    yield made
    made.stop()


@pytest.fixture
def unmade(place: Path) -> Iterator[EmbeddedPostgres]:
    postgres = EmbeddedPostgres(Home(place / "home"))
    yield postgres
    postgres.stop()


def run_as_ordinary_user(work: Callable[[], None]) -> str:
    """Run in a forked child that has given up root, since another user may not reach this Python at all."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def child() -> None:
        os.setgroups([])
        os.setgid(ORDINARY)
        os.setuid(ORDINARY)
        try:
            work()
            sender.send("done")
        except BaseException:
            sender.send(traceback.format_exc())

    process = context.Process(target=child)
    process.start()
    process.join()
    return receiver.recv()


def modes(path: Path) -> dict[Path, tuple[int, int, int]]:
    return {each: (s.st_mode, s.st_uid, s.st_gid) for each in path.parents if (s := each.stat())}


def test_starts_keeps_rows_and_touches_nothing_outside(unmade: EmbeddedPostgres) -> None:
    before = modes(unmade.home.root)
    beside = set(unmade.home.root.parent.iterdir())
    assert not unmade.running()
    unmade.start()
    assert unmade.running()
    with psycopg.connect(unmade.admin_dsn) as admin:
        admin.execute("CREATE TABLE kept (id int)")
        admin.execute("INSERT INTO kept VALUES (7)")
        settings = dict(
            admin.execute(
                "SELECT name, setting FROM pg_settings WHERE name = ANY (%s)",
                [["fsync", "full_page_writes", "synchronous_commit", "listen_addresses", "data_checksums"]],
            ).fetchall()
        )
        words = admin.execute("SELECT lower('ĐƯỜNG'), upper('ễnh')").fetchone()
    assert settings == {
        "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "listen_addresses": "",
        "data_checksums": "on",
    }  # fmt: skip
    assert words == ("đường", "ỄNH")
    unmade.stop()
    assert not unmade.running()
    assert not unmade.postmaster.processes()
    assert modes(unmade.home.root) == before
    assert set(unmade.home.root.parent.iterdir()) - beside == {unmade.home.root}
    unmade.start()
    with psycopg.connect(unmade.admin_dsn) as admin:
        assert admin.execute("SELECT id FROM kept").fetchall() == [(7,)]


def test_never_runs_as_root_and_shuts_its_data(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    account = database_account()
    uids = {Path(f"/proc/{pid}").stat().st_uid for pid in postgres.postmaster.processes()}
    assert uids == {account.uid} != {0}
    data, secret = postgres.data.stat(), (postgres.home.secrets / "postgres.json").stat()
    assert (data.st_uid, data.st_mode & 0o777) == (account.uid, 0o700)
    assert (secret.st_uid, secret.st_mode & 0o777) == (os.geteuid(), 0o600)


def test_a_wrong_or_missing_password_is_refused(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    for password in ("wrong", ""):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(postgres.admin_dsn, password=password)
    with psycopg.connect(postgres.admin_dsn) as admin:
        rules = admin.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
        stored = admin.execute("SELECT rolpassword FROM pg_authid WHERE rolpassword IS NOT NULL").fetchall()
    assert rules == [("scram-sha-256",)]
    assert all(verifier.startswith("SCRAM-SHA-256$") for (verifier,) in stored)


def test_a_killed_server_comes_back_with_what_was_committed(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    with psycopg.connect(postgres.admin_dsn, autocommit=True) as admin:
        admin.execute("CREATE TABLE kept (id int)")
        for number in range(20):
            admin.execute("INSERT INTO kept VALUES (%s)", [number])
        os.kill(postgres.postmaster.pid() or 0, signal.SIGKILL)
        while postgres.running():
            pass
    postgres.start()
    with psycopg.connect(postgres.admin_dsn) as admin:
        assert admin.execute("SELECT count(*) FROM kept").fetchone() == (20,)


def test_a_lock_file_with_the_number_of_another_living_process_is_no_obstacle(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    lines = postgres.postmaster.lock_file.read_text().splitlines()
    postgres.stop()
    other = subprocess.Popen(["sleep", "60"], **database_account().popen_options())
    try:
        stale = postgres.postmaster.lock_file
        stale.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        database_account().own(stale)
        postgres.start()
        assert postgres.running()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_second_start_of_the_same_place_is_refused_and_harms_nothing(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    pid = postgres.postmaster.pid()
    second = EmbeddedPostgres(postgres.home)
    with pytest.raises(DatabasePlaceError, match=f"number {os.getpid()}"):
        second.start()
    second.stop()
    assert second.running()
    assert postgres.postmaster.pid() == pid
    with psycopg.connect(postgres.admin_dsn) as admin:
        assert admin.execute("SELECT 1").fetchone() == (1,)


def test_a_supervisor_killed_outright_takes_the_server_with_it(postgres: EmbeddedPostgres) -> None:
    script = (
        "import sys, time; from pathlib import Path; from maidinh.infrastructure.home import Home;"
        "from maidinh.infrastructure.database.embedded import EmbeddedPostgres;"
        "EmbeddedPostgres(Home(Path(sys.argv[1]))).start(); print('up', flush=True); time.sleep(600)"
    )
    other = subprocess.Popen([sys.executable, "-c", script, str(postgres.home.root)], stdout=subprocess.PIPE)
    assert other.stdout is not None
    assert other.stdout.readline() == b"up\n"
    assert postgres.running()
    with pytest.raises(DatabasePlaceError, match=f"number {other.pid}"):
        postgres.start()
    other.kill()
    other.wait()
    other.stdout.close()
    postgres.start()
    with psycopg.connect(postgres.admin_dsn) as admin:
        assert admin.execute("SELECT 1").fetchone() == (1,)


def test_a_broken_making_is_made_again(unmade: EmbeddedPostgres) -> None:
    unmade.home.prepare()
    draft = unmade.place / "data.new"
    (draft / "base").mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    (unmade.place / "initdb.password").write_text("left behind")
    unmade.start()
    assert unmade.running()
    assert not draft.exists()
    assert not (unmade.place / "initdb.password").exists()


def test_a_place_with_something_else_in_it_is_refused(unmade: EmbeddedPostgres) -> None:
    unmade.home.prepare()
    unmade.data.mkdir(parents=True)
    database_account().own(unmade.data)
    (unmade.data / "letter.txt").write_text("keep me")
    with pytest.raises(DatabasePlaceError, match=r"not a whole database.*Move it away"):
        unmade.start()
    assert (unmade.data / "letter.txt").read_text() == "keep me"


def test_a_database_of_another_version_is_refused(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    postgres.stop()
    (postgres.data / "PG_VERSION").write_text("13\n")
    with pytest.raises(DatabasePlaceError, match="made by PostgreSQL 13"):
        postgres.start()


def test_a_server_that_does_not_start_says_why_and_lets_go(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    postgres.stop()
    configuration = postgres.data / "postgresql.conf"
    sound = configuration.read_text()
    configuration.write_text(sound + "\nshared_buffers = nonsense\n")
    with pytest.raises(DatabaseServerError, match="shared_buffers"):
        postgres.start()
    configuration.write_text(sound)
    postgres.start()
    assert postgres.running()


@pytest.mark.skipif(not AS_ROOT, reason="only root hands the database to another user")
def test_a_home_below_a_private_folder_is_refused_and_stays_private(place: Path) -> None:
    private = place / "private"
    private.mkdir(mode=0o700)
    with pytest.raises(DatabasePlaceError, match=f"cannot pass the folder {private} .*/var/lib/maidinh"):
        EmbeddedPostgres(Home(private / "home")).start()
    assert private.stat().st_mode & 0o777 == 0o700
    assert not list(private.iterdir())


@pytest.mark.skipif(not AS_ROOT, reason="only root hands the database to another user")
def test_programs_below_a_private_folder_are_copied_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    barred = packaged_binaries().parents[2]
    monkeypatch.setattr(Account, "barrier", lambda self, path: barred if path.is_relative_to(barred) else None)
    copies = place / "binaries"
    programs = usable_binaries(database_account(), copies)
    assert programs.is_relative_to(copies)
    options = database_account().popen_options()
    version = subprocess.check_output([programs / "initdb", "--version"], cwd="/", **options)
    assert b"PostgreSQL" in version
    assert not (programs.parent / "include").exists()
    made = programs.stat().st_mtime_ns
    assert usable_binaries(database_account(), copies) == programs
    assert programs.stat().st_mtime_ns == made
    postgres = EmbeddedPostgres(Home(place / "home"))
    postgres.start()
    try:
        assert Path(f"/proc/{postgres.postmaster.pid()}/exe").readlink().is_relative_to(postgres.place)
    finally:
        postgres.stop()


@pytest.mark.skipif(not AS_ROOT, reason="the other tests have shown it")
def test_an_ordinary_user_runs_it_in_place_as_themselves(place: Path) -> None:
    os.chown(place, ORDINARY, ORDINARY)
    postgres = EmbeddedPostgres(Home(place / "home"))

    def work() -> None:
        postgres.start()
        try:
            with psycopg.connect(postgres.admin_dsn) as admin:
                assert admin.execute("SELECT 1").fetchone() == (1,)
            assert not (postgres.place / "binaries").exists()
            assert postgres.data.stat().st_uid == os.geteuid() == ORDINARY
        finally:
            postgres.stop()
        assert not postgres.running()

    assert run_as_ordinary_user(work) == "done"


@pytest.mark.skipif(not AS_ROOT, reason="needs two users")
def test_a_database_of_another_user_is_refused(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    postgres.stop()
    os.chown(postgres.data, 1, 1)
    with pytest.raises(DatabasePlaceError, match="user number 1,"):
        postgres.start()


def test_a_long_path_still_has_a_short_socket(place: Path) -> None:
    deep = place / ("x" * 60) / ("y" * 60)
    postgres = EmbeddedPostgres(Home(deep))
    try:
        postgres.start()
        with psycopg.connect(postgres.admin_dsn) as admin:
            assert admin.execute("SELECT 1").fetchone() == (1,)
    finally:
        postgres.stop()
        for folder in (postgres.sockets, postgres.home.run):
            folder.rmdir()
