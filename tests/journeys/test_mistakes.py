"""What goes wrong on the way: it is said at the field, the summary leads there, and nothing that was given is lost."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import FilePayload, expect

from maidinh.services.procedures.definition import Procedure

from . import citizens
from .running import LARGEST_UPLOAD, RunningProvince
from .test_answers_back import WHO
from .visits import Visit


@pytest.fixture
def permit(lao_cai: RunningProvince) -> Procedure:
    """The procedure with the most questions and papers."""
    return next(each for each in lao_cai.province.procedures if each.code == "1.013225")


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def citizen(
    request: pytest.FixtureRequest, lao_cai: RunningProvince, visit: Callable[..., Visit], sessions: dict[Any, Any]
) -> Visit:
    """A citizen who has signed in, with and without scripts."""
    state = sessions.get(("citizen", WHO))
    one = visit(lao_cai, state=state, javascript=request.param)
    if state is None:
        one.open("/sign-in")
        citizens.choose_person(one, WHO)
        sessions["citizen", WHO] = one.state()
    return one


def errors(visit: Visit) -> list[str]:
    """The errors of the page's summary; each leads to a field that tells the same beside it."""
    summary = visit.main.locator(".govuk-error-summary")
    expect(summary).to_be_visible()
    expect(visit.page).to_have_title(re.compile(f"^{visit.words('Error:')}"))
    told = []
    for link in summary.get_by_role("link").all():
        text, target = link.inner_text(), str(link.get_attribute("href"))
        field = visit.main.locator(f"[id='{target[1:]}']")
        expect(field).to_have_count(1)
        beside = field.locator("xpath=ancestor-or-self::*[contains(@class, 'govuk-form-group--error')]").last
        expect(beside.locator(".govuk-error-message").first).to_contain_text(text)
        link.click()
        expect(field).to_be_in_viewport()
        if visit.javascript:
            expect(field).to_be_focused()
        told.append(text)
    return told


def test_answers(citizen: Visit, permit: Procedure) -> None:
    throw_away(citizen)
    citizen.open(f"/procedures/{permit.code}/begin")
    citizen.press("Continue", expected=422)
    assert len(errors(citizen)) == 2
    citizen.open(f"/procedures/{permit.code}")
    citizens.begin(citizen, permit, WHO, permit.receiving[0])
    citizen.press("Save and continue")  # the first page only shows what the register holds
    citizen.press("Save and continue", expected=422)
    assert len(errors(citizen)) == 1
    citizens.answer_page(citizen, permit, permit.pages[1], datetime.now(UTC).date())

    labels = {field.id: field.label.vi for field in permit.pages[2].fields}
    citizen.field(labels["storeys"]).fill("hai")
    citizen.field(labels["designer"]).fill("Công ty <b>Ánh & Sao</b>")
    citizen.group(labels["start_date"]).get_by_label("Ngày", exact=True).fill("31")
    citizen.group(labels["start_date"]).get_by_label("Tháng").fill("2")
    citizen.group(labels["start_date"]).get_by_label("Năm").fill("2027")
    citizen.press("Save and continue", expected=422)
    told = errors(citizen)
    assert len(told) == 6, told
    expect(citizen.field(labels["storeys"])).to_have_value("hai")
    expect(citizen.field(labels["designer"])).to_have_value("Công ty <b>Ánh & Sao</b>")
    expect(citizen.group(labels["start_date"]).get_by_label("Ngày", exact=True)).to_have_value("31")


