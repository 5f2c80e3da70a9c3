"""Rows of a model read and written by statements whose text is made once, for the acts that are done most.

Layer 7. Building a statement anew from a query set costs ten times what sending it does (docs/decisions/0018). Here the
model says tables, columns and conversions as ever, and a text depends on names alone, never on a value; what the
database checks is the same. Who needs more than this asks the query sets.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.models import Field, Model

M = TypeVar("M", bound=Model)
Line = Sequence[Any]
Lines = dict[tuple[str, tuple[str, ...]], list[Line]]
PLAIN = {type(None), bool, int, str, bytes, date, datetime}

_waiting: ContextVar[Lines | None] = ContextVar("lines that are written together", default=None)

_cursors: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()  # by connection, of which each thread has its own


class Columns(Generic[M]):
    """A model's columns, all or without some, as a statement names them and as a row of them becomes an instance.

    What is left out is read from the database where somebody asks for it, as with `defer`.
    """

    def __init__(self, model: type[M], *, without: Collection[str] = ()) -> None:
        fields = [field for field in model._meta.concrete_fields if field.name not in without]
        self.model, self.table = model, _quoted(model._meta.db_table)
        self._columns = [_quoted(field.column) for field in fields]
        self._names = [field.attname for field in fields]
        self._converters = [
            (place, converter)
            for place, field in enumerate(fields)
            for converter in field.get_db_converters(connections[DEFAULT_DB_ALIAS])
        ]
        self._select = f"SELECT {self.named(self.table)} FROM {self.table} WHERE "  # noqa: S608 - names of the model

    def __len__(self) -> int:
        return len(self._names)

    def named(self, alias: str) -> str:
        """The columns as part of a SELECT, of the table by this alias."""
        return ", ".join(f"{alias}.{column}" for column in self._columns)

    def row(self, values: Sequence[Any]) -> M:
        """The instance that these values are, in the order of `named`."""
        kept, connection = list(values), connections[DEFAULT_DB_ALIAS]
        for place, converter in self._converters:
            kept[place] = converter(kept[place], None, connection)
        return self.model.from_db(DEFAULT_DB_ALIAS, self._names, kept)

    def where(self, condition: str, values: Sequence[Any]) -> list[M]:
        """The rows for which the condition holds, a part of a statement with a `%s` for each value."""
        return [self.row(each) for each in answered(self._select + condition, values)]


def answered(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What the database answers to a statement."""
    cursor = _cursor()
    cursor.execute(statement, values)
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def insert_row(row: Model) -> None:
    """Insert a new row; it gets its number."""
    insert_rows([row])


def insert_rows(rows: Sequence[Model]) -> None:
    """Insert new rows of one model with one statement; each gets its number."""
    if not rows:
        return
    text, fields = _insert(type(rows[0]), len(rows))
    values = [value for row in rows for value in _values(row, fields)]
    for row, (number,) in zip(rows, answered(text, values), strict=True):
        row.pk = number
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def update_row(row: Model, names: tuple[str, ...]) -> None:
    """Write these fields of a row. Raises DatabaseError where there is no such row to change."""
    text, fields = _update(type(row), names)
    cursor = _cursor()
    cursor.execute(text, [*_values(row, fields), row.pk])
    if cursor.rowcount != 1:
        raise DatabaseError(f"no row {row.pk} of {row._meta.label} may be changed")


def add_lines(table: str, columns: tuple[str, ...], lines: Sequence[Line]) -> None:
    """Add lines to a table that only grows; nothing is read back, as who writes need not be able to read."""
    waiting = _waiting.get()
    if waiting is None:
        _write({(table, columns): list(lines)})
    else:
        waiting.setdefault((table, columns), []).extend(lines)


@contextmanager
def added_together() -> Iterator[None]:
    """Lines added inside are written when it ends, all with one statement; it must end within their transaction.

    One within another leaves its lines to that one; where it fails, it takes them along.
    """
    outer = _waiting.get()
    token = _waiting.set(inner := {})
    try:
        yield
    finally:
        _waiting.reset(token)
    if outer is None:
        _write(inner)
    else:
        for table, lines in inner.items():
            outer.setdefault(table, []).extend(lines)


def _write(waiting: Lines) -> None:
    if not any(waiting.values()):
        return
    text = _additions(tuple((table, columns, len(lines)) for (table, columns), lines in waiting.items()))
    _cursor().execute(text, [value for lines in waiting.values() for line in lines for value in line])


@lru_cache(maxsize=256)
def _additions(tables: tuple[tuple[str, tuple[str, ...], int], ...]) -> str:
    *first, last = [
        f"INSERT INTO {_quoted(table)} ({', '.join(map(_quoted, columns))}) VALUES "  # noqa: S608 - names of ours
        + ", ".join(["(" + ", ".join(["%s"] * len(columns)) + ")"] * count)
        for table, columns, count in tables
        if count
    ]
    before = ", ".join(f"_{number} AS ({each})" for number, each in enumerate(first))
    return f"WITH {before} {last}" if first else last


def _cursor() -> Any:
    """The connection's one cursor for these statements, each of which is done before the next; a new one while counted.

    To make a cursor costs as much as a short statement does.
    """
    wrapper = connections[DEFAULT_DB_ALIAS]
    if wrapper.connection is None or wrapper.queries_logged:
        return wrapper.cursor()
    kept = _cursors.get(wrapper)
    if kept is None or kept.cursor.connection is not wrapper.connection:
        kept = _cursors[wrapper] = wrapper.cursor()
    return kept


def _values(row: Model, fields: Sequence[Field[Any, Any]]) -> list[Any]:
    connection, kept = connections[DEFAULT_DB_ALIAS], []
    for field in fields:
        value = getattr(row, field.attname)
        # What the driver sends as it is needs no preparing; a dict, a list or a choice does.
        kept.append(value if type(value) in PLAIN else field.get_db_prep_save(value, connection))
    return kept


@cache
def _insert(model: type[Model], count: int) -> tuple[str, list[Field[Any, Any]]]:
    meta = model._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    columns = ", ".join(_quoted(field.column) for field in fields)
    places = ", ".join(["(" + ", ".join(["%s"] * len(fields)) + ")"] * count)
    text = f"INSERT INTO {_quoted(meta.db_table)} ({columns}) VALUES {places} RETURNING {_quoted(meta.pk.column)}"  # noqa: S608
    return text, fields


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> tuple[str, list[Field[Any, Any]]]:
    meta = model._meta
    fields: list[Field[Any, Any]] = [meta.get_field(name) for name in names]  # type: ignore[misc]  # of the model
    changed = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    text = f"UPDATE {_quoted(meta.db_table)} SET {changed} WHERE {_quoted(meta.pk.column)} = %s"  # noqa: S608
    return text, fields


def _quoted(name: str) -> str:
    return connections[DEFAULT_DB_ALIAS].ops.quote_name(name)
