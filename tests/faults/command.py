"""The command line of a run with faults: how many rounds, by which seed, and what came of it."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from typing import Protocol


class Told(Protocol):
    """A report: in words, and what does not hold."""

    broken: list[str]

    def lines(self) -> list[str]: ...


def command(prog: str, about: str | None, run: Callable[[int, int], Told], *, rounds: int = 50) -> int:
    """Run as asked and print the report; 1 when anything does not hold."""
    parser = argparse.ArgumentParser(prog=prog, description=about)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked = parser.parse_args()
    began = time.monotonic()
    report = run(asked.rounds, asked.seed)
    print("\n".join(report.lines()))
    print(f"took {time.monotonic() - began:.0f} s", flush=True)
    return 1 if report.broken else 0
