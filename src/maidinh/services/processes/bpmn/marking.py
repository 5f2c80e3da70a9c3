"""Whether a process means the same in BPMN 2.0 as here, tried at every position it can come to. Pure.

Layer 4. BPMN 2.0 (ISO/IEC 19510, 13.4.3) lets an inclusive join go on while a token upstream can still reach it, where
that token can also reach a flow that has one; and two tokens at a task are two tasks. Here a join waits and a step is
open once. The two agree wherever branches meet only in joins, and each comes to its join once; the rest is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

from maidinh.services.procedures.definition import ENDS, SUPPLEMENT, Outcome, Procedure
from maidinh.services.processes.tokens import Network, Position, advance, network_of, start_of

VARIANT_LIMIT = 256  # combinations of the routes of joins
POSITION_LIMIT = 5_000  # positions that are tried; twelve steps beside each other have 4,096

Way = tuple[str, int, int]  # the step, its outcome, and that outcome's route; -1 where no route holds
Token = tuple[str, Way | None]  # an open step, or a join and the way that a token came to it


class NotExpressible(ValueError):
    """The process means something else in BPMN, or has too many positions to say (`wide`); `step` is where."""

    def __init__(self, step: str, text: str, wide: bool = False) -> None:
        self.step, self.wide = step, wide
        super().__init__(f"step {step}: {text}")


@dataclass
class Meaning:
    """What the trial found: the ends that take others away, and what the joins went on with and waited with."""

    terminating: set[str] = field(default_factory=set)
    passed: dict[str, set[frozenset[Way]]] = field(default_factory=dict)
    held: dict[str, set[frozenset[Way]]] = field(default_factory=dict)

    def branches(self, join: str) -> list[frozenset[Way]] | None:
        """The ways to a join by the branch they belong to, where each branch always brings one token: a parallel join.

        None where branches may bring nothing, so that only an inclusive join says the same.
        """
        passed = self.passed.get(join)
        if not passed:
            return None
        ways = sorted(frozenset().union(*passed))
        together = {frozenset((one, other)) for each in passed for one in each for other in each if one != other}
        groups: list[set[Way]] = []
        for way in ways:
            near = [group for group in groups if any(frozenset((way, other)) not in together for other in group)]
            groups = [group for group in groups if group not in near] + [{way}.union(*near)]
        if any(len(each) != len(groups) or any(len(each & group) != 1 for group in groups) for each in passed):
            return None
        if any(all(each & group for group in groups) for each in self.held.get(join, ())):
            return None
        return sorted((frozenset(group) for group in groups), key=min)


def ways_of(outcome: Outcome) -> list[tuple[int, str | list[str]]]:
    """Every route of an outcome by its number, and its `to` as -1."""
    return [*((n, route.to) for n, route in enumerate(outcome.routes)), (-1, outcome.to)]


def places_of(to: str | list[str]) -> tuple[str, ...]:
    """The places of a target, one or several."""
    return (to,) if isinstance(to, str) else tuple(to)


def meaning_of(procedure: Procedure) -> Meaning:
    """Try every position of the process, in BPMN's sense and in ours. Raises NotExpressible where they differ."""
    trial = _Trial(procedure)
    trial.run()
    return trial.meaning


