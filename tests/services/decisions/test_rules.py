"""What tables decide: hit policies, unknown facts, money."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from maidinh.services.decisions.conditions import condition_holds, holds, parse_cell
from maidinh.services.decisions.definition import DecisionTable
from maidinh.services.decisions.rules import Contradiction, Undecided, decide

BASIS = {"text": "Nghị quyết mẫu", "checked": False}


def table(policy: str = "unique", rows: list[dict[str, Any]] | None = None, **output: Any) -> DecisionTable:
    return DecisionTable.model_validate(
        {
            "id": "fees",
            "name": {"vi": "Lệ phí"},
            "hit_policy": policy,
            "inputs": [
                {"id": "work", "name": {"vi": "Loại"}, "kind": "choice", "options": ["house", "shop"]},
                {"id": "storeys", "name": {"vi": "Số tầng"}, "kind": "number", "minimum": 1},
            ],
            "outputs": [{"id": "amount", "name": {"vi": "Mức"}, "kind": "money", **output}],
            "rows": rows
            or [
                {"when": {"work": "house", "storeys": "< 3"}, "then": {"amount": 50000}, "basis": BASIS},
                {"when": {"work": "house", "storeys": ">= 3"}, "then": {"amount": 75000}, "basis": BASIS},
                {"when": {"work": "shop"}, "then": {"amount": 100000}, "basis": BASIS},
            ],
        }
    )


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("-", None, True),
        ("-", 3, True),
        ("house", "house", True),
        ("house", "shop", False),
        ("house", None, False),
        (3, 3, True),
        (3, 3.0, True),
        (3, "3", False),
        (True, True, True),
        (True, 1, False),
        (["house", "shop"], "shop", True),
        (["< 3", 7], 7, True),
        (["< 3", 7], 5, False),
        (">= 3", 3, True),
        ("> 3", 3, False),
        ("[3..5)", 5, False),
        ("[3..5]", 5, True),
        ("]3..5]", 3, False),
        ("(3..5]", 3.01, True),
        ("not(house)", "shop", True),
        ("not(1, 2)", 2, False),
        ("not(house)", None, False),
        (">= 2026-07-01", "2026-07-01", True),
        (">= 2026-07-01", "2026-06-30", False),
        (">= 2026-07-01", 5, False),
    ],
)
def test_cells_hold_as_in_dmn(cell: Any, value: Any, expected: bool) -> None:
    assert holds(parse_cell(cell), value) is expected


@pytest.mark.parametrize("cell", [">= many", "[5..3]", "[1..2026-01-01]", "<", "(3..", []])
def test_a_cell_that_is_no_test_is_refused(cell: Any) -> None:
    with pytest.raises(ValueError, match=r"expected|end|anything"):
        parse_cell(cell)


def test_a_condition_holds_only_as_a_whole() -> None:
    assert condition_holds({"work": "house", "storeys": "< 3"}, {"work": "house", "storeys": 2})
    assert not condition_holds({"work": "house", "storeys": "< 3"}, {"work": "house"})


@pytest.mark.parametrize(
    ("facts", "amount", "row"),
    [
        ({"work": "house", "storeys": 2}, 50000, 1),
        ({"work": "house", "storeys": 3}, 75000, 2),
        ({"work": "shop"}, 100000, 3),
    ],
)
def test_a_unique_table_decides_by_one_row(facts: dict[str, Any], amount: int, row: int) -> None:
    decision = decide(table(), facts)
    assert (decision.output, decision.rows) == ({"amount": amount}, (row,))


def test_no_row_and_two_rows_are_told() -> None:
    with pytest.raises(Undecided):
        decide(table(), {"work": "house"})
    both = [{"when": {"work": "house"}, "then": {"amount": amount}, "basis": BASIS} for amount in (1, 2)]
    with pytest.raises(Contradiction, match="rows 1, 2"):
        decide(table(rows=both), {"work": "house"})
    with pytest.raises(Contradiction):
        decide(table("any", both), {"work": "house"})
    assert decide(table("first", both), {"work": "house"}).output == {"amount": 1}


@pytest.mark.parametrize(
    ("policy", "expected"), [("collect_sum", 6), ("collect_min", 1), ("collect_max", 3), ("collect_count", 3)]
)
def test_collecting(policy: str, expected: int) -> None:
    rows = [{"when": {}, "then": {"amount": amount}, "basis": BASIS} for amount in (1, 2, 3)]
    assert decide(table(policy, rows), {}).output == {"amount": expected}
    assert [each["amount"] for each in decide(table("collect", rows), {}).outputs] == [1, 2, 3]


@pytest.mark.parametrize("amount", [-1, 0.5, True, "50000"])
def test_money_is_whole_dong(amount: Any) -> None:
    with pytest.raises(ValidationError, match="row 1"):
        table(rows=[{"when": {}, "then": {"amount": amount}, "basis": BASIS}])
