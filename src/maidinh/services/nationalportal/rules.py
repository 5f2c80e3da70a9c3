"""When a message is sent again, what its number is, and how two rows of one history become one order. Pure.

Layer 4. The messages of one dossier go out one after the other; those of others never wait for them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

SPACE = uuid.UUID("6b0cb3f4-6d0b-5f6e-9a2e-4f3c5a0f7d11")  # under which our messages have their numbers
T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How long to wait before a message is sent again: from the first pause to the longest, spread by a part of it."""

    first: timedelta
    longest: timedelta
    spread: float

    def next_try(self, at: datetime, attempts: int, chance: float) -> datetime:
        """The moment of the next try after so many; `chance`, from 0 to 1, keeps many from coming back at once."""
        pause = min(self.first * (1 << min(max(attempts - 1, 0), 20)), self.longest)
        return at + pause * (1 - self.spread * chance)


def message_id(dossier: str, serial: int) -> str:
    """The number under which a message counts once at the portal, however often it is sent."""
    return str(uuid.uuid5(SPACE, f"{dossier}/{serial}"))


def merged(history: Sequence[tuple[datetime, T]], steps: Sequence[tuple[datetime, T]]) -> Iterator[T]:
    """History and opened steps as one order: each in its own order, and of one moment the history first."""
    ahead: Iterable[tuple[datetime, T]]
    left, right = list(history), list(steps)
    while left or right:
        ahead = left if left and (not right or left[0][0] <= right[0][0]) else right
        yield ahead.pop(0)[1]
