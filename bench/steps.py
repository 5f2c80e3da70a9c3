"""Steps that people complete, kept for good: how many a second, how long each, what a whole dossier costs.

Ours is the real action on a real database, through which every page goes: state, tasks, history, audit, outbox and
fee in one transaction that is on the disk when it answers; what is entered into the transparency log is entered and
signed at submission. The peers run the same six tasks (`six_tasks.yaml`) and keep their own state on the same server,
with nothing beside it: no audit, no outbox, no register, no signature; SpiffWorkflow once more with such rows in its
transactions. Time of the processor is the comparable figure, of the program and of the database's server: one process
does one dossier after the other, ours as theirs. How many steps a second is by two processes at once.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bench.environment import ROOT, measured, peer
from bench.installation import Installation, installation, seconds_of
from bench.report import Report

STEPS = ("receive", "examine")
PROVINCE, CODE = "lao-cai", "9.000006"
PROCESSES = 2
DOSSIERS = 1_000  # each is two steps of people
STEPS_A_SECOND = 200
WITHIN_MS = 50.0
DBOS, BPMN_ENGINE = "3.4.0", "25.0.1"
PEER_DOSSIERS = 200
WARM, ALONE, ROUNDS = 400, 200, 5  # dossiers done before anything is measured; those whose cost is, in each round
SPIFF, SPIFF_WITH_ROWS = "SpiffWorkflow 3.2", "SpiffWorkflow 3.2 with rows as ours beside it"
WORDS = "Xây dựng nhà ở riêng lẻ, một tầng, tường gạch, mái tôn, móng đơn, không lấn ra đường và không che lối đi. "
LONG_AGO = timedelta(days=1)


def answers_of(number: int) -> dict[str, Any]:
    """The data of a dossier, 1.2 KB as JSON, the same for us and each peer; every other one goes the other way."""
    given = {"full_name": f"Người Mẫu {number}", "area": 50 + 100 * (number % 2), "description": ""}
    left = 1200 - len(json.dumps(given, ensure_ascii=False).encode())
    given["description"] = (WORDS * 12).encode()[:left].decode("utf-8", "ignore")
    return given


def run(report: Report) -> None:
    """Measure ours, then the peers on the same server."""
    found = measured(["-m", "bench.steps", "all", "quick" if report.quick else "whole"])
    if found is None:
        raise SystemExit("steps: the message stands above")
    ours = found["ours"]
    size = f"{ours['steps']} steps by {PROCESSES} processes"
    report.row("time from one step of people to the next", 1000 / ours["rate"], unit="ms", bound=1000 / STEPS_A_SECOND,
               note=f"{ours['rate']:.0f} steps a second; {size}")  # fmt: skip
    report.row("a step, of 20 the slowest (p95)", ours["p95"], unit="ms", bound=WITHIN_MS,
               note=f"median {ours['p50']:.1f}; {ours['statements']} statements")  # fmt: skip
    report.row("processor for a step, by one process", ours["step_cpu"], unit="ms",
               note=f"database's server {ours['step_server']:.2f}; {ours['dossiers']} dossiers")  # fmt: skip
    report.row("processor for a dossier, submission to end", ours["cpu"], unit="ms",
               note=f"database's server {ours['server']:.2f}; of it two steps {2 * ours['step_cpu']:.2f} and"
                    f" {2 * ours['step_server']:.2f}; signer {ours['signer']:.2f}")  # fmt: skip
    for name, other in found["peers"].items():
        if other is None:
            report.say(f"peer not available: {name}")
            continue
        whole = ours["cpu"] + ours["server"] + ours["signer"]
        report.row("processor for a dossier, all processes", whole, unit="ms", peer=other["cpu"] + other["server"],
                   peer_name=name, bound=other["cpu"] + other["server"],
                   note=f"{ours['least']:.2f}-{ours['most']:.2f}; theirs: program {other['cpu']:.2f}, database's server"
                        f" {other['server']:.2f}{_span(other)}")  # fmt: skip


def _span(found: dict[str, Any]) -> str:
    return f"; {found['least']:.2f}-{found['most']:.2f}" if "least" in found else ""


def everything(size: str) -> dict[str, Any]:
    """Ours and the peers on one server."""
    quick = size == "quick"
    with (
        tempfile.TemporaryDirectory(prefix="maidinh-bench-", dir="/tmp") as name,
        installation(Path(name), PROVINCE, LONG_AGO) as held,
    ):
        count = 40 if quick else DOSSIERS
        step = _prepared(held, min(count, WARM))
        costs, peers = _costs(held, step, 1 if quick else ROUNDS, min(count, ALONE), with_peers=not quick)
        return {"ours": costs | _side_by_side(_submitted(held, count, "bench")), "peers": peers}


def _prepared(held: Installation, count: int) -> Callable[[int, str], None]:
    """So many dossiers done, and the planner knowing its tables as after some minutes of running; who does steps."""
    _offer()
    step = _step_taker()
    warm = _submitted(held, count, "warm")
    for name in STEPS:
        for task in open_tasks(warm):
            step(task, name)
    _gather_statistics(held)
    return step


def _costs(
    held: Installation, step: Callable[[int, str], None], rounds: int, count: int, *, with_peers: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The median of what a dossier costs, ours and SpiffWorkflow's in turn; the other peers, far off, once."""
    ours: list[dict[str, Any]] = []
    theirs: dict[str, list[dict[str, Any]]] = {SPIFF: [], SPIFF_WITH_ROWS: []}
    for number in range(rounds):
        ours.append(_alone(held, count, step, number))
        if with_peers:
            theirs[SPIFF].append(_spiff(held, count))
            theirs[SPIFF_WITH_ROWS].append(_spiff(held, count, "rows"))
    peers: dict[str, Any] = {name: _median(each) for name, each in theirs.items() if each}
    return _median(ours), peers | (_others(held) if with_peers else {})


