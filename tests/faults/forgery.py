"""A real log with real exchanges, and somebody who may change all of it: the database's superuser, root on the files.

What is done to rows happens in a transaction that is audited from inside and rolled back; what is done to files, in a
copy of them. So a hundred forgeries cost one exchange of each kind.
"""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import requests
from psycopg.rows import dict_row

from maidinh.config.auditing import audit
from maidinh.exchange.evidence.actions import enter_unended
from maidinh.exchange.gateway.app import Gateway
from maidinh.exchange.gateway.settings import GatewaySettings
from maidinh.exchange.gateway.writer import IntentRow
from maidinh.exchange.subjects import FILE, key_in
from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.database.standing import as_role
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import AsyncSignerClient, SignerClient
from maidinh.infrastructure.translog.note import NoteKey, Tree, sign_note
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.rules import leaf_for, origin_of
from maidinh.infrastructure.translog.sequencer import Sequencer, note_key
from maidinh.infrastructure.translog.tiles import Edge
from maidinh.infrastructure.translog.verification import Check
from tests.exchange.world import DEAD, NOW, PORTAL, PROVINCE, SERVICE, STRANGER, Loop, token_for

ORIGIN, LOG_KEY = origin_of(PROVINCE), f"log:{PROVINCE}"
TABLES = ("evidence_exchange", "evidence_intent", "evidence_concerned", "translog_entry", "translog_checkpoint",
          "directory_publisheddirectory")  # fmt: skip
OTHERS = 290  # entries that are not of exchanges: more than one tile is wide
SUBJECTS = b"".join(sorted(bytes([each]) * 32 for each in (7, 9)))


