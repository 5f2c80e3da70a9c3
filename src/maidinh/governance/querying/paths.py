"""What an element depends on and what depends on it, to any depth, by the shortest way. Layer 4, governance. Pure.

Over the table `depends`. Things may depend on each other in rings: each is met once.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Direction = Literal["needs", "needed-by"]


@dataclass(frozen=True)
class Hop:
    """One step of a way: to which element, and by which relation or field."""

    to: str
    via: str


@dataclass(frozen=True)
class Reached:
    """An element that is met: how far away, from where, and by which relation or field."""

    id: str
    depth: int
    from_: str
    via: str


class Dependencies:
    """Who needs whom."""

    def __init__(self, edges: Iterable[tuple[str, str, str]]) -> None:
        self.needs: dict[str, list[Hop]] = {}
        self.needed_by: dict[str, list[Hop]] = {}
        for element, needs, via in sorted(edges):
            self.needs.setdefault(element, []).append(Hop(needs, via))
            self.needed_by.setdefault(needs, []).append(Hop(element, via))

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> Dependencies:
        """Those of a loaded model."""
        return cls(connection.execute("SELECT element, needs, via FROM depends"))

    def reached(self, start: str, direction: Direction = "needed-by", depth: int | None = None) -> list[Reached]:
        """Everything that breaks when `start` stops (or that `start` needs), the nearest first."""
        ways = self._ways(direction)
        met = {start}
        found: list[Reached] = []
        waiting = deque([(start, 0)])
        while waiting:
            at, far = waiting.popleft()
            if depth is not None and far >= depth:
                continue
            for hop in ways.get(at, ()):
                if hop.to not in met:
                    met.add(hop.to)
                    found.append(Reached(hop.to, far + 1, at, hop.via))
                    waiting.append((hop.to, far + 1))
        return found

    def shortest(self, start: str, goal: str, direction: Direction = "needs") -> list[Hop] | None:
        """The shortest way from one to the other, without its start; None where none leads there."""
        ways = self._ways(direction)
        before: dict[str, tuple[str, Hop]] = {}
        waiting = deque([start])
        while waiting and goal not in before:
            at = waiting.popleft()
            for hop in ways.get(at, ()):
                if hop.to != start and hop.to not in before:
                    before[hop.to] = (at, hop)
                    waiting.append(hop.to)
        if start == goal:
            return []
        if goal not in before:
            return None
        way: list[Hop] = []
        at = goal
        while at != start:
            at, hop = before[at]
            way.append(hop)
        return way[::-1]

    def _ways(self, direction: Direction) -> Mapping[str, list[Hop]]:
        return self.needs if direction == "needs" else self.needed_by
