"""What differs between two contents, done and undone; two people's changes brought together without loss."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maidinh.governance.drafting.content import (
    ORDER,
    Change,
    changes,
    done,
    dotted,
    parts,
    path_of,
    put,
    undone,
    value_at,
    where,
)
from maidinh.governance.drafting.merge import _Run, merge

NAMES = st.sampled_from(["a", "b.c", "d\\", "e"])
VALUES = st.one_of(
    st.text("xyz", max_size=2), st.integers(0, 3), st.booleans(), st.lists(st.sampled_from("pqr"), max_size=3)
)
FIELDS = st.dictionaries(NAMES, VALUES, max_size=3)


def things_of(inner: Any) -> Any:
    def listed(found: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"id": name, **fields} for name, fields in found.items()]

    return st.dictionaries(st.sampled_from(["t1", "t2", "t.3", "t4"]), inner, max_size=4).map(listed)


NODES = things_of(FIELDS)
ITEMS = things_of(st.fixed_dictionaries({"nodes": NODES, "fields": FIELDS}))
CONTENTS = st.fixed_dictionaries({"elements": ITEMS, "views": ITEMS, "title": FIELDS, "folders": VALUES})


@pytest.mark.slow
@given(CONTENTS, CONTENTS)
def test_changes_are_done_and_undone(before: Any, after: Any) -> None:
    found = changes(before, after)
    assert done(before, found) == after
    assert undone(after, found) == before
    assert bool(found) == (before != after)
    kept = [Change(path_of(*each.where), each.before, each.after, each.place) for each in found]
    assert kept == found, "a change is kept by section, item and path"


@pytest.mark.slow
@given(CONTENTS, CONTENTS, CONTENTS)
def test_every_change_is_in_the_merge_or_in_a_conflict(base: Any, ours: Any, theirs: Any) -> None:
    merged = merge(base, ours, theirs)
    assert lost(base, ours, theirs, merged.content, merged.conflicts) == []
    assert {each.key for each in merge(base, theirs, ours).conflicts} == {each.key for each in merged.conflicts}


@pytest.mark.slow
@given(CONTENTS, CONTENTS)
def test_one_sided_and_equal_changes_merge_to_themselves(base: Any, ours: Any) -> None:
    for merged in (merge(base, ours, base), merge(base, base, ours), merge(base, ours, ours)):
        assert (merged.content, merged.conflicts) == (ours, ())


@pytest.mark.slow
@given(CONTENTS, CONTENTS, CONTENTS, st.randoms(use_true_random=False))
def test_decisions_settle_every_conflict(base: Any, ours: Any, theirs: Any, chance: random.Random) -> None:
    conflicts = merge(base, ours, theirs).conflicts
    decisions = {each.key: chance.choice(["ours", "theirs", "base"]) for each in conflicts}
    assert merge(base, ours, theirs, decisions).conflicts == ()


def test_a_merge_that_loses_something_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check above can fail: a merge that takes theirs for the whole thing loses what we changed in it."""
    base = {"elements": [{"id": "t1", "a": 1, "e": 1}]}
    ours, theirs = ({"elements": [{"id": "t1", **fields}]} for fields in ({"a": 2, "e": 1}, {"a": 1, "e": 2}))
    assert merge(base, ours, theirs).content == {"elements": [{"id": "t1", "a": 2, "e": 2}]}
    monkeypatch.setattr(_Run, "_fields", lambda _, base, ours, theirs, at: theirs)
    merged = merge(base, ours, theirs)
    assert lost(base, ours, theirs, merged.content, merged.conflicts) == ["ours ('elements', 't1', 'a')"]


def lost(base: Any, ours: Any, theirs: Any, merged: Any, conflicts: Any) -> list[str]:
    """The changed fields whose new value is neither in the merge nor told in a conflict at or above or below it."""
    told = [path_of(each.section, each.item, each.path) for each in conflicts]
    found = []
    for name, side, other in (("ours", ours, theirs), ("theirs", theirs, ours)):
        for each in changes(base, side):
            covered = any(each.path[: len(path)] == path or path[: len(each.path)] == each.path for path in told)
            orders = (value_at(one, each.path) for one in (base, side, other, merged))
            kept = (
                in_order(*orders)
                if each.path[-1] == ORDER
                else stands(value_at(merged, each.path), each.after, value_at(base, each.path))
            )
            if not covered and not kept:
                found.append(f"{name} {each.path}")
    return found


def in_order(base: list[str], side: list[str], other: list[str], merged: list[str]) -> bool:
    """Whether what was moved about stands in the new order, as far as the other side left it there."""
    shared = {*base} & {*side} & {*(other or ())}
    was, wanted, found = ([name for name in each or () if name in shared] for each in (base, side, merged))
    return wanted in (was, found)


def stands(merged: Any, wanted: Any, before: Any) -> bool:
    """Whether what was wanted is in the merge; of lists and new things, that each part is, for others add to them."""
    if merged == wanted:
        return True
    if isinstance(wanted, dict) and isinstance(merged, dict):
        return all(stands(merged.get(key), value, None) for key, value in wanted.items())
    if not isinstance(wanted, list) or not isinstance(merged, list):
        return False
    if all(isinstance(each, dict) for each in [*wanted, *merged]):
        by_name = {each["id"]: each for each in merged}
        return all(stands(by_name.get(each["id"]), each, None) for each in wanted)
    before = before if isinstance(before, list) else []
    added = [each for each in wanted if each not in before]
    gone = [each for each in before if each not in wanted]
    return bool(added or gone or not wanted) and {*added} <= {*merged} and not {*gone} & {*merged}


@given(st.lists(st.text("ab.\\", min_size=1, max_size=4), min_size=1, max_size=4))
def test_a_path_is_written_and_read_again(path: list[str]) -> None:
    assert parts(dotted(path)) == tuple(path)


def test_a_place_is_set_and_taken_away() -> None:
    content = {"elements": [{"id": "x", "properties": [{"key": "k", "value": "1"}]}], "title": {"vi": "A"}}
    prop = ("elements", "x", "properties", "k")
    assert value_at(put(content, (*prop, "value"), "2"), prop) == {"key": "k", "value": "2"}
    assert put(content, ("elements", "x", "dates", "live"), "2026-01-01")["elements"][0]["dates"] == {
        "live": "2026-01-01"
    }
    assert put(content, ("elements", "x"), None)["elements"] == []
    assert "title" not in put(content, ("title",), None)
    assert content["title"] == {"vi": "A"}, "the content itself stays as it was"
    for nowhere in (("elements", "y", "name"), ("title", "vi", "a")):
        with pytest.raises(KeyError):
            put(content, nowhere, "2")


def test_a_field_has_a_name_for_people() -> None:
    assert where(("elements", "v1.2", "carried", "oef", "attributes", "a.b")) == (
        "elements",
        "v1.2",
        "carried.oef.attributes.a\\.b",
    )
    assert where(("title", "vi")) == ("header", "", "title.vi")
    assert json.dumps(where(("elements", "#order"))) == '["elements", "", "#order"]'
