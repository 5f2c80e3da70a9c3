"""What is wrong in a spreadsheet or CSV file, and where.

Layer 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from maidinh.infrastructure.workbooks.cells import column_letters


@dataclass(frozen=True)
class Place:
    """One problem with its place; what isn't known of the place is left out. Rows and columns count from 1."""

    file: Path
    text: str
    sheet: str | None = None
    row: int | None = None
    column: int | None = None

    @property
    def cell(self) -> str:
        """The cell as a spreadsheet names it: `C12`, `row 12`, `column C`, or nothing."""
        letters = column_letters(self.column) if self.column else ""
        if self.row and letters:
            return f"{letters}{self.row}"
        return f"row {self.row}" if self.row else f"column {letters}" if letters else ""

    def __str__(self) -> str:
        return ": ".join(part for part in (str(self.file), self.sheet, self.cell, self.text) if part)


class TableRefused(Exception):
    """A spreadsheet or CSV file can't be used; `problems` says where and why, all that were found."""

    def __init__(self, *problems: Place) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in problems))
