"""Starts the processes of an installation together, keeps them alive, and stops them together.

Layer 0, config. No Django, no threads. One supervisor a home, held by a lock. Its children die with it even when it is
killed outright, and what a killed predecessor left behind is ended before anything is started.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from maidinh.config.remains import end_remains, mark, send
from maidinh.infrastructure.database.lock import FileLock
from maidinh.infrastructure.database.parent import dies_with_parent

POLL = 0.1
READY_TIMEOUT = 120.0
GRACE = 15.0
RAPID = 5.0  # a process that lived shorter than this never came to work; one that did is always started again
RAPID_DEATHS = 5
BACKOFF = (0.2, 10.0)  # first and longest pause before a restart
LOG_SIZE = 16_000_000
TAIL = 20


class SupervisorError(Exception):
    """The processes cannot be started, or one of them cannot be kept alive."""


class Foundation(Protocol):
    """What must run before the processes and after them, and is not started from an argument list: the database."""

    @property
    def name(self) -> str:
        """What messages call it."""

    def start(self) -> None:
        """Start it, or return at once where it runs."""

    def stop(self) -> None:
        """Stop it in good order."""

    def running(self) -> bool:
        """Whether it does its work."""


@dataclass(frozen=True)
class ProcessSpec:
    """One process: how it is started, with what beside our own environment, and how to know that it does its work.

    An early one is started before the foundations, because it takes long to load and can wait for them by itself.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] = lambda: True
    early: bool = False


class _Child:
    """A process now, and how often it has died of late."""

    def __init__(self, spec: ProcessSpec, output: Path, run: Path) -> None:
        self.spec = spec
        self.output = output / f"{spec.name}.log"
        self.pid_file = run / f"{spec.name}.pid"
        self.environment = {**os.environ, **spec.env, **mark(run)}
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.restart_at: float | None = None
        self.rapid_deaths = 0

    def launch(self) -> None:
        self.restart_at = None
        if self.output.exists() and self.output.stat().st_size > LOG_SIZE:
            self.output.replace(self.output.with_suffix(".log.1"))
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                list(self.spec.argv), env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - it calls the kernel and nothing else
            )  # fmt: skip
        self.started = time.monotonic()
        with suppress(OSError):  # a full disk; the process runs all the same
            self.pid_file.write_text(f"{self.process.pid}\n")

    def died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def mourn(self) -> None:
        """Note the death, end what the process had started itself, and set the time of the restart."""
        if self.process is None:
            return
        send(self.process.pid, signal.SIGKILL, group=True)
        self.process = None
        now = time.monotonic()
        self.rapid_deaths = self.rapid_deaths + 1 if now - self.started < RAPID else 1
        first, longest = BACKOFF
        self.restart_at = now + min(first * 2 ** (self.rapid_deaths - 1), longest)

    def tail(self) -> str:
        """The last lines it printed."""
        try:
            lines = self.output.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        return "\n".join(lines[-TAIL:]) or "(it printed nothing)"


