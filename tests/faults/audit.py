"""What must hold after any number of kills: every acknowledged dossier once, whole, and in the log.

Reads the database as its administrator, who alone sees every row, and the files as they lie on the disk.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from maidinh.config.environment import Environment
from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.keys.identifiers import file_stem
from maidinh.infrastructure.translog.inspection import inspect_log, inspect_rows
from maidinh.infrastructure.translog.merkle import inclusion_proof
from maidinh.infrastructure.translog.note import unchecked_tree
from maidinh.infrastructure.translog.proof import Proof
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.rules import origin_of
from maidinh.infrastructure.translog.trust import TrustedKeys, read_keys
from maidinh.infrastructure.translog.verification import verdict, verify_receipt
from tests.faults.citizens import Acknowledged

FIRST_EVENTS = {"dossier.submitted", "dossier.task_opened", "dossier.status_changed"}
ORPHANS = {
    "a command without what came of it": "SELECT key FROM commands_command WHERE outcome = ''",
    "a log entry of a submission without a dossier": """
        SELECT e.id FROM translog_entry e LEFT JOIN dossiers_dossier d ON d.entry = e.id
        WHERE convert_from(e.leaf, 'UTF8')::jsonb ->> 'kind' = 'dossier-submitted' AND d.id IS NULL""",
    "an event of a dossier that is not there": """
        SELECT e.id FROM events_event e LEFT JOIN dossiers_dossier d ON d.code = e.payload ->> 'code'
        WHERE e.payload ? 'code' AND d.id IS NULL""",
    "a notice of a dossier that is not there": """
        SELECT n.id FROM inbox_notice n LEFT JOIN dossiers_dossier d ON d.code = n.dossier WHERE d.id IS NULL""",
    "a dossier that no application became": """
        SELECT d.code FROM dossiers_dossier d LEFT JOIN forms_draft f ON f.dossier = d.code WHERE f.id IS NULL""",
    "a dossier of which nobody's act is recorded": """
        SELECT d.code FROM dossiers_dossier d WHERE 1 <>
        (SELECT count(*) FROM audit_auditentry a WHERE a.subject = d.code AND a.action = 'submit dossier')""",
    "a submitted application that still holds answers": """
        SELECT id FROM forms_draft WHERE dossier <> '' AND (answers <> '{}' OR papers <> '[]')""",
    "an exchange recorded twice": "SELECT x_road_id FROM evidence_exchange GROUP BY x_road_id HAVING count(*) > 1",
}


class Books:
    """The database and the files of one installation, opened for an audit."""

    def __init__(self, environment: Environment) -> None:
        self.environment, self.home = environment, environment.home
        place = Connections(self.home, None, environment.database_name)
        dsn = make_conninfo(place.admin_dsn, dbname=environment.database_name)
        self.connection = psycopg.connect(dsn, row_factory=dict_row, autocommit=True)
        public = self.home.public_keys
        self.keys: TrustedKeys = read_keys(
            [public / f"{file_stem(f'{kind}:{environment.province}')}.pem" for kind in ("log", "promise")]
        )
        self.published = PublishedLog(self.home.log)

    def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """What a query finds."""
        return self.connection.execute(statement, values).fetchall()

    def waiting(self) -> int:
        """Log entries without a place and events not delivered: what a running installation still has to do."""
        entries = self.rows("SELECT count(*) AS n FROM translog_entry WHERE index IS NULL")[0]["n"]
        events = self.rows("SELECT count(*) AS n FROM events_event WHERE done_at IS NULL")[0]["n"]
        return int(entries + events)

    def count(self) -> int:
        """How many dossiers there are."""
        return int(self.rows("SELECT count(*) AS n FROM dossiers_dossier")[0]["n"])


def violations(
    books: Books,
    acknowledged: Sequence[Acknowledged],
    whole: Callable[[Books, dict[str, Any]], Iterator[str]] | None = None,
) -> Iterator[str]:
    """Everything that does not hold, in words; `whole` looks at one dossier, here one that was just submitted."""
    yield from _once(books, acknowledged)
    for row in books.rows("SELECT * FROM dossiers_dossier ORDER BY id"):
        yield from (f"{row['code']}: {fault}" for fault in (whole or _whole)(books, row))
    for what, statement in ORPHANS.items():
        found = [str(next(iter(row.values()))) for row in books.rows(statement)]
        if found:
            yield f"{what}: {', '.join(found[:5])} ({len(found)})"
    yield from _files(books)
    yield from _log(books)


def _once(books: Books, acknowledged: Sequence[Acknowledged]) -> Iterator[str]:
    drafts = {str(row["id"]): row["dossier"] for row in books.rows("SELECT id, dossier FROM forms_draft")}
    for one in acknowledged:
        if drafts.get(one.draft) != one.code:
            yield f"{one.code} was acknowledged for application {one.draft}, which became {drafts.get(one.draft)!r}"
        found = books.rows("SELECT count(*) AS n FROM dossiers_dossier WHERE code = %s", one.code)[0]["n"]
        if found != 1:
            yield f"acknowledged {one.code} is there {found} times"
    for what, values in (("application", [a.draft for a in acknowledged]), ("code", [a.code for a in acknowledged])):
        twice = [value for value, count in Counter(values).items() if count > 1]
        if twice:
            yield f"{what} acknowledged twice: {', '.join(twice)}"
    for row in books.rows("SELECT dossier, count(*) AS n FROM forms_draft WHERE dossier <> '' GROUP BY 1"):
        if row["n"] != 1:
            yield f"{row['dossier']} came of {row['n']} applications"


def _whole(books: Books, dossier: dict[str, Any]) -> Iterator[str]:
    number = dossier["id"]
    papers = books.rows("SELECT paper, document_id FROM dossiers_paper WHERE dossier_id = %s", number)
    handed = sorted([row["paper"], row["document_id"]] for row in papers)
    if handed != dossier["receipt"]["content"]["papers"]:
        yield f"its receipt names {dossier['receipt']['content']['papers']}, the dossier has {handed}"
    tasks = books.rows("SELECT 1 FROM dossiers_task WHERE dossier_id = %s AND closed_at IS NULL", number)
    if len(tasks) != 1:
        yield f"{len(tasks)} open tasks"
    history = books.rows("SELECT kind FROM dossiers_dossierevent WHERE dossier_id = %s", number)
    if [row["kind"] for row in history].count("submitted") != 1:
        yield f"its history is {[row['kind'] for row in history]}"
    events = books.rows("SELECT name FROM events_event WHERE payload ->> 'code' = %s", dossier["code"])
    if {row["name"] for row in events} != FIRST_EVENTS or len(events) != len(FIRST_EVENTS):
        yield f"its events are {sorted(row['name'] for row in events)}"
    yield from proved(books, dossier)


def proved(books: Books, dossier: dict[str, Any]) -> Iterator[str]:
    """Whether its receipt is in the log where a citizen looks for it."""
    entries = books.rows("SELECT index, leaf FROM translog_entry WHERE id = %s", dossier["entry"])
    note = books.published.checkpoint()
    if len(entries) != 1 or entries[0]["index"] is None or note is None:
        yield f"its log entry is {entries}"
        return
    place, size = entries[0]["index"], unchecked_tree(note).size
    if place >= size:
        yield f"its log entry {place} is beyond the checkpoint of {size}"
        return
    proof = Proof(place, inclusion_proof(place, size, books.published.subtree(size)), note)
    receipt = json.dumps(dossier["receipt"] | {"proof": proof.text})
    checks = verify_receipt(receipt, books.keys, at=datetime.now(UTC), origin=origin_of(books.environment.province))
    if not verdict(checks) or not any(check.name == "inclusion" and check.ok for check in checks):
        yield "its receipt does not hold: " + "; ".join(f"{check.name}={check.ok}" for check in checks)


def _files(books: Books) -> Iterator[str]:
    for row in books.rows("SELECT digest, size FROM files_document"):
        place = books.home.files / row["digest"][:2] / row["digest"]
        content = place.read_bytes() if place.exists() else b""
        if len(content) != row["size"] or hashlib.sha256(content).hexdigest() != row["digest"]:
            yield f"document {row['digest']} is not on the disk as it was stored"


def _log(books: Books) -> Iterator[str]:
    checks, tree = inspect_log(books.published, books.keys)
    if tree is not None:
        rows = books.rows("SELECT index, leaf FROM translog_entry WHERE index IS NOT NULL ORDER BY index")
        checks += inspect_rows(books.published, tree, ((row["index"], bytes(row["leaf"])) for row in rows))
    for check in checks:
        if check.ok is not True:
            yield f"log: {check.name}: {check.detail}"
