"""Deadlines as data: each end was counted by a second implementation or by hand, and the engine says the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.services.clock.judging import disagreement
from tests.services.clock.making import GROUPS, lines_of
from tests.services.clock.naive import Walk

CASES = Path(__file__).with_name("cases")
FILES = sorted(CASES.glob("*.jsonl"))
BY_HAND = CASES / "by-hand.yaml"


def cases_in(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each with the place where it stands."""
    if path.suffix == ".yaml":
        for number, found in enumerate(yaml.safe_load(path.read_text("utf-8"))["cases"], 1):
            yield f"{path.name} case {number}", found
        return
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        yield f"{path.name}:{number}", json.loads(line)


@pytest.mark.parametrize("path", [*FILES, BY_HAND], ids=lambda path: path.name)
def test_the_engine_says_what_each_case_expects(path: Path) -> None:
    wrong = [
        f"{place}: expected {case['due'] or case['left']}, the engine: {said}. {case}"
        for place, case in cases_in(path)
        if (said := disagreement(case))
    ]
    assert not wrong, f"{len(wrong)} wrong\n" + "\n".join(wrong)


def test_there_are_thousands_of_cases_each_with_its_article() -> None:
    made = [case for path in FILES for _, case in cases_in(path)]
    by_hand = [case for _, case in cases_in(BY_HAND)]
    assert len(made) >= 2_000
    assert len(by_hand) >= 100
    assert len({json.dumps(case, sort_keys=True) for case in (*made, *by_hand)}) == len(made) + len(by_hand)
    assert all(case["article"] for case in (*made, *by_hand))
    assert all(case["note"] for case in by_hand)


def test_the_second_implementation_says_what_was_counted_by_hand() -> None:
    for place, case in cases_in(BY_HAND):
        answer = Walk(case).answer()
        if case["due"] is None:
            assert [answer.left, answer.left_unit] == case["left"], place
        else:
            assert answer.due is not None and answer.due.isoformat() == case["due"], (place, answer)


def test_a_wrong_expectation_is_found() -> None:
    _, case = next(cases_in(FILES[0]))
    late = case["due"].replace("2025", "2035").replace("2026", "2036") if case["due"] else "2036-01-01T17:00:00"
    assert disagreement({**case, "due": late})


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
def test_the_files_are_what_the_second_implementation_writes(group: str) -> None:
    assert (CASES / f"{group}.jsonl").read_text("utf-8").splitlines() == lines_of(group)
