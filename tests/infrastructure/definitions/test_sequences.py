"""Lists merge item by item; neither side goes first, and what can't be both is a clash."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maidinh.infrastructure.definitions.sequences import merge_list, merge_order

BASE = list("abcdef")
LISTS = st.lists(st.sampled_from("abcdefuvwxyz"), unique=True, max_size=10)
REPEATING = st.lists(st.sampled_from("abc"), max_size=5)


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        ("abcdef", "abcdef", "abcdef"),
        ("abxcdef", "abcdeyf", "abxcdeyf"),
        ("xabcdef", "abcdef", "xabcdef"),
        ("abcdefx", "abcdefyz", "abcdefxyz"),
        ("abcdefyz", "abcdefx", "abcdefxyz"),
        ("fabcde", "abcxdef", "fabcxde"),
        ("acdef", "abxcdef", "axcdef"),
        ("bacdef", "bacdef", "bacdef"),
        ("bacdef", "bacdfe", None),
        ("cabdef", "bacdef", None),
        ("axbcdef", "abcdexf", None),
        ("abcdefxyz", "abcdefxzy", None),
        ("abcdefxqy", "abcdefxpy", "abcdefxpqy"),
    ],
)
def test_order(ours: str, theirs: str, merged: str | None) -> None:
    gone = set(BASE) - (set(ours) & set(theirs))
    members = (set(BASE) | set(ours) | set(theirs)) - gone
    line, clash = merge_order(BASE, list(ours), list(theirs), members)
    assert clash == (merged is None)
    if merged is not None:
        assert "".join(line) == merged


def test_a_choice_settles_a_clash() -> None:
    ours, theirs = list("cabdef"), list("bacdef")
    assert merge_order(BASE, ours, theirs, BASE, "ours")[0] == ours
    assert merge_order(BASE, ours, theirs, BASE, "theirs")[0] == theirs
    assert merge_order(BASE, ours, theirs, BASE)[0] == BASE


@given(LISTS, LISTS, LISTS)
def test_both_sides_orders_hold_and_neither_goes_first(base: list[str], ours: list[str], theirs: list[str]) -> None:
    members = {
        each for each in {*base, *ours, *theirs} if not (each in base and (each not in ours or each not in theirs))
    }
    line, clash = merge_order(base, ours, theirs, members)
    assert (line, clash) == merge_order(base, theirs, ours, members)
    assert sorted(line) == sorted(members)
    if clash:
        return
    for side in (ours, theirs):
        kept = [each for each in side if each in members]
        known = [each for each in kept if each in base]
        if known != [each for each in base if each in known]:
            assert [each for each in line if each in known] == known, "the side's reordering holds"
        for before, after in pairwise(kept):
            if after not in base:
                assert line.index(before) < line.index(after), "what a side added follows what it followed there"


@given(LISTS, LISTS)
def test_a_side_that_changed_nothing_has_no_say(base: list[str], other: list[str]) -> None:
    assert merge_order(base, base, other, other) == (other, False)
    assert merge_order(base, other, other, other) == (other, False)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        ("ab", "abx", "aby", "abxy"),
        ("ab", "a", "b", ""),
        ("ab", "axb", "b", "xb"),
        ("a", "x", "y", None),
        ("a", "x", "", "x"),
        ("", "x", "y", "xy"),
        ("aa", "a", "aab", "ab"),
    ],
)
def test_values(base: str, ours: str, theirs: str, merged: str | None) -> None:
    found = merge_list(list(base), list(ours), list(theirs))
    assert found == (None if merged is None else list(merged))


def test_lists_whose_emptiness_means_something() -> None:
    assert merge_list([], ["x"], ["y"], as_one=True) is None
    assert merge_list(["a"], [], ["a", "b"], as_one=True) is None
    assert merge_list(["a", "b"], ["a"], ["b"], nonempty=True) is None


@given(REPEATING, REPEATING, REPEATING)
def test_no_edit_of_either_side_is_lost(base: list[str], ours: list[str], theirs: list[str]) -> None:
    merged = merge_list(base, ours, theirs)
    assert merged == merge_list(base, theirs, ours)
    if merged is None:
        return
    for item in "abc":
        before, mine, others, found = (side.count(item) for side in (base, ours, theirs, merged))
        if mine >= before and others >= before:
            assert found == max(mine, others)
        elif mine <= before and others <= before:
            assert found == min(mine, others)
