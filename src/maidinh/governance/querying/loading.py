"""A model as an in-memory SQLite database that rules of conformity read; kept up to date when the model is edited.

Layer 4, governance. Pure.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.frameworks import Framework
from maidinh.governance.modelling.catalogues import Shelf
from maidinh.governance.modelling.definition import Element, Model, Principle, Relation, View
from maidinh.governance.querying import rows
from maidinh.governance.querying.grounds import empty, ground, insert, surrounding_rows
from maidinh.governance.querying.islands import islands, moved
from maidinh.governance.querying.rows import Placed, Row, Surroundings
from maidinh.governance.querying.sandbox import prepared
from maidinh.governance.querying.schema import (
    KINDS_OF_TABLE,
    RELATION_KIND_TABLES,
    TABLES,
    index_statements,
)
from maidinh.infrastructure.definitions.collection import uncollected
from maidinh.infrastructure.organisations.definition import Organisations

Thing = Element | Relation | View | Principle
ZONE = "network-zone"
SMALL = 1_000  # elements and relations; with more it pays to make the indexes last
LOOKED_AT = 2_000  # elements, to see whether two still hang together; beyond that all islands are worked out anew
ALL = "*"  # stands for every column: a row came or went


@dataclass(frozen=True)
class Change:
    """What an edit changed: ids of the model's things, and the columns of the tables (`*` where rows came or went).

    And the rows of the tables, as they were and as they are.
    """

    ids: frozenset[str] = frozenset()
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rows: Mapping[str, frozenset[Row]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.ids)


class Image:
    """The database of one model on one day, and the things that its ids stand for."""

    def __init__(
        self,
        model: Model,
        *,
        as_of: date,
        framework: Framework | None = None,
        shelf: Shelf | None = None,
        organisations: Organisations | None = None,
    ) -> None:
        agencies = {agency.id: agency.code for agency in organisations.agencies} if organisations else {}
        self.around = Surroundings(as_of, shelf or Shelf(), agencies)
        self.model = model
        self.things: dict[str, Thing] = {}
        self.connection = sqlite3.connect(":memory:", cached_statements=0, check_same_thread=False)
        self._referrers: dict[str, set[str]] | None = None
        prepared(self.connection)
        with uncollected():
            self._load(framework, organisations)

    def changed(self, model: Model) -> Change:
        """Bring the database up to the model; only what differs is written."""
        edited = list(self._edited(model))
        header = _header(self.model, self.around.as_of) != _header(model, self.around.as_of)
        before_header = _header(self.model, self.around.as_of)
        self.model = model
        if not edited and not header:
            return Change()
        touched = self._touched(edited)
        around = self.around
        before = self._rows_of(touched)
        self._apply(edited)
        islands_now = self._islands(edited)
        carried = {each for each, island in islands_now.items() if around.islands.get(each, 0) != island} - touched
        before |= self._rows_of(carried)
        around.islands = islands_now
        after = self._rows_of(touched | carried)
        if header:
            before.add(("model", before_header))
            after.add(("model", _header(model, self.around.as_of)))
        ids = {thing.id for pair in edited for thing in pair if thing is not None}
        ends = {end for pair in edited for each in pair if isinstance(each, Relation) for end in (each.from_, each.to)}
        gone_rows, come_rows = before - after, after - before
        differing: dict[str, set[Row]] = {}
        for table, row in gone_rows | come_rows:
            differing.setdefault(table, set()).add(row)
        columns = self._write(gone_rows, come_rows)
        return Change(frozenset(ids | ends), columns, {table: frozenset(found) for table, found in differing.items()})

    # loading

    def _load(self, framework: Framework | None, organisations: Organisations | None) -> None:
        model, around, run = self.model, self.around, self.connection
        large = len(model.elements) + len(model.relations) > SMALL
        known = not large and organisations is None
        run.deserialize(ground(framework, around) if known else empty(bare=large))
        run.execute("BEGIN")
        for thing in _things(model):
            self.things[thing.id] = thing
        around.kinds = {each.id: each.kind for each in model.elements}
        around.zones = _zones(model.elements)
        around.islands = islands((each.id for each in model.elements), model.relations)
        placed = self._placed()
        if not known:
            for table, row in surrounding_rows(framework, around, organisations):
                placed[table].append(row)
        placed["depends"].sort()  # in the order of its key: nothing has to be moved for what comes later
        insert(run, placed)
        self._load_kinds()
        run.commit()
        if large:
            run.executescript(index_statements())

    def _placed(self) -> dict[str, list[Row]]:
        """Every row of the model, by its table; the tables of one kind come after."""
        model, around = self.model, self.around
        placed: dict[str, list[Row]] = {name: [] for name in TABLES}
        elements = placed["element"]
        for element in sorted(model.elements, key=lambda each: each.id):
            elements.append(rows.element_row(element, around))
            for table, row in rows.details(element, around):
                placed[table].append(row)
        relations = sorted(model.relations, key=lambda each: each.id)
        for table, row in (
            each for relation in relations for each in rows.relation_rows(relation, around, all_tables=False)
        ):
            placed[table].append(row)
        for table, row in (each for view in model.views for each in rows.view_rows(view)):
            placed[table].append(row)
        for table, row in (each for principle in model.principles for each in rows.principle_rows(principle)):
            placed[table].append(row)
        placed["model"].append(_header(model, around.as_of))
        return placed

    def _load_kinds(self) -> None:
        """The tables of one kind: what stands in `element`, filled by the database itself."""
        for table, kinds in KINDS_OF_TABLE.items():
            if table == "interface":
                offering = [each for each in self.model.elements if each.kind in kinds]
                found = [rows.interface_row(each, rows.element_row(each, self.around)) for each in offering]
                marks = ", ".join("?" * len(TABLES[table].columns))
                self.connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", found)  # noqa: S608
                continue
            marks = ", ".join("?" * len(kinds))
            statement = f"INSERT INTO {table} SELECT * FROM element WHERE kind IN ({marks})"  # noqa: S608
            self.connection.execute(statement, kinds)
        for table in sorted({each.kind for each in self.model.relations} & set(RELATION_KIND_TABLES) - {"access"}):
            columns = ", ".join(TABLES[table].names)
            statement = f"INSERT INTO {table} SELECT {columns} FROM relation WHERE kind = ?"  # noqa: S608
            self.connection.execute(statement, (table,))

    # keeping it up to date

    def _edited(self, model: Model) -> Iterator[tuple[Thing | None, Thing | None]]:
        """Each thing that is otherwise, as it was and as it is; None where it was or is not there."""
        replaced = _replaced(self.model, model)
        if replaced is not None:
            yield from ((old, new) for old, new in replaced if old != new)
            return
        left = dict(self.things)
        for thing in _things(model):
            old = left.pop(thing.id, None)
            if old is not thing and old != thing:
                yield old, thing
        yield from ((gone, None) for gone in left.values())

    def _islands(self, edited: Iterable[tuple[Thing | None, Thing | None]]) -> dict[str, int]:
        """The islands as they are since the edit: where it can be seen soon, from what it joined and parted."""
        model, before = self.model, self.around.islands
        starts = set(_joined_or_parted(edited))
        if not starts:
            return before
        sections = (model.principles, model.views, model.relations, model.elements)
        alone = len(self.things) == sum(len(each) for each in sections)  # no id stands twice
        kinds = self.around.kinds
        found = moved(before, starts, self._near, kinds.__contains__, LOOKED_AT) if alone else None
        if found is not None:
            now = {each: island for each, island in before.items() if each in kinds} | found
            sizes = Counter(now.values())
            if all(sizes[each] < sizes[0] for each in sizes if each):
                return now
        return islands((each.id for each in model.elements), model.relations)

    def _near(self, each: str) -> Iterator[str]:
        """What hangs together with it by a relation, or with the relation that it is."""
        referrers = self._referring()
        itself = self.things.get(each)
        if isinstance(itself, Relation):
            yield from (itself.from_, itself.to)
        for name in referrers.get(each, ()):
            relation = self.things.get(name)
            if isinstance(relation, Relation):
                yield relation.to if relation.from_ == each else relation.from_
                if referrers.get(relation.id):
                    yield relation.id

    def _touched(self, edited: Iterable[tuple[Thing | None, Thing | None]]) -> set[str]:
        """What is edited, and what else may give other rows for it: relations at its ends, elements that name it."""
        referrers = self._referring()
        touched: set[str] = set()
        for thing in (each for pair in edited for each in pair if each is not None):
            touched.add(thing.id)
            for name in _names(thing):
                touched |= referrers.get(name, set())
            if isinstance(thing, Element):
                touched |= set(thing.masters) & self.things.keys()
        return touched

    def _referring(self) -> dict[str, set[str]]:
        if self._referrers is None:
            self._referrers = {}
            for thing in self.things.values():
                for name in _named_by(thing):
                    self._referrers.setdefault(name, set()).add(thing.id)
        return self._referrers

    def _rows_of(self, ids: Iterable[str]) -> set[Placed]:
        found: set[Placed] = set()
        for each in ids:
            thing = self.things.get(each)
            if isinstance(thing, Element):
                found.update(rows.element_rows(thing, self.around))
            elif isinstance(thing, Relation):
                found.update(rows.relation_rows(thing, self.around))
            elif isinstance(thing, View):
                found.update(rows.view_rows(thing))
            elif isinstance(thing, Principle):
                found.update(rows.principle_rows(thing))
        return found

    def _apply(self, edited: Iterable[tuple[Thing | None, Thing | None]]) -> None:
        """Take the edits in."""
        referrers, around = self._referring(), self.around
        for old, new in edited:
            if old is not None:
                del self.things[old.id]
                around.kinds.pop(old.id, None)
                for name in _named_by(old):
                    referrers[name].discard(old.id)
            if new is not None:
                self.things[new.id] = new
                for name in _named_by(new):
                    referrers.setdefault(name, set()).add(new.id)
                if isinstance(new, Element):
                    around.kinds[new.id] = new.kind
        if any(isinstance(each, Element) and each.kind == ZONE for pair in edited for each in pair):
            around.zones = _zones(self.model.elements)

    def _write(self, gone: set[Placed], come: set[Placed]) -> dict[str, frozenset[str]]:
        """Write what differs; returns the columns that changed, by table."""
        changed: dict[str, set[str]] = {}
        keys = {table: _places(table) for table, _ in gone | come}
        new = {(table, _key(row, keys[table])): row for table, row in come}
        for table, row in gone:
            key = _key(row, keys[table])
            where = " AND ".join(f"{each} = ?" for each in TABLES[table].key)
            self.connection.execute(f"DELETE FROM {table} WHERE {where}", key)  # noqa: S608
            successor = new.get((table, key))
            changed.setdefault(table, set()).update(
                {ALL}
                if successor is None
                else (name for name, a, b in zip(TABLES[table].names, row, successor, strict=True) if a != b)
            )
        replaced = {(table, _key(row, keys[table])) for table, row in gone}
        for place, row in new.items():
            table = place[0]
            marks = ", ".join("?" * len(row))
            self.connection.execute(f"INSERT INTO {table} VALUES ({marks})", row)  # noqa: S608
            if place not in replaced:
                changed.setdefault(table, set()).add(ALL)
        self.connection.commit()
        return {table: frozenset(columns) for table, columns in changed.items()}


def load(
    model: Model,
    *,
    as_of: date,
    framework: Framework | None = None,
    shelf: Shelf | None = None,
    organisations: Organisations | None = None,
) -> Image:
    """The model as a database, with the framework it is held against, the catalogues and the agencies."""
    return Image(model, as_of=as_of, framework=framework, shelf=shelf, organisations=organisations)


def _replaced(before: Model, after: Model) -> list[tuple[Thing, Thing]] | None:
    """The things that others stand in the place of, where nothing came, went or moved; None where something did."""
    found: list[tuple[Thing, Thing]] = []
    for section in ("principles", "views", "relations", "elements"):
        old, new = getattr(before, section), getattr(after, section)
        if old is new:
            continue
        if len(old) != len(new):
            return None
        found += [pair for pair in zip(old, new, strict=True) if pair[0] is not pair[1]]
    return found if all(old.id == new.id for old, new in found) else None


def _joined_or_parted(edited: Iterable[tuple[Thing | None, Thing | None]]) -> Iterator[str]:
    """What an edit may bring to another island, or take from one."""
    for old, new in edited:
        if isinstance(old, Element) and isinstance(new, Element):
            continue
        if isinstance(old, Relation) and isinstance(new, Relation) and (old.from_, old.to) == (new.from_, new.to):
            continue
        for each in (old, new):
            if isinstance(each, Element | Relation):
                yield each.id
            if isinstance(each, Relation):
                yield from (each.from_, each.to)


def _things(model: Model) -> Iterator[Thing]:
    """Everything that has an id; elements last, so that they stand where an id stands twice."""
    yield from model.principles
    yield from model.views
    yield from model.relations
    yield from model.elements


def _header(model: Model, as_of: date) -> Row:
    name = rows.text(model.name)
    if isinstance(model, ArchitectureVersion):
        own = (model.title.vi, model.province, model.version, model.framework, model.effective_from.isoformat())
        return (model.identifier or "", *own, as_of.isoformat(), int(model.sample))
    return (model.identifier or "", name, None, None, None, None, as_of.isoformat(), 0)


def _zones(elements: Iterable[Element]) -> dict[str, str]:
    """The zone's element by what elements call it: its id, or its own code."""
    found: dict[str, str] = {}
    for zone in sorted((each for each in elements if each.kind == ZONE), key=lambda each: each.id):
        if zone.codes is not None and zone.codes.local:
            found.setdefault(zone.codes.local, zone.id)
    return found | {each.id: each.id for each in elements if each.kind == ZONE}


def _names(thing: Thing) -> Iterator[str]:
    """What others may call it by."""
    yield thing.id
    if isinstance(thing, Element) and thing.codes is not None and thing.codes.local:
        yield thing.codes.local


def _named_by(thing: Thing) -> Iterator[str]:
    """What it refers to."""
    if isinstance(thing, Relation):
        yield thing.from_
        yield thing.to
    elif isinstance(thing, Element):
        yield from thing.masters
        yield from thing.technology
        if thing.zone is not None:
            yield thing.zone
        if thing.interface is not None:
            yield thing.interface.system


def _places(table: str) -> tuple[int, ...]:
    names = TABLES[table].names
    return tuple(names.index(each) for each in TABLES[table].key)


def _key(row: Row, places: tuple[int, ...]) -> Row:
    return tuple(row[each] for each in places)
