"""Rows by statements that are made once: what they write and read is what the query sets would."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from maidinh.infrastructure.commands.models import Command
from maidinh.infrastructure.database.rows import (
    Columns,
    add_lines,
    added_together,
    answered,
    insert_row,
    insert_rows,
    update_row,
)
from maidinh.infrastructure.events.models import Event


def command(key: str, at: Any) -> Command:
    return Command(scope="rows", key=key, request_hash="0" * 64, outcome="", at=at)


def test_rows_that_are_inserted_get_their_numbers_and_are_read_as_they_are(db, at) -> None:
    one, *more = [command(str(number), at) for number in range(3)]
    insert_row(one)
    with CaptureQueriesContext(connection) as seen:
        insert_rows(more)
    insert_rows([])
    assert len(seen) == 1
    assert [each.pk for each in (one, *more)] == list(Command.objects.order_by("id").values_list("pk", flat=True))
    found = Columns(Command).where("scope = %s ORDER BY id", ["rows"])
    fields = [field.attname for field in Command._meta.concrete_fields]
    assert [[getattr(row, name) for name in fields] for row in found] == list(
        map(list, Command.objects.order_by("id").values_list(*fields))
    )
    assert not one._state.adding
    assert one._state.db == "default"


def test_what_was_left_out_is_read_when_it_is_asked_for(db, at) -> None:
    insert_row(command("a", at))
    [row] = Columns(Command, without=("request_hash",)).where("key = %s", ["a"])
    assert row.get_deferred_fields() == {"request_hash"}
    assert row.request_hash == "0" * 64


def test_a_row_is_updated_once_and_one_that_may_not_be_changed_is_told(db, at) -> None:
    row = command("a", at)
    insert_row(row)
    row.outcome = "done"
    update_row(row, ("outcome",))
    assert Command.objects.get(pk=row.pk).outcome == "done"
    with pytest.raises(DatabaseError, match=f"row {row.pk} of commands.Command"):
        update_row(row, ("outcome",))  # a command that is finished stays as it is


def test_lines_of_several_tables_are_one_statement_in_their_order(own_database, role, at) -> None:
    columns = ("name", "payload", "at", "agency")
    audit = ("at", "actor_kind", "actor", "agency", "action", "subject", "details")
    with role("worker"):
        with CaptureQueriesContext(connection) as seen, added_together():
            add_lines("events_event", columns, [("rows.one", "{}", at, "")])
            add_lines("audit_auditentry", audit, [(at, "system", "rows", "", "try", "lines", '{"a": 1}')])
            add_lines("events_event", columns, [("rows.two", '{"b": [2]}', at, ""), ("rows.three", "{}", at, "")])
        assert len(seen) == 1
        written = list(Event.objects.order_by("-id").values_list("name", "payload")[:3])
    assert written == [("rows.three", {}), ("rows.two", {"b": [2]}), ("rows.one", {})]


def test_what_failed_within_takes_its_lines_along(own_database, role, at) -> None:
    columns = ("name", "payload", "at", "agency")
    with role("worker"):
        with added_together():
            add_lines("events_event", columns, [("rows.before", "{}", at, "")])
            with pytest.raises(RuntimeError), added_together():
                add_lines("events_event", columns, [("rows.failed", "{}", at, "")])
                raise RuntimeError
            with added_together():
                add_lines("events_event", columns, [("rows.after", "{}", at, "")])
        assert list(Event.objects.order_by("-id").values_list("name", flat=True)[:2]) == ["rows.after", "rows.before"]
        assert not Event.objects.filter(name="rows.failed").exists()


def test_the_kept_cursor_ends_with_its_connection(own_database, role) -> None:
    with role("web"):
        first = answered("SELECT pg_backend_pid()", [])
        assert answered("SELECT pg_backend_pid()", []) == first
        connection.close()
        assert answered("SELECT pg_backend_pid()", []) != first
        with pytest.raises(DatabaseError):
            answered("SELECT no_such_column", [])
        assert answered("SELECT 1", []) == [(1,)]
