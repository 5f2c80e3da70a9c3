"""`python -m tests.faults.exchanges --rounds 200 --seed 7`: processes die in mid-exchange, no answer without record.

A whole province runs in a temporary place. Callers ask the population register through the gateway all the time; in
each round one process, chosen by the seed, is killed with SIGKILL while a call is under way. In the end every answer
that a caller got is held against evidence and log: recorded once, committed to once, signed by both.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from maidinh.config.auditing import audit
from maidinh.config.environment import Environment
from maidinh.config.installation import Installation
from maidinh.config.processes import free_ports
from maidinh.config.supervisor import SupervisorError
from maidinh.exchange import jws
from maidinh.exchange.client.calls import ExchangeClient, ExchangeRefused, ExchangeUnavailable
from maidinh.exchange.directory.definition import KIND, Directory
from maidinh.exchange.evidence.rules import LOG_KIND, log_content, verify_record
from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.keys.client import SignerClient, SignerError
from maidinh.infrastructure.keys.identifiers import file_stem
from maidinh.infrastructure.translog.inspection import inspect_log, inspect_rows
from maidinh.infrastructure.translog.rules import commitment_of, read_leaf
from tests.faults.audit import Books
from tests.faults.command import command
from tests.faults.killer import Killer

CALLERS = 4
TARGETS = ("gateway", "gateway", "signer", "worker", "postmaster", "backend")
PATIENCE = 60.0  # seconds without an answer after which the exchange has not come back
SETTLING = 60.0  # the log promises its entries within this time
BETWEEN = 25  # answers between two kills, so that what is hit is an exchange that works
OPEN_INTENTS = """
SELECT count(*) AS n FROM evidence_intent AS i WHERE NOT EXISTS (SELECT 1 FROM evidence_exchange AS e WHERE e.id = i.id)
"""
LATEST = 0.05  # seconds after a call went out until which it may be hit


@dataclass(frozen=True)
class Answered:
    """What a caller was told: the exchange's own number of the call, and the hash of the request."""

    request_id: str
    request_hash: str
    at: float


