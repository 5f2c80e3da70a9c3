"""Why a file of another tool can't be taken in: file, line, place and what to do, all problems at once.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SHOWN = 200  # problems named in the message; all of them stand in `problems`


@dataclass(frozen=True)
class Place:
    """One thing that is wrong in one file. Line 0 is the file as a whole; `place` is most often an identifier."""

    file: Path
    line: int
    place: str
    text: str

    def __str__(self) -> str:
        place = f" {self.place}:" if self.place else ""
        return f"{self.file}:{self.line}:{place} {self.text}"


class FileRefused(Exception):
    """A file is not taken in, and nothing of it is; `problems` says where and why."""

    def __init__(self, problems: Iterable[Place]) -> None:
        self.problems = list(problems)
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"... and {len(self.problems) - SHOWN} more")
        super().__init__("\n".join(lines))
