"""CSV files: UTF-8 with or without a byte order mark, `;`, `,` or tab between the fields; read row by row and written.

Layer 7.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from maidinh.infrastructure.workbooks.archive import FILE_LIMIT
from maidinh.infrastructure.workbooks.cells import Cell, Row, guarded, unguarded
from maidinh.infrastructure.workbooks.problems import Place, TableRefused
from maidinh.infrastructure.workbooks.sheet import COLUMN_LIMIT, ROW_LIMIT, TEXT_LIMIT

DELIMITERS = ",;\t"
CHUNK = 65_536  # bytes
ARCHIVE = b"PK\x03\x04"  # how every workbook begins
REMEDY = "save it as “CSV UTF-8 (comma delimited)”"


def is_separated(path: Path) -> bool:
    """Whether the file is to be read as CSV: told by what it holds; what holds no archive but is called one is none."""
    with path.open("rb") as file:
        archive = file.read(len(ARCHIVE)) == ARCHIVE
    return not archive and path.suffix.lower() not in (".xlsx", ".xlsm")


def csv_rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV file that hold something, numbered as a spreadsheet program shows them. Raises TableRefused."""
    size = path.stat().st_size
    if size > FILE_LIMIT:
        raise TableRefused(Place(path, f"has {size} bytes, more than the {FILE_LIMIT} that are read: split it"))
    csv.field_size_limit(TEXT_LIMIT)
    lines = _lines(path)
    first = next(lines, "")
    number = 0
    try:
        for fields in csv.reader(_first_and(first, lines), delimiter=_delimiter(first), strict=True):
            number += 1
            if number > ROW_LIMIT:
                raise TableRefused(Place(path, f"there are more than the {ROW_LIMIT} rows that are read", row=number))
            if len(fields) > COLUMN_LIMIT:
                raise TableRefused(Place(path, f"goes beyond the {COLUMN_LIMIT} columns that are read", row=number))
            cells = {column: Cell(unguarded(text)) for column, text in enumerate(fields, 1) if text}
            if cells:
                yield Row(number, cells)
    except csv.Error as error:
        raise TableRefused(Place(path, f"can't be read as CSV: {error}", row=number + 1)) from None


def csv_bytes(rows: Iterable[Iterable[str]], delimiter: str = ",") -> bytes:
    """Rows as a CSV file with a byte order mark, so that spreadsheet programs read it as UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    for row in rows:
        writer.writerow([guarded(text) for text in row])
    return codecs.BOM_UTF8 + out.getvalue().encode("utf-8")


def _lines(path: Path) -> Iterator[str]:
    """The lines with their ends, as long as they are bearable; what isn't UTF-8 is told with its line."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    rest, number = "", 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                rest += decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                at = number + 1 + chunk[: max(0, error.start)].count(b"\n")
                raise TableRefused(Place(path, f"isn't UTF-8 in or after line {at}: {REMEDY}")) from None
            *whole, rest = rest.split("\n") if chunk else [*rest.split("\n"), ""]
            if not chunk and whole and not whole[-1]:
                whole.pop()
            for line in whole[:-1] if not chunk else whole:
                number += 1
                yield f"{line}\n"
            if not chunk:
                if whole:
                    yield whole[-1]
                return
            if len(rest) > 2 * TEXT_LIMIT:
                raise TableRefused(Place(path, f"line {number + 1} is longer than any honest one"))


def _first_and(first: str, lines: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from lines


def _delimiter(first: str) -> str:
    """The sign that stands most often between fields in the first line."""
    outside = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=outside.count)
