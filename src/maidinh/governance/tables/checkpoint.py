"""How far the reading of a large table came: which rows were looked at, and what they change. Kept beside the file.

Layer 4, governance. It holds for one file read onto one model; for another it begins anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from maidinh.governance.modelling.definition import Model
from maidinh.governance.tables.changes import Change, RowProblem
from maidinh.infrastructure.definitions.hashing import content_hash

VERSION = 1


@dataclass
class Progress:
    """What was found in the rows that were looked at; `rows` of them, the last one of each table."""

    changes: list[Change] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    rows: int = 0


class Checkpoint:
    """A file of one JSON document a line: what it is about, then what each stretch of rows gave."""

    def __init__(self, path: Path, table_file: Path, model: Model) -> None:
        self.path = path
        self.about = {"version": VERSION, "file": _hash(table_file), "model": content_hash(model)}

    def read(self) -> Progress:
        """How far it came; nothing when there is none or it is about something else. A torn last line doesn't count."""
        progress = Progress()
        lines = self._lines()
        if not lines or lines[0] != self.about:
            self.path.unlink(missing_ok=True)
            return progress
        for line in lines[1:]:
            progress.changes += [Change(**each) for each in line["changes"]]
            progress.problems += [RowProblem(**each) for each in line["problems"]]
            progress.done[line["table"]] = line["row"]
            progress.rows += line["rows"]
        return progress

    def add(self, table: str, row: int, rows: int, changes: list[Change], problems: list[RowProblem]) -> None:
        """Note a stretch of rows that were looked at, up to this one of this table."""
        line = {
            "table": table,
            "row": row,
            "rows": rows,
            "changes": [each.as_json() for each in changes],
            "problems": [asdict(each) for each in problems],
        }
        fresh = not self.path.exists()
        with self.path.open("a", encoding="utf-8") as file:
            if fresh:
                file.write(json.dumps(self.about) + "\n")
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def done(self) -> None:
        """It isn't needed any more."""
        self.path.unlink(missing_ok=True)

    def _lines(self) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        content = self.path.read_bytes()
        whole, _, torn = content.rpartition(b"\n")
        if torn:
            self.path.write_bytes(whole + b"\n" if whole else b"")
        return [json.loads(line) for line in whole.splitlines()]


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
