"""What is told of agencies that were left out is told by weights that never saw them, and with its noise."""

from __future__ import annotations

import numpy as np
from bench.duplicate_across import interval, scored_pairs, without
from bench.duplicate_weights import Examples, weights_by_name
from bench.labelled import Half, Pair

from maidinh.governance.duplication.likeness import FEATURES

ENDS = [("a", "b"), ("a", "c"), ("c", "d")]


def test_examples_of_an_agency_that_is_left_out_are_gone_on_either_side() -> None:
    each = Examples(np.arange(3.0).reshape(3, 1), np.array([1.0, 0, 0]), np.ones(3), ENDS, {}, frozenset("ac"))
    (kept,) = without([each], {"second"}, {"a": "first", "b": "second", "c": "third", "d": "second"})
    assert kept.ends == [("a", "c")]
    assert kept.values.tolist() == [[1.0]]


def test_a_pair_has_the_higher_score_of_both_directions() -> None:
    pairs = [Pair(one="a", other="b", class_="duplicate", why=""), Pair(one="a", other="c", class_="different", why="")]
    scores = {"a": {"b": 0.2}, "b": {"a": 0.6}}
    assert scored_pairs(Half(name="x", profiles=[], pairs=pairs), scores) == [(0.6, True), (0.0, False)]


def test_an_interval_is_the_same_each_time_and_holds_the_mean() -> None:
    sample = [0.0, 1.0] * 20
    low, high = interval(sample, lambda found: sum(found) / len(found))
    assert (low, high) == interval(sample, lambda found: sum(found) / len(found))
    assert 0.3 < low < 0.5 < high < 0.7


def test_weights_are_named_with_those_set_by_hand() -> None:
    named = weights_by_name(np.arange(len(FEATURES) + 1.0))
    assert (named["intercept"], named[FEATURES[0]]) == (len(FEATURES), 0.0)
    assert named["continues"] < 0 > named["third"]
