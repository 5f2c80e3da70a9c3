"""The desk: an official sees what is theirs, decides once, and is told plainly when it cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.identity import queries as identity
from maidinh.services.dossiers.actions.submission import request_withdrawal
from maidinh.services.dossiers.models import Task
from maidinh.services.fees.models import Charge
from tests.services.results.stages import PDF, advanced_to, official_of, open_step, submitted

Browser = Callable[[Actor], Client]


def words(answer: Any) -> str:
    """The page's text."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


@pytest.fixture
def clerk(dossier: Any, province: Any) -> Actor:
    task, _ = open_step(dossier)
    return official_of(dossier, task, province)


@pytest.fixture
def stranger(dossier: Any, province: Any) -> Actor:
    """A one-stop official of an agency that takes no part."""
    for person in province.organisations.officials:
        if "one-stop-official" in person.roles and person.agency not in dossier.agencies:
            return identity.actor_of_official(identity.official(person.id))
    raise LookupError("every agency takes part")


def at_desk(dossier: Any, name: str = "desk-dossier", **parts: str) -> str:
    return reverse(name, kwargs={"code": dossier.code, **parts})


def decide(client: Client, dossier: Any, outcome: str, **typed: str) -> Any:
    task, _ = open_step(dossier)
    return client.post(at_desk(dossier, "desk-outcome"), {"task": task.pk, "outcome": outcome, **typed})


def test_the_desk_shows_answers_papers_clock_and_history(dossier: Any, clerk: Actor, browser: Browser) -> None:
    answer = browser(clerk).get(at_desk(dossier))
    shown = words(answer)
    assert answer.status_code == 200
    assert dossier.applicant_name in shown
    assert "From the population register" in shown
    for paper in dossier.procedure.procedure.papers:
        assert paper.name.in_language("en") in shown
    assert "Submitted" in shown
    assert "Promised" in shown
    assert "day 0, the clock starts, the first day is not counted" in shown
    assert "Accept" in shown


def test_what_a_person_typed_is_shown_and_never_run(
    db: None, citizen: Actor, signer: Any, at: datetime, province: Any, browser: Browser
) -> None:
    dossier = submitted(citizen, signer, at, kind="joint")
    task, _ = open_step(dossier)
    page = browser(official_of(dossier, task, province)).get(at_desk(dossier)).content.decode()
    assert "&lt;b&gt;&amp;#" in page
    assert "<b>&#" not in page


def test_accepting_promises_a_date_and_gives_the_receipt(dossier: Any, clerk: Actor, browser: Browser) -> None:
    client = browser(clerk)
    assert client.get(at_desk(dossier, "desk-slip", form="01")).status_code == 404
    answer = decide(client, dossier, "accept")
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert "Done. The dossier has moved on." in words(page)
    slip = client.get(at_desk(dossier, "desk-slip", form="01"))
    assert slip["Content-Type"] == "application/pdf"
    text = PdfReader(BytesIO(slip.content)).pages[0].extract_text()
    assert dossier.code in text
    assert dossier.applicant_name in text
    assert "Hẹn trả kết quả" in text
    assert client.get(at_desk(dossier, "desk-slip", form="03")).status_code == 404


@pytest.mark.parametrize(("outcome", "form", "status"), [("supplement", "02", 5), ("refuse", "03", 3)])
def test_a_refusal_needs_a_reason_and_gives_its_form(
    dossier: Any, clerk: Actor, browser: Browser, outcome: str, form: str, status: int
) -> None:
    client = browser(clerk)
    missing = decide(client, dossier, outcome, reason="  ")
    assert missing.status_code == 422
    assert b'id="reason-error"' in missing.content
    assert b'href="#reason"' in missing.content
    assert "Error:" in words(missing)
    assert decide(client, dossier, outcome, reason="Thiếu <bản vẽ>\n- Thiếu chữ ký").status_code == 302
    with acting(agencies=dossier.agencies):
        dossier.refresh_from_db()
    assert dossier.status == status
    text = PdfReader(BytesIO(client.get(at_desk(dossier, "desk-slip", form=form)).content)).pages[0].extract_text()
    assert "Thiếu <bản vẽ>" in text
    assert "Thiếu chữ ký" in text


