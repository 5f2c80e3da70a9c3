"""Random processes and facts from a seed: sequences, alternatives, routes, splits and joins within each other, loops.

Every process of `process_from` is whole: branches meet in joins, and each can be left early by an end. Those of
`tangled_from` are not: some of their ways lead anywhere, and whether they can be run is for the checks to say.
"""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

from maidinh.services.procedures.definition import Procedure, Step
from maidinh.services.procedures.reading import read_procedures

DEFINITIONS = Path(__file__).resolve().parents[3] / "definitions" / "provinces"
CONDITIONS: tuple[dict[str, Any], ...] = (
    {"storeys": ">= 7"}, {"storeys": "[3..7)"}, {"kind": ["new", "repair"]}, {"kind": "not(new)"}, {"paid": True},
    {"built": "< 2026-07-01"}, {"storeys": 5, "paid": "-"}, {"kind": "-", "built": "(2025-01-01..2026-12-31]"},
)  # fmt: skip


def facts_from(chance: random.Random) -> dict[str, Any]:
    """Facts that the conditions look at; each may be unknown, or of a kind that fits none."""
    return {
        "storeys": chance.choice([None, 2, 3, 5, 6.5, 7, 9, "7", True]),
        "kind": chance.choice([None, "new", "repair", "old", 1]),
        "paid": chance.choice([None, True, False, 1]),
        "built": chance.choice([None, "2024-05-01", "2026-06-30", "2026-07-01", "soon", 3]),
    }


@cache
def committed() -> tuple[Procedure, ...]:
    """Every procedure of the definitions."""
    return tuple(each for province in sorted(DEFINITIONS.iterdir()) for each in read_procedures(province))


def process_from(seed: int, *, optional: bool = True) -> Procedure:
    """The process of this seed; `optional` lets splits leave branches out, so that its joins are inclusive."""
    return committed()[0].model_copy(update={"steps": _Generator(random.Random(seed), optional).steps()})


def tangled_from(seed: int) -> Procedure:
    """The process of this seed with up to three more ways from any step to any: into branches, out of them, back.

    Where it has a join, often one more leads from behind it to a split or into a branch: joins in circles.
    """
    procedure, chance = process_from(seed), random.Random(f"tangled {seed}")
    steps = {step.id: step.model_dump(mode="json", exclude_unset=True) for step in procedure.steps}
    names = list(steps)
    behind = [
        to for step in procedure.steps if step.kind == "join" for to in (step.outcomes[0].to,) if isinstance(to, str)
    ]
    for name in dict.fromkeys(behind):
        if chance.random() < 0.6 and steps[name]["kind"] != "join":
            splits = [step.id for step in procedure.steps if any(isinstance(o.to, list) for o in step.outcomes)]
            steps[name]["outcomes"].append(_back(chance.choice([*splits, *splits, chance.choice(names)]), "back"))
    for _ in range(chance.randint(0, 2)):
        outcomes = steps[chance.choice([name for name in names if steps[name]["kind"] != "join"])]["outcomes"]
        place, outcome = chance.choice(names), chance.choice(outcomes)
        if chance.random() < 0.6:
            outcomes.append(_back(place, f"o{len(outcomes)}"))
        elif isinstance(outcome["to"], list):
            outcome["to"] = list(dict.fromkeys([*outcome["to"], place]))
        elif outcome["to"] in steps:
            outcome["to"] = place
    return procedure.model_copy(update={"steps": [Step.model_validate(step) for step in steps.values()]})


def _back(place: str, name: str) -> dict[str, Any]:
    return {"id": name, "name": {"vi": name}, "reason": True, "to": place}


