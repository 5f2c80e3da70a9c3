"""The index 766 of a province-year at 1,000,000 dossiers: told from the sums of months, and summed from nothing.

The facts of dossiers are made by generate_series in the installation's own database; the index is asked for as the
pages do, as the web role. The peer is SQLite over the same facts, which adds them up at each question.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench.environment import measured
from bench.observation import _installation
from bench.report import Report

DOSSIERS, SMALL = 1_000_000, 10_000
AGENCIES, PROCEDURES = 166, 50  # the agencies of a merged province, the procedures of its catalogue
YEAR, RUNS, BOUND = 2026, 5, 2.0
WAITING = 500  # dossiers that something happened to, counted again at once
FACTS = f"""
INSERT INTO measures_dossierfact (dossier_id, agency, procedure, "case", online, received_month, papers_asked,
    papers_kept, papers_reusable, papers_reused, typed, picked, prefilled, minutes, month, ended_at, end_status,
    promised_at, on_time, working_minutes, rounds, electronic, paid)
SELECT n, 'H38.' || (100 + n %% {AGENCIES}), '1.' || lpad((n / 7 %% {PROCEDURES})::text, 6, '0'), 'one', n %% 10 < 7,
       make_date({YEAR}, 1 + (n / 11 %% 12)::int, 1), n %% 5 > 0, n %% 5 > 1, n %% 6 > 2,
       n %% 6 > 3, n %% 9, 1, n %% 13, 5 + n %% 40,
       make_date({YEAR}, 1 + (n / 11 %% 12)::int, 1), make_timestamptz({YEAR}, 1 + (n / 11 %% 12)::int, 20, 3, 0, 0),
       (ARRAY[9, 10, 3, 8, 5])[1 + (n %% 17 / 4)::int],
       make_timestamptz({YEAR}, 1 + (n / 11 %% 12)::int, 21, 3, 0, 0), n %% 20 > 0,
       CASE WHEN n %% 17 < 8 THEN n %% 4000 END, n %% 20 / 18, n %% 3 > 0,
       (ARRAY['', 'counter', 'online', 'unpaid'])[1 + (n %% 4)::int]
