"""Whether branches that run beside each other stay apart until their join: proved over every position of the process.

Layer 4. Pure. Every set of open steps that a dossier can come to is visited, with each outcome and each route; whatever
the conditions say, none can be left out. What is accepted means in BPMN what it means here: tests/judges/spiff.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import product

from maidinh.services.checking.catalogue import found
from maidinh.services.checking.findings import Finding
from maidinh.services.checking.flow import Flow, Way
from maidinh.services.procedures.definition import ENDS, SUPPLEMENT, Procedure
from maidinh.services.processes.bpmn.marking import NotExpressible, meaning_of
from maidinh.services.processes.tokens import Network, Position, advance, network_of, start_of

MOST_POSITIONS = 5_000  # a province's widest procedure has about 100; more means branches without an order


class _TooWide(Exception):
    """There are more positions than can be visited."""


def region_findings(procedure: Procedure, flow: Flow) -> list[Finding]:
    """Branches that leave without their join; where none does, steps opened twice and joins that wait for nothing.

    Where there are none of these either: a step at which BPMN's rule for joins and ours part.
    """
    if all(len(way.places) == 1 for way in flow.ways) and not any(s.kind == "join" for s in procedure.steps):
        return []
    leaving = list(_leaving(flow))
    if leaving:
        return leaving
    try:
        twice, met = _walked(procedure, flow)
    except _TooWide:
        return [found("process.too-wide", ("steps",))]
    joins = [each for each in procedure.steps if each.kind == "join" and each.id in flow.reached]
    told = [
        *(found("step.open-twice", way.at, outcome=way.outcome.id, place=place) for way, place in twice),
        *(
            found("join.one-branch", ("steps", flow.number[join.id]), step=join.id)
            for join in joins
            if join.id not in met and not twice
        ),
    ]
    return told or list(_unclear(procedure, flow))


def _unclear(procedure: Procedure, flow: Flow) -> Iterator[Finding]:
    """Where a join in a circle, come to from outside its branches, would wait otherwise in BPMN than here."""
    try:
        meaning_of(procedure)
    except NotExpressible as error:
        at = ("steps", flow.number[error.step])
        yield found("process.too-wide", ("steps",)) if error.wide else found("branch.unclear", at, step=error.step)


def _leaving(flow: Flow) -> Iterator[Finding]:
    """Ways out of a branch to what comes after its join, or to what comes before the branches began."""
    told = set()
    for split in (way for way in flow.ways if len(way.places) > 1 and way.step in flow.reached):
        join = _join_of(flow, split)
        if join is None:
            continue
        after = flow.reach([join], without=(split.step,))
        for way, place in _ways_out(flow, split, join, after):
            if way.at not in told:
                told.add(way.at)
                yield found("branch.leaves", way.at, outcome=way.outcome.id, place=place, split=split.step, join=join)


def _ways_out(flow: Flow, split: Way, join: str, after: set[str]) -> Iterator[tuple[Way, str]]:
    """Followed from where the branches begin up to their join, and no further than the first place outside."""
    todo = [place for place in split.places if place != join]
    seen = {*todo, join}
    while todo:
        step = todo.pop()
        for way in (way for way in flow.ways if way.step == step):
            for place in way.places:
                if place not in flow.steps or place == join:
                    continue
                if _outside(flow, place, join, split.step, after):
                    yield way, place
                elif place not in seen:
                    seen.add(place)
                    todo.append(place)


def _outside(flow: Flow, place: str, join: str, split: str, after: set[str]) -> bool:
    if place == split:
        return True
    if join in flow.reach([place], without=(split,)):
        return False
    return place in after or split in flow.reach([place])


def _join_of(flow: Flow, split: Way) -> str | None:
    """The nearest join that most of the branches come to; None where none comes to any."""
    reached = [{place, *flow.reach([place], without=(split.step,))} for place in split.places if place in flow.steps]
    joins = [name for name, step in flow.steps.items() if step.kind == "join"]
    meeting = {join: sum(join in each for each in reached) for join in joins}
    most = max(meeting.values(), default=0)
    if most == 0:
        return None
    best = [join for join in joins if meeting[join] == most]
    return min(best, key=lambda join: (-len(flow.reach([join], without=(split.step,)) & set(best)), flow.number[join]))


def _walked(procedure: Procedure, flow: Flow) -> tuple[list[tuple[Way, str]], set[str]]:
    """For each step that is opened a second time a way that does it, and the joins at which two branches met."""
    variants = list(_variants(network_of(procedure)))
    ways: dict[str, list[Way]] = {name: [] for name in flow.steps}
    for way in flow.ways:
        ways[way.step].append(way)
    twice: dict[str, Way] = {}
    met: set[str] = set()
    todo = deque([start_of(procedure).position])
    seen = set(todo)
    while todo:
        position = todo.popleft()
        for step in sorted(position.open, key=flow.number.__getitem__):
            for way, network in product(ways[step], variants):
                after, arrived = _moved(network, position, way)
                met.update(join for join in arrived if arrived.count(join) + (join in position.waiting) > 1)
                doubled = _doubled(network, position, way, after, arrived)
                for place in doubled:
                    twice.setdefault(place, way)
                if not after.end and not doubled and after not in seen:
                    seen.add(after)
                    todo.append(after)
        if len(seen) > MOST_POSITIONS:
            raise _TooWide
    return [(way, place) for place, way in twice.items()], met


def _moved(network: Network, position: Position, way: Way) -> tuple[Position, list[str]]:
    """The position after this way was taken, and every place that was come to."""
    if way.places == (SUPPLEMENT,):
        return position, []
    chosen = way.outcome.model_copy(update={"to": list(way.places), "routes": []})
    after = advance(network, position, way.step, chosen, {}).position
    return after, _arrivals(network, position, after, way.places)


def _doubled(network: Network, position: Position, way: Way, after: Position, arrived: list[str]) -> list[str]:
    """The steps that were open already, or come to twice, in this move."""
    if after.end:
        return []
    kept = position.open - {way.step}
    steps = [place for place in dict.fromkeys(arrived) if network.steps[place].kind != "join"]
    return [place for place in steps if arrived.count(place) + (place in kept) > 1]


def _arrivals(network: Network, before: Position, after: Position, places: tuple[str, ...]) -> list[str]:
    """Every place that was come to in one move: the outcome's own, and those of the joins that it set free."""
    arrived = [place for place in places if place in network.steps]
    freed: set[str] = set()
    while True:
        reached = before.waiting | {place for place in arrived if network.steps[place].kind == "join"}
        fresh = {join for join in reached if join not in after.waiting} - freed
        if not fresh:
            return arrived
        for join in sorted(fresh):
            freed.add(join)
            to = network.steps[join].outcomes[0].to
            arrived += [place for place in ([to] if isinstance(to, str) else to) if place in network.steps]


def _variants(network: Network) -> Iterator[Network]:
    """The network once for every choice of the routes of its joins, which nobody chooses when they are set free."""
    joins = [step for step in network.steps.values() if step.kind == "join" and step.outcomes[0].routes]
    for choice in product(*(tuple(join.outcomes[0].targets()) for join in joins)):
        steps = dict(network.steps)
        for join, places in zip(joins, choice, strict=True):
            to = places[0] if places[0] in ENDS else list(places)
            outcome = join.outcomes[0].model_copy(update={"to": to, "routes": []})
            steps[join.id] = join.model_copy(update={"outcomes": [outcome]})
        yield Network(steps, network.upstream)
