"""A citizen fills in an application and hands it in; whatever goes wrong loses nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from maidinh.infrastructure.database.scope import acting
from maidinh.portal.forms.models import Draft
from maidinh.services.dossiers.models import Dossier
from tests.infrastructure.files.test_rules import jpeg, pdf

pytestmark = pytest.mark.slow

COPY, PERMIT = "2.000908", "1.013225"
ANSWERS = {
    "register_kind": "civil_status",
    "register_year": "1990",
    "copies": "2",
    "purpose": "To enrol at school",
    "phone": "0912 345 678",
}


@pytest.fixture
def drafts(citizen: Any) -> Callable[[], list[Draft]]:
    """The citizen's drafts, seen as the database shows them to the citizen."""

    def seen() -> list[Draft]:
        with acting(person=citizen.person):
            return list(Draft.objects.all())

    return seen


@pytest.fixture
def dossiers(citizen: Any) -> Callable[[], list[Dossier]]:
    """The citizen's dossiers, seen as the database shows them to the citizen."""

    def seen() -> list[Dossier]:
        with acting(person=citizen.person):
            return list(Dossier.objects.all())

    return seen


def begin(browser: Any, code: str, **chosen: str) -> str:
    answer = browser.post(f"/procedures/{code}/begin", chosen)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"].partition("/questions")[0]


def fill_in_copy(browser: Any) -> str:
    base = begin(browser, COPY, receiving="H38.101")
    assert browser.post(f"{base}/questions/applicant")["Location"] == f"{base}/questions/register"
    assert browser.post(f"{base}/questions/register", ANSWERS)["Location"] == f"{base}/papers"
    return base


def upload(browser: Any, base: str, paper: str, content: bytes, name: str = "photo.jpg") -> Any:
    file = io.BytesIO(content)
    file.name = name
    return browser.post(f"{base}/papers", {"paper": paper, "file": file})


def test_what_the_register_holds_is_shown_and_never_read_from_the_form(browser, exchange, citizen, drafts):
    base = begin(browser, COPY, receiving="H38.101")
    page = browser.get(f"{base}/questions/applicant").content.decode()
    assert citizen.name in page and 'name="full_name"' not in page
    browser.post(f"{base}/questions/applicant", {"full_name": "Somebody Else"})
    draft = drafts()[0]
    assert draft.answers["full_name"] == citizen.name
    assert all(f"/persons/{citizen.person}" in asked for asked in exchange.asked)


def test_answers_are_offered_in_the_order_of_the_definition(browser):
    base = begin(browser, PERMIT, case="house", receiving="H38.101")
    page = browser.get(f"{base}/questions/work").content.decode()
    places = [page.index(f'value="{each}"') for each in ("house", "shop", "religious", "other")]
    assert places == sorted(places)
    assert "Area (m²): 420" in browser.get(f"{base}/questions/land").content.decode()


def test_a_parcel_of_somebody_else_cannot_be_chosen(browser, province, citizen, drafts):
    base = begin(browser, PERMIT, case="house", receiving="H38.101")
    address = f"{base}/questions/land"
    other = next(each.parcel for each in province.land.named if each.owner != citizen.person)
    answer = browser.post(address, {"parcel": other})
    assert answer.status_code == 422 and "Choose one of the answers" in answer.content.decode()
    own = next(each for each in province.land.named if each.owner == citizen.person)
    assert browser.post(address, {"parcel": own.parcel, "parcel_area": "9"}).status_code == 302
    draft = drafts()[0]
    assert draft.answers["parcel_area"] == own.area and draft.answers["certificate"] == own.certificate


def test_a_register_that_does_not_answer_loses_nothing(browser, exchange, drafts):
    base = fill_in_copy(browser)
    exchange.down = True
    answer = browser.post(f"{base}/questions/applicant")
    assert answer.status_code == 503 and "Your application is saved" in answer.content.decode()
    assert drafts()[0].answers["copies"] == 2


