"""The sequencer: gap-free places, and a log that never forks, whatever breaks and whenever."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path

import psycopg
import pytest

from maidinh.infrastructure.home import Home
from maidinh.infrastructure.translog.inspection import inspect_log, inspect_rows
from maidinh.infrastructure.translog.merkle import consistency_proof, consistent
from maidinh.infrastructure.translog.note import Tree
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.rules import idempotency_of
from maidinh.infrastructure.translog.sequencer import GIVE_PLACES, LogRefusedError, run_sequencer
from maidinh.infrastructure.translog.trust import TrustedKey, TrustedKeys

from .conftest import AT, ENTER, ORIGIN, PRIVATE, Bench, leaf_number

pytestmark = pytest.mark.slow

KEYS = TrustedKeys((TrustedKey(PRIVATE.public_key()),))
ROWS = "SELECT index, leaf FROM translog_entry WHERE index IS NOT NULL ORDER BY index"


class Crash(OSError):
    """The process ends here."""


class Crashing(PublishedLog):
    """Files that end the process at a chosen moment of writing."""

    def __init__(self, root: Path, *, writes: int | None = None, publishing: str = "") -> None:
        super().__init__(root)
        self._writes = writes
        self._publishing = publishing

    def write(self, files: Iterable[tuple[int | None, int, int, bytes]]) -> None:
        for file in files:
            if self._writes is not None:
                if self._writes == 0:
                    raise Crash
                self._writes -= 1
            super().write([file])

    def publish(self, note: str) -> None:
        if self._publishing == "before":
            raise Crash
        super().publish(note)
        if self._publishing == "after":
            raise Crash


def assert_sound(bench: Bench) -> None:
    """The log audits clean, and every state ever signed is a beginning of the present one."""
    checks, tree = inspect_log(bench.published, KEYS)
    assert tree is not None
    rows = [(row[0], bytes(row[1])) for row in bench.rows(ROWS)]
    assert [check.detail for check in [*checks, *inspect_rows(bench.published, tree, rows)] if not check.ok] == []
    subtree = bench.published.subtree(tree.size)
    for earlier in bench.signed:
        proof = consistency_proof(earlier.size, tree.size, subtree) if earlier.size > 0 else []
        assert consistent(earlier.size, earlier.root, tree.size, tree.root, proof)


def test_every_entry_gets_a_place_and_the_log_audits_clean(bench: Bench) -> None:
    sizes = []
    for count in (1, 2, 255, 3, 600):
        bench.enter(count)
        sizes.append(bench.publish().size)
    assert sizes == sorted(sizes)
    assert bench.rows("SELECT count(*) FROM translog_entry WHERE index IS NULL") == [(0,)]
    assert sizes[-1] == bench.rows("SELECT count(*) FROM translog_entry")[0][0]
    assert_sound(bench)


def test_nothing_new_signs_nothing(bench: Bench) -> None:
    bench.enter(1)
    with bench.sequencer() as sequencer:
        sequencer.reconcile()
        assert sequencer.round() is not None
        assert sequencer.round() is None
    count = len(bench.signed)
    bench.publish()
    assert len(bench.signed) == count


def test_an_entry_that_commits_late_takes_a_later_place(bench: Bench) -> None:
    with psycopg.connect(bench.dsn("web")) as slow:
        leaf = leaf_number(10_000)
        row = slow.execute(ENTER, [AT, leaf, idempotency_of(leaf)]).fetchone()
        assert row is not None
        bench.enter(3)
        first = bench.publish()
        assert bench.rows("SELECT index FROM translog_entry WHERE id = %s", row[0]) == []
        slow.commit()
    second = bench.publish()
    assert second.size == first.size + 1
    assert bench.rows("SELECT index FROM translog_entry WHERE id = %s", row[0]) == [(first.size,)]
    assert_sound(bench)


def crash(bench: Bench, published: PublishedLog) -> None:
    with bench.sequencer(published) as sequencer, pytest.raises(Crash):
        sequencer.reconcile()
        sequencer.round()
        raise AssertionError("nothing crashed")


def test_crashes_between_writing_files_fork_nothing(bench: Bench) -> None:
    for count in (520, 5, 300, 700):
        bench.enter(count)
        for writes in range(3):
            crash(bench, Crashing(bench.published.root, writes=writes))
            bench.enter(1)
        bench.publish()
    assert_sound(bench)


@pytest.mark.parametrize("publishing", ["before", "after"])
def test_a_crash_around_publishing_forks_nothing(bench: Bench, publishing: str) -> None:
    bench.enter(5)
    bench.publish()
    bench.enter(5)
    crash(bench, Crashing(bench.published.root, publishing=publishing))
    bench.enter(5)
    bench.publish()
    assert_sound(bench)
    recorded = [tuple(row) for row in bench.rows("SELECT size FROM translog_checkpoint ORDER BY size")]
    assert recorded[-1] == (bench.tree().size,)


def test_a_signer_that_fails_leaves_the_last_checkpoint_and_a_way_on(bench: Bench) -> None:
    bench.enter(5)
    tree = bench.publish()
    bench.enter(5)

    def fail(text: bytes) -> bytes:
        raise Crash

    bench.sign = fail
    crash(bench, bench.published)
    assert bench.tree() == tree
    bench.sign = PRIVATE.sign
    assert bench.publish().size == tree.size + 5
    assert_sound(bench)


def test_a_wrong_signature_is_never_published(bench: Bench) -> None:
    bench.enter(1)
    bench.sign = lambda text: bytes(64)
    with bench.sequencer() as sequencer:
        sequencer.reconcile()
        with pytest.raises(ValueError, match="wrong"):
            sequencer.round()
    assert bench.published.checkpoint() is None


def test_lost_files_are_made_again_from_the_database(bench: Bench) -> None:
    bench.enter(600)
    tree = bench.publish()
    shutil.rmtree(bench.published.root)
    bench.enter(1)
    assert bench.publish().size == tree.size + 1
    assert_sound(bench)


def test_files_set_back_are_brought_up_to_the_database(bench: Bench, tmp_path: Path) -> None:
    bench.enter(300)
    bench.publish()
    shutil.copytree(bench.published.root, tmp_path / "backup")
    bench.enter(300)
    tree = bench.publish()
    shutil.rmtree(bench.published.root)
    shutil.move(tmp_path / "backup", bench.published.root)
    with bench.sequencer() as sequencer:
        sequencer.reconcile()
    assert bench.tree() == tree
    bench.publish()
    assert_sound(bench)


def test_damaged_tiles_are_made_again(bench: Bench) -> None:
    bench.enter(300)
    bench.publish()
    for path in bench.published.root.rglob("tile/0/*.p/*"):
        path.write_bytes(bytes(path.stat().st_size))
    bench.enter(1)
    bench.publish()
    assert_sound(bench)


def restore(bench: Bench, size: int) -> None:
    """Set the database back to an earlier size, as a restored backup is."""
    with psycopg.connect(bench.dsn("superuser"), autocommit=True) as connection:
        connection.execute("ALTER TABLE translog_entry DISABLE TRIGGER ALL")
        connection.execute("ALTER TABLE translog_checkpoint DISABLE TRIGGER ALL")
        connection.execute("DELETE FROM translog_entry WHERE index >= %s", [size])
        connection.execute("DELETE FROM translog_checkpoint WHERE size > %s", [size])
        connection.execute("ALTER TABLE translog_entry ENABLE TRIGGER USER")
        connection.execute("ALTER TABLE translog_checkpoint ENABLE TRIGGER USER")


@pytest.mark.parametrize("gone_on", [0, 3, 400])
def test_a_database_that_was_set_back_is_not_signed_for(bench: Bench, gone_on: int) -> None:
    bench.enter(5)
    early = bench.publish()
    bench.enter(10)
    tree = bench.publish()
    note = bench.published.checkpoint()
    restore(bench, early.size)
    bench.enter(gone_on)
    if gone_on:  # somebody gave places without looking at the files
        with psycopg.connect(bench.dsn("sequencer"), autocommit=True) as connection:
            connection.execute(GIVE_PLACES, {"batch": gone_on, "start": early.size})
    count = len(bench.signed)
    with bench.sequencer() as sequencer, pytest.raises(LogRefusedError, match="set back"):
        sequencer.reconcile()
    assert bench.published.checkpoint() == note
    assert bench.tree() == tree
    assert len(bench.signed) == count


def test_another_key_or_origin_than_the_published_one_is_refused(bench: Bench) -> None:
    bench.enter(1)
    bench.publish()
    note = bench.published.checkpoint() or ""
    bench.published.publish(note.replace(ORIGIN, "maidinh.example/elsewhere"))
    with bench.sequencer() as sequencer, pytest.raises(LogRefusedError, match="not one of"):
        sequencer.reconcile()


def test_a_rewritten_row_in_the_unsigned_part_is_refused(bench: Bench) -> None:
    bench.enter(3)
    bench.publish()
    shutil.rmtree(bench.published.root)
    with psycopg.connect(bench.dsn("superuser"), autocommit=True) as connection:
        connection.execute("ALTER TABLE translog_entry DISABLE TRIGGER USER")
        connection.execute("UPDATE translog_entry SET leaf = 'x' WHERE index = 1")
        connection.execute("ALTER TABLE translog_entry ENABLE TRIGGER USER")
    with bench.sequencer() as sequencer, pytest.raises(LogRefusedError, match="not those"):
        sequencer.reconcile()


class LocalSigner:
    """The part of the signer's client that a sequencer uses, with its key at hand."""

    def public(self, key: str) -> str:
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        assert key == "log:lao-cai"
        return PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, key: str, message: bytes) -> bytes:
        assert key == "log:lao-cai"
        return PRIVATE.sign(message)