def test_files(citizen: Visit, permit: Procedure) -> None:
    at_papers(citizen, permit)
    papers = citizen.path
    drawings = next(paper for paper in permit.papers if paper.formats == ["pdf"])
    citizen.press("Continue", expected=422)
    assert len(errors(citizen)) == len([paper for paper in permit.papers if paper.required])
    citizens.upload(citizen, drawings, citizens.pdf("ban-ve"))
    for file in (
        payload("ghi-chu.pdf", b"Not a PDF at all."),
        payload("anh.pdf", citizens.photo(citizen)["buffer"]),
        payload("nen.pdf", b"PK\x03\x04" + bytes(200)),
        payload("bom.pdf", bomb()),
        payload("rong.pdf", b""),
        *([] if citizen.javascript else [payload("nang.pdf", b"%PDF-1.7" + bytes(LARGEST_UPLOAD))]),
    ):
        citizens.upload(citizen, drawings, file, expected=422)
        assert len(errors(citizen)) == 1, file["name"]
        expect(citizens.paper_part(citizen, drawings)).to_contain_text("ban-ve.pdf")
    if not citizen.javascript:  # a script tells before it is sent
        far_too_large = payload("qua-nang.pdf", b"%PDF-1.7" + bytes(2 * LARGEST_UPLOAD))
        citizens.upload(citizen, drawings, far_too_large, expected=413)
        citizen.heading(citizen.words("The file is too large"))
        citizen.press("Go back and choose another file")
        assert citizen.path == papers
    expect(citizens.paper_part(citizen, drawings)).to_contain_text("ban-ve.pdf")


@pytest.mark.parametrize("citizen", [True], indirect=True, ids=["scripts"])
def test_files_chosen_and_not_uploaded(citizen: Visit, permit: Procedure) -> None:
    at_papers(citizen, permit)
    drawings = next(paper for paper in permit.papers if paper.formats == ["pdf"])
    part = citizens.paper_part(citizen, drawings)
    upload = part.get_by_role("button", name=citizen.words("Upload"), exact=True)
    too_large, not_sent = part.locator("[data-too-large]"), part.locator("[data-not-sent]")
    expect(too_large).to_be_hidden()
    part.locator("input[type=file]").set_input_files(payload("nang.pdf", b"%PDF-1.7" + bytes(LARGEST_UPLOAD)))
    expect(too_large).to_be_visible()
    part.locator("input[type=file]").set_input_files(citizens.pdf("ban-ve"))
    expect(too_large).to_be_hidden()
    citizen.button("Continue").click()
    expect(not_sent).to_be_visible()
    expect(upload).to_be_focused()
    citizen.look()
    citizen.press(upload)
    expect(citizens.paper_part(citizen, drawings)).to_contain_text("ban-ve.pdf")


def test_double_click_and_back(citizen: Visit, permit: Procedure) -> None:
    before = submitted(citizen)
    at_papers(citizen, permit)
    citizens.upload_all(citizen, permit)
    citizen.press("Submit the dossier", expected=422)
    assert len(errors(citizen)) == 1
    citizen.open(citizen.path)
    citizen.field(citizen.words("What I say here is true, and I answer for it before the law.")).check()
    citizen.button("Submit the dossier").dblclick()
    citizen.page.wait_for_url(re.compile("/submitted"))
    citizen.look()
    code = citizen.main.locator(".govuk-panel .md-code").inner_text()
    citizen.page.go_back()
    citizen.page.reload()
    citizen.heading(citizen.words("Dossier submitted"))  # what was submitted can't be submitted again
    expect(citizen.main.locator(".govuk-panel .md-code")).to_have_text(code)
    assert submitted(citizen) - before == {code}


