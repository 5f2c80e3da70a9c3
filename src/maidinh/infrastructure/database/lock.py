"""A lock on a file that the kernel lets go when its holder dies, however it dies.

Layer 7, infrastructure. No Django.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FileLock:
    """One holder at a time, on one machine or on a file system shared by containers."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def acquire(self) -> bool:
        """Take the lock if it is free; the holder's process id is left in the file for people to read."""
        if self.held:
            return True
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Let go; the file stays, because removing it would let two holders lock two files of the same name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> str:
        """The process id the last holder left."""
        try:
            return self.path.read_text().strip() or "?"
        except OSError:
            return "?"
