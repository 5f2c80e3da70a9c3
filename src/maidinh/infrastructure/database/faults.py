"""What can be wrong with the place or the server of the database, said with its remedy.

Layer 7, infrastructure. No Django. The templates stay apart from their facts so that they can be translated.
"""

from __future__ import annotations


class DatabaseFault(Exception):
    """Something a person must put right; `message` and `remedy` are templates filled from `facts`."""

    def __init__(self, message: str, remedy: str, **facts: object) -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.message.format_map(self.facts)} {self.remedy.format_map(self.facts)}"


class DatabasePlaceError(DatabaseFault):
    """The data directory cannot hold, or already holds, a database."""


class DatabaseServerError(DatabaseFault):
    """The server does not start, does not answer, is too old, or does not let us in."""
