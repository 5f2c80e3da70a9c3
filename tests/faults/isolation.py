"""A small disk and cut networks without touching the machine: namespaces of the kernel, as root or as anybody.

As root they are made at once; others get them inside a user namespace of their own (`unshare --user`), where the
kernel allows that. Where it does not, `Impossible` says so plainly, and under CI that is a failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

INSIDE = "MAIDINH_FAULTS_INSIDE"


class Impossible(Exception):
    """This machine does not let its user have such a namespace; the text says what was tried."""


def enter(module: str, *namespaces: str) -> None:
    """Go on as the same program in namespaces of its own (`mount`, `net`); returns in the one that has them."""
    if os.environ.get(INSIDE) == module:
        return
    command = inside(*namespaces)
    tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        raise Impossible(f"{' '.join(command)}: {tried.stderr.strip() or tried.returncode}")
    sys.stdout.flush()
    os.environ[INSIDE] = module
    os.execvp(command[0], [*command, sys.executable, "-m", module, *sys.argv[1:]])


def inside(*namespaces: str) -> list[str]:
    """The command that starts another one there; who is not root keeps number and powers, for PostgreSQL shuns root."""
    wanted = [f"--{each}" for each in namespaces]
    if os.geteuid() == 0:
        return ["unshare", *wanted]
    return ["unshare", "--user", "--map-current-user", "--keep-caps", *wanted]


def run(*command: str | int) -> None:
    """Run a program of the system, or raise with what it said."""
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Impossible(f"{' '.join(map(str, command))}: {done.stderr.strip()}")


def refused(fault: Impossible, what: Sequence[str]) -> int:
    """Say that this machine cannot do it: 3, so that nobody takes it for a run that found nothing."""
    print(f"NOT RUN: {', '.join(what)}: {fault}", flush=True)
    return 3
