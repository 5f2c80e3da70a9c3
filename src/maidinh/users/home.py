"""What a role's home holds: its tasks, its guide, its menu. Layer 1.

Words are lazy, so that each page gets them in its own language; pages are named, never written as addresses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from maidinh.infrastructure.actor import Actor

Words = Any  # a text, or one that is translated when it is shown
Count = Callable[[Actor, datetime], int]
Due = Callable[[Actor, datetime], date | None]


@dataclass(frozen=True)
class Task:
    """Something the role comes for: where it is done, how much of it waits, and the next day by which it is due."""

    title: Words
    text: Words
    page: str
    count: Count | None = None
    query: str = ""
    due: Due | None = None


@dataclass(frozen=True)
class Item:
    """An entry of the menu."""

    title: Words
    page: str


@dataclass(frozen=True)
class Home:
    """The home of one role. `guide` leads a newcomer through the main task, step by step."""

    role: str
    title: Words
    tasks: tuple[Task, ...]
    guide: tuple[Words, ...]
    menu: tuple[Item, ...]
