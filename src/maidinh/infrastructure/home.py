"""Where an installation keeps what it must not lose: one directory, and nothing outside it.

Layer 7. Plain paths, no Django, so that every process can use it.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

SOCKET_PATH_LIMIT = 90  # a Unix socket's path may have 107 bytes; PostgreSQL appends its own file name


@dataclass(frozen=True)
class Home:
    """The data directory of one installation and the places inside it."""

    root: Path

    @property
    def postgres(self) -> Path:
        """The embedded database: binaries when they must be copied, data, and log."""
        return self.root / "postgres"

    @property
    def secrets(self) -> Path:
        """Passwords and tokens, readable by the owner alone."""
        return self.root / "secrets"

    @property
    def private_keys(self) -> Path:
        """Private keys; only the signer opens this directory."""
        return self.root / "keys"

    @property
    def public_keys(self) -> Path:
        """Public keys and certificates, for everyone who verifies."""
        return self.root / "public"

    @property
    def log(self) -> Path:
        """The transparency log as static files: tiles and checkpoint."""
        return self.root / "log"

    @property
    def files(self) -> Path:
        """Uploaded and issued documents, named by their content."""
        return self.root / "files"

    @property
    def gateway(self) -> Path:
        """What the gateway keeps to go on working when everything else is down."""
        return self.root / "gateway"

    @property
    def output(self) -> Path:
        """What the processes print."""
        return self.root / "output"

    @property
    def run(self) -> Path:
        """Sockets and process ids. A short path elsewhere only when the root's own is too long for a socket."""
        here = self.root / "run"
        if len(os.fsencode(here)) <= SOCKET_PATH_LIMIT:
            return here
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return Path("/tmp") / f"maidinh-{os.geteuid()}-{digest}"  # noqa: S108 - `prepare` refuses one that is not ours

    @property
    def signer_socket(self) -> Path:
        """Where the signer listens."""
        return self.run / "signer.sock"

    def prepare(self) -> None:
        """Create the directories with their permissions, or raise PermissionError for a place that is not ours."""
        for path, mode in (
            (self.root, 0o711),
            (self.secrets, 0o700),
            (self.private_keys, 0o700),
            (self.public_keys, 0o755),
            (self.log, 0o755),
            (self.files, 0o700),
            (self.gateway, 0o700),
            (self.output, 0o700),
            (self.run, 0o711),
        ):
            path.mkdir(parents=True, exist_ok=True)
            found = path.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
                raise PermissionError(
                    f"{path} is no directory of this user: remove it, or set MAIDINH_DATA to another place"
                )
            path.chmod(mode)
