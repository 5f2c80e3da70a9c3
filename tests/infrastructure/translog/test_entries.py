"""Entries and checkpoints in the database: who may write what, and that nobody may rewrite anything."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from django.db import IntegrityError, transaction

from maidinh.infrastructure.translog.actions import NotInTransactionError, append_entry
from maidinh.infrastructure.translog.queries import proof_for, proved_entries
from maidinh.infrastructure.translog.rules import commitment_of, idempotency_of, read_leaf
from maidinh.infrastructure.translog.sequencer import GIVE_PLACES

from .conftest import AT, ENTER, Bench, Dsn, leaf_number

pytestmark = pytest.mark.slow

REFUSALS = (psycopg.errors.InsufficientPrivilege, psycopg.errors.RestrictViolation)
ENTRY = {"kind": "dossier.received", "agency": "H38", "role": "clerk", "content": {"code": "H38-1"}, "at": AT}


def test_an_entry_is_written_with_the_change_it_speaks_of(bench: Bench) -> None:
    with transaction.atomic():
        commitment = append_entry(**ENTRY)
    assert read_leaf(commitment.leaf)["commitment"] == commitment_of(ENTRY["content"], commitment.salt)
    assert bench.rows(f"SELECT index FROM translog_entry WHERE id = {commitment.entry_id}") == [(None,)]
    with pytest.raises(NotInTransactionError):
        append_entry(**ENTRY)


def test_a_rolled_back_change_leaves_no_entry(bench: Bench) -> None:
    before = bench.rows("SELECT count(*) FROM translog_entry")
    with transaction.atomic():
        append_entry(**ENTRY)
        transaction.set_rollback(True)
    assert bench.rows("SELECT count(*) FROM translog_entry") == before


def test_the_same_idempotency_key_enters_once(bench: Bench) -> None:
    with transaction.atomic():
        append_entry(**ENTRY, idempotency="receipt:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        append_entry(**ENTRY, idempotency="receipt:1")


def test_an_entry_has_a_proof_after_the_next_checkpoint(bench: Bench) -> None:
    with transaction.atomic():
        commitment = append_entry(**ENTRY)
    assert proof_for(commitment.entry_id, published=bench.published) is None
    assert proved_entries([commitment.entry_id], published=bench.published) == set()
    tree = bench.publish()
    proof = proof_for(commitment.entry_id, published=bench.published)
    assert proof is not None
    assert proved_entries([commitment.entry_id, 0], published=bench.published) == {commitment.entry_id}
    assert proof.startswith("c2sp.org/tlog-proof@v1\n")
    newest = "SELECT origin, size FROM translog_checkpoint ORDER BY at DESC, size DESC LIMIT 1"
    assert bench.rows(newest) == [(tree.origin, tree.size)]
    bench.enter(1)
    assert proof_for(commitment.entry_id, published=bench.published) == proof


WRITING_MORE = (
    "INSERT INTO translog_entry (created_at, leaf, idempotency, index) VALUES (now(), 'x', 'x', 0)",
    "UPDATE translog_entry SET index = 0",
    "UPDATE translog_entry SET leaf = 'x'",
    "DELETE FROM translog_entry",
    "TRUNCATE translog_entry",
    "INSERT INTO translog_checkpoint (origin, size, root, note, at) VALUES ('o', 0, '', '', now())",
    "DELETE FROM translog_checkpoint",
)


def test_writers_enter_pending_leaves_and_do_nothing_else(dsn: Dsn) -> None:
    for number, role in enumerate(("web", "gateway", "worker")):
        with psycopg.connect(dsn(role), autocommit=True) as connection:
            leaf = leaf_number(number)
            connection.execute(ENTER, [AT, leaf, idempotency_of(leaf)])
            for statement in WRITING_MORE:
                with pytest.raises(REFUSALS):
                    connection.execute(statement)


def test_the_sequencer_gives_places_and_does_nothing_else(bench: Bench) -> None:
    bench.enter(2)
    with psycopg.connect(bench.dsn("sequencer"), autocommit=True) as connection:
        connection.execute(GIVE_PLACES, {"batch": 10_000, "start": 0})
        for statement in (
            "UPDATE translog_entry SET leaf = 'x'",
            "DELETE FROM translog_entry",
            "INSERT INTO translog_entry (created_at, leaf, idempotency) VALUES (now(), 'x', 'x')",
            "UPDATE translog_checkpoint SET size = 9",
        ):
            with pytest.raises(REFUSALS):
                connection.execute(statement)
        assert connection.execute("UPDATE translog_entry SET index = index + 100").rowcount == 0
    bench.enter(1)
    with psycopg.connect(bench.dsn("sequencer"), autocommit=True) as connection, pytest.raises(psycopg.Error):
        connection.execute("UPDATE translog_entry SET index = 0 WHERE index IS NULL")


@pytest.mark.parametrize("role", ["owner", "superuser"])
def test_even_the_owner_and_the_administrator_change_nothing(bench: Bench, role: str) -> None:
    bench.enter(2)
    bench.publish()
    before = bench.rows("SELECT * FROM translog_entry ORDER BY id")
    with psycopg.connect(bench.dsn(role), autocommit=True) as connection:
        for table in ("translog_entry", "translog_checkpoint"):
            for statement in (f"UPDATE {table} SET id = id + 1000", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                refused(connection, statement)
        refused(connection, "UPDATE translog_entry SET index = index + 1000")
    assert bench.rows("SELECT * FROM translog_entry ORDER BY id") == before


def refused(connection: psycopg.Connection[tuple[object, ...]], statement: str) -> None:
    """Nothing is changed: by an error, or because policies hide every row from this role."""
    try:
        changed = connection.execute(statement).rowcount
    except REFUSALS:
        changed = 0
    assert changed == 0, statement


def test_the_proof_of_a_row_that_was_rewritten_is_not_given(bench: Bench, tmp_path: Path) -> None:
    with transaction.atomic():
        commitment = append_entry(**ENTRY)
    bench.publish()
    with psycopg.connect(bench.dsn("superuser"), autocommit=True) as connection:
        connection.execute("ALTER TABLE translog_entry DISABLE TRIGGER USER")
        connection.execute("UPDATE translog_entry SET leaf = 'x' WHERE id = %s", [commitment.entry_id])
    with pytest.raises(RuntimeError, match="audit"):
        proof_for(commitment.entry_id, published=bench.published)
