"""The sequencer: gives pending entries their places, writes the tiles, signs the checkpoint. One at a time, ever.

Layer 7, no Django. Order of each round, so that a crash anywhere forks nothing: places are committed in the database,
the one truth, and never change; tiles and entries, which follow from them, are made durable; only then is the
checkpoint signed, published and recorded. Entry ids commit out of order: what is not visible yet waits for a round.

At the start, and after each lost connection, published files and database are held against each other. Files behind
the database are made again. A database behind the files, as after a restore, or one that says otherwise, means that
signing would fork the log: the sequencer refuses and says so. The way on is a new origin, which is another log.
Where files and database were both set back, nothing here can notice: open a new origin after any restore of both.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import SignerClient, SignerError
from maidinh.infrastructure.translog.merkle import leaf_hash
from maidinh.infrastructure.translog.note import (
    NoteError,
    NoteKey,
    Tree,
    open_checkpoint,
    sign_note,
    valid_name,
)
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.tiles import WIDTH, Edge, TileError, width_at

BATCH = 4096
LOCK = 0x6D61696C6F67  # "mailog": one sequencer for a database

GIVE_PLACES = """
WITH pending AS (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS step
    FROM (SELECT id FROM translog_entry WHERE index IS NULL ORDER BY id LIMIT %(batch)s) AS first
)
UPDATE translog_entry SET index = %(start)s + pending.step FROM pending WHERE translog_entry.id = pending.id
"""

logger = logging.getLogger(__name__)


class LogRefusedError(Exception):
    """Signing now could contradict what was published."""


class Sequencer:
    """One holder of the locks, for as long as its connection lives."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        published: PublishedLog,
        key: NoteKey,
        sign: Callable[[bytes], bytes],
        clock: Callable[[], datetime],
    ) -> None:
        self._connection = connection
        self._published = published
        self._key = key
        self._sign = sign
        self._clock = clock
        self._last: Tree | None = None
        self._edge = Edge()

    def reconcile(self) -> None:
        """Hold files and database against each other and go on from what both agree on, or refuse."""
        published, recorded = self._published_tree(), self._recorded_tree()
        rows = self._rows()
        for tree, name in ((published, "published"), (recorded, "recorded")):
            if tree is not None and tree.size > rows:
                raise LogRefusedError(
                    f"the {name} checkpoint has {tree.size} entries and the database only {rows}: it was set back "
                    "to an earlier state. Restore the later state, or open a new log origin"
                )
        if published and recorded and published.size == recorded.size and published.root != recorded.root:
            raise LogRefusedError(f"files and database have different checkpoints of {recorded.size} entries")
        self._edge = self._edge_of(published, recorded)
        self._last = published
        if recorded is not None and (published is None or recorded.size > published.size):
            self._catch_up(recorded)
        elif published is not None and (recorded is None or published.size > recorded.size):
            self._record(published, self._published.checkpoint() or "")

    def round(self) -> Tree | None:
        """Give places, write, sign, publish and record; return the new state, or None where nothing was new."""
        self._connection.execute(GIVE_PLACES, {"batch": BATCH, "start": self._rows()})
        self._extend(self._rows())
        if self._last is not None and self._edge.size == self._last.size:
            return None
        tree = Tree(self._key.name, self._edge.size, self._edge.root())
        note = sign_note(tree.text, self._key, self._sign(tree.text.encode()))
        if open_checkpoint(note, [self._key]) != tree:
            raise LogRefusedError("the signer's answer does not verify")
        self._published.publish(note)
        self._record(tree, note)
        self._last = tree
        return tree

    def _published_tree(self) -> Tree | None:
        note = self._published.checkpoint()
        if note is None:
            return None
        try:
            return open_checkpoint(note, [self._key])
        except NoteError as error:
            raise LogRefusedError(f"the published checkpoint is not one of {self._key.name}: {error}") from error

    def _recorded_tree(self) -> Tree | None:
        row = self._connection.execute(
            "SELECT size, root FROM translog_checkpoint WHERE origin = %s ORDER BY size DESC LIMIT 1", [self._key.name]
        ).fetchone()
        return None if row is None else Tree(self._key.name, row[0], bytes(row[1]))

    def _rows(self) -> int:
        row = self._connection.execute("SELECT max(index) FROM translog_entry").fetchone()
        return 0 if row is None or row[0] is None else int(row[0]) + 1

    def _edge_of(self, published: Tree | None, recorded: Tree | None) -> Edge:
        """Return the edge at the published tree, read from sound files or made again from the database."""
        if published is None:
            return Edge()
        try:
            edge = self._published.edge(published.size)
            sound = edge.root() == published.root
        except TileError:
            sound = False
        if not sound:
            logger.warning("translog: published tiles are damaged; making them again from the database")
            self._edge = Edge()
            self._extend(published.size)
            edge = self._edge
        elif recorded is None or recorded.size < published.size:
            self._compare(recorded.size if recorded is not None else 0, published.size)
        if edge.root() != published.root:
            raise LogRefusedError("the entries in the database are not those of the published checkpoint")
        return edge

    def _compare(self, start: int, end: int) -> None:
        number, known = -1, list[bytes]()
        for index, leaf in self._leaves(start, end):
            if index // WIDTH != number:
                number = index // WIDTH
                known = self._published.hashes(0, number, width_at(0, number, end))
            if leaf_hash(leaf) != known[index % WIDTH]:
                raise LogRefusedError(
                    f"entry {index} in the database is not the one published: the database was set back to an earlier "
                    "state and has gone on. Restore the later state, or open a new log origin"
                )

    def _catch_up(self, recorded: Tree) -> None:
        self._extend(recorded.size)
        if self._edge.root() != recorded.root:
            raise LogRefusedError("the entries in the database are not those of the recorded checkpoint")
        row = self._connection.execute(
            "SELECT note FROM translog_checkpoint WHERE origin = %s AND size = %s", [self._key.name, recorded.size]
        ).fetchone()
        if row is None or open_checkpoint(row[0], [self._key]) != recorded:
            raise LogRefusedError(f"the recorded checkpoint of {recorded.size} entries is not what it says")
        self._published.publish(row[0])
        self._last = recorded

    def _extend(self, size: int) -> None:
        if size == self._edge.size:
            return
        for _, leaf in self._leaves(self._edge.size, size):
            full = self._edge.append(leaf)
            if full:
                self._published.write((level, number, WIDTH, content) for level, number, content in full)
        if self._edge.size != size:
            raise LogRefusedError(f"the entries in the database have a gap at {self._edge.size}")
        self._published.write(self._edge.partial())

    def _leaves(self, start: int, end: int) -> Iterator[tuple[int, bytes]]:
        for first in range(start, end, BATCH):
            rows = self._connection.execute(
                "SELECT index, leaf FROM translog_entry WHERE index >= %s AND index < %s ORDER BY index",
                [first, min(first + BATCH, end)],
            ).fetchall()
            for expected, (index, leaf) in enumerate(rows, start=first):
                if index != expected:
                    raise LogRefusedError(f"the entries in the database have a gap at {expected}")
                yield index, bytes(leaf)

    def _record(self, tree: Tree, note: str) -> None:
        self._connection.execute(
            "INSERT INTO translog_checkpoint (origin, size, root, note, at) VALUES (%s, %s, %s, %s, %s)",
            [tree.origin, tree.size, tree.root, note, self._clock()],
        )


