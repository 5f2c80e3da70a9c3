"""What a decision table decides for the facts at hand. Pure.

Layer 4. Meaning of the hit policies: DMN 1.5, section 8.2.11. Every answer says which rows it came from, so that a
fee or a term can be shown with its article.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from maidinh.services.decisions.conditions import condition_holds
from maidinh.services.decisions.definition import DecisionTable, Row, Value


@dataclass(frozen=True)
class Decision:
    """What was decided: one set of outputs, or several where the policy collects; and the rows, numbered from 1."""

    outputs: tuple[dict[str, Value], ...]
    rows: tuple[int, ...]

    @property
    def output(self) -> dict[str, Value]:
        """The one set of outputs; ValueError where there are several."""
        if len(self.outputs) != 1:
            raise ValueError(f"the table decided {len(self.outputs)} times, not once")
        return self.outputs[0]


class Undecided(ValueError):
    """No row applies to these facts."""


class Contradiction(ValueError):
    """Rows that must not apply together do; `rows` names them."""

    def __init__(self, table: str, rows: tuple[int, ...]) -> None:
        self.rows = rows
        super().__init__(f"table {table}: rows {', '.join(map(str, rows))} apply at once and differ")


def decide(table: DecisionTable, facts: Mapping[str, Any]) -> Decision:
    """What the table decides. Raises Undecided, Contradiction."""
    hits = [(number, row) for number, row in enumerate(table.rows, 1) if condition_holds(row.when, facts)]
    numbers = tuple(number for number, _ in hits)
    if table.hit_policy.startswith("collect"):
        return _collected(table, hits, numbers)
    if not hits:
        raise Undecided(f"table {table.id}: no row applies")
    if table.hit_policy in ("unique", "any"):
        if len(hits) > 1 and (table.hit_policy == "unique" or any(row.then != hits[0][1].then for _, row in hits)):
            raise Contradiction(table.id, numbers)
        return _of(hits[:1])
    if table.hit_policy in ("priority", "output_order"):
        hits = sorted(hits, key=lambda hit: _rank(table, hit[1]))
    return _of(hits if table.hit_policy in ("rule_order", "output_order") else hits[:1])


def _of(hits: list[tuple[int, Row]]) -> Decision:
    return Decision(tuple(dict(row.then) for _, row in hits), tuple(number for number, _ in hits))


def _rank(table: DecisionTable, row: Row) -> tuple[int, ...]:
    return tuple(
        output.options.index(str(row.then[output.id])) if output.options else 0 for output in table.outputs
    )  # fmt: skip


def _collected(table: DecisionTable, hits: list[tuple[int, Row]], numbers: tuple[int, ...]) -> Decision:
    if table.hit_policy == "collect":
        return _of(hits)
    name = table.outputs[0].id
    if table.hit_policy == "collect_count":
        return Decision(({name: len(hits)},), numbers)
    if not hits:
        raise Undecided(f"table {table.id}: no row applies")
    values = [Decimal(str(row.then[name])) for _, row in hits]
    total = {"collect_sum": sum, "collect_min": min, "collect_max": max}[table.hit_policy](values)
    exact = Decimal(total)
    return Decision(({name: int(exact) if exact == exact.to_integral_value() else float(exact)},), numbers)
