"""The agency's register of dossiers: on screen, as PDF, as a workbook; by days; and nobody else's."""

from __future__ import annotations

import html
import re
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from maidinh.channels.counter import register
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.services.results.register import HEADINGS
from tests.services.results.stages import official_of, open_step, submitted

ALL = {"from": "01/01/2026", "until": "31/12/2026"}


def client_of(dossier: Any, browser: Any, province: Any) -> Client:
    task, _ = open_step(dossier)
    client: Client = browser(official_of(dossier, task, province))
    return client


def test_the_register_shows_what_came_in_and_its_number(dossier: Any, browser: Any, province: Any) -> None:
    client = client_of(dossier, browser, province)
    task, _ = open_step(dossier)
    client.post(reverse("desk-outcome", kwargs={"code": dossier.code}), {"task": task.pk, "outcome": "accept"})
    page = client.get(reverse("register"), ALL)
    assert page.status_code == 200
    text = page.content.decode()
    assert dossier.code in text
    assert f"0001/{timezone.localdate().year}/M01" in text
    assert "Dossiers: 1" in text
    assert (
        dossier.code
        not in client.get(reverse("register"), {"from": "01/01/2025", "until": "31/12/2025"}).content.decode()
    )


def test_the_register_as_files(dossier: Any, browser: Any, province: Any) -> None:
    client = client_of(dossier, browser, province)
    pdf = client.get(reverse("register-file", kwargs={"form": "pdf"}), ALL)
    first = PdfReader(BytesIO(pdf.content)).pages[0]
    assert first.mediabox.width > first.mediabox.height
    text = first.extract_text()
    assert "Mẫu số 07" in text
    assert "Từ ngày 01/01/2026 đến ngày 31/12/2026" in text
    assert dossier.applicant_name in text.replace("\n", " ")
    book = client.get(reverse("register-file", kwargs={"form": "xlsx"}), ALL)
    rows = list(load_workbook(BytesIO(book.content)).active.values)
    assert rows[0] == HEADINGS
    assert rows[1][1] == dossier.code
    assert client.get(reverse("register-file", kwargs={"form": "doc"})).status_code == 404


def test_a_wrong_day_is_said_at_its_field_and_kept(dossier: Any, browser: Any, province: Any) -> None:
    client = client_of(dossier, browser, province)
    for asked, field in (({"from": "32/13/2026"}, "from"), ({"from": "02/02/2026", "until": "01/02/2026"}, "until")):
        page = client.get(reverse("register"), asked)
        assert page.status_code == 422
        assert f'id="{field}-error"' in page.content.decode()
        assert asked[field] in page.content.decode()


def test_another_agency_has_another_register(
    dossier: Any, browser: Any, province: Any, official: Any, citizen: Actor
) -> None:
    stranger = next(
        person
        for person in province.organisations.officials
        if person.agency not in dossier.agencies and "specialist" in person.roles
    )
    client = browser(official("dossier.process", stranger.agency))
    asked = ALL | {"agency": dossier.receiving}
    assert dossier.code not in client.get(reverse("register"), asked).content.decode()
    with acting(person=citizen.person):
        assert browser(citizen).get(reverse("register")).status_code == 403


def test_the_register_is_turned_page_by_page(
    dossier: Any, browser: Any, province: Any, citizen: Actor, signer: Any, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "ROWS_ON_A_PAGE", 2)
    codes = [dossier.code, *(submitted(citizen, signer, at, key=key).code for key in ("two", "three"))]
    client = client_of(dossier, browser, province)
    first = client.get(reverse("register"), ALL).content.decode()
    assert [code in first for code in codes] == [True, True, False]
    assert "Dossiers: 3" in first
    assert 'rel="prev"' not in first
    second = client.get(reverse("register") + turn(first, "next")).content.decode()
    assert [code in second for code in codes] == [False, False, True]
    assert 'rel="next"' not in second
    back = client.get(reverse("register") + turn(second, "prev")).content.decode()
    assert [code in back for code in codes] == [True, True, False]
    assert 'rel="prev"' not in back
    for nowhere in ({"after": "x-1"}, {"before": "20260101T000000000000-"}, {"after": "20270101T000000000000-1"}):
        page = client.get(reverse("register"), ALL | nowhere).content.decode()
        assert [code in page for code in codes] == [True, True, False], nowhere


def turn(page: str, which: str) -> str:
    link = re.search(rf'<a[^>]*href="([^"]*)"[^>]*rel="{which}"', page)
    assert link is not None
    return html.unescape(link[1])
