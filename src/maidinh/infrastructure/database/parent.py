"""Ties a child process to the life of the process that started it, even when that one is killed outright.

Layer 7, infrastructure. No Django. Linux only: elsewhere children are ended by an orderly stop alone.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def dies_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` after which the kernel signals the child when the *thread* that started it ends.

    Start children in a thread that lives as long as they should. Setting it before a change of user would lose it;
    `subprocess` changes the user first.
    """
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    parent = os.getpid()
    number = int(death_signal)

    def tie() -> None:
        if libc is None:
            return
        libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return tie


def die_with_parent(death_signal: signal.Signals = signal.SIGTERM) -> None:
    """Tie this process itself to the one that started it; for children that we did not start ourselves."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