def test_a_wrong_answer_keeps_what_was_typed(browser):
    base = begin(browser, COPY, receiving="H38.101")
    answer = browser.post(f"{base}/questions/register", ANSWERS | {"copies": "many"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "must be a whole number" in page
    assert "To enrol at school" in page and "Error:" in page and 'href="#copies"' in page


def test_a_submitted_application_is_one_dossier_however_often_it_is_sent(browser, citizen, drafts, dossiers):
    base = fill_in_copy(browser)
    assert browser.get(base)["Location"] == f"{base}/check"
    without = browser.post(f"{base}/check")
    assert without.status_code == 422 and dossiers() == []
    for _ in range(2):
        assert browser.post(f"{base}/check", {"declaration": "yes"})["Location"] == f"{base}/submitted"
    [dossier] = dossiers()
    assert dossier.applicant == citizen.person and dossier.answers["phone"] == "0912345678"
    page = browser.get(f"{base}/submitted").content.decode()
    assert dossier.code in page and dossier.tracking_secret in page and "data:image/svg" in page
    draft = drafts()[0]
    assert draft.dossier == dossier.code and draft.answers == {}


def test_papers_are_kept_one_by_one(browser, drafts):
    base = begin(browser, PERMIT, case="house", receiving="H38.101")
    assert upload(browser, base, "application", jpeg()).status_code == 302
    refused = upload(browser, base, "drawings", b"PK\x03\x04 an archive", "all.zip")
    assert refused.status_code == 422 and "archive" in refused.content.decode()
    assert "PDF only" in upload(browser, base, "drawings", jpeg()).content.decode()
    assert "does not ask" in upload(browser, base, "no-such-paper", jpeg()).content.decode()
    draft = drafts()[0]
    assert [row["paper"] for row in draft.papers] == ["application"]
    page = browser.get(f"{base}/papers").content.decode()
    assert "photo.jpg" in page and draft.papers[0]["digest"][:12] in page
    assert browser.post(f"{base}/papers").status_code == 422
    upload(browser, base, "drawings", pdf(), "C:\\plans\\house.pdf")
    draft = drafts()[0]
    assert draft.papers[1]["name"] == "house.pdf"
    assert browser.post(f"{base}/papers")["Location"] == f"{base}/check"
    browser.post(f"{base}/papers/remove", {"paper": "drawings", "digest": draft.papers[1]["digest"]})
    draft = drafts()[0]
    assert len(draft.papers) == 1


def test_an_application_goes_on_where_it_stopped(browser):
    base = begin(browser, COPY, receiving="H38.101")
    assert browser.get(base)["Location"] == f"{base}/questions/applicant"
    browser.post(f"{base}/questions/applicant")
    assert browser.get(base)["Location"] == f"{base}/questions/register"
    assert browser.get(f"{base}/check")["Location"] == f"{base}/questions/register"
    assert begin(browser, COPY, receiving="H38.102") == base
    assert "Go on where you stopped" in browser.get("/").content.decode()


def test_an_application_can_be_thrown_away(browser, drafts):
    base = begin(browser, COPY, receiving="H38.101")
    assert len(drafts()) == 1
    browser.post(f"{base}/discard")
    assert drafts() == []


def test_nobody_sees_another_persons_application(browser, sign_in_as, province, db):
    from django.test import Client

    from tests.conftest import citizen_of

    base = begin(browser, COPY, receiving="H38.101")
    other = Client()
    sign_in_as(other, citizen_of(province, 1))
    for page in ("", "/check", "/papers", "/questions/applicant", "/submitted"):
        assert other.get(f"{base}{page}").status_code == 404
    assert other.post(f"{base}/check", {"declaration": "yes"}).status_code == 404
    assert Client().get(f"{base}")["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize(
    "case", [{"case": "castle", "receiving": "H38.101"}, {"case": "house", "receiving": "H99"}, {}]
)
def test_only_a_declared_case_and_agency_can_be_chosen(browser, case, drafts):
    assert browser.post(f"/procedures/{PERMIT}/begin", case).status_code == 422
    assert drafts() == []
