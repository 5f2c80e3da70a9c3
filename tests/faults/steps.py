"""`python -m tests.faults.steps --rounds 200 --seed 7`: processes die in mid-step, no step or fee with them.

A whole province runs in a temporary place. People take dossiers from submission to handover all the time: steps,
supplements, signatures, fees at the desk and at a payment gateway that pays twice, too little, or not at all. In each
round one process, chosen by the seed, is killed with SIGKILL while an act is under way. In the end the books and the
gateway's own are counted against what the pages said. Exit code 1 when anything does not hold.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from maidinh.config.installation import Installation
from tests.faults.audit import Books
from tests.faults.command import command
from tests.faults.counted import judged, waiting
from tests.faults.kill import Report, Trial, run
from tests.faults.lives import Walker

PROCEDURES = ("2.000815", "1.013225", "2.000815")  # one for each who walks: certified copies, building permits
TARGETS = ("web", "web-worker", "gateway", "signer", "signer", "worker", "worker", "worker", "postmaster", "backend")
SETTLING = 150.0  # the gateway is asked once more after a quarter of a payment's age
LATEST = 0.6  # seconds after an act went out until which it may be hit: web first, then the worker


@dataclass
class Counted(Report):
    """What happened, with the acts that were counted."""

    acts: Counter[str] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        """The report in words."""
        told = super().lines()
        return [*told[:3], ", ".join(f"{name} {count}" for name, count in self.acts.items()), *told[3:]]


def walkers(installation: Installation, chance: random.Random, acting: Callable[[], None]) -> list[Walker]:
    """Who takes dossiers through."""
    address, province = installation.environment.address, installation.province
    return [
        Walker(province, address, number, code, chance.randrange(2**32), acting)
        for number, code in enumerate(PROCEDURES)
    ]


def steps(rounds: int, seed: int, say: bool = False) -> Counted:
    """The whole of it; what is left is the report."""
    report = Counted(seed)

    def counted(books: Books, people: Sequence[Walker]) -> Iterator[str]:
        lives = [life for walker in people for life in walker.lives]
        report.acts = Counter({
            "steps": sum(len(life.acts) for life in lives),
            "receipts": sum(bool(life.receipt) for life in lives),
            "supplements": sum(len(life.supplements) for life in lives),
            "fees paid online": sum(bool(life.order) for life in lives),
            "at the desk": sum(bool(life.desk_receipt) for life in lives),
            "results": int(books.rows("SELECT count(*) AS n FROM results_result")[0]["n"]),
            "notices": int(books.rows("SELECT count(*) AS n FROM inbox_notice")[0]["n"]),
        })  # fmt: skip
        yield from judged(books, people)

    run(rounds, seed, say, Trial(walkers, waiting, counted, LATEST, TARGETS, SETTLING), report)
    return report


def main() -> int:
    """The command."""
    return command("python -m tests.faults.steps", __doc__, lambda rounds, seed: steps(rounds, seed, say=True))


if __name__ == "__main__":
    sys.exit(main())