class _Trial:
    def __init__(self, procedure: Procedure) -> None:
        self.network: Network = network_of(procedure)
        self.first = procedure.steps[0].id
        self.start = start_of(procedure).position
        self.meaning = Meaning()
        self.incoming: dict[str, set[Way]] = {s.id: set() for s in procedure.steps if s.kind == "join"}
        for step in procedure.steps:
            for n, outcome in enumerate(step.outcomes):
                for route, to in ways_of(outcome):
                    for place in places_of(to):
                        if place in self.incoming:
                            self.incoming[place].add((step.id, n, route))
        self.before = {join: self._reached(join) for join in self.incoming}
        self.variants = self._variants(procedure)

    def _variants(self, procedure: Procedure) -> list[tuple[dict[str, int], Network]]:
        """Every choice of the joins' routes, with the network in which they lead there whatever the facts are."""
        joins = [step for step in procedure.steps if step.kind == "join"]
        choices = list(product(*(ways_of(join.outcomes[0]) for join in joins)))
        if len(choices) > VARIANT_LIMIT:
            raise NotExpressible(
                joins[0].id, f"the routes of all joins make more than {VARIANT_LIMIT} combinations", True
            )
        found = []
        for choice in choices:
            fixed = {
                join.id: join.model_copy(
                    update={"outcomes": [join.outcomes[0].model_copy(update={"routes": [], "to": to})]}
                )
                for join, (_, to) in zip(joins, choice, strict=True)
            }
            chosen = {join.id: route for join, (route, _) in zip(joins, choice, strict=True)}
            steps = {name: fixed.get(name, step) for name, step in self.network.steps.items()}
            found.append((chosen, Network(steps, self.network.upstream)))
        return found

    def run(self) -> None:
        seen: set[frozenset[Token]] = set()
        first: frozenset[Token] = frozenset({(self.first, None)})
        todo = [(first, self.start)]
        while todo:
            marking, position = todo.pop()
            if marking in seen:
                continue
            seen.add(marking)
            if len(seen) > POSITION_LIMIT:
                raise NotExpressible(self.first, f"the process has more than {POSITION_LIMIT} positions to try", True)
            for step in sorted(position.open):
                for n, outcome in enumerate(self.network.steps[step].outcomes):
                    for route, to in ways_of(outcome):
                        if places_of(to) == (SUPPLEMENT,):
                            continue
                        fixed = outcome.model_copy(update={"routes": [], "to": to})
                        for chosen, network in self.variants:
                            after = self._moved(marking, (step, n, route), places_of(to), chosen)
                            ours = advance(network, position, step, fixed, {}).position
                            todo.extend(self._compared(step, after, ours))

    def _compared(
        self, step: str, after: frozenset[Token] | str, ours: Position
    ) -> list[tuple[frozenset[Token], Position]]:
        if isinstance(after, str):
            if ours.end != after:
                raise NotExpressible(step, f"in BPMN this ends the process as {after}, here it doesn't")
            return []
        opened = {place for place, way in after if way is None}
        waiting = {place for place, way in after if way is not None}
        if ours.end or opened != ours.open or waiting != ours.waiting:
            differing = sorted(waiting ^ ours.waiting) or sorted(opened ^ ours.open) or [step]
            raise NotExpressible(
                differing[0], "branches come to it that no join brings together first: end each branch at one join"
            )
        for join in waiting:
            here = frozenset(way for place, way in after if place == join and way is not None)
            self.meaning.held.setdefault(join, set()).add(here)
        return [(after, ours)]

    def _moved(
        self, marking: frozenset[Token], way: Way, places: tuple[str, ...], chosen: dict[str, int]
    ) -> frozenset[Token] | str:
        """The marking after a token took a way, joins gone through by the routes chosen; or the end it came to."""
        tokens = set(marking) - {(way[0], None)}
        arriving = [(place, way) for place in places]
        while True:
            for place, came in arriving:
                if place in ENDS:
                    if tokens:
                        self.meaning.terminating.add(place)
                    return place
                token: Token = (place, came if place in self.incoming else None)
                if token in tokens:
                    raise NotExpressible(
                        place, f"branches that run beside each other both come to it (from {came[0]}): let a join wait"
                    )
                tokens.add(token)
            free = next((join for join in sorted(self.incoming) if self._enabled(tokens, join)), None)
            if free is None:
                return frozenset(tokens)
            taken = {token for token in tokens if token[0] == free}
            tokens -= taken
            self.meaning.passed.setdefault(free, set()).add(frozenset(way for _, way in taken if way is not None))
            route = chosen[free]
            to = dict(ways_of(self.network.steps[free].outcomes[0]))[route]
            arriving = [(place, (free, 0, route)) for place in places_of(to)]

    def _enabled(self, tokens: set[Token], join: str) -> bool:
        held = {way for place, way in tokens if place == join}
        if not held:
            return False
        for place, _ in tokens:
            if place == join:
                continue
            reached = self.before[join].get(place, frozenset())
            if reached - held and not reached & held:
                return False
        return True

    def _reached(self, join: str) -> dict[str, frozenset[Way]]:
        """For each place, the ways to the join that a token there can still take without going through the join."""
        found: dict[str, frozenset[Way]] = {}
        for origin in self.network.steps:
            ways: set[Way] = set()
            seen: set[str] = set()
            todo = [origin]
            while todo:
                place = todo.pop()
                if place in seen or place == join or place not in self.network.steps:
                    continue
                seen.add(place)
                for n, outcome in enumerate(self.network.steps[place].outcomes):
                    for route, to in ways_of(outcome):
                        if join in places_of(to):
                            ways.add((place, n, route))
                        todo.extend(places_of(to))
            found[origin] = frozenset(ways)
        return found