FROM generate_series(1::bigint, %s) AS n
"""  # noqa: S608 - numbers of this file

RECEIVED_SUMS = {
    "received": "count(*)", "received_online": "sum(online)", "papers_asked": "sum(papers_asked)",
    "papers_kept": "sum(papers_kept)", "papers_reusable": "sum(papers_reusable)",
    "papers_reused": "sum(papers_reused)", "filled": "count(typed)", "one_sitting": "count(minutes)",
    "minutes_to_submission": "sum(minutes)", "fields_typed": "sum(typed)", "fields_picked": "sum(picked)",
    "fields_prefilled": "sum(prefilled)",
}  # fmt: skip
DONE = "end_status IN (9, 10)"
ENDED_SUMS = {
    "ended": "count(*)", "rated": "count(on_time)", "on_time": "sum(on_time)", "rounds": "sum(rounds)",
    "supplemented": "sum(rounds > 0)", "done": f"sum({DONE})", "electronic": f"sum({DONE} AND electronic)",
    "online_electronic": f"sum({DONE} AND electronic AND online)", "timed": "count(working_minutes)",
    "working_minutes": "sum(working_minutes)", "paid": "sum(paid IN ('counter', 'online'))",
    "paid_online": "sum(paid = 'online')",
}  # fmt: skip


def run(report: Report) -> None:
    """Measure on a small province and on a large one, each in a process of its own."""
    sizes = (SMALL,) if report.quick else (SMALL, DOSSIERS)
    for size in sizes:
        found = measured(["-m", "bench.measures", str(size)])
        if found is None:
            raise SystemExit(f"measures: {size} dossiers fail; the message stands above")
        what = f"{size:,} dossiers, {found['sums']:,} sums of months"
        report.row(f"index 766 of a province-year, {size:,}", found["index"], peer=found["peer"],
                   peer_name="SQLite, summed at each question", bound=BOUND, note=what)  # fmt: skip
        report.row(f"index by agency, {size:,}", found["by_agency"], bound=BOUND, note=f"{found['agencies']} agencies")
        report.row(f"index by procedure, {size:,}", found["by_procedure"], bound=BOUND)
        report.row(f"index by month, {size:,}", found["by_month"], bound=BOUND)
        report.row(f"every month summed from the facts, {size:,}", found["sum_all"], peer=found["peer_sum"],
                   peer_name="SQLite")  # fmt: skip
        report.row(f"{WAITING} dossiers' months summed again, {size:,}", found["again"])
        report.row(f"figures that differ from the peer's, {size:,}", found["differ"], unit="figures", bound=0)


def child(size: int) -> dict[str, Any]:
    """What one size takes."""
    with tempfile.TemporaryDirectory(prefix="maidinh-bench-", dir="/tmp") as name, _installation(Path(name) / "home"):
        from django.conf import settings
        from django.db import connection

        from maidinh.infrastructure.database.standing import as_role
        from maidinh.services.measures import actions, queries
        from maidinh.services.measures.models import DossierFact, MonthSum

        facts = _facts(settings.CONNECTIONS, size)
        peer = _Peer(facts)
        with as_role(settings.CONNECTIONS, "worker"):
            sum_all, _ = timed(actions.sum_all)
            cells = actions._cells(DossierFact.objects.filter(pk__lte=WAITING))
            again, _ = timed(lambda: actions._sum_again(cells))
            sums = MonthSum.objects.count()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            if cursor.fetchone()[0] != "maidinh_web":
                raise SystemExit("the index must be asked for as the web role")
        asked, on = queries.Asked(YEAR), date(YEAR, 12, 31)
        index = [timed(lambda: queries.index_for(asked, on)) for _ in range(RUNS)]
        by = {
            each: [timed(lambda each=each: queries.index_by(asked, each, on)) for _ in range(RUNS)]
            for each in ("agency", "procedure", "month")
        }
        theirs = [timed(peer.index) for _ in range(RUNS)]
        ours = queries._sums(asked, None)[""]
        return {
            "sums": sums, "sum_all": [sum_all], "again": [again], "index": [took for took, _ in index],
            **{f"by_{each}": [took for took, _ in runs] for each, runs in by.items()},
            "agencies": len(by["agency"][0][1]), "peer": [took for took, _ in theirs],
            "peer_sum": [timed(peer.sum_all)[0]],
            "differ": sum(ours[each] != theirs[0][1][each] for each in ours),
        }  # fmt: skip


def timed(work: Any) -> tuple[float, Any]:
    """How many seconds it took, and what came of it."""
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def _facts(connections: Any, size: int) -> list[tuple[Any, ...]]:
    """Make the facts, without their dossiers, and answer them for the peer."""
    import psycopg

    with psycopg.connect(connections.admin_dsn, dbname=connections.database, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")  # the dossiers themselves are not needed here
        admin.execute(FACTS, [size])
        admin.execute("ANALYZE measures_dossierfact")
        rows = admin.execute(f"SELECT {', '.join(_Peer.COLUMNS)} FROM measures_dossierfact")  # noqa: S608
        return [tuple(str(each) if isinstance(each, date) else each for each in row) for row in rows]


class _Peer:
    """The same facts in SQLite, and the same sums."""

    COLUMNS = (
        "agency", "procedure", "received_month", "month", "online", "papers_asked", "papers_kept", "papers_reusable",
        "papers_reused", "typed", "picked", "prefilled", "minutes", "end_status", "on_time", "working_minutes",
        "rounds", "electronic", "paid",
    )  # fmt: skip

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self.database = sqlite3.connect(":memory:")
        self.database.execute(f"CREATE TABLE measures_dossierfact ({', '.join(self.COLUMNS)})")
        self.database.executemany(
            f"INSERT INTO measures_dossierfact VALUES ({', '.join('?' for _ in self.COLUMNS)})",  # noqa: S608
            rows,
        )
        self.database.execute("CREATE TABLE measures_monthsum AS " + self._select())
        self.database.execute("DELETE FROM measures_monthsum")

    def _select(self) -> str:
        from maidinh.services.measures.actions import SUM

        selected = SUM.format(received="true", ended="true")
        return selected[selected.index("SELECT") :]

    def sum_all(self) -> None:
        """Every month, as ours."""
        self.database.execute("INSERT INTO measures_monthsum " + self._select())

    def index(self) -> dict[str, int]:
        """The sums of the year, added up from the facts in two readings."""
        found: dict[str, int] = {}
        for month, sums in (("received_month", RECEIVED_SUMS), ("month", ENDED_SUMS)):
            of_year = f"WHERE {month} >= '{YEAR}-01-01' AND {month} <= '{YEAR}-12-31'"
            columns = ", ".join(sums.values())
            row = self.database.execute(f"SELECT {columns} FROM measures_dossierfact {of_year}").fetchone()  # noqa: S608
            found |= dict(zip(sums, row, strict=True))
        return found


if __name__ == "__main__":
    print(json.dumps(child(int(sys.argv[1]))))
