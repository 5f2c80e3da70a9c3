"""The system account PostgreSQL runs as, because PostgreSQL refuses to run as root.

Layer 7, infrastructure. No Django. An ordinary user runs it as themselves; root hands it to the account `nobody`.
"""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maidinh.infrastructure.database.faults import DatabaseServerError

NOBODY = 65534


@dataclass(frozen=True)
class Account:
    """A user and a group of the operating system."""

    uid: int
    gid: int
    groups: frozenset[int] = field(default_factory=frozenset)

    @property
    def changes_user(self) -> bool:
        """Whether programs must be started as somebody else than we are."""
        return self.uid != os.geteuid()

    def popen_options(self) -> dict[str, Any]:
        """What `subprocess` needs to start a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.changes_user else {}

    def own(self, path: Path) -> None:
        """Hand one file or directory to this account."""
        if self.changes_user:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def barrier(self, path: Path) -> Path | None:
        """The first folder on the way to a path that this account cannot pass, if there is one."""
        resolved = Path(os.path.realpath(path))
        for folder in reversed(resolved.parents):
            if not folder.exists():
                return None
            if not self._may_pass(folder.stat()):
                return folder
        return None

    def _may_pass(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid or status.st_gid in self.groups:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def database_account() -> Account:
    """Who runs the embedded database when this process starts it."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), frozenset(os.getgroups()))
    try:
        pwd.getpwuid(NOBODY)
    except KeyError:
        raise DatabaseServerError(
            "PostgreSQL does not run as root, and this system has no user with the number {uid} to run it as.",
            "Add the user nobody, or start as an ordinary user, or set DATABASE_URL.",
            uid=NOBODY,
        ) from None
    return Account(NOBODY, NOBODY)
