"""Signing in and out: who is let in, where they land, and that the session's key changes."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests
from django.conf import settings
from django.test import Client

from maidinh.channels.web import sign_in
from maidinh.infrastructure.identity.adapters.openid import OpenIdProvider
from maidinh.infrastructure.identity.models import Account
from tests.infrastructure.identity.conftest import CITIZEN, NOW, OFFICIAL, Served


@pytest.fixture
def issuer(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, db: None) -> Any:
    """The stand-in as this installation's identity provider."""
    served = Served(tmp_path)
    environment = settings.MAIDINH.model_copy(update={"base_url": "http://testserver"})
    monkeypatch.setattr(settings, "MAIDINH", environment)
    monkeypatch.setattr(sign_in, "provider", lambda: OpenIdProvider(served.issuer, "maidinh"))
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    yield served
    served.stop()


def go(client: Client, subject: str, wanted: str = "") -> Any:
    begun = client.get("/sign-in", {"next": wanted})
    chosen = requests.post(begun["Location"], data={"subject": subject}, allow_redirects=False, timeout=10)
    return client.get("/sign-in/return", dict(parse_qsl(urlsplit(chosen.headers["Location"]).query)))


def test_a_citizen_signs_in_and_lands_where_they_wanted(issuer):
    client = Client()
    client.get("/sign-in")
    before = client.session.session_key
    assert go(client, CITIZEN.subject, "/procedures/2.000908/begin")["Location"] == "/procedures/2.000908/begin"
    assert client.session.session_key != before
    assert Account.objects.get().person == CITIZEN.claims["personal_number"]
    assert CITIZEN.name in client.get("/dossiers").content.decode()


def test_whose_session_ended_comes_back_to_the_page_of_the_form(db):
    asked, sent = "/applications/00000000-0000-4000-8000-000000000000/papers", "/remove"
    answer = Client().post(asked + sent, HTTP_REFERER=f"http://testserver{asked}")
    assert answer["Location"] == f"/sign-in?{urlencode({'next': asked})}"
    answer = Client().post(asked + sent, HTTP_REFERER=f"http://evil.example{asked}")
    assert answer["Location"] == "/sign-in?next="
    answer = Client().get(asked + sent)
    assert answer.status_code == 405 and "Không mở riêng được trang này" in answer.content.decode()


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_sign_in_never_leads_away(issuer, wanted):
    assert go(Client(), CITIZEN.subject, wanted)["Location"] == "/dossiers"


def test_an_official_of_the_definitions_lands_at_the_desk(issuer, province, monkeypatch):
    known = province.organisations.officials[0]
    monkeypatch.setitem(OFFICIAL.claims, "official_id", known.id)
    assert go(Client(), OFFICIAL.subject)["Location"] == "/desk"
    assert Account.objects.get().official_id == known.id


def test_whom_nobody_knows_is_not_let_in(issuer, monkeypatch):
    monkeypatch.setitem(OFFICIAL.claims, "official_id", "nobody")
    answer = go(Client(), OFFICIAL.subject)
    assert answer.status_code == 403 and not Account.objects.exists()
    monkeypatch.setitem(OFFICIAL.claims, "personal_number", "000123456789")
    assert go(Client(), OFFICIAL.subject).status_code == 403


def test_a_subject_never_becomes_another_person(issuer, monkeypatch):
    assert go(Client(), CITIZEN.subject).status_code == 302
    monkeypatch.setitem(CITIZEN.claims, "personal_number", "000999999999")
    assert go(Client(), CITIZEN.subject).status_code == 403
    assert Account.objects.get().person == "000123456789"


def test_a_return_without_a_beginning_is_refused(issuer):
    assert Client().get("/sign-in/return", {"code": "x", "state": "y"}).status_code == 400
    client = Client()
    client.get("/sign-in")
    assert client.get("/sign-in/return", {"code": "x", "state": "y"}).status_code == 403


def test_signing_out_leaves_nothing(issuer):
    client = Client()
    go(client, CITIZEN.subject)
    assert client.get("/sign-out").status_code == 405
    client.post("/sign-out")
    assert client.get("/dossiers")["Location"].startswith("/sign-in")


def test_a_provider_that_is_gone_is_said_plainly(issuer, monkeypatch):
    monkeypatch.setattr(sign_in, "provider", lambda: OpenIdProvider("http://127.0.0.1:9", "maidinh"))
    assert Client().get("/sign-in").status_code == 503
