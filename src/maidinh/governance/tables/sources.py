"""Where the rows of a model's tables come from: the sheets of a workbook or a CSV file, with their columns found.

Layer 4, governance.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from maidinh.governance.tables.columns import BY_KEY, TABLES, Column, Table
from maidinh.governance.tables.writing import all_columns
from maidinh.infrastructure.workbooks.cells import Row
from maidinh.infrastructure.workbooks.problems import Place, TableRefused
from maidinh.infrastructure.workbooks.reading import Workbook
from maidinh.infrastructure.workbooks.separated import csv_rows, is_separated

HEADING_ROWS = 10  # among the first so many rows the headings stand


@dataclass
class Source:
    """The rows of one table, below their headings; `unknown` are columns that nothing is read from."""

    table: Table
    sheet: str | None
    columns: dict[int, Column]
    rows: Iterator[Row]
    unknown: dict[int, str]


@contextmanager
def sources_of(path: Path, table: str | None = None) -> Iterator[list[Source]]:
    """The tables that a workbook (.xlsx) or CSV file holds. Raises TableRefused.

    A CSV file holds the table that is named, else the one its own name ends with: `…elements.csv`.
    """
    if is_separated(path):
        yield [_source(path, _table_of(path, table), None, csv_rows(path))]
        return
    with Workbook(path) as workbook:
        names = {_loosely(name): name for name in workbook.sheets}
        found = []
        for each in TABLES:
            name = names.get(_loosely(each.name)) or names.get(_loosely(each.key))
            if name is not None and table in (None, each.key):
                found.append(_source(path, each, name, workbook.rows(name)))
        if not found:
            wanted = ", ".join(f"“{each.name}”" for each in TABLES)
            there = ", ".join(workbook.sheets) or "none"
            raise TableRefused(Place(path, f"holds no table of a model: expected a sheet {wanted} (found: {there})"))
        yield found


def count_rows(path: Path) -> int | None:
    """About how many rows the file has, found out quickly; None when that can't be told."""
    if is_separated(path):
        with path.open("rb") as file:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    with Workbook(path) as workbook:
        names = {_loosely(each) for table in TABLES for each in (table.name, table.key)}
        return sum(workbook.count_rows(name) for name in workbook.sheets if _loosely(name) in names) or None


def _table_of(path: Path, named: str | None) -> Table:
    key = named or next((each for each in BY_KEY if path.stem.casefold().endswith(each)), "")
    if key not in BY_KEY:
        known = ", ".join(BY_KEY)
        raise TableRefused(Place(path, f"which table is this? Name it, or end the file's name with one of: {known}"))
    return BY_KEY[key]


def _source(path: Path, table: Table, sheet: str | None, rows: Iterator[Row]) -> Source:
    first = list(islice(rows, HEADING_ROWS))
    by_key = {each.key: each for each in all_columns(table)}
    by_heading = {_loosely(each.heading): each for each in all_columns(table)}
    for known, plain in ((by_key, str.strip), (by_heading, _loosely)):
        for n, row in enumerate(first):
            found = {column: known.get(plain(cell.text)) for column, cell in row.cells.items()}
            columns = {column: each for column, each in found.items() if each is not None}
            if any(each.key == "id" for each in columns.values()):
                twice = len({each.key for each in columns.values()}) < len(columns)
                if twice:
                    raise TableRefused(Place(path, "the same column stands twice", sheet, row.number))
                unknown = {column: row.cells[column].text for column in found if column not in columns}
                return Source(table, sheet, columns, chain(first[n + 1 :], rows), unknown)
    expected = "expected a row of headings with the column “id” (“Mã”)"
    raise TableRefused(Place(path, f"{expected} among the first {HEADING_ROWS} rows", sheet))


def _loosely(text: str) -> str:
    return " ".join(text.split()).casefold()
