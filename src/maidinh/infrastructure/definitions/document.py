"""A definition file as its author sees it: where in the file a statement stands.

Layer 7. For checks that come after reading, when a statement is well formed but doesn't fit with others.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from maidinh.infrastructure.definitions.reading import Position, Problem, read_yaml


class Document:
    """One file, read again only when something in it is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def _lines(self) -> dict[Position, int]:
        return read_yaml(self.path)[1]

    def problem(self, place: Position, expected: str) -> Problem:
        """A problem at this place, with the line of the nearest part of it that stands in the file."""
        at = place
        while at and at not in self._lines:
            at = at[:-1]
        return Problem(self.path, self._lines.get(at, 1), ".".join(str(part) for part in place), expected)
