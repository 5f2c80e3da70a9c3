"""A random walk through a process, taken by our engine, by Spiff and by the standard's own words side by side."""

from __future__ import annotations

import random
from typing import Any

from maidinh.services.procedures.definition import SUPPLEMENT, Procedure
from maidinh.services.processes.tokens import advance, network_of, start_of, target_of
from tests.services.processes.spiff import Definition, Run
from tests.services.processes.standard import Marking

MOVES = 40


class Differs(AssertionError):
    """The three don't allow the same steps."""


def walk(procedure: Procedure, definition: Definition, facts: dict[str, Any], chance: random.Random) -> int:
    """Take the walk, looking after each move whether all three allow the same steps; how many moves it had."""
    network, position = network_of(procedure), start_of(procedure).position
    run, marking = Run(definition, facts), Marking(definition.diagram, facts)
    told: list[str] = []
    for _ in range(MOVES):
        _agree(position.open, position.end, run, told)
        _agree_by_the_standard(position.open, position.end, marking, run.waiting(), told)
        if position.end or not position.open:
            break
        step = chance.choice(sorted(position.open))
        if step in run.waiting():
            told.append(f"{step}: supplement came")
            run.supplement(step)
            marking.finish(f"more.{step}")
            continue
        outcome = chance.choice(network.steps[step].outcomes)
        told.append(f"{step}: {outcome.id}")
        asked = target_of(outcome, facts) == (SUPPLEMENT,)
        position = advance(network, position, step, outcome, facts).position
        run.close(step, outcome.id)
        marking.finish(f"step.{step}", outcome.id)
        if (step in run.waiting()) is not asked:
            raise Differs(f"after {told}: only one of the two waits for a supplement")
    return len(told)


def _agree(ours: frozenset[str], end: str, run: Run, told: list[str]) -> None:
    theirs = sorted(run.open() + run.waiting())
    if theirs != sorted(ours) or run.end != end or (end and not run.over):
        raise Differs(f"after {told}: ours {sorted(ours)} {end}, Spiff {theirs} {run.end}")


def _agree_by_the_standard(ours: frozenset[str], end: str, marking: Marking, asked: list[str], told: list[str]) -> None:
    expected = sorted(f"more.{step}" if step in asked else f"step.{step}" for step in ours)
    theirs, ended = marking.standing(), marking.end.removeprefix("end.")
    if theirs != expected or ended != end or (end and marking.tokens):
        raise Differs(f"after {told}: ours {expected} {end}, by the standard {theirs} {ended}")
