"""Passwords of the database, made once and kept in one file that its owner alone can read.

Layer 7, infrastructure. No Django.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

PASSWORD_BYTES = 24


def passwords_in(path: Path, names: Iterable[str]) -> dict[str, str]:
    """The passwords kept in a file; the first caller makes them, and of two first callers one wins."""
    if not path.exists():
        _create(path, {name: secrets.token_urlsafe(PASSWORD_BYTES) for name in names})
    passwords: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return passwords


def _create(path: Path, passwords: dict[str, str]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(passwords, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # unlike rename, a link does not replace what another process made first
        except FileExistsError:
            return
        sync_directory(path.parent)
    finally:
        draft.unlink()


def sync_directory(path: Path) -> None:
    """Make the names in a directory survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
