"""Doing a command once, however often it arrives. Layer 7."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from maidinh.infrastructure.commands.models import Command
from maidinh.infrastructure.database.rows import Columns, answered, update_row
from maidinh.infrastructure.definitions.hashing import content_hash

COMMAND = Columns(Command)
BEGIN = (
    "INSERT INTO commands_command (scope, key, request_hash, outcome, at) VALUES (%s, %s, %s, '', %s)"
    " ON CONFLICT (scope, key) DO NOTHING RETURNING id"
)


class KeyReused(Exception):
    """The same key came with another request: the caller mixed two commands up."""


def begin_command(*, scope: str, key: str, request: Any, at: datetime) -> Command:
    """The command's row, in the caller's transaction; `outcome` is filled when it was done before.

    Two at once: the second waits for the first's transaction. Raises KeyReused when the request differs.
    """
    digest = content_hash(request)
    made = answered(BEGIN, [scope, key, digest, at])
    if made:
        return Command(pk=made[0][0], scope=scope, key=key, request_hash=digest, outcome="", at=at)
    # Not FOR UPDATE: the insert has waited for whoever was at it, and a row with an outcome can be locked no more.
    [command] = COMMAND.where("scope = %s AND key = %s", [scope, key])
    if command.request_hash != digest:
        raise KeyReused(key)
    return command


def finish_command(*, command: Command, outcome: str) -> None:
    """Note what came of the command."""
    command.outcome = outcome
    update_row(command, ("outcome",))