def _median(found: list[dict[str, Any]]) -> dict[str, Any]:
    found.sort(key=lambda each: each["cpu"] + each["server"] + each.get("signer", 0.0))
    totals = [each["cpu"] + each["server"] + each.get("signer", 0.0) for each in found]
    return found[len(found) // 2] | {"least": totals[0], "most": totals[-1]}


def _alone(held: Installation, count: int, step: Callable[[int, str], None], number: int) -> dict[str, Any]:
    """What a dossier costs of the processor where one process does them one after the other, as each peer does."""
    before = _times(held)
    codes = _submitted(held, count, f"alone{number}")
    costs = {"submit": _since(before, held, count)}
    for name in STEPS:
        tasks = open_tasks(codes)
        before = _times(held)
        for task in tasks:
            step(task, name)
        costs[name] = _since(before, held, count)
    program, server, signer = (sum(each) for each in zip(*costs.values(), strict=True))
    step_cpu, step_server = (sum(costs[name][place] for name in STEPS) / 2 for place in (0, 1))
    return {"dossiers": count, "cpu": program, "server": server, "signer": signer, "step_cpu": step_cpu,
            "step_server": step_server}  # fmt: skip


def _since(before: list[float], held: Installation, count: int) -> list[float]:
    return [(after - earlier) / count * 1000 for earlier, after in zip(before, _times(held), strict=True)]


def _gather_statistics(held: Installation) -> None:
    """Have the planner know the tables, as in every installation that has run for some minutes."""
    import psycopg
    from django.db import connection
    from psycopg.conninfo import make_conninfo

    place = make_conninfo(_admin(held), dbname=connection.settings_dict["NAME"])
    with psycopg.connect(place, autocommit=True) as owner:
        owner.execute("ANALYZE")


def _side_by_side(submitted: list[str]) -> dict[str, Any]:
    """Both steps of these dossiers by two processes at once: how many a second, how long each."""
    started = [
        subprocess.Popen([sys.executable, "-m", "bench.steps", "work", str(number)], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for number in range(PROCESSES)
    ]  # fmt: skip
    for number, each in enumerate(started):
        _sent(each, json.dumps(submitted[number::PROCESSES]))
    for _ in range(2):
        for each in started:
            _heard(each)  # it has read everything that it reads once
        for each in started:
            _sent(each, "go")
    done = [json.loads(_heard(each)) for each in started]
    for each in started:
        each.wait(20)
    waits = sorted(wait for each in done for wait in each["waits"])
    return {
        "steps": len(waits), "rate": len(waits) / max(each["seconds"] for each in done),
        "statements": " and ".join(map(str, done[0]["statements"])),
        "p50": median(waits) * 1000, "p95": waits[int(len(waits) * 0.95)] * 1000,
    }  # fmt: skip


def _sent(process: subprocess.Popen[str], line: str) -> None:
    if process.stdin is not None:
        process.stdin.write(line + "\n")
        process.stdin.flush()


def _heard(process: subprocess.Popen[str]) -> str:
    line = process.stdout.readline() if process.stdout is not None else ""
    if not line:
        raise SystemExit("steps: a process ended before its time; the message stands above")
    return line


def _times(held: Installation) -> list[float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return [used.ru_utime + used.ru_stime, seconds_of(held.server), seconds_of(held.signer)]


def _offer() -> None:
    """Offer the process, and have somebody work in both roles of its agency."""
    from django.conf import settings

    from maidinh.infrastructure.database.standing import as_role
    from maidinh.infrastructure.definitions.reading import read_form
    from maidinh.infrastructure.identity.models import Official
    from maidinh.services.procedures.actions import apply_procedure
    from maidinh.services.procedures.definition import Procedure

    with as_role(settings.CONNECTIONS, "owner"):
        apply_procedure(procedure=read_form(ROOT / "bench/six_tasks.yaml", Procedure), at=datetime.now(UTC) - LONG_AGO)
        for role in ("one-stop-official", "specialist"):
            Official.objects.create(
                id=f"bench.{role}", name=f"Người Mẫu {role}", agency_id="H38.101", roles=[role], title_vi="Chuyên viên",
                title_en="Specialist", sample=True,
            )  # fmt: skip


def _submitted(held: Installation, count: int, key: str) -> list[str]:
    """Submit so many as a citizen does; their codes."""
    from django.conf import settings

    from maidinh.infrastructure.actor import Actor
    from maidinh.infrastructure.database.scope import acting
    from maidinh.infrastructure.identity.queries import roles
    from maidinh.infrastructure.translog.promises import LogKeeper
    from maidinh.services.dossiers.actions.submission import submit_dossier
    from maidinh.services.procedures.queries import current_version

    persona = held.province.population.personas[0]
    actor = Actor(kind="citizen", id="account:1", name=persona.full_name, person=persona.person,
                  roles=frozenset({"citizen"}), permissions=roles().permissions_of(["citizen"]))  # fmt: skip
    log, codes = LogKeeper(settings.SIGNER, PROVINCE, 60), []
    for number in range(count):
        with acting(person=actor.person):
            version = current_version(CODE)
            if version is None:
                raise SystemExit(f"steps: procedure {CODE} isn't offered")
            made = submit_dossier(
                actor=actor, version=version, case="standard", receiving="H38.101", answers=answers_of(number),
                papers=[], channel=2, key=f"{key}-{number}", at=datetime.now(UTC) - timedelta(hours=1), log=log,
            )  # fmt: skip
        codes.append(made.dossier.code)
    return codes


def work(number: int) -> dict[str, Any]:
    """One of the processes: told the codes of its dossiers, then when to begin; both steps of each, one by one."""
    import django

    django.setup()
    codes = json.loads(sys.stdin.readline())
    step = _step_taker()
    counts, waits, seconds = [], [], 0.0
    for name in STEPS:
        tasks = open_tasks(codes)
        with _counted() as statements:
            step(tasks[0], name)
        counts.append(len(statements))
        print("ready", flush=True)  # both begin at once
        sys.stdin.readline()
        began = time.perf_counter()
        for task in tasks[1:]:
            before = time.perf_counter()
            step(task, name)
            waits.append(time.perf_counter() - before)
        seconds += time.perf_counter() - began
    return {"waits": waits, "seconds": seconds, "statements": counts, "number": number}


def _counted() -> Any:
    from contextlib import contextmanager

    from django.db import connection

    @contextmanager
    def counting() -> Any:
        seen: list[str] = []

        def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            seen.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(count):
            yield seen

    return counting()


def _step_taker() -> Callable[[int, str], None]:
    from maidinh.infrastructure.database.scope import acting
    from maidinh.infrastructure.identity.queries import actor_of_official, official
    from maidinh.services.dossiers.actions.steps import complete_task

    people = {}
    for step, role in (("receive", "one-stop-official"), ("examine", "specialist")):
        person = official(f"bench.{role}")
        if person is None:
            raise SystemExit("steps: nobody works there")
        people[step] = actor_of_official(person)

    def take(task: int, step: str) -> None:
        actor, outcome = people[step], "accept" if step == "receive" else "pass"
        with acting(agencies=actor.agencies, official=actor.id):
            complete_task(actor=actor, task_id=task, outcome=outcome, at=datetime.now(UTC))

    return take


def open_tasks(codes: list[str]) -> list[int]:
    """The open tasks of these dossiers, as the page that the official came from named them."""
    from maidinh.infrastructure.database.scope import acting
    from maidinh.services.dossiers.models import Task

    with acting(agencies=["H38.101"]):
        found = dict(Task.objects.filter(closed_at__isnull=True).values_list("dossier__code", "id"))
    return [found[code] for code in codes]


def _others(held: Installation) -> dict[str, Any]:
    """The same dossiers by the peers that are no library, each in a database of its own on the same server."""
    admin = _admin(held)
    found: dict[str, Any] = {}
    for name, start in ((f"dbos {DBOS}", _dbos), (f"bpmn-engine {BPMN_ENGINE}", _node)):
        before = seconds_of(held.server)
        answer = start(admin)
        if answer is not None:
            answer["server"] = (seconds_of(held.server) - before) / answer["dossiers"] * 1000
        found[name] = answer
    return found


def _admin(held: Installation) -> str:
    from maidinh.infrastructure.database.embedded import EmbeddedPostgres
    from maidinh.infrastructure.home import Home

    return EmbeddedPostgres(Home(held.home)).admin_dsn


def _spiff(held: Installation, count: int, *rows: str) -> dict[str, Any]:
    found = measured(["-m", "bench.peer_spiff", _admin(held), str(count), str(held.server), *rows])
    if found is None:
        raise SystemExit("steps: SpiffWorkflow did not end; the message stands above")
    return found


def _dbos(admin: str) -> dict[str, Any] | None:
    python = peer("dbos", DBOS)
    return python and measured(["bench/peer_dbos.py", admin, str(PEER_DOSSIERS)], python)


def _node(admin: str) -> dict[str, Any] | None:
    from bench.environment import node

    place = node("peer_bpmn_engine")
    return place and measured([str(place / "peer.mjs"), admin, str(PEER_DOSSIERS)], Path("node"))


if __name__ == "__main__":
    task, given = sys.argv[1:3]
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    print(json.dumps(everything(given) if task == "all" else work(int(given))), flush=True)
