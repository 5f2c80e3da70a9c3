"""What can be seen of a running PostgreSQL from outside it: its lock file, and its processes by the name we gave them.

Layer 7, infrastructure. No Django.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

STATUS_LINE = 7  # of postmaster.pid, counted from nought; documented in PostgreSQL's miscadmin.h


class Postmaster:
    """The server process of one data directory, ours or one left behind."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.lock_file = data / "postmaster.pid"

    @property
    def cluster_name(self) -> str:
        """A name that PostgreSQL writes into the title of each of its processes, unique to this data directory."""
        digest = hashlib.sha256(os.fsencode(os.path.realpath(self.data))).hexdigest()
        return f"maidinh-{digest[:16]}"

    def pid(self) -> int | None:
        """The process id in the lock file, whether or not that process still is a PostgreSQL."""
        lines = self._lines()
        return abs(int(lines[0])) if lines and lines[0].lstrip("-").isdigit() else None

    def ready(self) -> bool:
        """Whether the server takes connections."""
        lines, pid = self._lines(), self.pid()
        says_so = len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"
        return says_so and self.cluster_name.encode() in _command_line(Path("/proc", str(pid)))

    def processes(self) -> set[int]:
        """Every living process of this data directory's server."""
        name = self.cluster_name.encode()
        return {
            int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit() and name in _command_line(each)
        }

    def forget_dead(self) -> None:
        """Remove a lock file that no process of this server stands behind any more.

        PostgreSQL does this itself unless the number of the dead process has been given to another one, which after a
        restart of a container it usually has. It is safe only where nothing of the old server lives, and the titles
        tell that.
        """
        if self.pid() is not None and not self.processes():
            self.lock_file.unlink(missing_ok=True)

    def _lines(self) -> list[str]:
        try:
            return self.lock_file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []


def _command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""
