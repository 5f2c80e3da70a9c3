"""The embedded PostgreSQL of an installation: made, started, watched for and stopped inside its data directory.

Layer 7, infrastructure. No Django. Listens on a Unix socket only, asks everyone for a password (SCRAM), and keeps every
promise of durability switched on. It dies in good order when the process that started it dies.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from psycopg.conninfo import make_conninfo

from maidinh.infrastructure.database.account import Account, database_account
from maidinh.infrastructure.database.binaries import usable_binaries
from maidinh.infrastructure.database.faults import DatabasePlaceError, DatabaseServerError
from maidinh.infrastructure.database.lock import FileLock
from maidinh.infrastructure.database.parent import dies_with_parent
from maidinh.infrastructure.database.passwords import passwords_in, sync_directory
from maidinh.infrastructure.database.place import check_cluster, check_path
from maidinh.infrastructure.database.postmaster import Postmaster
from maidinh.infrastructure.home import Home

SUPERUSER = "postgres"
SOCKET_PORT = 5432  # part of the socket's file name; no network port is opened
POLL = 0.02
START_TIMEOUT = 300.0  # recovery after a crash replays the log first
STOP_TIMEOUT = 60.0
LOG_SIZE = 16_000_000
INITIAL = {
    "max_connections": "150",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
ENFORCED = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",  # the password decides, not the account
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "data_sync_retry": "off",
    "logging_collector": "off",
}


class EmbeddedPostgres:
    """One server for one home. `start` and `stop` belong to one supervisor; anyone may ask the rest."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.place = home.postgres
        self.data = self.place / "data"
        self.output = home.output / "postgres.log"
        self.postmaster = Postmaster(self.data)
        self._lock = FileLock(self.place / "lock")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """What the supervisor calls it."""
        return "postgres"

    @property
    def sockets(self) -> Path:
        """The folder of the socket, of two letters because a socket's path must be short."""
        return self.home.run / "pg"

    @property
    def admin_dsn(self) -> str:
        """How the superuser connects."""
        passwords = passwords_in(self.home.secrets / "postgres.json", [SUPERUSER])
        return make_conninfo(
            host=str(self.sockets), port=SOCKET_PORT, user=SUPERUSER, password=passwords[SUPERUSER], dbname="postgres"
        )

    def running(self) -> bool:
        """Whether the server takes connections; any process of the same user, or root, may ask."""
        if self._process is not None:
            self._process.poll()  # a dead child keeps its number until somebody asks
        return self.postmaster.ready()

    def start(self) -> None:
        """Start the server, making the database first if there is none; nothing happens if it runs already."""
        if self._process is not None and self._comes_up(self._process):
            return
        account = database_account()
        check_path(self.home, account)
        self._make_folders(account)
        if not self._lock.acquire():
            raise DatabasePlaceError(
                "Another process (number {holder}) already runs the database in {place}.",
                "Stop it first, or choose another data directory.",
                holder=self._lock.holder(),
                place=self.place,
            )
        try:
            binaries = usable_binaries(account, self.place / "binaries")
            check_cluster(self.data, account, binaries)
            self._await_predecessor()
            if not self.data.exists():
                self._initialise(account, binaries)
            self._launch(account, binaries)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End all sessions, write everything out and stop; one that will not is stopped the hard, still safe, way."""
        process, self._process = self._process, None
        if process is not None:
            for ending, patience in ((signal.SIGINT, STOP_TIMEOUT), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
                try:
                    process.send_signal(ending)
                    process.wait(patience)
                    break
                except subprocess.TimeoutExpired:
                    continue
        self._lock.release()

    def _make_folders(self, account: Account) -> None:
        self.home.prepare()
        if self.home.run.stat().st_uid != os.geteuid():
            raise DatabasePlaceError(
                "The folder {folder} belongs to another user.", "Remove it, or choose another data directory.",
                folder=self.home.run,
            )  # fmt: skip
        self.place.mkdir(exist_ok=True)
        self.place.chmod(0o711)
        self.sockets.mkdir(exist_ok=True)
        self.sockets.chmod(0o711)
        account.own(self.sockets)

    def _await_predecessor(self) -> None:
        """A server whose supervisor was killed is told by the kernel to stop; give it the time."""
        deadline = time.monotonic() + STOP_TIMEOUT
        while living := self.postmaster.processes():
            if time.monotonic() > deadline:
                raise DatabasePlaceError(
                    "A PostgreSQL server (process {pid}) still runs in {place}.",
                    "Stop it with: kill -INT {pid}",
                    pid=self.postmaster.pid() or min(living),
                    place=self.data,
                )
            time.sleep(POLL)
        self.postmaster.forget_dead()

    def _initialise(self, account: Account, binaries: Path) -> None:
        draft = self.place / "data.new"
        password_file = self.place / "initdb.password"
        shutil.rmtree(draft, ignore_errors=True)
        password_file.unlink(missing_ok=True)
        draft.mkdir(mode=0o700)
        account.own(draft)
        passwords = passwords_in(self.home.secrets / "postgres.json", [SUPERUSER])
        descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(passwords[SUPERUSER] + "\n")
        account.own(password_file)
        try:
            self._run(_initdb_command(binaries, draft, password_file), account)
        finally:
            password_file.unlink()
        draft.rename(self.data)
        sync_directory(self.place)

    def _run(self, command: Sequence[str], account: Account) -> None:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/",
            env=_environment(), check=False, preexec_fn=dies_with_parent(signal.SIGKILL), **account.popen_options(),
        )  # fmt: skip
        if done.returncode:
            raise DatabaseServerError(
                "The database could not be made: {output}", "Put right what it names and start again.",
                output=done.stdout.decode(errors="replace").strip(),
            )  # fmt: skip

    def _launch(self, account: Account, binaries: Path) -> None:
        if self.output.exists() and self.output.stat().st_size > LOG_SIZE:
            self.output.replace(self.output.with_suffix(".log.1"))
        settings = ENFORCED | {
            "unix_socket_directories": str(self.sockets),
            "port": str(SOCKET_PORT),
            "cluster_name": self.postmaster.cluster_name,
        }
        command = [str(binaries / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", env=_environment(),
                start_new_session=True, **account.popen_options(),
                preexec_fn=dies_with_parent(signal.SIGINT),  # noqa: PLW1509 - it calls the kernel and nothing else
            )  # fmt: skip
        if not self._comes_up(self._process):
            lines = self.output.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
            raise DatabaseServerError(
                "PostgreSQL does not start: {output}", "Its full output is in {path}.",
                output=" / ".join(lines), path=self.output,
            )  # fmt: skip

    def _comes_up(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait for a server that is starting, or is mending itself after one of its processes has crashed."""
        deadline = time.monotonic() + START_TIMEOUT
        while process.poll() is None and time.monotonic() < deadline:
            if self.postmaster.pid() == process.pid and self.postmaster.ready():
                return True
            time.sleep(POLL)
        return False


def _initdb_command(binaries: Path, data: Path, password_file: Path) -> list[str]:
    command = [str(binaries / "initdb"), "-D", str(data), "-U", SUPERUSER, "-k", "-E", "UTF8", "-T", "simple"]
    command += ["-A", "scram-sha-256", f"--pwfile={password_file}"]
    command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    for name, value in INITIAL.items():
        command += ["--set", f"{name}={value}"]
    return command


def _environment() -> dict[str, str]:
    """Nothing of ours reaches the server: a PGDATA or a locale from outside would change what it does."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
