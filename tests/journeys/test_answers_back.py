"""What goes back and forth: a request for what is missing and its answer, a withdrawal, a refusal with its reason."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from maidinh.services.procedures.definition import Procedure

from . import citizens
from .officials import Desks, open_dossier
from .running import RunningProvince
from .visits import Visit

WHO = "Nguyễn Văn Thành"
MISSING = "Thiếu giấy tờ chứng minh quan hệ.\nSố trang 2 bị mờ."
REFUSED = "Sổ gốc không do phường lưu giữ."


@pytest.fixture
def copy(lao_cai: RunningProvince) -> Procedure:
    """The quick procedure: a copy from the original register."""
    return next(each for each in lao_cai.province.procedures if each.code == "2.000908")


@pytest.fixture
def citizen(lao_cai: RunningProvince, visit: Callable[..., Visit], sessions: dict[Any, Any]) -> Visit:
    """A citizen who has signed in."""
    key = ("citizen", WHO)
    one = visit(lao_cai, state=sessions.get(key))
    if key not in sessions:
        one.open("/sign-in")
        citizens.choose_person(one, WHO)
        sessions[key] = one.state()
    return one


def apply(citizen: Visit, procedure: Procedure) -> str:
    """A dossier of that procedure; its code."""
    citizen.open(f"/procedures/{procedure.code}")
    return citizens.apply(citizen, procedure, WHO, procedure.receiving[0], datetime.now(UTC).date()).code


def test_supplement(
    lao_cai: RunningProvince, visit: Callable[..., Visit], sessions: dict[Any, Any], citizen: Visit, copy: Procedure
) -> None:
    code, receiving = apply(citizen, copy), copy.receiving[0]
    desks, intake = Desks(visit, lao_cai, sessions), copy.steps[0]
    ask = next(each for each in intake.outcomes if each.to == "supplement")

    desk = desks.seat(desks.official(intake, copy, receiving))
    open_dossier(desk, code)
    desk.press(desk.main.get_by_role("button", name=ask.name.in_language("vi"), exact=True))  # to the page that asks
    desk.press(desk.main.get_by_role("button", name=ask.name.in_language("vi"), exact=True), expected=422)
    desk.says(desk.words("There is a problem"))
    desk.field(desk.words("The dossier as a whole")).fill(MISSING)
    desk.press(desk.main.get_by_role("button", name=ask.name.in_language("vi"), exact=True))
    slip = desk.main.get_by_role("link", name="02")
    address = slip.get_attribute("href")
    form = desk.context.request.get(f"{lao_cai.address}{address}")
    assert "Thiếu giấy tờ chứng minh quan hệ" in text_of(form.body())

    citizen.open(f"/dossiers/{code}")
    citizen.says("Thiếu giấy tờ chứng minh quan hệ.")
    citizen.follow("Answer the request")
    citizen.press("Send the answer", expected=422)  # with nothing in it
    citizens.upload(citizen, copy.papers[0], citizens.photo(citizen))
    citizen.field(citizen.words("Explanation")).fill("Đã chụp lại.")
    citizen.press("Send the answer")
    expect(citizen.main.get_by_role("link", name=citizen.words("Answer the request"))).to_have_count(0)

    desks.process(code, copy, receiving)
    citizen.open(f"/dossiers/{code}")
    citizen.says(citizen.words("Your result is signed."))


def test_withdrawal(
    lao_cai: RunningProvince, visit: Callable[..., Visit], sessions: dict[Any, Any], citizen: Visit, copy: Procedure
) -> None:
    code = apply(citizen, copy)
    citizen.open(f"/dossiers/{code}")
    citizen.follow("Ask for the dossier back")
    citizen.press("Ask for it back", expected=422)
    citizen.field(citizen.words("Why?")).fill("Tôi đã có bản sao.")
    citizen.press("Ask for it back")

    desks = Desks(visit, lao_cai, sessions)
    desk = desks.seat(desks.official(copy.steps[0], copy, copy.receiving[0]))
    open_dossier(desk, code)
    desk.says("Tôi đã có bản sao.")
    desk.press(desk.main.locator("button[value='withdrawn']"))

    citizen.open("/notices")
    citizen.says(code)
    citizen.open(f"/dossiers/{code}")
    expect(citizen.main.get_by_role("link", name=citizen.words("Ask for the dossier back"))).to_have_count(0)


def test_refusal(
    lao_cai: RunningProvince, visit: Callable[..., Visit], sessions: dict[Any, Any], citizen: Visit, copy: Procedure
) -> None:
    code, receiving = apply(citizen, copy), copy.receiving[0]
    desks, intake = Desks(visit, lao_cai, sessions), copy.steps[0]
    refuse = next(each for each in intake.outcomes if each.to == "refused")
    desk = desks.do(code, copy, receiving, intake, refuse, reason=REFUSED)
    desk.says(REFUSED)
    citizen.open(f"/dossiers/{code}")
    citizen.says(REFUSED)


def text_of(content: bytes) -> str:
    """What a PDF says, in one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())
