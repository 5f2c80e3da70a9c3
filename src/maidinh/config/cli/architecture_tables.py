"""Spreadsheets, CSV and the national data set on the command line: which of them a file is, and the way in and out.

Layer 0, config. Works on files alone; no database.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from maidinh.config.cli.architecture_files import write_whole
from maidinh.config.texts import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from maidinh.governance.modelling.definition import Model
    from maidinh.infrastructure.organisations.definition import Organisations


@dataclass
class Read:
    """What came of reading a spreadsheet, a CSV file or a national data set onto a model."""

    format: str
    model: Model
    added: int = 0
    changed: int = 0
    removed: int = 0
    notes: list[str] = field(default_factory=list)


def read_table_file(
    file: Path, base: Model | None, province: str | None, table: str | None, resume: Path | None, *, quiet: bool
) -> Read:
    """The base with what the file says. Raises TableRefused or DataSetRefused, naming every cell that is wrong."""
    from maidinh.config.cli.architecture_nas import import_nas
    from maidinh.governance.modelling.definition import Model

    began = base if base is not None else Model()
    if _is_data_set(file):
        model, kept = import_nas(file, began, _organisations(began, province))
        before = {each.id for each in began.elements}
        after = {each.id for each in model.elements}
        notes = [f"{say('not named in the file, kept')}: {each}" for each in kept]
        return Read("nas", model, len(after - before), 0, len(before - after), notes)
    return _read_tables(file, began, table, resume, quiet)


def _read_tables(file: Path, base: Model, table: str | None, resume: Path | None, quiet: bool) -> Read:
    from maidinh.governance.tables.importing import read_tables
    from maidinh.infrastructure.workbooks.problems import TableRefused
    from maidinh.infrastructure.workbooks.separated import is_separated

    with _progress(quiet) as told:
        found = read_tables(file, base, table=table, told=told, checkpoint=resume)
    if found.problems:
        raise TableRefused(*found.problems)
    notes = [f"{say('nothing is read from this column')}: {each.text}" for each in found.unread]
    return Read("csv" if is_separated(file) else "xlsx", found.model, found.added, found.changed, found.removed, notes)


def write_csv_folder(model: Model, folder: Path) -> list[Path]:
    """A CSV file for each table of the model in this folder; it is made if it isn't there."""
    from maidinh.governance.tables.writing import write_csv

    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder}: {say('this is a file: name a folder, CSV has a file for each table')}")
    folder.mkdir(exist_ok=True)
    files = {folder / name: content for name, content in write_csv(model).items()}
    for path, content in files.items():
        write_whole(path, content)
    return sorted(files)


def write_data_set_file(model: Model, output: Path, template: Path | None, province: str | None) -> list[str]:
    """Write the national data set of the model; what to know of it, a line each. Raises TableRefused."""
    from maidinh.config.cli.architecture_nas import export_nas

    content, report = export_nas(model, _organisations(model, province), template)
    write_whole(output, content)
    return report


def _is_data_set(file: Path) -> bool:
    """Whether the workbook holds a sheet of a national data set."""
    from maidinh.config.cli.architecture_nas import structure_and_commune_model
    from maidinh.infrastructure.workbooks.reading import Workbook
    from maidinh.infrastructure.workbooks.separated import is_separated

    if is_separated(file):
        return False
    structure, _ = structure_and_commune_model(None, None)
    with Workbook(file) as workbook:
        return any(sheet.key in workbook.sheets for sheet in structure.sheets)


def _organisations(model: Model, province: str | None) -> Organisations | None:
    """The agencies of the province that was named, else of the model's own; None for a model of no province."""
    from maidinh.infrastructure.definitions.locating import province_root
    from maidinh.infrastructure.organisations.reading import read_organisations

    name = province or getattr(model, "province", None)
    if name is None:
        return None
    try:
        return read_organisations(province_root(name, None))
    except FileNotFoundError:
        if province is not None:
            raise
        return None


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[int, int | None], None] | None]:
    """A bar on standard error that hears how many rows were looked at; none for machines."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(say("Rows"), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
