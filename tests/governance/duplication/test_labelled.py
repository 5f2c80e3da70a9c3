"""The labelled set holds what it promises: its counts, its difficulty, and that its parts share no agency."""

from __future__ import annotations

from itertools import combinations

import pytest
from bench.labelled import FEW, FRESH, NATIONAL, PARTS, Half, read_half, shared_codes, shared_words, with_wrong_codes


@pytest.fixture(scope="module")
def halves() -> list[Half]:
    return [read_half(name) for name in PARTS]


def test_the_counts(halves: list[Half]) -> None:
    pairs = [pair for half in halves for pair in half.pairs]
    profiles = [each for half in halves for each in half.profiles]
    assert sum(each.kind == "project" for each in profiles) >= 150
    assert sum(pair.true for pair in pairs) >= 50
    assert sum(not pair.true for pair in pairs) >= 80
    assert {pair.class_ for pair in pairs} == {"duplicate", "overlap", "should-reuse", "complementary", "different"}
    for half in halves:
        assert len(half.profiles) >= 0.25 * len(profiles)
        assert sum(pair.true for pair in half.pairs) >= 30


def test_the_fresh_part_is_large_enough_to_measure_alone() -> None:
    fresh = read_half(FRESH)
    assert sum(each.kind == "project" for each in fresh.profiles) >= 45
    assert sum(each.kind == "system" for each in fresh.profiles) >= 15
    assert sum(pair.true for pair in fresh.pairs) >= 40
    assert sum(not pair.true for pair in fresh.pairs) >= 60
    for field in ("masters", "functions", "classification"):
        assert sum(not getattr(each, field) for each in fresh.profiles) >= 15


def test_no_agency_no_profile_and_no_title_stands_in_two_parts(halves: list[Half]) -> None:
    assert all(each.owner for half in halves for each in half.profiles)
    for one, other in combinations(halves, 2):
        assert not one.agencies & other.agencies
        assert not {each.id for each in one.profiles} & {each.id for each in other.profiles}
        assert not {each.title.vi for each in one.profiles} & {each.title.vi for each in other.profiles}


def test_half_of_the_true_pairs_share_few_words_and_few_codes(halves: list[Half]) -> None:
    for half in halves:
        known = {each.id: each for each in half.profiles}
        true = [pair for pair in half.pairs if pair.true]
        ends = [(known[each.one], known[each.other]) for each in true if not each.other.startswith(NATIONAL)]
        assert 2 * sum(shared_words(*each) <= FEW for each in ends) >= len(ends)
        assert 2 * sum(shared_codes(*each) <= 0.5 for each in ends) >= len(ends)


def test_pairs_name_profiles_of_their_half_once(halves: list[Half]) -> None:
    for half in halves:
        known = {each.id for each in half.profiles}
        named = [pair.ends for pair in half.pairs]
        assert len(named) == len(set(named))
        assert all(name in known or name.startswith(NATIONAL) for ends in named for name in ends)
        assert all(each.sample and not each.checked for each in half.profiles)


def test_wrong_codes_are_of_the_share_asked_for_and_the_same_each_time(halves: list[Half]) -> None:
    right = halves[0].profiles
    wrong = with_wrong_codes(right, share=0.3, seed=7)
    assert wrong == with_wrong_codes(right, share=0.3, seed=7) != with_wrong_codes(right, share=0.3, seed=8)
    assert with_wrong_codes(right, share=0, seed=7) == right
    pairs = [
        (mine, theirs)
        for one, other in zip(right, wrong, strict=True)
        for model, codes in one.classification.items()
        for mine, theirs in zip(codes, other.classification[model], strict=True)
    ]
    assert 0.2 < sum(mine != theirs for mine, theirs in pairs) / len(pairs) < 0.4
