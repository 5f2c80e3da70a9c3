"""Deciding on what a project and somebody else changed at once: no decision is lost, none is about unseen values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.utils import translation

from maidinh.channels.web.projects_deciding import Settled, settled
from maidinh.governance.comparison.conflicts import Conflict
from maidinh.governance.projects.actions.moving import refusal


def conflict(name: str, theirs: Any = 2, ours: Any = 3) -> Conflict:
    return Conflict(("elements", name), "security_level", "field", None, ours, theirs)


ONE, TWO, RAISED = conflict("one"), conflict("two"), conflict("raised")


def posted(found: Settled[Any], **choices: str) -> dict[str, str]:
    """The form of a page that showed this, with what was chosen, by the name of the thing."""
    data = {"conflicts": str(len(found.asked)), "shown": found.shown}
    for number, each in enumerate(found.asked):
        data |= {f"key-{number}": each.key, f"choice-{number}": choices.get(each.thing[1], "")}
    return data


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


class Merge:
    """A merge with conflicts; a decision may raise another question, or be refused."""

    def __init__(self, *asked: Conflict, raises: Mapping[str, Conflict] | None = None, refuses: str = "") -> None:
        self.asked, self.raises, self.refuses = asked, raises or {}, refuses
        self.tried: list[Mapping[str, Any] | None] = []

    def __call__(self, decisions: Mapping[str, Any] | None) -> tuple[str, tuple[Conflict, ...]]:
        self.tried.append(decisions)
        given = decisions or {}
        if self.refuses and given.get(ONE.key) == self.refuses:
            raise refusal("", "does not hold together")
        more = [new for key, new in self.raises.items() if key in given]
        return "done", tuple(each for each in (*self.asked, *more) if each.key not in given)


def test_what_has_no_conflict_is_done_and_what_has_is_asked() -> None:
    assert settled({}, Merge()) == Settled("done")
    found = settled({}, Merge(ONE))
    assert found.asked == (ONE,) and "Decide on each" in found.errors["asked"]
    done = settled(posted(found, one="ours"), merge := Merge(ONE))
    assert done == Settled("done") and merge.tried[-1] == {ONE.key: "ours"}


def test_a_field_left_open_is_told_at_its_place_and_nothing_is_tried() -> None:
    merge = Merge(ONE, TWO)
    found = settled(posted(settled({}, merge), one="ours"), merge)
    assert list(found.errors) == ["choice-1"] and found.asked == (ONE, TWO)
    assert merge.tried == [None, None]


def test_a_question_that_a_decision_raises_is_asked_beside_what_was_decided() -> None:
    merge = Merge(ONE, raises={ONE.key: RAISED})
    first = settled({}, merge)
    second = settled(posted(first, one="ours"), merge)
    assert second.asked == (ONE, RAISED) and "another question" in second.errors["asked"]
    third = settled(posted(second, one="ours", raised="theirs"), merge)
    assert third == Settled("done")
    assert merge.tried[-1] == {ONE.key: "ours", RAISED.key: "theirs"}


def test_a_number_of_ones_own_is_a_number_also_where_the_question_was_raised() -> None:
    merge = Merge(ONE, raises={ONE.key: RAISED})
    asked = settled(posted(settled({}, merge), one="ours"), merge)
    data = posted(asked, one="other", raised="other") | {"other-0": "4", "other-1": "5"}
    assert settled(data, merge) == Settled("done")
    assert merge.tried[-1] == {ONE.key: {"value": 4}, RAISED.key: {"value": 5}}


def test_what_is_refused_keeps_every_question_on_the_page() -> None:
    merge = Merge(ONE, TWO, refuses="base")
    found = settled(posted(settled({}, merge), one="base", two="ours"), merge)
    assert found.asked == (ONE, TWO) and found.errors == {"": ["does not hold together"]}


def test_who_decided_on_values_that_have_changed_looks_again() -> None:
    old = settled({}, Merge(ONE))
    now = conflict("one", theirs=4)
    found = settled(posted(old, one="theirs"), merge := Merge(now))
    assert found.asked == (now,) and "changed since you opened the page" in found.errors["asked"]
    assert merge.tried == [None]
    other_draft = settled(posted(old, one="theirs"), Merge(TWO))
    assert other_draft.asked == (TWO,) and other_draft.errors
