"""What a citizen sees of a dossier, with and without signing in; and what nobody else sees."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from django.test import Client

from maidinh.infrastructure.database.scope import acting
from maidinh.services.dossiers.actions.steps import complete_task
from maidinh.services.dossiers.models import Dossier
from maidinh.services.dossiers.queries import open_task_of
from maidinh.services.dossiers.rules import Found
from maidinh.services.results.actions import Installation, issue_result
from tests.conftest import citizen_of
from tests.infrastructure.files.test_rules import pdf
from tests.services.results.stages import advanced_to, official_of

from .test_applications import fill_in_copy


@pytest.fixture
def dossier(browser: Client, citizen: Any) -> Dossier:
    """A dossier that the citizen has submitted in the browser."""
    base = fill_in_copy(browser)
    browser.post(f"{base}/check", {"declaration": "yes"})
    with acting(person=citizen.person):
        return Dossier.objects.select_related("procedure").get()


def decide(official: Any, dossier: Dossier, outcome: str, at: Any, reason: str = "") -> None:
    actor = official("dossier.accept", agency=dossier.receiving)
    with acting(agencies=actor.agencies):
        complete_task(actor=actor, task_id=open_task_of(dossier).pk, outcome=outcome, reason=reason, at=at)


def now(dossier: Dossier, citizen: Any) -> Dossier:
    with acting(person=citizen.person):
        return Dossier.objects.get(pk=dossier.pk)


def test_the_dossier_is_shown_with_status_time_and_holder(browser, dossier):
    assert dossier.code in browser.get("/dossiers").content.decode()
    page = browser.get(f"/dossiers/{dossier.code}").content.decode()
    assert "newly submitted" in page and "Promised for" in page and "Now with" in page
    assert "Lào Cai" in page and "Ask for the dossier back" in page
    assert "How the days are counted" in page and "the first day is not counted" in page


def test_the_receipt_can_be_kept_and_read_by_machines(browser, dossier):
    answer = browser.get(f"/dossiers/{dossier.code}/receipt.pdf")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)
    assert answer["Content-Disposition"].startswith("attachment") and "sandbox" in answer["Content-Security-Policy"]
    assert dossier.code in text and dossier.tracking_secret in text and "MẪU" in text
    receipt = json.loads(browser.get(f"/dossiers/{dossier.code}/receipt.json").content)
    assert receipt["content"]["code"] == dossier.code and receipt["promise"] and "proof" in receipt
    assert dossier.applicant not in json.dumps(receipt)


def test_what_a_name_holds_is_not_read_as_a_command_by_the_receipt(browser, dossier):
    with acting(agencies=dossier.agencies):
        Dossier.objects.filter(pk=dossier.pk).update(applicant_name="#panic() *x* \\ $y$ <z>")
    answer = browser.get(f"/dossiers/{dossier.code}/receipt.pdf")
    text = pypdf.PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "#panic() *x*" in text


def test_nobody_else_sees_it(dossier, sign_in_as, province):
    other = Client()
    sign_in_as(other, citizen_of(province, 1))
    for page in ("", "/receipt.pdf", "/receipt.json", "/result.pdf", "/withdraw", "/supplement"):
        assert other.get(f"/dossiers/{dossier.code}{page}").status_code == 404
        assert Client().get(f"/dossiers/{dossier.code}{page}").status_code == 302


def test_code_and_secret_show_where_it_stands_and_nothing_of_the_person(dossier, citizen):
    visitor = Client()
    visitor.cookies["django_language"] = "en"
    code, secret = dossier.code, dossier.tracking_secret
    assert code in visitor.get("/track", {"code": code}).content.decode()
    for typed in (secret, f" {secret.lower()} "):
        page = visitor.post("/track", {"code": code, "secret": typed}).content.decode()
        assert "newly submitted" in page and "Now with" in page
        assert "How the days are counted" in page and "<strong>due at 17:00</strong>" in page
        assert citizen.name not in page and citizen.person not in page and secret not in page
    for wrong in ({"code": code, "secret": "ABCDEFGH2345"}, {"code": code}, {"secret": secret}, {}):
        assert visitor.post("/track", wrong).status_code == 422


def test_a_supplement_is_answered_file_by_file(browser, dossier, citizen, official, at):
    address = f"/dossiers/{dossier.code}/supplement"
    assert browser.get(address).status_code == 302
    decide(official, dossier, "supplement", at, reason="The proof of relationship is missing")
    assert "The proof of relationship is missing" in browser.get(f"/dossiers/{dossier.code}").content.decode()
    assert browser.post(address, {}).status_code == 422
    file = io.BytesIO(b"no file of ours")
    file.name = "x.exe"
    assert browser.post(address, {"paper": "relationship", "file": file}).status_code == 422
    file = io.BytesIO(pdf())
    file.name = "proof.pdf"
    assert browser.post(address, {"paper": "relationship", "file": file}).status_code == 302
    assert "proof.pdf" in browser.get(address).content.decode()
    assert browser.post(address, {"note": "Here it is"}).status_code == 302
    assert now(dossier, citizen).status == 1
    page = browser.get(f"/dossiers/{dossier.code}").content.decode()
    assert "proof.pdf" in page and "Here it is" in page
    shown = browser.get(f"/dossiers/{dossier.code}/papers/{page.split('/papers/')[1][:64]}")
    assert shown.content == pdf() and "sandbox" in shown["Content-Security-Policy"]
    assert browser.get(f"/dossiers/{dossier.code}/papers/{'0' * 64}").status_code == 404


def test_what_is_asked_for_stands_where_it_is_answered(browser, dossier, official, at):
    actor = official("dossier.accept", agency=dossier.receiving)
    found = [Found("paper", "relationship", "It is cut off"), Found("field", "phone", "Nobody answers")]
    with acting(agencies=actor.agencies):
        complete_task(actor=actor, task_id=open_task_of(dossier).pk, outcome="supplement", found=found, at=at)
    part = browser.get(f"/dossiers/{dossier.code}/supplement").content.decode().split('id="paper-relationship"')[1]
    assert "It is cut off" in part.split("</section>")[0] and "Nobody answers" in part.split("</section>")[1]
    home = browser.get("/").content.decode()
    assert "These dossiers stand still until you do something." in home and f"/dossiers/{dossier.code}" in home
    answer = browser.post(f"/dossiers/{dossier.code}/supplement", {"note": "Here it is"}, follow=True).content.decode()
    assert "Your answer is sent." in answer and "Nothing now." in answer
    assert "stand still" not in browser.get("/").content.decode()


def test_a_dossier_can_be_asked_back_once(browser, dossier, citizen):
    address = f"/dossiers/{dossier.code}/withdraw"
    assert browser.post(address, {"reason": " "}).status_code == 422
    for _ in range(2):
        assert browser.post(address, {"reason": "I changed my mind"}).status_code == 302
    assert now(dossier, citizen).status == 7


@pytest.fixture
def result(dossier: Dossier, province: Any, signer: Any, at: Any) -> Any:
    """The dossier's result, signed by the leader."""
    task = advanced_to(dossier, "signature", province, at)
    leader, when = official_of(dossier, task, province), at + timedelta(minutes=30)
    installation = Installation("http://testserver", province.id, 60, True)
    with acting(agencies=leader.agencies):
        return issue_result(
            actor=leader, task_id=task.pk, outcome="sign", at=when, signer=signer, installation=installation
        )


