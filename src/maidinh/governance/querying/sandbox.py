"""Running a rule's SQL so that it can do nothing but read the model's tables, and not for long.

Layer 4, governance. Pure but for the clock that it is given. The database itself says which columns a rule reads (its
footprint): a rule need not run again where none of them changed.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from maidinh.governance.querying.schema import TABLES
from maidinh.infrastructure.definitions.folding import fold

Kind = Literal[
    "empty", "too-long", "double-quotes", "null-comparison", "not-a-question", "not-allowed", "unknown-name", "syntax",
    "too-slow", "too-many-rows", "too-large", "failed",
]  # fmt: skip
Value = str | int | float | None

SECONDS = 1.0  # of the processor for one rule; the slowest honest one takes a tenth of it on 10,000 elements
STEPS = 2_000  # of the database's machine between two looks at the clock
ROWS = 20_000  # that a rule may find
CHARACTERS = 20_000  # of one row
ALL_CHARACTERS = 8_000_000  # of all rows of a rule
SQL_LENGTH = 20_000
LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 200_000,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: SQL_LENGTH * 4,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 100_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 20,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 100,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
FUNCTIONS = frozenset({
    "abs", "avg", "coalesce", "count", "date", "days", "dense_rank", "first_value", "fold", "glob", "group_concat",
    "ifnull", "iif", "instr", "lag", "last_value", "lead", "length", "like", "lower", "ltrim", "max", "min", "nullif",
    "rank", "replace", "round", "row_number", "rtrim", "substr", "substring", "sum", "total", "trim", "typeof", "upper",
})  # fmt: skip
HARMLESS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE})
REFUSED_TABLES = ("sqlite_", "pragma_", "json_", "dbstat", "bytecode", "tables_used", "fts", "rtree")
DEEDS = {
    sqlite3.SQLITE_ATTACH: "ATTACH", sqlite3.SQLITE_DETACH: "DETACH", sqlite3.SQLITE_PRAGMA: "PRAGMA",
    sqlite3.SQLITE_INSERT: "INSERT", sqlite3.SQLITE_UPDATE: "UPDATE", sqlite3.SQLITE_DELETE: "DELETE",
    sqlite3.SQLITE_TRANSACTION: "BEGIN, COMMIT", sqlite3.SQLITE_SAVEPOINT: "SAVEPOINT",
    sqlite3.SQLITE_CREATE_TABLE: "CREATE TABLE", sqlite3.SQLITE_CREATE_TEMP_TABLE: "CREATE TABLE",
    sqlite3.SQLITE_CREATE_VIEW: "CREATE VIEW", sqlite3.SQLITE_CREATE_TEMP_VIEW: "CREATE VIEW",
    sqlite3.SQLITE_CREATE_INDEX: "CREATE INDEX", sqlite3.SQLITE_CREATE_TRIGGER: "CREATE TRIGGER",
    sqlite3.SQLITE_DROP_TABLE: "DROP TABLE", sqlite3.SQLITE_ALTER_TABLE: "ALTER TABLE",
    sqlite3.SQLITE_ANALYZE: "ANALYZE", sqlite3.SQLITE_REINDEX: "REINDEX", sqlite3.SQLITE_CREATE_VTABLE: "VIRTUAL TABLE",
}  # fmt: skip
PARTS = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?(?:\*/|\Z)|\[[^\]]*\]|\"", re.DOTALL)
NULL_COMPARED = re.compile(r"(?:=|<>|!=|<|>|\bIN)\s*\(?\s*NULL\b|\bNULL\s*(?:=|<>|!=|<|>)", re.IGNORECASE)
NOW = "'now'"
FIRST_WORD = re.compile(r"\s*(\w+)")
MODIFIER = re.compile(r"([+-]?\d{1,5}) (day|month|year)s?")

REASONS: tuple[tuple[Kind, tuple[str, ...], str], ...] = (
    ("not-allowed", ("one statement",), "a rule is one statement: take out what follows the semicolon"),
    ("not-allowed", ("SQL variables",), "a rule takes no parameters (?, :name): write the value itself"),
    ("too-large", ("too big", "too many", "too large", "too complex"), "the rule makes something too large ({})"),
    ("unknown-name", ("no such", "ambiguous column"), "{}: see the list of tables and columns"),
    ("syntax", ("syntax error", "incomplete input", "unrecognized token"), "not understood: {}"),
)


class Refused(Exception):
    """A rule can't be run, or was stopped; `kind` says why for programs, the text for people."""

    def __init__(self, kind: Kind, text: str) -> None:
        self.kind: Kind = kind
        self.text = text
        super().__init__(text)


