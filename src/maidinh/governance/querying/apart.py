"""Asking a rule in a process of its own, bound in memory, processor and time: for rules that somebody just wrote.

Layer 4, governance. The process gets the loaded database, imports nothing but the sandbox, and is killed when it is
late. What holds inside it is the sandbox's; this catches what a single step of the database may still do.
"""

from __future__ import annotations

import json
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

from maidinh.governance.querying.sandbox import SECONDS, Answer, Kind, Refused, ask, prepared

SOURCE = Path(__file__).resolve().parents[3]
START = "import sys; sys.path.insert(0, sys.argv[1]); from maidinh.governance.querying.apart import answer; answer()"
HEAP = 256 * 1024 * 1024  # bytes that the database may take
SPACE = 1024 * 1024 * 1024  # bytes that the process may take
SPARE_SECONDS = 2.0  # to start, load and answer, beside twice what the rule may take: the machine may be busy
TOO_SLOW = "ended after {:g} s: the rule loops or joins everything with everything"


def ask_apart(connection: sqlite3.Connection, sql: str, *, seconds: float = SECONDS) -> Answer:
    """What the rule's SQL finds in this database. Raises Refused, also where the process had to be ended."""
    head = json.dumps({"sql": sql, "seconds": seconds}).encode()
    given = b"%d\n%b%b" % (len(head), head, connection.serialize())
    command = [sys.executable, "-I", "-S", "-c", START, str(SOURCE)]
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, timeout=2 * seconds + SPARE_SECONDS, cwd="/", env={}, check=False
        )
    except subprocess.TimeoutExpired:
        raise Refused("too-slow", TOO_SLOW.format(seconds)) from None
    if done.returncode < 0:
        raise Refused("too-slow", TOO_SLOW.format(seconds))
    if done.returncode or not done.stdout:
        raise Refused("too-large", "the rule took more memory than it may")
    return _told(json.loads(done.stdout))


def answer() -> None:
    """The other process: read a database and a question from standard input, write the answer."""
    resource.setrlimit(resource.RLIMIT_AS, (SPACE, SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    given = sys.stdin.buffer
    asked = json.loads(given.read(int(given.readline())))
    processor = int(asked["seconds"] + SPARE_SECONDS) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
    connection = sqlite3.connect(":memory:", cached_statements=0)
    connection.execute(f"PRAGMA hard_heap_limit={HEAP}")
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.deserialize(given.read())
    prepared(connection)
    try:
        found = ask(connection, asked["sql"], seconds=asked["seconds"])
    except Refused as refusal:
        told: dict[str, Any] = {"refused": [refusal.kind, refusal.text]}
    except MemoryError:
        told = {"refused": ["too-large", "the rule took more memory than it may"]}
    else:
        told = {
            "columns": found.columns, "rows": found.rows, "footprint": sorted(found.footprint),
            "seconds": found.seconds,
        }  # fmt: skip
    json.dump(told, sys.stdout)


def _told(told: dict[str, Any]) -> Answer:
    if "refused" in told:
        kind, text = told["refused"]
        raise Refused(cast(Kind, kind), text)
    footprint = frozenset((table, column) for table, column in told["footprint"])
    return Answer(tuple(told["columns"]), tuple(map(tuple, told["rows"])), footprint, told["seconds"])