@dataclass
class Report:
    """What happened, to be printed and to be tested."""

    seed: int
    what: str = "kills"
    kills: dict[str, int] = field(default_factory=dict)
    answered: int = 0
    faults: int = 0
    open_intents: int = 0
    recoveries: list[float] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The report in words."""
        kills = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        middle = statistics.median(self.recoveries) if self.recoveries else 0.0
        longest = max(self.recoveries, default=0.0)
        return [
            f"seed {self.seed}",
            f"{self.what} {sum(self.kills.values())} ({kills})",
            f"exchanges answered {self.answered}; calls that failed {self.faults}, of which {self.open_intents} "
            "were forwarded and never recorded as answered: the intent tells of them",
            f"seconds until the next answer: median {middle:.1f}, longest {longest:.1f}",
            *(f"BROKEN {each}" for each in self.broken),
            f"violations {len(self.broken)}",
        ]


class Caller(threading.Thread):
    """One system that calls again and again, and writes down every answer that it gets."""

    def __init__(self, environment: Environment, directory: Directory, people: Sequence[str], seed: int) -> None:
        super().__init__(daemon=True)
        contract = next(each for each in directory.contracts if each.provider_service.endswith("/population"))
        self.service, self.people, self.chance = contract.provider_service, people, random.Random(seed)
        self._client = ExchangeClient(
            environment.gateway_url, contract.consumer, SignerClient.for_caller(environment.home, "operator"),
            f"caller:{contract.consumer}", timeout_seconds=20,
        )  # fmt: skip
        self.ended, self.calling = threading.Event(), threading.Event()
        self.answered: list[Answered] = []
        self.faults: list[str] = []

    def run(self) -> None:
        """Call until told to end."""
        while not self.ended.is_set():
            self.calling.set()
            try:
                answer = self._client.call(
                    self.service, at=datetime.now(UTC), path=f"/persons/{self.chance.choice(self.people)}"
                )
                if answer.status == 200:
                    self.answered.append(Answered(answer.request_id, answer.request_hash, time.monotonic()))
                else:
                    self.faults.append(str(answer.status))
            except (ExchangeUnavailable, ExchangeRefused, SignerError, OSError) as error:
                self.faults.append(str(error))
                time.sleep(0.05)
            self.ended.wait(0.01)


class Strikes:
    """What breaks something in each round: here a process is killed."""

    def __init__(self, installation: Installation, chance: random.Random) -> None:
        self.environment = installation.environment  # as the callers know it
        self.killer = Killer(installation.environment.home, chance, targets=TARGETS)
        self.kills: Counter[str] = self.killer.kills  # how often each thing was broken
        self.holds = False  # the supervisor's hands off, so that what is stopped stays so for a while
        self.wrong: list[str] = []  # what did not hold while it was broken

    def strike(self) -> str:
        """Break one thing, and name it; where that lasts, return when it has ended."""
        return self.killer.kill_one()

    def close(self) -> None:
        """Leave nothing behind."""


Breaks = Callable[[Installation, random.Random], Strikes]


def run(
    rounds: int, seed: int, say: bool = False, breaks: Breaks = Strikes, prepare: Callable[[Path], None] | None = None
) -> Report:
    """The whole of it; what is left is the report. `prepare` makes the place something else than a folder."""
    os.environ.pop("DATABASE_URL", None)
    place = Path(tempfile.mkdtemp(prefix="maidinh-faults-", dir="/tmp"))
    if prepare is not None:
        prepare(place)
    place.chmod(0o711)
    web, gateway, services = free_ports(3)
    environment = Environment(
        data=place / "home", province="lao-cai", seed=seed, sample=True, log_interval=1,
        port=web, gateway_port=gateway, services_port=services,
    )  # fmt: skip
    report = Report(seed)
    try:
        installation = Installation(environment)
        installation.prepare_place()
        installation.supervisor.launch(installation.prepare)
        try:
            installation.supervisor.wait_until_ready()
            _Run(installation, rounds, report, say, breaks).go()
        finally:
            installation.supervisor.stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return report


class _Run:
    """Callers and killer in threads, the supervisor in the main one, as its children's parent must be."""

    def __init__(
        self, installation: Installation, rounds: int, report: Report, say: bool, breaks: Breaks = Strikes
    ) -> None:
        self.installation, self.rounds, self.report, self.say = installation, rounds, report, say
        self.supervisor, environment = installation.supervisor, installation.environment
        self.chance = random.Random(report.seed)
        self.strikes = breaks(installation, self.chance)
        copy = (environment.home.gateway / "directory.jws").read_text("ascii")
        directory = Directory.model_validate_json(jws.parse(copy, KIND).payload)
        people = [each.person for each in installation.province.population.personas]
        self.callers = [
            Caller(self.strikes.environment, directory, people, seed=self.chance.randrange(2**32))
            for _ in range(CALLERS)
        ]

    def go(self) -> None:
        """Kill as often as asked, let the callers finish, and audit."""
        for caller in self.callers:
            caller.start()
        killing = threading.Thread(target=self._kill, daemon=True)
        killing.start()
        try:
            while killing.is_alive() or any(caller.is_alive() for caller in self.callers):
                if not killing.is_alive():
                    for caller in self.callers:
                        caller.ended.set()
                if not self.strikes.holds:
                    self.supervisor.tend()
                time.sleep(0.05)
            self._audit()
        except SupervisorError as error:
            self.report.broken.append(str(error))
        finally:
            self.strikes.close()
        self.report.kills = dict(self.strikes.kills)

    def _kill(self) -> None:
        for number in range(self.rounds):
            self._work()
            caller = self.chance.choice(self.callers)
            caller.calling.clear()
            caller.calling.wait(PATIENCE)
            time.sleep(self.chance.uniform(0, LATEST))
            target, killed = self.strikes.strike(), time.monotonic()
            recovered = self._next_answer(killed)
            if recovered is None:
                self.report.broken.append(f"round {number}: no answer for {PATIENCE:.0f} s after: {target}")
                return
            self.report.recoveries.append(recovered - killed)
            self.report.broken += [f"round {number}: {each}" for each in self.strikes.wrong]
            self.strikes.wrong.clear()
            if self.say:
                print(f"{number + 1:3} {target:10} {recovered - killed:5.1f} s", flush=True)

    def _work(self) -> None:
        """Let them have some answers."""
        until, wanted = time.monotonic() + PATIENCE, self._count() + BETWEEN
        while self._count() < wanted and time.monotonic() < until:
            time.sleep(0.02)

    def _count(self) -> int:
        return sum(len(each.answered) for each in self.callers)

    def _next_answer(self, since: float) -> float | None:
        while time.monotonic() < since + PATIENCE:
            times = [
                each.answered[-1].at for each in self.callers if each.answered and each.answered[-1].at > since + 0.05
            ]
            if times:
                return min(times)
            time.sleep(0.02)
        return None

    def _audit(self) -> None:
        self.supervisor.wait_until_ready()
        books, report = Books(self.installation.environment), self.report
        deadline = time.monotonic() + SETTLING
        while books.waiting() and time.monotonic() < deadline:
            self.supervisor.tend()
            time.sleep(0.2)
        time.sleep(1.5 * self.installation.environment.log_interval)
        answered = [each for caller in self.callers for each in caller.answered]
        report.answered, report.faults = len(answered), sum(len(caller.faults) for caller in self.callers)
        if not answered:
            report.broken.append("nothing was answered at all")
        report.broken += violations(books, answered)
        report.broken += _audited(self.installation.environment)
        report.open_intents = int(books.rows(OPEN_INTENTS)[0]["n"])


