"""The appraiser's pages: the queue, the appraisal, what is asked, judged and signed; the opinions of other bodies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.utils import translation

from maidinh.channels.web import appraising, appraising_opinions
from maidinh.governance.appraisal.models import Appraisal, BodyOpinion, Meeting, Supplement, Verdict
from maidinh.governance.projects.models import Project
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from tests.channels.web.appraised import Bench, errors_in, page, sent, typed_in

pytestmark = pytest.mark.slow
DAY = {"due-day": "30", "due-month": "11", "due-year": "2026"}


@pytest.fixture(autouse=True)
def english(db: None) -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def bench(
    sign_in_as: Any, official: Callable[..., Actor], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> Bench:  # fmt: skip
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    return Bench(sign_in_as, official, at)


def judged(row: Appraisal, **more: str) -> dict[str, str]:
    """The form of a verdict in which what is not settled is judged met."""
    form = {"result": "pass", "reasons": "Phù hợp", "conditions": "1"}
    for each in row.assessment["results"]:
        if each["result"] == "undetermined":
            form |= {f"result-{each['requirement']}": "met", f"why-{each['requirement']}": "Đã xem hồ sơ"}
    return form | more


def test_the_queue_tells_whose_it_is_and_how_long_is_left(bench: Bench) -> None:
    row, browser = bench.begin(), bench.of(bench.appraiser)
    html = page(browser, "/appraisals")
    assert f'href="/appraisals/{row.pk}"' in html
    assert "nobody took it up" in html
    assert re.search(r"\d+ days left", html)
    assert "There is none of these." in page(browser, "/appraisals?show=mine")
    answer = sent(browser, f"/appraisals/{row.pk}/take-up")
    assert "You have taken the appraisal up." in page(browser, answer["Location"])
    assert f'href="/appraisals/{row.pk}"' in page(browser, "/appraisals?show=mine")
    assert appraising.waiting(bench.appraiser, bench.at) == 1
    assert appraising.due(bench.appraiser, bench.at) is not None
    assert "Appraisal of projects" in page(browser, "/desk")


def test_an_appraisal_shows_checks_clock_and_papers(bench: Bench) -> None:
    row = bench.taken(statements=[])
    html = page(bench.of(bench.appraiser), f"/appraisals/{row.pk}")
    assert 'data-requirement="policy" data-result="not-met"' in html
    assert "To mend it:" in html
    assert "Nothing: with the project no rule is broken" in html
    assert "The focal point forwards the dossier" in html
    assert "20 working days" in html
    assert "Letter of submission" in html
    assert "against version 1.0" in html
    assert html.count("<h1") == 1


def test_its_owner_reads_but_does_not_work_on_it(bench: Bench) -> None:
    row = bench.taken()
    html = page(bench.of(bench.officer), f"/appraisals/{row.pk}")
    assert "What you can do" not in html
    assert bench.of(bench.officer).post(f"/appraisals/{row.pk}/check").status_code == 403


def test_what_is_not_met_stands_in_the_request_to_begin_with(bench: Bench) -> None:
    row, browser = bench.taken(statements=[]), bench.of(bench.appraiser)
    address = f"/appraisals/{row.pk}/supplement"
    html = page(browser, address)
    assert 'name="defect-0-field"' in html
    assert typed_in(html, "defect-0-says")
    assert re.search(r'<option value="statements" selected', html)
    wrong = sent(browser, address, 422, **{"defects": "1", "defect-0-says": "Thiếu dự toán", "step": "ask"})
    again = wrong.content.decode()
    assert set(errors_in(again)) == {"defect-0-field", "reason"}
    assert typed_in(again, "defect-0-says") == "Thiếu dự toán"
    more = sent(browser, address, 200, **{"defects": "1", "defect-0-says": "Thiếu", "step": "more"}).content.decode()
    assert 'name="defect-1-says"' in more
    form = {"defects": "2", "defect-0-field": "costs", "defect-0-says": "Thiếu dự toán", "defect-1-field": "whole",
            "defect-1-says": "Thiếu thuyết minh", "reason": "Hồ sơ chưa đủ", "step": "ask"}  # fmt: skip
    answer = sent(browser, address, **form)
    kept = Supplement.objects.get(appraisal=row)
    assert [each["field"] for each in kept.defects] == ["costs", ""]
    html = page(browser, answer["Location"])
    assert "The clock stands until the owner answers." in html
    assert "Costs" in html
    assert "until the supplement comes" in page(browser, "/appraisals")
    assert "A supplement is awaited." in page(browser, f"/appraisals/{row.pk}/verdict")


def test_another_body_is_asked_and_answers_once(bench: Bench) -> None:
    row, browser = bench.taken(), bench.of(bench.appraiser)
    address = f"/appraisals/{row.pk}/opinion"
    bad = sent(browser, address, 422, question="Có trùng không?", **{**DAY, "due-month": "13"}).content.decode()
    assert set(errors_in(bad)) == {"agency", "due"}
    assert typed_in(bad, "question") == "Có trùng không?"
    past = {"agency": bench.opining.agency, "question": "Có trùng không?", **DAY, "due-year": "2025"}
    assert errors_in(sent(browser, address, 422, **past).content.decode()) == ["due"]
    sent(browser, address, **{**past, "due-year": "2026"})
    with acting(agencies=bench.opining.agencies):
        opinion, other = BodyOpinion.objects.get(appraisal=row), bench.of(bench.opining)
        assert appraising_opinions.waiting(bench.opining, bench.at) == 1
        assert appraising_opinions.due(bench.opining, bench.at) == opinion.due_on
    assert "Opinions on projects" in page(other, "/desk")
    place = f"/appraisals/opinions/{opinion.pk}"
    assert f'href="{place}"' in page(other, "/appraisals/opinions")
    assert "Có trùng không?" in page(other, place)
    silent = sent(other, place, 422, stance="disagree", text="").content.decode()
    assert errors_in(silent) == ["text"]
    sent(other, place, stance="disagree", text="Trùng với hệ thống của Sở")
    html = page(browser, f"/appraisals/{row.pk}")
    assert "does not agree" in html
    assert "Trùng với hệ thống của Sở" in html
    assert "What your agency said" in page(other, place)
    page(bench.of(bench.approver), place, 403)


def test_a_meeting_is_recorded(bench: Bench) -> None:
    row, browser = bench.taken(), bench.of(bench.appraiser)
    address, day = f"/appraisals/{row.pk}/meeting", {f"held_on-{part}": text for part, text in
                                                     (("day", "17"), ("month", "11"), ("year", "2026"))}  # fmt: skip
    bad = sent(browser, address, 422, chair="Phó Giám đốc", **{**day, "held_on-year": "2027"}).content.decode()
    assert set(errors_in(bad)) == {"agencies", "minutes"}
    later = sent(browser, address, 422, chair="Phó Giám đốc", agencies=[row.owner], minutes="Thống nhất",
                 **{**day, "held_on-year": "2027"}).content.decode()  # fmt: skip
    assert errors_in(later) == ["held_on"]
    assert typed_in(later, "chair") == "Phó Giám đốc"
    sent(browser, address, chair="Phó Giám đốc", agencies=[row.owner], minutes="Thống nhất", **day)
    with acting(agencies=bench.appraiser.agencies):
        assert Meeting.objects.get(appraisal=row).agencies == [row.owner]
    assert "Thống nhất" in page(browser, f"/appraisals/{row.pk}")


def test_it_is_passed_on_and_checked_again(bench: Bench) -> None:
    row, browser = bench.taken(), bench.of(bench.appraiser)
    assert "Pass on to the appraiser of the design" in page(browser, f"/appraisals/{row.pk}")
    sent(browser, f"/appraisals/{row.pk}/forward")
    html = page(browser, f"/appraisals/{row.pk}?done=forward")
    assert "It is passed on" in html
    assert "The file is whole." not in html
    sent(browser, f"/appraisals/{row.pk}/check")
    twice = sent(browser, f"/appraisals/{row.pk}/forward", 422).content.decode()
    assert "passed on already" in twice


def test_another_version_in_force_is_told_and_checked_against(bench: Bench) -> None:
    row, browser = bench.taken(), bench.of(bench.appraiser)
    bench.publish_next()
    assert "check again: another version is in force" in page(browser, "/appraisals")
    html = page(browser, f"/appraisals/{row.pk}")
    assert "Version 1.1 is in force now." in html
    sent(browser, f"/appraisals/{row.pk}/move")
    assert "against version 1.1" in page(browser, f"/appraisals/{row.pk}")
    assert "is in force now" not in page(browser, f"/appraisals/{row.pk}")


def test_a_verdict_is_read_before_it_is_signed(bench: Bench) -> None:
    row, browser = bench.taken(), bench.of(bench.appraiser)
    address = f"/appraisals/{row.pk}/verdict"
    assert 'name="reasons"' in page(browser, address)
    first = sent(browser, address, 200, step="preview", **judged(row)).content.decode()
    assert "Read the verdict before you sign" in first
    assert not Verdict.objects.exists()
    back = sent(browser, address, 200, step="change", **judged(row)).content.decode()
    assert typed_in(back, "reasons") == "Phù hợp"
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', first))
    hidden.pop("csrfmiddlewaretoken", None)
    answer = sent(browser, address, **{**hidden, "reasons": "Phù hợp", "step": "sign"})
    verdict = Verdict.objects.get(appraisal=row)
    assert verdict.result == "pass"
    html = page(browser, answer["Location"])
    assert "The verdict is given and signed." in html
    document = browser.get(f"/appraisals/{row.pk}/opinion.pdf")
    assert document.content.startswith(b"%PDF")
    assert "attachment" in document["Content-Disposition"]
    assert f'href="/appraisals/{row.pk}"' in page(browser, "/appraisals?show=done")


def test_a_verdict_that_says_too_little_or_too_much_stays_as_typed(bench: Bench) -> None:
    row, browser = bench.taken(), bench.of(bench.appraiser)
    address = f"/appraisals/{row.pk}/verdict"
    settled = next(each["requirement"] for each in row.assessment["results"] if each["result"] == "met")
    form = judged(row, result="pass-with-conditions", reasons="", **{f"result-{settled}": "not-met"})
    bad = sent(browser, address, 422, step="preview", **form).content.decode()
    assert {f"why-{settled}", "condition-0-text", "reasons"} <= set(errors_in(bad))
    assert re.search(r"<details[^>]* open>", bad)
    named = {"condition-0-text": "Bổ sung cấp độ", "condition-0-until-day": "31", "condition-0-until-month": "2",
             "condition-0-until-year": "2027", "result": "pass-with-conditions"}  # fmt: skip
    bad = sent(browser, address, 422, step="preview", **judged(row, **named)).content.decode()
    assert errors_in(bad) == ["condition-0-until"]
    assert typed_in(bad, "condition-0-text") == "Bổ sung cấp độ"
    named |= {"condition-0-until-month": "3"}
    seen = sent(browser, address, 200, step="preview", **judged(row, **named)).content.decode()
    assert "31/03/2027" in seen
    sent(browser, address, step="sign", **judged(row, **named))
    assert Verdict.objects.get(appraisal=row).conditions[0]["until"] == "2027-03-31"
    assert "not met yet" in page(browser, f"/appraisals/{row.pk}")


def test_what_the_checks_found_not_met_can_not_be_judged_away(bench: Bench) -> None:
    row, browser = bench.taken(papers=[]), bench.of(bench.appraiser)
    address = f"/appraisals/{row.pk}/verdict"
    assert "This stays so" in page(browser, address)
    form = judged(row, **{"result-dossier": "met", "why-dossier": "Đã có bản giấy"})
    refused = sent(browser, address, 422, step="sign", **form).content.decode()
    assert "that stays so" in refused
    assert typed_in(refused, "why-dossier") == "Đã có bản giấy"
    assert Project.objects.get(pk=row.project_id).state == "appraising"


def test_a_verdict_that_stands_no_more_is_told_and_made_again(bench: Bench) -> None:
    row = bench.verdict().appraisal
    browser = bench.of(bench.appraiser)
    bench.publish_next()
    html = page(browser, f"/appraisals/{row.pk}")
    assert "This verdict no longer stands" in html
    assert "Check it again against version 1.1" in html
    answer = sent(browser, f"/appraisals/{row.pk}/check")
    assert answer["Location"] != f"/appraisals/{row.pk}?done=check"
    assert "against version 1.1" in page(browser, answer["Location"])
