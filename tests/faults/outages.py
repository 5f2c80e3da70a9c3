"""`python -m tests.faults.outages --rounds 6 --seed 7`: the database stops, stands still, and its disk is full.

A whole province runs on a disk of its own, while callers ask the population register through the gateway. In each round
the database is stopped in one of PostgreSQL's own ways, or stands still, or the disk is filled to the last byte, for
some seconds; meanwhile `maidinh exchange status` and `maidinh doctor` must say so. Afterwards it must come back by
itself, and in the end every answer is held against evidence and log. Without a file system of its own (`NOT RUN`, exit
code 3) nothing is tried.
"""

from __future__ import annotations

import atexit
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from maidinh.config.installation import Installation
from maidinh.infrastructure.database.postmaster import Postmaster
from tests.faults import isolation
from tests.faults.command import command
from tests.faults.exchanges import Report, Strikes
from tests.faults.exchanges import run as run_exchanges

DISK = "900m"
LASTS = (3.0, 9.0)  # seconds of an outage: shorter and longer than a call waits for the log
STOPS = {"fast stop": signal.SIGINT, "immediate stop": signal.SIGQUIT}
WAYS = (*STOPS, "standstill", "full disk")


class Outages(Strikes):
    """One after the other in an order of its own."""

    def __init__(self, installation: Installation, chance: random.Random) -> None:
        super().__init__(installation, chance)
        self.chance = chance
        self._bag: list[str] = []

    def strike(self) -> str:
        """One outage from its beginning to its end."""
        if not self._bag:
            self._bag = list(WAYS)
            self.chance.shuffle(self._bag)
        way = self._bag.pop()
        until = time.monotonic() + self.chance.uniform(*LASTS)
        {"standstill": self._stand_still, "full disk": self._fill}.get(way, lambda _: self._stop(way, until))(until)
        self.kills[way] += 1
        return way

    def _stop(self, way: str, until: float) -> None:
        self.holds = True
        try:
            number = Postmaster(self.environment.home.postgres / "data").pid()
            if number is not None:
                os.kill(number, STOPS[way])
            time.sleep(1)
            self._expect("database", status=3)
            _sleep_until(until)
        finally:
            self.holds = False

    def _stand_still(self, until: float) -> None:
        processes = Postmaster(self.environment.home.postgres / "data").processes()
        for each in processes:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGSTOP)
        try:
            _sleep_until(until)
        finally:
            for each in processes:
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGCONT)

    def _fill(self, until: float) -> None:
        ballast, told = self.environment.home.root.parent / "ballast", False
        try:
            while time.monotonic() < until:  # what others let go of is taken too
                with suppress(OSError), ballast.open("ab", buffering=0) as file:
                    while True:
                        file.write(bytes(1 << 20))
                with suppress(OSError), ballast.open("ab", buffering=0) as file:
                    while True:
                        file.write(bytes(4096))
                if not told:
                    self._expect("disk", status=None)
                    told = True
                time.sleep(0.1)
        finally:
            ballast.unlink()

    def _expect(self, finding: str, status: int | None) -> None:
        """The operator is told: by the doctor under this word, by the exchange's status with this exit code."""
        done = self._asked("exchange", "status", "--json")
        if status is not None and done.returncode != status:
            self.wrong.append(f"exchange status left with {done.returncode}: {done.stdout[-300:]}{done.stderr[-300:]}")
        told = self._asked("doctor", "--json")
        try:
            wrong = {each["name"] for each in json.loads(told.stdout)["findings"] if each["state"] == "wrong"}
        except (ValueError, KeyError, TypeError) as error:
            self.wrong.append(f"the doctor could not speak: {error}: {told.stdout[-300:]}{told.stderr[-300:]}")
            return
        if finding not in wrong:
            self.wrong.append(f"the doctor finds {sorted(wrong)}, not {finding}")

    def _asked(self, *words: str) -> subprocess.CompletedProcess[str]:
        variables = os.environ | self.environment.variables()
        return subprocess.run(
            [sys.executable, "-m", "maidinh", *words], env=variables, capture_output=True, text=True, check=False
        )


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def mounted(place: Path) -> None:
    """The place is a disk of its own, until the program ends."""
    isolation.run("mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", place)
    atexit.register(place.rmdir)
    atexit.register(isolation.run, "umount", place)


def run(rounds: int, seed: int, say: bool = False) -> Report:
    """The whole of it."""
    report = run_exchanges(rounds, seed, say=say, breaks=Outages, prepare=mounted)
    report.what = "outages"
    return report


def main() -> int:
    """The command."""
    try:
        isolation.enter("tests.faults.outages", "mount")
        return command(
            "python -m tests.faults.outages", __doc__, lambda rounds, seed: run(rounds, seed, True), rounds=8
        )
    except isolation.Impossible as fault:
        return isolation.refused(fault, WAYS)


if __name__ == "__main__":
    sys.exit(main())
