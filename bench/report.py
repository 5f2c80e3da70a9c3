"""What a bench found: one row for each thing measured, ours beside the peer's, and whether the bound is reached."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median

RUNS = 5


@dataclass(frozen=True)
class Row:
    """One thing measured. `ours` and `peer` are all the runs; less is better."""

    bench: str
    what: str
    unit: str
    ours: list[float]
    peer: list[float] | None
    peer_name: str | None
    bound: float | None
    note: str

    @property
    def reached(self) -> bool | None:
        """Whether the median is within the bound; None without one."""
        return None if self.bound is None else median(self.ours) <= self.bound

    @property
    def ratio(self) -> float | None:
        """How many times the peer's median is ours."""
        if not self.peer or not median(self.ours):
            return None
        return median(self.peer) / median(self.ours)


class Report:
    """The rows of a run; each is printed when it is known."""

    def __init__(self, *, as_json: bool = False, quick: bool = False) -> None:
        self.as_json = as_json
        self.quick = quick
        self.runs = 1 if quick else RUNS
        self.bench = ""
        self.rows: list[Row] = []
        if not as_json:
            where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
            print(f"{where}; median of {self.runs} (least-most)")

    def row(
        self,
        what: str,
        ours: float | Sequence[float],
        *,
        unit: str = "s",
        peer: float | Sequence[float] | None = None,
        peer_name: str | None = None,
        bound: float | None = None,
        note: str = "",
    ) -> None:
        """Add what was measured."""
        row = Row(self.bench, what, unit, _runs(ours) or [], _runs(peer), peer_name, bound, note)
        self.rows.append(row)
        if not self.as_json:
            print(_line(row), flush=True)

    def say(self, text: str) -> None:
        """Something that is no row, for people: standard error, so that the JSON stays whole."""
        print(f"{self.bench}: {text}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Print the rows for machines, if they were asked for."""
        if self.as_json:
            print(
                json.dumps([asdict(row) | {"ratio": row.ratio, "reached": row.reached} for row in self.rows], indent=1)
            )

    @property
    def reached(self) -> bool:
        """Whether no bound is missed."""
        # One run of a part tells no time and no share of what is found; the whole bench does.
        counted = (row for row in self.rows if not (self.quick and row.unit in ("s", "ms", "%")))
        return all(row.reached is not False for row in counted)


def _runs(value: float | Sequence[float] | None) -> list[float] | None:
    if value is None:
        return None
    return [float(each) for each in value] if isinstance(value, Sequence) else [float(value)]


def _figure(runs: list[float], unit: str) -> str:
    digits = 2 if unit in ("s", "ms") or unit.startswith("%") else 0
    middle = f"{median(runs):,.{digits}f} {unit}"
    return middle if len(runs) == 1 else f"{middle} ({min(runs):,.{digits}f}-{max(runs):,.{digits}f})"


def _line(row: Row) -> str:
    parts = [f"{row.bench:<12} {row.what:<44} {_figure(row.ours, row.unit):<26}"]
    if row.peer:
        times = f", {row.ratio:.1f} times ours" if row.ratio else ""
        parts.append(f"{row.peer_name or 'peer'} {_figure(row.peer, row.unit)}{times}")
    if row.bound is not None:
        parts.append(f"bound {row.bound:,g} {row.unit}: {'reached' if row.reached else 'MISSED'}")
    if row.note:
        parts.append(row.note)
    return "; ".join(part.rstrip() for part in parts)