def test_a_double_click_decides_once(dossier: Any, clerk: Actor, browser: Browser) -> None:
    client = browser(clerk)
    task, _ = open_step(dossier)
    posted = {"task": task.pk, "outcome": "accept"}
    first = client.post(at_desk(dossier, "desk-outcome"), posted)
    again = client.post(at_desk(dossier, "desk-outcome"), posted)
    assert first.status_code == again.status_code == 302
    assert first["Location"] == again["Location"]
    with acting(agencies=dossier.agencies):
        assert Task.objects.filter(dossier=dossier).count() == 2


def test_another_outcome_of_a_finished_step_is_refused_in_words(dossier: Any, clerk: Actor, browser: Browser) -> None:
    client = browser(clerk)
    task, _ = open_step(dossier)
    decide(client, dossier, "accept")
    late = client.post(at_desk(dossier, "desk-outcome"), {"task": task.pk, "outcome": "refuse", "reason": "x"})
    assert late.status_code == 409
    assert "finished in the meantime" in words(late)


def test_two_officials_at_one_step_and_the_first_wins(
    dossier: Any, clerk: Actor, browser: Browser, at: datetime, province: Any
) -> None:
    task, _ = open_step(dossier)
    colleague = Actor(**{**vars(clerk), "id": "colleague", "name": "Colleague"})
    with acting(agencies=clerk.agencies):
        from maidinh.services.dossiers.actions.steps import claim_task

        claim_task(actor=colleague, task_id=task.pk, at=at)
    client = browser(clerk)
    for name in ("desk-claim", "desk-outcome"):
        answer = client.post(at_desk(dossier, name), {"task": task.pk, "outcome": "accept"})
        assert answer.status_code == 409
        assert "colleague is working on this step" in words(answer)
    with acting(agencies=clerk.agencies):
        assert Task.objects.get(pk=task.pk).closed_at is None


def test_taking_a_step_shows_it_is_taken(dossier: Any, clerk: Actor, browser: Browser) -> None:
    client = browser(clerk)
    task, _ = open_step(dossier)
    assert client.post(at_desk(dossier, "desk-claim"), {"task": task.pk}).status_code == 302
    assert "You took this step" in words(client.get(at_desk(dossier)))
    assert words(client.get(reverse("worklist"))).count(clerk.name) > 1


@pytest.mark.parametrize("task", ["", "0", "-1", "²", "9" * 30, "x"])
def test_a_nonsense_task_is_refused(dossier: Any, clerk: Actor, browser: Browser, task: str) -> None:
    answer = browser(clerk).post(at_desk(dossier, "desk-outcome"), {"task": task, "outcome": "accept"})
    assert answer.status_code == 409
    assert "not yours" in words(answer)


def test_an_unknown_outcome_and_a_text_too_long_change_nothing(dossier: Any, clerk: Actor, browser: Browser) -> None:
    client = browser(clerk)
    assert decide(client, dossier, "vanish").status_code == 409
    assert decide(client, dossier, "refuse", reason="x" * 5000).status_code == 422
    assert open_step(dossier)[1].kind == "intake"


def test_another_agency_finds_no_such_dossier(dossier: Any, stranger: Actor, browser: Browser) -> None:
    client, task = browser(stranger), open_step(dossier)[0]
    paper = "0" * 64
    for address in (
        at_desk(dossier),
        at_desk(dossier, "desk-paper", digest=paper),
        at_desk(dossier, "desk-result"),
        at_desk(dossier, "desk-draft"),
        at_desk(dossier, "desk-slip", form="01"),
    ):
        assert client.get(address).status_code == 404, address
    posted = {"task": task.pk, "outcome": "accept", "receipt_number": "1"}
    for name in ("desk-claim", "desk-outcome", "desk-payment"):
        assert client.post(at_desk(dossier, name), posted).status_code == 404, name
    assert open_step(dossier)[0].pk == task.pk


