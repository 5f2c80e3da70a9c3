"""The bench of duplicates: its measures of a ranking, and that its generated investments are what they say."""

from __future__ import annotations

import pytest
from bench.investments import investments
from bench.labelled import PARTS, read_half
from bench.ranking import at_threshold, average_precision, best_threshold, precision_at_recall, recall_among_first

RANKED = [(0.9, True), (0.8, False), (0.7, True), (0.0, True), (0.0, False)]


def test_the_area_counts_what_is_never_found_as_missed() -> None:
    assert average_precision(RANKED) == pytest.approx((1 + 2 / 3) / 3)
    assert average_precision([(0.9, True), (0.1, False)]) == 1


def test_precision_at_a_recall_that_is_not_reached_is_nothing() -> None:
    assert precision_at_recall(RANKED, 0.6) == pytest.approx(2 / 3)
    assert precision_at_recall(RANKED, 0.75) == 0


def test_equal_scores_are_taken_together() -> None:
    assert average_precision([(0.5, True), (0.5, False)]) == average_precision([(0.5, False), (0.5, True)]) == 0.5


def test_at_a_threshold() -> None:
    assert at_threshold(RANKED, 0.75) == (0.5, pytest.approx(1 / 3))
    assert best_threshold(RANKED) == 0.7


def test_the_first_five() -> None:
    ranked = {"a": ["x", "1", "2", "3", "4", "y"], "b": []}
    assert recall_among_first(ranked, {"a": {"x", "y"}, "b": {"z"}}) == 0.25


def test_generated_investments_are_the_same_each_time_and_hold_none_of_the_labelled() -> None:
    made = investments(200, seed=3)
    assert made == investments(200, seed=3) != investments(200, seed=4)
    assert len(made.projects) == len(made.systems) == 200
    assert 5 < len(made.planted) < 40
    labelled = {each.title.vi for half in PARTS for each in read_half(half).profiles}
    assert not labelled & {each.title.vi for each in [*made.projects, *made.systems]}
