"""Kills one process of an installation outright and says which.

The supervisor gives a process up that dies too often too soon, as it should; the killer stays below that.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from maidinh.config.supervisor import RAPID, RAPID_DEATHS
from maidinh.infrastructure.database.postmaster import Postmaster
from maidinh.infrastructure.home import Home

SUPERVISED = ("web", "gateway", "worker", "signer")
TARGETS = (*SUPERVISED, "web-worker", "postmaster", "backend")
SPARED = RAPID_DEATHS - 2  # rapid deaths in a row after which a process is left alone until it has lived a while


class Killer:
    """Goes through all targets in an order of its own, then again in another."""

    def __init__(self, home: Home, chance: random.Random, targets: Sequence[str] = TARGETS) -> None:
        self.home, self.chance, self.targets = home, chance, targets
        self.kills: Counter[str] = Counter()
        self._bag: list[str] = []
        self._deaths: dict[str, list[float]] = {name: [] for name in SUPERVISED}

    def kill_one(self) -> str:
        """Kill -9; the target's name. A target that is just not there gives its turn to the next."""
        while True:
            target = self._next()
            pid = self._pid(target)
            if pid is None:
                time.sleep(0.05)
                continue
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            self.kills[target] += 1
            if target in SUPERVISED:
                self._deaths[target].append(time.monotonic())
            return target

    def _next(self) -> str:
        while True:
            if not self._bag:
                self._bag = list(self.targets)
                self.chance.shuffle(self._bag)
            for target in self._bag:
                if not self._tired(target):
                    self._bag.remove(target)
                    return target
            self._bag = []

    def _tired(self, target: str) -> bool:
        """Whether the target has died so often so soon that once more might be once too often."""
        deaths = self._deaths.get(target, [])[-SPARED:]
        return len(deaths) == SPARED and all(
            later - earlier < RAPID + 5 for earlier, later in zip(deaths, [*deaths[1:], time.monotonic()], strict=True)
        )

    def _pid(self, target: str) -> int | None:
        if target in SUPERVISED:
            return _number(self.home.run / f"{target}.pid")
        if target == "web-worker":
            return self._one(_children(_number(self.home.run / "web.pid")), b"serve", b"spawn_main")
        postmaster = Postmaster(self.home.postgres / "data").pid()
        if target == "postmaster":
            return postmaster
        return self._one(_children(postmaster), b"maidinh_")

    def _one(self, pids: list[int], *words: bytes) -> int | None:
        fitting = [pid for pid in pids if any(word in _command_line(pid) for word in words)]
        return self.chance.choice(fitting) if fitting else None


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None


def _children(parent: int | None) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == parent and fields[0] != "Z":
                found.append(int(entry.name))
    return sorted(found)


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
