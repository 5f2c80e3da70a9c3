"""The labelled set holds what it promises: its counts, its difficulty, and that its parts share no agency."""

from __future__ import annotations

from itertools import combinations

import pytest
from bench.labelled import (
    BLIND,
    FEW,
    FRESH,
    LEAST,
    NATIONAL,
    PARTS,
    Half,
    Pair,
    faults,
    makeup,
    read_half,
    shared_codes,
    shared_words,
    with_wrong_codes,
)


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
        assert len(half.profiles) >= 80
        assert sum(pair.true for pair in half.pairs) >= 30


def test_the_fresh_part_is_large_enough_to_measure_alone() -> None:
    fresh = read_half(FRESH)
    assert sum(each.kind == "project" for each in fresh.profiles) >= 45
    assert sum(each.kind == "system" for each in fresh.profiles) >= 15
    assert sum(pair.true for pair in fresh.pairs) >= 40
    assert sum(not pair.true for pair in fresh.pairs) >= 60
    for field in ("masters", "functions", "classification"):
        assert sum(not getattr(each, field) for each in fresh.profiles) >= 15


def test_the_blind_part_is_what_it_promises_and_not_all_of_it_is_hard() -> None:
    blind = read_half(BLIND)
    made = makeup(blind)
    assert made.projects >= 150
    assert made.true >= 50
    assert made.near_misses >= 80
    assert made.national >= 20
    assert 0.5 <= made.few_words <= 0.85  # some agencies do use each other's words
    assert sum(made.titles) == sum(made.texts) == made.true
    for field in ("masters", "functions", "classification"):
        assert sum(not getattr(each, field) for each in blind.profiles) >= 15
    for each in blind.profiles:
        texts = [each.title.vi, each.summary.vi if each.summary else "", *each.masters, *each.functions, *each.users]
        assert 40 <= len(" ".join(texts).split()) <= 120, each.id


def test_each_profile_of_the_blind_part_is_labelled_and_many_projects_have_no_partner() -> None:
    blind = read_half(BLIND)
    labelled = {name for pair in blind.pairs for name in pair.ends}
    assert {each.id for each in blind.profiles} <= labelled
    projects = {each.id for each in blind.profiles if each.kind == "project"}
    assert len(projects - set(blind.partners())) >= 30


def test_a_part_that_is_wrong_is_told_with_the_place() -> None:
    blind = read_half(BLIND)
    first = blind.pairs[0]
    system = next(each.id for each in blind.profiles if each.kind == "system")
    other = next(each.id for each in blind.profiles if each.kind == "platform")
    added = [
        first,
        Pair(one="nowhere", other=first.other, class_="different", why="x"),
        Pair(one=first.one, other="national:Z9", class_="different", why="x"),
        Pair(one=first.one, other=first.one, class_="different", why="x"),
        Pair(one=system, other=other, class_="overlap", why=" "),
    ]
    wrong = blind.model_copy(update={"pairs": [*blind.pairs, *added], "profiles": [*blind.profiles, blind.profiles[0]]})
    assert set(faults(wrong, LEAST[BLIND])) == {
        f"{blind.profiles[0].id} stands twice",
        f"the pair {first.one}, {first.other} stands more than once",
        f"the pair nowhere, {first.other}: nothing is called nowhere",
        f"the pair {first.one}, national:Z9: nothing is called national:Z9",
        f"the pair {first.one}, {first.one} is of one",
        f"the pair {system}, {other} is true, but none of both is a project",
        f"the pair {system}, {other} doesn't say why",
    }


def test_a_part_with_fewer_pairs_than_it_promises_is_told() -> None:
    blind = read_half(BLIND)
    fewer = blind.model_copy(update={"pairs": [pair for pair in blind.pairs if pair.true][:49]})
    assert faults(fewer, LEAST[BLIND]) == [
        "true: 49, 50 or more were promised",
        "near_misses: 0, 80 or more were promised",
    ]


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