def note_key(signer: SignerClient, key: str, origin: str) -> NoteKey:
    """Return the verifier key of a log: its origin is the name under which it signs."""
    if not valid_name(origin):
        raise ValueError(f"a log origin has no blanks and no plus sign: {origin!r}")
    public = load_pem_public_key(signer.public(key).encode("ascii"))
    if not isinstance(public, Ed25519PublicKey):
        raise ValueError(f"{key} is not an Ed25519 key")
    return NoteKey(origin, public)


def system_time() -> datetime:
    """Return the time at which checkpoints are recorded unless the caller brings its own."""
    return datetime.now(UTC)


def run_sequencer(
    dsn: str,
    home: Home,
    signer: SignerClient,
    origin: Callable[[], str],
    stop: threading.Event,
    *,
    key: str,
    interval: float,
    clock: Callable[[], datetime] = system_time,
) -> None:
    """Publish every `interval` seconds until told to stop, through lost connections and a signer that comes and goes.

    `dsn` is of the role maidinh_sequencer. Where another process sequences already, wait to take its place. `origin` is
    asked anew after each refusal, since a new one is how it ends.
    """
    said = ""
    while not stop.is_set():
        try:
            _hold(dsn, PublishedLog(home.log), note_key(signer, key, origin()), signer, key, stop, interval, clock)
            said = ""
        except LogRefusedError as refusal:
            if said != str(refusal):
                logger.error("translog: not signing: %s", refusal)
            said = str(refusal)
        except (psycopg.Error, SignerError, OSError, TileError) as fault:
            logger.warning("translog: begins again: %s", fault)
        stop.wait(interval)


def _hold(
    dsn: str,
    published: PublishedLog,
    note: NoteKey,
    signer: SignerClient,
    key: str,
    stop: threading.Event,
    interval: float,
    clock: Callable[[], datetime],
) -> None:
    release = published.claim()
    if release is None:
        return
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
            if row is None or not row[0]:
                return
            sequencer = Sequencer(connection, published, note, lambda text: signer.sign(key, text), clock)
            sequencer.reconcile()
            while not stop.is_set():
                sequencer.round()
                stop.wait(interval)
    finally:
        release()
