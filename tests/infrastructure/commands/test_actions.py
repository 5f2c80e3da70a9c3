"""A command is done once, however often and however simultaneously it arrives, and its outcome is noted once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import Error, connection, transaction

from maidinh.infrastructure.commands.actions import KeyReused, begin_command, finish_command
from maidinh.infrastructure.database.scope import acting

REQUEST = {"what": "the same"}
WAITERS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"


def test_the_same_again_is_told_what_came_of_it(db: None, at: datetime) -> None:
    first = begin_command(scope="test", key="k", request=REQUEST, at=at)
    assert first.outcome == ""
    finish_command(command=first, outcome="done")
    assert begin_command(scope="test", key="k", request=REQUEST, at=at).outcome == "done"
    with pytest.raises(KeyReused):
        begin_command(scope="test", key="k", request={"what": "other"}, at=at)


@pytest.mark.parametrize("statement", [
    "UPDATE commands_command SET outcome = 'another' WHERE key = 'k'",
    "UPDATE commands_command SET outcome = '' WHERE key = 'k'",
    "UPDATE commands_command SET outcome = '' WHERE key = 'open'",
    "DELETE FROM commands_command",
    "INSERT INTO commands_command (scope, key, request_hash, outcome, at) VALUES ('test', 'x', 'x', 'done', now())",
])  # fmt: skip
@pytest.mark.parametrize("name", ["web", "worker"])
def test_an_outcome_is_noted_once(
    own_database: str, role: Callable[[str], Any], at: datetime, name: str, statement: str
) -> None:
    with acting():
        finish_command(command=begin_command(scope="test", key="k", request=REQUEST, at=at), outcome="done")
        begin_command(scope="test", key="open", request=REQUEST, at=at)
    with role(name):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
                changed = cursor.rowcount
        except Error as refusal:
            assert getattr(refusal.__cause__, "sqlstate", "") == "42501", refusal
            changed = 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT key, outcome FROM commands_command WHERE scope = 'test' ORDER BY key")
            kept = cursor.fetchall()
    assert (changed, kept) == (0, [("k", "done"), ("open", "")])


@pytest.mark.parametrize(("first_ends", "expected"), [("commits", "first"), ("fails", "second")])
def test_of_two_at_once_the_second_waits_for_the_first(
    own_database: str, at: datetime, first_ends: str, expected: str
) -> None:
    told: list[str] = []

    def second() -> None:
        try:
            with acting():
                command = begin_command(scope="test", key="k", request=REQUEST, at=at)
                told.append(command.outcome)
                if not command.outcome:
                    finish_command(command=command, outcome="second")
        finally:
            connection.close()

    other = threading.Thread(target=second)
    with acting():
        command = begin_command(scope="test", key="k", request=REQUEST, at=at)
        other.start()
        waited_for(other)
        finish_command(command=command, outcome="first")
        transaction.set_rollback(first_ends == "fails")
    other.join()
    assert told == ["first" if first_ends == "commits" else ""]
    with acting():
        assert begin_command(scope="test", key="k", request=REQUEST, at=at).outcome == expected


def waited_for(other: threading.Thread) -> None:
    """Until the other's transaction stands still before ours."""
    while other.is_alive():
        with connection.cursor() as cursor:
            cursor.execute(WAITERS)
            if cursor.fetchone()[0]:
                return
    raise AssertionError("the second did not wait")
