"""Whom an exchange is about, as a keyed digest: the person finds it by it, and nobody finds the person.

Layer 6, no Django. The key is a secret of the installation, so that a personal number can't be tried out against the
evidence. Gateway and web read the same file; on several hosts it is copied like the other secrets.
Legal ground: Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15 (a person is told who processed data about them).
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

FILE = "subjects.key"
KEY_BYTES = 32
DIGEST_BYTES = 32
LONGEST = 100
MOST = 10_000  # people of one answer; one about more is a data set and no reading


def key_in(folder: Path) -> bytes:
    """The installation's key; the first who asks makes it, and of two first ones one wins. Raises OSError."""
    path = folder / FILE
    if not path.exists():
        draft = folder / f".{FILE}.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(draft, path)  # unlike rename, a link does not replace what another process made first
        finally:
            draft.unlink()
    return path.read_bytes()


def digest(key: bytes, person: str) -> bytes:
    """What stands in the evidence for a person."""
    return hmac.new(key, b"maidinh-subject\0" + person.strip().encode(), sha256).digest()


def digests(key: bytes, people: Iterable[str]) -> bytes:
    """What stands in the evidence for several people: their digests, one after the other in order, each once."""
    return b"".join(sorted({digest(key, each) for each in people})[:MOST])


def named(place: str, name: str, open_steps: Sequence[str], query: str | None, body: Any) -> str:
    """The person at a declared place of a call: the n-th open step of its path, a field of its query or its body."""
    found: Any = ""
    if place == "path" and name.isdigit() and 0 < int(name) <= len(open_steps):
        found = open_steps[int(name) - 1]
    elif place == "query":
        found = dict(parse_qsl(query or "")).get(name, "")
    elif place == "body" and isinstance(body, Mapping):
        found = body.get(name, "")
    return found if isinstance(found, str) and len(found) <= LONGEST else ""
