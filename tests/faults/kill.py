"""`python -m tests.faults.kill --rounds 50 --seed 7`: processes die in mid-submission, and no dossier with them.

A whole province runs in a temporary place. Three citizens submit dossiers all the time; in each round one process,
chosen by the seed, is killed with SIGKILL while a submission is under way. After a kill the next round waits until a
dossier has been acknowledged again. In the end the books are audited. Exit code 1 when anything does not hold.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maidinh.config.environment import Environment
from maidinh.config.installation import Installation
from maidinh.config.processes import free_ports
from maidinh.config.supervisor import SupervisorError
from maidinh.services.procedures.rules import goes_straight
from tests.faults.audit import Books, violations
from tests.faults.citizens import PATIENCE, Citizen
from tests.faults.command import command
from tests.faults.killer import TARGETS, Killer

CITIZENS = 3
KINDS = ("licence", "same-day", "same-day")  # what each of them applies for
SETTLING = 60.0  # the log promises its entries within this time
LATEST = 0.25  # seconds after a submission went out until which it may be hit


@dataclass
class Report:
    """What happened, to be printed and to be tested."""

    seed: int
    kills: dict[str, int] = field(default_factory=dict)
    acknowledged: int = 0
    dossiers: int = 0
    faults: int = 0
    recoveries: list[float] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The report in words."""
        slowest = max(self.recoveries, default=0.0)
        middle = statistics.median(self.recoveries) if self.recoveries else 0.0
        kills = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        return [
            f"seed {self.seed}",
            f"kills {sum(self.kills.values())} ({kills})",
            f"dossiers {self.dossiers}, acknowledged {self.acknowledged}; requests failed and repeated {self.faults}",
            f"seconds from a kill to the next acknowledged dossier: median {middle:.1f}, longest {slowest:.1f}",
            *(f"BROKEN {each}" for each in self.broken),
            f"violations {len(self.broken)}",
        ]


@dataclass(frozen=True)
class Trial:
    """What goes on while processes die: who acts, what must be done with before the audit, and the audit itself.

    `people` makes the threads that act, from the installation, the run's chance, and what each calls before it acts.
    """

    people: Callable[[Installation, random.Random, Callable[[], None]], Sequence[Any]]
    waiting: Callable[[Books], int]
    judge: Callable[[Books, Sequence[Any]], Iterator[str]]
    latest: float = LATEST
    targets: Sequence[str] = TARGETS
    settling: float = SETTLING


def run(rounds: int, seed: int, say: bool = False, trial: Trial | None = None, report: Report | None = None) -> Report:
    """The whole of it; what is left is the report."""
    trial = trial or Trial(citizens, Books.waiting, judged)
    os.environ.pop("DATABASE_URL", None)
    place = Path(tempfile.mkdtemp(prefix="maidinh-faults-", dir="/tmp"))
    place.chmod(0o711)
    web, gateway, services = free_ports(3)
    environment = Environment(
        data=place / "home", province="lao-cai", seed=seed, sample=True, log_interval=1,
        port=web, gateway_port=gateway, services_port=services,
    )  # fmt: skip
    report = report or Report(seed)
    try:
        installation = Installation(environment)
        installation.prepare_place()
        supervisor = installation.supervisor
        supervisor.launch(installation.prepare)
        try:
            supervisor.wait_until_ready()
            _Run(installation, rounds, report, say, trial).go()
        finally:
            supervisor.stop()
        if report.broken and say:
            _keep_output(environment)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return report


def citizens(installation: Installation, chance: random.Random, submitting: Callable[[], None]) -> list[Citizen]:
    """The citizens who submit dossiers."""
    province = installation.province
    return [
        Citizen(
            installation.environment.address,
            province.population.personas[number],
            next(each for each in province.procedures if each.kind == KINDS[number] and goes_straight(each)),
            seed=chance.randrange(2**32),
            submitting=submitting,
        )
        for number in range(CITIZENS)
    ]


