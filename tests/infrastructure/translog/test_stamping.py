"""The log's newest state is stamped; an authority that is away holds up nothing and is asked again."""

from __future__ import annotations

import threading
from pathlib import Path

import psycopg
import pytest

from maidinh.infrastructure.timestamps.asking import TimestampError
from maidinh.infrastructure.timestamps.responses import token_of
from maidinh.infrastructure.timestamps.tokens import judge_token
from maidinh.infrastructure.translog.stamping import Authority, run_stamping, stamp_newest
from tests.infrastructure.timestamps.standing_in import AT, OwnAuthority, OwnTimestamps, serving
from tests.infrastructure.translog.conftest import ORIGIN, Bench

ROOT = OwnAuthority()
STAMPS = "SELECT size, response, at FROM translog_timestamp ORDER BY size"


def trusting(url: str) -> Authority:
    return Authority(url, lambda: [ROOT.root])


def test_each_new_state_is_stamped_once(bench: Bench) -> None:
    worker = bench.dsn("worker")
    with serving([OwnTimestamps(ROOT)]) as url:
        assert stamp_newest(worker, ORIGIN, trusting(url)) is None
        bench.enter(3)
        first = bench.publish().size
        assert stamp_newest(worker, ORIGIN, trusting(url)) == first
        assert stamp_newest(worker, ORIGIN, trusting(url)) is None
        for _ in range(2):
            bench.enter(2)
            bench.publish()
        assert stamp_newest(worker, ORIGIN, trusting(url)) == first + 4
    rows = bench.rows(STAMPS)
    assert [(size, at) for size, _, at in rows] == [(first, AT), (first + 4, AT)]
    note = (bench.published.checkpoint() or "").encode()
    verdict = judge_token(token_of(bytes(rows[1][1])), [note], [ROOT.root])
    assert (verdict.matches, verdict.trusted) == (True, True)


def test_it_is_asked_until_it_answers(bench: Bench) -> None:
    bench.enter(1)
    size = bench.publish().size
    stop = threading.Event()
    with serving([(503, b""), (200, b"nonsense"), OwnTimestamps(OwnAuthority("Other")), OwnTimestamps(ROOT)]) as url:
        thread = threading.Thread(
            target=run_stamping, args=(bench.dsn("worker"), ORIGIN, trusting(url), stop), kwargs={"interval": 0.01}
        )
        thread.start()
        for _ in range(500):
            if bench.rows(STAMPS) or stop.wait(0.02):
                break
        stop.set()
        thread.join(10)
    assert [row[0] for row in bench.rows(STAMPS)] == [size]


def test_the_log_goes_on_while_it_is_asked(bench: Bench) -> None:
    """Nothing is held in the database while the authority is asked: the sequencer publishes meanwhile."""
    bench.enter(1)
    size = bench.publish().size

    def slow(url: str, data: bytes, **_: object) -> None:
        bench.enter(1)
        assert bench.publish().size == size + 1
        raise TimestampError("away")

    with pytest.raises(TimestampError):
        stamp_newest(bench.dsn("worker"), ORIGIN, trusting("http://unused/"), ask=slow)
    assert bench.rows(STAMPS) == []


@pytest.mark.parametrize("role", ["web", "gateway", "sequencer", "superuser"])
def test_only_the_worker_adds_stamps_and_nobody_changes_them(bench: Bench, tmp_path: Path, role: str) -> None:
    bench.enter(1)
    bench.publish()
    with serving([OwnTimestamps(ROOT)]) as url:
        stamp_newest(bench.dsn("worker"), ORIGIN, trusting(url))
    insert = "INSERT INTO translog_timestamp (origin, size, authority, response, at) VALUES ('x', 9, 'y', '', now())"
    statements = ["UPDATE translog_timestamp SET size = 5", "DELETE FROM translog_timestamp"]
    for statement in [*statements, *([insert] if role != "superuser" else [])]:
        with psycopg.connect(bench.dsn(role)) as connection, pytest.raises(psycopg.Error):
            connection.execute(statement)
