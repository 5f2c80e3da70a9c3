"""Asking a rule again of those subjects alone that an edit can concern, where its SQL is of a form that shows them.

Layer 4, governance. Pure. What a rule says of a subject follows from the rows that its equalities tie to the subject
(`r.source = e.id`, `x.id IN (r.source, r.target)`). A subject is concerned where such a tie leads to it from a row
that changed, as the row was or as it is; between the changed row that is nearest to the subject and the subject all
rows are as before, so that the ties are looked up in the tables as they are now. `EXISTS` over rows that nothing ties
to the subject is a question of its own with one answer. A form that is not understood is asked in full.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from maidinh.governance.querying.footprints import Footprint, met
from maidinh.governance.querying.loading import Change
from maidinh.governance.querying.outlines import Named, Outline, Scope, Unclear, outlined
from maidinh.governance.querying.rows import Row
from maidinh.governance.querying.sandbox import Refused
from maidinh.governance.querying.schema import TABLES

MOST = 400  # subjects or rows on the way to them: for more a rule is asked in full
REMEMBERED = 2_000  # rules
UNKNOWN = object()  # what a probe answers that was stopped


@dataclass(frozen=True)
class Probe:
    """An EXISTS that stands for itself: its SELECT, the tables it looks at, and how to ask for a row that answers."""

    sql: str
    tables: frozenset[str]
    witness: str | None = None  # with `{}` for a condition on the first column of the key


@dataclass(frozen=True)
class Tie:
    """How a row leads on to rows of the table nearer to the subject: its own columns, and theirs."""

    near: int  # the place of what is nearer among `things`
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Narrowing:
    """How a rule is asked of some subjects only."""

    subject: str  # the column; empty where the rule is about the whole model
    head: str
    tail: str
    things: tuple[str, ...]  # the tables that are tied to the subject, first that of the subject itself
    ties: tuple[Tie | None, ...]
    untied: frozenset[str]  # tables of which every changed row may concern every subject
    probes: tuple[Probe, ...]

    def sql(self, subjects: Iterable[str]) -> str:
        """The rule, about these subjects."""
        return f"{self.head} ({_listed(subjects)}) {self.tail}"

    def concerned(self, connection: sqlite3.Connection, change: Change, footprint: Footprint) -> set[str] | None:
        """The subjects that the change may concern; None where they are too many or can't be told."""
        seen = {each for each in {*self.things, *self.untied} if met(_of(footprint, each), change)}
        if seen & self.untied:
            return None
        found: set[str] = set()
        for place, table in enumerate(self.things):
            changed = change.rows.get(table) if table in seen else None
            if changed and not self._follow(connection, place, changed, found):
                return None
            if len(found) > MOST:
                return None
        return found

    def _follow(self, connection: sqlite3.Connection, place: int, given: Collection[Row], found: set[str]) -> bool:
        """Add the subjects that these rows lead to; False where they are too many or a subject is no text."""
        names, at, rows = TABLES[self.things[place]].names, place, given
        while (tie := self.ties[at]) is not None:
            if len(rows) > MOST:
                return False
            table = TABLES[self.things[tie.near]]
            if tie.near == 0 and {near for _, near in tie.pairs} == {self.subject}:
                values = _values(rows, names, [own for own, _ in tie.pairs])
                return _texts(values, found)
            rows = {
                row
                for own, near in tie.pairs
                for row in _having(connection, table.name, near, _values(rows, names, [own]))
            }
            names, at = table.names, tie.near
        if len(rows) > MOST:
            return False
        return _texts(_values(rows, names, [self.subject]), found)


class Probes:
    """What the questions that stand for themselves answer now; asked again only where a change may turn them.

    Of a table alone it is enough to know one row that answers: while that one is as it was, so is the answer.
    """

    def __init__(self, probes: Iterable[Probe], answered: Callable[[str], tuple[Row, ...]]) -> None:
        self._answered = answered
        self._known = {each: self._asked(each) for each in dict.fromkeys(probes)}

    def turned(self, change: Change) -> set[Probe]:
        """Those that answer otherwise since the change."""
        found = set()
        for probe, before in self._known.items():
            if not probe.tables.isdisjoint(change.columns):
                after = self._known[probe] = self._again(probe, before, change)
                if (after is None) is not (before is None) or UNKNOWN in (before, after):
                    found.add(probe)
        return found

    def _asked(self, probe: Probe) -> object:
        """A row's key where there is one (or True), None where there is none."""
        if probe.witness is None:
            return self._first(f"SELECT 1 WHERE EXISTS ({probe.sql})")
        return self._first(f"{probe.witness.format('1 = 1')} LIMIT 1")

    def _first(self, sql: str) -> object:
        try:
            rows = self._answered(sql)
        except Refused:
            return UNKNOWN
        return rows[0][0] if rows else None

    def _again(self, probe: Probe, before: object, change: Change) -> object:
        if probe.witness is None or before is UNKNOWN:
            return self._asked(probe)
        (name,) = probe.tables
        table = TABLES[name]
        values = _values(change.rows.get(name, ()), table.names, [table.key[0]])
        if before is not None and before not in values:
            return before
        texts = [each for each in values if isinstance(each, str)]
        if len(values) > MOST or len(texts) < len(values):
            return self._asked(probe)
        near = self._first(probe.witness.format(f"{table.key[0]} IN ({_listed(texts)})"))
        return near if near is not None or before is None else self._asked(probe)