@pytest.mark.parametrize("citizen", [True], indirect=True, ids=["scripts"])
def test_connection_drops(citizen: Visit, permit: Procedure) -> None:
    throw_away(citizen)
    citizen.open(f"/procedures/{permit.code}")
    citizens.begin(citizen, permit, WHO, permit.receiving[0])
    citizen.press("Save and continue")
    form = citizen.path
    citizens.answer_page(citizen, permit, permit.pages[1], datetime.now(UTC).date())
    designer = next(field for field in permit.pages[2].fields if field.id == "designer").label.vi
    unsent = citizen.main.locator("[data-kept-restored]")
    citizen.field(designer).fill("Công ty Ánh Sao")
    with citizen.disconnected(known=True):
        citizen.button("Save and continue").click()
        citizen.says(citizen.words(
            "There is no connection. What you typed stays in this tab. Press the button again when you are connected."
        ))  # fmt: skip
        citizen.look()
    expect(citizen.field(designer)).to_have_value("Công ty Ánh Sao")
    citizen.page.wait_for_timeout(1_100)  # a second press within a second is taken for a double click
    with citizen.disconnected(known=False):
        citizen.button("Save and continue").click()
        expect(citizen.main).to_have_count(0)  # the browser's own page says that nothing came
    citizen.open(form.rpartition("/")[0] + f"/{permit.pages[2].id}")
    expect(citizen.field(designer)).to_have_value("Công ty Ánh Sao")
    expect(unsent).to_be_visible()
    citizen.look()
    citizen.press("Save and continue", expected=422)  # the other answers of this page are missing
    expect(citizen.field(designer)).to_have_value("Công ty Ánh Sao")
    expect(unsent).to_be_hidden()
    citizen.open(form)  # what the server took is not told as unsent
    expect(unsent).to_be_hidden()


def test_form_open_too_long(citizen: Visit, permit: Procedure) -> None:
    at_papers(citizen, permit)
    citizen.open(citizen.path.replace("/papers", f"/questions/{permit.pages[-1].id}"))
    citizen.context.clear_cookies(name="csrftoken")
    citizen.press("Save and continue", expected=403)
    citizen.heading(citizen.words("This form was open too long"))
    citizen.open(citizen.path)
    designer = next(field for field in permit.pages[-1].fields if field.id == "designer")
    expect(citizen.field(designer.label.vi)).not_to_have_value("")
    citizen.press("Save and continue")

    address = citizen.path
    citizen.context.clear_cookies(name="session")
    citizen.open(address)
    citizens.choose_person(citizen, WHO)
    assert citizen.path == address


def test_pages_that_are_not_there_or_not_theirs(citizen: Visit) -> None:
    for where, expected in (
        ("/khong-co-trang-nay", 404),
        ("/procedures/9.999999", 404),
        ("/applications/00000000-0000-4000-8000-000000000000", 404),
        ("/dossiers/H38.101-20261118-9999999", 404),
        ("/verify/AAAA-BBBB-CCCC-DDDD", 404),
        ("/desk/dossiers", 403),
        ("/desk/sign", 403),
    ):
        citizen.open(where, expected)
        assert citizen.page.get_by_role("link").count() > 1


def at_papers(citizen: Visit, permit: Procedure) -> None:
    """Begin an application and answer everything, up to the papers."""
    throw_away(citizen)
    citizen.open(f"/procedures/{permit.code}")
    citizens.begin(citizen, permit, WHO, permit.receiving[0])
    citizens.answer(citizen, permit, datetime.now(UTC).date())
    citizen.heading(citizen.words("Your papers"))


def throw_away(citizen: Visit) -> None:
    """Throw away what was begun before."""
    citizen.open("/dossiers")
    begun = citizen.main.get_by_role("link", name=citizen.words("Throw away"))
    while begun.count():
        citizen.follow(begun.first)
        citizen.press(citizen.main.get_by_role("button").first)


def submitted(citizen: Visit) -> set[str]:
    """The codes of the citizen's dossiers."""
    citizen.open("/dossiers")
    return set(citizen.main.locator(".md-code").all_inner_texts())


def payload(name: str, content: bytes) -> FilePayload:
    """A file that says it is a PDF."""
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def bomb() -> bytes:
    """A PDF whose one stream unpacks to 50 million bytes."""
    packed = zlib.compress(bytes(50_000_000), 9)
    head = b"%%PDF-1.7\n1 0 obj<</Length %d/Filter/FlateDecode>>stream\n" % len(packed)
    return head + packed + b"\nendstream endobj\nxref\n0 0\ntrailer<<>>\nstartxref\n0\n%%EOF\n"
