"""A project's way from being handed in to being accepted: who may take which step, and what is refused for what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from maidinh.governance.appraisal.actions.accepting import accept_project
from maidinh.governance.appraisal.actions.asking import (
    Defect,
    answer_supplement,
    ask_opinion,
    give_opinion,
    record_meeting,
)
from maidinh.governance.appraisal.actions.deciding import meet_condition, refuse_project
from maidinh.governance.appraisal.actions.opening import check_again, forward, hand_in, reopen, take_up
from maidinh.governance.appraisal.actions.refusing import AppraisalRefused
from maidinh.governance.appraisal.queries import (
    appraisal_for,
    appraisal_of,
    clock_of,
    conditions_unmet,
    signed_opinion,
    to_appraise,
    to_approve,
    to_opine,
    verdict_of,
    verdict_stands,
)
from maidinh.governance.appraisal.rules import CONCLUDED, FAIL, OPEN, PASS, PASS_WITH_CONDITIONS, WAITING
from maidinh.governance.projects.actions.carrying import begin_building, report_completion
from maidinh.governance.projects.rules import (
    ACCEPTED,
    APPRAISED,
    APPRAISING,
    APPROVED,
    PREPARING,
    REFUSED,
    RETURNED,
)
from maidinh.infrastructure.actor import NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.identity.queries import anonymous
from maidinh.infrastructure.keys.pades import check_pdf
from maidinh.infrastructure.translog.models import Entry
from tests.governance.appraisal.conftest import CONDITION, Appraising

pytestmark = pytest.mark.slow


def refused(match: str, act: Callable[[], Any]) -> AppraisalRefused:
    """The refusal of a step, for a reason."""
    with pytest.raises(AppraisalRefused, match=match) as found:
        act()
    return found.value


def test_the_whole_way_with_a_supplement_an_opinion_a_meeting_and_a_condition(appraising: Appraising) -> None:
    here, at = appraising, appraising.at
    row = here.begin()
    project = here.fresh(row.project)
    assert (project.state, project.holder, row.agency, row.number) == (APPRAISING, row.agency, "H38.2", 1)
    here.do(take_up, here.appraiser, appraisal_id=row.pk)
    here.do(forward, here.appraiser, appraisal_id=row.pk)
    here.supplement(row, Defect("costs", "Thiếu dự toán"), Defect("", "Thiếu lộ trình", "Điều 50"))
    assert here.fresh(project).state == RETURNED and here.fresh(project).holder == project.owner
    row = here.answer(project)
    assert (row.state, row.revision.number) == (OPEN, 2)
    opinion = here.do(ask_opinion, here.appraiser, appraisal_id=row.pk, agency="H38.6", question="Có trùng không?",
                      due_on=at.date() + timedelta(days=5))  # fmt: skip
    with acting(agencies=here.opining.agencies):
        assert [each.pk for each in to_opine(here.opining)] == [opinion.pk]
    here.do(give_opinion, here.opining, opinion_id=opinion.pk, stance="agree-with-changes", text="Ghi rõ nguồn vốn")
    here.do(record_meeting, here.appraiser, appraisal_id=row.pk, held_on=at.date(), chair="Phó Giám đốc",
            agencies=["H38.2", "H38.6"], minutes="Thống nhất")  # fmt: skip
    verdict = here.verdict(row, PASS_WITH_CONDITIONS)
    project = here.fresh(project)
    assert (project.state, project.holder, verdict.project_hash) == (APPRAISED, "H38", project.hash)
    with acting(agencies=here.approver.agencies):
        assert [each.pk for each in to_approve(here.approver)] == [project.pk]
    approval = here.approve(project)
    assert (approval.verdict, here.fresh(project).state) == (verdict, APPROVED)
    here.do(begin_building, here.officer, project_id=project.pk)
    here.do(report_completion, here.officer, project_id=project.pk, completed_on=at.date(), summary="Xong")
    found = refused("is not met", lambda: here.do(accept_project, here.approver, project_id=project.pk, record="BB 1"))
    assert [fault.field for fault in found.faults] == ["condition.c1"]
    here.do(meet_condition, here.appraiser, verdict_id=verdict.pk, condition="c1", evidence="QĐ 7")
    with acting(agencies=here.approver.agencies):
        assert conditions_unmet(here.fresh(project)) == []
    here.do(accept_project, here.approver, project_id=project.pk, record="Biên bản số 1")
    assert here.fresh(project).state == ACCEPTED
    with acting(agencies=here.officer.agencies):
        kinds = list(project.events.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["opened", "handed-in", "taken-up", "forwarded", "supplement-asked", "revised",
                     "supplement-answered", "opinion-asked", "opinion-given", "meeting-held", "verdict-given",
                     "approved", "building-begun", "completed", "condition-met", "accepted"]  # fmt: skip


def test_the_clock_stands_while_a_supplement_is_awaited_and_goes_on_after(appraising: Appraising) -> None:
    here, begun = appraising, appraising.at
    row = here.begin()
    with acting(agencies=here.appraiser.agencies):
        whole, share = clock_of(row, begun)[:2]
    assert (whole.budget.amount, share.holder, share.budget.amount) == (20, "H38.2", 2)
    here.at = begun + timedelta(days=1)
    here.supplement(row)
    here.at = begun + timedelta(days=15)
    with acting(agencies=here.appraiser.agencies):
        stands = clock_of(row, here.at)[0]
    assert stands.stands and stands.due_at is None and stands.left.amount == 19 and not stands.late
    row = here.answer(row.project)
    with acting(agencies=here.appraiser.agencies):
        again = clock_of(row, here.at)[0]
        turn = row.turns.get(term=again.term)
    assert again.due_at == turn.due_at and again.due_at > whole.due_at + timedelta(days=12)
    here.at += timedelta(days=1)
    here.verdict(row)
    with acting(agencies=here.approver.agencies):
        ended, decision = clock_of(row, here.at)[0], clock_of(row, here.at)[3]
    assert ended.ended_at == here.at and not ended.late
    assert (decision.holder, decision.budget.amount, decision.started_at) == ("H38", 3, here.at)
    here.approve(row.project)
    with acting(agencies=here.approver.agencies):
        assert clock_of(row, here.at)[3].ended_at == here.at


def test_defects_are_asked_at_once_and_a_further_request_says_why(appraising: Appraising) -> None:
    here, row = appraising, appraising.begin()
    found = refused("Say what", lambda: here.supplement(row, Defect("costs", " "), Defect("nothing.1", "x")))
    assert {fault.field for fault in found.faults} == {"defects.0.says", "defects.1.field"}
    here.supplement(row)
    refused("A supplement is awaited", lambda: here.supplement(row))
    refused("A supplement is awaited", lambda: here.verdict(row))
    with acting(agencies=here.officer.agencies):
        assert here.fresh(row.project).appraisals.get().state == WAITING
    refused("Nothing in the project has changed", lambda: here.do(answer_supplement, here.officer,
                                                                  project_id=row.project_id))  # fmt: skip
    row = here.answer(row.project)
    found = refused("Say why it was not asked", lambda: here.supplement(row))
    assert found.faults[0].values == {"number": "2"}
    assert here.supplement(row, reason="Phát sinh từ bản sửa").number == 2
    refused("changed|No supplement", lambda: here.do(answer_supplement, here.officer, project_id=row.project_id))


def test_author_appraiser_and_approver_are_three_people_of_the_right_bodies(appraising: Appraising) -> None:
    here, row = appraising, appraising.begin()
    for actor in (here.officer, here.approver, anonymous()):
        with pytest.raises(NotAllowed):
            here.do(take_up, actor, appraisal_id=row.pk)
    writer = replace(here.appraiser, id=here.officer.id)
    refused("You wrote in this project", lambda: here.do(take_up, writer, appraisal_id=row.pk))
    own = replace(here.appraiser, agencies=("H38.5",))
    refused("your own agency's", lambda: here.do(take_up, own, appraisal_id=row.pk))
    elsewhere = replace(here.appraiser, agencies=("H38.6",))
    refused("no part in it", lambda: here.do(take_up, elsewhere, appraisal_id=row.pk))
    here.do(take_up, here.appraiser, appraisal_id=row.pk)
    refused("Somebody else took", lambda: here.verdict(row, actor=here.third))
    verdict = here.verdict(row)
    project = verdict.project
    for actor, reason in (
        (replace(here.approver, id=here.officer.id), "You wrote in this project"),
        (replace(here.approver, id=here.appraiser.id), "You gave the verdict"),
        (replace(here.approver, agencies=("H38.6",)), "no part in it"),
    ):
        refused(reason, lambda actor=actor: here.approve(project, actor=actor))
        refused(reason, lambda actor=actor: here.do(refuse_project, actor, project_id=project.pk, reason="x"))
    with pytest.raises(NotAllowed):
        here.approve(project, actor=here.officer)
    here.approve(project)
    refused("approved already", lambda: here.approve(project, actor=here.other_approver))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"result": "none"}, "result"), ({"reasons": "  "}, "reasons"), ({"conditions": [CONDITION]}, "conditions"),
        ({"result": PASS_WITH_CONDITIONS, "conditions": []}, "conditions"),
        ({"result": PASS_WITH_CONDITIONS, "conditions": [CONDITION | {"until": "2020-01-01"}]}, "conditions.0.until"),
        ({"result": PASS_WITH_CONDITIONS, "conditions": [CONDITION | {"text": ""}]}, "conditions.0.text"),
        ({"results": []}, "result"), ({"results": [{"requirement": "content", "result": "met"}]}, "why-content"),
        ({"results": [{"requirement": "content", "result": "perhaps"}]}, "result-content"),
        ({"results": [{"requirement": "size", "result": "not-met", "why": "x"}]}, "result"),
    ],
)  # fmt: skip
def test_a_verdict_says_no_more_than_its_results_bear(appraising: Appraising, more: dict[str, Any], field: str) -> None:
    row = appraising.begin()
    found = refused(".", lambda: appraising.verdict(row, **({"result": PASS} | more)))
    assert field in {fault.field for fault in found.faults}
    assert appraising.fresh(row.project).state == APPRAISING


def test_what_an_automatic_check_found_not_met_stays_so(appraising: Appraising) -> None:
    here = appraising
    row = here.begin(papers=[])
    judged = [
        {"requirement": each["requirement"], "result": "met", "why": "x"}
        for each in row.assessment["results"]
        if each["result"] != "met"
    ]
    found = refused("automatic check", lambda: here.verdict(row, results=judged))
    assert [fault.field for fault in found.faults] == ["result-dossier"]
    refused("can't pass", lambda: here.verdict(row))
    assert here.verdict(row, FAIL).result == FAIL


def test_a_verdict_is_signed_entered_and_public(appraising: Appraising) -> None:
    here = appraising
    verdict = here.verdict()
    document = signed_opinion(anonymous(), verdict)
    authority = [path.read_text("ascii") for path in _authorities()]
    checked = check_pdf(document, trusted=authority, at=here.at)
    assert checked.good and checked.signer == here.appraiser.name
    entry = Entry.objects.get(pk=verdict.entry)
    assert verdict.receipt["content"]["document"] == verdict.document_id
    assert verdict.receipt["content"]["project_hash"] == verdict.project_hash
    assert entry.pk == verdict.entry
    with acting():
        assert verdict_of(verdict.project).pk == verdict.pk
        assert verdict.appraisal.state in (OPEN, CONCLUDED) and appraisal_of(verdict.project).state == CONCLUDED
        assert appraisal_for(anonymous(), verdict.appraisal_id) is None


def _authorities() -> list[Any]:
    from django.conf import settings

    return sorted(settings.MAIDINH.home.public_keys.glob("authority@*.crt"))


def test_a_project_with_faults_or_without_a_law_is_not_handed_in(appraising: Appraising) -> None:
    here = appraising
    row = here.open("soil-watch-old", total=500_000)
    found = refused(".", lambda: here.begin(row))
    assert "total" in {fault.field for fault in found.faults}
    fresh = here.begin()
    refused("Only a project that is being prepared", lambda: here.begin(fresh.project))
    with pytest.raises(NotAllowed):
        here.do(hand_in, here.appraiser, project_id=fresh.project_id)
    refused("no part in it|another agency", lambda: here.do(hand_in, here.stranger, project_id=fresh.project_id))


def test_a_project_keeps_the_law_under_which_it_began(appraising: Appraising) -> None:
    here = appraising
    verdict = here.verdict()
    assert verdict.pack == verdict.project.pack == appraisal_of(verdict.project).pack == "2026-nd224"
    assert verdict_stands(verdict)


def test_after_a_verdict_that_fails_the_owner_mends_and_hands_in_again(appraising: Appraising) -> None:
    here = appraising
    project = here.failed().project
    refused("does not pass", lambda: here.approve(project))
    here.do(reopen, here.officer, project_id=project.pk)
    assert here.fresh(project).state == PREPARING
    row = here.begin(here.mend(project))
    assert (row.number, row.revision.number) == (2, 2)
    verdict = here.verdict(row)
    assert here.approve(project).verdict == verdict
    refused("not decided on", lambda: here.do(reopen, here.officer, project_id=project.pk))


def test_a_refusal_ends_it(appraising: Appraising) -> None:
    here = appraising
    project = here.verdict().project
    refused("Say why", lambda: here.do(refuse_project, here.approver, project_id=project.pk, reason=" "))
    here.do(refuse_project, here.approver, project_id=project.pk, reason="Chưa bố trí vốn")
    assert here.fresh(project).state == REFUSED
    refused("was appraised", lambda: here.approve(project))


@pytest.mark.parametrize(
    ("what", "field"),
    [({"decision": ""}, "decision"), ({"decision": "x" * 121}, "decision"), ({"days": 1}, "decided_on"),
     ({"days": -1}, "decided_on")],
)  # fmt: skip
def test_a_decision_has_its_number_and_a_day_after_the_verdict(
    appraising: Appraising, what: dict[str, Any], field: str
) -> None:
    here = appraising
    project = here.verdict().project
    if "days" in what:
        what = {"decided_on": here.at.date() + timedelta(days=what["days"])}
    found = refused(".", lambda: here.approve(project, **what))
    assert [fault.field for fault in found.faults] == [field]


def test_an_opinion_is_asked_of_another_body_and_given_once(appraising: Appraising) -> None:
    here, row = appraising, appraising.begin()
    due = here.at.date() + timedelta(days=3)

    def ask(agency: str = "H38.6", question: str = "x", on: Any = due) -> Any:
        return here.do(ask_opinion, here.appraiser, appraisal_id=row.pk, agency=agency, question=question, due_on=on)

    for what, field in (({"agency": "H38.5"}, "agency"), ({"agency": "H38.2"}, "agency"),
                        ({"question": ""}, "question"),
                        ({"on": here.at.date() - timedelta(days=1)}, "due_on")):  # fmt: skip
        assert [fault.field for fault in refused(".", lambda what=what: ask(**what)).faults] == [field]
    opinion = ask()
    refused("asked already", ask)
    for actor, stance, text, field in (
        (here.opining, "maybe", "", "stance"), (here.opining, "disagree", "", "text"), (here.approver, "agree", "", ""),
    ):  # fmt: skip
        try:
            here.do(give_opinion, actor, opinion_id=opinion.pk, stance=stance, text=text)
        except (AppraisalRefused, NotAllowed) as found:
            assert isinstance(found, NotAllowed) or found.faults[0].field == field
        else:
            raise AssertionError("it was taken")
    here.do(give_opinion, here.opining, opinion_id=opinion.pk, stance="agree", text="")
    refused("already", lambda: here.do(give_opinion, here.opining, opinion_id=opinion.pk, stance="agree", text=""))
    with acting(agencies=here.appraiser.agencies):
        assert list(to_appraise(here.appraiser)) == [row]
    refused("still to come", lambda: here.do(record_meeting, here.appraiser, appraisal_id=row.pk, held_on=due,
                                             chair="x", agencies=["H38.2"], minutes="x"))  # fmt: skip
    refused("stands", lambda: here.do(check_again, here.appraiser, appraisal_id=here.verdict(row).appraisal_id))
