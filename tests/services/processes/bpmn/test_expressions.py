"""The Python of a condition holds exactly where the condition does."""

from __future__ import annotations

import random

import pytest

from maidinh.services.decisions.conditions import condition_holds
from maidinh.services.processes.bpmn.expressions import condition_expression, in_words, route_expression
from tests.services.processes.generated import CONDITIONS, facts_from


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_the_expression_says_the_same(condition: dict[str, object]) -> None:
    chance = random.Random(7)
    written = compile(condition_expression(condition), "condition", "eval")  # type: ignore[arg-type]
    for _ in range(300):
        facts = facts_from(chance)
        said = bool(eval(written, {"facts": facts}))
        assert said is condition_holds(condition, facts), facts  # type: ignore[arg-type]


def test_a_route_holds_only_where_none_before_it_does() -> None:
    written = route_expression({"storeys": ">= 3"}, [{"storeys": ">= 7"}])
    assert [bool(eval(written, {"facts": {"storeys": n}})) for n in (2, 3, 7)] == [False, True, False]


def test_people_read_the_fact_by_its_label() -> None:
    assert in_words({"storeys": ">= 7", "paid": True, "kind": ["a", "b"]}, {"storeys": "Số tầng"}) == (
        "Số tầng: >= 7; paid: true; kind: a, b"
    )
