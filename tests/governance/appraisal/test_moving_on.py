"""A version is published while a project is appraised or waits to be decided; exceptions are asked, decided, ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from maidinh.governance.appraisal.actions.asking import answer_supplement
from maidinh.governance.appraisal.actions.exceptions import watch_exceptions
from maidinh.governance.appraisal.actions.opening import check_again, move_to_version, reopen
from maidinh.governance.appraisal.actions.refusing import AppraisalRefused
from maidinh.governance.appraisal.models import Appraisal, ProjectException
from maidinh.governance.appraisal.queries import (
    exception_for,
    exception_that_holds,
    exceptions_for,
    exceptions_to_decide,
    packs,
    verdict_of,
    verdict_stands,
)
from maidinh.governance.appraisal.rules import ENDED, FAIL, GRANTED, STOPPED
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.projects.actions.preparing import rebase_project, withdraw_project
from maidinh.governance.projects.models import Event as ProjectEvent
from maidinh.governance.projects.rules import APPRAISED, APPRAISING, APPROVED
from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.actions import deliver_events
from maidinh.infrastructure.events.models import Event
from maidinh.infrastructure.identity.queries import anonymous
from tests.governance.appraisal.conftest import Appraising
from tests.governance.appraisal.test_course import refused

pytestmark = pytest.mark.slow


def test_a_verdict_against_an_older_version_asks_for_a_lighter_check(appraising: Appraising) -> None:
    here = appraising
    first = here.verdict()
    project, before = first.project, first.version.version
    here.publish_next()
    with acting(agencies=here.approver.agencies):
        assert not verdict_stands(first)
    found = refused("made against version", lambda: here.approve(project))
    assert found.faults[0].values == {"version": before} and "check it again" in str(found)
    again = here.do(check_again, here.appraiser, appraisal_id=first.appraisal_id)
    assert (again.number, again.version, again.revision) == (2, current_version(), first.revision)
    assert here.fresh(project).state == APPRAISING
    refused("gone on since", lambda: here.do(check_again, here.appraiser, appraisal_id=first.appraisal_id))
    second = here.verdict(again)
    with acting(agencies=here.approver.agencies):
        assert verdict_of(project) == second and verdict_stands(second) and not verdict_stands(first)
    assert here.approve(project).verdict == second


def test_an_appraisal_that_runs_moves_to_the_version_in_force(appraising: Appraising) -> None:
    here = appraising
    row = here.begin()
    refused("already", lambda: here.do(move_to_version, here.appraiser, appraisal_id=row.pk))
    here.publish_next()
    refused("Another version", lambda: here.verdict(row))
    refused("Another version", lambda: here.do(check_again, here.appraiser, appraisal_id=row.pk))
    row = here.do(move_to_version, here.appraiser, appraisal_id=row.pk)
    assert row.assessment["version_hash"] == row.version_hash == current_version().hash
    row = here.do(check_again, here.appraiser, appraisal_id=row.pk)
    assert here.verdict(row).version == current_version()


def test_a_project_returned_meanwhile_is_brought_onto_the_version_in_force(appraising: Appraising) -> None:
    here = appraising
    row = here.begin()
    here.supplement(row)
    here.mend(row.project)
    here.publish_next()
    refused("is in force", lambda: here.do(answer_supplement, here.officer, project_id=row.project_id))
    here.do(rebase_project, here.officer, project_id=row.project_id)
    row = here.do(answer_supplement, here.officer, project_id=row.project_id)
    assert row.version == current_version() and here.verdict(row).version == current_version()


@pytest.mark.slow
def test_the_worker_tells_that_a_check_is_needed_and_stops_what_was_withdrawn(
    own_database: str, official: Callable[..., Actor], at: Any, role: Any
) -> None:
    here = Appraising(official, at)
    waiting, running = here.verdict().project, here.begin(code="soil-watch-2027")
    here.publish_next()
    with role("worker"):
        deliver_events(at=at)
        deliver_events(at=at)
    with acting(agencies=here.officer.agencies):
        told = ProjectEvent.objects.filter(kind="recheck-needed").order_by("project")
        assert [each.project_id for each in told] == [waiting.pk, running.project_id]
        assert told[0].details == {"appraisal": 1, "from": "1.0", "version": "1.1"} and told[0].public
    here.do(withdraw_project, here.officer, project_id=running.project_id, reason="Không còn nhu cầu")
    with role("worker"):
        deliver_events(at=at)
    with acting(agencies=here.officer.agencies):
        row = Appraisal.objects.get(pk=running.pk)
        assert (row.state, row.closed_at) == (STOPPED, at)
        assert not row.turns.filter(ended_at__isnull=True).exists()


def test_an_exception_is_named_justified_and_public_and_approves_what_does_not_fit(appraising: Appraising) -> None:
    here = appraising
    project = here.failed().project
    row = here.exception(project)
    with acting():
        assert not list(exceptions_for(anonymous()))
    with acting(agencies=here.approver.agencies):
        assert list(exceptions_to_decide(here.approver)) == [row]
        assert exception_that_holds(project, here.at.date()) is None
    refused("No such exception", lambda: here.approve(project, exception_id=row.pk))
    refused("asked for already", lambda: here.exception(project))
    here.decide(row)
    with acting():
        seen = exception_for(anonymous(), row.pk)
        assert (seen.state, seen.decision, seen.receipt["content"]["cause"]) == (GRANTED, "12/QĐ-UBND", seen.cause)
    refused("decided already", lambda: here.decide(row))
    approval = here.approve(project, exception_id=row.pk)
    assert (approval.verdict, approval.exception) == (None, row)
    assert approval.receipt["content"]["stands_on"] == "exception" and here.fresh(project).state == APPROVED


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"cause": " "}, "cause"), ({"effects": ""}, "effects"), ({"agency": "H0"}, "agency"),
        ({"until": 0}, "valid_until"),
        ({"until": 10_000}, "valid_until"), ({"review": 91}, "review_on"), ({"review": -1}, "review_on"),
        ({"unmet": "x" * 20_001}, "unmet"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_an_exception_is_told_at_its_field(
    appraising: Appraising, more: dict[str, Any], field: str
) -> None:
    here = appraising
    project, today = here.failed().project, here.at.date()
    what = {key: value for key, value in more.items() if key not in ("until", "review")}
    if "until" in more:
        what |= {"valid_until": today + timedelta(days=more["until"]), "review_on": today}
    if "review" in more:
        what |= {"review_on": today + timedelta(days=more["review"])}
    found = refused(".", lambda: here.exception(project, **what))
    assert [fault.field for fault in found.faults] == [field]


def test_another_person_decides_on_an_exception_and_says_why(appraising: Appraising) -> None:
    here = appraising
    project = here.failed().project
    row = here.exception(project)
    same = replace(here.approver, id=here.officer.id)
    refused("Somebody else must decide", lambda: here.decide(row, actor=same))
    with pytest.raises(NotAllowed):
        here.decide(row, actor=here.officer)
    for more, field in (({"text": ""}, "text"), ({"decision": ""}, "decision"), ({"decision": "x" * 121}, "decision")):
        found = refused(".", lambda more=more: here.decide(row, **more))
        assert [fault.field for fault in found.faults] == [field]
    here.decide(row, granted=False, decision="")
    with acting():
        assert exception_for(anonymous(), row.pk) is None
    refused("No such exception", lambda: here.approve(project, exception_id=row.pk))
    again = here.exception(project)
    here.at += timedelta(days=400)
    refused("last day is past", lambda: here.decide(again))


def test_an_exception_stands_against_the_version_that_it_was_asked_against(appraising: Appraising) -> None:
    here = appraising
    project = here.failed().project
    row = here.decide(here.exception(project))
    here.publish_next()
    with acting(agencies=here.approver.agencies):
        assert exception_that_holds(project, here.at.date()) is None
    refused("another one is in force", lambda: here.approve(project, exception_id=row.pk))
    assert here.fresh(project).state == APPRAISED


@pytest.mark.slow
def test_the_watch_tells_once_of_an_exception_that_is_to_be_reviewed_and_ends_it(
    own_database: str, official: Callable[..., Actor], at: Any, role: Any
) -> None:
    here = Appraising(official, at)
    row = here.decide(here.exception(here.failed().project))
    remind = packs()["2026-nd224"].exceptions.remind_days
    first = min(row.review_on, row.valid_until - timedelta(days=remind))

    def on(day: Any) -> list[int]:
        with role("worker"):
            return [each.pk for each in watch_exceptions(at=at + (day - at.date()))]

    assert on(first - timedelta(days=1)) == []
    assert (on(first), on(first)) == ([row.pk], [])
    on(row.valid_until)
    with acting():
        assert ProjectException.objects.get(pk=row.pk).state == GRANTED
    on(row.valid_until + timedelta(days=1))
    on(row.valid_until + timedelta(days=2))
    with acting():
        assert ProjectException.objects.get(pk=row.pk).state == ENDED
        names = list(Event.objects.filter(name__startswith="project.exception_e").values_list("name", flat=True))
        kinds = list(row.project.events.order_by("pk").values_list("kind", flat=True))
    assert sorted(names) == ["project.exception_ended", "project.exception_ending"]
    assert kinds[-3:] == ["exception-decided", "exception-ending", "exception-ended"]
    refused("ended|No such exception", lambda: here.approve(row.project, exception_id=row.pk))


def test_only_what_was_appraised_and_is_not_decided_on_gets_an_exception(appraising: Appraising) -> None:
    here = appraising
    row = here.begin()
    refused("was appraised", lambda: here.exception(row.project))
    verdict = here.verdict(row, FAIL, reasons="x")
    asked = here.exception(verdict.project)
    with pytest.raises(NotAllowed):
        here.exception(verdict.project, actor=here.appraiser)
    here.do(reopen, here.officer, project_id=row.project_id)
    here.mend(row.project)
    refused("another now", lambda: here.decide(asked))
    with pytest.raises(AppraisalRefused):
        here.decide(replace_id(asked, 10**9))


def replace_id(row: ProjectException, pk: int) -> ProjectException:
    """Another exception, which isn't there."""
    return ProjectException(pk=pk, project=row.project)