def test_the_citizen_gets_the_result_and_anyone_verifies_it(browser, dossier, result, citizen, later):
    page = browser.get(f"/dossiers/{dossier.code}").content.decode()
    code = page.split("/verify/")[1].split('"')[0]
    assert "Your result is signed" in page
    signed = browser.get(f"/dossiers/{dossier.code}/result.pdf").content
    visitor = Client()
    visitor.cookies["django_language"] = "en"
    found = visitor.get(f"/verify/{code.lower().replace('-', '')}").content.decode()
    assert result.number in found and "A result was issued here" in found
    assert citizen.name not in found and citizen.person not in found
    assert visitor.post("/verify", {"code": code})["Location"] == f"/verify/{code}"
    assert "Genuine" in verified(visitor, signed)
    altered = bytearray(signed)
    altered[len(signed) // 3] ^= 1
    assert "Genuine" not in verified(visitor, bytes(altered)) and "forged or changed" in verified(
        visitor, bytes(altered)
    )


def test_a_result_is_nobody_elses_to_download(dossier, result, sign_in_as, province):
    other = Client()
    sign_in_as(other, citizen_of(province, 1))
    assert other.get(f"/dossiers/{dossier.code}/result.pdf").status_code == 404


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch, at: Any) -> None:
    """The pages' clock stands an hour after the submission."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: at + timedelta(hours=1))


def verified(visitor: Client, content: bytes) -> str:
    file = io.BytesIO(content)
    file.name = "result.pdf"
    return visitor.post("/verify", {"look": "file", "file": file}).content.decode()
