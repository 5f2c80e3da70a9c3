"""What differs between two contents, done and undone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maidinh.governance.drafting.content import (
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
