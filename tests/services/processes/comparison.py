"""Many walks through random processes, whole and tangled: every one that `procedure check` accepts, and no other.

Which processes are walked through is said by the checks alone, before the first step. A process that they accept and
the export refuses stops the comparison.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from maidinh.services.checking.flow import Flow
from maidinh.services.checking.process import process_findings
from maidinh.services.checking.regions import region_findings
from maidinh.services.procedures.definition import Procedure
from tests.services.processes.generated import facts_from, process_from, tangled_from
from tests.services.processes.spiff import Definition
from tests.services.processes.traces import Differs, walk

PART = 250  # walks that begin at one seed; a part needs fewer seeds than walks
SEED = 20_261_127  # published: the same processes and walks each time
OF_STEPS = {"step.unreachable", "step.no-end", "result.never-returned"}  # what else is asked of a process isn't its way


@dataclass
class Comparison:
    """What was walked through, and every difference that was found."""

    walks: int = 0
    moves: int = 0
    walked: Counter[str] = field(default_factory=Counter)  # processes, by how they were made and what is in them
    refused: Counter[str] = field(default_factory=Counter)  # processes that the checks refuse, by the first finding
    differences: list[str] = field(default_factory=list)

    def __iadd__(self, other: Comparison) -> Comparison:
        self.walks += other.walks
        self.moves += other.moves
        self.walked += other.walked
        self.refused += other.refused
        self.differences += other.differences
        return self

    def as_text(self) -> str:
        """For people."""
        walked = ", ".join(f"{name} {count}" for name, count in sorted(self.walked.items()))
        refused = ", ".join(f"{code} {count}" for code, count in sorted(self.refused.items()))
        return (
            f"{self.walks} walks of {self.moves} moves, {len(self.differences)} differences\n"
            f"processes walked through: {walked}\nprocesses that procedure check refuses: {refused or 'none'}"
        )


def compare_in_parts(walks: int, seed: int = SEED, workers: int = 2) -> Iterator[Comparison]:
    """The same in parts of so many walks, each from a seed of its own, however many run beside each other."""
    parts = [(min(PART, walks - done), seed + done) for done in range(0, walks, PART)]
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(compare, *zip(*parts, strict=True))


def compare(walks: int, seed: int = SEED, traces: int = 5) -> Comparison:
    """Walk so often, a few times through each process from this seed on that the checks accept."""
    comparison = Comparison()
    while comparison.walks < walks:
        for made, procedure in (("whole", process_from(seed)), ("tangled", tangled_from(seed))):
            refused = refusal_of(procedure)
            if refused:
                comparison.refused[refused] += 1
                continue
            comparison.walked.update([made, *traits_of(procedure)])
            definition, chance = Definition(procedure), random.Random(seed)
            for _ in range(min(traces, walks - comparison.walks)):
                comparison.walks += 1
                try:
                    comparison.moves += walk(procedure, definition, facts_from(chance), chance)
                except Differs as error:
                    comparison.differences.append(f"{made} process of seed {seed}: {error}")
        seed += 1
    return comparison


def refusal_of(procedure: Procedure) -> str:
    """The code of the first check that refuses the ways of this process; empty where none does."""
    flow = Flow(procedure)
    ways = [each for each in process_findings(procedure, flow, None) if each.check.code in OF_STEPS]
    return next((each.check.code for each in [*ways, *region_findings(procedure, flow)]), "")


def traits_of(procedure: Procedure) -> set[str]:
    """What of the difficult things is in a process."""
    flow = Flow(procedure)
    joins = {step.id for step in procedure.steps if step.kind == "join"}
    splits = {way.step for way in flow.ways if len(way.places) > 1}
    found = {"with joins": joins, "with joins in circles": {join for join in joins if join in flow.reach([join])}}
    found["with splits in branches"] = {step for step in splits if splits & flow.reach([step], without=joins)}
    found["with circles"] = {step for step in flow.steps if step in flow.reach([step])}
    return {name for name, steps in found.items() if steps}
