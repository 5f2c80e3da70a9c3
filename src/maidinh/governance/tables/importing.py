"""Reading a spreadsheet or CSV file onto a model: row by row, with every problem at its place, and never half applied.

Layer 4, governance. What the file doesn't hold stays as it is. A reading that was interrupted can go on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from maidinh.governance.modelling.definition import Model
from maidinh.governance.tables.applying import apply_changes
from maidinh.governance.tables.changes import Baseline, Change, RowProblem, change_of
from maidinh.governance.tables.checkpoint import Checkpoint, Progress
from maidinh.governance.tables.columns import BY_KEY
from maidinh.governance.tables.sources import Source, count_rows, sources_of
from maidinh.infrastructure.workbooks.problems import Place

STRETCH = 500  # rows between two notes of a checkpoint


@dataclass
class Import:
    """What a reading gave: the model (the base when nothing was applied), the problems, and what changed.

    `unread` are columns that nothing was read from.
    """

    model: Model
    problems: list[Place] = field(default_factory=list)
    unread: list[Place] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    removed: int = 0
    applied: bool = True


def read_tables(
    path: Path,
    base: Model,
    *,
    table: str | None = None,
    partly: bool = False,
    told: Callable[[int, int | None], None] | None = None,
    checkpoint: Path | None = None,
) -> Import:
    """The base with what a workbook or CSV file changes. Raises TableRefused when the file can't be read.

    With any problem nothing is applied, unless `partly` asks for the rows without one. `told` hears how many rows were
    looked at, and of how many. With a `checkpoint` the reading goes on where an earlier one stopped.
    """
    baseline = Baseline(base)
    note = Checkpoint(checkpoint, path, base) if checkpoint else None
    progress = note.read() if note else Progress()
    total = count_rows(path)
    places: dict[str, tuple[str | None, dict[str, int]]] = {}
    unread: list[Place] = []
    with sources_of(path, table) as sources:
        for source in sources:
            places[source.table.key] = (source.sheet, {each.key: at for at, each in source.columns.items()})
            unread += [
                Place(path, f"the column {name!r} isn't known; nothing was read from it", source.sheet, None, at)
                for at, name in source.unknown.items()
            ]
            _read_source(source, baseline, progress, note, lambda done: told(done, total) if told else None)
    kept, late = apply_changes(baseline, progress.changes)
    problems = _placed(path, places, [*progress.problems, *late])
    if note:
        note.done()
    if problems and not partly:
        return Import(base, problems, unread, applied=False)
    result = Import(kept.model, problems, unread)
    result.added = sum(each.new for each in kept.changes)
    result.removed = sum(each.remove for each in kept.changes)
    result.changed = len(kept.changes) - result.added - result.removed
    return result


def _read_source(
    source: Source,
    baseline: Baseline,
    progress: Progress,
    note: Checkpoint | None,
    told: Callable[[int], None],
) -> None:
    key = source.table.key
    begin = progress.done.get(key, 0)
    changes: list[Change] = []
    problems: list[RowProblem] = []
    first: dict[str, int] = {}
    rows, last = 0, begin
    identity = next(at for at, each in source.columns.items() if each.key == "id")

    def pause() -> None:
        nonlocal changes, problems, rows
        progress.changes += changes
        progress.problems += problems
        progress.rows += rows
        progress.done[key] = last
        if note and rows:
            note.add(key, last, rows, changes, problems)
        changes, problems, rows = [], [], 0
        told(progress.rows)

    for row in source.rows:
        identifier = row.text(identity).strip()
        earlier = first.setdefault(identifier, row.number) if identifier else row.number
        if row.number <= begin:
            continue
        if earlier != row.number:
            problems.append(RowProblem(key, row.number, "id", f"{identifier} stands in row {earlier} already"))
        else:
            for found in change_of(baseline, source.table, source.columns, row):
                (changes if isinstance(found, Change) else problems).append(found)  # type: ignore[arg-type]
        last, rows = row.number, rows + 1
        if rows >= STRETCH:
            pause()
    pause()


def _placed(
    path: Path, places: dict[str, tuple[str | None, dict[str, int]]], problems: Iterable[RowProblem]
) -> list[Place]:
    order = list(BY_KEY)
    found = []
    for each in sorted(problems, key=lambda p: (order.index(p.table), p.row)):
        sheet, columns = places[each.table]
        found.append(Place(path, each.text, sheet, each.row, columns.get(each.key or "")))
    return found