def test_citizens_and_visitors_stay_out(dossier: Any, citizen: Actor, browser: Browser) -> None:
    assert browser(citizen).get(at_desk(dossier)).status_code == 403
    assert browser(citizen).get(reverse("worklist")).status_code == 403
    away = Client().get(at_desk(dossier))
    assert away.status_code == 302
    assert reverse("sign-in") in away["Location"]


def test_a_change_is_a_post(dossier: Any, clerk: Actor, browser: Browser) -> None:
    client = browser(clerk)
    for name in ("desk-claim", "desk-outcome", "desk-payment"):
        assert client.get(at_desk(dossier, name)).status_code == 405


@pytest.fixture
def licence(db: None, citizen: Actor, signer: Any, at: datetime) -> Any:
    return submitted(citizen, signer, at, kind="licence")


def test_papers_are_opened_and_saved_under_their_names(licence: Any, province: Any, browser: Browser) -> None:
    task, _ = open_step(licence)
    client = browser(official_of(licence, task, province))
    with acting(agencies=licence.agencies):
        paper = licence.papers.first()
    address = at_desk(licence, "desk-paper", digest=paper.document_id)
    shown, saved = client.get(address), client.get(f"{address}?save=1")
    assert shown.content == saved.content == PDF
    assert shown["Content-Disposition"].startswith("inline; filename*=UTF-8''Gi%E1%BA%A5y")
    assert saved["Content-Disposition"].startswith("attachment;")
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in shown["Cache-Control"]
    assert client.get(at_desk(licence, "desk-paper", digest="0" * 64)).status_code == 404


def test_a_fee_is_recorded_once_under_its_receipt(licence: Any, province: Any, browser: Browser) -> None:
    task, _ = open_step(licence)
    client = browser(official_of(licence, task, province))
    decide(client, licence, "accept")
    assert "Not paid" in words(client.get(at_desk(licence)))
    pay = at_desk(licence, "desk-payment")
    assert client.post(pay, {"receipt_number": " "}).status_code == 422
    assert client.post(pay, {"receipt_number": "BL-7"}).status_code == 302
    assert client.post(pay, {"receipt_number": "BL-7"}).status_code == 302
    other = client.post(pay, {"receipt_number": "BL-8"})
    assert other.status_code == 409
    assert "BL-7" in words(other)
    with acting(agencies=licence.agencies):
        assert Charge.objects.get(dossier=licence).receipt_number == "BL-7"


def test_a_withdrawal_is_confirmed_wherever_the_dossier_stands(
    licence: Any, citizen: Actor, province: Any, at: datetime, browser: Browser
) -> None:
    task = advanced_to(licence, "signature", province, at)
    leader = official_of(licence, task, province)
    with acting(person=citizen.person):
        request_withdrawal(actor=citizen, code=licence.code, reason="Không xây nữa", at=at)
    client = browser(leader)
    assert "Withdrawal confirmed" in words(client.get(at_desk(licence, "desk-sign")))
    posted = {"task": task.pk, "outcome": "withdrawn"}
    assert client.post(at_desk(licence, "desk-sign"), posted).status_code == 302
    with acting(agencies=licence.agencies):
        licence.refresh_from_db()
    assert licence.status == 8
    assert client.get(at_desk(licence, "desk-slip", form="05")).status_code == 200


def test_what_was_found_is_shown_to_those_who_come_after(
    licence: Any, province: Any, at: datetime, browser: Browser
) -> None:
    task = advanced_to(licence, "field_check", province, at)
    client = browser(official_of(licence, task, province))
    assert b'name="findings"' in client.get(at_desk(licence)).content
    step = open_step(licence)[1]
    assert decide(client, licence, step.outcomes[0].id, findings="Đúng ranh giới").status_code == 302
    assert "Đúng ranh giới" in words(client.get(at_desk(licence)))
