"""A million dossiers: how soon the pages of officials and citizens come, how many queries each asks, what each keeps.

The pages are the real ones of the real process, over HTTP, as sixteen officials get them who are signed in; citizens
follow a dossier without signing in. Each client asks for a page a second, as who reads what came; then each asks again
at once, which is what one process can do at most, and once more where each core has a process. Measured twice on one
database: with 10,000 dossiers and with 1,000,000 (a province-year). The peer is the list of the same table that
Django's own administration makes, in the same run, at the same size, by the same server: search by `LIKE` on code and
name, counted, by pages, past all policies.

Open Zaak publishes for its list of a million cases: median 150 to 200 ms with one user, 320 to 430 ms with 16, on ten
replicas with a processor each. That figure is theirs, of their machine; nothing of it was measured here.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from bench.environment import measured
from bench.installation import Installation, free_port, installation, running, seconds_of
from bench.load import Result, paced, saturate
from bench.many_dossiers import SEED, make, secret_of
from bench.proxies import reachable
from bench.report import Report

PROVINCE = "lao-cai"
FEW, MANY = 10_000, 1_000_000
CLIENTS = 16
WITHIN_MS = 100.0
QUERIES = 10
STATE_BYTES = 2048
PAGES = ("inbox", "next page of the inbox", "search in the inbox", "register", "desk", "catalogue", "tracking")
BUSY = ("inbox", "search in the inbox", "register", "tracking")
CORES = os.cpu_count() or 1
REQUESTS = 320  # of each page
PEER_REQUESTS = 32  # of each list of the peer
PATIENCE = 300.0  # seconds that the peer may take for sixteen searches at once: they take longer than our own bound
OWN_DATA = ("answers", "facts", "applicant", "applicant_name", "receipt")
LONG_AGO = timedelta(days=400)
PAUSE = 1.0  # seconds from one page of a client to the next, where they read what they get
HOURS = 7200.0


@dataclass
class Stage:
    """What stands: how many dossiers, the officials' sessions, dossiers to ask for."""

    held: Installation
    count: int
    sessions: list[tuple[str, str]] = field(default_factory=list)  # cookie, agency
    known: list[tuple[int, str, str, list[str]]] = field(default_factory=list)  # number, code, name, agencies


def run(report: Report) -> None:
    """Measure at both sizes."""
    found = measured(["-m", "bench.dossiers", "quick" if report.quick else "whole"], limit=HOURS)
    if found is None:
        raise SystemExit("dossiers: the message stands above")
    few, many = found["few"], found["many"]
    size = f"{many['count']:,} dossiers, {CLIENTS} clients, seed {SEED}"
    for name in many["pages"]:
        after, before = many["pages"][name], few["pages"][name]
        peer = (many["peer"] or {}).get(name)
        report.row(f"{name} (p95), a page a second each", after["read_p95"], unit="ms", bound=WITHIN_MS,
                   note=f"median {after['read_p50']:.0f}, failed {after['read_failed']}; with {few['count']:,}: p95"
                        f" {before['read_p95']:.0f}")  # fmt: skip
        report.row(f"{name} (p95), no pause", after["p95"], unit="ms", bound=WITHIN_MS,
                   peer=peer and peer["p95"], peer_name=found["peer_name"] if peer else None,
                   note=f"{size}; median {after['p50']:.0f}, failed {after['failed']}, processor {after['cpu']:.1f} ms"
                        f" and server {after['server']:.1f} a page; with {few['count']:,}: p95 {before['p95']:.0f},"
                        f" processor {before['cpu']:.1f} and {before['server']:.1f}")  # fmt: skip
        if "cores" in after:
            cores, earlier = after["cores"], before["cores"]
            report.row(f"{name} (p95), no pause, a process for each core", cores["p95"], unit="ms", bound=WITHIN_MS,
                       note=f"{CORES} processes, {cores['rate']:.0f} pages a second; median {cores['p50']:.0f}, failed"
                            f" {cores['failed']}; with {few['count']:,}: p95 {earlier['p95']:.0f}")  # fmt: skip
        report.row(f"{name}: queries", after["queries"], unit="queries",
                   bound=QUERIES if name != "desk" else None)  # fmt: skip
    report.row("state beyond its own data", many["state"]["beyond"], unit="bytes", bound=STATE_BYTES,
               note=", ".join(f"{name} {value:.0f}" for name, value in many["state"].items() if name != "beyond"),
               )  # fmt: skip


