"""A database with what a model is held against in it, and nothing of the model yet.

Layer 4, governance. Pure.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache

from maidinh.governance.architecture.frameworks import Entry, Framework
from maidinh.governance.modelling.catalogues import Shelf
from maidinh.governance.querying.rows import Placed, Row, Surroundings
from maidinh.governance.querying.schema import TABLES, index_statements, statements
from maidinh.infrastructure.definitions.folding import fold
from maidinh.infrastructure.organisations.definition import Organisations

PAGE = 8192  # bytes
GROUNDS = 8  # databases with nothing but a framework and catalogues in them, that are kept
# by their identity: what is kept here keeps its place in memory
_GROUNDS: dict[tuple[int, int, date], tuple[Framework | None, Shelf, bytes]] = {}


@cache
def empty(*, bare: bool) -> bytes:
    """All tables with nothing in them, and their indexes unless bare: to make them takes longer than to fill them."""
    with sqlite3.connect(":memory:") as connection:
        connection.executescript(
            f"PRAGMA page_size={PAGE}; {statements()}" if bare else f"{statements()} {index_statements()}"
        )
        return connection.serialize()


def ground(framework: Framework | None, around: Surroundings) -> bytes:
    """All tables with what small models are held against in them: many are held against the same."""
    key = (id(framework), id(around.shelf), around.as_of)
    if key not in _GROUNDS:
        with sqlite3.connect(":memory:") as connection:
            connection.deserialize(empty(bare=False))
            placed: dict[str, list[Row]] = {}
            for table, row in surrounding_rows(framework, around, None):
                placed.setdefault(table, []).append(row)
            insert(connection, placed)
            connection.commit()
            _GROUNDS[key] = (framework, around.shelf, connection.serialize())
        while len(_GROUNDS) > GROUNDS:
            del _GROUNDS[next(iter(_GROUNDS))]
    return _GROUNDS[key][2]


def insert(connection: sqlite3.Connection, placed: Mapping[str, list[Row]]) -> None:
    """Put rows into their tables; of two with one key the later stays."""
    for table, found in placed.items():
        if found:
            marks = ", ".join("?" * len(TABLES[table].columns))
            connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", found)  # noqa: S608


def surrounding_rows(
    framework: Framework | None, around: Surroundings, organisations: Organisations | None
) -> Iterator[Placed]:
    """The rows of the framework, the catalogues and the agencies."""
    if framework is not None:
        yield from _framework_rows(framework)
    for model, items in around.shelf.items.items():
        for key, item in items.items():
            yield "code", (model, key, item.name.vi if item.name else None)
    for product in around.shelf.products.values():
        days = product.dates
        yield "product", (
            product.id, product.name.vi, product.stage_at(around.as_of),
            *((None if days is None or day is None else day.isoformat())
              for day in ((days.adopt, days.keep, days.retire) if days else (None, None, None))),
            product.places[0].category if product.places else None, ",".join(product.replaced_by) or None,
        )  # fmt: skip
    for zone in around.shelf.zones:
        yield "known_zone", (zone,)
    for agency in organisations.agencies if organisations else ():
        yield "known_agency", (agency.code, agency.name.vi)


def _framework_rows(framework: Framework) -> Iterator[Placed]:
    valid_to = framework.valid_to.isoformat() if framework.valid_to else None
    told = (framework.id, framework.name, framework.legal, framework.valid_from.isoformat(), valid_to)
    yield "framework", told
    for each in framework.components:
        if each.id:
            yield "component", (each.id, each.vi, each.en, each.layer, each.tier, int(each.optional), _folded(each))
    for number, each in enumerate(_all(framework.principles)):
        yield "framework_principle", (_entry(each, number), each.vi, each.en, each.group)
    for number, each in enumerate(_all(framework.shared_components)):
        yield "shared_component", (_entry(each, number), each.vi, each.en, _folded(each))
    for number, each in enumerate(_all(framework.national_platforms)):
        yield "national_platform", (_entry(each, number), each.vi, each.en, each.owner, _folded(each))


def _all(entries: Iterable[Entry]) -> Iterator[Entry]:
    for each in entries:
        yield each
        yield from _all(each.children)


def _entry(entry: Entry, number: int) -> str:
    return entry.id or entry.code or f"{number + 1}"


def _folded(entry: Entry) -> str:
    return fold(entry.vi or entry.en or "")
