"""The clock of an appraisal: the whole and each share, with supplements, turns that come back, Tết and late ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from maidinh.governance.appraisal.clock import Share, due_of, shares
from maidinh.governance.projects.definition import Project
from maidinh.infrastructure.calendars.queries import read_calendars
from maidinh.infrastructure.calendars.rules import Pause
from tests.governance.appraisal.written import NATIONAL, PACK, content, packs

CALENDAR = max(read_calendars(NATIONAL), key=lambda each: each.valid_from)


@dataclass(frozen=True)
class Turn:
    term: str
    agency: str
    started_at: datetime
    ended_at: datetime | None = None


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


OPENED = moment("2026-11-02T09:00")  # a Monday; 24 November is a day off


def of(at: str, *turns: Turn, pauses: tuple[Pause, ...] = (), pack: str = PACK, **changes: Any) -> dict[str, Share]:
    project = Project.model_validate(content() | changes)
    found = shares(
        packs()[pack], project, opened_at=OPENED, turns=turns, pauses=pauses, calendar=CALENDAR, at=moment(at)
    )
    return {each.term: each for each in found}


def day(moment_: datetime | None) -> str:
    return f"{moment_:%Y-%m-%d}" if moment_ else ""


FORWARD = Turn("forward", "H62.2", OPENED, moment("2026-11-04T10:00"))
DESIGN = Turn("design", "H62.3", moment("2026-11-04T10:00"))


def test_each_body_has_its_share_of_the_whole() -> None:
    found = of("2026-11-05T09:00", FORWARD, DESIGN)
    assert [(each.term, day(each.due_at)) for each in found.values()] == [
        ("appraisal", "2026-12-01"), ("forward", "2026-11-04"), ("design", "2026-11-18"), ("decision", ""),
        ("completion-report", ""),
    ]  # fmt: skip
    assert (found["forward"].holder, found["design"].holder, found["decision"].holder) == ("H62.2", "H62.3", "decider")
    assert (found["design"].part_of, found["appraisal"].part_of) == ("appraisal", None)
    assert (found["design"].left.amount, found["appraisal"].left.amount) == (9, 17)
    assert not any(each.late for each in found.values())


def test_a_group_a_project_has_longer() -> None:
    found = of("2026-11-05T09:00", FORWARD, DESIGN, group="A")
    assert (day(found["appraisal"].due_at), day(found["design"].due_at)) == ("2026-12-15", "2026-11-26")


def test_a_supplement_stops_the_clock_and_the_rest_goes_on() -> None:
    asked = Pause(moment("2026-11-06T10:00"))
    waiting = of("2026-11-20T09:00", FORWARD, DESIGN, pauses=(asked,))
    assert (waiting["design"].due_at, waiting["design"].stands, waiting["design"].late) == (None, True, False)
    assert waiting["design"].left.amount == 8
    answered = Pause(asked.requested_at, moment("2026-11-16T10:00"))
    found = of("2026-11-20T09:00", FORWARD, DESIGN, pauses=(answered,))
    assert (day(found["design"].due_at), day(found["appraisal"].due_at)) == ("2026-11-27", "2026-12-09")
    assert day(found["forward"].due_at) == "2026-11-04", "a share that has ended is not stopped any more"


def test_a_turn_that_comes_back_goes_on_where_it_stopped() -> None:
    first = Turn("design", "H62.3", moment("2026-11-04T10:00"), moment("2026-11-06T10:00"))
    again = Turn("design", "H62.3", moment("2026-11-16T10:00"))
    found = of("2026-11-17T09:00", FORWARD, first, again)
    assert (day(found["design"].due_at), found["design"].left.amount) == ("2026-11-27", 7)
    assert day(found["appraisal"].due_at) == "2026-12-01", "the whole runs on meanwhile"


def test_late_is_told_while_it_runs_and_after_it_ended() -> None:
    assert of("2026-11-19T09:00", FORWARD, DESIGN)["design"].late
    ended = Turn("design", "H62.3", DESIGN.started_at, moment("2026-11-19T09:00"))
    found = of("2026-12-20T09:00", FORWARD, ended)
    assert (found["design"].late, found["design"].left) == (True, None)
    assert (found["appraisal"].ended_at, found["appraisal"].late) == (ended.ended_at, False)


def test_a_supplement_nobody_answered_before_the_end_does_not_make_it_late() -> None:
    ended = Turn("design", "H62.3", DESIGN.started_at, moment("2026-11-10T09:00"))
    found = of("2026-12-20T09:00", FORWARD, ended, pauses=(Pause(moment("2026-11-06T10:00")),))
    assert (found["design"].late, found["design"].stands) == (False, False)


def test_supplements_that_overlap_a_gap_are_counted_once() -> None:
    first = Turn("design", "H62.3", moment("2026-11-04T10:00"), moment("2026-11-06T10:00"))
    again = Turn("design", "H62.3", moment("2026-11-16T10:00"))
    both = of("2026-11-17T09:00", FORWARD, first, again,
              pauses=(Pause(moment("2026-11-06T09:00"), moment("2026-11-16T10:00")),))  # fmt: skip
    assert day(both["design"].due_at) == "2026-11-27"


def test_a_lease_plan_runs_by_its_own_terms() -> None:
    found = of("2026-11-03T09:00", Turn("lease-specialist", "H62.3", OPENED), kind="service")
    assert list(found) == ["lease-plan", "lease-specialist", "lease-supplement", "lease-approval", "completion-report"]
    assert (day(found["lease-plan"].due_at), day(found["lease-specialist"].due_at)) == ("2026-12-01", "2026-11-16")


def test_days_off_do_not_count() -> None:
    found = due_of(packs()[PACK], Project.model_validate(content()), "design", moment("2027-02-01T09:00"), CALENDAR)
    assert found > moment("2027-02-18T00:00"), "Tết lies in between"


def test_where_the_law_was_not_read_no_clock_runs() -> None:
    assert of("2026-11-05T09:00", FORWARD, pack="2020-nd73") == {}
