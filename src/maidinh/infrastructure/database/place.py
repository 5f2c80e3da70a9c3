"""Whether a data directory can hold the embedded database, asked before anything in it is touched.

Layer 7, infrastructure. No Django.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from maidinh.infrastructure.database.account import Account
from maidinh.infrastructure.database.faults import DatabasePlaceError
from maidinh.infrastructure.home import Home


def check_path(home: Home, account: Account) -> None:
    """The account that runs the database must be able to reach it; we never open other people's folders for it."""
    for path in (home.root, home.run):
        barrier = account.barrier(path)
        if barrier is not None:
            raise DatabasePlaceError(
                "PostgreSQL runs as the user number {uid}, who cannot pass the folder {folder} on the way to {path}.",
                "Choose a data directory that everyone may pass, such as /var/lib/maidinh.",
                uid=account.uid,
                folder=barrier,
                path=path,
            )


def check_cluster(data: Path, account: Account, binaries: Path) -> None:
    """A directory that exists must be a whole database, of this account and of these programs' version."""
    if not data.exists():
        return
    owner = data.stat().st_uid
    if owner != account.uid:
        raise DatabasePlaceError(
            "The database in {data} belongs to the user number {owner}, and PostgreSQL would run as {uid}.",
            "Start as the user who made it, or hand the directory over with: chown -R {uid}:{gid} {data}",
            data=data, owner=owner, uid=account.uid, gid=account.gid,
        )  # fmt: skip
    version = data / "PG_VERSION"
    if not version.exists() or not (data / "global" / "pg_control").exists():
        raise DatabasePlaceError(
            "{data} is not a whole database: it was not finished, or something else lies there.",
            "Move it away and start again; a new database is made.",
            data=data,
        )
    made, have = version.read_text().strip(), _major_version(binaries)
    if made != have:
        raise DatabasePlaceError(
            "The database in {data} was made by PostgreSQL {made}; the installed programs are PostgreSQL {have}.",
            "Restore a backup into a new data directory, or install the programs of version {made}.",
            data=data, made=made, have=have,
        )  # fmt: skip


def _major_version(binaries: Path) -> str:
    """The version as PG_VERSION has it: `postgres (PostgreSQL) 18.6` is 18."""
    output = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return output.split()[2].split(".")[0]
