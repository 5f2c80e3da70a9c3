"""A log of one's own: a fresh database, a directory, a key, and ways to enter, sequence and break things."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from maidinh.infrastructure.translog.note import NoteKey, Tree, open_checkpoint
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.rules import idempotency_of, leaf_for
from maidinh.infrastructure.translog.sequencer import Sequencer

AT = datetime(2026, 7, 1, 8, 0, 0, tzinfo=UTC)
ORIGIN = "maidinh.example/lao-cai"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOTE_KEY = NoteKey(ORIGIN, PRIVATE.public_key())
ENTER = "INSERT INTO translog_entry (created_at, leaf, idempotency) VALUES (%s, %s, %s) RETURNING id"

Dsn = Callable[[str], str]


def leaf_number(number: int) -> bytes:
    """A leaf of one's own for each number."""
    content = {"number": number}
    return leaf_for(kind="test", agency="H38", role="clerk", content=content, salt=bytes(32), at=AT)


class Bench:
    """One log under test."""

    def __init__(self, dsn: Dsn, root: Path) -> None:
        self.dsn = dsn
        self.published = PublishedLog(root)
        self.sign: Callable[[bytes], bytes] = PRIVATE.sign
        self.signed: list[Tree] = []
        self._count = 0

    def enter(self, count: int) -> None:
        """Enter and commit more leaves, as the web role."""
        with psycopg.connect(self.dsn("web")) as connection:
            for _ in range(count):
                leaf = leaf_number(self._count)
                connection.execute(ENTER, [AT, leaf, idempotency_of(leaf)])
                self._count += 1

    @contextmanager
    def sequencer(self, published: PublishedLog | None = None) -> Iterator[Sequencer]:
        """A sequencer on a connection of its own; what it signs is noted."""

        def sign(text: bytes) -> bytes:
            signature = self.sign(text)
            lines = text.decode().split("\n")
            self.signed.append(Tree(lines[0], int(lines[1]), base64.b64decode(lines[2])))
            return signature

        with psycopg.connect(self.dsn("sequencer"), autocommit=True) as connection:
            yield Sequencer(connection, published or self.published, NOTE_KEY, sign, lambda: AT)

    def publish(self) -> Tree:
        """Start a sequencer, have it do a round, and return what is published then."""
        with self.sequencer() as sequencer:
            sequencer.reconcile()
            sequencer.round()
        return self.tree()

    def tree(self) -> Tree:
        """What the published checkpoint states."""
        return open_checkpoint(self.published.checkpoint() or "", [NOTE_KEY])

    def rows(self, query: str, *values: Any) -> list[Any]:
        """Read as the web role."""
        with psycopg.connect(self.dsn("web")) as connection:
            return connection.execute(query, values).fetchall()


@pytest.fixture
def dsn(own_database: str) -> Dsn:
    """The address of the test's own database for each role."""
    from django.conf import settings

    connections: Any = settings.CONNECTIONS

    def of(role: str) -> str:
        if role == "superuser":
            from psycopg.conninfo import make_conninfo

            return make_conninfo(connections.admin_dsn, dbname=own_database)
        return str(connections.dsn(role))

    return of


@pytest.fixture
def bench(dsn: Dsn, tmp_path: Path) -> Bench:
    """A log under test."""
    return Bench(dsn, tmp_path / "log")
