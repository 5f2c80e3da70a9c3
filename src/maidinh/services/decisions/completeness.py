"""Whether a decision table has a row for everything that can be, and no two that differ: a proof. Pure.

Layer 4. Every column is cut where one of its cells begins or ends; between two cuts no cell can tell values apart, so
one value stands for all of them. Regions are followed column by column, those with the same rows together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import floor

from maidinh.services.decisions.conditions import (
    Among,
    AnyOf,
    Anything,
    Interval,
    Literal,
    Not,
    Test,
    holds,
    parse_cell,
)
from maidinh.services.decisions.definition import DecisionTable, Input

OTHER = "\x00other"  # a text that no cell names
DAY = timedelta(days=1)
MOST_CASES = 20_000  # that one table may tell apart; the largest honest one has some hundred
MOST_CELLS = 500_000  # looked at to tell them apart


class TooManyCases(ValueError):
    """The table tells more cases apart than can be looked at one by one."""


@dataclass(frozen=True)
class Region:
    """Values of each column that every row takes alike: a value that stands for them, and them in words."""

    example: dict[str, Literal | None]
    words: dict[str, str]


@dataclass(frozen=True)
class Gap:
    """No row applies in this region."""

    region: Region


@dataclass(frozen=True)
class Overlap:
    """Several rows, numbered from 1, apply in this region and may not."""

    rows: tuple[int, ...]
    region: Region


@dataclass(frozen=True)
class _Part:
    example: Literal | None
    words: str


_NOTHING = _Part(None, "∅")


def gaps_and_overlaps(table: DecisionTable, unknown: Collection[str] = ()) -> list[Gap | Overlap]:
    """What is missing from the table and what contradicts itself, each pair of rows once.

    Policies that collect may leave gaps, and only `unique` and `any` forbid overlaps (`any` those that differ).
    `unknown` are the columns of which a dossier may have nothing; that passes nothing but `-`.
    """
    parts = [_parts(column, table) + [_NOTHING] * (column.id in unknown) for column in table.inputs]
    tests = [[parse_cell(row.when.get(column.id, "-")) for column in table.inputs] for row in table.rows]
    found: list[Gap | Overlap] = []
    told: set[tuple[int, ...]] = set()
    if sum(map(len, parts)) * len(table.rows) > MOST_CELLS:
        raise TooManyCases(table.id)
    regions = _regions(table.inputs, parts, tests, tuple(range(len(table.rows))))
    for count, (region, rows) in enumerate(regions):
        if count >= MOST_CASES:
            raise TooManyCases(table.id)
        if not rows and not table.hit_policy.startswith("collect"):
            found.append(Gap(region))
        elif len(rows) > 1 and _forbidden(table, rows) and rows not in told:
            told.add(rows)
            found.append(Overlap(tuple(row + 1 for row in rows), region))
    return found


def _forbidden(table: DecisionTable, rows: tuple[int, ...]) -> bool:
    if table.hit_policy == "any":
        return any(table.rows[row].then != table.rows[rows[0]].then for row in rows)
    return table.hit_policy == "unique"


def _regions(
    columns: Sequence[Input], parts: Sequence[list[_Part]], tests: list[list[Test]], rows: tuple[int, ...], at: int = 0
) -> Iterator[tuple[Region, tuple[int, ...]]]:
    if at == len(columns) or not rows:
        yield Region({}, {}), rows
        return
    alike: dict[tuple[int, ...], list[_Part]] = {}
    for part in parts[at]:
        left = tuple(row for row in rows if holds(tests[row][at], part.example))
        alike.setdefault(left, []).append(part)
    name = columns[at].id
    for left, same in alike.items():
        words = ", ".join(part.words for part in same)
        for region, applying in _regions(columns, parts, tests, left, at + 1):
            yield (
                Region({name: same[0].example, **region.example}, {name: words, **region.words}),
                applying,
            )


def _parts(column: Input, table: DecisionTable) -> list[_Part]:
    """The column's values, cut so that no cell tells values of one part apart."""
    cells = [parse_cell(row.when[column.id]) for row in table.rows if column.id in row.when]
    if column.kind == "yes_no":
        return [_Part(True, "true"), _Part(False, "false")]
    if column.kind == "choice":
        return [_Part(option, option) for option in column.options]
    if column.kind == "text":
        named = sorted({str(value) for cell in cells for value in _values(cell)})
        return [*(_Part(value, value) for value in named), _Part(OTHER, "-")]
    if column.kind == "date":
        return _cut_days(sorted({cut for cell in cells for cut in _cuts(cell) if isinstance(cut, date)}))
    cuts = {cut for cell in cells for cut in _cuts(cell) if isinstance(cut, Decimal)}
    return _cut_numbers(sorted(cuts), column)


def _cut_numbers(cuts: list[Decimal], column: Input) -> list[_Part]:
    lowest = None if column.minimum is None else Decimal(str(column.minimum))
    highest = None if column.maximum is None else Decimal(str(column.maximum))
    ends = sorted({*cuts, *(end for end in (lowest, highest) if end is not None)})
    parts: list[_Part] = []
    for below, above in zip([None, *ends], [*ends, None], strict=True):
        example = _between(below, above, column.whole)
        if example is not None and _inside(example, lowest, highest):
            words = f"({below}..{above})" if below is not None and above is not None else _open_words(below, above)
            parts.append(_Part(example, words))
        fits = not column.whole or (above is not None and above == above.to_integral_value())
        if above is not None and fits and _inside(above, lowest, highest):
            parts.append(_Part(above, str(above)))
    return parts


def _between(below: Decimal | None, above: Decimal | None, whole: bool) -> Decimal | None:
    """A number strictly between the two, a whole one where only those count; None when there is none."""
    if whole:
        candidate = Decimal(0) if below is None and above is None else None
        if below is not None:
            candidate = Decimal(floor(below) + 1)
        elif above is not None:
            candidate = Decimal(-floor(-above) - 1)
        return candidate if candidate is not None and (above is None or candidate < above) else None
    if below is None:
        return Decimal(0) if above is None else above - 1
    return below + 1 if above is None else (below + above) / 2


def _inside(value: Decimal, lowest: Decimal | None, highest: Decimal | None) -> bool:
    return (lowest is None or value >= lowest) and (highest is None or value <= highest)


def _open_words(below: Decimal | date | None, above: Decimal | date | None) -> str:
    if below is None:
        return "-" if above is None else f"< {above}"
    return f"> {below}"


def _cut_days(cuts: list[date]) -> list[_Part]:
    if not cuts:
        return [_Part(date(2000, 1, 1), "-")]
    parts = [_Part(cuts[0] - DAY, f"< {cuts[0]}")] if cuts[0] > date.min else []
    for cut, following in zip(cuts, [*cuts[1:], None], strict=True):
        parts.append(_Part(cut, str(cut)))
        if cut == date.max:
            continue
        if following is None:
            parts.append(_Part(cut + DAY, f"> {cut}"))
        elif cut + DAY < following:
            parts.append(_Part(cut + DAY, f"({cut}..{following})"))
    return parts


def _cuts(test: Test) -> Iterator[Literal]:
    match test:
        case Interval():
            yield from (end for end in (test.low, test.high) if end is not None)
        case Among():
            yield from test.values
        case Not():
            yield from _cuts(test.test)
        case AnyOf():
            for each in test.tests:
                yield from _cuts(each)
        case Anything():
            pass


def _values(test: Test) -> Iterator[Literal]:
    yield from _cuts(test)