class Supervisor:
    """`launch`, `wait_until_ready`, `watch` and `stop`, or `run_until_stopped` for all four.

    Foundations are started before the processes (where the caller has not done so), watched with them and stopped after
    them. Call it in the main thread, for children die with the thread that started them.
    """

    def __init__(
        self,
        specs: Sequence[ProcessSpec],
        output: Path,
        *,
        run: Path,
        foundations: Sequence[Foundation] = (),
        ready_timeout: float = READY_TIMEOUT,
        grace: float = GRACE,
    ) -> None:
        self.foundations = foundations
        self.ready_timeout = ready_timeout
        self.grace = grace
        self._children = [_Child(spec, output, run) for spec in specs]
        self._run = run
        self._lock = FileLock(run / "supervisor.lock")
        self._stop = threading.Event()
        self._failures: dict[str, int] = {}  # how often in a row a foundation could not be started again
        self._again_at: dict[str, float] = {}

    def launch(self, prepare: Callable[[], None] | None = None) -> None:
        """Start everything without waiting for it to be ready; `prepare` runs between foundations and processes."""
        if not self._lock.acquire():
            raise SupervisorError(f"Another supervisor (process {self._lock.holder()}) runs here. Stop it first.")
        try:
            end_remains(self._run, self.grace)
            for child in self._children:
                if child.spec.early:
                    child.launch()
            for foundation in self.foundations:
                foundation.start()
            if prepare is not None:
                prepare()
            for child in self._children:
                if not child.spec.early:
                    child.launch()
        except BaseException:
            self.stop()
            raise

    def wait_until_ready(self) -> None:
        """Return when every process does its work; stop all and say which one does not, and what it printed."""
        waiting = list(self._children)
        deadline = time.monotonic() + self.ready_timeout
        try:
            while waiting and not self._stop.is_set():
                self.tend()
                waiting = [child for child in waiting if not _ready(child)]
                if waiting and time.monotonic() > deadline:
                    raise SupervisorError(
                        f"{waiting[0].spec.name} was not ready after {self.ready_timeout:.0f} s. "
                        f"The last it printed:\n{waiting[0].tail()}"
                    )
                if waiting:
                    self._stop.wait(POLL)
        except BaseException:
            self.stop()
            raise

    def watch(self) -> None:
        """Restart what dies until a stop is asked for, or until something dies too often."""
        while not self._stop.is_set():
            self.tend()
            self._stop.wait(POLL)

    def tend(self) -> None:
        """One look at everything: restart what has died and whose pause is over."""
        for foundation in self.foundations:
            if not foundation.running():
                self._raise_again(foundation)
        for child in self._children:
            if child.died():
                child.mourn()
                if child.rapid_deaths >= RAPID_DEATHS:
                    raise SupervisorError(
                        f"{child.spec.name} died {RAPID_DEATHS} times in a row. The last it printed:\n{child.tail()}"
                    )
            if child.restart_at is not None and time.monotonic() >= child.restart_at:
                try:
                    child.launch()
                except OSError as fault:
                    child.restart_at = time.monotonic() + BACKOFF[1] / 5
                    _tell(child.spec.name, fault)

    def _raise_again(self, foundation: Foundation) -> None:
        """Start what has ended, again and again: a full disk passes, and nobody may be there to start it by hand.

        The processes wait for it meanwhile; each says itself that it is away.
        """
        name, (first, longest) = foundation.name, BACKOFF
        if time.monotonic() < self._again_at.get(name, 0.0):
            return
        try:
            foundation.start()
        except Exception as fault:  # whatever the reason, the next try may find it gone
            tried = self._failures[name] = self._failures.get(name, 0) + 1
            self._again_at[name] = time.monotonic() + min(first * 2**tried, longest)
            _tell(name, fault)
        else:
            self._failures.pop(name, None)

    def ask_to_stop(self, *_: object) -> None:
        """End `wait_until_ready` and `watch`; usable as a signal handler."""
        self._stop.set()

    def stop(self) -> None:
        """Ask every process to end, end those that do not, then stop the foundations, the last started first."""
        if not self._lock.held:
            return
        living = [child.process for child in self._children if child.process is not None]
        for process in living:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + self.grace
        for process in living:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            send(process.pid, signal.SIGKILL, group=True)
            process.wait()
        for child in self._children:
            child.process = None
            child.pid_file.unlink(missing_ok=True)
        for foundation in reversed(self.foundations):
            foundation.stop()
        self._lock.release()

    def run_until_stopped(
        self, *, prepare: Callable[[], None] | None = None, on_ready: Callable[[], None] | None = None
    ) -> None:
        """Run in the foreground until SIGTERM, SIGINT or SIGHUP."""
        endings = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        before = {ending: signal.signal(ending, self.ask_to_stop) for ending in endings}
        try:
            self.launch(prepare)
            self.wait_until_ready()
            if on_ready is not None and not self._stop.is_set():
                on_ready()
            self.watch()
        finally:
            self.stop()
            for ending, handler in before.items():
                signal.signal(ending, handler)


def _tell(name: str, fault: Exception) -> None:
    with suppress(OSError):
        print(f"{name} could not be started again, trying on: {fault}", file=sys.stderr, flush=True)


def _ready(child: _Child) -> bool:
    """A process that is not there, or does not answer yet, is not ready."""
    if child.process is None or child.died():
        return False
    try:
        return child.spec.ready()
    except OSError:
        return False