def main(size: str) -> dict[str, Any]:
    """Both sizes on one database."""
    quick = size == "quick"
    few, many = (500, 2_000) if quick else (FEW, MANY)
    if os.environ.get("BENCH_DOSSIERS"):
        many = int(os.environ["BENCH_DOSSIERS"])
    with (
        tempfile.TemporaryDirectory(prefix="maidinh-bench-", dir="/tmp") as name,
        installation(Path(name), PROVINCE, LONG_AGO) as held,
    ):
        stage = Stage(held, few)
        found: dict[str, Any] = {"peer_name": "Django admin"}
        made = 0
        for label, count in (("few", few), ("many", many)):
            stage.count = count
            _filled(stage, made + 1, count)
            made = count
            _known(stage)
            found[label] = _measured(stage, REQUESTS // (20 if quick else 1))
            found[label]["peer"] = None if quick else _peer(stage)
        return found


def _admin(held: Installation) -> str:
    from maidinh.infrastructure.database.embedded import EmbeddedPostgres
    from maidinh.infrastructure.home import Home

    return EmbeddedPostgres(Home(held.home)).admin_dsn


def _filled(stage: Stage, first: int, last: int) -> None:
    from maidinh.infrastructure.rulepacks.queries import rule_pack_at
    from maidinh.services.dossiers.rules import agency_of
    from maidinh.services.procedures.definition import AUTOMATIC
    from maidinh.services.procedures.queries import offered

    kinds = []
    for version in offered():
        procedure = version.procedure
        for receiving in procedure.receiving:
            for step in procedure.steps:
                if step.kind in AUTOMATIC:
                    continue
                start = procedure.steps[0]
                places = {"receiving": receiving, "responsible": procedure.responsible,
                          "agency": agency_of(step, receiving, procedure.responsible)}  # fmt: skip
                kinds.append({
                    "version": version.pk, "hash": version.hash, "code": procedure.code,
                    "made": {**places, "case": procedure.cases[0].id, "step": step.id, "role": step.role,
                             "first": start.id, "first_role": start.role},
                })  # fmt: skip
    now = datetime.now(UTC)
    began = time.monotonic()
    make(_admin(stage.held), first, last, kinds, now=now, count=last, pack=rule_pack_at(now.date()).id)
    print(f"{last:,} dossiers after {time.monotonic() - began:.0f} s", file=sys.stderr)


def _known(stage: Stage) -> None:
    """Officials with much to do, signed in, and dossiers of their agencies."""
    import psycopg
    from django.contrib.sessions.backends.db import SessionStore
    from psycopg.conninfo import make_conninfo

    from maidinh.channels.sessions import ACCOUNT
    from maidinh.infrastructure.identity.actions import sign_in

    with psycopg.connect(make_conninfo(_admin(stage.held), dbname="maidinh")) as connection:
        busiest = connection.execute(
            "SELECT o.id, o.agency_id, count(*) FROM identity_official o JOIN dossiers_task t ON t.agency = o.agency_id"
            " AND t.role = ANY(o.roles) AND t.closed_at IS NULL GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT %s", [CLIENTS],
        ).fetchall()  # fmt: skip
        print(f"open steps of the officials: {[row[2] for row in busiest]}", file=sys.stderr)
        numbers = random.Random(SEED).sample(range(1, stage.count + 1), min(4_000, stage.count // 2))  # noqa: S311
        stage.known = connection.execute(
            "SELECT id, code, applicant_name, agencies FROM dossiers_dossier WHERE id = ANY(%s) ORDER BY md5(code)",
            [numbers],
        ).fetchall()
    stage.sessions = []
    for person, agency, _ in busiest:
        account = sign_in(issuer="bench", subject=person, claims={"name": person, "official_id": person},
                          at=datetime.now(UTC))  # fmt: skip
        session = SessionStore()
        session[ACCOUNT] = account.pk
        session.save()
        stage.sessions.append((str(session.session_key), agency))


Asked = tuple[str, str, dict[str, str]]  # address, cookie, what is posted


def _asked(stage: Stage, name: str, count: int) -> list[Asked]:
    """What is asked of one page, so many times, as officials and citizens ask."""
    chance, found = random.Random(f"{SEED} {name}"), []  # noqa: S311 - a published seed
    by_agency: dict[str, list[tuple[int, str, str, list[str]]]] = {}
    for row in stage.known:
        for each in row[3]:
            by_agency.setdefault(each, []).append(row)
    sessions = [each for each in stage.sessions if each[1] in by_agency]
    words = ["giấy phép", "đất", "kinh doanh", "nha o", "chung thuc", "", "ho khau", "1.013225", "lâm nghiệp", "tau ca"]
    for number in range(count):
        cookie, agency = sessions[number % len(sessions)]
        one = chance.choice(by_agency[agency])
        typed = one[1][-7:] if number % 2 else one[2]
        today = datetime.now(UTC).date() - timedelta(days=30 * chance.randrange(1, 11))
        days = urlencode({"from": f"{today - timedelta(days=29):%d/%m/%Y}", "until": f"{today:%d/%m/%Y}"})
        posted: dict[str, str] = {}
        if name == "inbox":
            address = "/desk/dossiers" + chance.choice(["", "", "?state=late", "?state=today"])
        elif name == "next page of the inbox":
            address = f"/desk/dossiers?page={chance.randrange(2, 8)}"
        elif name == "search in the inbox":
            address = f"/desk/dossiers?q={quote(typed)}"
        elif name == "register":
            address = f"/desk/register?{days}"
        elif name == "desk":
            address = f"/desk/dossiers/{one[1]}"
        elif name == "catalogue":
            address, cookie = f"/procedures?q={quote(words[number % len(words)])}", ""
        else:
            address, cookie, posted = "/track", "", {"code": one[1], "secret": secret_of(one[0])}
        found.append((address, cookie, posted))
    return found


def _bytes(asked: Asked, port: int, token: str = "") -> bytes:
    address, cookie, posted = asked
    cookies = "; ".join(part for part in (f"session={cookie}" if cookie else "", f"csrftoken={token}" if posted else "")
                        if part)  # fmt: skip
    body = urlencode(posted | {"csrfmiddlewaretoken": token}).encode() if posted else b""
    lines = [f"{'POST' if posted else 'GET'} {address} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept-Language: vi"]
    lines += [f"Cookie: {cookies}"] if cookies else []
    if posted:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _measured(stage: Stage, count: int) -> dict[str, Any]:
    from django.middleware.csrf import _get_new_csrf_string

    pages: dict[str, Any] = {}
    queries = {name: _queries(stage, name) for name in PAGES}
    port, token = stage.held.port, _get_new_csrf_string()
    with running("web") as process:
        reachable(port)
        for name in PAGES:
            requests = [_bytes(each, port, token) for each in _asked(stage, name, count)]
            saturate(port, requests[: CLIENTS * 2], connections=CLIENTS)  # what is read once is read
            pages[name] = _figures(
                stage, process, lambda requests=requests: saturate(port, requests, connections=CLIENTS)
            )
            pages[name]["queries"] = queries[name]
            read = _figures(stage, process, lambda requests=requests: paced(
                port, requests[: max(count // 3, CLIENTS)], rate=CLIENTS / PAUSE, connections=CLIENTS))  # fmt: skip
            pages[name] |= {"read_p50": read["p50"], "read_p95": read["p95"], "read_failed": read["failed"]}
    with _a_process_for_each_core(), running("web") as process:
        reachable(port)
        for name in BUSY:
            requests = [_bytes(each, port, token) for each in _asked(stage, name, count)]
            saturate(port, requests[: CLIENTS * 4], connections=CLIENTS)
            pages[name]["cores"] = _figures(
                stage, process, lambda requests=requests: saturate(port, requests, connections=CLIENTS)
            )
    return {"count": stage.count, "pages": pages, "state": _state(stage)}


@contextmanager
def _a_process_for_each_core() -> Iterator[None]:
    os.environ["MAIDINH_WEB_WORKERS"] = str(CORES)
    try:
        yield
    finally:
        del os.environ["MAIDINH_WEB_WORKERS"]


def _figures(stage: Stage, process: int, load: Callable[[], Result]) -> dict[str, Any]:
    before = seconds_of(process), seconds_of(stage.held.server)
    result = load()
    after = seconds_of(process), seconds_of(stage.held.server)
    done = len(result.waits) + len(result.failed)
    if result.failed:
        print(result.failed[0], file=sys.stderr)
    return {"p50": result.at(0.5), "p95": result.at(0.95), "rate": result.rate, "failed": len(result.failed),
            "cpu": (after[0] - before[0]) / done * 1000, "server": (after[1] - before[1]) / done * 1000}  # fmt: skip


def _queries(stage: Stage, name: str) -> int:
    """The most queries that a page of this kind asked, of a few, once what is read once is read."""
    from django.db import connection
    from django.test import Client

    most = 0
    for number, (address, cookie, posted) in enumerate([*_asked(stage, name, 6)] * 2):
        client, seen = Client(), []

        def count(execute: Any, sql: str, params: Any, many: bool, context: Any, seen: list[str] = seen) -> Any:
            seen.append(sql)
            return execute(sql, params, many, context)

        if cookie:
            client.cookies["session"] = cookie
        with connection.execute_wrapper(count):
            answer = client.post(address, posted) if posted else client.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"dossiers: {address} answers {answer.status_code}")
        if number >= 6:
            most = max(most, len([sql for sql in seen if not sql.startswith(("SAVEPOINT", "RELEASE"))]))
        if os.environ.get("BENCH_SQL") == name and number == 11:
            print("\n".join(sql[:1500] for sql in seen), file=sys.stderr)
    return most


def _state(stage: Stage) -> dict[str, float]:
    """Bytes that a dossier keeps, tables and indexes, apart from what the applicant gave and the receipt."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    with psycopg.connect(make_conninfo(_admin(stage.held), dbname="maidinh")) as connection:
        whole = {
            name: connection.execute("SELECT pg_total_relation_size(%s::regclass)", [table]).fetchone()[0] / stage.count
            for name, table in (("dossiers", "dossiers_dossier"), ("tasks", "dossiers_task"),
                                ("history", "dossiers_dossierevent"))
        }  # fmt: skip
        columns = " + ".join(f"coalesce(pg_column_size({name}), 0)" for name in OWN_DATA)
        own = connection.execute(f"SELECT avg({columns}) FROM (SELECT * FROM dossiers_dossier LIMIT 10000) AS part")  # noqa: S608
        data = float(own.fetchone()[0])
        indexes = connection.execute(
            "SELECT sum(pg_indexes_size(each::regclass)) FROM unnest(%s::text[]) AS each",
            [["dossiers_dossier", "dossiers_task", "dossiers_dossierevent"]],
        ).fetchone()[0]
    return {"beyond": sum(whole.values()) - data, "own data and receipt": data, **whole,
            "of all that indexes": float(indexes) / stage.count}  # fmt: skip


def _peer(stage: Stage) -> dict[str, Any]:
    """The same lists by Django's own administration, which reads a million names for each word that is searched."""
    port, found = free_port(), {}
    addresses = {
        "inbox": lambda one: f"/admin/bench/task/?agency={one[3][0]}",
        "search in the inbox": lambda one: f"/admin/bench/dossier/?q={quote(one[1][-7:])}",
    }
    with ExitStack() as stack:
        command = [sys.executable, "-m", "bench.peer_admin", _admin(stage.held), str(port)]
        process = subprocess.Popen(command, stdout=sys.stderr)
        stack.callback(process.wait, 20)
        stack.callback(process.terminate)
        try:
            reachable(port)
        except SystemExit as error:
            print(f"peer not available: Django admin ({error})", file=sys.stderr)
            return {}
        for name, address in addresses.items():
            asked = [stage.known[number % len(stage.known)] for number in range(PEER_REQUESTS)]
            requests = [_bytes((address(one), "", {}), port) for one in asked]
            found[name] = _figures(stage, process.pid, lambda requests=requests: saturate(
                port, requests, connections=CLIENTS, patience=PATIENCE))  # fmt: skip
    return found


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