def judged(books: Books, people: Sequence[Citizen]) -> Iterator[str]:
    """What doesn't hold of the dossiers that they were told of."""
    return violations(books, [one for citizen in people for one in citizen.acknowledged])


class _Run:
    """One run: citizens and killer in threads, the supervisor in the main one, as its children's parent must be."""

    def __init__(self, installation: Installation, rounds: int, report: Report, say: bool, trial: Trial) -> None:
        self.installation, self.rounds, self.report, self.say = installation, rounds, report, say
        self.trial, self.supervisor = trial, installation.supervisor
        self.chance = random.Random(report.seed)
        self.killer = Killer(installation.environment.home, self.chance, trial.targets)
        self.submitting = threading.Event()
        self.citizens = list(trial.people(installation, self.chance, self.submitting.set))

    def go(self) -> None:
        """Kill as often as asked, let the citizens finish, and audit."""
        for citizen in self.citizens:
            citizen.start()
        try:
            killing = threading.Thread(target=self._kill, daemon=True)
            killing.start()
            self._tend_while(killing.is_alive)
            for citizen in self.citizens:
                citizen.ended.set()
            self._tend_while(lambda: any(citizen.is_alive() for citizen in self.citizens))
            self._audit()
        except SupervisorError as error:
            self.report.broken.append(str(error))
        self.report.kills = dict(self.killer.kills)

    def _kill(self) -> None:
        for number in range(self.rounds):
            self.submitting.clear()
            if not self.submitting.wait(PATIENCE):
                self.report.broken.append(f"round {number}: nobody submitted anything for {PATIENCE:.0f} s")
                return
            time.sleep(self.chance.uniform(0, self.trial.latest))
            target, killed = self.killer.kill_one(), time.monotonic()
            recovered = self._next_acknowledgement(killed)
            if recovered is None:
                return
            self.report.recoveries.append(recovered - killed)
            if self.say:
                print(f"{number + 1:3} {target:10} {recovered - killed:5.1f} s", flush=True)

    def _next_acknowledgement(self, since: float) -> float | None:
        """When a dossier was acknowledged whose citizen saw the fault's end; None when somebody is stuck."""
        while not any(citizen.stuck for citizen in self.citizens):
            times = [citizen.heard for citizen in self.citizens if citizen.heard > since]
            if times:
                return min(times)
            time.sleep(0.05)
        return None

    def _tend_while(self, going_on: object) -> None:
        while going_on():  # type: ignore[operator]
            self.supervisor.tend()
            time.sleep(0.05)

    def _audit(self) -> None:
        self.supervisor.wait_until_ready()
        books = Books(self.installation.environment)
        deadline = time.monotonic() + self.trial.settling
        while self.trial.waiting(books) and time.monotonic() < deadline:
            self.supervisor.tend()
            time.sleep(0.2)
        report = self.report
        if waiting := self.trial.waiting(books):
            report.broken.append(f"{waiting} entries, events or payments still wait after {self.trial.settling:.0f} s")
        time.sleep(1.5 * self.installation.environment.log_interval)
        report.broken += [citizen.stuck for citizen in self.citizens if citizen.stuck]
        acknowledged = [one for citizen in self.citizens for one in citizen.acknowledged]
        report.broken += self.trial.judge(books, self.citizens)
        report.acknowledged, report.dossiers = len(acknowledged), books.count()
        report.faults = sum(len(citizen.faults) for citizen in self.citizens)
        if not acknowledged:
            report.broken.append("no dossier was acknowledged at all")


def _keep_output(environment: Environment) -> None:
    kept = Path(tempfile.mkdtemp(prefix="maidinh-faults-output-", dir="/tmp"))
    shutil.copytree(environment.home.output, kept, dirs_exist_ok=True)
    print(f"what the processes printed is in {kept}", flush=True)


def main() -> int:
    """The command."""
    return command("python -m tests.faults.kill", __doc__, lambda rounds, seed: run(rounds, seed, say=True))


if __name__ == "__main__":
    sys.exit(main())
