"""Scenarios run through their procedure: what comes about otherwise is told at its place, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from maidinh.infrastructure.calendars.queries import calendar_at
from maidinh.infrastructure.definitions.locating import CHECKOUT
from maidinh.infrastructure.definitions.reading import read_form
from maidinh.infrastructure.definitions.rule_packs import read_rule_packs, rule_pack_at
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.reading import FILE
from maidinh.services.scenarios.definition import Scenario
from maidinh.services.scenarios.rules import Terms, misfits

PROCEDURES = CHECKOUT / "provinces/lao-cai/procedures"
DAY = date(2026, 7, 6)
MORNING = "2026-07-06 08:30"


@pytest.fixture(scope="module")
def terms() -> Terms:
    return Terms.of(rule_pack_at(read_rule_packs(CHECKOUT / "national"), DAY), calendar_at(DAY, CHECKOUT))


def told_of(code: str, name: str, terms: Terms, **changed: Any) -> list[str]:
    """What is wrong with a committed scenario after a change: an event's by its number, others by their key."""
    folder = PROCEDURES / code / "1.0"
    story = read_form(folder / "scenarios" / f"{name}.yaml", Scenario).model_dump(mode="json", exclude_unset=True)
    for key, change in changed.items():
        part = story["events"][int(key[1:])] if key[0] == "e" and key[1:].isdigit() else story
        part.update(change) if part is not story else story.update({key: change})
    procedure = read_form(folder / FILE, Procedure)
    return [
        f"{'.'.join(map(str, place))}: {told}"
        for place, told in misfits(Scenario.model_validate(story), procedure, terms)
    ]


REPAIR, NOTICE, FUNERAL = ("1.013229", "plain-repair"), ("1.012786", "notice"), ("1.013274", "funeral")
WRONG: list[tuple[tuple[str, str], str, dict[str, Any], str, str]] = [
    (REPAIR, "e0", {"fee": 74999}, "fee", "expected 74999, came 75000"),
    (REPAIR, "e0", {"due": "2026-07-20 17:00"}, "due", "expected 2026-07-20 17:00, came 2026-07-21 17:00"),
    (REPAIR, "e1", {"open": []}, "open", "expected nothing, came site-check"),
    (REPAIR, "e4", {"status": 9}, "status", "expected 9, came 6"),
    (REPAIR, "e6", {"end": "refused"}, "end", "expected refused, came returned"),
    (REPAIR, "e5", {"refused": "no_fee"}, "refused", "expected no_fee, but nothing was refused"),
    (REPAIR, "", {"papers": []}, "papers", "expected nothing, came application, drawings, existing"),
    (NOTICE, "e1", {"standing": False}, "standing", "expected False, came True"),
    (NOTICE, "e2", {"refused": "no_fee"}, "refused", "expected no_fee, came too_early: not before 2026-07-23 17:00"),
    (FUNERAL, "e0", {"limit": "5 working_day"}, "limit", "expected 5 working_day, came 1 working_day"),
]  # fmt: skip


@pytest.mark.parametrize(("story", "event_", "expect", "place", "told"), WRONG)
def test_what_is_expected_wrongly_is_found_at_its_place(
    story: tuple[str, str], event_: str, expect: dict[str, Any], place: str, told: str, terms: Terms
) -> None:
    assert told_of(*story, terms) == []
    changed = {event_: {"expect": expect}} if event_ else {"expect": expect}
    where = f"events.{event_[1:]}.expect" if event_ else "expect"
    assert told_of(*story, terms, **changed) == [f"{where}.{place}: {told}"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"e1": {"outcome": "nonsense"}}, "events.1: refused with no_such_outcome"),
        ({"e1": {"by": "leader"}}, "events.1: refused with wrong_role"),
        ({"e1": {"facts": {}}}, "events.1: refused with facts_wrong: protected_area"),
        ({"e1": {"step": "signature", "outcome": "sign"}}, "events.1: refused with not_open"),
        ({"e1": {"outcome": "supplement", "facts": {}}}, "events.1: refused with reason_missing"),
        ({"papers": ["application"]}, "papers: refused with paper_missing: existing, drawings"),
        ({"case": "nonsense"}, "case: procedure 1.013229 has no case nonsense"),
    ],
)
def test_what_cannot_happen_ends_the_story_with_its_reason(changed: dict[str, Any], told: str, terms: Terms) -> None:
    found = told_of("1.013229", "plain-repair", terms, **changed)
    assert len(found) == 1 and found[0].startswith(told)


def test_answers_are_held_against_the_form_and_its_conditions(terms: Terms) -> None:
    answers = read_form(PROCEDURES / "1.013229/1.0/scenarios/plain-repair.yaml", Scenario).answers
    assert "answers.floor_area: " in told_of("1.013229", "plain-repair", terms, answers={**answers, "floor_area": 0})[0]
    (missing,) = told_of("1.013229", "plain-repair", terms, answers={**answers, "alteration": "storey"})[:1]
    assert "storeys_after" in missing
    (needless,) = told_of("1.013229", "plain-repair", terms, answers={**answers, "storeys_after": 3})
    assert needless.startswith("answers.storeys_after: isn't asked of this applicant")


def test_under_pause_a_supplement_leaves_what_was_left(terms: Terms) -> None:
    pausing = Terms(terms.calendar, "pause", 2)
    found = told_of("1.013229", "supplement", pausing)
    assert found[0] == "events.3.expect.due: expected 2026-08-04 17:00, came 2026-08-03 17:00"
    assert found[1].startswith("events.4.expect.refused: expected supplements_used_up, but nothing was refused")


def event(**content: Any) -> dict[str, Any]:
    return {"at": MORNING, **content}


@pytest.mark.parametrize(
    "wrong",
    [
        event(),
        event(step="intake"),
        event(outcome="accept"),
        event(granted=True),
        event(step="intake", outcome="accept", paid=True),
    ],
)
def test_an_event_is_one_thing(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"one of|which step"):
        Scenario.model_validate({"name": {"vi": "x"}, "case": "c", "filed": MORNING, "answers": {}, "events": [wrong]})


def test_every_committed_scenario_is_of_a_procedure_with_its_own_stories() -> None:
    own = {path.parts[-3] for path in PROCEDURES.glob(f"*/1.0/{FILE}")}
    stories = {code: len(list((PROCEDURES / code / "1.0/scenarios").glob("*.yaml"))) for code in own}
    assert len(own) >= 18 and all(2 <= count <= 4 for count in stories.values()), stories
    assert not [path for path in Path(PROCEDURES).glob("*/*/scenarios/*") if path.suffix != ".yaml"]
