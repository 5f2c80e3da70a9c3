"""Processes that a killed supervisor left running: how they are known, and how its successor ends them.

Layer 0, config. No Django. Each child, and all it starts, carries a mark in its environment; a process id alone would
not do, because it may belong to another process by now, and because a child's own children outlive it.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

MARK = "MAIDINH_SUPERVISOR"
POLL = 0.05


def mark(run: Path) -> dict[str, str]:
    """The environment by which the processes of one home are known."""
    return {MARK: os.path.realpath(run)}


def remains(run: Path) -> set[int]:
    """The living processes that carry the mark of this home, without ourselves."""
    wanted = os.fsencode(f"{MARK}={os.path.realpath(run)}")
    found = {
        int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and wanted in _environment(entry)
    }
    return found - {os.getpid()}


def end_remains(run: Path, grace: float) -> None:
    """Ask what is left to end, and end what does not."""
    for ending, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, grace)):
        for pid in remains(run):
            send(pid, ending)
        deadline = time.monotonic() + patience
        while remains(run):
            if time.monotonic() > deadline:
                break
            time.sleep(POLL)


def send(pid: int, ending: signal.Signals, *, group: bool = False) -> None:
    """Signal a process, or the whole group it leads; one that is gone already is as good."""
    try:
        (os.killpg if group else os.kill)(pid, ending)
    except (ProcessLookupError, PermissionError):
        return


def _environment(process: Path) -> list[bytes]:
    # A zombie has none, so it does not count as left running.
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return []