@dataclass
class Books:
    """One installation: what was recorded, what was published."""

    database: Connections
    home: Home
    signer: SignerClient
    loop: Loop
    exchanges: dict[str, str] = field(default_factory=dict)  # what it shows: its request id
    open_call: str = ""
    kept: list[str] = field(default_factory=list)  # states of the log as somebody outside remembers them

    def fill(self, exchange_home: Home) -> None:
        """Make an exchange of each kind, among other entries, in a log that was signed three times."""
        self._enter_others()
        settings = GatewaySettings(
            instance="MAU", province=PROVINCE, dsn=self.database.dsn("gateway"), home=self.home, clock=lambda: NOW,
            signer=AsyncSignerClient.for_caller(exchange_home, "gateway", patience=10), poll_seconds=0.2,
        )  # fmt: skip
        gateway = Gateway(settings)
        self.loop.run(gateway.start())
        try:
            self.loop.run(_until(lambda: gateway.keeper.snapshot is not None))
            self.sequence()
            for name in ("first", "second", "third"):
                self._call(gateway, name, SERVICE)
            self.sequence()
            self._call(gateway, "refused", SERVICE, client=STRANGER)
            self._call(gateway, "failed", DEAD)
            about = gateway._mediator._name_subject
            gateway._mediator._name_subject = lambda call: setattr(call, "subject", SUBJECTS)  # type: ignore[method-assign]
            self._call(gateway, "about two people", SERVICE)
            gateway._mediator._name_subject = about  # type: ignore[method-assign]
            self.open_call = str(uuid.uuid4())
            self.loop.run(gateway.writer.write(IntentRow(
                id=uuid.UUID(self.open_call), client=PORTAL, jti="left open", x_road_id="x", service=SERVICE,
                contract="contract-persons", serial=1, request_hash="h" * 88, consumer_agency="AG1",
                provider_agency="AG2", received_at=NOW - timedelta(hours=1),
            )))  # fmt: skip
        finally:
            self.loop.run(gateway.stop())
            self.loop.run(settings.signer.close())  # type: ignore[attr-defined]
        with as_role(self.database, "worker"):
            since, before = NOW - timedelta(days=1), NOW - timedelta(minutes=1)
            key = key_in(self.home.secrets)
            assert [enter_unended(since=since, before=before, key=key, at=NOW) for _ in range(2)] == [1, 0]
        self.sequence()

    def _call(self, gateway: Gateway, name: str, service: str, client: str = PORTAL) -> None:
        target = f"/r1/{service}/persons/1"
        headers = {
            "X-Road-Client": client, "Authorization": f"Bearer {token_for(self.signer, target, client=client)}",
        }  # fmt: skip
        answer = requests.get(f"http://127.0.0.1:{gateway.port}{target}", headers=headers, timeout=30)
        self.exchanges[name] = answer.headers["X-Road-Request-Id"]

    def _enter_others(self) -> None:
        leaves = [
            leaf_for(kind="other", agency="AG1", role="test", content={"number": number}, salt=bytes(32), at=NOW)
            for number in range(OTHERS)
        ]
        with psycopg.connect(self.database.dsn("gateway")) as connection, connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO translog_entry (created_at, leaf, idempotency) VALUES (%s, %s, %s)",
                [(NOW, leaf, f"other:{number}") for number, leaf in enumerate(leaves)],
            )

    def sequence(self) -> None:
        """Sign what is there; somebody outside remembers it."""
        worker = SignerClient.for_caller(self.home, "worker")
        with psycopg.connect(self.database.dsn("sequencer"), autocommit=True) as connection:
            sequencer = Sequencer(
                connection, self.published, self.note_key, lambda text: worker.sign(LOG_KEY, text), lambda: NOW
            )
            sequencer.reconcile()
            sequencer.round()
        worker.close()
        self.kept.append(self.published.checkpoint() or "")

    @property
    def published(self) -> PublishedLog:
        """The log as it is handed out."""
        return PublishedLog(self.home.log)

    @property
    def note_key(self) -> NoteKey:
        """The log's own key."""
        return note_key(self.signer, LOG_KEY, ORIGIN)

    @contextmanager
    def as_superuser(self) -> Iterator[psycopg.Connection[Any]]:
        """Everything may be changed, and in the end nothing was."""
        dsn = psycopg.conninfo.make_conninfo(self.database.admin_dsn, dbname=self.database.database)
        with psycopg.connect(dsn, row_factory=dict_row) as connection:
            for table in TABLES:
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield connection
            connection.rollback()

    def index_of(self, name: str) -> int:
        """Where in the log the exchange is."""
        with self.as_superuser() as connection:
            row = connection.execute(
                "SELECT index FROM translog_entry WHERE idempotency = %s", [f"exchange:{self.exchanges[name]}"]
            ).fetchone()
        assert row is not None
        return int(row["index"])

    def audited(self, connection: psycopg.Connection[Any], home: Home | None = None, *kept: str) -> list[Check]:
        """As `maidinh exchange audit` does it."""
        connection.row_factory = psycopg.rows.tuple_row
        try:
            return audit(home or self.home, PROVINCE, connection, kept)
        finally:
            connection.row_factory = dict_row

    def copy(self, place: Path) -> Home:
        """The same files once more, to be changed."""
        home = Home(place)
        home.prepare()
        shutil.rmtree(home.log, ignore_errors=True)
        shutil.copytree(self.home.log, home.log)
        shutil.rmtree(home.public_keys)
        shutil.copytree(self.home.public_keys.resolve(), home.public_keys)
        shutil.copy(self.home.secrets / FILE, home.secrets / FILE)
        return home

    def sign(self, size: int, root: bytes) -> str:
        """A checkpoint with the real key."""
        tree = Tree(ORIGIN, size, root)
        worker = SignerClient.for_caller(self.home, "worker")
        try:
            return sign_note(tree.text, self.note_key, worker.sign(LOG_KEY, tree.text.encode()))
        finally:
            worker.close()

    def rewrite(self, home: Home, connection: psycopg.Connection[Any], change: Callable[[list[bytes]], None]) -> None:
        """Whoever has superuser, root and the log's own key makes another whole, consistent log of it."""
        rows = connection.execute(
            "SELECT id, leaf FROM translog_entry WHERE index IS NOT NULL ORDER BY index"
        ).fetchall()
        leaves = [bytes(row["leaf"]) for row in rows]
        change(leaves)
        shutil.rmtree(home.log / "tile")
        published, edge = PublishedLog(home.log), Edge()
        for leaf in leaves:
            published.write((level, number, 256, content) for level, number, content in edge.append(leaf))
        published.write(edge.partial())
        note = self.sign(len(leaves), edge.root())
        published.publish(note)
        connection.execute("UPDATE translog_entry SET index = NULL")
        for index, (row, leaf) in enumerate(zip(rows, leaves, strict=False)):
            connection.execute(
                "UPDATE translog_entry SET leaf = %s, index = %s WHERE id = %s", [leaf, index, row["id"]]
            )
        connection.execute("DELETE FROM translog_checkpoint")
        connection.execute(
            "INSERT INTO translog_checkpoint (origin, size, root, note, at) VALUES (%s, %s, %s, %s, %s)",
            [ORIGIN, len(leaves), edge.root(), note, NOW],
        )


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.01)
