"""What makes a model unfit to be taken in, whatever its format: identifiers that stand twice or lead nowhere.

Layer 4, governance. Pure. Told with their lines, while the file is read; what a whole model must be is told by
`modelling.integrity`, whatever it was read from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from maidinh.governance.interchange.problems import Place

Reference = tuple[int, str, str, str]  # line, whose it is, what it is called, the identifier it names


def repeated(path: Path, given: Iterable[tuple[str, int]]) -> Iterator[Place]:
    """Every identifier that is given a second time, at that second place; `given` has each with its line."""
    first: dict[str, int] = {}
    for identifier, line in given:
        if identifier in first:
            text = f"this identifier stands in line {first[identifier]} already: give each thing its own"
            yield Place(path, line, identifier, text)
        else:
            first[identifier] = line


def dangling(path: Path, references: Iterable[Reference], known: Iterable[str], sort: str = "") -> Iterator[Place]:
    """Every reference to an identifier that nothing in the file has, or nothing of the sort it must be."""
    names = known if isinstance(known, (set, frozenset, dict)) else set(known)
    for line, owner, called, target in references:
        if target not in names:
            missing = f"is no {sort} in the file" if sort else "isn't in the file"
            text = f"{called} names {target!r}, which {missing}: add it or remove the reference"
            yield Place(path, line, owner, text)