@dataclass(frozen=True)
class Answer:
    """What a question found: its columns, its rows, what it read, how long it took."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    footprint: frozenset[tuple[str, str]]
    seconds: float = 0.0


def prepared(connection: sqlite3.Connection) -> None:
    """Give the database the functions that rules may call, the same everywhere and on every day."""
    connection.create_function("fold", 1, _fold, deterministic=True)
    connection.create_function("lower", 1, _lower, deterministic=True)
    connection.create_function("upper", 1, _upper, deterministic=True)
    connection.create_function("date", -1, _date, deterministic=True)
    connection.create_function("days", 2, _days, deterministic=True)


def ask(
    connection: sqlite3.Connection,
    sql: str,
    *,
    seconds: float = SECONDS,
    rows: int = ROWS,
    clock: Callable[[], float] = time.thread_time,
) -> Answer:
    """What the rule's SQL finds. Raises Refused where it may not run, takes too long or finds too much.

    The clock counts what this thread computes: a busy machine makes no rule slow.
    """
    _looked_through(sql)
    guard = _Guard(clock() + seconds, clock)
    before = {limit: connection.setlimit(limit, value) for limit, value in LIMITS.items()}
    connection.set_authorizer(guard.authorize)
    connection.set_progress_handler(guard.over, STEPS)
    begun = clock()
    try:
        cursor = connection.execute(sql)
        columns = tuple(str(each[0]) for each in cursor.description or ())
        found = _fetched(cursor, rows)
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise guard.reason(error, seconds) from None
    finally:
        connection.set_progress_handler(None, 0)
        connection.set_authorizer(None)
        for limit, value in before.items():
            connection.setlimit(limit, value)
    return Answer(columns, found, frozenset(guard.read), clock() - begun)


def _looked_through(sql: str) -> None:
    """Raises Refused for what the database itself would take, or tell badly."""
    if not sql.strip():
        raise Refused("empty", "the rule is empty: write a SELECT that returns a column named subject")
    if len(sql) > SQL_LENGTH:
        raise Refused("too-long", f"the rule is longer than {SQL_LENGTH} characters")
    if "\0" in sql:
        raise Refused("syntax", "the rule has a character that no text has (NUL)")
    if NOW in (part[0].lower() for part in PARTS.finditer(sql)):
        raise Refused("not-allowed", "a verdict is of the day asked for: take as_of of the table model, not 'now'")
    bare = PARTS.sub(lambda part: '"' if part[0] == '"' else " 'x' " if part[0][0] == "'" else " ", sql)
    if '"' in bare:
        raise Refused(
            "double-quotes",
            "double quotes are not allowed: a misspelt name in them is silently a text; write '…' or […]",
        )
    if NULL_COMPARED.search(bare):
        raise Refused("null-comparison", "a comparison with NULL is never true: write IS NULL or IS NOT NULL")
    first = FIRST_WORD.match(bare)
    if first is None or first[1].upper() not in ("SELECT", "WITH"):
        raise Refused("not-a-question", "a rule only asks: it begins with SELECT or WITH")


def fits(rows: Collection[tuple[Value, ...]]) -> bool:
    """Whether a rule may find so much."""
    if len(rows) > ROWS:
        return False
    return sum(len(value) for row in rows for value in row if isinstance(value, str)) <= ALL_CHARACTERS


def _fetched(cursor: sqlite3.Cursor, limit: int) -> tuple[tuple[Value, ...], ...]:
    found: list[tuple[Value, ...]] = []
    together = 0
    for row in cursor:
        if len(found) == limit:
            raise Refused(
                "too-many-rows", f"the rule finds more than {limit} rows: say more narrowly what it looks for"
            )
        if any(isinstance(value, bytes) for value in row):
            raise Refused("not-allowed", "the rule returns bytes: return texts and numbers only")
        size = sum(len(value) for value in row if isinstance(value, str))
        together += size
        if size > CHARACTERS:
            raise Refused("too-large", f"a row of the rule is longer than {CHARACTERS} characters")
        if together > ALL_CHARACTERS:
            raise Refused("too-large", f"the rows of the rule are together longer than {ALL_CHARACTERS} characters")
        found.append(row)
    return tuple(found)


class _Guard:
    """What is allowed while one rule runs, what it read, and why it was stopped."""

    def __init__(self, until: float, clock: Callable[[], float]) -> None:
        self.read: set[tuple[str, str]] = set()
        self._until = until
        self._clock = clock
        self._why: Refused | None = None

    def authorize(
        self, deed: int, first: str | None, second: str | None, _database: str | None, _by: str | None
    ) -> int:
        """What the database asks before it does anything."""
        if deed in HARMLESS:
            return sqlite3.SQLITE_OK
        if deed == sqlite3.SQLITE_READ:
            return self._reading(first or "", second or "")
        if deed == sqlite3.SQLITE_FUNCTION:
            if (second or "").lower() in FUNCTIONS:
                return sqlite3.SQLITE_OK
            return self._refuse(f"the function {second} is not allowed; allowed are: {', '.join(sorted(FUNCTIONS))}")
        if (first or "").startswith("sqlite_"):  # what the database does to itself for a table that it makes up
            return self._refuse("only the tables of the model are open to rules: see the list of tables and columns")
        return self._refuse(f"a rule only reads: {DEEDS.get(deed, 'this statement')} is not allowed")

    def over(self) -> int:
        """Whether the time is over."""
        return int(self._clock() > self._until)

    def reason(self, error: Exception, seconds: float) -> Refused:
        """Why the database stopped, in words."""
        text = str(error)
        if self._why is not None:
            return self._why
        if "interrupted" in text:
            told = f"stopped after {seconds:g} s: the rule loops or joins everything with everything"
            return Refused("too-slow", told)
        for kind, signs, told in REASONS:
            if any(sign in text for sign in signs):
                return Refused(kind, told.format(text))
        return Refused("failed", f"the rule can't be run: {text}")

    def _reading(self, table: str, column: str) -> int:
        if table in TABLES:
            self.read.add((table, column))
            return sqlite3.SQLITE_OK
        if not column and not table.lower().startswith(REFUSED_TABLES):
            return sqlite3.SQLITE_OK  # a name that the rule itself gives by WITH
        return self._refuse(f"the table {table} is not open to rules: see the list of tables and columns")

    def _refuse(self, text: str) -> int:
        if self._why is None:
            self._why = Refused("not-allowed", text)
        return sqlite3.SQLITE_DENY


def _fold(value: Value) -> str | None:
    return None if value is None else fold(str(value))


def _lower(value: Value) -> str | None:
    return None if value is None else str(value).lower()


def _upper(value: Value) -> str | None:
    return None if value is None else str(value).upper()


def _date(*values: Value) -> str | None:
    """A day and what is added to it (`+30 days`, `-1 year`). It knows no today: a verdict is of a day."""
    try:
        day = date.fromisoformat(str(values[0])[:10]) if values and values[0] is not None else None
        for each in values[1:]:
            found = MODIFIER.fullmatch(str(each))
            if found is None or day is None:
                return None
            day = _added(day, int(found[1]), found[2])
    except (ValueError, OverflowError):
        return None
    return day.isoformat() if day else None


def _added(day: date, count: int, unit: str) -> date:
    if unit == "day":
        return day + timedelta(days=count)
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "year" else 1)
    first = date(months // 12, months % 12 + 1, 1)
    last = (date(first.year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1)).day
    return first.replace(day=min(day.day, last))


def _days(earlier: Value, later: Value) -> int | None:
    """How many days lie between two days."""
    try:
        return (date.fromisoformat(str(later)[:10]) - date.fromisoformat(str(earlier)[:10])).days
    except ValueError:
        return None
