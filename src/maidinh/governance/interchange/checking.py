"""What makes a model unfit to be taken in, whatever its format: identifiers that stand twice or lead nowhere.

Layer 4, governance. Pure. Cycles of composition are told too, but they are the author's to mend: such a model is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from maidinh.governance.interchange.problems import Place
from maidinh.governance.modelling.definition import Model

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


def composition_cycles(model: Model) -> list[list[str]]:
    """The cycles of elements that are composed of themselves, each from its smallest identifier on."""
    parts: dict[str, list[str]] = {}
    for relation in model.relations:
        if relation.kind == "composition":
            parts.setdefault(relation.from_, []).append(relation.to)
    found: dict[tuple[str, ...], None] = {}
    for group in _entangled(parts):
        found[tuple(_around(group, parts))] = None
    return sorted(list(each) for each in found)


def warnings(model: Model, path: Path, lines: Mapping[str, int] | None = None) -> list[Place]:
    """What whoever takes the model in should look at, though it was read."""
    at = lines or {}
    return [
        Place(path, at.get(cycle[0], 0), cycle[0], f"composed of itself ({' > '.join((*cycle, cycle[0]))}): remove one")
        for cycle in composition_cycles(model)
    ]


def _entangled(parts: Mapping[str, list[str]]) -> Iterator[set[str]]:
    """Strongly connected groups that hold a cycle (Tarjan, without recursion)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    stacked: set[str] = set()
    for root in parts:
        if root in number:
            continue
        work: list[tuple[str, Iterator[str]]] = [(root, iter(parts[root]))]
        while work:
            node, rest = work[-1]
            if node not in number:
                number[node] = lowest[node] = len(number)
                stack.append(node)
                stacked.add(node)
            for part in rest:
                if part not in number:
                    work.append((part, iter(parts.get(part, ()))))
                    break
                if part in stacked:
                    lowest[node] = min(lowest[node], number[part])
            else:
                work.pop()
                if work:
                    lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[node])
                if lowest[node] == number[node]:
                    group = set(stack[stack.index(node) :])
                    del stack[-len(group) :]
                    stacked -= group
                    if len(group) > 1 or node in parts.get(node, ()):
                        yield group


def _around(group: set[str], parts: Mapping[str, list[str]]) -> list[str]:
    """A shortest way from the group's smallest member back to itself."""
    start = min(group)
    came: dict[str, str] = {}
    waiting = [start]
    for node in waiting:
        for part in parts.get(node, ()):
            if part == start:
                way = [node]
                while way[-1] != start:
                    way.append(came[way[-1]])
                return way[::-1]
            if part in group and part not in came:
                came[part] = node
                waiting.append(part)
    raise ValueError(f"{start} is in no cycle")