class _Generator:
    def __init__(self, chance: random.Random, optional: bool) -> None:
        self.chance, self.optional = chance, optional
        self.made: list[Step] = []
        self.count = 0

    def steps(self) -> list[Step]:
        first = self._fresh()
        last = self._fresh()
        self._block(first, last, (), self.chance.randint(1, 3))
        self._step(last, [("returned", [])], kind="handover")
        ordered = sorted(self.made, key=lambda step: step.id != first)
        intake = {"kind": "intake", "call": None, "role": "one-stop-official", "agency": "receiving", "minimum": None}
        return [ordered[0].model_copy(update=intake), *ordered[1:]]

    def _fresh(self) -> str:
        self.count += 1
        return f"s{self.count}"

    def _block(self, entry: str, after: str, back: tuple[str, ...], depth: int) -> None:
        """Steps from `entry` on to `after`; any of them may lead back to a step of `back`."""
        shape = (
            self.chance.choice(("one", "sequence", "sequence", "choice", "route", "split", "split")) if depth else "one"
        )
        if shape == "one":
            self._step(entry, [(after, []), *self._others(back)])
        elif shape == "sequence":
            middle = self._fresh()
            self._block(entry, middle, back, depth - 1)
            self._block(middle, after, (*back, entry), depth - 1)
        elif shape == "choice":
            ways = [self._fresh() for _ in range(self.chance.randint(1, 2))]
            for way in ways:
                self._block(way, after, (*back, entry), depth - 1)
            self._step(entry, [(after, []), *((way, []) for way in ways), *self._others(back)])
        elif shape == "route":
            ways = [self._fresh() for _ in range(self.chance.randint(1, 2))]
            for way in ways:
                self._block(way, after, (*back, entry), depth - 1)
            self._step(entry, [(after, [(self._when(), way) for way in ways]), *self._others(back)])
        else:
            self._split(entry, after, back, depth)

    def _split(self, entry: str, after: str, back: tuple[str, ...], depth: int) -> None:
        join = self._fresh()
        branches = [self._fresh() for _ in range(self.chance.randint(2, 3))]
        for branch in branches:
            self._block(branch, join, (), depth - 1)
        routes: list[tuple[Any, Any]] = []
        if self.optional and self.chance.random() < 0.4:
            routes = [(self._when(), branches[:-1])]
        to = [*branches, join] if self.chance.random() < 0.1 else branches
        self._step(entry, [(to, routes), *self._others(back)])
        self._step(
            join, [(after, [(self._when(), self._beside(after))] if self.chance.random() < 0.2 else [])], kind="join"
        )

    def _beside(self, after: str) -> str:
        step = self._fresh()
        self._block(step, after, (), 0)
        return step

    def _others(self, back: tuple[str, ...]) -> list[tuple[Any, Any]]:
        """What else may come of a step: a supplement, an end, a step before it."""
        found: list[tuple[Any, Any]] = []
        if self.chance.random() < 0.3:
            found.append(("supplement", []))
        if self.chance.random() < 0.15:
            found.append((self.chance.choice(("refused", "stopped", "returned")), []))
        if back and self.chance.random() < 0.3:
            found.append((self.chance.choice(back), []))
        return found

    def _when(self) -> dict[str, Any]:
        return self.chance.choice(CONDITIONS)

    def _step(self, name: str, ways: list[tuple[Any, list[tuple[Any, Any]]]], kind: str = "appraisal") -> None:
        content: dict[str, Any] = {"id": name, "name": {"vi": f"Bước {name}", "en": name}, "kind": kind}
        if kind == "appraisal" and self.chance.random() < 0.1:
            content |= {"kind": "call", "call": {"procedure": "1.000001", "case": "one", "answers": {"a": "{b}"}}}
        elif kind != "join":
            content |= {"role": self.chance.choice(("specialist", "leader")), "agency": "responsible"}
            if self.chance.random() < 0.1:
                content |= {"kind": "posting", "minimum": {"amount": 15, "unit": "calendar_day"}}
        content["outcomes"] = [
            {
                "id": f"o{number}", "name": {"vi": f"Kết quả {number}"}, "to": to, "reason": number > 1,
                "routes": [{"when": when, "to": target} for when, target in routes],
            }
            for number, (to, routes) in enumerate(ways)
        ]  # fmt: skip
        self.made.append(Step.model_validate(content))
