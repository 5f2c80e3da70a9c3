"""Anchoring a checkpoint outside: leaving the log's signed state where nobody of the province can take it back.

Layer 7, no Django. A folder (another machine's share, a repository that is pushed elsewhere, a medium that is written
once) or an address that takes it by POST (another province, a newspaper of record, a gateway to a public ledger).
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import requests

from maidinh.infrastructure.translog.note import unchecked_tree

PATIENCE_SECONDS = 15


class AnchorError(Exception):
    """The checkpoint was not taken; the text says why."""


class Anchor(Protocol):
    """A place outside that takes checkpoints."""

    def check(self) -> None:
        """Raise AnchorError where it cannot be used now."""

    def leave(self, note: str) -> str:
        """Leave a checkpoint there; return where it is. Leaving it twice is harmless."""


@dataclass(frozen=True)
class FolderAnchor:
    """Files in a folder; one that is there is never written again."""

    folder: Path

    def check(self) -> None:
        """Whether the folder is there and takes files."""
        if not self.folder.is_dir() or not os.access(self.folder, os.W_OK):
            raise AnchorError(f"{self.folder} is not a folder that can be written to: make it, or name another")

    def leave(self, note: str) -> str:
        """Write the checkpoint under its size and the beginning of its digest."""
        self.check()
        place = self.folder / _name(note)
        if place.exists():
            if place.read_text("utf-8") != note:
                raise AnchorError(f"{place} holds another checkpoint of that name")
            return str(place)
        draft = place.with_name(f".{place.name}.draft")
        try:
            with draft.open("w", encoding="utf-8") as stream:
                stream.write(note)
                stream.flush()
                os.fsync(stream.fileno())
            draft.rename(place)
        except OSError as error:
            raise AnchorError(f"{place}: {error.strerror}") from error
        return str(place)


@dataclass(frozen=True)
class AddressAnchor:
    """An address that takes a checkpoint as text and answers 2xx once it keeps it."""

    url: str

    def check(self) -> None:
        """Whether the address is one."""
        if urlsplit(self.url).scheme not in ("http", "https") or not urlsplit(self.url).hostname:
            raise AnchorError(f"{self.url} is not an http or https address")

    def leave(self, note: str) -> str:
        """Send the checkpoint."""
        self.check()
        session = requests.Session()
        session.trust_env = False
        try:
            answer = session.post(
                self.url, data=note.encode(), headers={"Content-Type": "text/plain; charset=utf-8"},
                timeout=PATIENCE_SECONDS, allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as error:
            raise AnchorError(f"{self.url} did not answer: {type(error).__name__}") from error
        if not 200 <= answer.status_code < 300:
            raise AnchorError(f"{self.url} did not take it: {answer.status_code}")
        return answer.headers.get("Location", self.url)


def anchor_at(place: str) -> Anchor:
    """The anchor that a setting or an argument names: an address, or a folder."""
    return AddressAnchor(place) if "://" in place else FolderAnchor(Path(place))


def _name(note: str) -> str:
    tree = unchecked_tree(note)
    return f"{tree.size:012d}-{hashlib.sha256(note.encode()).hexdigest()[:16]}.checkpoint"
