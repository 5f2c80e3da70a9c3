"""Deciding on projects, accepting what was built, and exceptions: asked, decided by another person, public."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from maidinh.channels.web import appraising, approvals, exceptions
from maidinh.governance.appraisal.actions.refusing import AppraisalRefused
from maidinh.governance.appraisal.models import Approval, ProjectException
from maidinh.governance.projects.models import Project
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from tests.channels.web.appraised import Bench, errors_in, page, sent, typed_in
from tests.governance.appraisal.conftest import CONDITION

pytestmark = pytest.mark.slow
DAY = {"decided_on-day": "18", "decided_on-month": "11", "decided_on-year": "2026"}
DAYS = {
    "valid_until-day": "30", "valid_until-month": "6", "valid_until-year": "2027",
    "review_on-day": "1", "review_on-month": "3", "review_on-year": "2027",
}  # fmt: skip
RECORD = dict.fromkeys(exceptions.TEXTS, "Nội dung") | {"agency": "H38.5"} | DAYS


@pytest.fixture(autouse=True)
def english(db: None) -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def bench(sign_in_as: Any, official: Callable[..., Actor], at: datetime, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    return Bench(sign_in_as, official, at)


def address(row: Project, what: str) -> str:
    return f"/projects/{row.code}/{what}"


def test_a_project_is_approved_by_a_decision(bench: Bench) -> None:
    row, browser = bench.verdict().project, bench.of(bench.approver)
    place = address(row, "approval")
    assert f'href="{place}"' in page(browser, "/approvals")
    assert approvals.waiting(bench.approver, bench.at) == 1
    html = page(browser, place)
    assert "Approving fixes this revision for good" in html
    assert "Decide by" in html and f"{row.code} ·" not in html
    assert "against version 1.0 of the architecture" in html
    bad = sent(browser, place, 422, choice="approve", decision="15/QĐ-UBND", **{**DAY, "decided_on-day": "31"})
    assert errors_in(bad.content.decode()) == ["decided_on"]
    assert typed_in(bad.content.decode(), "decision") == "15/QĐ-UBND"
    later = sent(browser, place, 422, choice="approve", decision="15/QĐ-UBND", **{**DAY, "decided_on-day": "30"})
    assert errors_in(later.content.decode()) == ["decided_on"]
    answer = sent(browser, place, choice="approve", decision="15/QĐ-UBND", **DAY)
    assert Approval.objects.get(project=row).decision == "15/QĐ-UBND"
    html = page(browser, answer["Location"])
    assert "The project is approved." in html
    assert "It stands on the verdict." in html
    assert 'name="decision"' not in html


def test_a_project_is_refused_with_a_reason(bench: Bench) -> None:
    row, browser = bench.verdict().project, bench.of(bench.approver)
    assert errors_in(sent(browser, address(row, "approval"), 422, choice="refuse").content.decode()) == ["reason"]
    answer = sent(browser, address(row, "approval"), choice="refuse", reason="Chưa có vốn")
    assert Project.objects.get(pk=row.pk).state == "refused"
    assert "The project is not approved." in page(browser, answer["Location"])


def test_why_it_can_not_be_approved_is_said_with_the_way_out(bench: Bench) -> None:
    row, browser = bench.failed().project, bench.of(bench.approver)
    html = page(browser, address(row, "approval"))
    assert "The verdict is that it does not pass." in html
    assert "asks for an exception" in html
    assert 'name="decision"' not in html
    refused = sent(browser, address(row, "approval"), 422, choice="approve", decision="15/QĐ-UBND", **DAY)
    assert "does not pass" in refused.content.decode()
    assert not Approval.objects.exists()


def test_who_has_every_role_and_did_one_part_does_not_do_the_next(bench: Bench) -> None:
    roles = frozenset({*bench.officer.permissions, *bench.appraiser.permissions, *bench.approver.permissions})
    row = bench.begin()
    author = replace(bench.appraiser, id=bench.officer.id, permissions=roles)
    with acting(agencies=author.agencies, person=author.id):
        said = appraising.what_may(author, row)
    assert (said["barred"], said["take"]) == ("You wrote in this project. Somebody else must appraise it.", False)
    verdict = bench.verdict(row)
    for person, says in ((bench.officer, "You wrote in this project."), (bench.appraiser, "You gave the verdict.")):
        decider = replace(bench.approver, id=person.id, permissions=roles)
        with acting(agencies=decider.agencies, person=decider.id):
            told = approvals.obstacles(decider, bench.fresh(verdict.project))
        assert (told[0]["what"], told[0]["do"]) == (says, "Another person must decide on it.")
        with pytest.raises(AppraisalRefused, match=says):
            bench.approve(verdict.project, actor=decider)


def test_an_outdated_verdict_does_not_carry_a_decision(bench: Bench) -> None:
    row, browser = bench.verdict().project, bench.of(bench.approver)
    bench.publish_next()
    html = page(browser, address(row, "approval"))
    assert "Another version of the architecture is in force" in html
    assert "checks it again" in html
    assert "check again" in page(browser, "/approvals")
    assert 'name="decision"' not in html


def test_what_is_not_appraised_waits(bench: Bench) -> None:
    row = bench.begin().project
    assert "The appraisal is not finished." in page(bench.of(bench.approver), address(row, "approval"))


def test_a_project_is_accepted_once_every_condition_is_met(bench: Bench) -> None:
    row, browser = bench.with_condition(), bench.of(bench.approver)
    place = address(row, "acceptance")
    assert f'href="{place}"' in page(browser, "/approvals")
    html = page(browser, place)
    assert "Đã xong" in html
    assert "1 condition is not met" in html
    assert 'name="record"' not in html
    field = f"evidence-{CONDITION['id']}"
    assert errors_in(sent(browser, place, 422, step="met", condition=CONDITION["id"]).content.decode()) == [field]
    sent(browser, place, step="met", condition=CONDITION["id"], evidence="Biên bản số 3")
    html = page(browser, place)
    assert "Biên bản số 3" in html
    assert errors_in(sent(browser, place, 422, step="accept").content.decode()) == ["record"]
    answer = sent(browser, place, step="accept", record="Biên bản nghiệm thu số 4 ngày 18/11/2026")
    assert Project.objects.get(pk=row.pk).state == "accepted"
    assert "The project is accepted." in page(browser, answer["Location"])


def test_what_is_not_finished_goes_back(bench: Bench) -> None:
    row, browser = bench.finished(), bench.of(bench.approver)
    place = address(row, "acceptance")
    assert errors_in(sent(browser, place, 422, step="back").content.decode()) == ["reason"]
    answer = sent(browser, place, step="back", reason="Thiếu tài liệu vận hành")
    assert Project.objects.get(pk=row.pk).state == "building"
    assert "went back to its owner" in page(browser, answer["Location"])


def test_an_exception_is_asked_for_with_its_whole_record(bench: Bench) -> None:
    row, browser = bench.failed().project, bench.of(bench.officer)
    place = address(row, "exception")
    assert 'name="alternatives"' in page(browser, place)
    bad = sent(browser, place, 422, **(RECORD | {"cause": "", "valid_until-month": "13", "effects": "Không đáng kể"}))
    assert errors_in(bad.content.decode()) == ["cause", "valid_until"]
    assert typed_in(bad.content.decode(), "effects") == "Không đáng kể"
    past = sent(browser, place, 422, **(RECORD | {"valid_until-year": "2025"})).content.decode()
    assert "valid_until" in errors_in(past)
    answer = sent(browser, place, **RECORD)
    with acting(agencies=bench.officer.agencies):
        kept = ProjectException.objects.get(project=row)
    assert (kept.state, str(kept.valid_until)) == ("asked", "2027-06-30")
    assert "Another person decides on it." in page(browser, answer["Location"])
    page(Client(), f"/exceptions/{kept.pk}", 404)


def test_another_person_decides_and_everyone_reads_it(bench: Bench) -> None:
    row = bench.exception(bench.failed().project)
    browser, place = bench.of(bench.approver), f"/exceptions/{row.pk}"
    with acting(agencies=bench.approver.agencies):
        assert exceptions.to_decide(bench.approver, bench.at) == 1
    assert f'href="{place}"' in page(browser, "/exceptions")
    assert "can be approved until" in page(browser, place)
    bad = sent(browser, f"{place}/decide", 422, granted="yes", text="Cần thiết").content.decode()
    assert errors_in(bad) == ["decision"]
    assert typed_in(bad, "text") == "Cần thiết"
    sent(browser, f"{place}/decide", granted="yes", decision="12/QĐ-UBND", text="Cần thiết")
    public = Client()
    public.cookies["django_language"] = "en"
    html = page(public, place)
    assert "12/QĐ-UBND" in html
    assert bench.officer.name not in html
    assert bench.approver.name not in html
    listed = page(public, "/exceptions")
    assert f'href="{place}"' in listed
    assert "days left" in listed
    html = page(browser, address(row.project, "approval"))
    assert "It will stand on the exception" in html
    sent(browser, address(row.project, "approval"), choice="approve", decision="15/QĐ-UBND", **DAY)
    assert Approval.objects.get(project=row.project).exception_id == row.pk


def test_who_asked_does_not_decide(bench: Bench) -> None:
    row = bench.exception(bench.failed().project)
    assert bench.of(bench.officer).post(f"/exceptions/{row.pk}/decide", {"granted": "yes"}).status_code == 403
    assert 'name="granted"' not in page(bench.of(bench.officer), f"/exceptions/{row.pk}")
