"""After a restore: the log goes on under a new name that says what it continues; the old one stays readable."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from maidinh.infrastructure.translog.anchors import AddressAnchor, AnchorError, FolderAnchor, anchor_at
from maidinh.infrastructure.translog.inspection import inspect_earlier, inspect_log
from maidinh.infrastructure.translog.note import NoteKey, open_checkpoint
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.reopening import (
    NotReopenedError,
    citation,
    close_files,
    next_origin,
    origin_here,
)
from maidinh.infrastructure.translog.sequencer import LogRefusedError, Sequencer
from maidinh.infrastructure.translog.trust import TrustedKey, TrustedKeys

from .conftest import AT, NOTE_KEY, ORIGIN, PRIVATE, Bench

KEYS = TrustedKeys((TrustedKey(PRIVATE.public_key()),))


def test_each_name_follows_the_last() -> None:
    assert next_origin("m.example/lao-cai") == "m.example/lao-cai~2"
    assert next_origin("m.example/lao-cai~2") == "m.example/lao-cai~3"


@pytest.mark.slow
def test_a_log_that_was_set_back_goes_on_under_a_new_name(bench: Bench) -> None:
    bench.enter(9)
    kept = bench.publish().size
    bench.enter(4)
    before = bench.publish()
    with psycopg.connect(bench.dsn("superuser"), autocommit=True) as connection:  # as a restore would
        for table in ("translog_entry", "translog_checkpoint"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        connection.execute("DELETE FROM translog_entry WHERE index >= %s", [kept])
        connection.execute("DELETE FROM translog_checkpoint WHERE size > %s", [kept])
    with pytest.raises(LogRefusedError, match="set back"):
        bench.publish()
    cited = citation(bench.published, NOTE_KEY, rows=kept, reason="restored from Monday", at=AT)
    assert (cited["continues"], cited["size"], cited["lost"]) == (ORIGIN, before.size, 4)
    place = close_files(bench.published, cited, {"leaf": "x"})
    name = origin_here(bench.published, ORIGIN)
    assert name == f"{ORIGIN}~2"
    key = NoteKey(name, PRIVATE.public_key())
    with psycopg.connect(bench.dsn("sequencer"), autocommit=True) as connection:
        sequencer = Sequencer(connection, bench.published, key, PRIVATE.sign, lambda: AT)
        sequencer.reconcile()
        sequencer.round()
    now = open_checkpoint(bench.published.checkpoint() or "", [key])
    assert (now.origin, now.size) == (name, kept)
    assert all(check.ok for check in inspect_log(bench.published, KEYS)[0])
    old = PublishedLog(place)
    checks, tree = inspect_log(old, KEYS)
    assert tree == before and all(check.ok for check in checks), "what was published before can be audited for ever"
    said = json.loads((bench.published.root / "origin.json").read_text("utf-8"))
    assert (said["continues"], said["lost"], said["closed"]) == (ORIGIN, 4, "closed/1")


def test_closing_again_after_a_crash_goes_on(tmp_path: Path) -> None:
    published = PublishedLog(tmp_path)
    (tmp_path / "tile").mkdir()
    (tmp_path / "checkpoint").write_text("state")
    (tmp_path / "closed/1").mkdir(parents=True)
    (tmp_path / "tile").rename(tmp_path / "closed/1/tile")  # it ended before the checkpoint
    cited = dict.fromkeys(("origin", "continues", "size", "rows", "lost", "at"), "x")
    assert close_files(published, cited, {}) == tmp_path / "closed/1"
    assert sorted(each.name for each in (tmp_path / "closed/1").iterdir()) == ["checkpoint", "tile"]


def test_there_must_be_something_to_go_on_from(tmp_path: Path) -> None:
    with pytest.raises(NotReopenedError, match="no checkpoint"):
        citation(PublishedLog(tmp_path), NOTE_KEY, rows=0, reason="x", at=AT)
    (tmp_path / "checkpoint").write_text("nonsense\n")
    with pytest.raises(NotReopenedError, match="not one of"):
        citation(PublishedLog(tmp_path), NOTE_KEY, rows=0, reason="x", at=AT)


@pytest.mark.slow
def test_what_was_left_outside_shows_a_log_that_was_changed(bench: Bench, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    bench.enter(5)
    bench.publish()
    anchor = anchor_at(str(outside))
    anchor.check()
    first = anchor.leave(bench.published.checkpoint() or "")
    assert anchor.leave(bench.published.checkpoint() or "") == first, "twice is harmless"
    bench.enter(3)
    tree = bench.publish()
    kept = [each.read_text("utf-8") for each in outside.glob("*.checkpoint")]
    assert [check.ok for check in inspect_earlier(bench.published, tree, kept, KEYS)] == [True]
    forged = kept[0].replace(kept[0].split("\n")[2], "A" * 43 + "=")
    assert [check.ok for check in inspect_earlier(bench.published, tree, [forged], KEYS)] == [False]
    assert [check.ok for check in inspect_earlier(bench.published, tree, [forged], None)] == [False]
    later = bench.published.checkpoint() or ""
    smaller = open_checkpoint(kept[0], [NOTE_KEY])
    assert [check.ok for check in inspect_earlier(bench.published, smaller, [later], KEYS)] == [False]


def test_an_anchor_that_cannot_take_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(AnchorError, match="not a folder"):
        anchor_at(str(tmp_path / "missing")).check()
    with pytest.raises(AnchorError, match="did not answer"):
        anchor_at("http://127.0.0.1:9/x").leave("note")
    assert isinstance(anchor_at("https://a.example/x"), AddressAnchor)
    assert isinstance(anchor_at(str(tmp_path)), FolderAnchor)
