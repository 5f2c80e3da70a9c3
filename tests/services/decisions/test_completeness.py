"""Gaps and overlaps of tables are found where they are, and nowhere else."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from maidinh.services.decisions.completeness import Gap, Overlap, gaps_and_overlaps
from maidinh.services.decisions.definition import DecisionTable
from maidinh.services.decisions.rules import Contradiction, Undecided, decide

BASIS = {"text": "Nghị quyết mẫu", "checked": False}
INPUTS = [
    {"id": "work", "name": {"vi": "Loại"}, "kind": "choice", "options": ["house", "shop"]},
    {"id": "storeys", "name": {"vi": "Số tầng"}, "kind": "number", "whole": True, "minimum": 1, "maximum": 60},
]


def table(*whens: dict[str, Any], policy: str = "unique", inputs: Any = None, amounts: Any = None) -> DecisionTable:
    amounts = amounts or range(1, len(whens) + 1)
    return DecisionTable.model_validate(
        {
            "id": "fees",
            "name": {"vi": "Lệ phí"},
            "hit_policy": policy,
            "inputs": inputs or INPUTS,
            "outputs": [{"id": "amount", "name": {"vi": "Mức"}, "kind": "money"}],
            "rows": [
                {"when": when, "then": {"amount": amount}, "basis": BASIS}
                for when, amount in zip(whens, amounts, strict=True)
            ],
        }
    )


def test_a_table_that_covers_everything_once_is_whole() -> None:
    whole = table({"work": "house", "storeys": "<= 2"}, {"work": "house", "storeys": ">= 3"}, {"work": "shop"})
    assert gaps_and_overlaps(whole) == []


def test_a_gap_is_told_with_an_example_that_no_row_takes() -> None:
    open_table = table({"work": "house", "storeys": "< 3"}, {"work": "house", "storeys": "> 3"}, {"work": "shop"})
    (gap,) = gaps_and_overlaps(open_table)
    assert isinstance(gap, Gap)
    assert gap.region.words == {"work": "house", "storeys": "3"}
    with pytest.raises(Undecided):
        decide(open_table, gap.region.example)


def test_halves_count_where_numbers_are_not_whole() -> None:
    metres = [{"id": "height", "name": {"vi": "Cao"}, "kind": "number", "minimum": 0}]
    (gap,) = gaps_and_overlaps(table({"height": "<= 2"}, {"height": ">= 3"}, inputs=metres))
    assert isinstance(gap, Gap)
    assert gap.region.words == {"height": "(2..3)"}


def test_an_overlap_is_told_with_its_rows() -> None:
    (overlap,) = gaps_and_overlaps(table({"work": "house"}, {"storeys": ">= 3"}, {"work": "shop", "storeys": "< 3"}))
    assert isinstance(overlap, Overlap)
    assert overlap.rows == (1, 2)


@pytest.mark.parametrize(("policy", "amounts", "found"), [("any", (5, 5), 0), ("any", (5, 6), 1), ("first", (5, 6), 0)])
def test_policies_say_which_overlaps_are_wrong(policy: str, amounts: Any, found: int) -> None:
    whens = ({"storeys": ">= 1"}, {"work": "house"})
    assert len(gaps_and_overlaps(table(*whens, policy=policy, amounts=amounts))) == found


def test_dates_are_cut_by_day() -> None:
    days = [{"id": "day", "name": {"vi": "Ngày"}, "kind": "date"}]
    assert gaps_and_overlaps(table({"day": "< 2026-07-01"}, {"day": ">= 2026-07-01"}, inputs=days)) == []
    (gap,) = gaps_and_overlaps(table({"day": "< 2026-07-01"}, {"day": "> 2026-07-01"}, inputs=days))
    assert isinstance(gap, Gap)
    assert gap.region.words == {"day": "2026-07-01"}


def test_random_tables_agree_with_trying_every_value() -> None:
    chance = random.Random(20260701)
    cells = ["-", "< 3", ">= 3", "[2..4]", "(2..4)", 3, "not(3)", [1, 5]]
    small = [INPUTS[0], {**INPUTS[1], "maximum": 6}]
    for _ in range(200):
        whens = [
            {"work": chance.choice(["-", "house", "shop"]), "storeys": chance.choice(cells)}
            for _ in range(chance.randint(1, 4))
        ]
        tried = table(*whens, inputs=small)
        undecided = contradicting = False
        for work, storeys in itertools.product(["house", "shop"], range(1, 7)):
            try:
                decide(tried, {"work": work, "storeys": storeys})
            except Undecided:
                undecided = True
            except Contradiction:
                contradicting = True
        found = gaps_and_overlaps(tried)
        assert any(isinstance(each, Gap) for each in found) == undecided, whens
        assert any(isinstance(each, Overlap) for each in found) == contradicting, whens
