"""What of an answer may pass: the fields that a contract names, found in the published interface, and nothing else.

Layer 6, pure. A plain name stands for a field of the record: the first level at which the interface has one of the
named fields, so that a list's envelope passes and a person's child does not. A name with dots is a way from the root.
Legal ground: Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15 (no more is shared than the purpose needs).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from maidinh.exchange.interfaces.document import DEEPEST, OpenApi

Place = tuple[str, ...]


@dataclass
class Kept:
    """What passes at one level: whole fields, and those of which a part passes."""

    whole: bool = False
    parts: dict[str, Kept] = field(default_factory=dict)

    def along(self, steps: Sequence[str]) -> None:
        """Let the field at the end of a way pass."""
        if not steps:
            self.whole = True
        else:
            self.parts.setdefault(steps[0], Kept()).along(steps[1:])

    @property
    def nothing(self) -> bool:
        """Whether nothing at all passes."""
        return not self.whole and not self.parts


def kept_of(document: OpenApi | None, at: Place | None, fields: Iterable[str]) -> Kept:
    """What of the schema at a place passes; without a document plain names are those of the outermost level alone."""
    kept = Kept()
    plain = {each for each in fields if "." not in each}
    for each in fields:
        if "." in each:
            kept.along(each.split("."))
    if document is None or at is None:
        for each in plain:
            kept.along([each])
        return kept
    for way in _records(document, at, plain):
        kept.along(way)
    return kept


def ways_to(document: OpenApi, at: Place, fields: Sequence[str]) -> dict[str, Place]:
    """Where the named fields that the schema at a place has are described."""
    plain = {each for each in fields if "." not in each}
    ways = {way[-1]: way for way in _records(document, at, plain)}
    ways |= {each: each.split(".") for each in fields if "." in each}
    found = {name: _end(document, at, way) for name, way in ways.items()}
    return {name: place for name, place in found.items() if place is not None}


def unknown_fields(document: OpenApi, places: Iterable[Place], fields: Sequence[str]) -> list[str]:
    """The named fields that none of these schemas has."""
    found = {name for at in places for name in ways_to(document, at, fields)}
    return [each for each in fields if each not in found]


def cut(value: Any, kept: Kept) -> tuple[Any, int]:
    """The value without what may not pass, and how many fields were taken out."""
    if kept.whole:
        return value, 0
    if isinstance(value, list):
        pairs = [cut(each, kept) for each in value]
        return [each for each, _ in pairs], sum(count for _, count in pairs)
    if not isinstance(value, dict):
        return None, 0 if value is None else 1
    found, count = {}, 0
    for name, each in value.items():
        part = kept.parts.get(name)
        if part is None:
            count += 1
        elif part.whole:
            found[name] = each
        else:
            found[name], taken = cut(each, part)
            count += taken
    return found, count


def _records(document: OpenApi, at: Place, names: set[str], above: tuple[Place, ...] = ()) -> list[list[str]]:
    """The ways to the named fields, in the records nearest to the root; a schema inside itself is not entered again."""
    held = document.properties(at)
    here = sorted(names & held.keys())
    if here or len(above) > DEEPEST:
        return [[each] for each in here]
    below = (*above, *held.values())
    return [
        [name, *way]
        for name, place in held.items()
        if place not in above
        for way in _records(document, place, names, below)
    ]


def _end(document: OpenApi, at: Place, way: Sequence[str]) -> Place | None:
    """Where the last field of a way is described; None where the way leads nowhere."""
    for step in way:
        held = document.properties(at)
        if step not in held:
            return None
        at = held[step]
    return at
