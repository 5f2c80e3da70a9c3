"""Who has which keys on the exchange: every system and agency of the version in force, and those that were before.

Layer 4, governance.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from maidinh.exchange.directory.queries import current_directory
from maidinh.exchange.keys.queries import RegisteredKey, registered_key, registered_keys
from maidinh.exchange.keys.rules import ENDED, MOST_AT_ONCE, REVOKED, kind_of, state_of

__all__ = ["RegisteredKey", "holder_named", "holders", "registered_key"]


@dataclass(frozen=True)
class Holder:
    """A system or an agency with its keys, the newest first; `declared` says whether the version in force names it."""

    id: str
    name: str
    kind: str
    declared: bool
    keys: tuple[RegisteredKey, ...]

    def living(self, at: datetime) -> tuple[RegisteredKey, ...]:
        """The keys that hold, or will."""
        return tuple(each for each in self.keys if state_of(each.term, at) not in (ENDED, REVOKED))

    def full(self, at: datetime) -> bool:
        """Whether no further key may come now."""
        return len(self.living(at)) >= MOST_AT_ONCE

    def ends(self, at: datetime) -> datetime | None:
        """When the holder is left without a key; None where one of its keys has no end."""
        ends = [each.valid_to for each in self.living(at)]
        return None if None in ends else max((each for each in ends if each is not None), default=at)


def holders() -> list[Holder]:
    """All of them, systems first, each by its name."""
    directory = current_directory()
    names = {each.code: each.name for each in directory.members} if directory else {}
    names |= {each.id: each.name for each in directory.subsystems} if directory else {}
    kept: dict[str, list[RegisteredKey]] = {}
    for row in registered_keys():
        kept.setdefault(row.holder, []).append(row)
    found = [
        Holder(each, names.get(each, each), kind_of(each), each in names, tuple(kept.get(each, ())))
        for each in {*names, *kept}
    ]
    return sorted(found, key=lambda each: (each.kind, each.name, each.id))


def holder_named(holder: str) -> Holder | None:
    """One of them; None where there is none of this identifier."""
    return next((each for each in holders() if each.id == holder), None)