def _audited(environment: Environment) -> Iterator[str]:
    """What the product's own audit says of it."""
    connections = Connections(environment.home, None, environment.database_name)
    with psycopg.connect(connections.dsn("owner"), autocommit=True) as connection:
        for check in audit(environment.home, environment.province, connection):
            if check.ok is False:
                yield f"audit: {check.detail}"


def violations(books: Books, answered: Sequence[Answered]) -> Iterator[str]:
    """Everything that does not hold, in words."""
    twice = [number for number, count in Counter(each.request_id for each in answered).items() if count > 1]
    if twice:
        yield f"one number for several answers: {twice[:5]}"
    rows = {str(row["id"]): row for row in books.rows("SELECT * FROM evidence_exchange")}
    entries = {row["id"]: row for row in books.rows("SELECT id, index, leaf FROM translog_entry")}
    for each in answered:
        row = rows.get(each.request_id)
        if row is None:
            yield f"{each.request_id} was answered and is not recorded"
        elif (row["outcome"], row["request_hash"]) != ("allowed", each.request_hash):
            yield f"{each.request_id} was answered and is recorded as {row['outcome']} {row['request_hash']}"
        else:
            yield from (f"{each.request_id}: {fault}" for fault in _whole(books, row, entries))
    used = Counter(row["log_entry"] for row in rows.values() if row["log_entry"] is not None)
    if several := [entry for entry, count in used.items() if count > 1]:
        yield f"log entries that several exchanges share: {several[:5]}"
    alone = [
        number for number, entry in entries.items()
        if json.loads(bytes(entry["leaf"]))["kind"] == LOG_KIND and number not in used
    ]  # fmt: skip
    if alone:
        yield f"log entries of exchanges that are not recorded: {alone[:5]}"
    checks, tree = inspect_log(books.published, books.keys)
    if tree is not None:
        placed = books.rows("SELECT index, leaf FROM translog_entry WHERE index IS NOT NULL ORDER BY index")
        checks += inspect_rows(books.published, tree, ((row["index"], bytes(row["leaf"])) for row in placed))
    yield from (f"log: {check.name}: {check.detail}" for check in checks if check.ok is not True)


def _whole(books: Books, row: dict[str, Any], entries: dict[int, dict[str, Any]]) -> Iterator[str]:
    entry = entries.get(row["log_entry"])
    record = json.loads(row["record"])
    if entry is None or entry["index"] is None:
        yield "its log entry has no place"
        return
    content = log_content(record, row["signatures"])
    if read_leaf(bytes(entry["leaf"]))["commitment"] != commitment_of(content, bytes(row["salt"])):
        yield "its log entry commits to something else"
    keys = {
        f"member:{code}": (books.home.public_keys / f"{file_stem(f'member:{code}')}.pem").read_text("ascii")
        for code in record["members"].values()
    }
    if sorted(verify_record(row["record"].encode(), row["signatures"], keys)) != sorted(keys):
        yield "it is not signed by both"


def main() -> int:
    """The command."""
    return command("python -m tests.faults.exchanges", __doc__, lambda rounds, seed: run(rounds, seed, say=True))


if __name__ == "__main__":
    sys.exit(main())