def test_two_sequencers_and_many_writers_make_one_log(bench: Bench, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    bench.published = PublishedLog(home.log)
    stop = threading.Event()
    arguments = (bench.dsn("sequencer"), home, LocalSigner(), lambda: ORIGIN, stop)
    running = [
        threading.Thread(target=run_sequencer, args=arguments, kwargs={"key": "log:lao-cai", "interval": 0.005})
        for _ in range(2)
    ]

    def write(name: int) -> None:
        with psycopg.connect(bench.dsn("web")) as connection:
            for turn in range(40):
                leaf = leaf_number(1000 * (name + 1) + turn)
                connection.execute(ENTER, [AT, leaf, idempotency_of(leaf)])
                if turn % 3 == 0:
                    connection.commit()

    writing = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in (*running, *writing):
        thread.start()
    for thread in writing:
        thread.join()
    for _ in range(2000):
        if (
            bench.rows("SELECT 1 FROM translog_entry WHERE index IS NULL LIMIT 1") == []
            and bench.published.checkpoint()
        ):
            break
        stop.wait(0.01)
    stop.set()
    for thread in running:
        thread.join()
    bench.publish()
    assert_sound(bench)
    leaves = [bytes(row[1]) for row in bench.rows(ROWS)]
    assert len(leaves) == len(set(leaves))
    assert sum(b'"kind":"test"' in leaf for leaf in leaves) == 160


def test_a_lost_connection_begins_again_and_a_refusal_is_said_once(
    bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    bench.published = PublishedLog(home.log)
    bench.enter(2)
    stop = threading.Event()
    arguments = (bench.dsn("sequencer"), home, LocalSigner(), lambda: ORIGIN, stop)
    options = {"key": "log:lao-cai", "interval": 0.005}
    running = threading.Thread(target=run_sequencer, args=arguments, kwargs=options)
    running.start()

    def wait_for(size: int) -> Tree:
        for _ in range(2000):
            if bench.published.checkpoint() and bench.tree().size >= size:
                return bench.tree()
            stop.wait(0.01)
        raise AssertionError("no checkpoint came")

    size = wait_for(2).size
    with psycopg.connect(bench.dsn("superuser"), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'maidinh_sequencer' "
            "AND datname = current_database()"
        )
    bench.enter(2)
    wait_for(size + 2)
    stop.set()
    running.join()
    restore(bench, 1)

    def said() -> list[str]:
        return [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]

    with caplog.at_level(logging.ERROR):
        stop = threading.Event()
        running = threading.Thread(
            target=run_sequencer,
            args=(bench.dsn("sequencer"), home, LocalSigner(), lambda: ORIGIN, stop),
            kwargs=options,
        )
        running.start()
        for _ in range(500):
            if said():
                break
            stop.wait(0.01)
        stop.wait(0.05)
        stop.set()
        running.join()
    assert len(said()) == 1
    assert "set back" in said()[0]