@lru_cache(maxsize=REMEMBERED)
def narrowing(sql: str) -> Narrowing | None:
    """How the rule can be asked of some subjects; None where its form does not show them."""
    try:
        outline = outlined(sql)
    except Unclear:
        return None
    return _narrowed(outline)


def _narrowed(outline: Outline) -> Narrowing | None:
    subject = outline.subject
    if subject is not None and subject[0].optional:
        return None
    tied: list[Named] = [subject[0]] if subject else []
    ties: list[Tie | None] = [None] if subject else []
    probed = [each for each in outline.scopes if each.exists and each.apart and not _within(each, outline.scopes)]
    left = [
        each
        for scope in outline.scopes
        if not any(scope is probe or scope.lies_in(probe) for probe in probed)
        for each in scope.named
    ]
    going = True
    while going:
        going = False
        for each in left:
            tie = _tie(each, tied, subject[1] if subject else "") if each not in tied else None
            if tie is not None:
                tied.append(each)
                ties.append(tie)
                going = True
    untied = frozenset(each.table for each in left if each not in tied)
    head, tail = outline.split() if subject else ("", "")
    return Narrowing(
        subject[1] if subject else "", head, tail, tuple(each.table for each in tied), tuple(ties), untied,
        tuple(_probe(each, outline) for each in probed),
    )  # fmt: skip


def _within(scope: Scope, scopes: Iterable[Scope]) -> bool:
    """Whether it lies in another that is a question of its own."""
    return any(scope.lies_in(each) and each.exists and each.apart for each in scopes)


def _tie(each: Named, tied: list[Named], subject: str) -> Tie | None:
    for pairs in each.scope.ties_of(each):
        other = pairs[0][1][0]
        if other not in tied:
            continue
        near = tied.index(other)
        columns = {pair[1][1] for pair in pairs}
        if (near == 0 and columns == {subject}) or columns <= _looked_up_by(other.table):
            return Tie(near, tuple((own, column) for own, (_, column) in pairs))
    return None


def _looked_up_by(table: str) -> set[str]:
    return {TABLES[table].key[0], *(index[0] for index in TABLES[table].indexes)}


def _probe(scope: Scope, outline: Outline) -> Probe:
    inner = [each for each in outline.scopes if each is scope or each.lies_in(scope)]
    tables = frozenset(each.table for within in inner for each in within.named)
    witness = None
    if len(inner) == 1 and len(scope.named) == 1:
        table, name = TABLES[scope.named[0].table], scope.named[0].name
        where = scope.condition()
        witness = f"SELECT {table.key[0]} AS subject FROM {table.name} {name} WHERE {{}}" + (  # noqa: S608
            f" AND ({where.replace('{', '{{').replace('}', '}}')})" if where else ""
        )
    return Probe(scope.text(), tables, witness)


def _listed(texts: Iterable[str]) -> str:
    return ", ".join("'" + each.replace("'", "''") + "'" for each in sorted(texts))


def _of(footprint: Footprint, table: str) -> Footprint:
    return frozenset(each for each in footprint if each[0] == table)


def _values(rows: Iterable[Row], names: tuple[str, ...], columns: Iterable[str]) -> set[object]:
    places = [names.index(each) for each in columns]
    return {row[place] for row in rows for place in places}


def _having(connection: sqlite3.Connection, table: str, column: str, values: set[object]) -> Iterable[Row]:
    statement = f"SELECT * FROM {table} WHERE {column} = ? LIMIT {MOST + 1}"  # noqa: S608 - names of the schema
    for value in values:
        if value is not None:
            yield from connection.execute(statement, (value,))


def _texts(values: set[object], found: set[str]) -> bool:
    for each in values:
        if each is None:
            continue
        if not isinstance(each, str):
            return False
        found.add(each)
    return True
